"""The directory between real nodes: published, replaced, replayed, forged, challenged, and asked in silence."""

import json

import msgspec
import pytest

from node.crypto.receipts import Receipt, Status
from node.errors import BadInput, NotFound, WrongRole
from node.protocol.cases.case import Person, Tie
from node.service.directory.asking import Challenge, MatchWish, challenge, match
from node.service.directory.publishing import OwnEntry, publish_entry, send_entries
from node.service.directory.views import entry_view, list_entries, view_entry
from node.service.threads import desk
from node.service.threads.commands import ActDone
from node.store.on_call import OnCallRow
from node.store.people import UserRow
from node.store.work import Work
from tests.attack.forged_posts import alarms, answer, forged, post, rows
from tests.directory_support import ENTRY, SERVICE
from tests.forge import Forgery
from tests.letters_support import document
from tests.world import DAY_S, NOW, World, make_world

PARTS = ("roles", "languages", "contacts", "services", "legal", "hours", "on_call", "accepts", "promises")


def own(*services, **facts):
    """What a country says of itself."""
    given = {name: ENTRY[name] for name in PARTS} | {"services": [SERVICE | one for one in services or ({},)], **facts}
    return msgspec.convert(given, OwnEntry)


@pytest.fixture
async def world(tmp_path):
    made = make_world(tmp_path, "XD", "XA", "XB")
    yield made
    await made.close()


async def published(world: World, code: str, *services, **facts) -> None:
    country = world[code]
    await publish_entry(country.node, country.coordinator, own(*services, **facts))
    await send_entries(country.node)
    await world.settle()


def serial_at(world: World, code: str, of: str) -> int | None:
    row = world[code].node.store.read_sync(lambda reader: reader.directory.get(of))
    return None if row is None else row.serial


async def tasks(world: World, code: str) -> list[str]:
    country = world[code]
    return [task.code for task in await desk.list_tasks(country.node, country.coordinator)]


async def test_a_country_says_that_it_receives_whoever_chose_it(world):
    """Practice, acts to add (onward): the role *receiving*; she comes neither from there nor is there yet."""
    await published(world, "XB", roles=["destination", "receiving"])

    xd = world["XD"]
    assert (await view_entry(xd.node, "XB")).roles == ["destination", "receiving"]


async def test_an_entry_reaches_every_active_country_and_says_whom_to_phone(world):
    """Domain 5.11."""
    await published(world, "XA")

    for code in ("XD", "XB"):
        view = await view_entry(world[code].node, "XA")
        assert [one.service.id for one in view.services] == ["shelter-1"]
        assert view.standing == "fresh" and view.phone is not None
        assert "switchboard of the authority" in view.phone.says
    assert [line.country for line in await list_entries(world["XB"].node)] == ["XA"]


async def test_a_changed_entry_replaces_the_one_before_and_an_unchanged_one_is_sent_monthly(world):
    await published(world, "XA")
    await send_entries(world["XA"].node)
    await world.settle()
    sent = len(world.posted)

    await published(world, "XA", {"capacity": "none"})

    view = await view_entry(world["XD"].node, "XA")
    assert view.services[0].service.capacity == "none"
    assert len(world.posted) == sent + 2
    world.clock.step(31 * DAY_S)
    await send_entries(world["XA"].node)
    waiting = world["XA"].node.store.read_sync(lambda reader: reader.outbox.busy_peers())
    assert sorted(waiting) == ["XB", "XD"]


async def test_an_entry_that_never_left_is_not_sent_after_a_newer_one(world):
    """A country that was offline for weeks gets the newest entry, not every one."""
    a = world["XA"]
    for capacity in ("few", "none"):
        await publish_entry(a.node, a.coordinator, own({"capacity": capacity}))
        await send_entries(a.node)
    await world.settle()

    assert rows(world, "XD", "ledger") == 2, "the greeting of the channel, and one entry"
    assert (await view_entry(world["XD"].node, "XA")).services[0].service.capacity == "none"


async def test_only_a_coordinator_writes_the_entry(world):
    a = world["XA"]
    with pytest.raises(WrongRole):
        await publish_entry(a.node, a.caseworker, own())


