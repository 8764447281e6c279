"""What a restored node remembers: who answered for which case, and what may not come to life again.

Ids and times only. Source: H08.
"""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnsweredCase:
    """A case of a restored node that one person, or two, have looked at."""

    case_id: str
    first_by: str
    second_by: str | None
    at: int


class Restored:
    """After a restore: which cases two people have answered, and what may not come to life again."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def answered(self, case_id: str) -> AnsweredCase | None:
        """Who has answered for a case."""
        row = self._c.execute(
            "select case_id, first_by, second_by, at from answered_case where case_id=?", (case_id,)
        ).fetchone()
        return AnsweredCase(*row) if row else None

    def answer(self, case_id: str, first_by: str, second_by: str | None, at: int) -> None:
        """One person answers, then a second one."""
        self._c.execute(
            "insert into answered_case (case_id, first_by, second_by, at) values (?,?,?,?)"
            " on conflict (case_id) do update set second_by=excluded.second_by, at=excluded.at",
            (case_id, first_by, second_by, at),
        )

    def forget_answers(self) -> None:
        """A new restore asks anew."""
        self._c.execute("delete from answered_case")

    def forget_answer(self, case_id: str) -> None:
        """It asks anew for this case."""
        self._c.execute("delete from answered_case where case_id=?", (case_id,))

    def unanswered(self, limit: int) -> list[str]:
        """Cases that two people have not answered for, the newest change first."""
        rows = self._c.execute(
            "select case_id from case_file c where dek is not null and not exists (select 1 from answered_case a"
            " where a.case_id=c.case_id and a.second_by is not null) order by changed_at desc limit ?",
            (limit,),
        )
        return [row[0] for row in rows]

    def count_unanswered(self) -> int:
        """How many there are."""
        row = self._c.execute(
            "select count(*) from case_file c where dek is not null and not exists (select 1 from answered_case a"
            " where a.case_id=c.case_id and a.second_by is not null)"
        ).fetchone()
        return int(row[0])

    def to_compare(self) -> list[str]:
        """Cases that the journal says changed in what it does not tell, and that two people have not answered for."""
        rows = self._c.execute(
            "select ref from not_revived n where kind='compare' and not exists (select 1 from answered_case a"
            " where a.case_id=n.ref and a.second_by is not null) order by ref"
        )
        return [row[0] for row in rows]

    def never(self, kind: str, ref: str, at: int) -> None:
        """This thread was stopped, whatever the backup says."""
        self._c.execute("insert or ignore into not_revived (kind, ref, at) values (?,?,?)", (kind, ref, at))

    def never_since(self, kind: str, ref: str) -> int | None:
        """Since when, or None."""
        row = self._c.execute("select at from not_revived where kind=? and ref=?", (kind, ref)).fetchone()
        return None if row is None else int(row[0])

    def standing(self, thread_id: str, case_id: str, hold: str) -> tuple[bool, bool]:
        """Whether the journal forbids a thread, and whether its case waits: in one look, for the gate.

        A case waits while the named hold (`Meta`) stands, or while it is to be compared itself.
        """
        row = self._c.execute(
            "select exists (select 1 from not_revived where kind='stop' and ref=?),"
            " exists (select 1 from meta where name=?)"
            " or exists (select 1 from not_revived where kind='compare' and ref=?)",
            (thread_id, hold, case_id),
        ).fetchone()
        return bool(row[0]), bool(row[1])
