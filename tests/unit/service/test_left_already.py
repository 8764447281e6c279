"""She has left, and the letter that says so is still on its way: no gate that shuts meanwhile keeps it back (H02)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from node.demo import return_story as do
from node.demo.played import DAY_S
from node.demo.return_story import Story
from tests.played_in_memory import MemoryNetwork
from tests.unit.service.test_returns_watch import alarms, overdue, returning


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    """A return that is planned; she leaves in two days."""
    async with returning(tmp_path) as made:
        yield made


async def leaves_unheard(story: Story) -> Any:
    """She sets out, and what XD posts to XA is lost from then on; the world, to mend the post again."""
    await story.later(story.window[0] - 8 * 3600 - story.now)
    await story.change("ask_on_the_day", plan_id=story.plan, person_id=story.person, still_wishes=True)
    await do.asserted(story, "departure")
    await story.origin.sees(story.thread, "planned")
    world = cast(MemoryNetwork, story.network).world
    world.fault = lambda sender, recipient, envelopes: "lost" if (sender, recipient) == ("XD", "XA") else None
    left = {"outcome": "departed", "noted_at": story.now, "reason": []}
    await story.planner.act(story.thread, "return.departure", left)
    assert (await story.home.view(story.thread))["state"] == "travelling"
    assert (await story.origin.view(story.thread))["state"] == "planned"
    return world


async def mended(story: Story, world: Any) -> None:
    world.fault = lambda sender, recipient, envelopes: None
    await story.later(2 * 3600)


async def test_h02_sender_a_new_result_keeps_no_departure_back_that_has_happened(story: Story):
    """H02, R32: the two crossed; both countries know that she is on the way, and both miss her."""
    world = await leaves_unheard(story)
    await story.origin.act(story.thread, "return.risk_result", do._result(story, "acceptable", "social_worker"))
    await story.home.api.get("alarms")

    await mended(story, world)

    await story.origin.sees(story.thread, "travelling")
    await overdue(story)
    assert [len(await alarms(desk)) for desk in (story.home, story.origin)] == [1, 1]


async def test_h02_sender_a_bad_result_keeps_no_departure_back_that_has_happened(story: Story):
    """wire 7: a departure that met a bad result counts, and the result too, so that people act."""
    world = await leaves_unheard(story)
    await story.origin.act(story.thread, "return.risk_result", do._result(story, "unacceptable", "social_worker"))
    await story.home.api.get("alarms")

    await mended(story, world)

    assert (await story.origin.sees(story.thread, "travelling"))["state"] == "travelling"


async def test_r10_sender_a_departure_on_its_way_stays_back_all_the_same_where_she_asks_for_protection(story: Story):
    """R10 above H02: the country she fears hears nothing more, not even that she has left."""
    world = await leaves_unheard(story)
    await story.change("set_tie", person_id=story.person, country="XA", kind="nationality", feared="yes")
    await story.change("set_protection", person_id=story.person, protection="sought")

    await mended(story, world)
    await story.later(2 * DAY_S)

    assert (await story.origin.view(story.thread))["state"] == "ended"
