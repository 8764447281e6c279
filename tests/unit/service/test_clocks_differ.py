"""A country says that our letters came too late, which by our clock they did not: one of both clocks is wrong.

Each such answer has the letter sealed anew; done at once and for ever, that is a loop that neither country ends.
Source: wire 4 (expired), H22; delivery, back-off.
"""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from node.clock import SteppedClock
from node.crypto.receipts import Status
from node.service.actor import Actor
from node.service.upkeep.oversight import on_the_way
from node.store.outbox import EnvelopeRow
from tests.unit.service.rights_support import disclosed, tasks
from tests.unit.test_handover import state, update
from tests.world import DAY_S, MemoryPost, World, make_world

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


async def test_wire_4_what_ran_out_while_its_answer_was_on_the_way_is_no_fault_of_a_clock(world: World) -> None:
    """A machine that slept in the middle of a request: by our clock, too, it came too late; it goes again at once."""
    thread, _ = await disclosed(world)
    letter = await update(world, thread)
    world.fault = lambda *_: "lost"
    await world["XD"].deliver("XA")
    (out,) = envelopes(world, letter)
    world.passes(out.expires_at - world.clock.now() - 1)

    world.fault = lambda sender, *_: (
        world.clock.step(HOUR_S) if sender == "XD" and not statuses(world, letter) else None
    )
    await world.settle()

    assert statuses(world, letter) == [Status.EXPIRED, Status.STORED]
    assert "clocks_differ" not in tasks(world, "XD")


class StopsOnTheWay(MemoryPost):
    """The thread is stopped while the first request is on its way; by their clock it comes after fifteen days."""

    def __init__(self, world: World, thread: str) -> None:
        super().__init__(world, "XD")
        self._thread = thread

    async def post(self, endpoint: str, size: int, envelopes: Sequence[bytes]) -> list[bytes]:
        await self._world["XD"].stop(self._thread)
        self._world.passes(15 * DAY_S)
        return await super().post(endpoint, size, envelopes)


async def test_wire_4_a_letter_that_was_given_up_meanwhile_is_not_taken_up_again_because_it_came_too_late(
    world: World,
) -> None:
    """R31, H01: what a stop ended stays ended, whatever is heard of it afterwards; and nobody's clock is blamed."""
    thread, _ = await disclosed(world)
    letter = await update(world, thread)
    own_clock(world, 0)  # stands still

    await world["XD"].deliver("XA", StopsOnTheWay(world, thread))

    assert statuses(world, letter) == [Status.EXPIRED]
    assert state(world, letter) == "given_up"
    assert "clocks_differ" not in tasks(world, "XD")


def envelopes(world: World, letter: str) -> list[EnvelopeRow]:
    """The envelopes of a letter of XD."""
    return world["XD"].node.store.read_sync(lambda reader: reader.outbox.envelopes_of(letter))


def statuses(world: World, letter: str) -> list[int]:
    """What XA answered about a letter of XD, envelope by envelope."""
    return [one.status for one in envelopes(world, letter) if one.status is not None]