async def test_r29_sender_an_entry_with_an_address_is_not_published(world):
    """R29: named by its field and rule, and nothing is kept."""
    a = world["XA"]

    with pytest.raises(BadInput) as caught:
        await publish_entry(a.node, a.coordinator, own({"name": "Lindenstrasse"}))

    assert (caught.value.field, caught.value.rule) == ("services.0.name", "R29")
    assert "Linden" not in caught.value.message
    assert serial_at(world, "XA", "XA") is None


def publish(serial: int, *, promises: int = 5, **service: object) -> dict[str, object]:
    letter = document("directory.publish")
    letter["letter_id"] = f"{serial:032x}"
    letter["body"]["serial"] = serial
    letter["body"]["promises"] = [{"kind": "referral.offer", "working_days": promises}]
    letter["body"]["services"] = [SERVICE | service]
    return letter


async def send(world: World, letter: dict[str, object], sender: str = "XA") -> str:
    """Post a letter as a dishonest country would; the status it gets."""
    sent = forged(world, sender, "XD", letter, Forgery(letter_class=2))
    slot = await post(world, "XD", sent.envelope)
    found = answer(world, sender, "XD", sent, slot)
    assert isinstance(found, Receipt)
    return Status(found.status).name


async def test_r29_receiver_a_name_that_reads_like_an_address_is_not_shown(world):
    """R29, attack: a dishonest country writes a street where a name belongs."""
    assert await send(world, publish(5, name="Haus in der Lindenstrasse")) == "STORED"

    view = await view_entry(world["XD"].node, "XA")
    found = await match(world["XD"].node, world["XD"].caseworker, MatchWish(needs=("shelter",), age_band="25-34",
                                                                           gender="woman"))  # fmt: skip

    assert view.services[0].name_withheld and view.services[0].service.name == ""
    assert b"Linden" not in msgspec.json.encode([view, found])


async def test_a_replayed_old_serial_changes_nothing(world):
    """Attack: yesterday's entry, in a new envelope."""
    await send(world, publish(9, capacity="none"))
    await send(world, publish(8, capacity="available"))

    assert serial_at(world, "XD", "XA") == 9
    assert (await view_entry(world["XD"].node, "XA")).services[0].service.capacity == "none"


async def test_the_same_serial_with_other_words_is_an_alarm_and_the_first_stays(world):
    await send(world, publish(9, capacity="none"))
    again = publish(9, capacity="available") | {"letter_id": "ab" * 16}

    assert await send(world, again) == "STORED"

    assert "directory_conflict" in alarms(world, "XD")
    assert "directory_conflict" in await tasks(world, "XD")
    assert (await view_entry(world["XD"].node, "XA")).services[0].service.capacity == "none"


async def test_nobody_publishes_for_another_country(world):
    """Attack: XA signs an entry and says it is XB's. There is no field for it, and the entry is XA's own."""
    forged_name = publish(99)
    forged_name["body"]["country"] = "XB"  # type: ignore[index]

    assert await send(world, forged_name) == "MALFORMED"
    assert await send(world, publish(99) | {"letter_id": "cd" * 16}) == "STORED"

    assert serial_at(world, "XD", "XB") is None
    assert serial_at(world, "XD", "XA") == 99


async def test_a_challenge_becomes_one_task_of_the_entrys_owner_and_a_new_entry_answers_it(world):
    """Domain 5.11."""
    await published(world, "XA")
    d = world["XD"]

    await challenge(d.node, d.caseworker, "XA", Challenge(why="closed", service="shelter-1"))
    await world.settle()

    (said,) = (await view_entry(world["XA"].node, "XA")).challenges
    assert (said.by, said.service, said.why) == ("XD", "shelter-1", "closed")
    assert await tasks(world, "XA") == ["directory_challenged"]
    with pytest.raises(BadInput):
        await challenge(d.node, d.caseworker, "XA", Challenge(why="closed", service="shelter-1"))
    with pytest.raises(NotFound):
        await challenge(d.node, d.caseworker, "XA", Challenge(why="closed", service="shelter-9"))
    await published(world, "XA", {"status": "temporarily_closed"})
    assert await tasks(world, "XA") == []
    assert (await view_entry(d.node, "XA")).challenges == []


