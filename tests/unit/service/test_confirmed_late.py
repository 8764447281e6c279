"""A change by two people is asked for on one day and confirmed on another: what happened between is not lost unseen.

Source: R24; interface, finding 3.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.protocol.cases.case import Person
from node.service.actor import Actor
from node.service.cases import requests as asks
from node.service.cases.cases import change_case, view_case
from node.service.cases.confirming import decide_change, overtaken_by
from node.service.shown import Overtaken
from tests.world import World, make_world

ANA, BEN = Actor("ana", "coordinator", "haven"), Actor("ben", "coordinator", "harbour")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD")
    yield made
    await made.close()


async def asked_for(world: World) -> tuple[str, str, int]:
    """Ana asks to settle an age: the case, the person and the number under which it waits."""
    node, person = world["XD"].node, "1" * 16
    case = await world["XD"].new_case(
        persons=(Person(person_id=person, role="person", age_band="25-34", gender="woman"),)
    )
    asked = await change_case(node, ANA, case, asks.SettleAge(person_id=person, age_band="18-24"))
    assert asked.pending is not None
    return case, person, asked.pending


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
