"""Coming of age, death and a dependant's block on threads under way, between two real nodes: H26, H27, H30."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.errors import NotAllowed
from node.protocol.cases.case import Case, Person
from node.protocol.cases.life_events import LifeRecords, Majority
from node.service.cases.cases import change_case
from node.service.cases.change import Change
from node.service.cases.requests import SetProtection, SetTie
from node.service.cases.requests_life import RecordDeath
from node.service.threads.book import Book
from tests.attack.same_answer import UPDATE
from tests.rules.world import GUARDIAN
from tests.unit.test_spine import ACCEPT
from tests.world import DAY_S, HER, NOW, World, make_world

CHILD = "p2"
MINOR = Person(
    person_id=HER, role="person", age_band="16-17", gender="woman", languages=("uk",), guardian=GUARDIAN,
    majority_at=NOW + 3 * DAY_S, life=LifeRecords(majority=Majority(by=("ana", "ben"))),
)  # fmt: skip
ADULT = Person(person_id=HER, role="person", age_band="25-34", gender="woman", languages=("uk",))
SMALL = Person(person_id=CHILD, role="dependant", age_band="6-11", guardian=GUARDIAN)
FOR_A_CHILD = {"given_by": "guardian", "capacity": "child_assent_recorded"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def accepted(world: World, *persons: Person) -> tuple[str, str]:
    """The case of these persons, and its thread that XA accepted for all of them, a name needed."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case(persons=persons)
    for person in persons:
        await xd.write_identity(case, {person.person_id: {"given_name": "Invented"}})
        given = FOR_A_CHILD if person.treated_as_child else {}
        await xd.consent(case, "XA", person=person.person_id, **given)
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    tokens = list(xd.tokens(thread).values())
    needed = [{"person": token, "field": "given_name", "level": "L3"} for token in tokens]
    await xa.act(thread, "referral.accept", {**ACCEPT, "persons": tokens, "data_needed": needed})
    await world.settle()
    return case, thread


async def refused(world: World, thread: str, kind: str, body: dict[str, Any], **facts: Any) -> str | None:
    """The rule that refuses an act of XD, or None when it was queued."""
    try:
        await world["XD"].act(thread, kind, body, **facts)
    except NotAllowed as error:
        return error.rule
    return None


def case_of(world: World, code: str, case_id: str) -> Case:
    node = world[code].node
    return node.store.read_sync(lambda reader: Book(node, reader).case(case_id).case)


async def change(world: World, case: str, *changes: Change) -> None:
    for one in changes:
        await change_case(world["XD"].node, world["XD"].coordinator, case, one)


async def test_on_her_birthday_names_wait_for_her_own_word_and_help_goes_on_for_thirty_days(world: World) -> None:
    """H27: nobody signs in; the sweep does it."""
    case, thread = await accepted(world, MINOR)
    names = {"complete": True}

    await world.days(3)

    assert not case_of(world, "XD", case).persons[0].treated_as_child
    assert await refused(world, thread, "referral.disclose", names, disclose={HER: ["given_name"]}) == "H27"
    assert await refused(world, thread, "referral.update", UPDATE) is None
    await world["XD"].consent(case, "XA")
    assert await refused(world, thread, "referral.disclose", names, disclose={HER: ["given_name"]}) is None
    await world.settle()
    assert (await world["XA"].view(thread)).state == "disclosed"


async def test_without_her_word_help_waits_after_thirty_days(world: World) -> None:
    """H27: then an update waits too; arrival, stops and withdrawals do not."""
    _, thread = await accepted(world, MINOR)

    await world.days(34)

    assert await refused(world, thread, "referral.update", UPDATE) == "H27"
    assert (await world["XD"].stop(thread)).state == "ended"


async def test_after_a_death_letters_freeze_and_what_comes_is_still_kept(world: World) -> None:
    """H30: the family's thread is still; the other country notices nothing but silence."""
    case, thread = await accepted(world, ADULT, SMALL)

    await change(world, case, RecordDeath(person_id=HER, on="2026-11-17"))

    assert await refused(world, thread, "referral.update", UPDATE) == "H30"
    await world["XA"].act(thread, "referral.update", UPDATE)
    await world.settle()
    assert [letter.kind for letter in (await world["XD"].view(thread)).letters][-1] == "referral.update"
    assert case_of(world, "XD", case).persons[1].guardian is not None


async def test_a_block_of_one_child_stops_the_family_thread_like_any_stop_and_a_new_one_has_no_history(
    world: World,
) -> None:
    """H26, H01: nobody drops out of a count that was sent; her own new thread does not name the old one."""
    case, thread = await accepted(world, ADULT, SMALL)
    feared = SetTie(person_id=CHILD, country="XA", kind="nationality", feared="yes")

    await change(world, case, feared, SetProtection(person_id=CHILD, protection="sought"))
    await world.days(2)

    assert (await world["XA"].view(thread)).state == "ended"
    with pytest.raises(NotAllowed) as caught:
        await world["XD"].offer("XA", case, persons=(HER,), relates_to=thread)
    assert caught.value.rule == "H26"
    assert (await world["XD"].offer("XA", case, persons=(HER,))).letter_id


async def test_r12_whoever_is_treated_as_a_child_by_the_sender_is_a_child_at_the_receiver(world: World) -> None:
    """R12: a doubt travels with the offer, and only two people of the receiver settle it there."""
    xd, xa = world["XD"], world["XA"]
    doubtful = Person(person_id=HER, role="person", age_band="18-24", age_in_doubt=True, guardian=GUARDIAN)
    case = await xd.new_case(persons=(doubtful,))
    await xd.consent(case, "XA", **FOR_A_CHILD)

    thread = (await xd.offer("XA", case)).thread
    await world.settle()

    row = xa.node.store.read_sync(lambda reader: reader.threads.find(thread))
    assert row is not None
    (person,) = case_of(world, "XA", row.case_id).persons
    assert (person.age_band, person.treated_as_child) == ("18-24", True)
