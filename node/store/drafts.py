"""Drafts: what somebody typed and has not sent. One for each thing that is being written about a case."""

import sqlite3

import msgspec


class DraftRow(msgspec.Struct, frozen=True):
    """One draft; `ref` says what of: a task of a referral, or an act on a thread."""

    case_id: str
    ref: str
    sealed: bytes
    saved_at: int
    saved_by: str


_DRAFT = "case_id, ref, sealed, saved_at, saved_by"


class Drafts:
    """Drafts by case and what they are of."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def put(self, row: DraftRow) -> None:
        """Keep a draft in place of the one before."""
        self._c.execute(
            f"insert into draft ({_DRAFT}) values (?,?,?,?,?) on conflict (case_id, ref) do update set"
            " sealed=excluded.sealed, saved_at=excluded.saved_at, saved_by=excluded.saved_by",
            (row.case_id, row.ref, row.sealed, row.saved_at, row.saved_by),
        )

    def get(self, case_id: str, ref: str) -> DraftRow | None:
        """One draft."""
        row = self._c.execute(
            f"select {_DRAFT} from draft where case_id=? and ref=? and sealed is not null", (case_id, ref)
        ).fetchone()
        return DraftRow(*row) if row else None

    def of_user(self, user_id: str, limit: int) -> list[DraftRow]:
        """What somebody saved last, newest first."""
        rows = self._c.execute(
            f"select {_DRAFT} from draft where saved_by=? and sealed is not null order by saved_at desc limit ?",
            (user_id, limit),
        )
        return [DraftRow(*row) for row in rows]

    def drop(self, case_id: str, ref: str) -> None:
        """It was sent, or is not wanted any more."""
        self._c.execute("delete from draft where case_id=? and ref=?", (case_id, ref))

    def drop_saved_before(self, at: int, start: str = "") -> int:
        """Forget drafts that nobody touched since, all of them or those whose `ref` begins so; how many."""
        return self._c.execute(
            "delete from draft where saved_at<? and substr(ref, 1, ?)=?", (at, len(start), start)
        ).rowcount
