"""What goes on, for a list that is narrowed and turned page by page: by when it is due, or the newest first.

Every list begins behind a place and has at most `limit` rows. Whether a row is really this person's is decided above;
of what the plain columns know nothing is left out, and nothing else is read. Source: interface C2, C3.
"""

import sqlite3
from dataclasses import dataclass

import msgspec

from node.store.threads import DeadlineRow, ThreadRow
from node.store.veil import NO_VEIL, Veil
from node.store.waiting import MINE

MINE_ONLY = "with mine as materialized (select case_id from case_file where owner=:user and erased_at is null) "
NOBODYS = "with mine as materialized (select case_id from case_file where owner is null and erased_at is null) "
_DEADLINE = "d.id, d.peer, d.thread_id, d.letter_id, d.code, d.due_at, d.state, d.step, d.next_at"
_THREAD = "t.peer, t.thread_id, t.case_id, t.sealed, t.started_at, t.changed_at, t.ended_at"


@dataclass(frozen=True, slots=True)
class Part:
    """Which part is read. `user`: whose lists, None for everybody's; `of`: `mine`, `nobody` or "" for all of these;
    `peer`: one country, or "".
    """

    user: str | None
    of: str = ""
    peer: str = ""

    @property
    def cases(self) -> str:
        """The beginning of a query that finds the cases first; "" where all are read."""
        if self.of:
            return MINE_ONLY if self.of == "mine" else NOBODYS
        return "" if self.user is None else MINE.replace("?1", ":user")


class Narrowed:
    """Deadlines and matters by these parts."""

    def __init__(self, connection: sqlite3.Connection, veil: Veil = NO_VEIL) -> None:
        self._c = connection
        self._veil = veil

    def due(self, part: Part, before: int, after: tuple[int, int], limit: int) -> list[DeadlineRow]:
        """What is expected before a time, the soonest first, behind `after`: (when due, number)."""
        # By their threads where the cases are known: `+` keeps the planner from going through all that is due instead.
        found, peer, due = (
            ("mine cross join thread t on t.case_id=mine.case_id cross join deadline d"
             " on d.peer=t.peer and d.thread_id=t.thread_id", " and t.peer=:peer", "+d.due_at")
            if part.cases
            else ("deadline d", " and +d.peer=:peer", "d.due_at")
        )  # fmt: skip
        query = (
            f"{part.cases}select {_DEADLINE} from {found} where d.state='open'{peer * bool(part.peer)}"
            f" and {due}<:before and ({due}, d.id)>(:at, :id) order by {due}, d.id limit :limit"
        )
        given = {"user": part.user, "peer": part.peer, "before": before, "at": after[0], "id": after[1], "limit": limit}
        rows = (DeadlineRow(*one) for one in self._c.execute(query, given))
        return [msgspec.structs.replace(row, code=self._veil.uncover(row.code)) for row in rows]

    def newest(self, part: Part, after: tuple[int, str], limit: int) -> list[ThreadRow]:
        """Matters that go on, the newest first, behind `after`: (when begun, id)."""
        found, peer, begun = (
            ("mine cross join thread t on t.case_id=mine.case_id", " and +t.peer=:peer", "+t.started_at")
            if part.cases
            else ("thread t", " and t.peer=:peer", "t.started_at")
        )
        query = (
            f"{part.cases}select {_THREAD} from {found} where t.ended_at is null{peer * bool(part.peer)}"
            f" and ({begun}, t.thread_id)<(:at, :id) order by {begun} desc, t.thread_id desc limit :limit"
        )
        given = {"user": part.user, "peer": part.peer, "at": after[0], "id": after[1], "limit": limit}
        return [ThreadRow(*one) for one in self._c.execute(query, given)]

    def newest_in(self, peer: str, thread_id: str) -> str | None:
        """The newest letter that came on this thread."""
        query = "select at, letter_id from letter where peer=? and thread_id=? and direction='in'"
        found = max(self._c.execute(query, (peer, thread_id)), default=None)
        return None if found is None else str(found[1])

    def has_unopened(self, peer: str, thread_id: str) -> bool:
        """Whether a letter came on this thread that nobody has opened."""
        query = "select 1 from letter where peer=? and thread_id=? and direction='in' and opened_at is null limit 1"
        return self._c.execute(query, (peer, thread_id)).fetchone() is not None
