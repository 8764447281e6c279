"""What a receipt tells of the time, and what may go on once our clock is believed again. Source: wire 6, clock rule."""

from node.service.context import Node
from node.service.delivery.reseal import reseal_expiring
from node.service.heard_time import HeardTime


def load_heard(node: Node) -> None:
    """Read what peers signed before this start."""
    node.heard = HeardTime(node.store.read_sync(lambda reader: reader.peers.heard_times()))


async def hear(node: Node, peer: str, signed_at: int) -> None:
    """A peer signed this time (UTC seconds; 0: none) into a receipt that is on the disk; repeatable."""
    behind = not node.clock_is_believed()
    node.heard.hear(peer, min(node.now(), signed_at))
    if behind and node.clock_is_believed():
        await believed_again(node)


async def believed_again(node: Node) -> None:
    """Seal again what expired meanwhile, for nothing expired is posted, and wake the sweeps that stood still."""
    await node.store.write(lambda work: reseal_expiring(node, work, node.now()))
    node.on_believed()
