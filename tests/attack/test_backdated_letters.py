"""A country dates its letters so that a rule with a time lets them pass: refused by what the thread itself bears out.

XD forges every letter, with its real keys; XA is an honest node. Source: H22; R08, R22, H23, H25.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.protocol.letters.codes import MALFORMED, REFUSED, STORED
from tests.dishonest import Dishonest
from tests.rules.broken_threads import accepted, assessing, detained, prepared, travelling, window
from tests.world import DAY_S, World, make_world

BACKDATED = 201


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def test_no_plan_is_dated_back_to_when_its_assessment_was_young(world: World) -> None:
    """R08: an assessment counts for 90 days; a plan of the 95th day says that it was written on the 50th."""
    liar = await prepared(world, "R08")
    began = world.clock.now()
    for days in (50, 45):
        world.passes(days * DAY_S)
        assert await liar.sends("consent.assertion", asked_at=world.clock.now()) == (STORED, 0)
    when = window(world.clock.now())

    assert await liar.sends("return.travel_plan", **when) == (REFUSED, 8)
    assert await liar.sends("return.travel_plan", {"written_at": began + 50 * DAY_S}, **when) == (REFUSED, BACKDATED)
    assert await liar.state() == "assessing"


async def test_no_question_is_dated_back_to_make_a_country_look_silent(world: World) -> None:
    """H23: an assessor of its own choice on the first day, as if the origin had been silent for weeks.

    Nor by a thread that is dated back as a whole: what it read of the origin is of today.
    """
    liar = Dishonest(world, "H23")
    long_ago = {"written_at": world.clock.now() - 40 * DAY_S}
    assert await liar.sends("return.request", long_ago) == (STORED, 0)
    await liar.hears("return.request_response")
    alone: dict[str, Any] = {"assessor": "independent_assessor", "independent": True}

    assert await liar.sends("return.risk_request", long_ago) == (REFUSED, BACKDATED)
    assert await liar.sends("return.risk_request") == (STORED, 0)
    later = {"written_at": world.clock.now() + 22 * DAY_S}
    assert await liar.sends("return.risk_result", later, **alone) == (MALFORMED, 0)
    liar.n, liar.name = liar.n - 1, "H23, once more"
    assert await liar.sends("return.risk_result", **alone) == (REFUSED, 123)


@pytest.mark.parametrize("kind", ["referral.offer", "return.request"])
async def test_no_thread_begins_years_ago_so_that_a_child_has_grown_up_since(world: World, kind: str) -> None:
    """R12, H22: a child of five told of twelve years ago could be told of as an adult the next day."""
    liar = Dishonest(world, "R12")
    half_a_year_ago = world.clock.now() - 180 * DAY_S

    assert await liar.sends(kind, {"written_at": world.clock.now() - 13 * 365 * DAY_S}) == (REFUSED, BACKDATED)
    liar.n, liar.name = 0, "R12, not quite as long ago"
    assert await liar.sends(kind, {"written_at": half_a_year_ago - 1}) == (REFUSED, BACKDATED)
    liar.n, liar.name = 0, "R12, as long ago as may be"
    assert await liar.sends(kind, {"written_at": half_a_year_ago}) == (STORED, 0)


async def test_a_second_letter_that_comes_first_opens_no_way_for_the_old_one(world: World) -> None:
    """H22: the thread is known then, and what opens it is judged all the same."""
    liar = Dishonest(world, "R12")
    liar.n = 1
    await liar.sends("referral.update")
    liar.n = 0

    assert await liar.sends("referral.offer", {"written_at": world.clock.now() - 13 * 365 * DAY_S}) == (
        REFUSED, BACKDATED,
    )  # fmt: skip


async def test_no_yes_is_dated_forward_past_the_two_days_after_her_release(world: World) -> None:
    """H25: she is asked again 48 hours later; the country says today that it asked her then."""
    liar = await travelling(world, "H25")
    await liar.hears("return.arrival", **detained(world))
    assert await liar.sends("return.failed", cause="changed_mind") == (STORED, 0)
    then = world.clock.now() + 3 * DAY_S

    assert await liar.sends("consent.assertion", {"written_at": then}, asked_at=then) == (MALFORMED, 0)


async def test_no_disclosure_is_dated_back_to_when_she_still_agreed(world: World) -> None:
    """R22: her consent ran out on the fifth day; on the tenth her name is said to have been written before."""
    liar = await accepted(world, "R22")
    ends = world.clock.now() + 5 * DAY_S
    frame = {"consent": [liar.consent(until=ends)], "lawful_basis": "explicit_consent"}
    world.passes(10 * DAY_S)
    await liar.hears("referral.update")

    assert await liar.sends("referral.disclose", frame, complete=True) == (REFUSED, 22)
    back = frame | {"written_at": ends - 60}
    assert await liar.sends("referral.disclose", back, complete=True) == (REFUSED, BACKDATED)
    assert await liar.state() == "accepted"


async def test_whoever_says_to_have_read_nothing_is_bound_by_its_own_letters(world: World) -> None:
    """A `seen` that is too low makes everything a crossing, and the liar's own earlier letters count all the same."""
    liar = await assessing(world, "crossing")
    world.passes(30 * DAY_S)
    assert await liar.sends("return.risk_request") == (STORED, 0)

    back = {"written_at": world.clock.now() - 29 * DAY_S, "seen": 1}
    assert await liar.sends("return.risk_request", back) == (REFUSED, BACKDATED)


async def test_a_date_to_come_keeps_none_of_our_letters_back(world: World) -> None:
    """As far ahead as a letter may be: our answer of the same moment leaves, and no honest country would refuse it."""
    liar = await accepted(world, "ahead")
    world.clock.step(300)
    ahead = {"consent": [liar.consent()], "written_at": world.clock.now() + 300}
    assert await liar.sends("referral.update", ahead) == (STORED, 0)
    await liar.hears("referral.update")

    assert {one.held for one in (await world["XA"].view(liar.thread)).letters if one.direction == "out"} == {None}
