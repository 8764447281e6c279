"""Alarms and pages: what must not wait for somebody to look by chance.

An alarm stays until a person ends it; its ladder is a step and a time, so that a restart goes on where it stood.
"""

import sqlite3
from collections import Counter
from dataclasses import dataclass, replace

from node.store.veil import NO_VEIL, Veil


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """One alarm on one ladder. `ref` is what it is about (a letter, a thread, a country); `code` is covered.

    `acknowledged_at`: a person has it, so nobody is called any more; `closed_at`: it is over. `raised_by` sent it;
    `asked_by` is who asked for it, where that was another person. Times are UTC seconds.
    """

    id: int
    ladder: str
    ref: str
    peer: str | None
    thread_id: str | None
    letter_id: str | None
    case_id: str | None
    code: str
    raised_by: str
    raised_at: int
    due_at: int
    step: int
    next_at: int
    acknowledged_at: int | None
    acknowledged_by: str | None
    closed_at: int | None
    outcome: str | None
    sealed: bytes | None
    asked_by: str | None = None


_ALARM = (
    "id, ladder, ref, peer, thread_id, letter_id, case_id, code, raised_by, raised_at, due_at, step, next_at,"
    " acknowledged_at, acknowledged_by, closed_at, outcome, sealed, asked_by"
)


class Alarms:
    """Alarms by ladder and what they are about. Ladder and outcome are covered: a copied disk shows that people were
    called, not why.
    """

    def __init__(self, connection: sqlite3.Connection, veil: Veil = NO_VEIL) -> None:
        self._c = connection
        self._veil = veil

    def add(self, row: AlarmRow) -> bool:
        """Raise one; the same ladder about the same thing is not raised twice. `row.id` is ignored; True when new."""
        done = self._c.execute(
            "insert or ignore into alarm (ladder, ref, peer, thread_id, letter_id, case_id, code, raised_by, raised_at,"
            " due_at, step, next_at, sealed, asked_by) values (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (self._covered(row.ladder, row.ref), row.ref, row.peer, row.thread_id, row.letter_id, row.case_id, row.code,
             row.raised_by, row.raised_at, row.due_at, row.step, row.next_at, row.sealed, row.asked_by),
        )  # fmt: skip
        return done.rowcount == 1

    def get(self, ladder: str, ref: str) -> AlarmRow | None:
        """One alarm."""
        return self._one("ladder=? and ref=?", (self._covered(ladder, ref), ref))

    def by_id(self, id: int) -> AlarmRow | None:
        """One alarm by its number."""
        return self._one("id=?", (id,))

    def on_thread(self, ladder: str, peer: str, thread_id: str) -> AlarmRow | None:
        """The oldest one of this thread and ladder for which people are still being called."""
        return next((row for row in self.open_on(ladder, peer, thread_id) if row.acknowledged_at is None), None)

    def open_on(self, ladder: str, peer: str, thread_id: str) -> list[AlarmRow]:
        """Open alarms of this ladder on a thread."""
        rows = self._many("peer=? and thread_id=? and closed_at is null order by id", (peer, thread_id))
        return [row for row in rows if row.ladder == ladder]

    def without_letter(self, ladder: str, peer: str, thread_id: str) -> list[AlarmRow]:
        """Open alarms of a thread that no letter raised: an arrival that is overdue."""
        return [row for row in self.open_on(ladder, peer, thread_id) if row.letter_id is None]

    def open(self, limit: int = 1000) -> list[AlarmRow]:
        """What is not over, the soonest next step first."""
        return self._many("closed_at is null order by acknowledged_at is not null, next_at, id limit ?", (limit,))

    def are_open_in(self, case_id: str) -> bool:
        """Whether anything of this case is not over."""
        row = self._c.execute(
            "select 1 from alarm where case_id=? and closed_at is null limit 1", (case_id,)
        ).fetchone()
        return row is not None

    def due(self, now: int, limit: int) -> list[AlarmRow]:
        """What has its next step now, the oldest first."""
        return self._many("closed_at is null and next_at<=? order by next_at, id limit ?", (now, limit))

    def climbed(self, id: int, step: int, next_at: int) -> None:
        """One step of the ladder was taken, or put off."""
        self._c.execute("update alarm set step=?, next_at=? where id=?", (step, next_at, id))

    def acknowledge(self, id: int, by: str, at: int, next_at: int) -> None:
        """A person has it: nobody is called any more; ask again at `next_at` whether it is over."""
        self._c.execute(
            "update alarm set acknowledged_at=?, acknowledged_by=?, next_at=? where id=? and acknowledged_at is null",
            (at, by, next_at, id),
        )

    def anew(self, id: int, at: int) -> None:
        """It grew worse: call people as if it had just been raised."""
        self._c.execute(
            "update alarm set acknowledged_at=null, acknowledged_by=null, step=0, next_at=? where id=?", (at, id)
        )

    def hurry(self, id: int, at: int) -> None:
        """Take the next step already now."""
        self._c.execute("update alarm set next_at=min(next_at, ?) where id=?", (at, id))

    def end_of_case(self, case_id: str, at: int) -> None:
        """Nothing is left of the case, so nobody is called about it any more."""
        for (number,) in self._c.execute(
            "select id from alarm where case_id=? and closed_at is null", (case_id,)
        ).fetchall():
            self.close(number, "erased", at)

    def close(self, id: int, outcome: str, at: int) -> None:
        """It is over; the outcome is a code."""
        self._c.execute(
            "update alarm set closed_at=?, outcome=?, sealed=null where id=? and closed_at is null",
            (at, self._veil.cover(outcome, f"outcome|{id}"), id),
        )

    def figures(self) -> list[tuple[str, str, int, int]]:
        """By country and ladder: how many there were, and how many a second look found not justified."""
        rows = self._many("letter_id is not null", ())
        number = Counter((row.peer or "", row.ladder) for row in rows)
        unfounded = Counter((row.peer or "", row.ladder) for row in rows if row.outcome == "not_justified")
        return [(*about, number[about], unfounded[about]) for about in sorted(number)]

    def _one(self, where: str, values: tuple[object, ...]) -> AlarmRow | None:
        return next(iter(self._many(where, values)), None)

    def _many(self, where: str, values: tuple[object, ...]) -> list[AlarmRow]:
        rows = self._c.execute(f"select {_ALARM} from alarm where {where}", values)
        return [self._uncovered(AlarmRow(*row)) for row in rows]

    def _covered(self, ladder: str, ref: str) -> str:
        return self._veil.cover(ladder, f"ladder|{ref}")

    def _uncovered(self, row: AlarmRow) -> AlarmRow:
        outcome = None if row.outcome is None else self._veil.uncover(row.outcome)
        return replace(row, ladder=self._veil.uncover(row.ladder), outcome=outcome)