async def test_a_flood_of_challenges_leaves_one_task_and_few_rows(world):
    """Attack: a country sends challenges without end, about services that exist and that do not."""
    await published(world, "XD", {}, {"id": "shelter-2"})
    serial = serial_at(world, "XD", "XD")
    before = rows(world, "XD", "directory_challenge")
    for number in range(60):
        letter = document("directory.challenge") | {"letter_id": f"{number:032x}"}
        letter["body"] = {"country": "XD", "serial": serial, "service": [f"shelter-{number + 1}"], "why": "closed"}
        assert await send(world, letter) == "STORED"

    assert (await tasks(world, "XD")).count("directory_challenged") == 1
    assert rows(world, "XD", "directory_challenge") == before + 2


async def test_matching_needs_no_case_and_tells_nobody(world):
    """Domain 5.11: useful with no case at all; `directory.query` is local only."""
    await published(world, "XA")
    posted = len(world.posted)
    d = world["XD"]

    found = await match(d.node, d.caseworker, MatchWish(needs=("shelter",), age_band="25-34", gender="woman"))

    assert [(one.country, one.service.id) for one in found.matches] == [("XA", "shelter-1")]
    assert found.phones[0].country == "XA"
    await world.settle()
    assert len(world.posted) == posted
    assert d.node.store.read_sync(lambda reader: reader.outbox.busy_peers()) == []


async def test_r10_sender_with_a_case_no_match_names_a_country_that_must_not_hear_of_her(world):
    """R10, H05: the directory proposes no country that her case closes, and says no reason."""
    await published(world, "XA")
    await published(world, "XB")
    d = world["XD"]
    her = Person(
        person_id="p1", role="person", age_band="25-34", gender="woman", protection="sought", protection_ever=True,
        ties=(Tie(country="XA", kind="nationality", feared="yes"),), blocked_countries=("XB",),
    )  # fmt: skip
    case_id = await d.new_case(persons=(her,))

    found = await match(
        d.node, d.caseworker, MatchWish(needs=("shelter",), age_band="25-34", gender="woman", case=case_id)
    )

    assert found.matches == [] and found.phones == []
    assert {(one.country, *one.reasons) for one in found.misses} == {("XA", "not_for_her"), ("XB", "not_for_her")}


async def test_an_entry_is_unverified_after_90_days_and_hidden_after_180(world):
    await published(world, "XA")
    d, wish = world["XD"], MatchWish(needs=("shelter",), age_band="25-34", gender="woman")

    world.clock.step(91 * DAY_S)
    assert (await view_entry(d.node, "XA")).standing == "unverified"
    assert "not_assured_for_90_days" in (await match(d.node, d.caseworker, wish)).matches[0].reasons
    world.clock.step(90 * DAY_S)

    assert (await view_entry(d.node, "XA")).standing == "hidden"
    assert (await match(d.node, d.caseworker, wish)).matches == []


async def test_an_offer_of_what_the_country_does_not_show_goes_with_a_warning(world):
    """Domain 5.6: B offers the category; a warning, because the entry may be wrong."""
    await published(world, "XA")

    done = await world["XD"].offer("XA", needs=("shelter", "livelihood"))

    assert ["livelihood" in one for one in done.warnings] == [True]
    assert done.letter_id is not None


async def test_the_phone_line_says_when_somebody_is_there_again(world):
    """H21: NOW is Wednesday 18 November 2026, 09:46 UTC; the desk is open on Mondays only."""
    await published(world, "XA")
    view = world["XD"].node.store.read_sync(lambda reader: entry_view(world["XD"].node, reader, "XA"))

    assert view.phone is not None and view.phone.open_now is False
    assert "nobody is on call until Mon 09:00" in view.phone.says
    assert view.phone.opens_at is not None and view.phone.opens_at > NOW
    assert json.loads(msgspec.json.encode(view.phone))["local_time"] == view.phone.local_time


async def roster(world: World, *users: str) -> None:
    """People of XA who can unlock away from the office."""
    a = world["XA"].node

    def put(work: Work) -> None:
        for user in users:
            work.people.add(UserRow(user, user.encode(), b"", "caseworker", "focal-point", b"", b"", a.now()))
            work.on_call.put(OnCallRow(user, "first", True, b"", a.now()))

    await a.store.write(put)


