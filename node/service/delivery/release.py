"""Release: a due letter gets its number, its signature and its bytes, all in one transaction; only then may they leave.

Gate first, always. What the gate holds keeps waiting without a number; what it cancels leaves no trace. Source: wire 1.
"""

from collections.abc import Callable

import msgspec

from node.crypto.envelope import ChannelHead, seal_chained
from node.protocol.gate.gate import Gate
from node.protocol.letters.decode import AnyLetter, encode
from node.protocol.letters.frame import is_stop
from node.protocol.letters.kinds import CONTROL, LETTER
from node.protocol.threads import machine
from node.protocol.threads.outcome import Cancelled, Released
from node.protocol.threads.thread import after_stop
from node.service.context import Node
from node.service.delivery.again import prepared_again
from node.service.delivery.ahead import begin_signing
from node.service.delivery.control import close_given_up
from node.service.delivery.gating import LOOK_AGAIN_S, draft_again, gate_of, keep_waiting
from node.service.delivery.numbering import numbered
from node.service.delivery.queueing import Queued
from node.service.delivery.recipients import seal_to
from node.service.delivery.release_control import prepared_control
from node.service.delivery.released import Ready, draft_of, keep_envelope, keep_letter
from node.service.delivery.words import MAX_BATCH
from node.service.network.prekeys import needs_bundle
from node.service.returns.watch import follow, is_followed
from node.service.safety.arrivals import cannot_leave
from node.service.threads.book import Book, OpenFile
from node.service.threads.ending import end_by_gate
from node.service.threads.expectations import expect
from node.service.threads.files import ThreadFile
from node.service.threads.stops import stop_is_suppressed
from node.service.threads.waiting_withdrawals import expect_her_word
from node.store.outbox import EnvelopeRow, Waiting
from node.store.work import Work


async def release_due(node: Node, peer: str) -> list[EnvelopeRow]:
    """Release up to 64 due letters to `peer` under one signature; returns their envelopes, committed and ready to
    post.
    """
    return await node.store.write(lambda work: _release(node, work, peer), again=True)


def releasing(node: Node, peer: str) -> Callable[[Work], list[EnvelopeRow]]:
    """The same, as work for the end of a transaction that queued a letter; nothing while the peer's keys run out."""
    return lambda work: [] if needs_bundle(node, peer) else _release(node, work, peer)


def _release(node: Node, work: Work, peer: str) -> list[EnvelopeRow]:
    now = node.now()
    ready: list[Ready] = []
    due = work.outbox.due(peer, now, MAX_BATCH)
    for waiting in due:
        letter = _prepared(node, work, waiting, now)
        if letter is not None:
            work.outbox.released(waiting.letter_id, now)  # at once: the next of its thread may go in the same batch
            ready.append(letter)
    if len(ready) < len(due):  # one that was kept back may have ended the thread of one before it
        ready = [letter for letter in ready if _still_goes(work, letter)]
    if not ready:
        return []
    head = work.channels.out_head(peer, node.epoch)
    drafts = [draft_of(node, peer, one.waiting.letter_class, one.payload, one.to, now) for one in ready]
    signing = begin_signing(node, peer, ChannelHead(head.epoch, head.seq, head.hash), drafts)
    for letter, link in zip(ready, signing.chained.links, strict=True):
        keep_letter(node, work, letter, link.statement.eid, now)
    work.channels.advance_out(peer, head, signing.chained.head.seq, signing.chained.head.prev)
    sealed = seal_chained(drafts, signing.chained, signing.signature())
    rows = [keep_envelope(node, work, *each, now) for each in zip(ready, sealed, drafts, strict=True)]
    # Crash here: nothing was released. After the commit: these bytes go out, and no others.
    return rows


def _still_goes(work: Work, letter: Ready) -> bool:
    now_waiting = work.outbox.get(letter.waiting.letter_id)
    return now_waiting is not None and now_waiting.state == "released"


def _prepared(node: Node, work: Work, waiting: Waiting, now: int) -> Ready | None:
    if waiting.letter_class == CONTROL:
        return prepared_control(node, work, waiting, now)
    if waiting.released_at is not None:
        return prepared_again(node, work, waiting, now)
    return _prepared_letter(node, work, waiting, now)


