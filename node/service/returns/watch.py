"""What a return makes this node watch, at both ends: that she passes and arrives, how she is, that somebody asks later.

Derived from the thread after each of its changes and safe to repeat: the deadlines are compared with what the letters
say, so a letter that comes late, twice or is undone leaves the right ones. Source: R32; practice H06, H07, H19.
"""

from collections.abc import Sequence
from typing import Final

from node.protocol.cases.care import cared_for
from node.protocol.cases.care_changes import begin_care
from node.protocol.cases.her_word import was_heard, were_heard
from node.protocol.cases.return_changes import open_alarm, settle_alarm
from node.protocol.danger_told import DANGEROUS
from node.protocol.letters.decode import AnyLetter, decode_again
from node.protocol.letters.frame import Letter
from node.protocol.matters import STOPS
from node.protocol.threads.arrival import (
    ARRANGED,
    FOLLOWUP_SLACK_S,
    alarm_at,
    awaited_since,
    newest,
    next_followup,
    on_the_way,
)
from node.protocol.threads.deadlines import DAY, FIRST_WINDOW_WITHIN_S, WINDOW_MOVES_BY_S, arrival_by
from node.protocol.threads.thread import Entry, Thread
from node.protocol.voluntary_return import STOPPED
from node.service.context import Node
from node.service.returns.calling import call_about
from node.service.returns.standing import ALARM, CARE, ask_somebody, end_tasks
from node.service.safety.alarms import thread_is_quiet
from node.service.threads.book import Book, OpenFile
from node.service.threads.times import calendar_of
from node.store.threads import DeadlineRow
from node.store.work import Work

ARRIVAL, CONDITION, FOLLOWUP = "watch", "look", "ask"  # general words: a bare disk does not tell who is on the way
MATTERS: Final = frozenset({"return", "transit"})
GOES_ON: Final = (None, "search_goes_on")
THERE: Final = frozenset({"arrived", "following"})
ENDS_A_WAY: Final = frozenset({*STOPS, "transit.stop", "transit.cancel"})


def follow(node: Node, work: Work, peer: str, thread_id: str, now: int, leaving: AnyLetter | None = None) -> None:
    """Bring the watches of a return or a passage in line with its letters; called after every change of it.

    `leaving`: our letter that just got its number, and is kept only once its whole batch has one.
    """
    found = Book(node, work).file(peer, thread_id)
    if found is None or not is_followed(found.file.thread):
        return
    _care(node, work, found, now)
    _condition(node, work, found, now)
    _arrival(node, work, found, now)
    if found.file.thread.matter == "return":
        _followups(node, work, found, leaving)


def is_followed(thread: Thread) -> bool:
    """Whether a thread is one of those that are watched; asked first, for most are not."""
    return thread.matter in MATTERS or (thread.matter == "referral" and newest(thread, ARRANGED) is not None)


def settle(node: Node, work: Work, found: OpenFile, now: int) -> None:
    """The alarm of this thread ends by itself: she was heard, or the matter was stopped (H06)."""
    book = Book(node, work)
    case = book.case(found.row.case_id)
    if open_alarm(case.case, found.row.thread_id) is not None:
        book.put_case(case, settle_alarm(case.case, found.row.thread_id, now).case, now)
        end_tasks(node, work, found.row.case_id, found.row.thread_id, ALARM, "node", now)
        thread_is_quiet(node, work, found.row.peer, found.row.thread_id, "node", now)


def _care(node: Node, work: Work, found: OpenFile, now: int) -> None:
    """H07: whatever stopped her on the way, a stop or a refusal, the care that goes on is ours, and local."""
    thread = found.file.thread
    ends = {"transit.stop"} if thread.matter == "transit" and thread.side == "opener" else ENDS_A_WAY
    stop = next((one for one in (*thread.entries, *thread.queued) if one.kind in ends), None)
    failed = newest(thread, "return.failed") if thread.shared.state == STOPPED else None
    letter = failed or (stop if on_the_way(thread) else None)
    if letter is None:
        return
    book = Book(node, work)
    case = book.case(found.row.case_id)
    if not cared_for(case.case.care, thread.thread_id, letter.letter_id):
        begun = begin_care(case.case, node.random(8).hex(), thread.thread_id, letter.letter_id, now)
        book.put_case(case, begun.case, now)
        ask_somebody(node, work, found, CARE, now)
        work.audit.append(now, "node", "case_changed", thread.thread_id, rule=node.seals.cover("H07 care_begun"))


