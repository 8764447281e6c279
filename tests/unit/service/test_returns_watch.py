"""What a return makes both nodes watch: arrival, danger told, care on the way, follow-ups, a stop in transit.

By the demo's own steps on nodes in memory, and then by hand. Source: R31, R32; practice H04, H06, H07, H19.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from node.demo import return_story as do
from node.demo.network import Network
from node.demo.person import Desk
from node.demo.played import DAY_S, options, received
from node.demo.return_story import HOUR_S, Story
from node.errors import PeerError
from tests.played_in_memory import MemoryNetwork, in_memory_after

BED = {"place": "an invented house, second floor"}


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[Story]:
    """A return that is planned; she leaves in two days."""
    async with returning(tmp_path) as made:
        yield made


@asynccontextmanager
async def returning(tmp: Path) -> AsyncIterator[Story]:
    """A story of one's own, from where its plan was settled."""
    async with in_memory_after(planned, tmp, "XD", "XT", "XA") as (network, facts), AsyncExitStack() as stack:
        yield replace(await do.at_their_desks(cast(Network, network), stack), **facts)


async def planned(network: MemoryNetwork, stack: AsyncExitStack) -> dict[str, Any]:
    """Play until the plan is settled; what a story knows of it."""
    made = await do.begin(cast(Network, network), stack)
    await do.prepare(made)
    await do.ask(made)
    await do.assess(made)
    await do.settle(made)
    await do.passage_asked(made)
    await do.plan_journey(made)
    return {name: getattr(made, name) for name in ("case", "person", "plan", "thread", "transit", "window", "tokens")}


async def codes(desk: Desk, thread: str) -> set[str]:
    """What waits for people about a thread."""
    return {one["code"] for one in await desk.api.get("tasks") if one["thread"] == thread}