async def test_h21_sender_nobody_promises_to_be_on_call_with_fewer_than_two_people(world):
    """H21: two people who can unlock away from the office."""
    await roster(world, "ana")
    with pytest.raises(BadInput) as caught:
        await published(world, "XA", on_call="always")
    assert (caught.value.field, caught.value.rule) == ("on_call", "H21")

    await roster(world, "ben")
    await published(world, "XA", on_call="always")

    assert (await view_entry(world["XD"].node, "XA")).on_call == "always"


async def test_h21_receiver_a_promise_nobody_tested_is_said_to_be_untested(world):
    """H21: the directory shows the last drill that was answered to us in time."""
    await roster(world, "ana", "ben")
    await published(world, "XA", on_call="always")
    d = world["XD"].node
    phone = (await view_entry(d, "XA")).phone
    assert phone is not None and "not tested lately" in phone.says and phone.tested_at is None

    def drill(work: Work) -> None:
        work.on_call.add_drill("dd" * 16, "XA", "out", NOW, NOW + 3600)
        work.on_call.answer_drill("dd" * 16, "XA", "out", NOW + 60, "ana", True)

    await d.store.write(drill)

    phone = (await view_entry(d, "XA")).phone
    assert phone is not None and "somebody is on call" in phone.says and phone.tested_at == NOW
    world.clock.step(36 * DAY_S)
    assert "not tested lately" in (await view_entry(d, "XA")).phone.says  # type: ignore[union-attr]


async def test_a_country_that_promised_sooner_is_asked_for_sooner_and_never_for_later(world):
    """Domain 5.13: published commitments are shorter than the handbook's days, never longer; hours stay hours (H22)."""
    d = world["XD"]
    before = await reply_by(world, await d.offer("XA"))
    await send(world, publish(5, promises=3))
    sooner = await reply_by(world, await d.offer("XA"))
    await send(world, publish(6, promises=90))
    not_later = await reply_by(world, await d.offer("XA"))
    urgent = await reply_by(world, await d.offer("XA", urgency="urgent"))

    assert before - sooner == 2 * DAY_S  # three working days instead of five, from a Wednesday
    assert not_later == before
    assert urgent == world.clock.now() + DAY_S


DECLINE = {"reason": "no_capacity", "alternatives": [], "retry_after": []}


async def test_an_entry_says_how_soon_the_country_answered_from_eleven_threads_on(world):
    """Domain 5.13, practice: a published figure is a median over many, never a single late case."""
    await answered_after_two_days(world, 10)
    await published(world, "XA")
    assert (await view_entry(world["XD"].node, "XA")).measured == []

    await answered_after_two_days(world, 1)
    await published(world, "XA")

    (figure,) = (await view_entry(world["XD"].node, "XA")).measured
    assert (figure.kind, figure.threads, figure.median_days, figure.in_time_tenths) == ("referral.offer", 11, 2, 10)


async def answered_after_two_days(world: World, count: int) -> None:
    """Offers of XD's that XA declines two days later."""
    threads = [(await world["XD"].offer("XA")).thread for _ in range(count)]
    await world.settle()
    await world.days(2)
    for thread in threads:
        await world["XA"].act(thread, "referral.decline", DECLINE)
    await world.settle()


async def reply_by(world: World, done: ActDone) -> int:
    """By when the first letter of a thread is to be answered."""
    await world.settle()
    (due,) = [one.due_at for one in (await world["XD"].view(done.thread)).deadlines if one.code == "reply"]
    return due


async def test_coordinators_are_asked_to_look_at_their_entry_before_others_doubt_it(world):
    """Domain 5.11: stale at 90 days; the task comes at 75, and publishing again ends it."""
    await published(world, "XA")
    world.clock.step(74 * DAY_S)
    await send_entries(world["XA"].node)
    assert "directory_due" not in await tasks(world, "XA")

    world.clock.step(DAY_S)
    await send_entries(world["XA"].node)
    assert (await tasks(world, "XA")).count("directory_due") == 1
    await published(world, "XA")

    assert "directory_due" not in await tasks(world, "XA")
