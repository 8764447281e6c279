"""How long a country is left alone after nothing was heard: longer each time, never for long, and it starts anew.

Source: delivery, back-off with full jitter.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.service.delivery.deliver import agenda
from tests.world import World, make_world, no_fault

HOUR_S = 3600
CHANCE_BYTES = 4  # what a pause is drawn from
LONGEST, SHORTEST = b"\xff" * CHANCE_BYTES, bytes(CHANCE_BYTES)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def pauses(world: World, count: int, drawn: bytes) -> list[int]:
    """What XD waits after each of so many requests that were lost, when this is drawn."""
    node, found = world["XD"].node, []
    chance, world.fault = node.random, lambda *_: "lost"
    node.random = lambda n: drawn if n == CHANCE_BYTES else chance(n)
    for _ in range(count):
        await world["XD"].deliver("XA")
        pause = node.store.read_sync(lambda reader: reader.peers.get("XA")).next_try_at - node.now()
        found.append(pause)
        world.clock.step(pause)
    node.random, world.fault = chance, no_fault
    return found


async def refer(world: World, urgency: str = "routine") -> None:
    """Somebody is offered to XA."""
    case = await world["XD"].new_case()
    await world["XD"].consent(case, "XA")
    await world["XD"].offer("XA", case, urgency=urgency)


@pytest.mark.parametrize(("urgency", "cap_s"), [("routine", 6 * HOUR_S), ("urgent", HOUR_S)])
async def test_each_pause_may_be_twice_as_long_up_to_a_cap_that_is_lower_for_urgent_letters(
    world: World, urgency: str, cap_s: int
) -> None:
    """A country that is away for a day is not asked every second, nor is an urgent letter ever an hour late."""
    await refer(world, urgency)

    longest = await pauses(world, 17, LONGEST)

    doubled = [2 << tries for tries in range(17)]
    assert longest[:10] == doubled[:10]
    assert all(found <= min(cap_s, most) for found, most in zip(longest, doubled, strict=True))
    assert max(longest) > cap_s / 2


async def test_a_pause_is_left_to_chance_so_that_not_all_countries_ask_at_once(world: World) -> None:
    """Full jitter: at the same number of tries everything from a second on may come out."""
    await refer(world)

    assert await pauses(world, 9, SHORTEST) == [1] * 9


@pytest.mark.parametrize("heard", ["receipt", "letter"])
async def test_once_the_country_is_heard_pauses_begin_anew(world: World, heard: str) -> None:
    """By its receipt, or by a letter of its own while we were waiting: what waits for it is tried at once then."""
    await refer(world)
    await pauses(world, 9, LONGEST)
    if heard == "letter":
        case = await world["XA"].new_case()
        await world["XA"].consent(case, "XD")
        await world["XA"].offer("XD", case)
        await world["XA"].deliver("XD")
    else:
        await world.settle()
        await refer(world)

    assert (await pauses(world, 1, LONGEST)) == [2]


async def test_what_waits_for_a_country_is_tried_at_once_when_a_letter_of_its_comes(world: World) -> None:
    """Not after what is left of the pause, which may be hours."""
    await refer(world)
    await pauses(world, 9, LONGEST)
    world.fault = lambda sender, *_: "lost" if sender == "XD" else None
    await world["XD"].deliver("XA")
    silent = agenda(world["XD"].node, "XA")
    case = await world["XA"].new_case()
    await world["XA"].consent(case, "XD")
    await world["XA"].offer("XD", case)
    await world["XA"].deliver("XD")

    assert (silent.rests, silent.may_post) == (True, False)
    assert agenda(world["XD"].node, "XA").may_post
    world.fault = no_fault
    await world["XD"].deliver("XA")
    assert set(world["XD"].letters_to("XA")) == {"receipted"}
