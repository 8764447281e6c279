"""Scenarios that are played side by side have one clock, and nobody's time is moved while it does something."""

import asyncio

import pytest

from node.demo.shared_time import SharedTime
from node.errors import Unavailable

DAY_S = 86_400


class Clock:
    """Goes where it is moved, and remembers."""

    def __init__(self) -> None:
        self.now_s = 0
        self.moves: list[int] = []
        self.fault: Exception | None = None

    async def move(self, seconds: int) -> None:
        if self.fault is not None:
            raise self.fault
        self.now_s += seconds
        self.moves.append(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shared(clock: Clock) -> SharedTime:
    return SharedTime(lambda: clock.now_s, clock.move)


async def test_time_stands_still_until_everybody_who_takes_part_waits(clock: Clock, shared: SharedTime):
    at_work, seen = asyncio.Event(), []

    async def quick() -> None:
        with shared.taking_part():
            await shared.passes(DAY_S, 0)
            seen.append(("quick", clock.now_s))

    async def slow() -> None:
        with shared.taking_part():
            await at_work.wait()
            seen.append(("slow", clock.now_s))
            await shared.passes(3 * DAY_S, 0)
            seen.append(("slow", clock.now_s))

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(quick())
        group.create_task(slow())
        for _ in range(5):
            await asyncio.sleep(0)
        at_work.set()

    assert seen == [("slow", 0), ("quick", DAY_S), ("slow", 3 * DAY_S)]


async def test_whoever_can_wait_a_little_longer_waits_for_the_same_move(clock: Clock, shared: SharedTime):
    async def waits(seconds: int, slack_s: int) -> int:
        with shared.taking_part():
            await shared.passes(seconds, slack_s)
        return clock.now_s

    async with asyncio.timeout(10):
        seen = await asyncio.gather(waits(DAY_S, 2 * DAY_S), waits(2 * DAY_S, 600), waits(4 * DAY_S, 0))

    assert list(seen) == [2 * DAY_S + 600, 2 * DAY_S + 600, 4 * DAY_S]
    assert clock.moves == [2 * DAY_S + 600, 2 * DAY_S - 600]


async def test_whoever_ends_or_fails_is_waited_for_no_longer(clock: Clock, shared: SharedTime):
    async def breaks() -> None:
        with shared.taking_part():
            raise Unavailable("the node does not answer")

    async def waits() -> int:
        with shared.taking_part():
            await shared.passes(DAY_S, 0)
        return clock.now_s

    async with asyncio.timeout(10):
        ended = await asyncio.gather(waits(), breaks(), return_exceptions=True)

    assert ended[0] == DAY_S and isinstance(ended[1], Unavailable)


async def test_a_move_that_goes_wrong_is_told_to_whoever_waits_for_it(clock: Clock, shared: SharedTime):
    clock.fault = Unavailable("XA did not end")

    with shared.taking_part(), pytest.raises(Unavailable, match="XA did not end"):
        await shared.passes(DAY_S, 0)


async def test_a_single_one_that_takes_part_in_nothing_just_lets_time_pass(clock: Clock, shared: SharedTime):
    await shared.passes(DAY_S, 600)

    assert clock.moves == [DAY_S + 600]
