"""Who is on call, where they are reached (sealed), and the drills that test it. Source: H21."""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OnCallRow:
    """One person of the roster; `sealed` holds where she is reached."""

    user_id: str
    position: str
    unlocks_away: bool
    sealed: bytes
    since: int


@dataclass(frozen=True, slots=True)
class DrillRow:
    """One drill with a country: `out` is one we asked for, `in` one that we answer."""

    letter_id: str
    peer: str
    direction: str
    at: int
    answer_by: int
    answered_at: int | None
    answered_by: str | None
    unlocked: bool | None

    @property
    def was_in_time(self) -> bool:
        """True when a person answered before the hour was over."""
        return self.answered_at is not None and self.answered_at <= self.answer_by


class OnCall:
    """The roster, and the drills that test it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def put(self, row: OnCallRow) -> None:
        """Add a person, or change her place."""
        self._c.execute(
            "insert into on_call (user_id, position, unlocks_away, sealed, since) values (?,?,?,?,?)"
            " on conflict (user_id) do update set position=excluded.position, unlocks_away=excluded.unlocks_away,"
            " sealed=excluded.sealed",
            (row.user_id, row.position, int(row.unlocks_away), row.sealed, row.since),
        )

    def drop(self, user_id: str) -> bool:
        """Take a person off the roster; False when she was not on it."""
        return self._c.execute("delete from on_call where user_id=?", (user_id,)).rowcount == 1

    def all(self) -> list[OnCallRow]:
        """Everybody whose account is not disabled, first position first."""
        rows = self._c.execute(
            "select o.user_id, position, unlocks_away, o.sealed, since from on_call o join user u using (user_id)"
            " where u.disabled_at is null order by position desc, since"
        )
        return [OnCallRow(user, position, bool(away), sealed, since) for user, position, away, sealed, since in rows]

    def add_drill(self, letter_id: str, peer: str, direction: str, at: int, answer_by: int) -> bool:
        """Note a drill; False when it was noted before."""
        done = self._c.execute(
            "insert or ignore into drill (letter_id, peer, direction, at, answer_by) values (?,?,?,?,?)",
            (letter_id, peer, direction, at, answer_by),
        )
        return done.rowcount == 1

    def answer_drill(self, letter_id: str, peer: str, direction: str, at: int, by: str, unlocked: bool) -> bool:
        """Note the answer; False when there is no such drill with this country or it was answered."""
        done = self._c.execute(
            "update drill set answered_at=?, answered_by=?, unlocked=? where letter_id=? and peer=? and direction=?"
            " and answered_at is null",
            (at, by, int(unlocked), letter_id, peer, direction),
        )
        return done.rowcount == 1

    def drill(self, letter_id: str) -> DrillRow | None:
        """One drill."""
        found = self._drills("letter_id=?", (letter_id,))
        return found[0] if found else None

    def drills(self, direction: str, peer: str | None = None, limit: int = 50) -> list[DrillRow]:
        """Drills, newest first; of one country or of all."""
        if peer is None:
            return self._drills("direction=? order by at desc limit ?", (direction, limit))
        return self._drills("direction=? and peer=? order by at desc limit ?", (direction, peer, limit))

    def last_kept(self, direction: str, peer: str | None = None) -> int | None:
        """When the newest drill that was answered in time, with the vault open, was asked; of one country or of all."""
        kept = "select max(at) from drill where direction=? and unlocked=1 and answered_at<=answer_by"
        values: tuple[object, ...] = (direction,)
        if peer is not None:
            kept, values = f"{kept} and peer=?", (direction, peer)
        (found,) = self._c.execute(kept, values).fetchone()
        return None if found is None else int(found)

    def _drills(self, where: str, values: tuple[object, ...]) -> list[DrillRow]:
        rows = self._c.execute(
            "select letter_id, peer, direction, at, answer_by, answered_at, answered_by, unlocked from drill"
            f" where {where}",
            values,
        )
        return [
            DrillRow(letter_id, peer, way, at, by, answered_at, who, None if unlocked is None else bool(unlocked))
            for letter_id, peer, way, at, by, answered_at, who, unlocked in rows
        ]
