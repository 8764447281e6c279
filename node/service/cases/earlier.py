"""What was recorded of a case before what is recorded now: what it was, until when, and who changed it.

It is compared as people see it, so what is shown nowhere (H17) is not in it either; like the facts themselves it is in
no letter and no paper. Source: interface C6 (a correction is a new version, never an overwriting); R36.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from node.protocol.cases.case import Case, EarlierFact, Person
from node.service.cases.earlier_views import EarlierView
from node.service.cases.requests import person_view

OF_CASE: Final = ("trafficking_status", "place_is_detention", "distrust", "retention")
NESTED: Final = frozenset({"child", "family", "life"})  # records of several facts, each of which is told by itself
NOT_TOLD: Final = frozenset({"person_id", "held_for_review", "treated_as_child"})  # an id, shown nowhere, derived
MOST_KEPT: Final = 100


def earlier_facts(case: Case) -> list[EarlierView]:
    """What stood in a case before, the newest change first."""
    return [
        EarlierView(
            person_id=one.person_id or None, field=one.field, value=msgspec.json.decode(one.value), until=one.until,
            by=one.by,
        )
        for one in reversed(case.earlier)
    ]  # fmt: skip


def with_earlier(was: Case, now: Case, by: tuple[str, ...], at: int) -> Case:
    """The changed case, with what it changed; of very many changes the oldest are not kept."""
    facts, before = dict(facts_of_case(now)), facts_of_case(was)
    told = [
        EarlierFact(who, name, msgspec.json.encode(value).decode(), at, by)
        for (who, name), value in before
        if (value or value is False) and facts.get((who, name), value) != value
    ]
    return msgspec.structs.replace(now, earlier=(*now.earlier, *told)[-MOST_KEPT:]) if told else now


def facts_of_case(case: Case) -> Iterator[tuple[tuple[str, str], Any]]:
    """Each fact by whose it is ("" for the case's own) and its name."""
    for person in case.persons:
        for name, value in _of_person(person):
            yield (person.person_id, name), value
    for name in OF_CASE:
        yield ("", name), msgspec.to_builtins(getattr(case, name))


def _of_person(person: Person) -> Iterator[tuple[str, Any]]:
    plain: Mapping[str, Any] = msgspec.to_builtins(person_view(person))
    for name, value in plain.items():
        if name in NESTED:
            yield from value.items()
        elif name not in NOT_TOLD:
            yield name, value
