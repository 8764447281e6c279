"""Whoever is on the way through a country and is not seen there: an alarm at both ends. Source: R32; H06, H19."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.demo import return_story as do
from node.demo.person import Desk
from node.demo.return_story import HOUR_S, Story
from tests.unit.service.test_returns_watch import alarms, codes, returning


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    """A return that is planned; she leaves in two days, by way of XT."""
    async with returning(tmp_path) as made:
        yield made


async def passages(desk: Desk, story: Story) -> int:
    """How many alarms stand for her passage."""
    return sum(one["thread"] == story.transit for one in await alarms(desk))


async def missed(story: Story) -> None:
    """Two hours after its window nobody said that she passed."""
    await do.depart(story)
    window_ends = max(one["due_at"] for one in await watches(story.home, story)) - 2 * HOUR_S
    await story.later(window_ends + 2 * HOUR_S - 60 - story.now)
    assert (await passages(story.home, story), await passages(story.passage, story)) == (0, 0)
    await story.later(120)


async def watches(desk: Desk, story: Story) -> list[dict[str, int]]:
    deadlines = (await desk.view(story.transit))["deadlines"]
    return [one for one in deadlines if one["code"] == "watch" and one["state"] == "open"]


async def seen(story: Story, *, passed: bool) -> None:
    body = {"passed": passed, "noted_at": story.now, "condition": "well" if passed else "not_known"}
    await story.passage.act(story.transit, "transit.confirm", body)


async def test_r32_receiver_a_passage_that_nobody_confirms_is_an_alarm_at_both_ends(story: Story):
    """R32: two hours after the window, at night as by day; nobody ticks it off, and people are called."""
    await missed(story)

    assert (await passages(story.home, story), await passages(story.passage, story)) == (1, 1)
    for desk in (story.home, story.passage):
        assert "arrival_overdue" in await codes(desk, story.transit)
        assert not {
            one for one in await codes(desk, story.transit) if one.startswith("overdue_") and "opened" not in one
        }


async def test_r32_sender_not_seen_ends_no_alarm_and_passed_ends_both(story: Story):
    """H06: `not seen` calls people and the watch goes on; only that she passed ends it, at both ends."""
    await missed(story)
    await seen(story, passed=False)
    await story.home.api.get("tasks")
    assert (await passages(story.home, story), await passages(story.passage, story)) == (1, 1)

    await seen(story, passed=True)
    await story.home.sees(story.transit, "passed")
    assert (await passages(story.home, story), await passages(story.passage, story)) == (0, 0)
    assert "arrival_overdue" not in await codes(story.home, story.transit)


async def test_h19_sender_her_word_about_her_return_ends_the_alarm_of_her_passage_where_she_was_heard(story: Story):
    """H19: whoever heard her looks for her no more on the way; the country on the way heard nothing, and looks on."""
    await missed(story)
    await story.change("heard_from_her", thread=story.thread, how="call", independent=True, everybody_is_there=True)

    assert (await passages(story.home, story), await passages(story.passage, story)) == (0, 1)


async def test_r32_receiver_an_origin_that_says_she_arrived_ends_no_alarm_of_her_passage(story: Story):
    """H19, R32: whoever holds her may write that she is there; on the way she is missed all the same."""
    await missed(story)
    await do.arrived(story, confirmed=True)

    assert (await passages(story.home, story), await passages(story.passage, story)) == (1, 1)
