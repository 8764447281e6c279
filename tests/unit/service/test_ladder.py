"""The ladder of an answer that does not come: reminder, caseworker, back-up, coordinator, figure; whose days count."""

import dataclasses

import pytest

from node.errors import NotFound
from node.service.actor import Actor
from node.service.cases import cases
from node.service.threads import desk
from node.service.upkeep import sweeps
from node.store.people import UserRow
from tests.world import DAY_S, World, make_world

HOUR = 3600
DECLINE = {"reason": "no_capacity", "alternatives": [], "retry_after": []}


@pytest.fixture
async def world(tmp_path):
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def codes(world: World, code: str) -> list[str]:
    country = world[code]
    return [task.code for task in await desk.list_tasks(country.node, country.coordinator)]


async def step(world: World, seconds: int) -> None:
    """Time passes, the registry is renewed, and the ladder is looked at, at both."""
    world.clock.step(seconds)
    world.registry.clock.step(seconds)
    world.registry.publisher.refresh()
    world.refresh()
    for code in ("XD", "XA"):
        await sweeps.overdue(world[code].node)


async def test_both_sides_are_reminded_when_the_last_working_day_begins(world):
    """Domain 5.13, practice: an offer of Wednesday is due at the end of the next Wednesday."""
    await world["XD"].offer("XA")
    await world.settle()
    await step(world, 6 * DAY_S)
    assert "phone_them_first" not in await codes(world, "XD")

    await step(world, DAY_S)
    await step(world, 60)

    assert (await codes(world, "XD")).count("phone_them_first") == 1
    assert (await codes(world, "XA")).count("answer_due_soon") == 1


async def test_an_urgent_answer_is_reminded_of_in_clock_hours(world):
    """H22."""
    await world["XD"].offer("XA", urgency="urgent")
    await world.settle()
    await step(world, 17 * HOUR)
    assert "answer_due_soon" not in await codes(world, "XA")

    await step(world, 2 * HOUR)

    assert "answer_due_soon" in await codes(world, "XA")


async def test_an_answer_that_comes_ends_its_reminders_and_steps(world):
    done = await world["XD"].offer("XA")
    await world.settle()
    await step(world, 9 * DAY_S)
    assert {"overdue_reply_caseworker", "overdue_opened_caseworker"} <= set(await codes(world, "XD"))

    await world["XA"].act(done.thread, "referral.decline", DECLINE)
    await world.settle()
    await step(world, 60)

    assert [one for code in ("XD", "XA") for one in await codes(world, code) if "overdue" in one or "soon" in one] == []


async def test_silence_climbs_the_whole_ladder(world):
    """Domain 5.13: day 0, +2, +5, +10 working days."""
    await world["XD"].offer("XA")
    await world.settle()
    seen = []
    for _ in range(24):
        await step(world, DAY_S)
        seen += [one for one in await codes(world, "XD") if one.startswith("overdue_reply") and one not in seen]

    assert seen == [f"overdue_reply_{who}" for who in ("caseworker", "backup", "coordinator", "figures")]


async def test_a_node_that_was_away_climbs_every_step_that_came_due_meanwhile_at_once(world):
    """Domain 5.13: who should have heard days ago hears now, and not a minute later for each step."""
    await world["XD"].offer("XA")
    await world.settle()

    for _ in range(3):  # the clock is believed again only after the registry was refreshed
        world.clock.step(6 * DAY_S)
        world.registry.clock.step(6 * DAY_S)
        world.registry.publisher.refresh()
        world.refresh()
    await sweeps.overdue(world["XD"].node)

    heard = [one for one in await codes(world, "XD") if one.startswith("overdue_reply")]
    assert sorted(heard) == [f"overdue_reply_{who}" for who in ("backup", "caseworker", "coordinator")]


async def test_an_overdue_answer_says_whom_to_phone_and_what_to_say(world):
    """Practice, the desk: number, local time, two lines; nothing of her."""
    await world["XD"].offer("XA")
    await world.settle()
    await step(world, 9 * DAY_S)

    due = (await desk.inbox(world["XD"].node, world["XD"].coordinator)).due
    (reply,) = [one for one in due if one.code == "reply"]
    (owed,) = [one for one in (await desk.inbox(world["XA"].node, world["XA"].coordinator)).due if one.code == "reply"]

    assert reply.overdue and reply.owed_by == "XA" and reply.phone is not None
    assert "switchboard" in reply.phone.says and reply.letter[:8] in reply.script
    assert (owed.owed_by, owed.phone, owed.script) == ("XA", None, "")


async def test_the_back_up_sees_a_case_once_its_answer_is_two_working_days_late_and_not_before(world):
    """Domain 5.13: +2 working days the back-up; then, and as long as it waits, the case is theirs to work on too."""
    d = world["XD"]
    ben = Actor("ben", "caseworker", "focal-point", None)
    dan = Actor("dan", "caseworker", "focal-point", None)
    await d.node.store.write(lambda work: [work.people.add(_user(one)) for one in (d.caseworker.user_id, "ben")])
    await d.node.store.write(lambda work: work.people.put_backup(d.caseworker.user_id, "ben", "ana", d.node.now()))
    case_id = await d.new_case()
    await d.consent(case_id, "XA")
    done = await d.offer("XA", case_id)
    await world.settle()
    await step(world, 5 * DAY_S)  # that nobody opened it is late since a working day
    assert "overdue_opened_caseworker" in await codes(world, "XD")
    with pytest.raises(NotFound):
        await cases.view_case(d.node, ben, case_id)
    assert await desk.list_tasks(d.node, ben) == []

    await step(world, 9 * DAY_S)

    assert "overdue_reply_backup" in [task.code for task in await desk.list_tasks(d.node, ben)]
    assert (await cases.view_case(d.node, ben, case_id)).case == case_id
    with pytest.raises(NotFound):
        await cases.view_case(d.node, dan, case_id)
    await world["XA"].act(done.thread, "referral.decline", DECLINE)
    await world.settle()
    with pytest.raises(NotFound):
        await cases.view_case(d.node, ben, case_id)


def _user(user_id: str) -> UserRow:
    made = UserRow(user_id, user_id.encode(), b"", "caseworker", "focal-point", b"", b"", 1)
    return dataclasses.replace(made, disabled_at=None)
