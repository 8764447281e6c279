"""Prekeys: ours made, served and erased; those of peers verified and kept.

Nine weekly keys are always on offer. A seed is erased when no letter sealed to it can still be in time, and is in
no backup. Source: wire 6.
"""

import hashlib

from node.crypto.batch import Random
from node.crypto.errors import BadBundle
from node.crypto.prekeys import (
    EPOCH_STEP_SECONDS,
    Bundle,
    Prekey,
    build_bundle,
    compare,
    first_prekeys,
    next_prekey,
    open_bundle,
)
from node.crypto.suite import VerifyingKey
from node.log import get
from node.service.context import DAY_S, Node
from node.service.delivery.reseal import reseal_lost_keys
from node.store.work import Work

log = get()
REFRESH_AFTER_S = DAY_S


def due_prekeys(known: list[Prekey], now: int, random: Random, first: int = 1) -> list[Prekey]:
    """The prekeys to offer at `now`: the current week's and eight more; the same list again within a week.

    Those numbered below `first` are offered no longer: they were made before a restore.
    """
    current = [prekey for prekey in known if prekey.epoch.not_after > now and prekey.epoch.epoch >= first]
    if not current:
        number = max(first, 1 + max((prekey.epoch.epoch for prekey in known), default=0))
        return first_prekeys(number, now - now % DAY_S, random)
    offered = sorted(current, key=lambda prekey: prekey.epoch.not_before)[-9:]
    while len(offered) < 9 or offered[0].epoch.not_before + EPOCH_STEP_SECONDS <= now:
        offered = [*offered, next_prekey(offered[-1].epoch, random)][-9:]
    return offered


def signed_bundle(node: Node, offered: list[Prekey], serial: int) -> bytes:
    """The bytes to serve at `GET /trm/v1/prekeys`."""
    return build_bundle(node.country, serial, [prekey.epoch for prekey in offered], node.keys.message)


async def accept_fetched(node: Node, peer: str, data: bytes) -> bool:
    """Keep a fetched bundle if it verifies; True when one of this peer is in force afterwards, False for a bad one."""
    try:
        return await accept_bundle(node, peer, data) is not None
    except BadBundle:
        return False


async def accept_bundle(node: Node, peer: str, data: bytes) -> Bundle | None:
    """Keep a fetched bundle when it is signed by the peer and newer; returns the one in force. Raises BadBundle."""
    bundle = open_bundle(data, peer, _message_keys(node, peer))
    known = node.bundles.get(peer)
    verdict = compare(known, bundle)
    if verdict == "newer":
        digest = hashlib.sha256(data).digest()
        now = node.now()

        def keep(work: Work) -> None:
            work.peers.put_bundle(peer, bundle.serial, data, digest, now)
            work.outbox.wake_held(peer, now)  # something may have waited for a key to seal to
            if reseal_lost_keys(node, work, peer, bundle, now):
                work.after_commit(lambda: node.wake(peer))

        await node.store.write(keep)
        node.bundles[peer] = bundle
    elif verdict == "conflict":
        await node.store.write(lambda work: _alarm(node, work, peer))
    return node.bundles.get(peer)


def load_bundles(node: Node) -> None:
    """Verify again the bundles kept in the store; one that no longer verifies is fetched anew."""
    for peer, data in node.store.read_sync(lambda reader: reader.peers.bundles()).items():
        try:
            node.bundles[peer] = open_bundle(data, peer, _message_keys(node, peer))
        except BadBundle:
            log.warning("stored_prekeys_unusable", peer=peer)


def needs_bundle(node: Node, peer: str) -> bool:
    """True when no key of this peer is valid now, ours is the last week of the bundle, or nobody asked for a day.

    A peer that lost its keys offers others; what is sealed to the old ones never opens.
    """
    bundle, now = node.bundles.get(peer), node.now()
    is_old = now - node.bundles_asked_at.get(peer, 0) >= REFRESH_AFTER_S
    return bundle is None or bundle.valid_at(now + 7 * DAY_S) is None or is_old


def _message_keys(node: Node, peer: str) -> list[VerifyingKey]:
    country = node.view.country(peer)
    if country is None or country.status_at(node.now()) == "revoked":
        raise BadBundle(f"country {peer} is not in the registry; wait for the next refresh")
    return [VerifyingKey(key.public) for key in country.message_keys if key.status_at(node.now()) == "current"]


def _alarm(node: Node, work: Work, peer: str) -> None:
    log.error("prekey_conflict", peer=peer)
    work.tasks.add("prekey_conflict", node.now(), peer=peer)
