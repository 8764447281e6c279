"""The data folder of one node: where its files lie, and that only one process works on them.

The lock is a `flock`, held for life: it goes with the process, however that ends, so there is never a stale one.
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from node.errors import Unavailable
from node.store.problems import FolderInUse

DATABASE_NAME = "node.db"
KEYS_NAME = "keys.db"
LOCK_NAME = "lock"
JOURNAL_NAME = "journal"


class DataFolder:
    """A folder with one database, one key file, one lock, and the journal, which may lie on another disk."""

    def __init__(self, path: Path, journal: Path | None = None) -> None:
        self.path = path
        self.journal = journal or path / JOURNAL_NAME
        self._lock: int | None = None

    @property
    def database(self) -> Path:
        """Everything but keys; this is what a backup copies."""
        return self.path / DATABASE_NAME

    @property
    def keys(self) -> Path:
        """The sealed secrets; never in the same backup."""
        return self.path / KEYS_NAME

    def create(self) -> "DataFolder":
        """Make the folder, readable by this user only; fine if it is there already."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"data folder cannot be made: {_reason(error)}; name one that can") from error
        return self

    def lock(self) -> "DataFolder":
        """Take the folder for this process until `release` or its end; FolderInUse if another one has it."""
        try:
            lock = os.open(self.path / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Unavailable(f"data folder cannot be used: {_reason(error)}; check name and owner") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(lock, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(lock)
            raise FolderInUse(f"data folder is in use by process {owner}; stop that one first") from error
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock
        return self

    def release(self) -> None:
        """Let another process have the folder. The file stays: removing it would let two processes in."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> "DataFolder":
        return self if self._lock is not None else self.lock()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()
