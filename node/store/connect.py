"""Opening a SQLite file the way this program wants it, after checking that it is ours and whole.

Source: at-rest 5.1, pitfalls P9 and P26.
"""

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from node.errors import Unavailable
from node.store.problems import DAMAGED, ForeignDatabase, NewerSchema, StoreBroken, explained

PAGE_BYTES = 16_384
BUSY_MS = 5_000
WAL_PAGES = 2_000  # 32 MB between checkpoints
WAL_KEEP_BYTES = 64 * 1024 * 1024
CHECKED_BYTES = 64 * 1024 * 1024  # larger files are checked whole by `doctor` only: a start may take 3 s

_EVERY = (
    "trusted_schema=OFF",  # a schema somebody slipped in runs no function
    "cell_size_check=ON",
    f"busy_timeout={BUSY_MS}",
    "foreign_keys=ON",
    "temp_store=MEMORY",  # no page of ours in a temporary file
)
_WRITER = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a receipt leaves only after the row is on the disk (P9)
    "fullfsync=ON",  # the same, on a Mac
    "secure_delete=ON",
    f"wal_autocheckpoint={WAL_PAGES}",
    f"journal_size_limit={WAL_KEEP_BYTES}",
    "cache_size=-16384",
)
_READER = ("query_only=ON", "cache_size=-4096")


def open_writer(path: Path, application_id: int, version: int, *, create: bool) -> sqlite3.Connection:
    """The one connection that writes. A new file is marked as ours; migrations are the caller's.

    Raises ForeignDatabase, NewerSchema (its version is above `version`), StoreBroken, StoreReadOnly, Unavailable.
    """
    if not create and not _holds_something(path):
        raise _no_database(path)
    if not path.exists():
        _make(path)
    connection = _connected(f"file:{quote(str(path))}?mode=rw")
    try:
        _judge(connection, path, application_id, version, may_be_new=create)
        _apply(connection, (f"page_size={PAGE_BYTES}", *_EVERY, *_WRITER))
        connection.execute("begin immediate")  # fails now, not at the first letter, where nothing can be written
        connection.execute(f"pragma application_id={application_id}")
        connection.execute("commit")
    except sqlite3.Error as error:
        connection.close()
        raise explained(error) or error from error
    except Unavailable:
        connection.close()
        raise
    return connection


def _no_database(path: Path) -> Unavailable:
    """Where keys or a key file lie beside it there was a node: nobody shall think of making a new one."""
    if path.exists():
        return Unavailable(f"{path.name} is empty; stop the node and restore the newest backup")
    if any((path.parent / name).exists() for name in ("keys.db", "node.key")):
        return Unavailable("there is no database in the data folder and its keys are there; restore the newest backup")
    return Unavailable("there is no database in the data folder; run init first, or name the right folder")


def open_reader(path: Path, application_id: int, version: int) -> sqlite3.Connection:
    """A connection that cannot write. Works on a read-only disk too. Raises as `open_writer`."""
    if not _holds_something(path):
        raise _no_database(path)
    connection = _connected(reader_address(path))
    try:
        _judge(connection, path, application_id, version, may_be_new=False)
        _apply(connection, (*_EVERY, *_READER))
    except sqlite3.Error as error:
        connection.close()
        raise explained(error) or error from error
    except Unavailable:
        connection.close()
        raise
    return connection


def another_reader(path: Path) -> sqlite3.Connection:
    """One more reader of a file that was judged when it was opened."""
    connection = _connected(reader_address(path))
    _apply(connection, (*_EVERY, *_READER))
    return connection


def settle_log(path: Path) -> None:
    """Move what the log holds into the file as far as that works without anybody waiting, the writer included."""
    connection = _connected(f"file:{quote(str(path))}?mode=rw")
    try:
        _apply(connection, ("synchronous=FULL", "fullfsync=ON", "wal_checkpoint(passive)"))
    except sqlite3.Error as error:
        raise explained(error) or error from error
    finally:
        connection.close()


def _make(path: Path) -> None:
    """An empty file that only this user can read, before SQLite makes one that everybody can."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise _denied(error) from error


def _connected(address: str) -> sqlite3.Connection:
    try:
        return sqlite3.connect(
            address,
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=BUSY_MS / 1000,
        )
    except sqlite3.Error as error:
        raise explained(error) or error from error


def reader_address(path: Path) -> str:
    """Where a reader finds it that leaves nothing behind: whoever has the file open to write keeps a log beside it."""
    log = path.with_name(path.name + "-wal")
    # An empty log on a disk that nobody can write to changes nothing below a reader either.
    settled = not log.exists() or (not os.access(path.parent, os.W_OK) and not _holds_something(log))
    return f"file:{quote(str(path))}?mode=ro" + ("&immutable=1" if settled else "")


def _judge(connection: sqlite3.Connection, path: Path, application_id: int, version: int, *, may_be_new: bool) -> None:
    # 1 it is a database at all: the first question fails otherwise. Never find out by opening the file here: closing
    #   it would drop the locks of every other connection of this process.
    # 2 it is ours, or empty and allowed to be
    (found,) = connection.execute("pragma application_id").fetchone()
    try:
        (tables,) = connection.execute("select count(*) from sqlite_schema").fetchone()
    except UnicodeDecodeError:  # SQLite quotes the damaged schema, and Python cannot read the quotation
        raise StoreBroken(DAMAGED) from None
    if found != application_id and not (found == 0 and tables == 0 and may_be_new):
        raise ForeignDatabase("file is a database, but of another program or purpose; name another data folder")
    # 3 we know its schema
    (written,) = connection.execute("pragma user_version").fetchone()
    if written > version:
        raise NewerSchema(f"database has schema {written} and this program knows {version}; install the newer program")
    # 4 it is whole (SQLite has noticed by now if the file was cut short; this finds overwritten pages)
    if path.stat().st_size <= CHECKED_BYTES and connection.execute("pragma quick_check(1)").fetchone() != ("ok",):
        raise StoreBroken(DAMAGED)


def _apply(connection: sqlite3.Connection, settings: tuple[str, ...]) -> None:
    for setting in settings:
        connection.execute(f"pragma {setting}").fetchall()


def _holds_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _denied(error) from error


def _denied(error: OSError) -> Unavailable:
    reason = (error.strerror or "unknown reason").lower()
    return Unavailable(f"database file cannot be opened: {reason}; check that file and folder are this user's")
