"""The doctor's check that a start may write what it writes: data folder, databases, journal, folder of the registry.

It tells a file that cannot be written from one that is damaged: for the first nothing must be restored. Writes nothing.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from node.errors import OpenTRMError
from node.findings import Finding, Patient
from node.store.folder import LOCK_NAME, DataFolder
from registry.client import WRITTEN

BESIDE = ("", "-wal", "-shm")  # what SQLite keeps beside a database while it is open
FIX = "give {what} to the user of the node (chown, chmod u+rw) and look how the disk is mounted; restore no backup"


def access(patient: Patient) -> Finding:
    """A node starts only where it may write; a doctor run as root asks for the owner of the folder."""
    if not patient.data_dir.is_dir():
        return Finding("access", "warning", "there is no data folder that could be looked into", "run trm-node init")
    folder = DataFolder(patient.data_dir, patient.loaded.config.node.journal_dir)
    owner = folder.path.stat().st_uid
    shut = [name for name, path in _written(folder) if not _may_write(path, owner)]
    if shut:
        names = ", ".join(shut)
        says = f"{names} cannot be written by the user of this node, and it does not start without; nothing is damaged"
        return Finding("access", "wrong", says, FIX.format(what="it" if len(shut) == 1 else "them"))
    return Finding("access", "ok", "the data folder, its databases, its journal and its registry can be written")


def same_as(check: str, error: OpenTRMError) -> Finding:
    """What a start would say, as a finding: the remedy of its sentence is the remedy."""
    says, _, fix = error.message.partition("; ")
    return Finding(check, "wrong", says, fix or "repair what the sentence names, then run doctor again")


def unreadable(check: str, error: OSError) -> Finding:
    """A file or folder that the doctor may not even look at."""
    name = Path(os.fsdecode(error.filename)).name if error.filename else "a file"
    reason = (error.strerror or "it cannot be read").lower()
    return Finding(check, "wrong", f"{name}: {reason}", FIX.format(what="it"))


def _written(folder: DataFolder) -> Iterator[tuple[str, Path]]:
    """(what to call it, where it lies) of everything that is there and that a start writes."""
    yield "data folder", folder.path
    databases = [path.with_name(path.name + end) for path in (folder.database, folder.keys) for end in BESIDE]
    for path in (folder.path / LOCK_NAME, *databases):
        if path.exists():
            yield path.name, path
    if folder.journal.is_dir():
        yield "journal folder", folder.journal
        yield from ((path.name, path) for path in sorted(folder.journal.glob("*.journal"))[-1:])
    registry = folder.path / "registry"
    for path in (registry, *(registry / name for name in WRITTEN)):
        if path.is_dir():
            yield path.relative_to(folder.path).as_posix(), path


def _may_write(path: Path, owner: int) -> bool:
    if not os.access(path, os.R_OK | os.W_OK):
        return False
    if os.getuid() != 0:
        return True
    found = path.stat()  # root may write anywhere: what counts is the user whose folder it is
    return found.st_uid == owner and bool(found.st_mode & stat.S_IWUSR)
