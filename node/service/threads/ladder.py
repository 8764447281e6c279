"""The ladder of an answer that does not come: reminder, caseworker, back-up, coordinator, published figure.

Working days are those of the country that owes the answer. The published figure is computed from the threads
themselves (`statistics.figures`); its step here tells a coordinator that the case counts there. Source: domain.md 5.13.
"""

from typing import Final

from node.protocol.threads.deadlines import ESCALATION, REMIND_BEFORE, escalation, remind_at
from node.service.context import DAY_S, Node
from node.service.threads.book import Book
from node.service.threads.files import ThreadFile
from node.service.threads.phoning import not_to_be_phoned
from node.service.threads.times import calendar_of
from node.store.threads import DeadlineRow, ThreadRow
from node.store.work import Work

BATCH = 200
ARRIVALS: Final = frozenset({"return.arrival", "referral.arrived", "transit.confirm"})
THEIRS: Final = frozenset({"reply", "opened", "confirm", "ask"})  # codes that the other country may owe; no others
WHO = ("caseworker", "backup", "coordinator", "figures")  # the steps of the ladder, in its order


def remind(node: Node, work: Work, now: int) -> int:
    """Tell caseworkers what is due soon, once for each answer; returns how many were looked at and reminded."""
    done = 0
    for row in work.deadlines.soon(now, now + max(REMIND_BEFORE.values()), BATCH):
        thread = work.threads.get(row.peer, row.thread_id)
        file = _file(node, work, thread)
        if thread is None or file is None or remind_at(file.urgency, row.due_at) > now:
            continue
        work.deadlines.reminded(row.id, now)
        if is_an_arrival(file, row.letter_id) or _stays_quiet(node, work, thread, file, row, now):
            continue
        code = "answer_due_soon" if owed_by_us(file, row.letter_id) else "phone_them_first"
        work.tasks.add(
            code, now, case_id=thread.case_id, peer=row.peer, thread_id=row.thread_id, letter_id=row.letter_id
        )
        done += 1
    return done


def one_step(node: Node, work: Work, row: DeadlineRow, now: int) -> None:
    """One step of the ladder for a deadline that has passed."""
    thread = work.threads.get(row.peer, row.thread_id)
    file = _file(node, work, thread)
    if file is not None and is_an_arrival(file, row.letter_id):
        work.deadlines.escalated(row.id, row.step + 1, now + 3650 * DAY_S)
        return
    if thread is not None and _stays_quiet(node, work, thread, file, row, now):
        work.deadlines.escalated(row.id, row.step, now + DAY_S)
        return
    code = f"overdue_{row.code}_{WHO[min(row.step, len(WHO) - 1)]}"
    work.tasks.add(
        code,
        now,
        case_id=None if thread is None else thread.case_id,
        peer=row.peer,
        thread_id=row.thread_id,
        letter_id=row.letter_id,
    )
    work.audit.append(now, "node", "overdue", row.letter_id, outcome=node.seals.cover(code))
    owing = node.country if is_ours(file, row) else row.peer
    steps = escalation("routine" if file is None else file.urgency, row.due_at, calendar_of(node, owing))
    # The last step stays: the deadline is looked at again only in case the answer comes.
    again_at = steps[row.step + 1][0] if row.step + 1 < len(ESCALATION) else now + 3650 * DAY_S
    work.deadlines.escalated(row.id, row.step + 1, again_at)


def is_ours(file: ThreadFile | None, row: DeadlineRow) -> bool:
    """Whether what is expected is our own people's to do, whoever asked for it."""
    if file is not None and row.code == "reply":
        return owed_by_us(file, row.letter_id)
    return row.code not in THEIRS or (row.code == "ask" and file is not None and file.thread.side == "responder")


def owed_by_us(file: ThreadFile, letter_id: str) -> bool:
    """Whether our side owes the answer to this letter."""
    awaited = (one for one in file.thread.shared.awaited if one.letter_id == letter_id)
    return any(one.owed_by == file.thread.side for one in awaited)


def is_an_arrival(file: ThreadFile, letter_id: str) -> bool:
    """Whether what is awaited is that she passes or arrives: its own alarm asks friends first (H06)."""
    awaited = (one for one in file.thread.shared.awaited if one.letter_id == letter_id)
    return any(ARRIVALS & set(one.kinds) for one in awaited)


def _stays_quiet(
    node: Node, work: Work, thread: ThreadRow, file: ThreadFile | None, row: DeadlineRow, now: int
) -> bool:  # fmt: skip
    """R10, H04: nobody is told to phone a country that may hear nothing of her, or may not before a person decided.

    It is looked at again daily: a decision lets the ladder go on.
    """
    return not is_ours(file, row) and not_to_be_phoned(node, work, thread.case_id, row.peer, now) is not None


def _file(node: Node, work: Work, thread: ThreadRow | None) -> ThreadFile | None:
    return None if thread is None or thread.sealed is None else Book(node, work).open_file(thread).file
