"""A country says that our letters came too late, which by our clock they did not: one of both clocks is wrong.

Each such answer has the letter sealed anew; done at once and for ever, that is a loop that neither country ends.
Source: wire 4 (expired), H22; delivery, back-off.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.clock import SteppedClock
from node.service.actor import Actor
from node.service.upkeep.oversight import on_the_way
from tests.unit.service.rights_support import disclosed, tasks
from tests.world import DAY_S, World, make_world

HOUR_S = 3600
OPERATOR = Actor("operator-1", "operator", "focal-point", None)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    await made.days(50)  # nobody is in the registry before it began
    yield made
    await made.close()


def own_clock(world: World, days: int) -> SteppedClock:
    """XD's clock, so many days from the right time."""
    world["XD"].node.clock = SteppedClock(world.clock.now() + days * DAY_S)
    return world["XD"].node.clock


async def stopped_by_a_clock_behind(world: World) -> tuple[str, SteppedClock, int]:
    """XD's clock is behind by more than an envelope lives; she takes her consent back. Thread, clock, posts so far."""
    thread, _ = await disclosed(world)
    clock, before = own_clock(world, -40), len(world.posted)
    await world["XD"].stop(thread)
    clock.step(DAY_S)  # its daily slot
    await world.settle()
    return thread, clock, before


async def test_wire_4_what_came_too_late_by_their_clock_only_goes_again_ever_more_slowly(world: World) -> None:
    """In a day it is asked some thirty times, not until the disk is full; the operator is told once."""
    _, clock, before = await stopped_by_a_clock_behind(world)
    at_first = len(world.posted) - before
    for _ in range(24 * 4):
        clock.step(HOUR_S // 4)
        await world.settle()

    assert 0 < at_first < 5
    assert 10 < len(world.posted) - before < 60
    assert tasks(world, "XD").count("clocks_differ") == 1


async def test_wire_4_it_goes_by_itself_once_the_clocks_agree(world: World) -> None:
    """Nobody has to write anything again; until then the queue says what it waits for."""
    thread, _, _ = await stopped_by_a_clock_behind(world)
    (waits,) = await on_the_way(world["XD"].node, OPERATOR)
    own_clock(world, 0)

    await world.settle()

    assert (waits.state, waits.held_code) == ("held", "clocks_differ")
    assert (await world["XA"].view(thread)).state == "ended"


async def test_wire_4_what_expired_on_the_way_by_our_own_clock_too_goes_again_at_once(world: World) -> None:
    """That is no fault of a clock: it was kept back somewhere for longer than it lives, and nobody is told."""
    thread, _ = await disclosed(world)
    world.fault = lambda sender, *_: "lost" if sender == "XD" else None
    await world["XD"].stop(thread)
    await world["XD"].deliver("XA")
    world.passes(15 * DAY_S)
    world.fault = lambda *_: None

    await world.settle()

    assert (await world["XA"].view(thread)).state == "ended"
    assert "clocks_differ" not in tasks(world, "XD")
