"""The map of the countries: a dot for each, nothing that the list does not say, and land without borders."""

import re

import msgspec

from node.service.network.view import registry_view
from node.web.map import HEIGHT, WIDTH, dots, land, places
from tests.api.conftest import Desk
from tests.web.browser import Browser


def test_every_country_of_the_world_has_a_place_on_the_map():
    """Small ones too, which a map of the world leaves out; and the invented ones of the demo."""
    assert len(places()) > 260
    there = {"MT", "SG", "BH", "MV", "AD", "XK", "GI", "TV", "MD", "IT", "XA", "XD", "XT", "XB"}
    assert there <= set(places())
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places().values())
    italy, brazil, japan = (places()[code] for code in ("IT", "BR", "JP"))
    assert abs(italy[0] - 192) < 3 and abs(italy[1] - 41) < 3
    assert brazil[0] < italy[0] < japan[0] and italy[1] < brazil[1]


def test_land_is_an_outline_without_anything_that_acts():
    assert re.fullmatch(r"(M\d+ \d+(l-?\d+[ -]?-?\d+)+z)+", land())
    assert len(land()) < 4_000


async def test_the_page_shows_a_dot_for_each_country_and_hides_the_map_from_who_hears_the_page(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """A reader of screens gets the list, which says the same."""
    page = await browsers["XD"].open("/desk/countries")
    circles = [here for tag, here in page.tags if tag == "circle"]

    assert sorted(str(one["class"]) for one in circles) == ["on", "us"]
    assert 'aria-hidden="true" focusable="false"><path class="land"' in page.text


async def test_a_country_that_is_held_out_is_an_empty_dot(desks: dict[str, Desk]):
    node = desks["XD"].staff.node
    held = msgspec.structs.replace(node.view.countries["XA"], suspended_until=node.now() + 1000)
    node.view = msgspec.structs.replace(node.view, countries={**node.view.countries, "XA": held})

    shown = {dot.country: dot.kind for dot in dots(registry_view(node).countries, "XD")}
    desks["XD"].clock.step(1001)

    assert shown == {"XA": "held", "XD": "us"}
    assert dots(registry_view(node).countries, "XD")[0].kind == "on"
