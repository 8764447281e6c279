"""What waits for one person, read from their own cases and not by looking through everybody's.

`user` is a caseworker: their own cases, those that nobody owns, and those of whom they stand in for; None is
everybody's, for a coordinator. Whether a row is really theirs is decided above: here nothing of theirs is left out.
Source: issue 4, numbers (50,000 cases, and a million).
"""

import sqlite3
from dataclasses import replace

import msgspec

from node.store.cases import CaseRow
from node.store.letters import LetterRow
from node.store.tasks import TaskRow
from node.store.threads import DeadlineRow, ThreadRow
from node.store.veil import NO_VEIL, Veil

MINE = (
    "with mine as materialized ("
    "select case_id from case_file where owner=?1 and erased_at is null"
    " union all select case_id from case_file where owner is null and erased_at is null"
    " union all select case_id from stand_in cross join case_file on case_file.owner=stand_in.user_id"
    " where stand_in.backup=?1 and erased_at is null) "
)
END = 1 << 62  # later than any time
_DEADLINE = "d.id, d.peer, d.thread_id, d.letter_id, d.code, d.due_at, d.state, d.step, d.next_at"
_TASK = "k.id, k.case_id, k.peer, k.thread_id, k.letter_id, k.code, k.sealed, k.at, k.done_at, k.done_by"
_THREAD = "t.peer, t.thread_id, t.case_id, t.sealed, t.started_at, t.changed_at, t.ended_at"
_CASE = "case_id, dek, sealed, created_at, changed_at, owner, erased_at"
_LETTER = "l.peer, l.letter_id, l.thread_id, l.case_id, l.at"
_HELD = "l.peer, l.direction, l.letter_id, l.thread_id, l.case_id, l.eid, null, l.at, l.opened_at, null, l.held_code"
_LETTERS_OF_MINE = (
    "mine cross join thread t on t.case_id=mine.case_id"
    " cross join letter l on l.peer=t.peer and l.thread_id=t.thread_id"
)
_WAITS = "l.direction='in' and (l.held_code is not null)=1"  # in these words stands the index
_UNOPENED = "l.direction='in' and l.thread_id is not null and l.opened_at is null"


class Waiting:
    """Lists by what is soonest, each with at most `limit` rows."""

    def __init__(self, connection: sqlite3.Connection, veil: Veil = NO_VEIL) -> None:
        self._c = connection
        self._veil = veil

    def deadlines(self, user: str | None, limit: int) -> list[DeadlineRow]:
        """Everything expected, the soonest first."""
        mine = (
            f"{MINE} select {_DEADLINE} from mine cross join thread t on t.case_id=mine.case_id cross join deadline d"
            " on d.peer=t.peer and d.thread_id=t.thread_id where d.state='open' order by d.due_at limit ?2"
        )
        all_ = f"select {_DEADLINE} from deadline d where d.state='open' order by d.due_at limit ?2"
        rows = (DeadlineRow(*one) for one in self._rows(mine, all_, user, limit))
        return [msgspec.structs.replace(row, code=self._veil.uncover(row.code)) for row in rows]

    def tasks(self, user: str | None, limit: int) -> list[TaskRow]:
        """Tasks not done, the oldest first; of cases only, for a caseworker."""
        mine = (
            f"{MINE} select {_TASK} from mine cross join task k on k.case_id=mine.case_id where k.done_at is null"
            " order by k.at, k.id limit ?2"
        )
        all_ = f"select {_TASK} from task k where k.done_at is null order by k.at, k.id limit ?2"
        rows = (TaskRow(*one) for one in self._rows(mine, all_, user, limit))
        return [replace(row, code=self._veil.uncover(row.code)) for row in rows]

    def tasks_of_no_case(self, limit: int) -> list[TaskRow]:
        """Tasks not done that belong to no case, the oldest first: what operators see."""
        query = f"select {_TASK} from task k where k.done_at is null and k.case_id is null order by k.at, k.id limit ?"
        rows = (TaskRow(*one) for one in self._c.execute(query, (limit,)))
        return [replace(row, code=self._veil.uncover(row.code)) for row in rows]

    def unopened(self, user: str | None, limit: int) -> list[tuple[str, str, str, str | None, int]]:
        """(peer, letter, thread, case, at) of received letters nobody opened, the oldest first."""
        mine = f"{MINE} select {_LETTER} from {_LETTERS_OF_MINE} where {_UNOPENED} order by l.at limit ?2"
        return self._rows(mine, f"select {_LETTER} from letter l where {_UNOPENED} order by l.at limit ?2", user, limit)

    def held(self, user: str | None, limit: int) -> list[LetterRow]:
        """Received letters that wait without effect, the oldest first; of cases only, for a caseworker."""
        mine = f"{MINE} select {_HELD} from {_LETTERS_OF_MINE} where {_WAITS} order by l.at limit ?2"
        all_ = f"select {_HELD} from letter l where {_WAITS} order by l.at limit ?2"
        return [LetterRow(*one) for one in self._rows(mine, all_, user, limit)]

    def threads(self, user: str | None, limit: int) -> list[ThreadRow]:
        """Threads that have not ended, the newest change first."""
        mine = (
            f"{MINE} select {_THREAD} from mine cross join thread t on t.case_id=mine.case_id where t.ended_at is null"
            " order by t.changed_at desc limit ?2"
        )
        all_ = f"select {_THREAD} from thread t where t.ended_at is null order by +t.changed_at desc limit ?2"
        return [ThreadRow(*one) for one in self._rows(mine, all_, user, limit)]

    def cases(self, user: str | None, limit: int, before: int | None) -> list[CaseRow]:
        """Cases changed before `before`, the newest first; of a caseworker, those owned and those nobody owns."""
        part = (
            "select * from (select {} from case_file where owner {} and changed_at<?3"
            " order by changed_at desc limit ?2)"
        )
        mine = (
            f"{part.format(_CASE, '=?1')} union all {part.format(_CASE, 'is null')} order by changed_at desc limit ?2"
        )
        all_ = f"select {_CASE} from case_file where changed_at<?3 order by changed_at desc limit ?2"
        return [CaseRow(*one) for one in self._rows(mine, all_, user, limit, END if before is None else before)]

    def _rows(self, mine: str, all_: str, user: str | None, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        query = all_ if user is None else mine
        return self._c.execute(query, (user, *values)).fetchall()
