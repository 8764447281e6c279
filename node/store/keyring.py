"""The key file: sealed secrets in a database of their own, so that no backup of the node holds them.

What is erased here is erased: nothing sealed under it can be opened again. Bytes come in sealed and go out sealed.
Source: at-rest 5.1, wire 6.
"""

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from node.errors import BadInput, Conflict, Unavailable
from node.store.connect import open_writer, reader_address
from node.store.migrations import KEYRING, KEYRING_ID, KEYRING_VERSION, migrate
from node.store.problems import StoreBroken, StoreReadOnly, explained

T = TypeVar("T")
_EMPTY_LOG = "pragma wal_checkpoint(truncate)"


@dataclass(frozen=True, slots=True)
class SecretRow:
    """One sealed secret; `erase_at` is when it must be gone, None for one that stays."""

    name: str
    sealed: bytes
    made_at: int
    erase_at: int | None


@dataclass(frozen=True, slots=True)
class Peeked:
    """What lies in a key file: sealed secrets by name, sealed keys of cases by id, how far the journal had come."""

    secrets: dict[str, bytes]
    case_keys: dict[bytes, bytes]
    journal_head: tuple[int, bytes] | None


class Keyring:
    """Named secrets. Every call is a transaction of its own and on the disk when it returns; any thread may call."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection
        self._one_at_a_time = threading.Lock()

    @classmethod
    def open(cls, path: Path, *, create: bool = True) -> "Keyring":
        """Open the key file; raises as `Store.open`."""
        connection = open_writer(path, KEYRING_ID, KEYRING_VERSION, create=create)
        try:
            migrate(connection, KEYRING)
            connection.execute(_EMPTY_LOG).fetchall()  # what a crash left of an erased secret
        except sqlite3.Error as error:
            connection.close()
            raise explained(error) or error from error
        except Unavailable:
            connection.close()
            raise
        return cls(connection)

    @classmethod
    def peek(cls, path: Path) -> Peeked:
        """Every sealed key of a file that another process may have open; checks the whole file and writes nothing.

        StoreBroken where it is damaged or no key file; StoreReadOnly where this user may not open it.
        """
        try:
            with closing(sqlite3.connect(reader_address(path), uri=True)) as connection:
                faults = connection.execute("pragma quick_check(1)").fetchone()
                secrets = connection.execute("select name, sealed from secret").fetchall()
                case_keys = connection.execute("select key_id, sealed from case_key").fetchall()
                head = connection.execute("select size, hash from journal_head").fetchone()
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the second where SQLite quotes a damaged schema
            known = explained(error)
            if isinstance(known, StoreReadOnly):
                raise StoreReadOnly(f"{path.name} cannot be used: {known.message}") from None
            raise StoreBroken(f"{path.name} cannot be used; restore it from its own backup") from None
        if faults != ("ok",):
            raise StoreBroken(f"{path.name} is damaged; restore it from its own backup")
        return Peeked(dict(secrets), dict(case_keys), head)

    def put(self, name: str, sealed: bytes, made_at: int, erase_at: int | None = None) -> None:
        """Keep a new secret; Conflict if there is one of that name: a key is never overwritten unseen."""
        try:
            self._in_transaction(
                lambda c: c.execute(
                    "insert into secret (name, sealed, made_at, erase_at) values (?,?,?,?)",
                    (name, sealed, made_at, erase_at),
                )
            )
        except sqlite3.IntegrityError as error:
            raise Conflict("there is a secret of that name already; erase it first, or choose another name") from error

    def replace(self, name: str, sealed: bytes) -> None:
        """Put the same secret in sealed anew, for example under a new passphrase; Conflict if it is gone."""
        done = self._in_transaction(
            lambda c: c.execute("update secret set sealed=? where name=?", (sealed, name)).rowcount
        )
        if not done:
            raise Conflict("there is no secret of that name any more; it was erased in between")
        self._empty_log()

    def turn_over(self, rows: list[SecretRow], gone: list[str]) -> None:
        """Secrets of these names go and these come, all at once: a crash leaves the old ones or the new ones."""

        def swap(c: sqlite3.Connection) -> None:
            c.executemany("delete from secret where name=?", [(name,) for name in gone])
            c.executemany(
                "insert into secret (name, sealed, made_at, erase_at) values (?,?,?,?)",
                [(row.name, row.sealed, row.made_at, row.erase_at) for row in rows],
            )

        self._in_transaction(swap)
        # Crash here: the rows are gone from the file; old bytes stand in the log until the next call or the next start.
        self._empty_log()

    def get(self, name: str) -> bytes | None:
        """One sealed secret, or None."""
        row = self._in_transaction(lambda c: c.execute("select sealed from secret where name=?", (name,)).fetchone())
        return row[0] if row else None

    def all(self, prefix: str = "") -> list[SecretRow]:
        """Secrets whose names begin with `prefix`, by name."""
        query = "select name, sealed, made_at, erase_at from secret where substr(name, 1, ?)=? order by name"
        return [
            SecretRow(*row)
            for row in self._in_transaction(lambda c: c.execute(query, (len(prefix), prefix)).fetchall())
        ]

    def erase(self, name: str) -> bool:
        """Destroy a secret now; False if there was none."""
        done = self._in_transaction(lambda c: c.execute("delete from secret where name=?", (name,)).rowcount)
        self._empty_log()
        return done > 0

    def erase_due(self, now: int) -> list[str]:
        """Destroy every secret whose time has come; returns their names. Safe to repeat."""
        query = "delete from secret where erase_at<=? returning name"
        names = sorted(row[0] for row in self._in_transaction(lambda c: c.execute(query, (now,)).fetchall()))
        # Crash here: the rows are gone from the file; old bytes stand in the log until the next call or the next start.
        self._empty_log()
        return names

    def put_case_keys(self, keys: list[tuple[bytes, bytes]], made_at: int) -> None:
        """Keep (id, sealed) of fresh case keys, all of them on the disk when this returns."""
        query = "insert into case_key (key_id, sealed, made_at) values (?,?,?)"
        self._in_transaction(lambda c: c.executemany(query, [(id, sealed, made_at) for id, sealed in keys]))

    def case_key(self, key_id: bytes) -> bytes | None:
        """One sealed case key; None once it is destroyed."""
        row = self._in_transaction(
            lambda c: c.execute("select sealed from case_key where key_id=?", (key_id,)).fetchone()
        )
        return row[0] if row else None

    def case_keys(self, before: int = 2**62) -> dict[bytes, bytes]:
        """Every sealed case key made before this time, by id."""
        query = "select key_id, sealed from case_key where made_at<?"
        return dict(self._in_transaction(lambda c: c.execute(query, (before,)).fetchall()))

    def destroy_case_keys(self, ids: list[bytes]) -> None:
        """Destroy case keys for ever, also in the log of this file. Safe to repeat."""
        self._in_transaction(lambda c: c.executemany("delete from case_key where key_id=?", [(id,) for id in ids]))
        # Crash here: the rows are gone from the file; old bytes stand in the log until the next call or the next start.
        self._empty_log()

    def note_journal_head(self, size: int, hash: bytes) -> None:
        """Remember how far the journal had come: a tail cut from it shows against this."""
        query = (
            "insert into journal_head (id, size, hash) values (1,?,?) on conflict (id) do update set"
            " size=excluded.size, hash=excluded.hash"
        )
        self._in_transaction(lambda c: c.execute(query, (size, hash)))

    def journal_head(self) -> tuple[int, bytes] | None:
        """(size, hash) of the journal when it was last noted."""
        row = self._in_transaction(lambda c: c.execute("select size, hash from journal_head").fetchone())
        return None if row is None else (int(row[0]), bytes(row[1]))

    def note_audit_head(self, size: int, hash: bytes, at: int) -> None:
        """Remember how far the audit had come: lines cut from its end show against this."""
        query = "insert or ignore into audit_head (size, hash, at) values (?,?,?)"
        self._in_transaction(lambda c: c.execute(query, (size, hash, at)))

    def audit_heads(self) -> list[tuple[int, bytes]]:
        """All heads noted, oldest first; for `Audit.verify`."""
        return self._in_transaction(lambda c: c.execute("select size, hash from audit_head order by size").fetchall())

    def forget_audit_heads(self, beyond: int) -> None:
        """The audit was restored from a backup with `beyond` lines: what was noted of later ones is gone with them."""
        self._in_transaction(lambda c: c.execute("delete from audit_head where size>=?", (beyond,)))

    def close(self) -> None:
        """Close the file."""
        with self._one_at_a_time:
            self._c.close()

    def _take_over(self, old: sqlite3.Connection, files: dict[str, bytes]) -> None:
        old.execute("begin")  # one moment of the other file
        secrets = old.execute("select name, sealed, made_at, erase_at from secret").fetchall()
        kept = [row for row in secrets if not row[0].startswith((*NEVER_COPIED, FILE))]
        kept += [(FILE + name, data, 0, None) for name, data in files.items()]
        tables = {"case_key": 3, "audit_head": 3, "journal_head": 3}
        rows = {table: old.execute(f"select * from {table}").fetchall() for table in tables}

        def put(c: sqlite3.Connection) -> None:
            c.executemany("insert into secret (name, sealed, made_at, erase_at) values (?,?,?,?)", kept)
            for table, width in tables.items():
                c.executemany(f"insert into {table} values ({','.join('?' * width)})", rows[table])

        self._in_transaction(put)
        self._empty_log()

    def _in_transaction(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        with self._one_at_a_time:
            try:
                self._c.execute("begin immediate")
                try:
                    result = fn(self._c)
                    self._c.execute("commit")
                except BaseException:
                    if self._c.in_transaction:
                        self._c.execute("rollback")
                    raise
                return result
            except sqlite3.Error as error:
                known = explained(error)
                if known is None:
                    raise
                raise known from error

    def _empty_log(self) -> None:
        with self._one_at_a_time:
            self._c.execute(_EMPTY_LOG).fetchall()


NEVER_COPIED = ("prekey.", "fallback")  # what opens letters on their way is in no backup (wire 6)
FILE = "file."


def copy_keys(source: Path, target: Path, files: dict[str, bytes]) -> None:
    """Copy a key file into the new file `target`, without what is never copied; `files` lie in it too, as they are.

    Whole or not at all; also beside a running node. BadInput if there is such a file.
    """
    if target.exists():
        raise BadInput("there is a file of that name already; name another one", field="target")
    half = target.with_name(target.name + ".half")
    half.unlink(missing_ok=True)
    made = Keyring.open(half)
    try:
        with closing(sqlite3.connect(reader_address(source), uri=True)) as old:
            made._take_over(old, files)
    except sqlite3.Error as error:
        half.unlink(missing_ok=True)
        raise explained(error) or error from error
    finally:
        made.close()
        for suffix in ("-wal", "-shm"):
            half.with_name(half.name + suffix).unlink(missing_ok=True)
    if half.exists():
        # Crash here: a file *.half lies beside; the next copy of that name removes it.
        os.replace(half, target)


def kept_files(path: Path) -> dict[str, bytes]:
    """The files that lie in a copy of keys, by name; StoreBroken and the like when it is none."""
    keyring = Keyring.open(path, create=False)
    try:
        return {row.name.removeprefix(FILE): row.sealed for row in keyring.all(FILE)}
    finally:
        keyring.close()
