"""Rows 7 to 14 of wire 3, for verified envelopes, and the receipts for them: all inside one transaction.

The numbered checks stand in the order of the wire page. Nothing here looks at a person, a consent or an asylum
fact: what those decide is a local hold, never an answer.
"""

import msgspec

from node.crypto.envelope import EnvelopeRefused, Opened
from node.crypto.receipts import HINT_BUSY, Ahead, ReceiptDraft, ReceiptHead, Status, hint_slot, seal_receipts
from node.log import get
from node.protocol.letters.decode import AnyControl, AnyLetter, decode
from node.protocol.letters.frame import Letter
from node.protocol.letters.strict import Malformed, Unsupported
from node.protocol.threads.thread import whatever_its_date
from node.service.context import FLAG_SKEW_S, SKEW_S, Node
from node.service.delivery.ahead import receipt_of
from node.service.delivery.channel import note_statement
from node.service.delivery.control import take_control
from node.service.delivery.quota import waits_too_far_ahead
from node.service.delivery.standing import effect_of
from node.service.delivery.take import NO_STANDING, Arrival, hold_control, take_letter, take_vouched
from node.service.threads.book import Book
from node.store.channels import Head
from node.store.ledger import LedgerRow
from node.store.work import Work

log = get()
ALWAYS_IN_TIME = ("consent.withdrawal", "safety.")


class Ruling(msgspec.Struct, frozen=True):
    """What an envelope is answered with: status and reason; `eid` is the first committed one for already_received."""

    status: Status
    reason: int = 0
    eid: bytes | None = None
    letter_id: str | None = None


def answer_all(node: Node, work: Work, opened: list[Opened], ahead: Ahead | None = None) -> list[bytes]:
    """Judge each envelope and sign the receipts of each sender as one tree; returns the slots in order."""
    slots: list[bytes | None] = []
    waiting: dict[str, list[tuple[int, Opened, Ruling]]] = {}
    for place, one in enumerate(opened):
        answer = _judge(node, work, one)
        slots.append(answer if isinstance(answer, bytes) else None)
        if isinstance(answer, Ruling):
            waiting.setdefault(one.statement.sender, []).append((place, one, answer))
            work.ledger.judged(_ledger_row(one, answer, node.now()))  # so that a twin in this request is seen
    for sender, rulings in waiting.items():
        for place, slot in _sign(node, work, sender, rulings, ahead):
            slots[place] = slot
    return [slot for slot in slots if slot is not None]


def _judge(node: Node, work: Work, one: Opened) -> bytes | Ruling:
    now, s = node.now(), one.statement
    # 0 again: a twin that was committed since this request was opened
    if slot := work.ledger.slot(one.envelope_hash):
        return slot
    # 7 the envelope id
    known = work.ledger.by_eid(s.sender, s.eid)
    if known is not None:
        return _twin(node, work, one, known)
    # 8 a clock ahead of ours: rows 9 to 11 first
    ahead = s.created_at > now + SKEW_S
    if s.created_at > now + FLAG_SKEW_S:
        log.warning("peer_clock_ahead", peer=s.sender, ahead_s=s.created_at - now)
    # 9 its time
    if not _in_time(node, one):
        return _noted(node, work, one, Ruling(Status.EXPIRED))
    # 10, 11 length, commitment, padding; class, syntax, kind, fields
    try:
        payload = one.content()
        letter = decode(payload, s.letter_class)
    except EnvelopeRefused:
        return _noted(node, work, one, Ruling(Status.MALFORMED))
    except (Malformed, Unsupported) as error:
        return _noted(node, work, one, Ruling(Status(error.status)))
    if _of_a_time_to_come(letter, s.created_at):
        return _noted(node, work, one, Ruling(Status.MALFORMED))
    if ahead and not _whatever_the_clock(letter):
        return hint_slot(HINT_BUSY, node.random)
    # too many of its thread wait already: as if it had not come
    if isinstance(letter, Letter) and waits_too_far_ahead(node, work, s.sender, letter):
        log.warning("peer_numbers_far_ahead", peer=s.sender)
        return hint_slot(HINT_BUSY, node.random)
    # Noted first: a `channel.closed` may name the very gap that its own number shows.
    note_statement(node, work, one)
    return _take(node, work, one, letter, payload, now)


