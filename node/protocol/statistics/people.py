"""What the yearly statistics count, from the first letters of threads: people by age, gender, direction and matter.

Pure. No two tables share a fact, so that only the number of all people stands in more than one of them; what a table
hides is then not told by another. No date is finer than a year, and no country is named. Source: R35; domain.md 2.1, 7.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from node.protocol.letters.bodies import Body
from node.protocol.letters.codes import AGE_BANDS, GENDERS, AgeBand, Gender
from node.protocol.statistics.suppression import Shown, Table, suppress

DIRECTIONS: Final = ("sent", "received")


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """One person, as the first letter of a thread says; nothing else of her is counted.

    `who` is of this node and of this count only: whoever stands in several threads is counted once, in the first.
    """

    who: str
    matter: str
    direction: str
    age_band: AgeBand
    gender: Gender


class YearStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """A finished year, made once and never made again; null is a number that is not shown (R35)."""

    year: int
    made_at: int
    tables: tuple[Shown, ...]


def counted(case: str, matter: str, direction: str, body: Body) -> list[Counted]:
    """The persons of a first letter: she and her dependants; [] for a letter that describes nobody."""
    band, gender = getattr(body, "age_band", None), getattr(body, "gender", "not_stated")
    if band not in AGE_BANDS or gender not in GENDERS:
        return []
    people = [(band, gender), *((one, "not_stated") for one in getattr(body, "dependants", ()) if one in AGE_BANDS)]
    return [
        Counted(who=f"{case}.{place}", matter=matter, direction=direction, age_band=age, gender=of)
        for place, (age, of) in enumerate(people)
    ]


def year_of(year: int, people: Iterable[Counted], made_at: int) -> YearStatistics:
    """All tables of a year, suppressed. `people` come in the order of their threads."""
    first: dict[str, Counted] = {}
    for one in people:
        first.setdefault(one.who, one)
    everybody = list(first.values())
    ages = _table("age_by_gender", AGE_BANDS, GENDERS, [(one.age_band, one.gender) for one in everybody])
    matters = tuple(sorted({one.matter for one in everybody}))
    ways = _table("matter_by_direction", matters, DIRECTIONS, [(one.matter, one.direction) for one in everybody])
    return YearStatistics(year=year, made_at=made_at, tables=tuple(suppress(table) for table in (ages, ways)))


def _table(name: str, rows: tuple[str, ...], columns: tuple[str, ...], pairs: list[tuple[str, str]]) -> Table:
    counts = tuple(tuple(pairs.count((row, column)) for column in columns) for row in rows)
    return Table(name=name, rows=rows, columns=columns, counts=counts)
