"""The map of the countries with a node: a dot for each on land without borders, so that it takes no side on any.

It only shows what the list below it says; nobody needs to see it. Land and places: Natural Earth, public domain, by way
of world-atlas 2.0.2, land simplified to one degree; where a country has none there, and for the invented XA to XZ, in
the South Atlantic, by hand. x: degrees east of 180 W, y: degrees south of 84 N. Source: interface C10.
"""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final, Literal, NamedTuple

from node.service.network.view import CountryView

WIDTH, HEIGHT = 360, 142
ACTIVE: Final = "active"
Kind = Literal["us", "on", "held"]
FILES: Final = files(__package__) / "static"


class Dot(NamedTuple):
    """One country: where, and whether letters go there now."""

    country: str
    x: float
    y: float
    kind: Kind


@cache
def land() -> str:
    """The outline of all land, as the `d` of an SVG path."""
    return (FILES / "land.path").read_text(encoding="ascii").strip()


@cache
def places() -> dict[str, tuple[float, float]]:
    """Where each country lies, by its code."""
    rows = [line.split() for line in (FILES / "dots.txt").read_text(encoding="ascii").splitlines()]
    return {code: (float(x), float(y)) for code, x, y in rows}


def dots(countries: Iterable[CountryView], own: str) -> list[Dot]:
    """The countries of the registry that have a place, our own last so that nothing lies over it."""
    found = [
        Dot(
            one.country,
            *places()[one.country],
            "us" if one.country == own else "on" if one.status == ACTIVE else "held",
        )
        for one in countries
        if one.country in places()
    ]
    return sorted(found, key=lambda dot: dot.kind == "us")
