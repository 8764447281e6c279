"""Signed ahead: what will most probably be signed is begun beside, while the decision about it is still being stored.

A letter decided alone, while its peer's worker is idle, is released in the same transaction; a letter that comes
alone in its request is nearly always genuine, and stored. Either signature is used only if what is to be signed turns
out to be the very same bytes; otherwise it never leaves this process. Source: issue 2, speed; wire 1, 4.
"""

from collections.abc import Sequence

import msgspec

from node.crypto import labels
from node.crypto.batch import Tree
from node.crypto.envelope import Chained, ChannelHead, Claimed, Draft, chain_batch
from node.crypto.receipts import Ahead, Receipt, ReceiptHead, Status
from node.protocol.letters.decode import AnyLetter, encode
from node.protocol.letters.kinds import LETTER
from node.service.context import Node
from node.service.delivery.numbering import numbered
from node.service.delivery.recipients import seal_to
from node.service.delivery.released import draft_of
from node.service.signing import Signature
from node.service.threads.files import ThreadFile
from node.store.work import Work


class Signing(msgspec.Struct, frozen=True):
    """A batch as it was chained, after `after` on its channel, and its signature that is being made."""

    after: ChannelHead
    drafts: Sequence[Draft]
    chained: Chained
    signature: Signature


def begin_signing(node: Node, peer: str, after: ChannelHead, drafts: Sequence[Draft]) -> Signing:
    """The batch that is released now: as it was begun ahead, if it is the same, or begun anew."""
    begun = node.signing.pop(peer, None)
    if isinstance(begun, Signing) and begun.after == after and begun.drafts == drafts:
        return begun
    chained = chain_batch(after, node.country, drafts, node.keys.message.key_id, node.random)
    return Signing(after, drafts, chained, node.signer.begin(chained.tree.message, labels.CONTEXT_ENVELOPE))


def sign_letter_ahead(node: Node, work: Work, peer: str, letter: AnyLetter, file: ThreadFile, now: int) -> None:
    """Begin the signature of a letter that is about to be queued and released; nothing follows if it is not."""
    handover = node.handovers.get(peer)
    alone = handover is not None and handover.is_open and len(file.thread.queued) == 1 and not node.store.is_busy
    if not alone or not node.signer.is_beside():
        return
    node.signer.keep_away()
    to = seal_to(node, peer, letter.kind, LETTER, letter.sealed_identity is not None)
    if to is None:
        return
    _, final = numbered(node, peer, letter, file, now)
    head = work.channels.out_head(peer, node.epoch)
    draft = draft_of(node, peer, LETTER, encode(final), to, now)
    node.signing[peer] = begin_signing(node, peer, ChannelHead(head.epoch, head.seq, head.hash), [draft])
    work.in_any_case(lambda: _forget(node, peer))


def _forget(node: Node, peer: str) -> None:
    """Nothing of a draft stays here beyond its transaction, however that ended; another's would be begun anew."""
    node.signing.pop(peer, None)


def receipt_of(node: Node, one: Claimed, status: Status, reason: int = 0, eid: bytes | None = None) -> Receipt:
    """The receipt of one envelope, not yet linked; `eid` is that of the envelope which brought the letter first."""
    return Receipt(
        status=status,
        reason=reason,
        eid=eid or one.statement.eid,
        envelope_hash=one.envelope_hash,
        s_hash=one.s_hash,
        country=node.country,
        key_id=node.keys.message.key_id,
        at=node.now(),
        log_size=0,
        log_root=bytes(32),
    )


def sign_receipt_ahead(node: Node, claimed: Claimed) -> Ahead | None:
    """Begin the most probable receipt of an envelope that came alone, while its own signature is verified; None where
    nothing is signed beside. Whoever forged the envelope never sees it.
    """
    if node.store.is_busy or not node.signer.is_beside():
        return None
    node.signer.keep_away()
    sender = claimed.statement.sender
    head = node.store.read_sync(lambda reader: reader.channels.receipt_out_head(sender, node.epoch))
    linked, _ = ReceiptHead(head.epoch, head.seq, head.hash).link(receipt_of(node, claimed, Status.STORED))
    packed = [linked.pack()]
    tree = Tree(packed, node.random)
    return Ahead(packed, tree, node.signer.begin(tree.message, labels.CONTEXT_RECEIPT))
