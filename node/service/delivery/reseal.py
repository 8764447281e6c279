"""Letters released again: before their envelope expires, or when a signed newer record or bundle drops the key they
are sealed to.

No unsigned answer ever causes it. Source: wire 1 (re-seal).
"""

from node.crypto.prekeys import Bundle
from node.crypto.suite import kem_key_id
from node.service.context import DAY_S, Node
from node.store.work import Work

BEFORE_EXPIRY_S = 2 * DAY_S


def reseal_expiring(node: Node, work: Work, now: int) -> int:
    """Ask for a new release of every wanted letter whose envelope expires within two days; returns how many."""
    rows = work.outbox.expiring(now + BEFORE_EXPIRY_S)
    for row in rows:
        work.outbox.requeue(row.letter_id, now)
    for peer in {row.peer for row in rows}:
        work.after_commit(lambda peer=peer: node.wake(peer))  # type: ignore[misc]
    return len(rows)


def reseal_signed_before(work: Work, now: int) -> int:
    """Ask for a new release of every letter without a receipt: the key that signed them counts no more (row 5)."""
    rows = [row for peer in work.outbox.busy_peers() for row in work.outbox.on_the_way(peer)]
    for row in rows:
        work.outbox.requeue(row.letter_id, now)
    return len(rows)


def reseal_lost_keys(node: Node, work: Work, peer: str, bundle: Bundle | None, now: int) -> int:
    """Ask for a new release of letters sealed to a key that the peer's signed record or bundle no longer lists."""
    country = node.view.country(peer)
    if country is None or bundle is None:
        return 0
    listed = {country.record.kem_fallback_key_id, *(kem_key_id(epoch.public) for epoch in bundle.epochs)}
    oldest = min(epoch.not_before for epoch in bundle.epochs)
    # An epoch that simply left the nine can still be opened: only a key newer than the bundle's oldest was dropped.
    lost = [row for row in work.outbox.on_the_way(peer) if row.recipient_key not in listed and row.created_at >= oldest]
    for row in lost:
        work.outbox.requeue(row.letter_id, now)
    return len(lost)
