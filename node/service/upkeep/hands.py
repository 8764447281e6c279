"""What an operator does with the hands: try a country again now. No letter, no id, no content.

Source: interface O4.
"""

from node.errors import NotFound
from node.service.actor import Actor
from node.service.context import Node
from node.store.work import Work


async def try_now(node: Node, actor: Actor, peer: str) -> None:
    """Forget the pause before the next try of everything that waits for a country; the gate looks before each try."""
    actor.must_be("operator", "coordinator")
    if peer == node.country or peer not in node.view.countries:
        raise NotFound("no such country in the registry; check the code", field="country")

    def tried(work: Work) -> None:
        now = node.now()
        work.peers.try_now(peer, now)
        work.outbox.reset_backoff(peer, now)
        work.audit.append(now, actor.user_id, "tried_again", peer)
        work.after_commit(lambda: node.wake(peer))

    await node.store.write(tried)
