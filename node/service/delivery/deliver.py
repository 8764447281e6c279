"""Delivery to one peer: what to post now, what was answered, when to look again.

The same bytes are posted until a signed receipt comes; a hint, silence or an answer that does not verify only leads
to another try. Source: wire 1, 3, 4; delivery, outbox; pitfalls P6, P10-P15.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

import msgspec

from node.crypto.errors import BadReceipt
from node.crypto.receipts import HINT_REFRESH, RECEIPT_BYTES, Hint, Receipt, Status, open_evidence
from node.log import get
from node.protocol.letters.kinds import LETTER
from node.service.context import Node
from node.service.delivery.again import still_wanted
from node.service.delivery.hearing import hear
from node.service.delivery.words import MAX_BATCH, ErrorClass, PostFailed
from node.service.threads.undo import parked, undo_refused
from node.store.channels import Head
from node.store.outbox import EnvelopeRow
from node.store.work import Work

log = get()
IDLE_S, SHORTEST_S = 60.0, 0.02
CLOCKS_DIFFER: Final = "clocks_differ"  # a letter came too late by their clock, and not by ours

Answer = tuple[Receipt, bytes] | Hint | None  # a verified receipt with its bytes, an unsigned hint, or nothing usable


class Agenda(msgspec.Struct, frozen=True):
    """What there is to do for a peer at one moment, and when to look again (seconds) if nothing wakes us before."""

    rests: bool
    may_release: bool
    may_post: bool
    again_s: float


def agenda(node: Node, peer: str) -> Agenda:
    """What the database says is due for `peer`; it rests while it is given a pause after a failed request."""
    (due_at, try_at), contact = node.store.read_sync(
        lambda reader: (reader.outbox.next_due(peer), reader.peers.get(peer))
    )
    now = node.now()
    times = [at for at in (due_at, try_at) if at is not None]
    wait_s = max(min(times), contact.next_try_at) - now if times else IDLE_S
    return Agenda(
        rests=contact.tries > 0 and contact.next_try_at > now,
        may_release=due_at is not None and due_at <= now,
        may_post=try_at is not None and try_at <= now,
        again_s=min(IDLE_S, max(SHORTEST_S, wait_s)),
    )


async def to_post(node: Node, peer: str) -> list[EnvelopeRow]:
    """Released envelopes whose next try is due, after the gate was run again on each; what it refuses is given up."""
    now = node.now()
    return await node.store.write(
        lambda work: [row for row in work.outbox.to_post(peer, now, MAX_BATCH) if still_wanted(node, work, row, now)]
    )


async def wanted(node: Node, rows: list[EnvelopeRow]) -> list[EnvelopeRow]:
    """Of rows that were to be posted a while ago, those that still may be: the gate before every try."""
    now = node.now()

    def ask(work: Work) -> list[EnvelopeRow]:
        out = work.outbox.still_out([row.eid for row in rows])
        return [row for row in rows if row.eid in out and still_wanted(node, work, row, now)]

    return await node.store.write(ask)


def still_out(node: Node, rows: Sequence[EnvelopeRow]) -> list[EnvelopeRow]:
    """Of rows released a moment ago, those that were not given up since: a stop or a withdrawal may have come."""
    if not rows:
        return []
    out = node.store.read_sync(lambda reader: reader.outbox.still_out([row.eid for row in rows]))
    return [row for row in rows if row.eid in out]


async def record_answers(node: Node, peer: str, rows: Sequence[EnvelopeRow], slots: Sequence[bytes]) -> bool:
    """Keep each verified receipt and let it take effect; everything else is another try. Durable before it returns.

    True when each of them was answered with a receipt; whatever one calls for is due in the database by then.
    """
    answers = [(row, _opened(node, peer, row, slot)) for row, slot in zip(rows, slots, strict=True)]
    await node.store.write(lambda work: _record(node, work, peer, answers), again=True)
    await hear(node, peer, _signed_at(answers))
    if any(isinstance(answer, Hint) and answer.code == HINT_REFRESH for _, answer in answers):
        node.on_unknown_key()
    return all(isinstance(answer, tuple) for _, answer in answers)


async def record_failure(node: Node, peer: str, rows: Sequence[EnvelopeRow], failure: PostFailed) -> None:
    """Note that nothing usable was heard, and when to try again."""
    now = node.now()
    log.info("post_failed", peer=peer, error_class=failure.error_class, count=len(rows))

    def note(work: Work) -> None:
        tries = work.peers.get(peer).tries
        again_at = now + (failure.retry_after_s or _pause_s(node, tries, urgent=_any_urgent(work, rows)))
        work.peers.failed(peer, now, failure.detail, again_at)
        work.outbox.tried([row.eid for row in rows], again_at, failure.detail, failure.error_class, now)

    await node.store.write(note)


def _opened(node: Node, peer: str, row: EnvelopeRow, slot: bytes) -> Answer:
    if row.salt is None:
        return None
    try:
        return open_evidence(slot, row.eid, row.salt, row.envelope_hash, row.s_hash, peer, node.sender_key, node.roots)
    except BadReceipt:
        log.warning("receipt_does_not_verify", peer=peer)
        return None


def _record(node: Node, work: Work, peer: str, answers: Sequence[tuple[EnvelopeRow, Answer]]) -> None:
    now = node.now()
    heads: dict[int, Head] = {}
    for row, answer in answers:
        if isinstance(answer, tuple):
            _follow_chain(work, peer, heads, *answer, now)
            _receipted(node, work, peer, row, *answer, now)
        else:
            _try_again(node, work, row, answer, now)
    for head in heads.values():
        work.channels.put_receipt_in(peer, head)
    if heads:
        work.peers.heard(peer, now, min(now, _signed_at(answers)))


def _receipted(node: Node, work: Work, peer: str, row: EnvelopeRow, receipt: Receipt, proof: bytes, now: int) -> None:
    work.outbox.receipted(row.eid, proof, receipt.status, receipt.reason, now)
    # 1. received
    if receipt.status in (Status.STORED, Status.ALREADY_RECEIVED):
        work.outbox.end(row.letter_id, "receipted", now, receipt.status)
    # 2. too late: released again, gate first
    elif receipt.status == Status.EXPIRED:
        _release_again(node, work, peer, row, now)
    # 3. refused by the tables: undone here, seen by our people
    elif receipt.status == Status.REFUSED:
        work.outbox.end(row.letter_id, "refused", now, receipt.status, receipt.reason)
        if row.letter_class == LETTER:
            undo_refused(node, work, peer, row.letter_id, receipt.reason, now)
    # 4. malformed, unsupported, conflict: ours or theirs is wrong, a person must look
    else:
        parked(node, work, peer, row, receipt.status, now)


def _release_again(node: Node, work: Work, peer: str, row: EnvelopeRow, now: int) -> None:
    """At once where it expired on the way. If by our clock it did not, one clock is wrong and the next would come too
    late as well: after a pause, longer each time, and the operator is told.
    """
    goes_again = work.outbox.requeue(row.letter_id, now)
    if goes_again and row.expires_at > now:
        late = sum(one.status == Status.EXPIRED for one in work.outbox.envelopes_of(row.letter_id))
        pause_s = _pause_s(node, late, urgent=_any_urgent(work, [row]))
        work.outbox.hold(row.letter_id, CLOCKS_DIFFER, now + pause_s)
        log.error("peer_clock_differs", peer=peer)
        work.tasks.add(CLOCKS_DIFFER, now, peer=peer)
    work.after_commit(lambda: node.wake(peer))


def _signed_at(answers: Sequence[tuple[EnvelopeRow, Answer]]) -> int:
    """The newest time in the receipts among these answers; 0 without one."""
    return max((answer[0].at for _, answer in answers if isinstance(answer, tuple)), default=0)


def _follow_chain(work: Work, peer: str, heads: dict[int, Head], receipt: Receipt, proof: bytes, now: int) -> None:
    """A receipt that contradicts the one before is an alarm; one that comes again (a repeated answer) is not.

    `heads` are those of this peer's receipt epochs as the answers of one request move them on.
    """
    head = heads.get(receipt.epoch) or work.channels.receipt_in_head(peer, receipt.epoch)
    heads[receipt.epoch] = head
    r_hash = _r_hash(proof)
    if (receipt.index == head.seq + 1 and receipt.prev != head.hash) or (
        receipt.index == head.seq and r_hash != head.hash
    ):
        log.error("receipt_chain_broken", peer=peer)
        work.tasks.add("receipt_chain_broken", now, peer=peer)
        work.audit.append(now, "node", "receipt_chain_broken", peer, outcome="alarm")
    if receipt.index > head.seq:
        heads[receipt.epoch] = Head(receipt.epoch, receipt.index, r_hash)


def _try_again(node: Node, work: Work, row: EnvelopeRow, answer: Hint | None, now: int) -> None:
    error_class: ErrorClass = "crypto" if answer is None else "peer-policy"
    detail = "answer does not verify" if answer is None else f"hint {answer.code}"
    pause_s = _pause_s(node, row.tries, urgent=_any_urgent(work, [row]))
    work.outbox.tried([row.eid], now + pause_s, detail, error_class, now)


def _pause_s(node: Node, tries: int, *, urgent: bool) -> int:
    """Full jitter over a doubling interval, capped at an hour for urgent letters and six hours otherwise."""
    cap = node.limits.retry_cap_urgent_s if urgent else node.limits.retry_cap_s
    span = min(cap, node.limits.retry_first_s * 2 ** min(tries, 20))
    jitter: int = int.from_bytes(node.random(4), "big") % max(1, span)
    return 1 + jitter


def _any_urgent(work: Work, rows: Sequence[EnvelopeRow]) -> bool:
    letters = (work.outbox.get(row.letter_id) for row in rows)
    return any(letter is not None and letter.urgency <= 1 for letter in letters)


def _r_hash(proof: bytes) -> bytes:
    return hashlib.sha256(proof[:RECEIPT_BYTES]).digest()
