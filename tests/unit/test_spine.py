"""The spine: a referral goes from XD to XA and back, through two real nodes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.world import HER, World, make_world

ACCEPT = {
    "organisation": {"id": "haven-xa", "type": "civil_society"},
    "contact_role": "duty-desk",
    "services": ["safe-place"],
    "needs": ["shelter", "health"],
    "partial": False,
    "start_not_before": "2026-11-25",
    "conditions": [],
    "retention_days": 365,
    "meeting_modes": ["met_on_arrival"],
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def test_a_referral_goes_all_the_way_to_its_completion(world: World) -> None:
    """Golden scenario 1, domain 11: offer, question, acceptance, disclosure, arrival, completion."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case()
    await xd.write_identity(case, {HER: {"given_name": "Zoryana", "support_plan": "language course"}})
    await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    await xa.act(thread, "referral.info_request", {"questions": [{"question": "room", "why": "choose_service"}]})
    await world.settle()
    await xd.act(thread, "referral.info", {"answers": [{"question": "room", "answer": ["single"], "declined": False}]})
    await world.settle()
    token = xd.tokens(thread)[HER]
    needed = [{"person": token, "field": "given_name", "level": "L3"}]
    await xa.act(thread, "referral.accept", {**ACCEPT, "persons": [token], "data_needed": needed})
    await world.settle()
    await xd.act(thread, "referral.disclose", {"complete": True}, disclose={HER: ["given_name"]})
    await world.settle()
    arrived = {"arrived": True, "noted_at": world.clock.now(), "wellbeing": "well", "confirmed_by_her": True}
    await xa.act(thread, "referral.arrived", arrived)
    await world.settle()
    done = {"outcome": "services_started", "services": ["safe-place"], "followup_wanted": False, "satisfaction": []}
    await xa.act(thread, "referral.complete", done)
    await world.settle()

    ours, theirs = await xd.view(thread), await xa.view(thread)
    assert (ours.state, theirs.state) == ("completed", "completed")
    assert all(letter.received_at for letter in ours.letters)
    assert [letter.kind for letter in ours.letters] == [letter.kind for letter in theirs.letters]
