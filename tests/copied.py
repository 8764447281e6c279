"""Folders that are made once in a process and copied for each test that wants one.

Making a country's keys and having a registry signed takes longer than most tests; every copy is a test's own.
"""

import os
import shutil
from collections.abc import Callable, Hashable
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, TypeVar

T = TypeVar("T")
PREFIX = "opentrm-made-"  # and the number of its process, so that the next run knows whose folders nobody clears away
_made: dict[Hashable, tuple[TemporaryDirectory[str], Any]] = {}


def copied(name: Hashable, make: Callable[[Path], T], to: Path) -> T:
    """Fill the folder `to` with what `make` leaves in an empty one; what `make` returned, which nobody may change.

    `make` must leave nothing open, and no path of its folder in a file.
    """
    if name not in _made:
        folder = TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-")
        _made[name] = folder, make(Path(folder.name))
    folder, facts = _made[name]
    shutil.copytree(folder.name, to, symlinks=True, dirs_exist_ok=True)
    return facts  # type: ignore[no-any-return]


def clear_left(where: Path | None = None) -> None:
    """Remove what runs left behind that were killed: the folders whose process is gone."""
    for folder in (where or Path(gettempdir())).glob(f"{PREFIX}*-*"):
        number = folder.name.removeprefix(PREFIX).partition("-")[0]
        if number.isdecimal() and not _runs(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True
