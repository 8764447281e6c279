"""Golden scenarios 4, 5, 6 and 7: returns that go well, that end well elsewhere, and that are stopped.

Through the nodes' public HTTP interfaces only; all people are invented. Source: domain 11.
"""

from contextlib import AsyncExitStack
from typing import Any, Final

from node.demo import return_story as do
from node.demo.network import Network
from node.demo.person import Desk
from node.demo.played import DAY_S, Played, check_evidence, end, options, received
from node.demo.return_story import HOUR_S, ORIGIN, Story
from node.errors import PeerError

# Days after the one before.
FOLLOWUPS: Final = ((14, "2_weeks"), (16, "1_month"), (61, "3_months"), (91, "6_months"), (183, "12_months"))
A_STEP_S: Final = 46 * DAY_S  # keys and the list of countries are renewed on the way, as they would be


async def all_the_way_home(network: Network, stack: AsyncExitStack) -> Played:
    """4: joint risk assessment, emergency document, transit, asked again, arrival, follow-ups."""
    story = await do.begin(network, stack)
    shut = [await story.shut()]
    await do.prepare(story)
    await do.until_agreed(story)
    shut.append(await story.shut())
    await do.plan_journey(story)
    shut.append(await story.shut())
    await do.depart(story)
    await do.passes(story)
    await do.gets_home(story)
    places = await _place_at(story.origin, story.thread)
    transit_holds_identity = await _holds_identity(story.passage, story.transit)
    played = await end(Played(), {story.transit: (story.home, story.passage)}, "passed")
    await check_evidence(network, played)  # the country on the way erases all of it within the year
    for days, at in FOLLOWUPS:
        await time_passes(story, days * DAY_S, slack_s=DAY_S)
        await do.asked_how_she_is(story, at, wants_contact=True)
    await story.origin.act(story.thread, "return.close", {"outcome": "support_completed"})
    played.told = {
        "gates_shut": shut,
        "place_read_by_people_at_origin": places == {do.NAMES["meeting_point"]},
        "transit_holds_identity": transit_holds_identity,
        "followups": [at for _, at in FOLLOWUPS],
    }
    played.agreed &= shut[0] == ["g1", "g2", "g3", "g5", "g7", "g8", "g10"] and shut[1:] == [["g10"], []]
    played.agreed &= places == {do.NAMES["meeting_point"]} and not transit_holds_identity
    return await end(played, {story.thread: (story.home, story.origin)}, "closed")


async def risk_says_no(network: Network, stack: AsyncExitStack) -> Played:
    """5: XA says unacceptable, XD acceptable: no plan can be written, and she stays, with another solution recorded."""
    story = await do.begin(network, stack)
    await do.prepare(story)
    await do.ask(story)
    await do.assess(story, theirs="unacceptable")
    story.window = (story.now + 2 * DAY_S, story.now + 2 * DAY_S + 4 * HOUR_S)
    blocked = await refused(do.send_plan(story))
    gate = next(one for one in (await story.plan_view())["gates"] if one["gate"] == "g2")
    about = {"plan_id": story.plan, "person_id": story.person}
    await story.change("choose_alternative", **about, kind="residence", counselled=True)
    await story.planner.act(story.thread, "return.close", {"outcome": "not_returning"})
    await story.change("end_return", plan_id=story.plan)
    solution = (await story.plan_view())["persons"][0]["alternative"]["kind"]
    played = Played(
        told={"refused": blocked, "gate": [gate["gate"], gate["rule"], gate["is_open"]], "other_solution": solution}
    )
    played.agreed = blocked.startswith("g") and [gate["rule"], gate["is_open"]] == ["R08", False]
    played.agreed &= solution == "residence"
    return await end(played, {story.thread: (story.home, story.origin)}, "not_returning")


