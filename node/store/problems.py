"""What can be wrong with a database, each in one sentence that says what to do."""

import sqlite3

from node.errors import ReadOnly, Unavailable


class StoreReadOnly(ReadOnly):
    """Nothing can be written; what was committed before is safe and can be read."""


class StoreBroken(Unavailable):
    """The file is damaged: only a backup helps."""


class ForeignDatabase(Unavailable):
    """The file was not written by this program, or by another part of it."""


class OtherCountry(Unavailable):
    """The database belongs to the node of another country."""


class NewerSchema(Unavailable):
    """A newer version of this program wrote the file."""


class FolderInUse(Unavailable):
    """Another process works on the same data folder."""


class StoreClosed(Unavailable):
    """The store was closed while somebody still wanted something from it."""


DAMAGED = "database file is damaged; stop the node and restore the newest backup"
_FULL = "disk is full; free some space, then the node writes again by itself"
_SENTENCES: dict[int, tuple[type[Unavailable], str]] = {
    sqlite3.SQLITE_FULL: (StoreReadOnly, _FULL),
    sqlite3.SQLITE_IOERR: (
        StoreReadOnly,
        "disk reports an error on reading or writing; check the disk, then start again",
    ),
    sqlite3.SQLITE_READONLY: (
        StoreReadOnly,
        "database file or its folder is read-only; make both writable for this user",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StoreReadOnly,
        "database file cannot be opened; check that file and folder are this user's",
    ),
    sqlite3.SQLITE_PERM: (StoreReadOnly, "database file may not be opened; check that file and folder are this user's"),
    sqlite3.SQLITE_NOMEM: (StoreReadOnly, "memory is used up; give the node more, then start again"),
    sqlite3.SQLITE_CORRUPT: (StoreBroken, DAMAGED),
    sqlite3.SQLITE_NOTADB: (ForeignDatabase, "file is not a database of this program; name another data folder"),
}


def explained(error: BaseException) -> Unavailable | None:
    """The sentence for an error that comes from the file or the disk; None for an error of the program."""
    if not isinstance(error, sqlite3.Error):
        return None
    code = getattr(error, "sqlite_errorcode", 0)
    if code == sqlite3.SQLITE_IOERR_SHMSIZE:  # a start finds no room for the index of its log
        return StoreReadOnly("disk is full; free some space, then start again")
    known = _SENTENCES.get(code & 0xFF)
    return known[0](known[1]) if known else None
