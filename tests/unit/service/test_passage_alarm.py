"""Whoever has set out and is not told of by the country on the way is missed: the alarm of an arrival, at the passage.

Source: R32; domain 5.7 (transit.confirm two hours after the window); practice H04, H06, H07, H19.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from node.errors import NotAllowed
from node.service.cases import return_requests as asks
from node.service.cases.cases import change_case
from node.service.cases.change import Change
from node.service.cases.confirming import decide_change
from node.service.returns.alarms import list_alarms, list_care
from node.service.threads import desk
from tests.attack.return_pairs import CATEGORIES, PURPOSES, opened
from tests.copied import copied
from tests.dishonest import Dishonest
from tests.letters_return import RETURN_BODIES
from tests.rules.return_world import PLAN, her_return, plan
from tests.unit.service.test_referral_arrival import alarms, called, codes, hours
from tests.world import DAY_S, HER, Beginning, World, make_world, opened_again

HOUR_S = 3600
BOTH = ("XD", "XT")


@dataclass(frozen=True)
class Her:
    """The case, the passage, the return it is a part of."""

    case: str
    passage: str
    whole: str


@pytest.fixture
async def played(tmp_path: Path) -> AsyncIterator[tuple[World, Her]]:
    """Played once for this file, and copied: she passes before night."""
    stage = await asyncio.to_thread(copied, "a passage begun", lambda folder: asyncio.run(_stage(folder)), tmp_path)
    beginning, now, opened_times, her = stage
    made = opened_again(tmp_path, beginning, now, opened_times)
    yield made, her
    await made.close()


async def _stage(folder: Path) -> tuple[Beginning, int, int, Her]:
    made = make_world(folder, "XD", "XT", "XA")
    her = await passing(made)
    await made.close()
    return made.beginning, made.clock.now(), made.opened, her


async def passing(world: World) -> Her:
    """She has set out, and XT knows of it."""
    xd, now = world["XD"], world.clock.now()
    case = await xd.new_case(returns=(plan(her_return()),))
    await xd.consent(case, "XA", purposes=PURPOSES, categories=CATEGORIES)
    whole = await opened(xd, case, "XA", "return.request")
    await xd.consent(case, "XT", purposes=("transit",), categories=CATEGORIES)
    passage = await opened(xd, case, "XT", "transit.request", window_starts_at=now, window_ends=now + 10 * HOUR_S)
    await world.settle()
    await world["XT"].act(passage, "transit.ack", RETURN_BODIES["transit.ack"])
    await world.settle()
    await change(world, case, asks.AskOnTheDay(plan_id=PLAN, person_id=HER, still_wishes=True))
    await xd.act(passage, "transit.departure", {"departed": True, "noted_at": now})
    await world.settle()
    return Her(case, passage, whole)


async def change(world: World, case: str, asked: Change) -> Any:
    one = world["XD"]
    return await change_case(one.node, one.caseworker, case, asked)


async def confirms(world: World, passage: str, passed: bool, condition: str = "well") -> None:
    body = {"passed": passed, "noted_at": world.clock.now(), "condition": condition}
    await world["XT"].act(passage, "transit.confirm", body)
    await world.settle()


async def rings(world: World) -> list[list[str]]:
    return [await alarms(world, code) for code in BOTH]


async def test_r32_receiver_a_passage_that_nobody_confirmed_is_an_alarm_at_both_ends(played: tuple[World, Her]):
    """R32, domain 5.7: two hours after the window, by night too; no answer's ladder speaks of it (H06)."""
    world, her = played
    await hours(world, 11)
    assert await rings(world) == [[], []]

    await hours(world, 2)

    assert await rings(world) == [[her.passage], [her.passage]]
    for code in BOTH:
        found = await codes(world, code)
        assert called(world, code) == ["call"]
        assert "arrival_overdue" in found
        assert not {one for one in found if one.startswith(("overdue_reply", "phone_them", "answer_due"))}
    (here,) = await list_alarms(world["XD"].node, world["XD"].coordinator)
    (there,) = await list_alarms(world["XT"].node, world["XT"].coordinator)
    assert (here.ask_next, there.ask_next) == ("her_safe_contact", None)
    assert there.says == "Tell the country that sent her. Do not ask police, family or embassy."