@dataclass(frozen=True, slots=True)
class PageRow:
    """One call to whoever is in a position: by which channel, for how many things, and how often it was tried."""

    id: int
    channel: str
    position: str
    count: int
    queued_at: int
    tries: int
    next_try_at: int


class Pages:
    """Calls that wait, and when the last one was made."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def ask(self, channel: str, position: str, count: int, now: int) -> None:
        """Call them once for all of this; a call that still waits to be made grows instead of being doubled."""
        grown = self._c.execute(
            "update page set count=count+? where channel=? and position=? and sent_at is null",
            (count, channel, position),
        )
        if grown.rowcount == 0:
            self._c.execute(
                "insert into page (channel, position, count, queued_at, tries, next_try_at) values (?,?,?,?,0,?)",
                (channel, position, count, now, now),
            )

    def quiet_until(self, position: str, gap_s: int) -> int:
        """Before this moment (UTC seconds) no further call is made to this position; 0 while one waits to be made."""
        waits = self._c.execute("select 1 from page where position=? and sent_at is null", (position,)).fetchone()
        last = self._c.execute("select max(queued_at) from page where position=?", (position,)).fetchone()[0]
        return 0 if waits or last is None else int(last) + gap_s

    def due(self, now: int, limit: int = 20) -> list[PageRow]:
        """Calls to make now."""
        rows = self._c.execute(
            "select id, channel, position, count, queued_at, tries, next_try_at from page"
            " where sent_at is null and next_try_at<=? order by id limit ?",
            (now, limit),
        )
        return [PageRow(*row) for row in rows]

    def sent(self, id: int, count: int, at: int) -> None:
        """They were called, for so many things; what came while the call was made is called for again."""
        more = self._c.execute("select count-?, channel, position from page where id=?", (count, id)).fetchone()
        self._c.execute("update page set sent_at=?, count=?, error=null where id=?", (at, count, id))
        if more and more[0] > 0:
            self.ask(more[1], more[2], more[0], at)

    def failed(self, id: int, error: str, next_try_at: int) -> None:
        """The call could not be made; `error` is a code."""
        self._c.execute(
            "update page set tries=tries+1, error=?, next_try_at=? where id=? and sent_at is null",
            (error, next_try_at, id),
        )

    def problems(self) -> list[tuple[str, str, int]]:
        """Calls that failed and still wait: channel, code, tries."""
        rows = self._c.execute("select channel, error, tries from page where sent_at is null and error is not null")
        return [(channel, error, tries) for channel, error, tries in rows]