async def best_interests_say_stay(network: Network, stack: AsyncExitStack) -> Played:
    """6: perhaps a child, and no guardian: no consent counts. A guardian comes, the panel says stay."""
    story = await do.begin(network, stack, age_band="18-24", age_in_doubt=True)
    about = {"plan_id": story.plan, "person_id": story.person}
    await do.prepare(story)
    alone = await story.home.api.get(f"cases/{story.case}/consents")
    (person,) = (await story.home.api.get(f"cases/{story.case}"))["persons"]
    said = await refused(do.ask(story))
    await story.change(
        "record_guardian", person_id=story.person, appointing_body="family-court",
        appointed_on=do.day(story.now - 10 * DAY_S), not_named_in_case=True, heard_alone=True,
    )  # fmt: skip
    await story.home.api.post(
        f"cases/{story.case}/changes",
        {"change": "check_guardian", "person_id": story.person, "conflict_found": False},
    )
    agreed = await story.planner.consent(
        story.case, story.person, [ORIGIN], purposes=do.PURPOSES, categories=do.CATEGORIES,
        given_by="self_with_guardian", capacity="child_assent_recorded",
    )  # fmt: skip
    await do.ask(story, agreed)
    await story.change(
        "best_interests", person_id=story.person, outcome="stay", panel=["child_protection", "guardian"],
        decided_on=do.day(story.now - DAY_S), childs_view="heard_and_followed", country=None,
    )  # fmt: skip
    gate = next(one for one in (await story.plan_view())["gates"] if one["gate"] == "g6")
    await story.change("choose_alternative", **about, kind="longer_stay")
    await story.planner.act(story.thread, "return.close", {"outcome": "not_returning"})
    played = Played(
        told={
            "faults_without_guardian": sorted({fault["rule"] for one in alone for fault in one["faults"]}),
            "treated_as_child": person["treated_as_child"],
            "refused": said,
            "gate": [gate["gate"], gate["rule"], gate["is_open"]],
        }
    )
    played.agreed = person["treated_as_child"] and "R13" in played.told["faults_without_guardian"] and bool(said)
    played.agreed &= [gate["rule"], gate["is_open"]] == ["R14", False]
    return await end(played, {story.thread: (story.home, story.origin)}, "not_returning")


async def asylum_before_the_plan(network: Network, stack: AsyncExitStack) -> Played:
    """7: she asks for asylum: nothing more goes to XA but the one stop, XT gets a cancellation; neither says why."""
    story = await do.begin(network, stack)
    await do.prepare(story)
    await do.until_agreed(story)
    before = len((await story.origin.view(story.thread))["letters"])
    await story.change("set_tie", person_id=story.person, country=ORIGIN, kind="nationality", feared="yes")
    await story.change("set_protection", person_id=story.person, protection="sought")
    story.window = (story.now + 2 * DAY_S, story.now + 2 * DAY_S + 4 * HOUR_S)
    blocked = await refused(do.send_plan(story))
    can = await options(story.home, story.thread)
    await story.later(DAY_S, slack_s=2 * DAY_S)  # the next daily slot has come
    await story.origin.sees(story.thread, "ended")
    await story.passage.sees(story.transit, "cancelled")
    letters = (await story.origin.view(story.thread))["letters"][before:]
    cancelled = await received(story.passage, story.transit, "transit.cancel")
    assert cancelled is not None
    shown = await story.passage.api.post(f"letters/{cancelled['letter_id']}/open", {})
    played = Played(
        told={
            "refused": blocked,
            "options_left": sorted(can),
            "to_origin_afterwards": [one["kind"] for one in letters],
            "cancel_says": shown["body"],
        }
    )
    played.agreed = played.told["to_origin_afterwards"] == ["return.stopped"] and shown["body"] == {}
    played.agreed &= blocked == "g4: nothing about her goes to this country"
    played = await end(played, {story.transit: (story.home, story.passage)}, "cancelled")
    return await end(played, {story.thread: (story.home, story.origin)}, "ended")


async def time_passes(story: Story, seconds: int, slack_s: int) -> None:
    """In steps, so that keys and registry are renewed as they would be."""
    end = story.now + seconds
    while (left := end - story.now) > 0:
        await story.later(min(left, A_STEP_S), slack_s)


async def refused(act: Any) -> str:
    """What the node says when it refuses; empty when it does not."""
    try:
        await act
    except PeerError as error:
        return error.message.partition(": ")[2]
    return ""


async def _place_at(desk: Desk, thread: str) -> set[str]:
    letter = await received(desk, thread, "return.travel_plan")
    assert letter is not None
    opened = await desk.api.post(f"letters/{letter['letter_id']}/identity", {"reason": "prepare_reception"})
    return {fields["meeting_point"] for fields in opened["persons"].values()}


async def _holds_identity(desk: Desk, thread: str) -> bool:
    return any(one["has_identity"] for one in (await desk.view(thread))["letters"])
