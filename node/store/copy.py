"""A copy of the database as one file, for a backup. Source: at-rest 5.4."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from node.errors import BadInput
from node.store.problems import explained


def copy_into(source: Path, target: Path) -> None:
    """Copy `source` into the new file `target`, compact, without free pages, readable by this user only.

    `target` appears whole or not at all. BadInput if it exists.
    """
    if target.exists():
        raise BadInput("there is a file of that name already; name another one for the backup", field="target")
    half = target.with_name(target.name + ".half")
    half.unlink(missing_ok=True)
    try:
        os.close(os.open(half, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)) as connection:
            connection.execute("vacuum into ?", (str(half),))
        to_disk(half)
        # Crash here: a file *.half lies beside; the next backup of that name removes it.
        os.replace(half, target)
        to_disk(target.parent)
    except sqlite3.Error as error:
        half.unlink(missing_ok=True)
        raise explained(error) or error from error


def to_disk(path: Path) -> None:
    """What was written into this file, or moved in this folder, outlasts a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
