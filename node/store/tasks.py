"""Tasks: what waits for a person. Their codes are covered: a copied disk shows that something waits, not what."""

import sqlite3
from dataclasses import dataclass, replace
from typing import Final

from node.store.veil import NO_VEIL, Veil


@dataclass(frozen=True, slots=True)
class TaskRow:
    """Something a person has to look at; `code` says what in general, `sealed` may hold the particulars."""

    id: int
    case_id: str | None
    peer: str | None
    thread_id: str | None
    letter_id: str | None
    code: str
    sealed: bytes | None
    at: int
    done_at: int | None
    done_by: str | None


REMINDERS: Final = ("answer_due_soon", "phone_them_first")
STEP: Final = "overdue_"
_TASK = "id, case_id, peer, thread_id, letter_id, code, sealed, at, done_at, done_by"


class Tasks:
    """What waits for a person: refused letters, overdue answers, held letters, alarms."""

    def __init__(self, connection: sqlite3.Connection, veil: Veil = NO_VEIL) -> None:
        self._c = connection
        self._veil = veil

    def add(
        self,
        code: str,
        at: int,
        *,
        case_id: str | None = None,
        peer: str | None = None,
        thread_id: str | None = None,
        letter_id: str | None = None,
        sealed: bytes | None = None,
    ) -> None:
        """Ask a person to look; an open task of the same code about the same letter, thread and peer is not doubled."""
        covered = self._veil.cover(code, _about(case_id, peer, thread_id, letter_id))
        same = self._c.execute(
            "select 1 from task where code=? and done_at is null and letter_id is ? and thread_id is ? and peer is ?"
            " and case_id is ?",
            (covered, letter_id, thread_id, peer, case_id),
        ).fetchone()
        if same is None:
            self._c.execute(
                "insert into task (case_id, peer, thread_id, letter_id, code, sealed, at) values (?,?,?,?,?,?,?)",
                (case_id, peer, thread_id, letter_id, covered, sealed, at),
            )

    def close_answered(self, at: int) -> None:
        """Reminders and steps of the ladder are done once nothing is awaited any more; `node` is who did them."""
        for task in self._many("done_at is null and letter_id is not null", ()):
            if task.code in REMINDERS or task.code.startswith(STEP):
                query = "select code from deadline where letter_id=? and state='open'"
                awaited = {self._veil.uncover(row[0]) for row in self._c.execute(query, (task.letter_id,))}
                if not any(_is_about(task.code, code) for code in awaited):
                    self.done(task.id, "node", at)

    def open(self, limit: int = 1000) -> list[TaskRow]:
        """Tasks not done, oldest first."""
        return self._many("done_at is null order by at, id limit ?", (limit,))

    def count_open(self) -> int:
        """How many tasks are not done."""
        return int(self._c.execute("select count(*) from task where done_at is null").fetchone()[0])

    def waits(self, code: str) -> bool:
        """Whether a task of this kind that is about the whole node is not done."""
        covered = self._veil.cover(code, _about(None, None, None, None))
        found = self._c.execute("select 1 from task where done_at is null and code=? limit 1", (covered,)).fetchone()
        return found is not None

    def all(self) -> list[TaskRow]:
        """Every task there ever was, done ones too, oldest first."""
        return self._many("true order by id", ())

    def of_case(self, case_id: str, code: str) -> list[TaskRow]:
        """Open tasks of a case with this code, oldest first."""
        return [row for row in self.open_of_case(case_id) if row.code == code]

    def open_of_case(self, case_id: str) -> list[TaskRow]:
        """Every open task of a case, oldest first."""
        return self._many("case_id=? and done_at is null order by at, id", (case_id,))

    def cases_where(self, code: str) -> list[str]:
        """Cases with an open task whose code begins so."""
        rows = self._many("done_at is null and case_id is not null", ())
        return sorted({row.case_id for row in rows if row.case_id is not None and row.code.startswith(code)})

    def cases_with(self, code: str) -> list[str]:
        """Cases with an open task of this code."""
        rows = self._many("done_at is null and case_id is not null", ())
        return sorted({row.case_id for row in rows if row.code == code and row.case_id is not None})

    def get(self, id: int) -> TaskRow | None:
        """One task."""
        return next(iter(self._many("id=?", (id,))), None)

    def done_about(self, letter_id: str, code: str, by: str, at: int) -> None:
        """A person dealt with what this code asks about a letter."""
        for task in self._many("letter_id=? and done_at is null", (letter_id,)):
            if task.code == code:
                self.done(task.id, by, at)

    def done(self, id: int, by: str, at: int) -> None:
        """A person dealt with it."""
        self._c.execute("update task set done_at=?, done_by=? where id=? and done_at is null", (at, by, id))

    def _many(self, where: str, values: tuple[object, ...]) -> list[TaskRow]:
        rows = self._c.execute(f"select {_TASK} from task where {where}", values)
        return [replace(row, code=self._veil.uncover(row.code)) for row in (TaskRow(*one) for one in rows)]


def _about(*ids: str | None) -> str:
    """What a task is about, as its code is covered: case, country, thread and letter."""
    return "|".join(("task", *(one or "" for one in ids)))


def _is_about(task: str, awaited: str) -> bool:
    """Whether a reminder or a step of the ladder is about something that is awaited."""
    return task.startswith(f"{STEP}{awaited}_") if task.startswith(STEP) else awaited == "reply"
