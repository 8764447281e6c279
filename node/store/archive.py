"""The registry archive: every verified file version and record, so that evidence can be checked offline years later.

The same bytes are kept once, however often they come. Source: registry, wire 11.
"""

import hashlib
import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Archived:
    """One version of a file: its TUF name (`root.json`, `c-XA.json`, `records/XA.json`), version number and bytes."""

    name: str
    version: int
    sha256: bytes
    data: bytes
    first_at: int


_FOUND = "select n.name, n.version, n.sha256, a.bytes, n.first_at from {} n join archive a using (sha256)"
_VERSIONS = _FOUND.format("archive_name")
_LATEST = _FOUND.format("archive_latest").replace("n.first_at", "a.first_at")


class Archive:
    """Files by name, version and hash, and which of them are in force. Only verified bytes come in here."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def put(self, name: str, version: int, data: bytes, at: int) -> bytes:
        """Keep a verified file and make it the latest of its name; returns its SHA-256.

        Safe to repeat. An older version is kept too, but the latest never goes back.
        """
        sha256 = hashlib.sha256(data).digest()
        self._c.execute("insert or ignore into archive (sha256, bytes, first_at) values (?,?,?)", (sha256, data, at))
        self._c.execute(
            "insert or ignore into archive_name (name, version, sha256, first_at) values (?,?,?,?)",
            (name, version, sha256, at),
        )
        self._c.execute(
            "insert into archive_latest (name, version, sha256, at) values (?,?,?,?) on conflict (name) do update set"
            " version=excluded.version, sha256=excluded.sha256, at=excluded.at"
            " where excluded.version > version or (excluded.version = version and excluded.sha256 <> sha256)",
            (name, version, sha256, at),
        )
        return sha256

    def latest(self, name: str) -> Archived | None:
        """The file of that name that is in force."""
        return self._one(f"{_LATEST} where n.name=?", (name,))

    def all_latest(self) -> list[Archived]:
        """Every file in force, by name."""
        return [Archived(*row) for row in self._c.execute(f"{_LATEST} order by n.name")]

    def version(self, name: str, version: int) -> Archived | None:
        """One version of a file; the one seen first, should there be two (which is an alarm elsewhere)."""
        return self._one(f"{_VERSIONS} where n.name=? and n.version=? order by n.first_at limit 1", (name, version))

    def by_hash(self, sha256: bytes) -> bytes | None:
        """The bytes with that hash."""
        row = self._c.execute("select bytes from archive where sha256=?", (sha256,)).fetchone()
        return row[0] if row else None

    def versions(self, name: str) -> list[Archived]:
        """Every version of a file that was seen, oldest first."""
        return [
            Archived(*row)
            for row in self._c.execute(f"{_VERSIONS} where n.name=? order by n.version, n.first_at", (name,))
        ]

    def _one(self, query: str, values: tuple[object, ...]) -> Archived | None:
        row = self._c.execute(query, values).fetchone()
        return Archived(*row) if row else None
