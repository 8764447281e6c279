"""The clock of our own node goes wrong: letters wait with a word for people, none is lost, and what protects goes. H22.

XD has a clock of its own beside the one of the world; XA's is right.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.clock import SteppedClock
from node.service.delivery.gating import LOOK_AGAIN_S
from node.store.work import Work
from tests.letters_support import BODIES
from tests.unit.service.rights_support import disclosed, tasks
from tests.world import DAY_S, World, make_world, no_fault

UPDATE: dict[str, Any] = BODIES["referral.update"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    made.passes(3 * DAY_S)  # nobody is in the registry before it began
    yield made
    await made.close()


def own_clock(world: World, seconds: int) -> SteppedClock:
    """XD's clock, so far from the right time; from now on it stands still until it is told otherwise."""
    clock = SteppedClock(world.clock.now() + seconds)
    world["XD"].node.clock = clock
    return clock


async def it(world: World, thread: str) -> tuple[str, str | None]:
    """State and word of the letter that a test is about."""
    (letter,) = [one for one in (await world["XD"].view(thread)).letters if one.kind == "referral.update"]
    return letter.state, letter.held


async def test_h22_sender_a_letter_waits_until_the_clock_is_right_and_then_goes_by_itself(world: World) -> None:
    """Decided like any other; people are told why it waits, and nobody has to write it again."""
    thread, _ = await disclosed(world)
    clock = own_clock(world, -2 * DAY_S)

    await world["XD"].act(thread, "referral.update", UPDATE)
    await world.settle()
    waiting, told = await it(world, thread), tasks(world, "XD")
    clock.step(2 * DAY_S + LOOK_AGAIN_S)
    await world.settle()

    assert waiting == ("held", "clock")
    assert "letter_held" in told
    assert (await it(world, thread))[0] == "receipted"
    assert "incoming_refused" not in tasks(world, "XA")


@pytest.mark.parametrize("wrong_by", [-DAY_S, DAY_S])
async def test_h22_sender_a_clock_that_is_a_day_off_keeps_nothing_back(world: World, wrong_by: int) -> None:
    """Both ways, and whoever writes: two countries whose clocks differ by a day work as ever."""
    thread, _ = await disclosed(world)
    own_clock(world, wrong_by)

    for code in ("XD", "XA", "XD"):
        await world[code].act(thread, "referral.update", UPDATE)
        await world.settle()

    for code in ("XD", "XA"):
        assert {one.held for one in (await world[code].view(thread)).letters} <= {None}
        assert "incoming_refused" not in tasks(world, code)


async def test_h22_sender_no_clock_keeps_back_what_she_takes_back_or_the_stop(world: World) -> None:
    """R20, H01: a clock that went back by years."""
    thread, _ = await disclosed(world)
    own_clock(world, -800 * DAY_S)

    await world["XD"].stop(thread)
    own_clock(world, 0)
    await world.settle()

    assert (await world["XA"].view(thread)).state == "ended"


async def test_h22_sender_a_letter_of_a_day_to_come_is_sealed_again_once_that_day_is_there(world: World) -> None:
    """It left while the clock was ahead, arrived nowhere, and the clock was set right: sealed today it would be refused
    as written after it was signed.
    """
    thread, _ = await disclosed(world)
    xd, three_days = world["XD"], 3 * DAY_S
    own_clock(world, three_days)
    world.fault = lambda sender, recipient, envelopes: "lost" if sender == "XD" else None
    letter = (await xd.act(thread, "referral.update", UPDATE)).letter_id
    assert letter is not None
    await xd.deliver("XA")
    world.fault = no_fault
    clock, states = own_clock(world, 0), []

    def key_was_lost(work: Work) -> None:
        work.outbox.requeue(letter, clock.now())
        work.peers.try_now("XA", clock.now())

    await xd.node.store.write(key_was_lost)
    for _ in range(7):
        await world.settle()
        states.append(await it(world, thread))
        clock.step(DAY_S // 2 + LOOK_AGAIN_S)
        world.passes(DAY_S // 2 + LOOK_AGAIN_S)

    assert states[0] == ("held", "clock") == states[5]
    assert states[6] == ("receipted", None)
    assert "incoming_refused" not in tasks(world, "XA")
