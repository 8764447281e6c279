"""Case files: control part, identity versions and consent records, every one sealed.

Erasing a case empties its two data keys and all that they sealed; the row stays so that evidence keeps its place.
Source: at-rest, key hierarchy.
"""

import sqlite3

import msgspec

from node.store.tables import BEYOND


class CaseRow(msgspec.Struct, frozen=True):
    """One case; `dek` is its control key under the node's key, `owner` the opaque id of its caseworker."""

    case_id: str
    dek: bytes | None
    sealed: bytes | None
    created_at: int
    changed_at: int
    owner: str | None
    erased_at: int | None


class IdentityRow(msgspec.Struct, frozen=True):
    """One version of the identity part; readable only with the office key."""

    case_id: str
    version: int
    dek: bytes | None
    sealed: bytes | None
    at: int


class ConsentRow(msgspec.Struct, frozen=True):
    """One consent record, sealed under the case's control key."""

    consent_id: str
    case_id: str
    sealed: bytes | None
    at: int


CASE_COLUMNS = "case_id, dek, sealed, created_at, changed_at, owner, erased_at"


class Cases:
    """Case files by random id."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def put(self, row: CaseRow) -> None:
        """Insert a case, or replace its control part and owner."""
        self._c.execute(
            f"insert into case_file ({CASE_COLUMNS}) values (?,?,?,?,?,?,?) on conflict (case_id) do update set"
            " sealed=excluded.sealed, changed_at=excluded.changed_at, owner=excluded.owner",
            (row.case_id, row.dek, row.sealed, row.created_at, row.changed_at, row.owner, row.erased_at),
        )

    def get(self, case_id: str) -> CaseRow | None:
        """One case."""
        row = self._c.execute(f"select {CASE_COLUMNS} from case_file where case_id=?", (case_id,)).fetchone()
        return CaseRow(*row) if row else None

    def all(self, limit: int, before: int | None = None) -> list[CaseRow]:
        """Cases, newest change first, at most `limit`, changed before `before`."""
        rows = self._c.execute(
            f"select {CASE_COLUMNS} from case_file where changed_at<? order by changed_at desc limit ?",
            (BEYOND if before is None else before, limit),
        )
        return [CaseRow(*row) for row in rows]

    def after(self, case_id: str, limit: int) -> list[CaseRow]:
        """Cases that are not erased, in the order of their ids, from the first one after `case_id`."""
        rows = self._c.execute(
            f"select {CASE_COLUMNS} from case_file where case_id>? and sealed is not null order by case_id limit ?",
            (case_id, limit),
        )
        return [CaseRow(*row) for row in rows]

    def newest_ids(self, limit: int) -> list[str]:
        """The ids of cases, newest change first; read from an index alone."""
        query = "select case_id from case_file where changed_at<? order by changed_at desc limit ?"
        return [row[0] for row in self._c.execute(query, (BEYOND, limit))]

    def by_reference(self, start: str, limit: int) -> list[str]:
        """Cases whose own id, or that of a thread or letter of theirs, begins so; each is a way down an index."""
        found: dict[str, None] = {}
        for table, column in (("case_file", "case_id"), ("thread", "thread_id"), ("letter", "letter_id")):
            query = f"select case_id from {table} where {column}>=? and {column}<? and case_id is not null limit ?"
            found |= dict.fromkeys(row[0] for row in self._c.execute(query, (start, start + "g", limit)))
        return list(found)

    def add_identity(self, case_id: str, dek: bytes, sealed: bytes, at: int, version: int) -> None:
        """Add the newest version of the identity part."""
        self._c.execute(
            "insert into identity (case_id, version, dek, sealed, at) values (?,?,?,?,?)",
            (case_id, version, dek, sealed, at),
        )

    def next_identity_version(self, case_id: str) -> int:
        """The number the next identity version will carry, from 1."""
        row = self._c.execute(
            "select coalesce(max(version), 0) + 1 from identity where case_id=?", (case_id,)
        ).fetchone()
        return int(row[0])

    def identities(self, case_id: str) -> list[IdentityRow]:
        """All identity versions, oldest first."""
        rows = self._c.execute(
            "select case_id, version, dek, sealed, at from identity where case_id=? order by version", (case_id,)
        )
        return [IdentityRow(*row) for row in rows]

    def put_consent(self, row: ConsentRow) -> None:
        """Insert or replace a consent record. Of two that a case gets in one second the later one stands a second after
        the other, so that it is known which of them is the newest.
        """
        self._c.execute(
            "insert into consent (consent_id, case_id, sealed, at) values (?1,?2,?3,"
            " max(?4, coalesce((select max(at)+1 from consent where case_id=?2), 0)))"
            " on conflict (consent_id) do update set sealed=excluded.sealed",
            (row.consent_id, row.case_id, row.sealed, row.at),
        )

    def consent(self, consent_id: str) -> ConsentRow | None:
        """One consent record."""
        row = self._c.execute(
            "select consent_id, case_id, sealed, at from consent where consent_id=?", (consent_id,)
        ).fetchone()
        return ConsentRow(*row) if row else None

    def consents(self, case_id: str) -> list[ConsentRow]:
        """The consent records of a case, oldest first."""
        rows = self._c.execute(
            "select consent_id, case_id, sealed, at from consent where case_id=? order by at, consent_id", (case_id,)
        )
        return [ConsentRow(*row) for row in rows]

    def erase(self, case_id: str, at: int) -> None:
        """Destroy both data keys of a case; the case row stays, empty. What they sealed goes with `SealedRows`."""
        self._c.execute("update case_file set dek=null, sealed=null, erased_at=? where case_id=?", (at, case_id))
        self._c.execute("update identity set dek=null, sealed=null where case_id=?", (case_id,))
