"""Matching a need against what countries offer: reasons, order, freshness, and nothing that ranks by who she is."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.protocol.directory.freshness import age_days, standing
from node.protocol.directory.matching import Found, Listed, Shelf, Wanted
from node.protocol.letters.bodies_directory import DirectoryBody
from node.protocol.letters.codes import AGE_BANDS, GENDERS, NEEDS
from tests.directory_support import ENTRY, NOW, SERVICE
from tests.letters_support import letters

DAY = 86_400


def entry(*services: dict[str, Any], **facts: Any) -> DirectoryBody:
    """An entry of these services, each a change of the invented one."""
    given = ENTRY | {"services": [SERVICE | service for service in services], **facts}
    return msgspec.convert(given, DirectoryBody)


def listed(country: str, *services: dict[str, Any], active: bool = True, **facts: Any) -> Listed:
    return Listed(country, entry(*services, **facts), NOW, active)


def wanted(**facts: Any) -> Wanted:
    given: dict[str, Any] = {"needs": ("shelter",), "age_band": "25-34", "gender": "woman", "languages": ("uk",)}
    return Wanted(**{**given, **facts})


def match(wish: Wanted, *entries: Listed, now: int = NOW) -> Found:
    return Shelf(entries, now).match(wish)


def only_miss(found: Found) -> tuple[str, ...]:
    assert found.matches == []
    (miss,) = found.misses
    return miss.reasons


def test_a_service_that_fits_says_why():
    """Domain 5.11: each match with its reasons."""
    (found,) = match(wanted(dependants=("0-5",), urgency="urgent"), listed("XA", {})).matches

    assert (found.country, found.service.id) == ("XA", "shelter-1")
    assert found.reasons == (
        "serves_the_need", "speaks_her_language", "capacity_few", "within_hours", "takes_dependants",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wish", "service", "reason"),
    [
        ({"age_band": "16-17"}, {}, "age_not_served"),
        ({"treated_as_child": True, "age_band": "18-24"}, {}, "age_not_served"),
        ({"gender": "man"}, {}, "gender_not_served"),
        ({"gender": "not_stated"}, {}, "gender_not_served"),
        ({"languages": ("ro",), "interpreter": False}, {}, "language_not_spoken"),
        ({"languages": ("ro",)}, {"interpretation": False}, "language_not_spoken"),
        ({"accessibility": ("step_free", "hearing")}, {}, "accessibility_missing"),
        ({"dependants": ("0-5", "16-17")}, {}, "dependants_not_taken"),
        ({"urgency": "urgent"}, {"starts_within": "days"}, "too_slow"),
        ({"urgency": "priority"}, {"starts_within": "weeks"}, "too_slow"),
        ({}, {"capacity": "none"}, "no_capacity"),
        ({}, {"status": "temporarily_closed"}, "service_not_active"),
        ({"not_countries": frozenset({"XA"})}, {}, "not_for_her"),
    ],
)
def test_a_service_that_does_not_fit_says_why_not(wish, service, reason):
    """Domain 5.11: each miss with its reason."""
    assert only_miss(match(wanted(**wish), listed("XA", service))) == (reason,)


def test_every_reason_against_a_service_is_told_at_once():
    found = match(wanted(gender="man", dependants=("16-17",)), listed("XA", {"capacity": "none"}))

    assert only_miss(found) == ("no_capacity", "gender_not_served", "dependants_not_taken")


def test_an_age_band_that_is_served_in_part_is_a_question_and_no_refusal():
    (found,) = match(wanted(age_band="18-24"), listed("XA", {"min_age": 21})).matches

    assert "ask_age_limits" in found.reasons


def test_whoever_may_be_a_child_is_not_sent_to_a_service_for_adults():
    """R12, whatever the band says."""
    found = match(wanted(age_band="18-24", treated_as_child=True), listed("XA", {}, {"id": "shelter-2", "min_age": 16}))

    assert [one.service.id for one in found.matches] == ["shelter-2"]


def test_a_service_not_assured_for_90_days_is_marked_and_comes_after_the_others():
    """Domain 5.11: older than 90 days is shown as unverified."""
    old = listed("XA", {"assured_date": "2026-08-01"})
    found = match(wanted(), old, listed("XB", {}))

    assert [one.country for one in found.matches] == ["XB", "XA"]
    assert "not_assured_for_90_days" in found.matches[1].reasons


def test_a_service_not_assured_for_180_days_is_hidden():
    """Domain 5.11."""
    assert only_miss(match(wanted(), listed("XA", {}), now=NOW + 181 * DAY)) == ("not_assured_for_180_days",)


def test_no_country_can_date_itself_fresh_for_ever():
    """R29, attack: a day in the future counts as the day on which the entry came."""
    far = listed("XA", {"assured_date": "2099-01-01"}, issued_at=NOW + 3650 * DAY, valid_until=NOW + 7300 * DAY)

    assert only_miss(match(wanted(), far, now=NOW + 200 * DAY)) == ("not_assured_for_180_days",)
    assert age_days("2099-01-01", NOW, NOW + 3 * DAY) == 3


@pytest.mark.parametrize(("days", "word"), [(0, "fresh"), (89, "fresh"), (90, "unverified"), (180, "hidden")])
def test_what_an_age_means(days, word):
    assert standing(days) == word


def test_a_country_that_is_out_of_the_network_is_a_miss():
    """R39."""
    assert only_miss(match(wanted(), listed("XA", {}, active=False))) == ("country_not_active",)


def test_a_country_that_meets_more_of_her_needs_comes_first():
    both = listed("XB", {}, {"id": "legal-1", "category": "legal"})
    found = match(wanted(needs=("shelter", "legal")), listed("XA", {}), both)

    assert [(one.country, one.service.id) for one in found.matches] == [
        ("XB", "legal-1"), ("XB", "shelter-1"), ("XA", "shelter-1"),
    ]  # fmt: skip
    assert found.covers() == {"XA": ("shelter",), "XB": ("legal", "shelter")}


def test_r30_sender_nothing_but_what_is_offered_is_an_argument():
    """R30: nobody can even ask by nationality, religion, orientation or status."""
    assert set(Wanted.__dataclass_fields__) == {
        "needs", "age_band", "treated_as_child", "gender", "languages", "interpreter", "accessibility", "dependants",
        "urgency", "not_countries",
    }  # fmt: skip


entries = st.lists(letters("directory.publish").map(lambda letter: letter.body), max_size=4)
wishes = st.builds(
    Wanted,
    needs=st.lists(st.sampled_from(NEEDS), min_size=1, max_size=3).map(tuple),
    age_band=st.sampled_from(AGE_BANDS),
    gender=st.sampled_from(GENDERS),
    languages=st.sampled_from([(), ("en",), ("uk", "pt-PT")]),
    treated_as_child=st.booleans(),
    urgency=st.sampled_from(["routine", "urgent"]),
)


@settings(max_examples=60, deadline=None)
@given(entries, wishes, st.randoms())
def test_matching_is_total_and_the_same_whatever_the_order(bodies, wish, chance):
    """Every service is a match or a miss, once, and the order of arrival of entries changes nothing."""
    all_of = [Listed(f"X{chr(65 + place)}", body, NOW) for place, body in enumerate(bodies)]
    shuffled = list(all_of)
    chance.shuffle(shuffled)

    found, again = match(wish, *all_of), match(wish, *shuffled)

    assert found == again and list(found.others()) == list(again.others())
    seen = [(one.country, one.service.id) for one in found.matches]
    seen += [(one.country, one.service.id) for one in (*found.misses, *found.others())]
    assert sorted(seen) == sorted((one.country, service.id) for one in all_of for service in one.body.services)
    assert all(miss.reasons for miss in (*found.misses, *found.others()))
