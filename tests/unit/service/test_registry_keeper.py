"""What a refreshed registry, or time alone, lets go on. R39; registry, decided 4 and 5."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.errors import Unavailable
from node.service.delivery.readmitted import BACK, confirm
from node.service.network.registry import LEAST_BETWEEN_S, RegistryKeeper
from node.training import must_be_invented
from registry.suspension import make_suspension, publish_suspension
from tests.world import DAY_S, World, make_world, no_fault


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


def _suspend(world: World, code: str) -> None:
    """One maintainer suspends a country for 72 hours."""
    registry = world.registry
    made = make_suspension(registry.repository, "ada", registry.maintainers["ada"], code, world.clock.now())
    publish_suspension(registry.publisher, made)


async def _refresh(world: World, code: str, keeper: RegistryKeeper | None = None) -> RegistryKeeper:
    """A refresh as the node's job makes it."""
    world.registry.clock.step(world.clock.now() - world.registry.clock.now())
    world.registry.publisher.refresh()
    kept = keeper or RegistryKeeper(world[code].node, world[code].client, [])
    await kept.refresh()
    return kept


async def test_an_unknown_key_asks_the_registry_at_once_and_again_no_sooner_than_five_seconds_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 2: a country that joined a minute ago is not kept waiting, nobody makes us ask without end, and a refresh
    that fails is not the last.
    """
    node, slept, looked = world["XA"].node, list[float](), asyncio.Queue[int]()
    keeper = RegistryKeeper(node, world["XA"].client, [])

    async def looks() -> None:
        keeper._last = node.clock.monotonic()
        looked.put_nowait(len(slept))
        raise Unavailable("disk is full; free some space")

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        world.clock.step(int(seconds))

    monkeypatch.setattr(keeper, "refresh", looks)
    monkeypatch.setattr("node.service.network.registry.asyncio.sleep", sleep)
    answering = asyncio.create_task(keeper.answer_asks())
    seen = []
    for _ in range(3):
        keeper.ask()
        keeper.ask()
        seen.append(await asyncio.wait_for(looked.get(), 10))
    answering.cancel()

    assert seen == [0, 1, 2]
    assert slept == [LEAST_BETWEEN_S] * 2


async def test_a_training_node_that_meets_a_real_registry_does_not_follow_it(tmp_path: Path) -> None:
    """C16: XK is the code of a country that exists; what the node knew before stays, whoever asks it to refresh."""
    made = make_world(tmp_path, "XD", "XK")
    node, before = made["XD"].node, made["XD"].node.view
    keeper = RegistryKeeper(node, made["XD"].client, [], must_be_invented)

    for _ in range(2):
        with pytest.raises(Unavailable, match="countries that exist"):
            await keeper.refresh()

    assert node.view is before
    await made.close()


async def test_r39_sender_a_suspended_country_receives_nothing_and_is_asked_about_when_the_suspension_ends(
    world: World,
) -> None:
    """R39: what is queued is held visibly; the suspension ends by time alone, with no new registry file; then a person
    says whether the letter still goes.
    """
    xd = world["XD"]
    keeper = await _refresh(world, "XD")
    _suspend(world, "XA")
    await _refresh(world, "XD", keeper)
    thread = (await xd.offer("XA")).thread
    await world.settle()
    held = (await xd.view(thread)).letters[0]
    posted = len(world.posted)
    world.clock.step(3 * DAY_S + 1)
    await _refresh(world, "XD", keeper)
    await world.settle()

    waits = (await xd.view(thread)).letters[0]
    await confirm(xd.node, xd.caseworker, waits.letter_id)
    await world.settle()

    assert (held.state, held.held, posted) == ("held", "R39", 0)
    assert (waits.state, waits.held) == ("held", BACK)
    assert (await world["XA"].view(thread)).state == "offered"


async def test_r39_receiver_letters_of_a_suspended_country_are_receipted_held_and_taken_up_afterwards(
    world: World,
) -> None:
    """Wire 3 row 5: stored like any other letter, without effect, and the effect comes when the standing is back."""
    xd, xa = world["XD"], world["XA"]
    keeper = await _refresh(world, "XA")
    thread = (await xd.offer("XA")).thread
    _suspend(world, "XD")
    await _refresh(world, "XA", keeper)
    await world.settle()
    receipted = (await xd.view(thread)).letters[0].received_at
    unknown = xa.node.store.read_sync(lambda reader: reader.threads.find(thread))
    world.clock.step(3 * DAY_S + 1)
    await _refresh(world, "XA", keeper)

    assert receipted is not None
    assert unknown is None
    assert (await xa.view(thread)).state == "offered"


async def test_what_expired_while_our_clock_was_not_believed_is_sealed_again_by_the_registry(
    world: World,
) -> None:
    """Wire 1, wire 3 row 9: after a jump nothing expired is posted; the letter leaves in a new envelope at once."""
    xd = world["XD"]
    keeper = await _refresh(world, "XD")
    world.fault = lambda sender, recipient, envelopes: "lost"
    await xd.offer("XA")
    await world.settle()
    world.fault = no_fault
    before = xd.node.store.read_sync(lambda reader: reader.outbox.on_the_way("XA"))
    world.clock.step(20 * DAY_S)

    await _refresh(world, "XD", keeper)

    due = xd.node.store.read_sync(lambda reader: reader.outbox.due("XA", world.clock.now(), 64))
    assert {row.letter_id for row in before} <= {one.letter_id for one in due}
    assert before


async def test_what_waited_for_a_clock_that_can_be_believed_is_done_as_soon_as_the_registry_says_what_time_it_is(
    world: World,
) -> None:
    """Wire 6, clock rule: sweeps that stood still are woken once, not at their next turn an hour later."""
    xd = world["XD"]
    keeper = await _refresh(world, "XD")
    woken: list[int] = []
    xd.node.on_believed = lambda: woken.append(world.clock.now())
    await _refresh(world, "XD", keeper)
    world.clock.step(8 * DAY_S)
    await keeper.refresh()  # nothing newer is there yet
    before = list(woken)

    await _refresh(world, "XD", keeper)
    await _refresh(world, "XD", keeper)

    assert (before, woken) == ([], [world.clock.now()])
