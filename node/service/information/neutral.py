"""The neutral answer: the same letter at the same fixed time, whatever people found and whenever they decided.

Its time follows from the question alone: the last daily slot before the answer is due. Only one thing comes earlier, a
better answer by a person. So neither content, size, time nor a missing answer tells whether she is known here.
Nothing is searched: a name is sealed to the office, and no machine can look for it. Source: R26, R27; domain 1.5.
"""

import msgspec

from node.protocol.letters.bodies_information import NEUTRAL_ANSWER
from node.protocol.letters.decode import AnyLetter
from node.protocol.threads import machine
from node.protocol.threads.deadlines import REPLIES, due_at
from node.protocol.threads.thread import Thread, entry_of
from node.service.context import DAY_S, Node
from node.service.delivery.queueing import draft_of, queue_letter
from node.service.threads.book import Book, OpenFile
from node.service.threads.drafting import STATES_NOTHING, frame
from node.service.threads.expectations import undone
from node.service.threads.stops import is_ending, next_slot
from node.service.threads.times import calendar_of, times_of
from node.store.outbox import Waiting
from node.store.threads import DeadlineRow
from node.store.work import Work

NEUTRAL_DUE = "neutral"
ANSWER = "info.response"


def question_came(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """A question counts: its neutral answer has its time from this moment on."""
    due = neutral_at(node, letter, now)
    work.deadlines.start(found.row.peer, found.row.thread_id, letter.letter_id, NEUTRAL_DUE, due)


def neutral_at(node: Node, letter: AnyLetter, now: int) -> int:
    """When the neutral answer to this question leaves (UTC seconds): from the question and the calendar alone.

    The last daily slot before our answer is due; a question in such a hurry that no slot is left gets it when due.
    """
    began = letter.written_at if now - node.limits.max_life_s <= letter.written_at <= now else now
    due = due_at(REPLIES[letter.kind].within(letter.urgency), began, calendar_of(node, node.country))
    slot = due - (due - node.limits.stop_slot_s) % DAY_S
    if slot > now:
        return slot
    return due if due > now else next_slot(node, now)


def send_neutral(node: Node, work: Work, row: DeadlineRow, now: int) -> None:
    """The time has come: unless a better answer has left, this one does; what still waits of another goes no more.

    So does what had left and is kept back since: no answer at all would tell (R27). What is still being posted is
    looked at again at the next slot.
    """
    found = Book(node, work).file(row.peer, row.thread_id)
    better = [one for one in work.outbox.of_thread(row.peer, row.thread_id) if one.released_at is not None]
    if found is not None and any(one.state == "released" and _answers(found.file.thread, one) for one in better):
        work.deadlines.escalated(row.id, row.step + 1, next_slot(node, now))
        return
    work.deadlines.meet(row.peer, row.thread_id, row.letter_id, NEUTRAL_DUE)
    for one in better:
        if found is not None and one.state == "held" and _answers(found.file.thread, one):
            found = _given_up(node, work, found, one.letter_id, now)
    if found is None or is_ending(found.file.thread) or not _is_open(found.file.thread, row.letter_id):
        return
    found = _without_waiting(node, work, found, now)
    letter = _answer(node, found, row.letter_id, now)
    outcome = machine.queue(found.file.thread, entry_of(letter), now)
    file = msgspec.structs.replace(found.file, thread=outcome.thread)
    Book(node, work).put_file(found, file, now)
    queued = draft_of(letter, "node", "machine", {})
    queue_letter(node, work, found.dek, found.row.case_id, row.peer, letter, queued, now, now)
    work.audit.append(now, "node", "queued", letter.letter_id, rule="R27")
    if not file.decided:
        work.tasks.add(
            "information_nobody_looked", now, case_id=found.row.case_id, peer=row.peer, thread_id=row.thread_id,
            letter_id=row.letter_id,
        )  # fmt: skip


def _is_open(thread: Thread, question: str) -> bool:
    return any(one.letter_id == question for one in thread.shared.awaited)


def _answers(thread: Thread, one: Waiting) -> bool:
    return any(entry.letter_id == one.letter_id and entry.kind == ANSWER for entry in thread.entries)


def _given_up(node: Node, work: Work, found: OpenFile, letter_id: str, now: int) -> OpenFile:
    """An answer that has its number and is kept back never goes; the question is open again."""
    for row in work.outbox.envelopes_of(letter_id):
        work.outbox.give_up(row.eid)
    work.outbox.end(letter_id, "given_up", now)
    outcome = machine.given_up(found.file.thread, (letter_id,))
    undone(work, found.row.peer, found.row.thread_id, letter_id, outcome.started, outcome.stopped)
    work.audit.append(now, "node", "given_up", letter_id, outcome="cancelled")
    return Book(node, work).put_file(found, msgspec.structs.replace(found.file, thread=outcome.thread), now)


def _without_waiting(node: Node, work: Work, found: OpenFile, now: int) -> OpenFile:
    waiting = tuple(entry.letter_id for entry in found.file.thread.queued if entry.kind == ANSWER)
    for letter_id in waiting:
        work.outbox.end(letter_id, "cancelled", now)
    thread = machine.cancel(found.file.thread, waiting).thread
    return Book(node, work).put_file(found, msgspec.structs.replace(found.file, thread=thread), now)


def _answer(node: Node, found: OpenFile, question: str, now: int) -> AnyLetter:
    letter = frame(
        found.file, ANSWER, NEUTRAL_ANSWER, node.random(16).hex(), stated=STATES_NOTHING, urgency=found.file.urgency,
        in_reply_to=question, relates_to=None, disclosed=(), sealed=None, now=now,
    )  # fmt: skip
    times = times_of(node, found.row.peer, letter, found.file, now)
    return msgspec.structs.replace(letter, lawful_basis="public_task", **times)
