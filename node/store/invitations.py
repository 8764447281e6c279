"""Invitations: who may make a sign-in of their own, until when. Of the code only a keyed hash is kept."""

import sqlite3
from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """One invitation; `sealed` holds whom it is for. Once used it names the user who came of it."""

    invitation_id: str
    code_hash: bytes
    sealed: bytes
    role: str
    organisation: str
    made_by: str
    made_at: int
    ends_at: int
    used_at: int | None = None
    used_by: str | None = None
    revoked_at: int | None = None


_ROW = "invitation_id, code_hash, sealed, role, organisation, made_by, made_at, ends_at, used_at, used_by, revoked_at"


class Invitations:
    """Invitations by their code."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def add(self, row: InvitationRow) -> None:
        """Invite somebody."""
        self._c.execute(f"insert into invitation ({_ROW}) values (?,?,?,?,?,?,?,?,?,?,?)", astuple(row))

    def open(self, code_hash: bytes, now: int) -> InvitationRow | None:
        """The invitation of a code while nobody used it, nobody took it back, and its time lasts."""
        row = self._c.execute(
            f"select {_ROW} from invitation where code_hash=? and used_at is null and revoked_at is null and ends_at>?",
            (code_hash, now),
        ).fetchone()
        return InvitationRow(*row) if row else None

    def all_open(self, now: int) -> list[InvitationRow]:
        """Those that can still be used, newest first."""
        query = (
            f"select {_ROW} from invitation where used_at is null and revoked_at is null and ends_at>?"
            " order by made_at desc, invitation_id"
        )
        return [InvitationRow(*row) for row in self._c.execute(query, (now,))]

    def used(self, invitation_id: str, user_id: str, at: int) -> None:
        """Somebody came of it."""
        self._c.execute(
            "update invitation set used_at=?, used_by=? where invitation_id=? and used_at is null",
            (at, user_id, invitation_id),
        )

    def revoke(self, invitation_id: str, at: int) -> bool:
        """Take it back; False if there is nothing to take back."""
        done = self._c.execute(
            "update invitation set revoked_at=? where invitation_id=? and used_at is null and revoked_at is null",
            (at, invitation_id),
        )
        return done.rowcount > 0

    def forget(self, before: int) -> int:
        """Drop invitations that ended before `before`, used or not; the audit keeps who came of them. How many."""
        return self._c.execute("delete from invitation where ends_at<?", (before,)).rowcount
