"""Alerts that must not leave, or not by one person: her own country, one she fears, a claim meanwhile. R10, H35."""

import msgspec
import pytest

from node.errors import NotAllowed
from node.protocol.cases.case import Person, Tie
from node.protocol.cases.changes import set_protection, set_tie
from node.service.actor import Actor
from node.service.safety import alerts, following, listing
from node.service.safety.requests import Acknowledge, Review
from node.service.threads.blocks import stop_blocked_threads
from node.service.threads.book import Book
from tests.unit.service.test_alerts import alert, climb, danger, pages, tasks
from tests.world import HER, NOW, make_world

HOUR = 3600
BEN = Actor("caseworker-2", "coordinator", "focal-point")


@pytest.fixture
async def world(tmp_path):
    made = make_world(tmp_path, "XD", "XA")
    for country in made.countries.values():
        country.node.page_by = ("mail", "command")
    yield made
    await made.close()


async def test_an_alert_to_her_country_waits_for_a_second_person_who_is_called(world):
    """H06: two people; the confirmation goes through the whole gate."""
    tied = Person(person_id=HER, role="person", age_band="25-34", ties=(Tie("XA", "nationality", "no"),))
    case_id = await world["XD"].new_case(persons=(tied,))
    node, sender = world["XD"].node, world["XD"].caseworker

    done = await alerts.raise_alert(node, sender, case_id, danger())
    await climb(world)
    assert done.letter_id is None
    assert done.pending is not None
    assert pages(world["XD"]) == [("mail", "first", 1), ("command", "first", 1)]
    assert tasks(world["XA"]) == []
    with pytest.raises(NotAllowed):
        await alerts.confirm_alert(node, sender, done.pending)

    sent = await alerts.confirm_alert(node, BEN, done.pending)
    await climb(world)

    assert sent.letter_id is not None
    assert tasks(world["XA"]) == ["danger_now"]


async def test_r02_sender_neither_who_asked_for_an_alert_nor_who_confirmed_it_is_its_second_look(world):
    """R02, H06: two people stand behind it already; the review is a third one's, and escalates until it is done."""
    node, author = world["XD"].node, world["XD"].caseworker
    case_id = await world["XD"].new_case()
    done = await alerts.raise_alert(node, author, case_id, danger(about="another_person"))
    assert done.pending is not None
    sent = (await alerts.confirm_alert(node, BEN, done.pending)).letter_id
    assert sent is not None
    look = Review(outcome="justified", informed="informed")

    for one in (author, BEN):
        with pytest.raises(NotAllowed) as error:
            await following.review(node, one, sent, look)
        assert error.value.rule == "R02"
    assert "review" in {one.ladder for one in await listing.view_alert(node, BEN, sent)}

    await following.review(node, Actor("caseworker-3", "coordinator", "focal-point"), sent, look)
    assert "review" not in {one.ladder for one in await listing.open_alerts(node, BEN)}


async def test_h06_sender_a_country_that_becomes_an_origin_meanwhile_needs_a_second_person(world):
    """A colleague notes where she comes from in the very moment in which somebody alerts that country alone."""
    node, author = world["XD"].node, world["XD"].caseworker
    case_id = await world["XD"].new_case()
    write = node.store.write

    def noted(work):
        book = Book(node, work)
        case = book.case(case_id)
        persons = tuple(
            msgspec.structs.replace(one, ties=(Tie("XA", "habitual_residence", "no"),)) for one in case.case.persons
        )
        book.put_case(case, msgspec.structs.replace(case.case, persons=persons), node.now())

    async def slow(fn):
        node.store.write = write
        await write(noted)
        return await write(fn)

    node.store.write = slow
    done = await alerts.raise_alert(node, author, case_id, danger())

    assert (done.letter_id, done.pending is not None) == (None, True)


async def test_a_country_she_fears_hears_nothing_however_many_confirm(world):
    """R10 above R02: refused to the first person, and nothing is left behind."""
    claim = Person(
        person_id=HER, role="person", age_band="25-34", protection="sought", ties=(Tie("XA", "nationality", "yes"),)
    )
    case_id = await world["XD"].new_case(persons=(claim,))

    with pytest.raises(NotAllowed) as error:
        await alerts.raise_alert(world["XD"].node, world["XD"].caseworker, case_id, danger())
    await climb(world)

    assert error.value.rule == "R10"
    assert world["XD"].node.store.read_sync(lambda r: (r.alarms.open(), r.threads.of_case(case_id))) == ([], [])
    assert not world.posted


async def test_a_claim_made_after_the_alert_was_queued_keeps_it_here(world):
    """R10 at release: the gate runs again; our people telephone nobody there, the alert never leaves."""
    case_id = await world["XD"].new_case()
    await alert(world["XD"], case_id)
    node = world["XD"].node

    def claim(work):
        book = Book(node, work)
        case = book.case(case_id)
        changed = set_protection(case.case, HER, "sought", "ana", NOW).case
        book.put_case(case, set_tie(changed, HER, Tie("XA", "nationality", "yes"), ("ana", "ben"), NOW).case, NOW)

    await node.store.write(claim)
    await climb(world)

    assert not world.posted
    assert tasks(world["XA"]) == []
    await climb(world, 5 * HOUR)
    assert "danger_not_answered" not in tasks(world["XD"])  # nobody is asked to phone them
    assert await listing.open_alerts(node, world["XD"].coordinator) == []


async def test_after_a_claim_nobody_is_asked_to_phone_that_country_about_an_alert_that_left(world):
    """R10: the ladder that says "phone them" ends with the claim; the second look stays, without a number."""
    case_id = await world["XD"].new_case()
    await alert(world["XD"], case_id)
    await climb(world)
    node = world["XD"].node

    def claim(work):
        book = Book(node, work)
        case = book.case(case_id)
        changed = set_protection(case.case, HER, "sought", "ana", NOW).case
        changed = set_tie(changed, HER, Tie("XA", "nationality", "yes"), ("ana", "ben"), NOW).case
        stop_blocked_threads(node, work, book.put_case(case, changed, NOW), NOW)

    await node.store.write(claim)
    await climb(world, 5 * HOUR)

    assert not [code for code in tasks(world["XD"]) if code.startswith("danger_not_answered")]
    left = await listing.open_alerts(node, world["XD"].coordinator)
    assert [(one.ladder, one.phone) for one in left] == [("review", None)]


async def test_an_answer_that_must_not_leave_stops_nobody_from_taking_it_up(world):
    """R10: the alert came from the country she fled; our people act, and that country hears nothing."""
    claim = Person(
        person_id=HER, role="person", age_band="25-34", protection="sought", ties=(Tie("XD", "nationality", "yes"),)
    )
    await alert(world["XD"], await world["XD"].new_case())
    await climb(world)
    node = world["XA"].node
    [seen] = await listing.open_alerts(node, world["XA"].coordinator)

    def flee(work):
        book = Book(node, work)
        assert seen.case is not None
        case = book.case(seen.case)
        fled = msgspec.structs.replace(claim, person_id=case.case.persons[0].person_id)
        book.put_case(case, msgspec.structs.replace(case.case, persons=(fled,)), NOW)

    await node.store.write(flee)
    world.posted.clear()

    told = await following.acknowledge(node, world["XA"].coordinator, seen.alert, Acknowledge(action="acting"))
    await climb(world, 3 * HOUR)

    assert not told.told
    assert not [one for one in world.posted if one[0] == "XA"]
    assert pages(world["XA"])[0][1] == "first"  # the first call alone
