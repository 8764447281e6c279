"""Golden scenarios 1, 3, 4, 5, 6, 7, 10, 11 and 12 on nodes in memory, by the demo's own steps. Source: domain 11."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from node.demo import referrals, return_story, return_troubles, returns
from node.demo.network import Network
from tests.played_in_memory import MemoryNetwork, in_memory


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[MemoryNetwork]:
    async with in_memory(tmp_path, "XD", "XT", "XA") as made:
        yield made


async def played(network: MemoryNetwork, scenario: Any) -> dict[str, Any]:
    """Play one scenario; what it tells, which must be agreed by all countries."""
    async with AsyncExitStack() as stack:
        end = await scenario(cast(Network, network), stack)
    assert end.agreed, end.told
    return dict(end.told)


async def test_scenario_1_what_became_of_her_is_read_where_she_came_from(network: MemoryNetwork):
    """Domain 11: ... -> complete(services_started)."""
    assert (await played(network, referrals.all_the_way))["outcome_read_at_xd"] == "services_started"


async def test_scenario_3_what_is_halted_is_listed_and_what_was_erased_is_read(network: MemoryNetwork):
    """Domain 11: erasure.confirm(erased 4, kept 1 legal_ground); help continues; halted steps listed."""
    told = await played(network, referrals.consent_withdrawn)

    assert (told["erased"], told["kept_legal_ground"], told["case_stays"]) == (4, 1, True)
    assert told["halted"] == ["referral.arrange", "referral.disclose", "referral.update"]


async def test_scenario_4_a_return_goes_all_the_way_home(network: MemoryNetwork):
    """Every gate is shut until it is opened, transit holds no name, and she is asked until a year has passed."""
    told = await played(network, returns.all_the_way_home)

    assert told["gates_shut"] == [["g1", "g2", "g3", "g5", "g7", "g8", "g10"], ["g10"], []]
    assert (told["place_read_by_people_at_origin"], told["transit_holds_identity"]) == (True, False)
    assert told["followups"] == ["2_weeks", "1_month", "3_months", "6_months", "12_months"]


async def test_scenario_4_she_is_asked_for_a_year_while_she_wants_it(network: MemoryNetwork, monkeypatch: Any):
    """ODIHR P7: at half a year and a year the task comes due at the origin, what she says arrives, and then it ends."""
    due: list[tuple[str, int]] = []
    ask = return_story.asked_how_she_is

    async def asked(story: return_story.Story, at: str, *, wants_contact: bool) -> None:
        tasks = [one for one in await story.origin.api.get("tasks") if one["code"] == "followup_due"]
        due.append((at, len(tasks)))
        for one in tasks:
            await story.origin.api.post(f"tasks/{one['id']}/done", {})
        await ask(story, at, wants_contact=wants_contact)
        for desk in (story.home, story.origin):
            assert (await desk.view(story.thread))["state"] == "following", (desk.code, at)

    monkeypatch.setattr(return_story, "asked_how_she_is", asked)

    told = await played(network, returns.all_the_way_home)

    assert told["followups"] == ["2_weeks", "1_month", "3_months", "6_months", "12_months"]
    assert due == [(at, 1) for _, at in returns.FOLLOWUPS]


async def test_scenario_5_an_unacceptable_risk_is_the_end_of_the_plan_and_not_of_her_help(network: MemoryNetwork):
    """R08: either country can say no; another solution is recorded."""
    assert (await played(network, returns.risk_says_no))["other_solution"] == "residence"


async def test_scenario_6_no_consent_counts_before_a_guardian_and_the_panel_says_stay(network: MemoryNetwork):
    """R12, R13, R14."""
    told = await played(network, returns.best_interests_say_stay)

    assert (told["treated_as_child"], told["gate"]) == (True, ["g6", "R14", False])


async def test_scenario_7_asylum_ends_it_without_a_word(network: MemoryNetwork):
    """R10, H01: the one stop for the origin, a cancellation for the country on the way."""
    assert (await played(network, returns.asylum_before_the_plan))["to_origin_afterwards"] == ["return.stopped"]


async def test_scenario_10_a_missing_arrival_alarms_both_and_nobody_waves_it_away(network: MemoryNetwork):
    """R32, H06, H19."""
    told = await played(network, return_troubles.nobody_at_the_station)

    assert told["says"][1] == "Tell the country that sent her. Do not ask police, family or embassy."
    assert all("somebody else than those behind the alert" in said for said in told["second_look_by_either"])  # R02


async def test_scenario_11_family_that_may_be_involved_is_not_asked(network: MemoryNetwork):
    """R15."""
    assert (await played(network, return_troubles.family_is_not_asked))["refused"]


async def test_scenario_12_an_identity_that_stays_unverified_climbs_the_ladder_and_is_published(network: MemoryNetwork):
    """5.13: reminder, back-up, coordinator, published figure."""
    told = await played(network, return_troubles.identity_stays_open)

    assert (told["published_before"], told["published_after"]) == (0, None)
