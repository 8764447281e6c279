"""A change by two people is asked for on one day and confirmed on another: what happened between is not lost unseen.

Source: R24; interface, finding 3.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.errors import NotFound
from node.protocol.cases.case import Person
from node.service.actor import Actor
from node.service.cases import requests as asks
from node.service.cases.cases import change_case, view_case
from node.service.cases.confirming import decide_change, overtaken_by
from node.service.cases.replacing import shown_case
from node.service.shown import Overtaken
from tests.world import World, make_world

ANA, BEN = Actor("ana", "coordinator", "haven"), Actor("ben", "coordinator", "harbour")
HER, OTHER = "1" * 16, "2" * 16
HERSELF = Person(person_id=HER, role="person", age_band="25-34", gender="woman")
FLED = asks.SetTie(HER, "XA", "nationality", "yes")
LIFT = asks.LiftAsylumBlock(HER, "XA", wish_in_writing=True, lawyer_independent=True, seen_alone=True)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD")
    yield made
    await made.close()


async def asked_for(world: World) -> tuple[str, str, int]:
    """Ana asks to settle an age: the case, the person and the number under which it waits."""
    node, case = world["XD"].node, await world["XD"].new_case(persons=(HERSELF,))
    asked = await change_case(node, ANA, case, asks.SettleAge(person_id=HER, age_band="18-24"))
    assert asked.pending is not None
    return case, HER, asked.pending


async def test_a_doubt_that_came_after_it_was_asked_for_is_seen_before_it_is_settled(world: World) -> None:
    """R12: who confirmed what a colleague had asked for wrote over a doubt of which neither of both knew."""
    node = world["XD"].node
    case, person, pending = await asked_for(world)
    await change_case(node, ANA, case, asks.DoubtAge(person_id=person))

    with pytest.raises(Overtaken) as unseen:
        await decide_change(node, BEN, case, pending, approve=True)
    stands = await view_case(node, BEN, case)
    both = await overtaken_by(node, BEN, case, pending)
    done = await decide_change(node, BEN, case, pending, approve=True, shown=both.mark)

    assert unseen.value.for_user is not None
    assert stands.persons[0].age_in_doubt and [one.id for one in stands.waits_for_second] == [pending]
    assert (person, "age_in_doubt", True, False) in [(o.person_id, o.field, o.stands, o.instead) for o in both.rows]
    assert done.done and not done.case.persons[0].age_in_doubt


async def test_what_was_shown_before_the_doubt_confirms_nothing(world: World) -> None:
    """The page stood open while a colleague doubted."""
    node = world["XD"].node
    case, person, pending = await asked_for(world)
    before = await overtaken_by(node, BEN, case, pending)
    await change_case(node, ANA, case, asks.DoubtAge(person_id=person))

    assert before.rows == []
    with pytest.raises(Overtaken):
        await decide_change(node, BEN, case, pending, approve=True, shown=before.mark)
    refused = await decide_change(node, BEN, case, pending, approve=False)
    assert refused.case.persons[0].age_in_doubt


async def test_what_is_not_replaced_holds_nothing_up(world: World) -> None:
    """What a colleague added meanwhile stays, so nobody is asked about it."""
    node = world["XD"].node
    case, person, pending = await asked_for(world)
    await change_case(node, ANA, case, asks.BlockCountries(person_id=person, countries=("XQ",)))

    assert (await overtaken_by(node, BEN, case, pending)).rows == []
    assert (await decide_change(node, BEN, case, pending, approve=True)).done


async def wished(world: World, *facts: asks.AnyChange) -> tuple[str, int]:
    """Ana records that she wishes XA to be opened again; the case, and the number under which that waits."""
    node, case = world["XD"].node, await world["XD"].new_case(persons=(HERSELF,))
    for fact in (FLED, *facts):
        await change_case(node, ANA, case, fact)
    asked = await change_case(node, ANA, case, LIFT)
    assert asked.pending is not None
    return case, asked.pending


@pytest.mark.parametrize(
    "anew", [asks.SetTie(HER, "XA", "habitual_residence", "yes"), asks.SetProtection(HER, "closed")]
)
async def test_a_country_that_was_closed_for_another_reason_meanwhile_is_opened_by_nobody_unseen(
    world: World, anew: asks.AnyChange
) -> None:
    """H03, H31: a lift takes no fact away, and yet what closes the country counts no more."""
    node = world["XD"].node
    case, pending = await wished(world, asks.SetProtection(HER, "refused"))
    await change_case(node, BEN, case, anew)

    with pytest.raises(Overtaken):
        await decide_change(node, BEN, case, pending, approve=True)
    both = await overtaken_by(node, BEN, case, pending)
    done = await decide_change(node, BEN, case, pending, approve=True, shown=both.mark)

    assert {row.field for row in both.rows} == {"protection", "ties"}
    assert [lift.country for lift in done.case.persons[0].lifts] == ["XA"]


async def test_a_window_of_before_asks_for_no_lift_of_what_was_closed_since(world: World) -> None:
    """Two windows: in one stood what closed the country when it was opened, in the other it is closed anew."""
    node, case = world["XD"].node, await world["XD"].new_case(persons=(HERSELF,))
    await change_case(node, ANA, case, FLED)
    page = await shown_case(node, ANA, case)
    await change_case(node, BEN, case, asks.SetProtection(HER, "sought"))

    with pytest.raises(Overtaken):
        await change_case(node, ANA, case, LIFT, page)
    again = await change_case(node, ANA, case, LIFT, await shown_case(node, ANA, case))

    assert again.pending is not None


@pytest.mark.parametrize("anew", [asks.SetProtection(HER, "sought"), asks.TakeBackLift(HER, "XA")])
async def test_a_new_claim_or_her_second_thought_ends_a_lift_that_waits_as_one_that_stands(
    world: World, anew: asks.AnyChange
) -> None:
    """H03: the country is closed again at once; who confirms what was asked for before finds nothing."""
    node = world["XD"].node
    case, pending = await wished(world, asks.SetProtection(HER, "sought"))

    closed = await change_case(node, ANA, case, anew)

    assert closed.case.waits_for_second == []
    with pytest.raises(NotFound):
        await decide_change(node, BEN, case, pending, approve=True)


@pytest.mark.parametrize("other", [asks.SetProtection(HER, "refused"), asks.TakeBackLift(HER, "XT")])
async def test_a_lift_that_waits_goes_on_waiting_where_one_that_stands_would_stay(
    world: World, other: asks.AnyChange
) -> None:
    node = world["XD"].node
    case, pending = await wished(world, asks.SetProtection(HER, "sought"))

    after = await change_case(node, ANA, case, other)

    assert [one.id for one in after.case.waits_for_second] == [pending]


@pytest.mark.parametrize(
    ("again", "waits"),
    [
        (asks.BlockCountries(HER, ("XB", "XT")), False),
        (asks.BlockCountries(HER, ("XB",)), True),
        (asks.BlockCountries(OTHER, ("XT",)), True),
    ],
    ids=["the same country", "another country", "another person"],
)
async def test_a_country_that_she_names_again_is_opened_by_no_wish_of_before(
    world: World, again: asks.AnyChange, waits: bool
) -> None:
    """H05: what was asked for before she named it once more is gone; a colleague would open it unseen."""
    node = world["XD"].node
    case = await world["XD"].new_case(persons=(HERSELF, Person(person_id=OTHER, role="dependant", age_band="0-5")))
    await change_case(node, ANA, case, asks.BlockCountries(HER, ("XT",)))
    asked = await change_case(node, ANA, case, asks.UnblockCountry(HER, "XT"))
    assert asked.pending is not None

    named = await change_case(node, BEN, case, again)

    assert bool(named.case.waits_for_second) == waits
    if not waits:
        with pytest.raises(NotFound):
            await decide_change(node, BEN, case, asked.pending, approve=True)
