"""H35 where it is broken by its sender: an alert about another person that is sealed to an authority.

XA is a real node; XD signs and seals what its people should never have sent.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from node.protocol.letters.codes import REFUSED, STORED
from tests.dishonest import Dishonest
from tests.world import World, make_world

H35 = 135


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


def held_by(world: World, **facts: object) -> None:
    """XA's record lists its office key with these facts, as every country reads it."""
    node = world["XA"].node
    country = node.view.countries["XA"]
    keys = tuple(replace(one, **facts) for one in country.office_keys)
    countries = {**node.view.countries, "XA": replace(country, office_keys=keys)}
    node.view = replace(node.view, countries=countries)


async def alert(world: World, name: str, kid: str = "", about: str = "another_person") -> tuple[int, int]:
    liar = Dishonest(world, name)
    inside = {
        "urgency": "life_threat", "lawful_basis": "vital_interests", "disclosed": [liar.item("safe_contact")],
        "sealed_identity": liar.sealed(kid),
    }  # fmt: skip
    return await liar.sends("safety.alert", inside, about=about, who=[liar.token])


async def test_h35_receiver_an_alert_about_another_person_for_an_office_of_civil_society_is_kept(world: World):
    """H35: her child in danger at the origin: help that is no authority."""
    assert await alert(world, "to friends") == (STORED, 0)


@pytest.mark.parametrize("facts", [{"kind": "state"}, {"police_powers": True}], ids=["state", "police powers"])
async def test_h35_receiver_an_alert_about_another_person_sealed_to_an_authority_is_refused(world: World, facts):
    """H35: the sender's gate let it pass; the country it went to reads in its own record who holds that key."""
    held_by(world, **facts)

    assert await alert(world, "to an authority") == (REFUSED, H35)


async def test_h35_receiver_an_alert_about_another_person_sealed_to_an_unlisted_key_is_refused(world: World):
    """H35: a key that the record does not list belongs to nobody who may hold it."""
    assert await alert(world, "to nobody", kid="ee" * 32) == (REFUSED, H35)


async def test_h35_receiver_an_alert_about_herself_may_go_to_any_office(world: World):
    """H35 is about another person only: a danger to herself is told to whom there is."""
    held_by(world, kind="state")

    assert await alert(world, "about herself", about="the_person") == (STORED, 0)
