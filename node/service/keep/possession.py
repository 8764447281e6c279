"""Answering a maintainer's challenge: the node opens one nonce, a signed-in person the other, the message key signs.

Source: registry 4.4 step 4, decided 7.
"""

from node.service.actor import Actor
from node.service.cases.identity import must_hold
from node.service.context import Node
from node.store.work import Work
from registry.possession import answer_challenge


async def answer(node: Node, actor: Actor, challenge: bytes, groups: str) -> bytes:
    """The file for the maintainers; BadRegistryFile for a challenge that is for other keys, or about another request
    than the one with these groups. Noted in the audit.
    """
    actor.must_be("coordinator")
    keys = node.keys.message, node.keys.fallback, must_hold(actor.office)
    data = answer_challenge(challenge, node.country, groups, *keys)

    def noted(work: Work) -> None:
        work.audit.append(node.now(), actor.user_id, "possession_proved", node.country)

    await node.store.write(noted)
    return data
