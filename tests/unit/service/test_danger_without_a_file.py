"""A person in danger is lost to no formality: what tells of her is heard on a stopped, a waiting, an erased thread.

Source: R32; practice H02, H07, H19; DECISIONS, danger has no turn.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.protocol.threads.thread import Entry
from node.service.safety.following import acknowledge, stand_down
from node.service.safety.listing import open_alerts
from node.service.safety.requests import Acknowledge, StandDown
from node.service.threads import acts
from node.service.threads.book import Book
from node.store.work import Reader
from tests.dishonest import Dishonest
from tests.keeping import erase_case
from tests.unit.service.test_referral_arrival import alarms, arranged, called, codes
from tests.world import DAY_S, Country, World, make_world

STORED, REFUSED, MALFORMED = 1, 3, 5
NOT_THERE: dict[str, Any] = {"arrived": False, "confirmed_by_her": False, "confirmed_how": [], "condition": "not_known"}
TELLS: list[tuple[str, dict[str, Any]]] = [
    ("return.arrival", NOT_THERE),
    ("return.arrival", {"condition": "detained"}),
    ("transit.confirm", {"passed": False, "condition": "taken_by_unknown"}),
    ("referral.arrived", {"wellbeing": "needs_hospital"}),
    ("return.followup", {"safe": "no"}),
    ("return.failed", {}),
    ("return.assist_now", {}),
]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def erased(world: World) -> Dishonest:
    """XA erased all it had of her; the other country's letter is still on its way."""
    xa, liar = world["XA"], Dishonest(world)
    await liar.sends("referral.offer")
    world.fault = lambda *_: "lost"
    await acts.stop_thread(xa.node, xa.coordinator, liar.thread)
    world.clock.step(DAY_S)
    await xa.deliver("XD")
    (case,) = xa.node.store.read_sync(lambda reader: reader.cases.all(5))
    await erase_case(xa, case.case_id)
    return liar


async def test_h02_receiver_danger_told_late_about_somebody_who_was_erased_is_kept_and_calls_people(world: World):
    """H02, H19: each letter that tells of danger; people read what it says, and end the call."""
    liar, xa = await erased(world), world["XA"]
    for kind, said in TELLS:
        assert await liar.sends(kind, **said) == (STORED, 0), kind
        (told,) = await open_alerts(xa.node, xa.coordinator)
        assert (told.ladder, told.code, told.peer, told.case) == ("call", "danger_now", "XD", None)
        assert told.told is not None
        assert all(told.told[name] == value for name, value in said.items() if name != "confirmed_how")
        await acknowledge(xa.node, xa.coordinator, told.alert, Acknowledge(action="acting"))
        await stand_down(xa.node, xa.coordinator, told.alert, StandDown(reason="found_safe"))

    assert called(world, "XA") == []
    assert len(xa.node.store.read_sync(lambda reader: reader.cases.all(5))) == 1  # no case begins anew


async def test_r32_receiver_whoever_told_of_a_danger_does_not_silence_the_call_from_another_thread(world: World):
    """R02, R32: kept after an erasure, it is ended by people here, not by a stand-down elsewhere that names it."""
    liar = await erased(world)
    urgent = {"lawful_basis": "vital_interests", "urgency": "life_threat"}
    assert await liar.sends("safety.alert", urgent, who=[liar.token]) == (STORED, 0)
    other = Dishonest(world, "another thread of the same country")
    await other.sends("referral.offer")

    for kind in ("safety.acknowledged", "safety.stand_down"):
        assert await other.sends(kind, urgent, alert=liar.last) == (STORED, 0)

    (told,) = await open_alerts(world["XA"].node, world["XA"].coordinator)
    assert told.acknowledged_at is None and called(world, "XA") == ["call"]


async def test_h02_receiver_what_tells_of_no_danger_is_refused_there_as_ever(world: World):
    """Wire 3, row 13: a thread that was erased is answered like one that ended, and nothing of the letter is kept."""
    liar = await erased(world)

    assert await liar.sends("return.arrival", condition="well") == (REFUSED, 201)
    assert await liar.sends("return.followup", safe="yes", re_trafficking="no_sign") == (REFUSED, 201)
    assert called(world, "XA") == []


async def test_h19_receiver_danger_that_crossed_our_stop_calls_people(world: World):
    """H19, R31: the letter has no effect on the thread; that she did not come is no less true."""
    thread = await arranged(world)
    body = {"arrived": False, "noted_at": world.clock.now(), "wellbeing": "not_known", "confirmed_by_her": False}
    world.fault = lambda *_: "lost"
    await world["XA"].act(thread, "referral.arrived", body)
    await world["XA"].deliver("XD")
    await world["XD"].stop(thread)
    world.fault = lambda sender, *_: "lost" if sender == "XD" else None
    await world.days(1)
    await world.days(1)

    xd = await world["XD"].view(thread)
    assert xd.state == "ended"
    assert [one.kind for one in xd.letters if one.direction == "in"][-1] == "referral.arrived"
    assert "look" in called(world, "XD")
    assert "arrival_needs_you_caseworker" in await codes(world, "XD")
    assert await alarms(world, "XD") == []


async def test_h19_receiver_danger_waits_for_no_earlier_letter(world: World):
    """H19: an earlier letter is held back on the way; nobody waits for it."""
    liar, xa = Dishonest(world), world["XA"]
    await liar.sends("referral.offer")
    liar.n += 3

    assert await liar.sends("referral.arrived", wellbeing="detained") == (STORED, 0)

    entries = xa.node.store.read_sync(lambda reader: _entries(xa, reader, liar.thread))
    assert [(one.kind, one.status) for one in entries] == [
        ("referral.offer", "applied"),
        ("referral.arrived", "waiting"),
    ]
    assert called(world, "XA") == ["look"]
    assert await open_alerts(xa.node, xa.coordinator)


async def test_r32_receiver_a_window_beyond_every_calendar_is_refused_and_an_invented_time_with_it_too(
    world: World,
):
    """R32, H22: no alarm is made impossible by a time of a liar's, nor by a date of its letter that bears it out."""
    liar, xa = Dishonest(world), world["XA"]
    await liar.sends("referral.offer")
    await liar.hears("referral.accept", data_needed=[])
    asked = {"consent": [liar.consent()], "lawful_basis": "explicit_consent", "thread_ends": 2**53 - 1}
    assert await liar.sends("referral.disclose", asked, complete=True) == (STORED, 0)
    far = {"window_starts_at": world.clock.now(), "window_ends": 2**53 - 1}

    assert await liar.sends("referral.arrange", {"reply_by": 2**53 - 1}, **far) == (REFUSED, 201)
    invented = {"written_at": 2**53 - 2, "thread_ends": 2**53 - 1, "reply_by": 2**53 - 1}
    assert await liar.sends("referral.arrange", invented, **far) == (MALFORMED, 0)
    assert (await xa.view(liar.thread)).state == "disclosed"


def _entries(country: Country, reader: Reader, thread: str) -> tuple[Entry, ...]:
    found = Book(country.node, reader).file("XD", thread)
    assert found is not None
    return found.file.thread.entries
