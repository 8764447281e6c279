"""A letter that waits a moment, so that it can be taken back, does not leave once nobody needs it any more. R04, C7."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.demo.return_bodies import PASSING
from node.demo.return_story import HOUR_S, PASSAGE, Story
from node.errors import PeerError
from tests.letters_support import BODIES
from tests.unit.service.test_returns_watch import returning


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    """A return that is planned, through a country on the way."""
    async with returning(tmp_path) as made:
        yield made


async def test_r04_sender_what_was_arranged_a_moment_ago_does_not_leave_before_its_cancellation(story: Story):
    """R04: the cancellation goes at once; where she would be met nobody needs any more, and it is not sent."""
    await story.planner.act(story.transit, "transit.arrange", BODIES["transit.arrange"], undo_s=600)

    await story.planner.act(story.transit, "transit.cancel", {})

    view = await story.passage.sees(story.transit, "cancelled")
    assert "transit.arrange" not in [one["kind"] for one in view["letters"]]


async def test_r04_sender_a_passage_that_was_not_asked_for_yet_is_not_asked_for_and_cancelled(story: Story):
    """R04: a country that was never asked learns nothing of her, neither by the question nor by its cancellation."""
    body = {**PASSING, "window_starts_at": story.window[0] - 4 * HOUR_S, "window_ends": story.window[0] - HOUR_S}
    asked = {"peer": PASSAGE, "kind": "transit.request", "body": body, "undo_s": 600}
    opened = await story.planner.api.post(f"cases/{story.case}/threads", asked)
    known = {one["thread"] for one in await story.passage.api.get("threads")}

    done = await story.home.api.post(f"threads/{opened['thread']}/acts", {"kind": "transit.cancel", "body": {}})

    assert (done["letter_id"], done["state"]) == (None, "ended")
    with pytest.raises(PeerError, match="ended"):  # once more says so, and breaks nothing
        await story.planner.act(opened["thread"], "transit.cancel", {})
    await story.later(HOUR_S)
    assert {one["thread"] for one in await story.passage.api.get("threads")} == known
