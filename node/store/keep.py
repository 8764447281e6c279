"""What is to be erased and when, which keys are spent, certificates of sweeps.

Ids, counts and times only. Source: at-rest 5.1; wire 11; R25, H08, H34.
"""

import sqlite3
from dataclasses import dataclass
from typing import Final

from node.store.tables import BEYOND

_OF_LETTER = "peer, direction, letter_id, thread_id, case_id, erase_at"


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter whose payload must go at `erase_at` (UTC seconds)."""

    peer: str
    direction: str
    letter_id: str
    thread_id: str | None
    case_id: str | None
    erase_at: int


class Dates:
    """When payloads and case files must be gone."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def put_case(self, case_id: str, erase_at: int | None) -> None:
        """Say when a case file must be gone; None: not yet, it is worked on."""
        self._c.execute("update case_file set erase_at=? where case_id=?", (erase_at, case_id))

    def put_kept(self, case_id: str, until: int | None) -> None:
        """Say until when nothing of a case is erased whatever its date; None: nothing holds it."""
        self._c.execute(
            "update case_file set kept_until=?2 where case_id=?1 and kept_until is not ?2", (case_id, until)
        )

    def kept(self, now: int, limit: int) -> list[tuple[str, int]]:
        """(case, until) of what is held beyond `now`, the soonest end first."""
        return self._c.execute(
            "select case_id, kept_until from case_file where kept_until>? and dek is not null"
            " order by kept_until limit ?",
            (now, limit),
        ).fetchall()

    def count_kept(self, now: int) -> int:
        """How many cases are held beyond `now`."""
        return int(
            self._c.execute("select count(*) from case_file where kept_until>? and dek is not null", (now,)).fetchone()[
                0
            ]
        )

    def of_case(self, case_id: str) -> int | None:
        """When a case file must be gone."""
        row = self._c.execute("select erase_at from case_file where case_id=?", (case_id,)).fetchone()
        return None if row is None else row[0]

    def put_letters(self, peer: str, thread_id: str, direction: str, at: int | None) -> None:
        """Date the payloads of one direction of a thread."""
        self._c.execute(
            "update letter set erase_at=?1 where peer=?2 and thread_id=?3 and direction=?4 and sealed is not null"
            " and erase_at is not ?1",
            (at, peer, thread_id, direction),
        )

    def sender_word(self, peer: str, thread_id: str) -> int | None:
        """Until when the sender of a thread's letters lets them be kept: its latest word."""
        row = self._c.execute(
            "select max(retention_until) from letter where peer=? and thread_id=? and direction='in'", (peer, thread_id)
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def last_letter_at(self, peer: str, thread_id: str) -> int | None:
        """When the last letter of a thread came or left; None where no row of any is left."""
        row = self._c.execute("select max(at) from letter where peer=? and thread_id=?", (peer, thread_id)).fetchone()
        return None if row[0] is None else int(row[0])

    def changed(self, since: int, after: str, before: int, limit: int) -> list[tuple[int, str]]:
        """(time, case) of cases that changed, or whose threads did, after (`since`, `after`) and before `before`."""
        one = (
            "select * from (select changed_at as at, case_id from {} where (changed_at, case_id) > (?1,?2)"
            " and changed_at<?3 order by changed_at, case_id limit ?4)"
        )
        query = f"{one.format('case_file')} union {one.format('thread')} order by at, case_id limit ?4"
        return self._c.execute(query, (since, after, before, limit)).fetchall()

    def quiet_threads(self, before: int, after: tuple[str, str], limit: int) -> list[tuple[str, str]]:
        """(peer, thread) of threads that have not ended and did not change since `before`, in order, after this one."""
        return self._c.execute(
            "select peer, thread_id from thread where ended_at is null and sealed is not null and changed_at<?"
            " and (peer, thread_id) > (?,?) order by peer, thread_id limit ?",
            (before, *after, limit),
        ).fetchall()

    def ended(self, peer: str, thread_id: str, ended_at: int, now: int) -> None:
        """A thread ended by itself, because its time was over."""
        self._c.execute(
            "update thread set ended_at=?, changed_at=? where peer=? and thread_id=?", (ended_at, now, peer, thread_id)
        )

    def change_key_of(self, case_id: str) -> None:
        """Something of this case was erased and the case goes on: what is left needs another key."""
        self._c.execute("insert or ignore into key_change (case_id) values (?)", (case_id,))

    def key_changes(self, limit: int) -> list[str]:
        """Cases whose key is to be changed."""
        return [row[0] for row in self._c.execute("select case_id from key_change limit ?", (limit,))]

    def key_changed(self, case_id: str) -> None:
        """It was."""
        self._c.execute("delete from key_change where case_id=?", (case_id,))

    def letters_due(self, now: int, limit: int) -> list[DueLetter]:
        """Payloads whose time has come, the longest overdue first."""
        rows = self._c.execute(
            f"select {_OF_LETTER} from letter where sealed is not null and erase_at<=? order by erase_at limit ?",
            (now, limit),
        )
        return [DueLetter(*row) for row in rows]

    def put_off(self, letter: DueLetter, erase_at: int) -> None:
        """A payload is kept longer than was thought."""
        self._c.execute(
            "update letter set erase_at=? where peer=? and direction=? and letter_id=?",
            (erase_at, letter.peer, letter.direction, letter.letter_id),
        )

    def cases_due(self, now: int, limit: int) -> list[str]:
        """Case files whose time has come."""
        rows = self._c.execute(
            "select case_id from case_file where dek is not null and erase_at<=? order by erase_at limit ?",
            (now, limit),
        )
        return [row[0] for row in rows]

    def falls_due(self, until: int, limit: int) -> tuple[list[tuple[str, int]], list[tuple[str, str | None, int]]]:
        """What must be gone by `until`: (case, when), and (letter, case, when); the soonest first."""
        cases = self._c.execute(
            "select case_id, erase_at from case_file where dek is not null and erase_at<=? order by erase_at limit ?",
            (until, limit),
        ).fetchall()
        letters = self._c.execute(
            "select letter_id, case_id, erase_at from letter where sealed is not null and erase_at<=?"
            " order by erase_at limit ?",
            (until, limit),
        ).fetchall()
        return cases, letters

    def end_evidence(self, before: int, limit: int) -> int:
        """Statements, signatures and receipts of erased letters whose time was over at `before`: only the ledger stays.

        How many letters.
        """
        rows = self._c.execute(
            "select peer, direction, letter_id from letter where sealed is null and retention_until<? limit ?",
            (before, limit),
        ).fetchall()
        self._c.executemany("delete from letter where peer=? and direction=? and letter_id=?", rows)
        own = [(letter_id,) for _, direction, letter_id in rows if direction == "out"]
        self._c.executemany("delete from envelope where letter_id=?", own)
        self._c.executemany("delete from outbox where letter_id=?", own)
        return len(rows)

    def count_due(self, until: int) -> tuple[int, int]:
        """How many case files and payloads must be gone by `until`."""
        (cases,) = self._c.execute(
            "select count(*) from case_file where dek is not null and erase_at<=?", (until,)
        ).fetchone()
        (letters,) = self._c.execute(
            "select count(*) from letter where sealed is not null and erase_at<=?", (until,)
        ).fetchone()
        return cases, letters


class Spent:
    """Keys of the key file that belong to nothing any more and are destroyed next."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def add(self, key_id: bytes, now: int, at: int) -> None:
        """In the transaction that erased what the key opened; it is destroyed at `at` (UTC seconds) or soon after."""
        self._c.execute("insert or ignore into spent_key (key_id, made_at, at) values (?,?,?)", (key_id, now, at))

    def due(self, now: int) -> list[bytes]:
        """Keys to be destroyed now."""
        return [row[0] for row in self._c.execute("select key_id from spent_key where at<=? order by at", (now,))]

    def all(self) -> set[bytes]:
        """Every key that is still to be destroyed."""
        return {row[0] for row in self._c.execute("select key_id from spent_key")}

    def backed_up(self, at: int) -> int:
        """A backup was made at `at` that no longer needs the keys spent before: they may go now. How many."""
        return self._c.execute("update spent_key set at=? where at>? and made_at<=?", (at, at, at)).rowcount

    def destroyed(self, ids: list[bytes]) -> None:
        """They are gone."""
        self._c.executemany("delete from spent_key where key_id=?", [(one,) for one in ids])

    def in_use(self) -> set[bytes]:
        """The ids that stand before the wrapped keys of all case files, and of letters that belong to no case."""
        query = (
            "select substr(dek, 1, 16) from case_file where dek is not null"
            " union select substr(sealed, 1, 16) from letter where case_id is null and sealed is not null"
        )
        return {row[0] for row in self._c.execute(query)}

    def keys_of_cases(self) -> list[tuple[str, bytes]]:
        """(case, key id) of every case file that is not erased."""
        return self._c.execute("select case_id, substr(dek, 1, 16) from case_file where dek is not null").fetchall()


class Certificates:
    """What each sweep left behind: signed, without a word about anybody."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def next_number(self) -> int:
        """The number the next one will carry, from 1."""
        return int(self._c.execute("select coalesce(max(number), 0) + 1 from certificate").fetchone()[0])

    def add(self, number: int, at: int, data: bytes) -> None:
        """Keep one."""
        self._c.execute("insert into certificate (number, at, bytes) values (?,?,?)", (number, at, data))

    def all(self, limit: int, before: int | None = None) -> list[tuple[int, int, bytes]]:
        """(number, time, bytes), newest first."""
        return self._c.execute(
            "select number, at, bytes from certificate where number<? order by number desc limit ?",
            (BEYOND if before is None else before, limit),
        ).fetchall()


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A table whose `sealed` column is under a case's control key: which column names its place, and its own key."""

    table: str
    place: str
    key: tuple[str, ...]
    of_case: str = "case_id=?1"


# Rows that no index finds by their case.
_BY_THREADS: Final = "(peer, thread_id) in (select peer, thread_id from thread where case_id=?1) and case_id=?1"
SEALED: tuple[SealedColumn, ...] = (
    #            table        place of the seal   key of the row
    SealedColumn("case_file", "case_id", ("case_id",)),
    SealedColumn("consent", "consent_id", ("consent_id",)),
    SealedColumn("thread", "thread_id", ("peer", "thread_id")),
    SealedColumn("letter", "letter_id", ("peer", "direction", "letter_id"), _BY_THREADS),
    SealedColumn("outbox", "letter_id", ("letter_id",), _BY_THREADS),
    SealedColumn("task", "case_id", ("id",)),
    SealedColumn("alarm", "ref", ("id",)),
    SealedColumn("off_network", "thread_id", ("id",)),
    SealedColumn("draft", "ref", ("case_id", "ref")),
)
# Sealed to the office, each row under a key of its own; a row goes whole with its case.
SEALED_TO_OFFICE: tuple[str, ...] = ("scan", "case_note", "consent_talk")


class SealedRows:
    """Everything sealed under the control key of one case, whatever table it stands in."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def of_case(self, column: SealedColumn, case_id: str) -> list[tuple[tuple[object, ...], str, bytes]]:
        """(key of the row, place of the seal, sealed bytes) of every row of a case that holds something."""
        key = ", ".join(column.key)
        rows = self._c.execute(
            f"select {column.place}, sealed, {key} from {column.table} where {column.of_case} and sealed is not null",
            (case_id,),
        ).fetchall()
        return [(tuple(row[2:]), row[0], row[1]) for row in rows]

    def put(self, column: SealedColumn, key: tuple[object, ...], sealed: bytes) -> None:
        """The same row sealed under another key."""
        where = " and ".join(f"{name}=?" for name in column.key)
        self._c.execute(f"update {column.table} set sealed=? where {where}", (sealed, *key))

    def forget_all(self, case_id: str) -> None:
        """Destroy what is sealed for a case in every table."""
        for column in SEALED:
            query = f"update {column.table} set sealed=null where {column.of_case} and sealed is not null"
            self._c.execute(query, (case_id,))
        for table in SEALED_TO_OFFICE:
            self._c.execute(f"delete from {table} where case_id=?", (case_id,))

    def put_case_key(self, case_id: str, dek: bytes) -> None:
        """The control key of a case, wrapped under another case key."""
        self._c.execute("update case_file set dek=? where case_id=?", (dek, case_id))

    def put_identity_key(self, case_id: str, version: int, dek: bytes) -> None:
        """The key of an identity version, wrapped under another case key."""
        self._c.execute("update identity set dek=? where case_id=? and version=?", (dek, case_id, version))

    def forget_identities(self, case_id: str) -> None:
        """Destroy every version of the identity part that there is."""
        self._c.execute("update identity set dek=null, sealed=null where case_id=?", (case_id,))

    def forget_consents(self, ids: list[str]) -> None:
        """Destroy consent records; their rows stay."""
        self._c.executemany("update consent set sealed=null where consent_id=?", [(one,) for one in ids])

    def forget_thread(self, peer: str, thread_id: str) -> None:
        """Destroy what is known of a thread; the row stays."""
        self._c.execute("update thread set sealed=null where peer=? and thread_id=?", (peer, thread_id))

    def forget_said(self, peer: str, thread_id: str) -> None:
        """Destroy the words that were kept beside a thread: what was said by telephone, what an alarm says."""
        for table in ("off_network", "alarm"):
            self._c.execute(f"update {table} set sealed=null where peer=? and thread_id=?", (peer, thread_id))

    def forget_task(self, id: int) -> None:
        """Destroy what a task keeps; the row stays."""
        self._c.execute("update task set sealed=null where id=?", (id,))
