"""Withdrawals that do not leave at once, and the stop that follows one after which nothing permitted is left.

A withdrawal that asylum or her own word keeps here never leaves: she is asked first, and after two working days the
one stop goes instead. Source: H16, H01; wire 7; R20.
"""

from typing import Final

import msgspec

from node.protocol.letters.decode import AnyLetter
from node.protocol.on_the_way import is_moving
from node.protocol.threads import machine
from node.protocol.threads.deadlines import due_at, wd
from node.service.context import Node
from node.service.threads.book import Book, OpenFile
from node.service.threads.stops import is_ending, next_slot, queue_stop, slot_now, stop_is_suppressed
from node.service.threads.times import calendar_of
from node.store.outbox import Waiting
from node.store.threads import DeadlineRow
from node.store.work import Work

HELD = "withdrawal"  # every withdrawal has this deadline, so that its row does not tell which ones are held
KEPT_HERE: Final = ("R10", "H03", "H05")  # nothing about her goes to this country: only she can say otherwise


def watch_withdrawal(node: Node, work: Work, peer: str, thread_id: str, letter_id: str, now: int) -> None:
    """Two of our working days from now it is looked at whether this withdrawal left, or protects her better here."""
    work.deadlines.start(peer, thread_id, letter_id, HELD, due_at(wd(2), now, calendar_of(node, node.country)))


def expect_her_word(node: Node, work: Work, waiting: Waiting, letter: AnyLetter, rule: str, now: int) -> None:
    """A withdrawal is held by what protects her: she is asked, and has until `watch_withdrawal` looks."""
    if letter.kind != "consent.withdrawal" or rule not in KEPT_HERE:
        return
    work.tasks.add(
        "ask_her_about_withdrawal",
        now,
        case_id=waiting.case_id,
        peer=waiting.peer,
        thread_id=letter.thread,
        letter_id=letter.letter_id,
    )


def end_held_withdrawal(node: Node, work: Work, row: DeadlineRow, now: int) -> None:
    """She said nothing in time: the withdrawal never leaves, and the thread ends by the stop like any other (H16)."""
    work.deadlines.meet(row.peer, row.thread_id, row.letter_id, HELD)
    waiting = work.outbox.get(row.letter_id)
    found = Book(node, work).file(row.peer, row.thread_id)
    if waiting is None or waiting.state != "held" or found is None:
        return
    if not _may_stop(node, work, found, now):
        work.outbox.end(row.letter_id, "cancelled", now)
        thread = machine.cancel(found.file.thread, (row.letter_id,)).thread
        Book(node, work).put_file(found, msgspec.structs.replace(found.file, thread=thread), now)
        work.audit.append(now, "node", "gate", row.letter_id, rule=node.seals.cover("H16"))
        return
    queue_stop(node, work, found, "node", "H16", now)


def stop_after_withdrawal(node: Node, work: Work, row: DeadlineRow, now: int) -> None:
    """Nothing permitted is left since she took her consent back: the one stop follows, at a slot, once that is told."""
    waiting = work.outbox.get(row.letter_id)
    if waiting is not None and waiting.state == "held" and node.seals.uncover(waiting.held_code or "") in KEPT_HERE:
        work.deadlines.meet(row.peer, row.thread_id, row.letter_id, "stop")  # H16 decides
        return
    if waiting is not None and waiting.state in ("queued", "held", "released"):
        # Queued now, the stop would take the withdrawal out of the outbox.
        work.deadlines.escalated(row.id, row.step, next_slot(node, now))
        return
    found = Book(node, work).file(row.peer, row.thread_id)
    if found is not None and is_moving(found.file.thread):
        # H02: while she is on the road her arrival is still told and still missed; the stop waits for it.
        work.deadlines.escalated(row.id, row.step, next_slot(node, now))
        return
    work.deadlines.meet(row.peer, row.thread_id, row.letter_id, "stop")
    if found is not None and _may_stop(node, work, found, now):
        queue_stop(node, work, found, "node", "R20", now, due_at=slot_now(node, now))


def _may_stop(node: Node, work: Work, found: OpenFile, now: int) -> bool:
    if is_ending(found.file.thread) or not machine.allowed(found.file.thread, now)[-1].allowed:
        return False
    return not stop_is_suppressed(Book(node, work).case(found.row.case_id).case, found.row.thread_id)
