"""Whatever one person records, alone and in any order, no protection of a child or of her gets weaker.

Every change of a case is tried, with values of every kind; a row added later is tried too. Source: R12, R14, R15, R24;
practice H03, H05, H11, H12, H14, H17, H31.
"""

import contextlib
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from node.errors import OpenTRMError
from node.protocol.cases.case import Case, Distrust, Person, asked_to_be_unknown_to, asylum_blocks
from node.protocol.cases.coming_of_age import fall_due
from node.protocol.cases.family import FamilyRecords, Suspicion
from node.protocol.cases.safeguards import child_may_return, family_may_be_sought, state_may_be_asked
from node.protocol.consent.faults import faults
from node.service.cases.acts import CHANGES
from tests.rules.world import CHILD, DAY, HER, NOW, THREAD, case, record, tie, with_

ALONE = ("ana",)
COUNTRIES = ("XA", "XB", "XC")
TEN_YEARS_S = 3650 * DAY

# Two children whom everything protects: a minor who fears XA and named XB, and a small child without a guardian.
MINOR = with_(
    HER, age_band="16-17", protection="sought", protection_ever=True, ties=(tie("XA", "yes"),),
    blocked_countries=("XB",), coercion_suspected=True, family=FamilyRecords((Suspicion("parent", NOW, "ana"),)),
)  # fmt: skip
SMALL = with_(CHILD, guardian=None)


def protected() -> Case:
    """A case where nothing may go, and one person is at work."""
    found: Case = with_(
        case(MINOR, SMALL), place_is_detention=True, distrust=(Distrust("country", "XC", ("ana", "ben")),)
    )
    return found


def values(name: str, kind: Any) -> st.SearchStrategy[Any] | None:
    """Values for one part of a request; None where no request of this test has such a part."""
    match name, kind:
        case (("person_id" | "parent"), _):
            return st.sampled_from(("p1", "p2"))
        case "thread", _:
            return st.just(THREAD)
        case "blocked", _:
            return st.just({"p1": (), "p2": ()})
        case _, inspect.Metadata(type=inner):
            return values(name, inner)
        case _, inspect.BoolType():
            return st.booleans()
        case _, inspect.NoneType():
            return st.none()
        case _, inspect.IntType():
            return st.sampled_from((NOW - TEN_YEARS_S, NOW - 1, NOW, NOW + DAY, NOW + TEN_YEARS_S))
        case _, inspect.LiteralType(values=codes):
            return st.sampled_from(codes)
        case _, inspect.StrType(pattern=pattern):
            return st.sampled_from(COUNTRIES if pattern and "{2}" in pattern else ("2026-10-01", "XC", "court"))
        case _, inspect.UnionType(types=types):
            some = [one for one in (values(name, part) for part in types) if one is not None]
            return st.one_of(some) if len(some) == len(types) else None
        case _, inspect.VarTupleType(item_type=item):
            one = values(name, item)
            return None if one is None else st.lists(one, max_size=3).map(tuple)
    return None


def requests(cls: type) -> st.SearchStrategy[Any] | None:
    """Any request of this kind, or None for one about something this case has not (a plan, a legal hold)."""
    kind = inspect.type_info(cls)
    assert isinstance(kind, inspect.StructType)
    parts = {field.name: values(field.name, field.type) for field in kind.fields}
    known = {name: part for name, part in parts.items() if part is not None}
    return st.builds(cls, **known) if len(known) == len(parts) else None


TRIED = {cls: found for cls in CHANGES if (found := requests(cls)) is not None}
any_change = st.sampled_from(sorted(TRIED, key=lambda cls: cls.__name__)).flatmap(lambda cls: TRIED[cls])
many = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def weaker(after: Case) -> list[str]:
    """What protects them less than before; [] when nothing does."""
    her, small = after.persons[0], after.persons[1]
    found = {
        "is no child any more": not (her.treated_as_child and small.treated_as_child),
        "asylum block": not asylum_blocks(her, "XA", NOW + TEN_YEARS_S),
        "country she named": not asked_to_be_unknown_to(her, "XB"),
        "suspicion of pressure": not her.coercion_suspected,
        "detention": not after.place_is_detention,
        "distrust": not after.distrust,
        "return": any(not child_may_return(one, country) for one in after.persons[:2] for country in COUNTRIES),
        "family": not family_may_be_sought(her) or not family_may_be_sought(small),
        "question to a state": any(state_may_be_asked(one) is None for one in after.persons[:2]),
        "consent": any(_counts(one) for one in after.persons[:2]),
    }
    return [name for name, is_weaker in found.items() if is_weaker]


def _counts(person: Person) -> bool:
    return not faults(record(person, given_by="guardian", capacity="child_assent_recorded"), person, NOW)


@many
@given(st.lists(any_change, min_size=1, max_size=25))
def test_no_sequence_of_changes_by_one_person_weakens_a_protection(changes: list[Any]) -> None:
    """R24: what protects takes one person, what lifts a protection takes two."""
    now = protected()
    for change in changes:
        with contextlib.suppress(OpenTRMError):
            now = CHANGES[type(change)].make(now, change, ALONE, NOW).case

    assert weaker(now) == []
    grown, _ = fall_due(now, NOW + TEN_YEARS_S)
    assert all(person.treated_as_child for person in grown.case.persons[:2])


def test_nearly_every_change_is_tried():
    """So that the test above is about all of them; what is left out is about plans and holds."""
    assert weaker(protected()) == []
    assert len(TRIED) >= 38
