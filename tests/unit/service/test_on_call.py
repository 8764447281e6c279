"""On call and the drill that tests it; distrust for everybody; people on the way. H14, H21, H29, H32."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from node.errors import BadInput, Conflict, NotAllowed, NotFound
from node.protocol.cases.case import Person
from node.protocol.cases.changes import block_countries
from node.protocol.letters.bodies_safety import DrillAnswerBody, DrillBody
from node.protocol.on_the_way import is_on_the_way
from node.protocol.threads.deadlines import Calendar
from node.protocol.threads.thread import Shared, Thread
from node.service.actor import Actor
from node.service.cases.cases import change_case
from node.service.cases.confirming import decide_change
from node.service.cases.requests_safety import FoundAgain, RecordDisappearance
from node.service.delivery.queueing import queue_control
from node.service.directory.publishing import OwnEntry, publish_entry, send_entries
from node.service.safety import alarms, following, off_network, on_call
from node.service.safety.alarms import About
from node.service.safety.off_network import RecordContact
from node.service.safety.on_call import SetOnCall, StartDrill
from node.service.safety.paging import mails_of
from node.service.safety.reach import opening, reach
from node.service.safety.requests import Acknowledge, Reach
from node.service.threads.book import Book
from node.store.people import UserRow
from tests.directory_support import ENTRY
from tests.world import DAY_S, HER, NOW, Country, make_world

HOUR = 3600
BEN = Actor("caseworker-2", "coordinator", "focal-point")
MONDAY_8 = int(datetime(2026, 11, 30, 8, tzinfo=UTC).timestamp())


@pytest.fixture
async def world(tmp_path):
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


def own_entry(**facts: Any) -> OwnEntry:
    """An invented entry of our own."""
    ours = {name: value for name, value in ENTRY.items() if name in OwnEntry.__struct_fields__}
    return msgspec.convert({**ours, **facts}, OwnEntry)


def staff(country: Country, user: str, organisation: str = "focal-point") -> str:
    """A colleague's account; returns her id."""
    user_id = user.encode().hex().ljust(32, "0")[:32]
    row = UserRow(user_id, user.encode(), b"", "coordinator", organisation, b"", b"", NOW, None, 0, 0)
    country.node.store.write_sync(lambda work: work.people.add(row))
    return user_id


async def drilled(world, who: Actor) -> None:
    """XD drills XA, and somebody there answers."""
    drill = await on_call.start_drill(world["XD"].node, world["XD"].coordinator, StartDrill(peer="XA"))
    await world.settle()
    await on_call.answer_drill(world["XA"].node, who, drill.drill)
    await world.settle()


async def test_the_promise_needs_two_people_who_unlock_away_and_a_drill_within_the_month(world):
    """H21: what is missing is said; it lapses by itself when no drill was answered for a month."""
    node, head = world["XA"].node, world["XA"].coordinator
    ana, cleo = staff(world["XA"], "ana"), staff(world["XA"], "cleo")
    await on_call.set_on_call(
        node, head, SetOnCall(user=ana, position="first", unlocks_away=True, mail="a@office.example")
    )
    one = await on_call.set_on_call(
        node, head, SetOnCall(user=cleo, position="back_up", unlocks_away=False, mail="c@office.example")
    )
    assert not one.promise_stands
    assert len(one.missing) == 2
    await on_call.set_on_call(
        node, head, SetOnCall(user=cleo, position="back_up", unlocks_away=True, mail="c@office.example", phone="+1 2")
    )

    await drilled(world, head)

    assert (await on_call.roster(node, head)).promise_stands
    world.clock.step(40 * DAY_S)
    assert not (await on_call.roster(node, head)).promise_stands


async def test_a_drill_calls_people_like_a_danger_and_is_answered_with_the_vault_open(world):
    """H21: an answer by somebody who cannot unlock is no answer."""
    world["XA"].node.page_by = ("mail",)
    drill = await on_call.start_drill(world["XD"].node, world["XD"].coordinator, StartDrill(peer="XA"))
    await world.settle()
    await alarms.climb(world["XA"].node)
    assert [row.count for row in world["XA"].node.store.read_sync(lambda r: r.pages.due(NOW))] == [1]
    with pytest.raises(NotAllowed):
        await on_call.answer_drill(world["XA"].node, BEN, drill.drill)

    await on_call.answer_drill(world["XA"].node, world["XA"].coordinator, drill.drill)
    await world.settle()

    told = world["XD"].node.store.read_sync(lambda reader: reach(world["XD"].node, reader, "XA", NOW))
    assert told.on_call
    assert told.last_drill_at == NOW
    assert world["XA"].node.store.read_sync(lambda reader: reader.alarms.open()) == []
    with pytest.raises(NotFound):
        await on_call.answer_drill(world["XA"].node, world["XA"].coordinator, drill.drill)


