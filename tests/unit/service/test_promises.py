"""How soon a country answers, as its directory entry says, and until when it says so. Source: domain 5.11, 5.13."""

from node.protocol.directory.freshness import entry_days, hidden_from, standing
from node.service.directory.promises import promised_days
from node.service.directory.shelf import body_of
from tests.unit.service.test_directory import publish, send, world
from tests.world import World

__all__ = ["world"]


async def test_a_promise_ends_with_the_entry_that_made_it_also_while_the_node_runs(world: World) -> None:
    """Domain 5.11, 5.13: nobody stood behind the entry for 180 days; what it promised holds no more."""
    d = world["XD"]
    in_record = promised_days(d.node, "XA", "referral.offer")
    await send(world, publish(5, promises=3))
    assert in_record != promised_days(d.node, "XA", "referral.offer") == 3
    entry = d.node.store.read_sync(lambda reader: reader.directory.get("XA"))
    assert entry is not None
    issued_at = body_of(entry).issued_at
    last = hidden_from(issued_at, entry.received_at) - 1

    world.clock.step(last - world.clock.now())
    still = promised_days(d.node, "XA", "referral.offer")
    world.clock.step(1)

    assert (still, promised_days(d.node, "XA", "referral.offer")) == (3, in_record)
    assert standing(entry_days(issued_at, entry.received_at, last)) == "unverified"
    assert standing(entry_days(issued_at, entry.received_at, last + 1)) == "hidden"
