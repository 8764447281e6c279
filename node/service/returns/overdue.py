"""When a watch of a return rings: the alarm of an overdue arrival, danger that a letter told of, a follow-up due.

Rows of the sweep `overdue`, which finds them in the database; each may be repeated. Source: R32; practice H06, H19.
"""

from typing import Final

from node.protocol.cases.return_changes import raise_alarm
from node.service.context import DAY_S, Node
from node.service.returns.calling import call_about, call_no_more
from node.service.returns.standing import ALARM, ask_somebody, tasks_of
from node.service.returns.watch import follow
from node.service.safety.alarms import About
from node.service.safety.alarms import raise_alarm as call_people
from node.service.threads.book import Book, OpenFile
from node.store.threads import DeadlineRow
from node.store.work import Work

HOUR_S: Final = 3600
FAR_AWAY_S: Final = 3650 * DAY_S
LADDER: Final = ("caseworker", "backup", "coordinator")  # who is asked, an hour after one another while it goes on
CONDITION_TASK, FOLLOWUP_TASK = "arrival_needs_you", "followup_due"


def arrival_overdue(node: Node, work: Work, row: DeadlineRow, now: int) -> None:
    """R32: an alarm at this focal point that only she, a stop or two people end; asked again each hour, louder."""
    found = _still_watched(node, work, row, now)
    if found is None:
        return
    book = Book(node, work)
    case = book.case(found.row.case_id)
    raised = raise_alarm(case.case, row.thread_id, now)
    if raised.audit:
        book.put_case(case, raised.case, now)
        ask_somebody(node, work, found, ALARM, now)
        about = About(row.peer, row.thread_id, None, found.row.case_id)
        # An id that only we can make: a peer knows the letter's, and could have ended an alert of that id beforehand.
        ref = node.seals.blind("overdue", row.peer, row.thread_id, row.letter_id)
        call_people(node, work, "call", ref, "", now, about)
    elif row.step < len(LADDER):
        ask_somebody(node, work, found, f"{ALARM}_{LADDER[row.step]}", now)
    work.audit.append(now, "node", "overdue", row.letter_id, rule=node.seals.cover("R32"))
    work.deadlines.escalated(row.id, row.step + 1, now + HOUR_S if row.step + 1 < len(LADDER) else now + FAR_AWAY_S)


def condition_told(node: Node, work: Work, row: DeadlineRow, now: int) -> None:
    """H19: somebody looks within the hour; an hour later the back-up is asked, then the coordinator."""
    found = _still_watched(node, work, row, now)
    if found is None:
        return
    asked = tasks_of(node, work, found.row.case_id, row.thread_id, CONDITION_TASK)
    somebody_looked = row.step > 0 and not any(one.letter_id == row.letter_id for one in asked)
    if somebody_looked:
        work.deadlines.meet(row.peer, row.thread_id, row.letter_id, row.code)
        call_no_more(node, work, [row.letter_id], "looked_at", "node", now)
        return
    call_about(node, work, found, row.letter_id, now)
    if row.step < len(LADDER):
        ask_somebody(node, work, found, f"{CONDITION_TASK}_{LADDER[row.step]}", now, row.letter_id)
    work.deadlines.escalated(row.id, row.step + 1, now + HOUR_S)


def followup_due(node: Node, work: Work, row: DeadlineRow, now: int) -> None:
    """It is time to ask her, or to ask the other country whether it has: one reminder, then one a week later."""
    found = _still_watched(node, work, row, now)
    if found is None:
        return
    ask_somebody(node, work, found, FOLLOWUP_TASK, now, row.letter_id)
    work.deadlines.escalated(row.id, row.step + 1, now + (7 * DAY_S if row.step == 0 else FAR_AWAY_S))


def _still_watched(node: Node, work: Work, row: DeadlineRow, now: int) -> OpenFile | None:
    """The thread's file while the watch still stands; what the letters say now is looked at first."""
    follow(node, work, row.peer, row.thread_id, now)
    open_still = any(
        one.id == row.id and one.state == "open" for one in work.deadlines.of_thread(row.peer, row.thread_id)
    )
    found = Book(node, work).file(row.peer, row.thread_id)
    if found is None:
        work.deadlines.end_all(row.peer, row.thread_id)
    return found if open_still else None