async def test_h21_receiver_a_promise_that_was_never_tested_is_told_as_untested_before_an_alert(world):
    """H21: the entry says `always`, nobody ever answered a drill; one that was answered says so for a month."""
    xd, xa = world["XD"].node, world["XA"]
    for user in ("ana", "cleo"):
        person = SetOnCall(user=staff(xa, user), position="first", unlocks_away=True, mail="x@office.example")
        await on_call.set_on_call(xa.node, xa.coordinator, person)
    await publish_entry(xa.node, xa.coordinator, own_entry(on_call="always", hours=()))
    await send_entries(xa.node)
    await world.settle()

    def told(now: int) -> Reach:
        found: Reach = xd.store.read_sync(lambda reader: reach(xd, reader, "XA", now))
        return found

    night = NOW + 12 * HOUR
    never = told(night)
    await drilled(world, xa.coordinator)
    tested, long_ago = told(night), told(night + 36 * DAY_S)

    for one in (never, long_ago):
        assert (one.on_call, one.on_call_tested) == (True, False)
        assert "should be on call, which we have not tested lately" in one.says
        assert "somebody is on call" not in one.says
    assert (tested.on_call, tested.on_call_tested) == (True, True)
    assert "somebody is on call" in tested.says


async def test_a_late_answer_is_no_promise(world):
    """H21: within the hour."""
    drill = await on_call.start_drill(world["XD"].node, world["XD"].coordinator, StartDrill(peer="XA"))
    await world.settle()
    world.clock.step(2 * HOUR)
    await on_call.answer_drill(world["XA"].node, world["XA"].coordinator, drill.drill)
    await world.settle()

    told = world["XD"].node.store.read_sync(lambda reader: reach(world["XD"].node, reader, "XA", NOW))
    assert not told.on_call


async def test_a_flood_of_drills_calls_people_once_a_day(world):
    """A dishonest peer cannot tire people out by drills."""
    await on_call.start_drill(world["XD"].node, world["XD"].coordinator, StartDrill(peer="XA"))
    with pytest.raises(Conflict):
        await on_call.start_drill(world["XD"].node, world["XD"].coordinator, StartDrill(peer="XA"))
    node = world["XD"].node
    for _ in range(20):  # the peer that skips the rule
        await node.store.write(lambda work: queue_control(node, work, "XA", "safety.drill", DrillBody(NOW + HOUR), NOW))
    await world.settle()

    assert len(world["XA"].node.store.read_sync(lambda reader: reader.alarms.open())) == 1


async def test_h21_receiver_an_answer_counts_from_when_it_is_heard(world):
    """H21: whoever was not there writes afterwards that somebody was, within the hour."""
    xd, xa = world["XD"], world["XA"]
    drill = await on_call.start_drill(xd.node, xd.coordinator, StartDrill(peer="XA"))
    await world.settle()
    world.clock.step(2 * HOUR)
    lie = DrillAnswerBody(drill.drill, NOW + 60, True)
    await xa.node.store.write(lambda work: queue_control(xa.node, work, "XD", "safety.drill_answer", lie, NOW))
    await world.settle()

    assert [one.in_time for one in (await on_call.roster(xd.node, xd.coordinator)).drills] == [False]


async def test_h21_receiver_no_flood_of_drills_hides_one_that_was_answered(world):
    """H21: what one country sends takes away nobody's promise."""
    xd, xa = world["XD"].node, world["XA"]
    for user in ("ana", "cleo"):
        person = SetOnCall(user=staff(xa, user), position="first", unlocks_away=True, mail="x@office.example")
        await on_call.set_on_call(xa.node, xa.coordinator, person)
    await drilled(world, xa.coordinator)

    for at in (NOW + 60, NOW + DAY_S):
        world.clock.step(at - world.clock.now())
        for _ in range(30):
            await xd.store.write(lambda work: queue_control(xd, work, "XA", "safety.drill", DrillBody(NOW), NOW))
        await world.settle()

    seen = await on_call.roster(xa.node, xa.coordinator)
    assert (seen.promise_stands, len(seen.drills)) == (True, 2)


async def test_a_drill_is_due_once_a_month(world):
    """H21: monthly, while anybody is on the roster."""
    node = world["XA"].node
    await on_call.remind_of_drill(node)
    assert node.store.read_sync(lambda reader: reader.tasks.open()) == []
    ana = staff(world["XA"], "ana")
    await on_call.set_on_call(
        node, world["XA"].coordinator, SetOnCall(user=ana, position="first", unlocks_away=True, mail="a@office.example")
    )

    await on_call.remind_of_drill(node)
    await on_call.remind_of_drill(node)

    assert [task.code for task in node.store.read_sync(lambda reader: reader.tasks.open())] == ["drill_due"]


