"""The one stop letter: every end of a thread before its time looks the same from outside, whatever its cause.

Queued at once, released at the next fixed daily slot; the cause is a local note. Source: H01; wire 1, 7.
"""

from collections.abc import Collection

import msgspec

from node.protocol.cases.case import Case
from node.protocol.consent.scope import never_told
from node.protocol.letters.codes import StopKind
from node.protocol.letters.frame import make_stop
from node.protocol.matters import STOPS, matter_named
from node.protocol.threads import machine
from node.protocol.threads.arrival import on_the_way
from node.protocol.threads.thread import Thread, entry_of
from node.service.context import DAY_S, Node
from node.service.delivery.queueing import draft_of, queue_letter
from node.service.keep.notes import Stopped, note
from node.service.returns.transits import cancel_transits
from node.service.returns.watch import follow
from node.service.threads.book import Book, OpenFile
from node.store.work import Work


def queue_stop(
    node: Node, work: Work, found: OpenFile, actor: str, rule: str, now: int, due_at: int | None = None
) -> None:
    """End a thread from our side: cancel what waits, give up what was not receipted, queue the stop if anything ever
    left. It leaves at the next daily slot, at once if she is travelling; passages through other countries go with it.
    """
    thread = found.file.thread
    if _has_no_bytes_yet(work, thread):
        thread = machine.never_left(thread)
    book, peer = Book(node, work), thread.peer
    slot = leaves_at(node, thread, now) if due_at is None else due_at
    letter = make_stop(
        _stop_kind(thread), letter_id=node.random(16).hex(), thread=thread.thread_id, n=1, seen=0, written_at=slot,
        sender_role=thread.side, thread_ends=found.file.first_ends, retention_until=found.file.retention_until,
    )  # fmt: skip
    outcome = machine.queue(thread, entry_of(letter), now)
    for letter_id in outcome.cancels:
        work.outbox.end(letter_id, "cancelled", now)
    given_up = [letter_id for letter_id in outcome.give_up if _give_up(work, letter_id, now)]
    ended = machine.given_up(outcome.thread, tuple(given_up)).thread
    book.put_file(found, msgspec.structs.replace(found.file, thread=ended), now)
    work.deadlines.end_thread(peer, thread.thread_id)
    note(node, work, Stopped(at=now, case=found.row.case_id, peer=peer, thread=thread.thread_id))
    if ended.closed_here:
        never_said(book, found, frozenset(), now)
    else:
        queue_letter(
            node, work, found.dek, found.row.case_id, peer, letter, draft_of(letter, actor, "machine", {}), slot, now
        )
    work.audit.append(now, actor, "stop_queued", thread.thread_id, rule=node.seals.cover(rule))
    cancel_transits(node, work, found, slot, now, end_unheard)
    follow(node, work, peer, thread.thread_id, now)


def never_said(book: Book, found: OpenFile, known: Collection[str], now: int) -> None:
    """Her consents name no country as told that was not: of this thread's tokens only the `known` ones are kept."""
    case = book.case(found.row.case_id)
    for record in book.consents(case):
        less = never_told(record, found.row.thread_id, known)
        if less != record:
            book.put_consent(case, less, now)


def stop_is_suppressed(case: Case, thread_id: str) -> bool:
    """Whether two people decided that the automatic stop of this thread is not sent (H01)."""
    return any(one.thread == thread_id and one.stop_suppressed_by is not None for one in case.threads)


def is_ending(thread: Thread) -> bool:
    """True from the moment a stop is queued or arrives: nothing is told any more of what people open (wire 7)."""
    return thread.stopped or thread.closed_here or any(entry.kind in STOPS for entry in thread.queued)


def slot_now(node: Node, now: int) -> int:
    """The newest fixed daily moment that has come."""
    return next_slot(node, now) - DAY_S


def next_slot(node: Node, now: int) -> int:
    """The next fixed daily moment at which stops leave, UTC seconds."""
    slot = now - now % DAY_S + node.limits.stop_slot_s
    return slot if slot > now else slot + DAY_S


def leaves_at(node: Node, thread: Thread, now: int) -> int:
    """When a stop of this thread leaves, UTC seconds: at the next slot, or now if she is travelling."""
    return now if on_the_way(thread) else next_slot(node, now)


def end_unheard(node: Node, work: Work, found: OpenFile, now: int) -> None:
    """End a thread of which nothing ever left; no letter tells of it."""
    if machine.allowed(found.file.thread, now)[-1].allowed:
        queue_stop(node, work, found, "node", "H01", now)


def _has_no_bytes_yet(work: Work, thread: Thread) -> bool:
    """Whether all of it is in the batch that is being made now: a stop would tell of what nobody there heard of."""
    waiting = [work.outbox.get(entry.letter_id) for entry in thread.entries]
    return bool(waiting) and all(
        one is not None and one.state == "released" and not work.outbox.envelopes_of(one.letter_id) for one in waiting
    )


def _give_up(work: Work, letter_id: str, now: int) -> bool:
    """Stop posting a letter that has no receipt; False when it was receipted after all."""
    waiting = work.outbox.get(letter_id)
    if waiting is None or waiting.state not in ("released", "queued", "held"):
        return False
    for row in work.outbox.envelopes_of(letter_id):
        work.outbox.give_up(row.eid)
    work.outbox.end(letter_id, "given_up", now)
    return True


def _stop_kind(thread: Thread) -> StopKind:
    stop = matter_named(thread.matter).stop
    return "return.stopped" if stop == "return.stopped" else "referral.ended"
