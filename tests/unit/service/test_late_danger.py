"""Safety waits for no registry and no post: alarms while the publisher is away, danger that is told late.

The adversary keeps the registry away for a week, or holds back a letter for a day. Source: R32, R20; practice H19, H22.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from node.clock import SteppedClock
from node.demo import return_story as do
from node.demo.played import DAY_S
from node.demo.return_story import HOUR_S, Story
from tests.played_in_memory import MemoryNetwork
from tests.unit.service.test_returns_watch import alarms, codes, departed, returning
from tests.unit.service.test_withdrawals import disclosed
from tests.world import World, make_world, no_fault


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    """A return that is planned; she leaves in two days."""
    async with returning(tmp_path) as made:
        yield made


def world_of(story: Story) -> World:
    return cast(MemoryNetwork, story.network).world


async def without_registry(world: World, seconds: int) -> None:
    """Time passes and every sweep runs, but the registry is not seen, and no receipt tells what time it is."""
    world.clock.step(seconds)
    world.fault = lambda sender, recipient, envelopes: "answer lost"
    await world.sweep()
    await world.settle()
    world.fault = no_fault


def called(world: World, code: str) -> list[str]:
    """The ladders by which people are being called at a node."""
    return [one.ladder for one in world[code].node.store.read_sync(lambda reader: reader.alarms.open())]


async def test_r32_receiver_an_arrival_is_overdue_although_the_registry_was_not_seen_for_nine_days(story: Story):
    """R32, H22: who keeps the registry away does not keep people from looking for her."""
    await departed(story)
    world = world_of(story)
    await without_registry(world, 9 * DAY_S)

    assert story.now > story.window[1] + 30 * HOUR_S
    assert not any(world[code].node.clock_is_believed() for code in ("XD", "XA"))
    for desk, code in ((story.home, "XD"), (story.origin, "XA")):
        assert len(await alarms(desk)) == 1
        assert "arrival_overdue" in await codes(desk, story.thread)
        assert "call" in called(world, code)


async def test_h22_receiver_the_alarm_grows_louder_while_the_registry_is_away(story: Story):
    """R32, H22: the next people are asked an hour later, as ever."""
    await do.depart(story)
    world = world_of(story)
    await without_registry(world, 9 * DAY_S)
    await without_registry(world, HOUR_S + 60)

    assert not world["XD"].node.clock_is_believed()
    assert "arrival_overdue_backup" in await codes(story.home, story.thread)


@pytest.mark.parametrize("condition", ["taken_by_unknown", "not_known"])
async def test_h19_receiver_danger_that_arrives_thirty_hours_late_calls_people(story: Story, condition: str):
    """H19: the post was held back; what it tells is no less true."""
    await do.depart(story)
    world = world_of(story)
    world.fault = lambda sender, recipient, envelopes: "lost" if (sender, recipient) == ("XA", "XD") else None
    await story.origin.act(story.thread, "return.arrival", do._arrival(story, [], condition))
    await world.settle()  # it left, and is on the way from now on
    await story.later(30 * HOUR_S)
    assert "look" not in called(world, "XD")
    world.fault = lambda sender, recipient, envelopes: None
    await story.later(2 * HOUR_S)
    await story.home.sees(story.thread, "arrived")

    assert "look" in called(world, "XD")
    await story.later(60)
    assert "arrival_needs_you_caseworker" in await codes(story.home, story.thread)


async def test_h19_receiver_danger_told_by_a_country_whose_clock_is_a_day_slow_calls_people(story: Story):
    """H19, H22: the time in a letter is the peer's word; when it arrived is ours."""
    await do.depart(story)
    await story.later(6 * HOUR_S)
    world = world_of(story)
    world["XA"].node.clock = SteppedClock(world.clock.now() - 25 * HOUR_S)
    await story.origin.act(story.thread, "return.arrival", do._arrival(story, [], "taken_by_unknown"))
    await story.home.sees(story.thread, "arrived")

    assert "look" in called(world, "XD")


async def test_h19_receiver_what_was_looked_at_calls_nobody_again(story: Story):
    """H19: one letter calls once, however often its thread changes afterwards."""
    await do.depart(story)
    await do.arrived(story, confirmed=False, condition="taken_by_unknown")
    await story.later(60)
    world = world_of(story)
    assert "look" in called(world, "XD")
    task = next(one for one in await story.home.api.get("tasks") if one["code"] == "arrival_needs_you_caseworker")
    await story.home.api.post(f"tasks/{task['id']}/done", {})
    await story.later(HOUR_S + 60)
    assert "look" not in called(world, "XD")
    await story.later(2 * DAY_S)
    await do.heard_at_home(story)
    await story.later(60)

    assert "look" not in called(world, "XD")


async def test_r20_sender_the_stop_follows_her_withdrawal_while_the_registry_is_away(tmp_path: Path):
    """R20, H22: the publisher is away for nine days; what she took back ends all the same."""
    world = make_world(tmp_path, "XD", "XA")
    case, consent, thread = await disclosed(world)
    await world["XD"].withdraw(case, consent)
    await world.settle()
    await without_registry(world, 9 * DAY_S)
    await without_registry(world, DAY_S)

    assert not world["XD"].node.clock_is_believed()
    assert [(await world[code].view(thread)).state for code in ("XD", "XA")] == ["ended", "ended"]
    await world.close()