async def test_the_roster_is_called_and_the_back_up_falls_back_on_who_is_there(world):
    """R38: addresses are sealed; nobody on the back-up's place means that everybody is called."""
    node = world["XA"].node
    ana = staff(world["XA"], "ana")
    await on_call.set_on_call(
        node, world["XA"].coordinator, SetOnCall(user=ana, position="first", unlocks_away=True, mail="a@office.example")
    )

    for position in ("first", "back_up"):
        assert node.store.read_sync(lambda r, p=position: mails_of(node, r, p)) == ("a@office.example",)
    await on_call.drop_on_call(node, world["XA"].coordinator, ana)
    assert node.store.read_sync(lambda reader: mails_of(node, reader, "first")) == ()
    files = [world.tmp / "XA" / name for name in ("node.db", "node.db-wal")]
    assert all(b"a@office.example" not in file.read_bytes() for file in files)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (MONDAY_8 - 2 * DAY_S, MONDAY_8 + HOUR),  # Saturday
        (MONDAY_8, MONDAY_8 + HOUR),
        (MONDAY_8 + 2 * HOUR, None),
        (MONDAY_8 + 9 * HOUR, MONDAY_8 + HOUR + DAY_S),
    ],
)
def test_before_sending_it_says_when_their_office_opens(now, opens):
    """H21: "nobody on call until Mon 09:00", from the calendar of the record."""
    assert opening(Calendar(UTC), now) == opens


@pytest.mark.parametrize(
    ("matter", "shared", "expected"),
    [
        ("referral", Shared(state="disclosed", arranged=True), True),
        ("referral", Shared(state="disclosed"), False),
        ("referral", Shared(state="in_progress", arranged=True, arrived=True), False),
        ("return", Shared(state="travelling"), True),
        ("return", Shared(state="stopped_on_the_way"), True),
        ("return", Shared(state="arrived"), False),
        ("transit", Shared(state="on_the_way"), True),
        ("transit", Shared(state="passed"), False),
    ],
)
def test_who_counts_as_on_the_way(matter, shared, expected):
    """H32: from an agreed arrangement or a departure until she has arrived."""
    thread = Thread("24" * 16, "XA", "opener", matter, shared=shared)

    assert is_on_the_way(thread) is expected
    assert not is_on_the_way(msgspec.structs.replace(thread, stopped=True))


async def on_her_way(world) -> str:
    """A referral with an agreed arrangement: she travels tomorrow."""
    case_id = await world["XD"].new_case()
    await world["XD"].write_identity(case_id, {HER: {"given_name": "Invented"}})
    await world["XD"].consent(case_id, "XA")
    done = await world["XD"].offer("XA", case_id)
    await world.settle()
    token = world["XD"].tokens(done.thread)[HER]
    accept = {
        "organisation": {"id": "haven-xa", "type": "civil_society"}, "contact_role": "intake", "services": ["s-1"],
        "needs": ["shelter"], "persons": [token], "partial": False, "start_not_before": "2026-11-19", "conditions": [],
        "data_needed": [{"person": token, "field": "given_name", "level": "L3"}], "retention_days": 365,
        "meeting_modes": ["met_on_arrival"],
    }  # fmt: skip
    await world["XA"].act(done.thread, "referral.accept", accept)
    await world.settle()
    await world["XD"].act(done.thread, "referral.disclose", {"complete": True}, disclose={HER: ["given_name"]})
    await world.settle()
    arrange = {
        "window_starts_at": NOW + DAY_S, "window_ends": NOW + 2 * DAY_S, "modes": ["rail"],
        "met_by": "receiving_organisation", "interpreters": [], "escorts": [], "costs": [],
    }  # fmt: skip
    await world["XD"].act(done.thread, "referral.arrange", arrange)
    await world.settle()
    thread: str = done.thread
    return thread


