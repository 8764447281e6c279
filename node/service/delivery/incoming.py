"""What a posted request becomes: rows 0 to 6 here, rows 7 to 14 and the receipts in one transaction.

Each layer hands on a more trusted thing: bytes, verified envelope, judged letter, committed rows, signed slot. The
answer leaves after the commit. Source: wire 3; delivery, inbox.
"""

import hashlib
from collections.abc import Callable

from node.crypto.envelope import Claimed, EnvelopeRefused, Opened, open_envelope
from node.crypto.receipts import HINT_REFRESH, HINT_SIZE, Ahead, hint_slot
from node.log import get
from node.service.context import Node
from node.service.delivery.ahead import sign_receipt_ahead
from node.service.delivery.judge import answer_all
from node.store.work import Work

log = get()
NEWS_EVERY_S = 60.0
_HINTS = {"size": HINT_SIZE, "refresh": HINT_REFRESH}


async def receive(node: Node, envelopes: list[bytes]) -> tuple[list[bytes], bool]:
    """One slot an envelope, in order, and whether any of them was verified (its source may be trusted with more).

    Repeatable: the same bytes get the same slot again, for ever. Durable before it returns.
    """
    hashes = [hashlib.sha256(envelope).digest() for envelope in envelopes]
    known = node.store.read_sync(lambda reader: reader.ledger.slots(hashes))
    slots: list[bytes | None] = [known.get(digest) for digest in hashes]
    opened: dict[int, Opened] = {}
    parked: list[tuple[bytes, bytes]] = []
    first = {digest: place for place, digest in reversed(list(enumerate(hashes)))}
    begun: list[Ahead | None] = []
    alone = (lambda said: begun.append(sign_receipt_ahead(node, said))) if len(envelopes) == 1 else None
    for place, envelope in enumerate(envelopes):
        if slots[place] is not None or first[hashes[place]] != place:
            continue
        try:
            opened[place] = _open(node, envelope, alone)
        except EnvelopeRefused as refused:
            slots[place] = _hint(node, refused)
            if refused.row == 5:
                parked.append((hashes[place], envelope))
    if opened or parked:
        verified = list(opened.values())
        ahead = begun[0] if begun else None
        answers = await node.store.write(lambda work: _commit(node, work, verified, parked, ahead))
        slots = _filled(slots, list(opened), answers)
    if parked or _news(node, list(opened.values())):
        node.on_unknown_key()
    filled = [slots[first[digest]] for digest in hashes]  # a copy inside one request gets its twin's slot
    return [slot for slot in filled if slot is not None], bool(opened) or bool(known)


def _news(node: Node, opened: list[Opened]) -> bool:
    """True when a sender used a registry snapshot that we never saw; at most once a minute, whoever gossips what.

    Source: wire 2 (snapshot: one refresh, never a refusal); attack 56.
    """
    named = {one.statement.snapshot for one in opened} - {node.view.snapshot_sha256}
    now_s = node.clock.monotonic()
    if not named or now_s - node.news_at < NEWS_EVERY_S:
        return False
    if all(node.store.read_sync(lambda reader: [reader.archive.by_hash(name) for name in named])):
        return False
    node.news_at = now_s
    return True


async def judge_parked(node: Node, limit: int = 64) -> int:
    """Try parked envelopes again after a refresh; returns how many were judged. The sender's next retry gets the
    answer.
    """
    rows = await node.store.read(lambda reader: reader.letters.parked(limit))
    judged: list[bytes] = []
    unknown: list[bytes] = []
    opened: list[Opened] = []
    for digest, envelope, _ in rows:
        try:
            opened.append(_open(node, envelope))
        except EnvelopeRefused as refused:
            if refused.row == 5:
                unknown.append(digest)
                continue
        judged.append(digest)

    def commit(work: Work) -> None:
        answer_all(node, work, opened)
        for digest in judged:
            work.letters.unpark(digest)
        work.letters.still_parked(unknown)  # they go to the end: junk never stands in front of a letter

    if rows:
        await node.store.write(commit)
    return len(judged)


def _open(node: Node, envelope: bytes, claimed: Callable[[Claimed], None] | None = None) -> Opened:
    return open_envelope(envelope, node.country, node.keys.kem_for, node.sender_key, node.roots, claimed)


def _hint(node: Node, refused: EnvelopeRefused) -> bytes:
    log.info("envelope_refused", row=refused.row, hint=refused.hint or "")
    return hint_slot(_HINTS[refused.hint or "refresh"], node.random)


def _commit(
    node: Node, work: Work, opened: list[Opened], parked: list[tuple[bytes, bytes]], ahead: Ahead | None
) -> list[bytes]:
    now = node.now()
    for digest, envelope in parked:
        work.letters.park(digest, envelope, now, node.limits.parked)
    return answer_all(node, work, opened, ahead)


def _filled(slots: list[bytes | None], places: list[int], answers: list[bytes]) -> list[bytes | None]:
    filled = list(slots)
    for place, slot in zip(places, answers, strict=True):
        filled[place] = slot
    return filled
