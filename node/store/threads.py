"""Threads, deadlines and tasks: what is under way with each country.

A thread's state is sealed under its case's control key; the plain columns say only that a random id exists with a peer.
"""

import sqlite3

import msgspec
from msgspec.structs import replace

from node.store.cases import CASE_COLUMNS, CaseRow
from node.store.veil import NO_VEIL, Veil


class ThreadRow(msgspec.Struct, frozen=True):
    """One matter with one peer; `sealed` holds the folded state and its entries (opaque here)."""

    peer: str
    thread_id: str
    case_id: str
    sealed: bytes | None
    started_at: int
    changed_at: int
    ended_at: int | None


_THREAD = "peer, thread_id, case_id, sealed, started_at, changed_at, ended_at"
_WITH_CASE = (
    f"select {', '.join('t.' + name for name in _THREAD.split(', '))},"
    f" {', '.join('c.' + name for name in CASE_COLUMNS.split(', '))}"
    " from thread t join case_file c using (case_id) where t.thread_id=?1 and (?2 is null or t.peer=?2)"
)


class Threads:
    """Threads by peer and id."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def put(self, row: ThreadRow) -> None:
        """Insert a thread, or replace its sealed state."""
        goes_on = self._c.execute(  # nearly always; what is set to the same value too is written to its index again
            "update thread set sealed=?, changed_at=? where peer=? and thread_id=? and ended_at is ?",
            (row.sealed, row.changed_at, row.peer, row.thread_id, row.ended_at),
        )
        if goes_on.rowcount:
            return
        self._c.execute(
            f"insert into thread ({_THREAD}) values (?,?,?,?,?,?,?) on conflict (peer, thread_id) do update set"
            " sealed=excluded.sealed, changed_at=excluded.changed_at, ended_at=excluded.ended_at",
            (row.peer, row.thread_id, row.case_id, row.sealed, row.started_at, row.changed_at, row.ended_at),
        )

    def get(self, peer: str, thread_id: str) -> ThreadRow | None:
        """One thread with one peer."""
        row = self._c.execute(
            f"select {_THREAD} from thread where peer=? and thread_id=?", (peer, thread_id)
        ).fetchone()
        return ThreadRow(*row) if row else None

    def find(self, thread_id: str) -> ThreadRow | None:
        """One thread by its id alone, for the people of this node."""
        rows = [
            ThreadRow(*row) for row in self._c.execute(f"select {_THREAD} from thread where thread_id=?", (thread_id,))
        ]
        return min(rows, key=lambda row: row.started_at, default=None)  # two only where a peer copied another's id

    def with_case(self, thread_id: str, peer: str | None = None) -> tuple[ThreadRow, CaseRow] | None:
        """One thread, of this peer if one is named, and its case: in one look, for what a letter begins with."""
        rows = self._c.execute(_WITH_CASE, (thread_id, peer)).fetchall()
        row = min(rows, key=lambda row: int(row[4]), default=None)  # two only where a peer copied another's id
        return None if row is None else (ThreadRow(*row[:7]), CaseRow(*row[7:]))

    def of_case(self, case_id: str) -> list[ThreadRow]:
        """The threads of a case, oldest first."""
        rows = self._c.execute(f"select {_THREAD} from thread where case_id=? order by started_at", (case_id,))
        return [ThreadRow(*row) for row in rows]

    def open(self, limit: int = 1000) -> list[ThreadRow]:
        """Threads that have not ended, newest change first."""
        # By the index of those that go on, not by that of the times, which also holds all that have ended.
        rows = self._c.execute(
            f"select {_THREAD} from thread where ended_at is null order by +changed_at desc limit ?", (limit,)
        )
        return [ThreadRow(*row) for row in rows]

    def begun(self, first: int, before: int) -> list[ThreadRow]:
        """Threads that began in this time and are not erased, oldest first."""
        rows = self._c.execute(
            f"select {_THREAD} from thread where started_at>=? and started_at<? and sealed is not null"
            " order by started_at, peer, thread_id",
            (first, before),
        )
        return [ThreadRow(*row) for row in rows]

    def count(self) -> dict[str, int]:
        """Threads by peer: what an operator may see."""
        return dict(self._c.execute("select peer, count(*) from thread group by peer").fetchall())


class DeadlineRow(msgspec.Struct, frozen=True):
    """Something is expected by `due_at`; `step` counts how far it was escalated, `next_at` is when to look again."""

    id: int
    peer: str
    thread_id: str
    letter_id: str
    code: str
    due_at: int
    state: str
    step: int
    next_at: int


# What the end of a thread does not end: her rights go on (R20, R33), and danger that was told is looked at (H19).
OWED_TO_HER = ("erase", "withdrawal", "confirm", "kept", "access", "rectify", "tell_her", "look")
_DEADLINE = "id, peer, thread_id, letter_id, code, due_at, state, step, next_at"


class Deadlines:
    """Open, met, overdue and ended deadlines. Their codes are covered: a copied disk does not say who is on the way."""

    def __init__(self, connection: sqlite3.Connection, veil: Veil = NO_VEIL) -> None:
        self._c = connection
        self._veil = veil

    def start(self, peer: str, thread_id: str, letter_id: str, code: str, due_at: int) -> None:
        """Expect `code` about a letter by `due_at`; starting the same one twice changes nothing."""
        self._c.execute(
            "insert or ignore into deadline (peer, thread_id, letter_id, code, due_at, state, step, next_at)"
            " values (?,?,?,?,?,'open',0,?)",
            (peer, thread_id, letter_id, self._covered(code, letter_id), due_at, due_at),
        )

    def meet(self, peer: str, thread_id: str | None, letter_id: str, code: str) -> None:
        """What was expected about a letter of this thread came."""
        self._c.execute(
            "update deadline set state='met' where peer=? and thread_id=? and letter_id=? and code=? and state='open'",
            (peer, thread_id, letter_id, self._covered(code, letter_id)),
        )

    def end_thread(self, peer: str, thread_id: str) -> None:
        """No answer is expected on this thread any more; what is owed to her goes on."""
        rows = self._many("peer=? and thread_id=? and state='open'", (peer, thread_id))
        self._become("ended", [row.id for row in rows if row.code not in OWED_TO_HER])

    def end_all(self, peer: str, thread_id: str) -> None:
        """The thread was erased: nothing can be looked at any more."""
        self._c.execute(
            "update deadline set state='ended' where peer=? and thread_id=? and state='open'", (peer, thread_id)
        )

    def end_code(self, peer: str, thread_id: str, code: str) -> None:
        """Nothing of this kind is expected on this thread any more."""
        rows = self._many("peer=? and thread_id=? and state='open'", (peer, thread_id))
        self._become("met", [row.id for row in rows if row.code == code])

    def due(self, now: int, limit: int) -> list[DeadlineRow]:
        """Open deadlines whose next look is due, oldest first."""
        return self._many("state='open' and next_at<=? order by next_at limit ?", (now, limit))

    def soon(self, now: int, until: int, limit: int) -> list[DeadlineRow]:
        """Answers that are due between `now` and `until`, of which nobody was reminded, soonest first."""
        where = "state='open' and reminded_at is null and due_at>? and due_at<=? order by due_at"
        return [row for row in self._many(where, (now, until)) if row.code == "reply"][:limit]

    def reminded(self, id: int, at: int) -> None:
        """Somebody was reminded; it is done once."""
        self._c.execute("update deadline set reminded_at=? where id=?", (at, id))

    def reached(self, case_id: str, step: int) -> bool:
        """Whether something that a case waits for has come as far as this step of the ladder."""
        row = self._c.execute(
            "select 1 from deadline join thread using (peer, thread_id)"
            " where thread.case_id=? and deadline.state='open' and deadline.step>=? limit 1",
            (case_id, step),
        ).fetchone()
        return row is not None

    def escalated(self, id: int, step: int, next_at: int) -> None:
        """One step of the ladder was done; look again at `next_at`."""
        self._c.execute("update deadline set step=?, next_at=? where id=?", (step, next_at, id))

    def open(self, limit: int = 1000) -> list[DeadlineRow]:
        """Everything expected, soonest first: the inbox by deadline."""
        return self._many("state='open' order by due_at limit ?", (limit,))

    def of_thread(self, peer: str, thread_id: str) -> list[DeadlineRow]:
        """Every deadline of a thread."""
        return self._many("peer=? and thread_id=? order by due_at", (peer, thread_id))

    def _covered(self, code: str, letter_id: str) -> str:
        return self._veil.cover(code, f"deadline|{letter_id}")

    def _become(self, state: str, ids: list[int]) -> None:
        self._c.executemany("update deadline set state=? where id=?", [(state, one) for one in ids])

    def _many(self, where: str, values: tuple[object, ...]) -> list[DeadlineRow]:
        rows = self._c.execute(f"select {_DEADLINE} from deadline where {where}", values)
        return [replace(row, code=self._veil.uncover(row.code)) for row in (DeadlineRow(*one) for one in rows)]
