"""Keys of a country compared by telephone: who did, when, and whether they are still the same keys.

The registry's signatures decide whether letters go; this is for people who want to hear it themselves. Nothing here
opens or shuts anything; what differs is a concern, which two people raise. Source: interface O2, 4.6; registry.md.
"""

import msgspec

from node.errors import BadInput, NotFound
from node.service.actor import Actor
from node.service.context import Node
from node.service.network.view import country_view
from node.store.work import Work

PREFIX = "keys.compared."
DIFFERS = "keys_differ"


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The last comparison: `fingerprint` as it was then, and whether the other side read the same."""

    by: str
    at: int
    fingerprint: str
    same: bool


async def last_compared(node: Node, actor: Actor, country: str) -> Compared | None:
    """When this country's keys were compared last; None: never."""
    actor.must_be("caseworker", "coordinator", "operator")
    kept = await node.store.read(lambda reader: reader.meta.get(PREFIX + country))
    return msgspec.json.decode(kept, type=Compared) if isinstance(kept, bytes) else None


async def note_compared(node: Node, actor: Actor, country: str, fingerprint: str, same: bool) -> None:
    """Note what was heard of these very keys; a task for coordinators where they differ. BadInput: they changed."""
    actor.must_be("coordinator", "operator")
    if country == node.country:
        raise NotFound("no such country in the registry; check the code", field="country")
    if country_view(node, country).fingerprint != fingerprint:
        raise BadInput(
            "the record changed while they spoke", field="groups",
            for_user="The keys of this country changed while you compared them. Begin again.",
        )  # fmt: skip

    def noted(work: Work) -> None:
        now = node.now()
        made = Compared(by=actor.user_id, at=now, fingerprint=fingerprint, same=same)
        work.meta.put(PREFIX + country, msgspec.json.encode(made))
        work.audit.append(now, actor.user_id, "keys_compared", country, outcome="same" if same else "alarm")
        if not same:
            work.tasks.add(DIFFERS, now, peer=country)

    await node.store.write(noted)