def _prepared_letter(node: Node, work: Work, waiting: Waiting, now: int) -> Ready | None:
    """First release: order, gate, tables, number; in this order."""
    book = Book(node, work)
    assert waiting.thread_id is not None
    rows = work.threads.with_case(waiting.thread_id, waiting.peer)
    assert rows is not None, "a queued letter always has its thread, and that its case"
    found, case = book.file_and_case(*rows)
    queued = node.seals.open_as(Queued, found.dek, "outbox", waiting.letter_id, waiting.sealed)
    letter = draft_again(node, bytes(queued.letter), waiting.letter_id)
    # 1 letters of one thread leave in the order they were queued; a stop does not wait
    earlier = None
    if [one.letter_id for one in found.file.thread.queued] != [waiting.letter_id]:  # else nothing waits on the thread
        earlier = work.outbox.earlier_unreleased(waiting.peer, waiting.thread_id, waiting.letter_id)
    if earlier is not None and not _goes_at_once(letter):
        if earlier > now:  # else it is looked at in this very turn
            work.outbox.hold(waiting.letter_id, "turn", earlier)
        return None
    # 2 H01: two people may have decided that the automatic stop is not sent
    if is_stop(letter) and queued.actor == "node" and stop_is_suppressed(case.case, waiting.thread_id):
        work.outbox.end(waiting.letter_id, "cancelled", now)
        _unqueue(node, work, waiting, now)
        return None
    # 3 the gate
    gate = gate_of(node, work, case, letter, queued, found.file, waiting, now)
    if not gate.open:
        _kept_back(node, work, waiting, letter, found.row.case_id, gate, now)
        return None
    to = seal_to(node, waiting.peer, letter.kind, LETTER, letter.sealed_identity is not None)
    if to is None:
        work.outbox.hold(waiting.letter_id, "no_prekey", now + LOOK_AGAIN_S)
        return None
    # 4 the tables, and the number
    if len(found.file.thread.queued) > 1:
        work.outbox.turn_comes(waiting.peer, waiting.thread_id, now)
    released, final = numbered(node, waiting.peer, letter, found.file, now)
    book.put_file(found, _file_after(found.file, released, final), now)
    if isinstance(released, Cancelled):
        _overtaken(work, waiting, found.row.case_id, now)
        return None
    _what_follows(node, work, found, released, final, now)
    return Ready(waiting, encode(final), to, True, final.retention_until, found.dek)


def _file_after(file: ThreadFile, released: Released | Cancelled, final: AnyLetter) -> ThreadFile:
    """The thread's file as the release leaves it; a stop copies what the opening letter really said."""
    opens = final.letter_id == file.opening and isinstance(released, Released)
    first_ends = final.thread_ends if opens else file.first_ends
    return msgspec.structs.replace(file, thread=released.thread, first_ends=first_ends)


def _overtaken(work: Work, waiting: Waiting, case_id: str, now: int) -> None:
    """What arrived meanwhile leaves the letter no place in its thread: a person is told."""
    work.outbox.end(waiting.letter_id, "cancelled", now)
    work.tasks.add(
        "letter_overtaken",
        now,
        case_id=case_id,
        peer=waiting.peer,
        thread_id=waiting.thread_id,
        letter_id=waiting.letter_id,
    )


def _what_follows(node: Node, work: Work, found: OpenFile, released: Released, final: AnyLetter, now: int) -> None:
    """What follows here from a letter that has its number."""
    thread, peer = released.thread, found.row.peer
    if is_stop(final):
        close_given_up(node, work, peer, now)  # released with the stop (wire 1)
    expect(work, found.row.case_id, thread, final, released.started, released.stopped)
    if is_followed(thread):
        follow(node, work, peer, found.row.thread_id, now, final)


def _kept_back(node: Node, work: Work, waiting: Waiting, letter: AnyLetter, case_id: str, gate: Gate, now: int) -> None:
    first = gate.objections[0]
    cannot_leave(node, work, letter, gate.cancelled, now)
    if gate.cancelled:
        work.outbox.end(waiting.letter_id, "cancelled", now)
        _unqueue(node, work, waiting, now)
    else:
        if keep_waiting(node, work, waiting, gate, now) == node.seals.uncover(waiting.held_code or ""):
            return  # it was told when it began
        expect_her_word(node, work, waiting, letter, first.rule, now)
    work.tasks.add(
        "letter_cancelled" if gate.cancelled else "letter_held",
        now,
        case_id=case_id,
        peer=waiting.peer,
        thread_id=waiting.thread_id,
        letter_id=waiting.letter_id,
    )
    outcome = "cancelled" if gate.cancelled else "held"
    work.audit.append(now, "node", "gate", waiting.letter_id, rule=node.seals.cover(first.rule), outcome=outcome)
    if gate.ends_thread:
        end_by_gate(node, work, waiting, gate, now)


def _unqueue(node: Node, work: Work, waiting: Waiting, now: int) -> None:
    book = Book(node, work)
    found = None if waiting.thread_id is None else book.file(waiting.peer, waiting.thread_id)
    if found is not None:
        work.outbox.turn_comes(waiting.peer, found.row.thread_id, now)
        thread = machine.cancel(found.file.thread, (waiting.letter_id,)).thread
        book.put_file(found, msgspec.structs.replace(found.file, thread=thread), now)


def _goes_at_once(letter: AnyLetter) -> bool:
    return is_stop(letter) or after_stop(letter.kind)
