"""A country that came back without its prekeys offers others: what was sealed to the lost ones is sealed again.

Source: wire 1 (re-seal when a signed newer record or bundle drops the key), 6.
"""

import pytest

from node.service.upkeep.restore import FIRST_PREKEY
from node.service.upkeep.setup import refresh_prekeys
from tests.world import DAY_S, World


async def loses_its_prekeys(world: World, code: str) -> None:
    """As after a restore: no backup holds them, and the next ones have higher numbers."""
    opened = world[code].opened
    for row in opened.keyring.all("prekey."):
        opened.keyring.erase(row.name)
    await opened.node.store.write(lambda work: work.meta.put(FIRST_PREKEY, 1000))
    refresh_prekeys(opened)


async def on_its_way(world: World) -> str:
    """A letter to XA, released and lost, for which XA loses the key."""
    world.fault = lambda *_: "lost"
    thread = (await world["XD"].offer("XA")).thread
    await world["XD"].deliver("XA")
    assert world["XD"].letters_to("XA") == {"released": 1}
    await loses_its_prekeys(world, "XA")
    world.fault = lambda *_: None
    return thread


async def test_a_letter_sealed_to_a_lost_key_is_sealed_again_when_the_new_ones_are_known(world: World) -> None:
    """At the latest a day later: until then its bytes are posted in vain, and nothing unsigned changes that."""
    thread = await on_its_way(world)
    await world.later(3600)
    assert world["XD"].letters_to("XA") == {"released": 1}

    await world.later(DAY_S)

    assert (await world["XA"].view(thread)).state == "offered"
    assert world["XD"].letters_to("XA")["receipted"] >= 1


async def test_a_new_record_is_reason_enough_to_ask_for_new_prekeys(world: World) -> None:
    """A restore makes a new record too; whoever follows it does not wait for the day to pass."""
    thread = await on_its_way(world)
    await world.later(3600)
    world["XD"].node.bundles_asked_at.pop("XA")  # what following a changed record does

    await world.later(3600)

    assert (await world["XA"].view(thread)).state == "offered"


@pytest.mark.parametrize("days", [1, 3])
async def test_prekeys_that_stayed_cause_no_new_release(world: World, days: int) -> None:
    """Asking again costs a question, not a letter."""
    world.fault = lambda *_: "lost"
    await world["XD"].offer("XA")
    await world["XD"].deliver("XA")
    (before,) = world["XD"].node.store.read_sync(lambda reader: reader.outbox.on_the_way("XA"))

    await world.later(days * DAY_S)

    (after,) = world["XD"].node.store.read_sync(lambda reader: reader.outbox.on_the_way("XA"))
    assert after.eid == before.eid
