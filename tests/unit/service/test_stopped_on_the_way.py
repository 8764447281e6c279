"""Whose word that the journey ended on the way counts where, and that whoever needs help there is heard. H07, H19, R32.

The stage is that of `test_returns_watch`: she has set out.
"""

from typing import Any

import pytest

from node.demo import return_story as do
from node.demo.person import Desk
from node.demo.return_story import Story
from node.errors import PeerError
from tests.unit.service.test_returns_watch import alarms, codes, departed, overdue, story

__all__ = ["story"]

NEEDS: dict[str, dict[str, Any]] = {
    "return.assist_now": {"asks": ["bed_tonight"]},
    "return.failed": {"cause": "medical", "noted_at": 0, "urgent_needs": []},
}


async def looked_after(desk: Desk, thread: str) -> list[str]:
    """For which letters of a thread people are called to look after her."""
    return [one["alert"] for one in await desk.api.get("alerts") if (one["ladder"], one["thread"]) == ("look", thread)]


async def failed_by(desk: Any, story: Story) -> None:
    """This country says that the journey ended on the way."""
    await desk.act(story.thread, "return.failed", NEEDS["return.failed"] | {"noted_at": story.now})


async def test_r32_receiver_that_the_origin_calls_her_journey_failed_ends_no_alarm(story: Story) -> None:
    """R32, H19: whoever holds her may write that she changed her mind; the country she left goes on missing her."""
    await departed(story)
    await overdue(story)

    await failed_by(story.origin, story)
    await story.home.sees(story.thread, "stopped_on_the_way")

    assert len(await alarms(story.home)) == 1
    assert {"arrival_overdue", "care_on_the_way"} <= await codes(story.home, story.thread)
    await failed_by(story.planner, story)  # once its own people know where she is, it is care and no search
    assert await alarms(story.home) == []
    assert "care_on_the_way" in await codes(story.home, story.thread)


async def test_r32_receiver_nor_does_it_before_she_is_overdue(story: Story) -> None:
    """R32: told in time, it would keep the alarm from ever ringing; at the origin our own word ends its watch."""
    await departed(story)
    await failed_by(story.origin, story)
    await overdue(story)

    assert [len(await alarms(desk)) for desk in (story.home, story.origin)] == [1, 0]


@pytest.mark.parametrize("kind", NEEDS)
async def test_h07_receiver_whoever_needs_help_on_the_way_calls_people_at_once(story: Story, kind: str) -> None:
    """H07: "who is with her, where she sleeps tonight": a letter that asks it waits in no inbox until morning."""
    await departed(story)
    said = NEEDS[kind] | ({"noted_at": story.now} if "noted_at" in NEEDS[kind] else {})

    await story.origin.act(story.thread, kind, said)
    await do.arrives(story.home, story.thread, kind)
    await story.later(60)

    assert len(await looked_after(story.home, story.thread)) == 1
    assert "arrival_needs_you_caseworker" in await codes(story.home, story.thread)
    assert await looked_after(story.origin, story.thread) == []


async def test_h29_sender_care_and_search_stand_side_by_side_and_neither_ends_the_other(story: Story) -> None:
    """H07, H29: it is told where her way ended, and then she is gone from there: two duties, each with its own end."""
    await departed(story)
    await overdue(story)
    await failed_by(story.origin, story)
    await story.home.sees(story.thread, "stopped_on_the_way")

    await story.change("disappeared", person_id=story.person, what="lost_contact")

    assert {"arrival_overdue", "care_on_the_way"} <= await codes(story.home, story.thread)
    await story.planner.act(story.thread, "return.assist_now", NEEDS["return.assist_now"])  # it tells nothing new
    with pytest.raises(PeerError, match="nobody knows where she is"):
        await story.planner.offer(story.case, "XT")
    (care,) = await story.home.api.get(f"cases/{story.case}/care")
    await story.change("set_care", care_id=care["care"], with_her="escort", payer="us", way_back="back_here")
    await story.home.api.put(f"cases/{story.case}/care/{care['care']}/place", {"place": "an invented house"})
    await story.change("found_again", person_id=story.person)
    assert "care_on_the_way" in await codes(story.home, story.thread)
    await story.change("disappeared", person_id=story.person, what="lost_contact")
    await story.change("end_care", care_id=care["care"], end="she_is_safe", said_by_her=True)
    seen = await story.home.api.get(f"cases/{story.case}")
    assert [one["disappearance"] for one in seen["persons"]] == ["lost_contact"]
    assert len(await alarms(story.home)) == 1