async def alarms(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await desk.api.get("alarms")
    return found


async def case_at(desk: Desk, thread: str) -> str:
    """The case behind a thread at this country."""
    return str((await desk.view(thread))["case"])


async def departed(story: Story) -> None:
    """She set out, and the country on the way saw her pass: only her arrival is awaited."""
    await do.depart(story)
    await story.passage.act(
        story.transit, "transit.confirm", {"passed": True, "noted_at": story.now, "condition": "well"}
    )
    await story.home.sees(story.transit, "passed")


async def overdue(story: Story) -> None:
    """Night or not, the alarm has rung."""
    await story.later(story.window[1] + 13 * HOUR_S - story.now)


async def test_r32_receiver_no_alarm_rings_before_the_end_of_the_window_and_what_was_allowed_after_it(story: Story):
    """R32: the timer counts from the end of the window, at both ends."""
    await departed(story)
    await story.later(story.window[1] + 4 * HOUR_S - 60 - story.now)

    assert [await alarms(desk) for desk in (story.home, story.origin)] == [[], []]
    await story.later(9 * HOUR_S)
    assert [len(await alarms(desk)) for desk in (story.home, story.origin)] == [1, 1]


async def test_h19_receiver_neither_a_report_nor_the_origins_word_for_hers_ends_the_alarm(story: Story):
    """H19: `reported` is one fact, `confirmed_by_her` another; where she left, only what was heard from her counts."""
    await departed(story)
    await do.arrived(story, confirmed=False)
    await overdue(story)

    assert [len(await alarms(desk)) for desk in (story.home, story.origin)] == [1, 1]
    await do.arrived(story, confirmed=True)
    assert [len(await alarms(desk)) for desk in (story.home, story.origin)] == [1, 0]
    await do.heard_at_home(story)
    assert [await alarms(desk) for desk in (story.home, story.origin)] == [[], []]
    assert "arrival_overdue" not in await codes(story.home, story.thread)


async def test_h19_receiver_her_word_in_time_leaves_no_alarm(story: Story):
    """H19."""
    await do.depart(story)
    await do.arrived(story, confirmed=True)
    await do.heard_at_home(story)
    await overdue(story)

    assert [await alarms(desk) for desk in (story.home, story.origin)] == [[], []]


async def test_h19_receiver_a_lying_origin_does_not_quieten_the_country_she_left(story: Story):
    """H19, R32: it says before the window ends that she confirmed; she did not, and home is alarmed all the same."""
    await departed(story)
    await do.arrived(story, confirmed=True)
    await overdue(story)

    (alarm,) = await alarms(story.home)
    assert alarm["ask_next"] == "her_safe_contact"
    with pytest.raises(PeerError, match="has not heard her itself"):
        await story.origin.act(story.thread, "return.close", {"outcome": "support_completed"})


async def test_h19_sender_what_was_heard_is_recorded_before_it_is_told(story: Story):
    """H19: nobody passes on the origin's word as hers; the letter waits for what was heard, and how."""
    await do.depart(story)
    told = {"arrived": True, "noted_at": story.now, "met_by": "receiving_organisation", "condition": "well",
            "urgent_needs": [], "confirmed_by_her": True, "confirmed_how": ["call"]}  # fmt: skip

    with pytest.raises(PeerError, match="nobody recorded how she was heard"):
        await story.planner.act(story.thread, "return.arrival", told)
    await do.heard_at_home(story)
    await story.origin.sees(story.thread, "arrived")


async def test_h19_sender_her_word_ends_our_alarm_without_a_letter(story: Story):
    """H19, R10: where nothing may go to the origin any more, what she said to us counts all the same."""
    await do.depart(story)
    await overdue(story)
    heard = {"thread": story.thread, "how": "call", "independent": True, "everybody_is_there": True}
    await story.change("heard_from_her", **heard)

    assert [len(await alarms(desk)) for desk in (story.home, story.origin)] == [0, 1]
    watch = [one["state"] for one in (await story.home.view(story.thread))["deadlines"] if one["code"] == "watch"]
    assert "open" not in watch


@pytest.mark.parametrize("condition", ["detained", "taken_by_unknown", "needs_hospital"])
async def test_h19_receiver_an_arrival_that_tells_of_danger_opens_a_task_within_the_hour(story: Story, condition: str):
    """H19: at both ends; an hour later the back-up is asked, unless somebody looked."""
    await do.depart(story)
    await do.arrived(story, confirmed=False, condition=condition)
    await story.later(60)

    for desk in (story.home, story.origin):
        assert "arrival_needs_you_caseworker" in await codes(desk, story.thread)
    task = next(one for one in await story.home.api.get("tasks") if one["code"] == "arrival_needs_you_caseworker")
    await story.home.api.post(f"tasks/{task['id']}/done", {})
    await story.later(HOUR_S + 60)
    assert "arrival_needs_you_backup" not in await codes(story.home, story.thread)
    assert "arrival_needs_you_backup" in await codes(story.origin, story.thread)


@pytest.mark.parametrize(("said", "calls"), [({"safe": "no"}, 1), ({"re_trafficking": "signs"}, 1), ({}, 0)], ids=str)
async def test_h19_receiver_a_followup_that_tells_of_danger_calls_people(
    story: Story, said: dict[str, str], calls: int
):
    """H19: asked weeks later she is not safe, or is seen to be trafficked again: somebody looks within the hour."""
    await do.depart(story)
    await do.arrived(story, confirmed=True)
    await do.heard_at_home(story)
    await do.may_hear(story)
    body = {**do.WELL, "at": "2_weeks", "safe": "yes", "re_trafficking": "no_sign", "wants_contact": False, **said}
    await story.origin.act(story.thread, "return.followup", body)
    await do.arrives(story.home, story.thread, "return.followup")

    await story.later(60)

    found = "arrival_needs_you_caseworker" in await codes(story.home, story.thread)
    assert found == bool(calls)
    node = cast(MemoryNetwork, story.network).world["XD"].node
    rows = node.store.read_sync(lambda reader: reader.alarms.open())
    assert [one.ladder for one in rows] == ["look"] * calls


async def test_h06_receiver_the_alarm_gets_louder_each_hour_and_one_person_cannot_end_it(story: Story):
    """R32, H06: the origin is told one thing; at home friends are asked first."""
    await departed(story)
    await overdue(story)
    await story.later(HOUR_S + 60)
    await story.later(HOUR_S + 60)

    assert {"arrival_overdue", "arrival_overdue_backup", "arrival_overdue_coordinator"} <= await codes(
        story.home, story.thread
    )
    (at_home,), (at_origin,) = await alarms(story.home), await alarms(story.origin)
    assert (at_home["ask_next"], at_origin["ask_next"]) == ("her_safe_contact", None)
    assert at_origin["says"] == "Tell the country that sent her. Do not ask police, family or embassy."
    await story.change("alarm_step", thread=story.thread, asked="her_safe_contact", answer="does_not_know")
    assert (await alarms(story.home))[0]["ask_next"] == "escort"
    asked = await story.change("end_alarm", thread=story.thread, outcome="found_safe")
    with pytest.raises(PeerError):
        await story.planner.api.post(f"cases/{story.case}/changes/{asked['pending']}/approve", {})
    assert len(await alarms(story.home)) == 1
    await story.home.api.post(f"cases/{story.case}/changes/{asked['pending']}/approve", {})
    assert await alarms(story.home) == []
    assert not {one for one in await codes(story.home, story.thread) if one.startswith("arrival_overdue")}


async def test_h06_receiver_a_stop_ends_the_timer_and_the_care_goes_on(story: Story):
    """H06, H07: halted while she travels: the stop leaves at once, no alarm rings, both ends care for her."""
    await do.depart(story)
    before = story.now
    halted = await story.home.api.post(f"cases/{story.case}/returns/{story.plan}/halt", {"reason": "new_risk"})

    assert halted["stopped"] == [story.thread]
    await story.origin.sees(story.thread, "ended")
    await story.passage.sees(story.transit, "cancelled")
    assert story.now == before  # at once, for she is on the way
    await overdue(story)
    assert [await alarms(desk) for desk in (story.home, story.origin)] == [[], []]
    for desk in (story.home, story.origin):
        (care,) = await desk.api.get(f"cases/{await case_at(desk, story.thread)}/care")
        assert care["lacks"] == ["with_her", "place_tonight", "payer", "way_back"]
        assert "care_on_the_way" in await codes(desk, story.thread)


async def test_h07_receiver_care_ends_when_she_is_safe_and_its_task_is_not_ticked_off(story: Story):
    """H07: refused at a border: who is with her, where she sleeps, who pays, the way back; then safe."""
    await do.depart(story)
    failed = {"cause": "refused_entry", "noted_at": story.now, "urgent_needs": ["bed_tonight"]}
    await story.origin.act(story.thread, "return.failed", failed)
    await story.home.sees(story.thread, "stopped_on_the_way")

    (care,) = await story.home.api.get(f"cases/{story.case}/care")
    task = next(one for one in await story.home.api.get("tasks") if one["code"] == "care_on_the_way")
    with pytest.raises(PeerError):
        await story.home.api.post(f"tasks/{task['id']}/done", {})
    await story.change("set_care", care_id=care["care"], with_her="escort", payer="us", way_back="back_here")
    shown = await story.home.api.put(f"cases/{story.case}/care/{care['care']}/place", BED)
    assert shown["lacks"] == []
    opened = await story.home.api.post(f"cases/{story.case}/care/place/open", {"reason": "keep_safe"})
    assert opened == BED
    await story.planner.act(story.thread, "return.take_back", {"takes_back_date": do.day(story.now)})
    await story.origin.sees(story.thread, "assessing")
    assert "care_on_the_way" in await codes(story.home, story.thread)
    await story.change("end_care", care_id=care["care"], end="she_is_safe", said_by_her=True)
    assert "care_on_the_way" not in await codes(story.home, story.thread)


async def test_r29_sender_where_she_sleeps_tonight_can_be_disclosed_by_no_letter(story: Story):
    """R29: the field exists in no list, so no letter can carry it, whatever she agreed to."""
    wanted = [{"person_id": story.person, "fields": ["local.place_tonight"]}]

    with pytest.raises(PeerError, match="not in the list"):
        body = {"domains": ["housing"], "region": None}
        await story.planner.act(story.thread, "return.risk_request", body, disclose=wanted)


async def test_h04_receiver_a_stop_on_the_way_holds_everything_to_the_origin_until_a_person_decides(story: Story):
    """H04: TRANSIT says stop without a reason; DEST sends nothing to the origin, and a person lets it go on."""
    await story.passage.act(story.transit, "transit.stop", {})
    await story.home.sees(story.transit, "halted")
    update = {"status": "delayed", "organisation": []}

    assert "transit_stopped" in await codes(story.home, story.transit)
    with pytest.raises(PeerError, match="a country on the way stopped this"):
        await story.planner.act(story.thread, "return.update", update)
    with pytest.raises(PeerError, match="a country on the way stopped this"):
        await story.planner.act(story.thread, "return.close", {"outcome": "not_returning"})
    asked = await story.planner.api.post(f"cases/{story.case}/access", {})
    assert asked["kept_here"] == 1  # the country of return; to the one on the way the question goes
    assert (await story.plan_view())["held_for_transit"]
    await story.change("go_on_after_transit", plan_id=story.plan)
    await story.planner.act(story.thread, "return.update", update)
    await do.arrives(story.origin, story.thread, "return.update")
    assert (await story.shut()) == ["g10"]  # another way is another plan: it is approved anew
    stop = await received(story.home, story.transit, "transit.stop")
    assert stop is not None


async def test_r31_sender_a_halt_cancels_what_waits_and_the_passage_at_the_same_slot(story: Story):
    """R31, H01: before she leaves, the stop and the cancellation go at the daily slot, and nothing goes between."""
    await story.home.api.post(f"cases/{story.case}/returns/{story.plan}/halt", {"reason": "medical_unfit"})

    assert (await story.origin.view(story.thread))["state"] == "planned"
    assert (await story.passage.view(story.transit))["state"] == "expected"
    assert {"return.travel_plan", "return.departure"}.isdisjoint(await options(story.home, story.thread))
    await story.later(DAY_S)
    await story.origin.sees(story.thread, "ended")
    await story.passage.sees(story.transit, "cancelled")
    times = [(await one.view(thread))["letters"][-1]["at"] for one, thread in
             ((story.origin, story.thread), (story.passage, story.transit))]  # fmt: skip
    assert times[0] == times[1]
    assert (await story.plan_view())["halted"]["reason"] == "medical_unfit"


async def test_followups_are_asked_at_two_weeks_and_three_months_and_more_only_if_she_wants(story: Story):
    """Practice: two are always asked; the country where she is is reminded, the other a week later."""
    await do.depart(story)
    await do.arrived(story, confirmed=True)
    await story.later(14 * DAY_S + 60)

    assert "followup_due" in await codes(story.origin, story.thread)
    assert "followup_due" not in await codes(story.home, story.thread)
    await story.later(7 * DAY_S)
    assert "followup_due" in await codes(story.home, story.thread)
    await do.asked_how_she_is(story, "2_weeks", wants_contact=False)
    due = [one for one in (await story.origin.view(story.thread))["deadlines"] if one["code"] == "ask"]
    assert [one["state"] for one in due] == ["met", "open"]
    assert 68 * DAY_S < due[1]["due_at"] - story.now < 71 * DAY_S  # three months after arrival, not one


async def test_the_thread_shows_the_next_three_things_and_whose_turn_they_are(story: Story):
    """Practice, the desk: on the thread as on the case; at the other end and on a passage there is nothing."""
    await story.change("take_back_wish", plan_id=story.plan, person_id=story.person)
    view = await story.home.view(story.thread)

    assert [(one["gate"], one["rule"], one["turn"]) for one in view["next"]] == [
        ("g1", "R20", "hers"),
        ("g10", "R24", "second_person"),
    ]
    assert len(view["gates"]) == 10
    assert (await story.origin.view(story.thread))["gates"] == []
    assert (await story.home.view(story.transit))["gates"] == []


async def test_h06_receiver_nobody_is_told_to_phone_the_origin_first(story: Story):
    """H06: the ladder of an answer that does not come is silent about an arrival; the alarm says whom to ask."""
    await do.depart(story)
    await overdue(story)

    for desk in (story.home, story.origin):
        found = await codes(desk, story.thread)
        assert not {one for one in found if one.startswith(("overdue_reply", "phone_them", "answer_due"))}


async def test_r32_receiver_whoever_is_on_call_is_called_while_the_alarm_stands(story: Story):
    """R32, H21: the ladder of calls begins with the alarm and ends with her word."""
    world = cast(MemoryNetwork, story.network).world

    def ladders(code: str) -> list[tuple[str, bool]]:
        query = "select ladder, closed_at is null from alarm order by id"
        node = world[code].node
        rows = node.store.read_sync(lambda reader: reader.connection.execute(query).fetchall())
        return [(node.seals.uncover(name), bool(still)) for name, still in rows]

    await departed(story)
    await overdue(story)
    assert [one["thread"] for one in await alarms(story.home)] == [story.thread]
    assert ladders("XD") == ladders("XA") == [("call", True)]
    await do.arrived(story, confirmed=True)
    await alarms(story.home)
    assert ladders("XD") == [("call", True)]
    await do.heard_at_home(story)
    await alarms(story.home)
    assert ladders("XD") == ladders("XA") == [("call", False)]


async def test_h25_receiver_detention_is_an_alarm_until_her_release_is_asked_for_and_she_is_free(story: Story):
    """R17, H25: within 24 hours, by an owner, with a paper for the authority; each detention anew."""
    world = cast(MemoryNetwork, story.network).world

    def open_alarms() -> list[tuple[bool, bool]]:
        query = "select acknowledged_at is null, closed_at is null from alarm order by id"
        rows = world["XD"].node.store.read_sync(lambda reader: reader.connection.execute(query).fetchall())
        return [(bool(waits), bool(still)) for waits, still in rows]

    await story.change("detained")
    assert open_alarms() == [(True, True)]
    assert "g9" in await story.shut()
    await story.change("request_release", authority_has_paper=False)
    assert open_alarms() == [(True, True)]  # nobody over there has read anything yet
    await story.change("request_release", authority_has_paper=True)
    assert open_alarms() == [(False, True)]
    await story.two_change("detention_ended")
    assert open_alarms() == [(False, False)]
    await story.later(HOUR_S)
    await story.change("detained")
    assert open_alarms() == [(False, False), (True, True)]