async def test_r32_receiver_that_she_was_not_seen_ends_nothing_and_that_she_passed_ends_it(played: tuple[World, Her]):
    """R32, H19: her arrival is still watched on the return, where only her own word counts."""
    world, her = played
    await hours(world, 13)
    await confirms(world, her.passage, passed=False)
    assert await rings(world) == [[her.passage], [her.passage]]

    await confirms(world, her.passage, passed=True)

    assert await rings(world) == [[], []]
    for code in BOTH:
        assert "call" not in called(world, code)
        assert "arrival_overdue" not in await codes(world, code)


async def test_r32_receiver_she_passed_in_time_and_no_alarm_rings(played: tuple[World, Her]):
    """R32."""
    world, her = played
    await hours(world, 3)
    await confirms(world, her.passage, passed=True)
    await hours(world, 24)

    assert await rings(world) == [[], []]
    for code in BOTH:
        assert "arrival_overdue" not in await codes(world, code)


async def test_r32_sender_nobody_ticks_off_a_passage_alone_and_two_end_it_for_good(played: tuple[World, Her]):
    """R32: at our end; the country on the way goes on looking."""
    world, her = played
    await hours(world, 13)
    one = world["XD"]
    task = next(t for t in await desk.list_tasks(one.node, one.coordinator) if t.code == "arrival_overdue")
    with pytest.raises(NotAllowed):
        await desk.task_done(one.node, one.coordinator, task.id)

    asked = await change(world, her.case, asks.EndAlarm(thread=her.passage, outcome="found_safe"))
    assert await rings(world) == [[her.passage], [her.passage]]
    await decide_change(one.node, one.coordinator, her.case, asked.pending, True)
    await hours(world, 1)
    await hours(world, 1)

    assert await rings(world) == [[], [her.passage]]


@pytest.mark.parametrize("where", ["at the passage", "at the end of the return"])
async def test_h19_sender_her_own_word_ends_our_alarm_of_the_passage(played: tuple[World, Her], where: str):
    """H19: whoever says that she has arrived has passed as well; the country on the way did not hear her."""
    world, her = played
    await hours(world, 13)
    thread = her.passage if where == "at the passage" else her.whole
    heard = asks.HeardFromHer(thread=thread, how="call", everybody_is_there=True, independent=True)
    await change(world, her.case, heard)

    assert await rings(world) == [[], [her.passage]]
    await hours(world, 2)
    assert await rings(world) == [[], [her.passage]]
    assert "call" not in called(world, "XD")


@pytest.mark.parametrize(("sender", "kind"), [("XD", "transit.cancel"), ("XT", "transit.stop")])
async def test_h06_receiver_a_stop_ends_the_alarm_of_a_passage_and_leaves_care(
    played: tuple[World, Her], sender: str, kind: str
):
    """H04, H06, H07: whoever stopped it, the timer ends at both ends; who is told of the stop cares for her."""
    world, her = played
    await hours(world, 13)
    await world[sender].act(her.passage, kind, {})
    await world.settle()

    assert await rings(world) == [[], []]
    if sender == "XT":
        xd = world["XD"]
        (care,) = await list_care(xd.node, xd.coordinator, her.case)
        assert care.thread == her.passage
        assert "transit_stopped" in await codes(world, "XD")
    assert "care_on_the_way" in await codes(world, "XD" if sender == "XT" else "XT")


async def test_r32_receiver_no_window_of_a_liar_keeps_a_letter_from_being_read(played: tuple[World, Her]):
    """R32: a window beyond every calendar is refused, and the same passage may be asked for again."""
    world, _ = played
    liar = Dishonest(world, recipient="XT")
    far: dict[str, Any] = {"window_starts_at": world.clock.now(), "window_ends": 2**53 - 1}
    assert await liar.sends("transit.request", **far) == (3, 201)
    near: dict[str, Any] = {"window_starts_at": world.clock.now(), "window_ends": world.clock.now() + 10 * HOUR_S}
    assert await liar.sends("transit.request", **near) == (1, 0)
    xt = world["XT"]
    await xt.act(liar.thread, "transit.ack", RETURN_BODIES["transit.ack"])
    world.fault = lambda *_: "lost"  # it has left; the honest node of that country knows nothing of the thread
    await xt.deliver("XD")
    liar.seen = 1

    assert await liar.sends("transit.departure", departed=True, noted_at=world.clock.now()) == (1, 0)

    assert (await xt.view(liar.thread)).state == "on_the_way"
    await hours(world, DAY_S // HOUR_S)