def _take(
    node: Node, work: Work, one: Opened, letter: AnyLetter | AnyControl | None, payload: bytes, now: int
) -> Ruling:
    s = one.statement
    if letter is None:
        return Ruling(Status.STORED)
    # 12 the letter id
    before = work.ledger.by_letter(s.sender, letter.letter_id)
    if before is not None:
        return _again(node, work, one, letter, payload, before)
    effect = effect_of(node, s, now, letter.kind)
    if isinstance(letter, Letter):
        # 13, 14 the tables, and everything else
        arrival = Arrival(s.sender, s.eid, one.s_bytes, one.sig, one.salt)
        reason = take_letter(node, work, arrival, letter, payload, effect, now)
    else:
        if effect != "full":
            hold_control(node, work, Arrival(s.sender, s.eid, one.s_bytes, one.sig, one.salt), letter, payload, now)
            return Ruling(Status.STORED, letter_id=letter.letter_id)
        reason = take_control(node, work, s.sender, letter, s, now)
    return Ruling(Status.REFUSED if reason else Status.STORED, reason, letter_id=letter.letter_id)


def _twin(node: Node, work: Work, one: Opened, known: LedgerRow) -> bytes | Ruling:
    """Row 7: the same statement gets the stored slot, another one under the same id is a conflict and an alarm."""
    if known.s_hash == one.s_hash:
        return known.slot or hint_slot(HINT_BUSY, node.random)  # sealed twice within one request: ask again in a moment
    _alarm(node, work, one.statement.sender, "envelope_conflict")
    return Ruling(Status.CONFLICT)


def _again(
    node: Node, work: Work, one: Opened, letter: AnyLetter | AnyControl, payload: bytes, before: LedgerRow
) -> Ruling:
    """Row 12: the same letter in another envelope (a re-seal), or another letter under the same id."""
    if before.status == Status.REFUSED:
        return Ruling(Status.REFUSED, before.reason)
    kept = work.letters.get(before.sender, "in", letter.letter_id)
    # Its salt goes with any erasure: what is left is less than what came, and is not compared.
    if kept is not None and None not in (kept.sealed, kept.salt) and Book(node, work).payload(kept) != payload:
        _alarm(node, work, before.sender, "letter_conflict")
        return Ruling(Status.CONFLICT)
    if kept is not None and kept.held_code == NO_STANDING and kept.sealed is not None:
        # It came first under a key that nobody vouches for; this one is its country's own word (row 5).
        arrival = Arrival(before.sender, one.statement.eid, one.s_bytes, one.sig, one.salt)
        take_vouched(node, work, kept, arrival, node.now())
    return Ruling(Status.ALREADY_RECEIVED, eid=before.eid)


def _in_time(node: Node, one: Opened) -> bool:
    s = one.statement
    return (
        node.believed_now() < s.expires_at
        and s.created_at < s.expires_at
        and s.expires_at <= s.created_at + node.limits.max_life_s
    )


def _whatever_the_clock(letter: AnyLetter | AnyControl | None) -> bool:
    kind = "" if letter is None else letter.kind
    return kind.endswith(".ended") or kind == "return.stopped" or kind.startswith(ALWAYS_IN_TIME)


def _of_a_time_to_come(letter: AnyLetter | AnyControl | None, created_at: int) -> bool:
    """H22: no letter is written after it was signed, but for a clock that is set; else its date of a day to come would
    make whatever follows it look old. What no clock may stop counts for no other's date, and passes.
    """
    if not isinstance(letter, Letter) or whatever_its_date(letter.kind):
        return False
    return letter.written_at > created_at + FLAG_SKEW_S


def _noted(node: Node, work: Work, one: Opened, ruling: Ruling) -> Ruling:
    note_statement(node, work, one)
    return ruling


def _alarm(node: Node, work: Work, peer: str, code: str) -> None:
    log.error("peer_alarm", reason=code, peer=peer)
    work.tasks.add(code, node.now(), peer=peer)
    work.audit.append(node.now(), "node", code, peer, outcome="alarm")


def _sign(
    node: Node, work: Work, sender: str, rulings: list[tuple[int, Opened, Ruling]], ahead: Ahead | None
) -> list[tuple[int, bytes]]:
    head = work.channels.receipt_out_head(sender, node.epoch)
    chain = ReceiptHead(head.epoch, head.seq, head.hash)
    drafts: list[ReceiptDraft] = []
    for _, one, ruling in rulings:
        receipt, chain = chain.link(receipt_of(node, one, ruling.status, ruling.reason, ruling.eid))
        drafts.append(ReceiptDraft(receipt, one.statement.eid, one.salt))
    work.channels.put_receipt_out(sender, Head(chain.epoch, chain.index, chain.prev))
    sealed = seal_receipts(drafts, node.keys.message, node.random, ahead)
    slots = []
    for (place, one, _), answer in zip(rulings, sealed, strict=True):
        work.ledger.answered(one.envelope_hash, answer.slot)
        slots.append((place, answer.slot))
    return slots


def _ledger_row(one: Opened, ruling: Ruling, now: int) -> LedgerRow:
    s = one.statement
    return LedgerRow(
        one.envelope_hash,
        s.sender,
        s.eid,
        ruling.letter_id,
        s.letter_class,
        one.s_hash,
        int(ruling.status),
        ruling.reason,
        b"",
        now,
    )
