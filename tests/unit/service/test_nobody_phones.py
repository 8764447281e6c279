"""A number on a page invites a call: whom the desk tells people to phone, and about whom it does not. H04, H06, R10."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from node.demo.return_story import Story
from node.errors import NotAllowed
from node.protocol.cases.changes import suppress_stop
from node.service.cases.cases import change_case
from node.service.cases.requests import BlockCountries, SetProtection, SetTie
from node.service.rights.access import ask_everybody
from node.service.safety import off_network
from node.service.safety.off_network import RecordContact
from node.service.threads import desk
from node.service.threads.away import whom_to_phone
from node.service.threads.book import Book
from node.service.threads.escalating import LateView, escalate, view_late
from node.service.threads.ladder import WHO
from tests.played_in_memory import MemoryNetwork
from tests.unit.service.rights_support import disclosed, letter_of, tasks
from tests.unit.service.test_returns_watch import departed, overdue, story
from tests.world import DAY_S, HER, Country, World, make_world

__all__ = ["story"]

AFRAID = (
    SetTie(person_id=HER, country="XA", kind="nationality", feared="yes"),
    SetProtection(person_id=HER, protection="sought"),
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def expected(country: Country) -> dict[str, desk.DueView]:
    """What this country's desk expects, by code."""
    return {one.code: one for one in (await desk.inbox(country.node, country.coordinator)).due}


async def asked_to_erase(world: World) -> tuple[str, str]:
    """XD asked XA to erase her name; the thread and her case."""
    thread, case = await disclosed(world)
    xd = world["XD"]
    names = await letter_of(world, "XD", thread, "referral.disclose", "out")
    asked = {"token": xd.tokens(thread)[HER], "items": [{"letter_id": names, "levels": ["L3"]}]}
    await xd.act(thread, "erasure.request", asked)
    await world.settle()
    return thread, case


async def test_r10_sender_nobody_is_told_to_phone_the_country_she_fears(world: World) -> None:
    """R10, H15: what was owed to her before she asked for protection falls due, and the desk keeps silent about it."""
    thread, case = await asked_to_erase(world)
    xd = world["XD"]
    for change in AFRAID:
        await change_case(xd.node, xd.coordinator, case, change)

    await world.days(8)

    late = (await expected(xd))["confirm"]
    assert (late.overdue, late.owed_by, late.phone, late.script) == (True, "XA", None, "")
    assert not [code for code in tasks(world, "XD") if code.startswith(("overdue_", "phone_"))]
    assert (await whom_to_phone(xd.node, xd.coordinator, thread)).phone is None
    assert not await off_network.may_be_phoned(xd.node, xd.coordinator, thread)
    with pytest.raises(NotAllowed) as no:
        await off_network.record_contact(xd.node, xd.coordinator, thread, CALL)
    assert no.value.rule == "R10"


async def test_another_country_that_is_late_is_phoned_first(world: World) -> None:
    """Practice, the desk: number, local time and two lines; the same matter without a fear."""
    thread, _ = await asked_to_erase(world)

    await world.days(8)

    late = (await expected(world["XD"]))["confirm"]
    assert late.phone is not None and "we say nothing of any person" in late.script
    assert "overdue_confirm_caseworker" in tasks(world, "XD")
    assert await off_network.may_be_phoned(world["XD"].node, world["XD"].coordinator, thread)


async def test_r10_sender_nobody_is_told_on_to_phone_it_either(world: World) -> None:
    """R10, 5.13: a step taken by hand is a step of the same ladder."""
    done = await world["XD"].offer("XA")
    await world.settle()
    xd = world["XD"]
    case = (await xd.view(done.thread)).case
    two = ("ana", "ben")

    def closed(work: Any) -> None:  # two people keep the stop here, so that the matter goes on as if nothing were
        book = Book(xd.node, work)
        kept = suppress_stop(book.case(case).case, done.thread, two, xd.node.now()).case
        book.put_case(book.case(case), kept, xd.node.now())

    await xd.node.store.write(closed)
    await change_case(xd.node, xd.coordinator, case, BlockCountries(person_id=HER, countries=("XA",)))
    world.clock.step(10 * DAY_S)

    assert done.letter_id is not None
    with pytest.raises(NotAllowed) as no:
        await escalate(xd.node, xd.coordinator, done.thread, done.letter_id)
    assert no.value.rule == "R10"
    assert (await view_late(xd.node, xd.coordinator, done.thread)).phone is None


async def test_r33_receiver_what_we_owe_her_is_no_other_countrys_to_do(world: World) -> None:
    """5.9, 5.13: a question for access that nobody answered here stood among what the asking country owes."""
    _, case = await disclosed(world)
    await ask_everybody(world["XD"].node, world["XD"].coordinator, case)
    await world.settle()

    world.clock.step(31 * DAY_S)

    late = (await expected(world["XA"]))["access"]
    assert (late.overdue, late.owed_by, late.phone) == (True, "XA", None)


async def test_h06_sender_an_overdue_arrival_tells_nobody_to_phone_the_origin(story: Story) -> None:
    """H06: her own safe contact first; an alert to the origin needs two people. The desk named its number."""
    await departed(story)
    await overdue(story)

    watch = [one for one in await due(story) if one["code"] == "watch"]
    assert [(one["overdue"], one["owed_by"], one["phone"]) for one in watch] == [(True, "XD", None)]


async def test_h04_sender_after_a_stop_on_the_way_nobody_is_told_to_phone_the_origin(story: Story) -> None:
    """H04: no contact with the origin until a person decides, by telephone neither; then the ladder goes on."""
    await story.passage.act(story.transit, "transit.stop", {})
    await story.home.sees(story.transit, "halted")
    await story.later(20 * DAY_S)

    late = [one for one in await due(story) if one["overdue"] and one["thread"] == story.thread]
    page = await escalating(story)
    assert (page.phone, page.contacts) == (None, [])
    assert page.closed.startswith("a country on the way stopped this")
    theirs = {(one["code"], one["letter"]) for one in late if one["owed_by"] == "XA"}
    assert theirs
    assert not any(one["phone"] or one["script"] for one in late)
    assert not await codes(story, theirs)
    await story.change("go_on_after_transit", plan_id=story.plan)
    await story.later(2 * DAY_S)
    assert any(one["phone"] for one in await due(story) if one["thread"] == story.thread)
    assert (await escalating(story)).closed == ""
    assert await codes(story, theirs)


async def escalating(story: Story) -> LateView:
    """The page on which a late answer is told to the next one here."""
    country = cast(MemoryNetwork, story.network).world["XD"]
    return await view_late(country.node, country.coordinator, story.thread)


CALL = RecordContact(who="somebody", number="contact", said="nothing")


async def due(story: Story) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await story.home.api.get("inbox"))["due"]
    return found


async def codes(story: Story, theirs: set[tuple[str, str]]) -> list[str]:
    """The tasks about what that country owes, which send somebody to the telephone."""
    open_tasks = await story.home.api.get("tasks")
    late = {(f"overdue_{code}_{who}", letter) for code, letter in theirs for who in WHO}
    return [one["code"] for one in open_tasks if (one["code"], one["letter"]) in late]