async def test_a_suspension_lists_who_is_on_the_way_and_demands_a_plan_by_two_people(world):
    """H32: phone contacts from the record; the alarm ends only with a plan that a second person confirmed."""
    thread = await on_her_way(world)
    node, head = world["XD"].node, world["XD"].coordinator
    node.page_by = ("mail",)

    node.store.write_sync(lambda work: off_network.demand_plans(node, work, "XA", node.now()))
    node.store.write_sync(lambda work: off_network.demand_plans(node, work, "XA", node.now()))  # the registry again
    await alarms.climb(node)

    [her] = await off_network.on_the_way(node, head, "XA")
    assert (her.thread, her.has_plan) == (thread, False)
    assert her.phone is not None and her.phone.contact
    assert [row.ladder for row in node.store.read_sync(lambda reader: reader.alarms.open())] == ["plan"]
    call = RecordContact(who="the duty officer there", number="out_of_hours", said="she is met all the same")
    await off_network.record_contact(node, head, thread, call)
    plan = await off_network.record_contact(node, head, thread, msgspec.structs.replace(call, is_plan=True))
    with pytest.raises(NotAllowed):
        await off_network.confirm_contact(node, head, plan.id)
    assert node.store.read_sync(lambda reader: reader.alarms.open())

    confirmed = await off_network.confirm_contact(node, BEN, plan.id)

    assert confirmed.number == node.view.countries["XA"].record.out_of_hours
    assert node.store.read_sync(lambda reader: reader.alarms.open()) == []
    assert [one.has_plan for one in await off_network.on_the_way(node, head, "XA")] == [True]
    assert len(await off_network.contacts_of(node, head, thread)) == 2
    assert b"duty officer" not in (world.tmp / "XD" / "node.db-wal").read_bytes()


async def test_nobody_telephones_a_country_that_may_hear_nothing_of_her(world):
    """H15, R10: a call is a way out like a letter."""
    node, head = world["XD"].node, world["XD"].coordinator
    thread = await on_her_way(world)
    case_id = (await world["XD"].view(thread)).case

    def close(work):
        book = Book(node, work)
        case = book.case(case_id)
        book.put_case(case, block_countries(case.case, HER, ("XA",), "ana", NOW).case, NOW)

    node.store.write_sync(close)
    with pytest.raises(NotAllowed) as error:
        await off_network.record_contact(node, head, thread, RecordContact(who="x", number="contact", said="y"))
    assert error.value.rule == "R10"
    assert [(one.thread, one.phone) for one in await off_network.on_the_way(node, head, "XA")] == [(thread, None)]


async def test_a_disappearance_is_recorded_in_the_case_and_ended_by_one_person(world):
    """H29: feared taken waits for a second person; lost contact does not."""
    node, head, who = world["XD"].node, world["XD"].coordinator, "0" * 15 + "1"
    case_id = await world["XD"].new_case(persons=(Person(person_id=who, role="person", age_band="25-34"),))

    with pytest.raises(BadInput):
        await change_case(node, head, case_id, RecordDisappearance(person_id="0" * 16, what="lost_contact"))
    lost = await change_case(node, head, case_id, RecordDisappearance(person_id=who, what="lost_contact"))
    taken = await change_case(node, head, case_id, RecordDisappearance(person_id=who, what="feared_taken"))

    assert lost.done
    assert not taken.done
    assert taken.pending is not None
    after = await decide_change(node, BEN, case_id, taken.pending, True)
    assert [one.disappearance for one in after.case.persons] == ["feared_taken"]
    back = await change_case(node, head, case_id, FoundAgain(person_id=who))
    assert [one.disappearance for one in back.case.persons] == [None]


async def test_an_overdue_arrival_calls_people_on_call_without_any_letter(world):
    """R32 beside H21: the alarm of a return calls people, makes no second task, and is taken up without telling."""
    done = await world["XD"].offer("XA")
    await world.settle()
    node, head = world["XD"].node, world["XD"].coordinator
    node.page_by = ("mail",)
    case_id = (await world["XD"].view(done.thread)).case
    about = About("XA", done.thread, None, case_id)
    node.store.write_sync(lambda work: alarms.raise_alarm(node, work, "call", "a1" * 16, "", NOW, about))
    world.posted.clear()

    await alarms.climb(node)
    told = await following.acknowledge(node, head, "a1" * 16, Acknowledge(action="acting"))
    await world.settle()

    assert [row.count for row in node.store.read_sync(lambda reader: reader.pages.due(NOW))] == [1]
    assert node.store.read_sync(lambda reader: reader.tasks.open()) == []
    assert not told.told
    assert world.posted == []
    node.store.write_sync(lambda work: alarms.thread_is_quiet(node, work, "XA", done.thread, "node", NOW))
    assert node.store.read_sync(lambda reader: reader.alarms.open()) == []


async def test_our_entry_promises_to_be_on_call_only_while_the_promise_stands(world):
    """H21: a published promise needs two people and a drill; the directory shows the day of the last one."""
    node, head = world["XA"].node, world["XA"].coordinator
    with pytest.raises(BadInput) as error:
        await publish_entry(node, head, own_entry(on_call="always"))
    assert error.value.rule == "H21"
    for user in ("ana", "cleo"):
        place = SetOnCall(user=staff(world["XA"], user), position="first", unlocks_away=True, mail=f"{user}@x.example")
        await on_call.set_on_call(node, head, place)

    await drilled(world, head)
    published = await publish_entry(node, head, own_entry(on_call="always"))

    assert published.last_drill == datetime.fromtimestamp(NOW, UTC).date().isoformat()