def _arrival(node: Node, work: Work, found: OpenFile, now: int) -> None:
    """R32: one watch until she is heard, the way ended, two people ended its alarm, or by a stop."""
    thread = found.file.thread
    left = awaited_since(thread)
    if left is None or _is_settled(node, work, found, left):
        work.deadlines.end_code(found.row.peer, found.row.thread_id, ARRIVAL)
        settle(node, work, found, now)
        return
    rows = [one for one in work.deadlines.of_thread(found.row.peer, found.row.thread_id) if one.code == ARRIVAL]
    for row in rows:
        if row.letter_id != left.letter_id:  # arranged anew: an alarm that rang goes on
            work.deadlines.meet(row.peer, row.thread_id, row.letter_id, ARRIVAL)
    there = calendar_of(node, node.country if thread.side == "responder" else found.row.peer)
    child = any(entry.treated_as_child for entry in found.file.entries)
    overdue_at, window_ends = _times(thread, left)
    due = overdue_at  # whoever is missed where she only passes does not sleep there
    if thread.matter != "transit":
        due = alarm_at(overdue_at, window_ends, there.zone, found.file.urgency, child)
    due = min(due, _latest(thread, rows, now))
    work.deadlines.start(found.row.peer, found.row.thread_id, left.letter_id, ARRIVAL, due)


def _latest(thread: Thread, rows: Sequence[DeadlineRow], now: int) -> int:
    """The bound of `window_is_near` by our own clock: no time that a peer writes puts an alarm off for ever."""
    if thread.matter != "referral" or not rows:
        return now + arrival_by(FIRST_WINDOW_WITHIN_S) + DAY
    ours = {one.letter_id for one in thread.entries if one.side == thread.side}
    agreed = max(min(one.due_at for one in rows), *(one.due_at for one in rows if one.letter_id in ours), 0)
    return agreed + WINDOW_MOVES_BY_S + DAY  # a day: it may wait for the morning


def _times(thread: Thread, left: Entry) -> tuple[int, int]:
    """When her arrival is overdue, and when its window ends (UTC seconds). A referral's stand in its arrangement.

    By the window alone: until when the letter wants its answer is its writer's word.
    """
    if thread.matter == "referral":
        window_ends = next(iter(left.facts.way.times[1:]), left.written_at)
        return arrival_by(window_ends), window_ends
    return thread.shared.way.plan.overdue_at, thread.shared.way.plan.arrival_ends


def _is_settled(node: Node, work: Work, found: OpenFile, left: Entry) -> bool:
    """H19, R32: since then she said to us that she is there, or two people ended the alarm.

    Whoever was heard about her return is not missed any more on the way either.
    """
    case, thread = Book(node, work).case(found.row.case_id).case, found.row.thread_id
    if found.file.thread.matter == "transit" and were_heard(case, thread, left.written_at):
        return True
    ended = [one for one in case.arrival_alarms if one.thread == thread and one.outcome not in GOES_ON]
    return was_heard(case, thread, left.written_at) or any((one.ended_at or 0) >= left.written_at for one in ended)


def _condition(node: Node, work: Work, found: OpenFile, now: int) -> None:
    """H19: a letter that tells of danger calls people and opens a task, at both ends; an alarm goes on beside it.

    Whenever it comes and whatever time stands in it: danger that is told late is still danger. Once for each letter.
    """
    for entry in found.file.thread.entries:
        told = entry.kind in ("return.arrival", "transit.confirm") and entry.status == "applied" and entry.n
        if told and entry.facts.way.code in DANGEROUS:
            work.deadlines.start(found.row.peer, found.row.thread_id, entry.letter_id, CONDITION, now)
            call_about(node, work, found, entry.letter_id, now)


def _followups(node: Node, work: Work, found: OpenFile, leaving: AnyLetter | None) -> None:
    """ODIHR P7: the next time she is asked; the country where she is is reminded, the other one a week later."""
    thread, peer = found.file.thread, found.row.peer
    arrived, last = newest(thread, "return.arrival"), newest(thread, "return.arrival", "return.followup")
    upcoming = None
    if (
        arrived is not None
        and not thread.stopped
        and thread.shared.state in THERE
        and thread.shared.way.confirmed_by_her
    ):
        upcoming = next_followup(
            thread.shared.way.followups, arrived.written_at, _wants_more(node, work, found, leaving)
        )
    if upcoming is None or last is None:
        work.deadlines.end_code(peer, thread.thread_id, FOLLOWUP)
        return
    for entry in thread.entries:
        if entry.letter_id != last.letter_id:
            work.deadlines.meet(peer, thread.thread_id, entry.letter_id, FOLLOWUP)
    slack = 0 if thread.side == "responder" else FOLLOWUP_SLACK_S
    work.deadlines.start(peer, thread.thread_id, last.letter_id, FOLLOWUP, upcoming[1] + slack)


def _wants_more(node: Node, work: Work, found: OpenFile, leaving: AnyLetter | None) -> bool:
    """What she said when she was last asked; before that, only the two times that everybody is asked."""
    last = newest(found.file.thread, "return.followup")
    if last is None:
        return False
    if leaving is not None and leaving.letter_id == last.letter_id:
        return bool(getattr(leaving.body, "wants_contact", False))
    direction = "out" if last.side == found.file.thread.side else "in"
    row = work.letters.get(found.row.peer, direction, last.letter_id)
    if row is None or row.sealed is None:
        return False
    letter = decode_again(Book(node, work).payload(row))
    return isinstance(letter, Letter) and bool(getattr(letter.body, "wants_contact", False))
