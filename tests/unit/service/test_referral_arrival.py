"""A referral whose arrival is not told in time is an alarm as for a return: not a task that one person ticks off.

Source: R32; domain 5.6; practice H06, H19.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.errors import NotAllowed
from node.protocol.letters.codes import NOT_IN_THIS_STATE
from node.service.cases import return_requests as asks
from node.service.cases.cases import change_case
from node.service.cases.change import Change
from node.service.cases.confirming import decide_change
from node.service.returns.alarms import list_alarms
from node.service.threads import desk
from node.store.work import Reader
from tests.dishonest import Dishonest
from tests.letters_support import BODIES
from tests.unit.service.test_facts_that_count import accepted, window
from tests.world import World, make_world

HOUR_S = 3600
STORED, REFUSED, MALFORMED = 1, 3, 5
THERE: dict[str, Any] = {"wellbeing": "well", "confirmed_by_her": True}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def arranged(world: World) -> str:
    """She is to be met in two days, within an hour."""
    thread = await accepted(world)
    await world["XD"].act(thread, "referral.arrange", window(world, 2))
    await world.settle()
    return thread


async def alarms(world: World, code: str) -> list[str]:
    one = world[code]
    return [alarm.thread for alarm in await list_alarms(one.node, one.coordinator)]


async def codes(world: World, code: str) -> set[str]:
    one = world[code]
    return {task.code for task in await desk.list_tasks(one.node, one.coordinator)}


def called(world: World, code: str) -> list[str]:
    def read(reader: Reader) -> list[str]:
        return [one.ladder for one in reader.alarms.open()]

    return world[code].node.store.read_sync(read)


async def hours(world: World, count: int) -> None:
    """Time passes and every sweep runs; the registry is not needed for that."""
    world.clock.step(count * HOUR_S)
    await world.sweep()
    await world.settle()


async def told(world: World, thread: str, arrived: bool, by_her: bool = True) -> None:
    body = {**THERE, "arrived": arrived, "noted_at": world.clock.now(), "confirmed_by_her": arrived and by_her}
    await says(world, "XA", thread, "referral.arrived", body)


async def says(world: World, code: str, thread: str, kind: str, body: dict[str, Any] | None = None) -> None:
    await world[code].act(thread, kind, BODIES[kind] if body is None else body)
    await world.settle()


async def heard(world: World, thread: str) -> None:
    """A caseworker of XD called a number of her file, and everybody is there."""
    one = world["XD"]
    row = one.node.store.read_sync(lambda reader: reader.threads.find(thread))
    assert row is not None
    word = asks.HeardFromHer(thread=thread, how="call", everybody_is_there=True, independent=True)
    await change_case(one.node, one.caseworker, row.case_id, word)


async def by_two(world: World, change: Change, thread: str) -> None:
    """A change that one person asks for and another confirms."""
    one = world["XD"]
    row = one.node.store.read_sync(lambda reader: reader.threads.find(thread))
    assert row is not None
    asked = await change_case(one.node, one.caseworker, row.case_id, change)
    assert asked.pending is not None
    await decide_change(one.node, one.coordinator, row.case_id, asked.pending, True)


async def test_r32_receiver_an_arrival_that_nobody_told_is_an_alarm_at_both_ends_a_day_after_its_window(world: World):
    """R32, domain 5.6: people on call are called, and the ladder of an answer is silent about it (H06)."""
    thread = await arranged(world)
    await hours(world, 48 + 1 + 22)
    assert [await alarms(world, code) for code in ("XD", "XA")] == [[], []]

    await hours(world, 14)

    for code in ("XD", "XA"):
        assert await alarms(world, code) == [thread]
        assert called(world, code) == ["call"]
        found = await codes(world, code)
        assert "arrival_overdue" in found
        assert not {one for one in found if one.startswith(("overdue_reply", "phone_them", "answer_due"))}


async def test_r32_sender_no_single_person_ticks_off_the_overdue_arrival_of_a_referral(world: World):
    """R32: the task stands until she is heard, the matter is stopped, or two people end it."""
    thread = await arranged(world)
    await hours(world, 48 + 1 + 36)
    one = world["XD"]
    task = next(t for t in await desk.list_tasks(one.node, one.coordinator) if t.code == "arrival_overdue")

    with pytest.raises(NotAllowed):
        await desk.task_done(one.node, one.coordinator, task.id)
    assert await alarms(world, "XD") == [thread]


async def test_h19_receiver_the_word_that_she_came_ends_the_alarm_there_and_never_where_she_left(world: World):
    """Domain 5.6, H19: that she did not come ends nothing; that she says she came is a report until we heard her."""
    thread = await arranged(world)
    await hours(world, 48 + 1 + 36)
    await told(world, thread, arrived=False)
    assert [await alarms(world, code) for code in ("XD", "XA")] == [[thread], [thread]]

    await told(world, thread, arrived=True)
    assert [await alarms(world, code) for code in ("XD", "XA")] == [[thread], []]
    assert "call" in called(world, "XD")

    await heard(world, thread)
    assert await alarms(world, "XD") == []
    assert "call" not in called(world, "XD")
    assert "arrival_overdue" not in await codes(world, "XD")


async def test_r32_receiver_she_came_in_time_and_no_alarm_rings_where_she_was_heard(world: World):
    """R32: at both ends, each of its own hearing."""
    thread = await arranged(world)
    await hours(world, 49)
    await told(world, thread, arrived=True)
    await heard(world, thread)
    await hours(world, 5 * 24)

    assert [await alarms(world, code) for code in ("XD", "XA")] == [[], []]


async def test_h19_receiver_a_lying_country_of_arrival_cannot_keep_our_alarm_from_ringing(world: World):
    """H19, R32: it says that she came, said so herself, and all is completed; we still ask for her."""
    thread = await arranged(world)
    await told(world, thread, arrived=True)
    await says(world, "XA", thread, "referral.complete")
    await hours(world, 48 + 1 + 36)

    assert await alarms(world, "XD") == [thread]
    assert called(world, "XD") == ["call"]
    await heard(world, thread)
    assert await alarms(world, "XD") == []


async def test_h19_sender_our_own_watch_waits_for_her_word_and_it_may_follow_the_report(world: World):
    """H19: somebody saw her come, but did not speak with her; the alarm where she arrived ends once she said so."""
    thread = await arranged(world)
    await hours(world, 48 + 1 + 36)
    await told(world, thread, arrived=True, by_her=False)
    assert [await alarms(world, code) for code in ("XD", "XA")] == [[thread], [thread]]

    await told(world, thread, arrived=True)

    assert [await alarms(world, code) for code in ("XD", "XA")] == [[thread], []]


async def test_r32_receiver_taken_back_she_is_not_missed_any_more(world: World):
    """R21, R32: that she is with us again ends the alarm; that they ask us to take her back does not."""
    thread = await arranged(world)
    await told(world, thread, arrived=True, by_her=False)
    await hours(world, 48 + 1 + 36)
    await says(world, "XA", thread, "referral.handback")
    assert [await alarms(world, code) for code in ("XD", "XA")] == [[thread], [thread]]

    await says(world, "XD", thread, "referral.handback_confirm")

    assert [await alarms(world, code) for code in ("XD", "XA")] == [[], []]


async def test_r32_receiver_arranged_anew_the_new_window_counts_but_no_alarm_that_rang_is_waved_away(world: World):
    """R32: a later window moves the watch; told after the alarm rang, it ends nothing."""
    thread = await arranged(world)
    await world["XA"].act(thread, "referral.arrange", window(world, 4))
    await world.settle()
    await hours(world, 48 + 1 + 36)
    assert await alarms(world, "XD") == []
    await hours(world, 48)
    assert await alarms(world, "XD") == [thread]

    await world["XA"].act(thread, "referral.arrange", window(world, 9))
    await world.settle()
    await hours(world, 2)

    assert await alarms(world, "XD") == [thread]


async def test_h06_receiver_a_stop_ends_the_alarm_of_a_referral(world: World):
    """H06."""
    thread = await arranged(world)
    await hours(world, 48 + 1 + 36)
    await world["XD"].stop(thread)
    for _ in range(2):
        await world.days(1)

    assert [await alarms(world, code) for code in ("XD", "XA")] == [[], []]


async def test_r32_sender_two_people_end_it_and_it_does_not_ring_again_an_hour_later(world: World):
    """R32: what two people ended stays ended; what she says to us ends it too (H19)."""
    thread = await arranged(world)
    await hours(world, 48 + 1 + 36)
    await by_two(world, asks.EndAlarm(thread=thread, outcome="found_safe"), thread)
    assert await alarms(world, "XD") == []

    await hours(world, 1)
    await hours(world, 1)

    assert await alarms(world, "XD") == []
    assert await alarms(world, "XA") == [thread]


async def test_h19_sender_what_she_said_to_us_ends_our_alarm_of_a_referral_without_a_letter(world: World):
    """H19: we heard her ourselves; at the other end, where nobody did, it goes on."""
    thread = await arranged(world)
    await hours(world, 48 + 1 + 36)
    await heard(world, thread)
    await hours(world, 2)

    assert [await alarms(world, code) for code in ("XD", "XA")] == [[], [thread]]


async def test_r32_sender_no_window_is_moved_so_far_or_so_often_that_nobody_misses_her(world: World):
    """R32: two weeks beyond what the other side named, or beyond the first window; further once both agree."""
    thread = await arranged(world)
    for days in (10, 16):
        await says(world, "XD", thread, "referral.arrange", window(world, days))
    with pytest.raises(NotAllowed, match="missed too late"):
        await world["XD"].act(thread, "referral.arrange", window(world, 17))
    await says(world, "XA", thread, "referral.arrange", window(world, 28))

    await says(world, "XD", thread, "referral.arrange", window(world, 40))


async def test_r32_sender_no_first_window_lies_months_ahead(world: World):
    """R32: ninety days."""
    thread = await accepted(world)
    with pytest.raises(NotAllowed, match="missed too late"):
        await world["XD"].act(thread, "referral.arrange", window(world, 91))


@pytest.fixture
async def liar(world: World) -> Dishonest:
    """A country that sends her without asking any rule of its own; XA accepted and has her name."""
    made = Dishonest(world)
    await made.sends("referral.offer")
    await made.hears("referral.accept", data_needed=[])
    asked = {"consent": [made.consent()], "lawful_basis": "explicit_consent", "thread_ends": 2**53 - 1}
    assert await made.sends("referral.disclose", asked, complete=True) == (STORED, 0)
    return made


async def test_r32_receiver_a_peer_that_moves_the_window_again_and_again_is_refused(world: World, liar: Dishonest):
    """R32: each move is small; together they would silence the alarm. It rings as if the last had not come."""
    assert await liar.sends("referral.arrange", **window(world, 2)) == (STORED, 0)
    assert await liar.sends("referral.arrange", **window(world, 15)) == (STORED, 0)
    assert await liar.sends("referral.arrange", **window(world, 28)) == (REFUSED, NOT_IN_THIS_STATE)
    await hours(world, 15 * 24 + 36)

    assert await alarms(world, "XA") == [liar.thread]


async def test_r32_receiver_a_peer_that_wants_its_answer_late_moves_no_alarm(world: World, liar: Dishonest):
    """R32: the window counts, whatever the letter says of its answer."""
    late = {"reply_by": 2**53 - 1}
    assert await liar.sends("referral.arrange", late, **window(world, 2)) == (STORED, 0)
    await hours(world, 48 + 36)

    assert await alarms(world, "XA") == [liar.thread]


async def test_r32_receiver_a_peer_whose_clock_is_invented_puts_off_no_alarm_for_ever(world: World, liar: Dishonest):
    """R32, H22: a first window is judged by the letter's own time, which is no later than it was signed."""
    invented = {"written_at": 2**52, "thread_ends": 2**53 - 1}
    far = window(world, 2) | {"window_ends": 2**52}
    assert await liar.sends("referral.arrange", invented, **far) == (MALFORMED, 0)
    liar.n, liar.name = liar.n - 1, "with a window of today"
    assert await liar.sends("referral.arrange", **window(world, 89)) == (STORED, 0)
    await hours(world, (89 + 16) * 24)

    assert await alarms(world, "XA") == [liar.thread]
