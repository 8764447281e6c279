"""Fetching a peer's prekeys: from a mirror first, so that the peer cannot tag who asks; then from the peer itself.
Source: wire 5, 6.
"""

from node.log import get
from node.peer.client import PeerClient
from node.service.context import Node
from node.service.delivery.words import PostFailed
from node.service.network.prekeys import accept_fetched

log = get()


async def fetch_bundle(node: Node, peer: str, client: PeerClient) -> bool:
    """Try every place in turn until one gives a bundle that verifies; True when one is in force afterwards."""
    node.bundles_asked_at[peer] = node.now()
    for url in _places(node, peer):
        try:
            if await accept_fetched(node, peer, await client.prekeys(url)):
                return True
        except PostFailed as failure:
            log.debug("prekeys_not_fetched", peer=peer, error_class=failure.error_class)
    return False


def _places(node: Node, peer: str) -> list[str]:
    country = node.view.country(peer)
    own = [] if country is None else [country.record.prekey_url]
    return [*(f"{mirror.rstrip('/')}/prekeys/{peer}.bin" for mirror in node.mirrors), *own]
