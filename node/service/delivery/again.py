"""Letters that were released before: the gate again before every try, and a new envelope for the same payload.

Bytes that the gate refuses are never posted again; their statements are named as closed. Source: wire 1 (re-seal).
"""

from typing import Final

import msgspec

from node.protocol.gate.gate import Gate
from node.protocol.gate.guards import SET_BACK
from node.protocol.gate.identity import OFFICE_GONE
from node.protocol.letters.kinds import CONTROL, LETTER
from node.protocol.matters import STOPS
from node.protocol.threads import machine
from node.protocol.threads.thread import after_stop, entry_named, whatever_its_date
from node.service.context import FLAG_SKEW_S, Node
from node.service.delivery.gating import LOOK_AGAIN_S, decode_own, gate_of, keep_waiting
from node.service.delivery.queueing import Queued
from node.service.delivery.recipients import seal_to
from node.service.delivery.release_control import control_objection
from node.service.delivery.released import Ready, give_up_old
from node.service.returns.watch import follow
from node.service.threads.book import Book
from node.service.threads.ending import end_by_gate
from node.service.threads.expectations import undone
from node.service.threads.files import is_over
from node.service.threads.stops import is_ending
from node.store.outbox import EnvelopeRow, Waiting
from node.store.work import Work

ASKED_OF_THEM: Final = frozenset({"consent.withdrawal", "erasure.request"})  # people tell it anew, if it may be told
AT_RELEASE = "at release"  # stands for the second person, who was asked for when the letter first left


def still_wanted(node: Node, work: Work, row: EnvelopeRow, now: int) -> bool:
    """The gate again before a retry: bytes it refuses are never posted again, and their statement is given up."""
    waiting = work.outbox.get(row.letter_id)
    if waiting is None or waiting.state not in ("released", "queued", "held"):
        work.outbox.give_up(row.eid)
        return False
    gate = _gate_again(node, work, waiting, now)
    if gate is None or gate.open:
        return True
    if gate.cancelled:
        give_up_letter(node, work, waiting, now)
        if gate.ends_thread:
            end_by_gate(node, work, waiting, gate, now)
    else:
        # Still wanted, and not now: it is released anew when the gate opens. These bytes never go again (wire 1).
        work.outbox.give_up(row.eid)
        keep_waiting(node, work, waiting, gate, now)
    return False


def give_up_letter(node: Node, work: Work, waiting: Waiting, now: int) -> None:
    """Never post a released letter again; the thread is folded without it; its statements are named as closed."""
    for row in work.outbox.envelopes_of(waiting.letter_id):
        work.outbox.give_up(row.eid)
    work.outbox.end(waiting.letter_id, "given_up", now)
    found = None if waiting.thread_id is None else Book(node, work).file(waiting.peer, waiting.thread_id)
    if found is not None:
        outcome = machine.given_up(found.file.thread, (waiting.letter_id,))
        Book(node, work).put_file(found, msgspec.structs.replace(found.file, thread=outcome.thread), now)
        undone(work, waiting.peer, found.row.thread_id, waiting.letter_id, outcome.started, outcome.stopped)
        follow(node, work, waiting.peer, found.row.thread_id, now)
    work.audit.append(now, "node", "given_up", waiting.letter_id, outcome="cancelled")


def prepared_again(node: Node, work: Work, waiting: Waiting, now: int) -> Ready | None:
    """Re-seal: the same payload in a new envelope, gate first. Of a thread that has ended nothing that was received is
    sent again: where she seeks asylum it could not be, and its absence would tell the cause (H01).
    """
    if _ended_since(node, work, waiting, now):
        give_up_letter(node, work, waiting, now)
        return None
    gate = _gate_again(node, work, waiting, now)
    if gate is not None and not gate.open:
        if gate.cancelled:
            give_up_letter(node, work, waiting, now)
        elif keep_waiting(node, work, waiting, gate, now) == OFFICE_GONE:  # the block cannot be sealed anew (wire 8)
            _ask_somebody(work, waiting, now)
        return None
    row = work.letters.get(waiting.peer, "out", waiting.letter_id)
    if row is None or row.sealed is None:
        work.outbox.end(waiting.letter_id, "cancelled", now)
        return None
    payload = Book(node, work).payload(row)
    letter = decode_own(payload)
    # H22: our clock was set back; signed now the letter would be of a day to come, and be refused
    if letter.written_at > now + FLAG_SKEW_S and not whatever_its_date(letter.kind):
        work.outbox.hold(waiting.letter_id, node.seals.cover(SET_BACK), now + LOOK_AGAIN_S)
        return None
    to = seal_to(node, waiting.peer, letter.kind, LETTER, letter.sealed_identity is not None)
    if to is None:
        work.outbox.hold(waiting.letter_id, "no_prekey", now + LOOK_AGAIN_S)
        _ask_somebody(work, waiting, now)
        return None
    give_up_old(work, waiting)
    return Ready(waiting, payload, to, False, letter.retention_until)


def _ask_somebody(work: Work, waiting: Waiting, now: int) -> None:
    work.tasks.add("reseal_waits", now, case_id=waiting.case_id, peer=waiting.peer, letter_id=waiting.letter_id)


def _ended_since(node: Node, work: Work, waiting: Waiting, now: int) -> bool:
    """Whether the end of its thread closed this letter for good. Of a stopped thread only the stop goes again, and what
    may follow it until it arrives; of one that ended otherwise only what never arrived.
    """
    found = None if waiting.thread_id is None else Book(node, work).file(waiting.peer, waiting.thread_id)
    if found is None or (not is_over(found.file, now) and not is_ending(found.file.thread)):
        return False
    entry = entry_named(found.file.thread, waiting.letter_id)
    if entry is None or entry.kind in STOPS:
        return entry is None
    closed = waiting.status is not None or (is_ending(found.file.thread) and not after_stop(entry.kind))
    if closed and entry.kind in ASKED_OF_THEM:
        work.tasks.add("withdrawal_to_tell_again", now, case_id=waiting.case_id, peer=waiting.peer)
    return closed


def _gate_again(node: Node, work: Work, waiting: Waiting, now: int) -> Gate | None:
    """The gate for a letter that was released before; None for control letters, which have their own."""
    if waiting.letter_class == CONTROL:
        objection = control_objection(node, work, waiting, now)
        return None if objection is None else Gate((objection,))
    book = Book(node, work)
    found = None if waiting.thread_id is None else book.file(waiting.peer, waiting.thread_id)
    row = work.letters.get(waiting.peer, "out", waiting.letter_id)
    if found is None or row is None or row.sealed is None:
        return None
    letter = decode_own(book.payload(row))
    tokens = {entry.token for entry in letter.consent}
    persons = {token: person for token, person in found.file.persons.items() if token in tokens}
    queued = Queued(msgspec.Raw(b""), "node", "caseworker", persons, AT_RELEASE)
    return gate_of(node, work, book.case(found.row.case_id), letter, queued, found.file, waiting, now)
