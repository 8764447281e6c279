"""What an entry can say and what it cannot: no address, no number, no place; hours and names."""

from datetime import UTC, date, timedelta, timezone
from typing import Any

import msgspec
import pytest

from node.protocol.directory.entry import not_offered, objections
from node.protocol.directory.hours import is_open, next_opening
from node.protocol.directory.lint import address_like
from node.protocol.letters.bodies_directory import DirectoryBody, OpenHours
from node.protocol.letters.decode import decode
from node.protocol.letters.strict import Malformed
from node.protocol.threads.deadlines import Calendar
from tests.directory_support import ENTRY, NOW, SERVICE
from tests.letters_support import document, to_bytes

DAY = 86_400
ADDRESSES = [
    "Lindenstrasse", "Haus in der Lindenstraße", "Calle Mayor", "вул. Зелена", "улица Мира", "ul. Jasna",
    "Rue des Lilas", "House near the station", "Second floor left",
]  # fmt: skip
PLAIN = ["Haven of the first days", "Дім надії", "Casa Esperança", "St. Anna house", "ملجأ الأمل", "O'Brien centre"]


def body(**facts: Any) -> DirectoryBody:
    return msgspec.convert(ENTRY | facts, DirectoryBody)


def with_name(name: str) -> DirectoryBody:
    return body(services=[SERVICE | {"name": name}])


@pytest.mark.parametrize("name", ADDRESSES)
def test_r29_a_name_that_reads_like_an_address_is_refused_where_it_is_written(name):
    """R29: where she sleeps is in no directory."""
    ((field, objection),) = objections(with_name(name), NOW)

    assert (field, objection.rule) == ("services.0.name", "R29")


@pytest.mark.parametrize("name", PLAIN)
def test_a_name_that_tells_no_place_may_be_said(name):
    assert not address_like(name)
    assert list(objections(with_name(name), NOW)) == []


@pytest.mark.parametrize(
    "name",
    [
        "Lindenweg 12",
        "48.2082, 16.3738",
        "call 0664",
        "haven@office.example",
        "Haus ٧",
        "floor ²",
        "a, b",
        "x" * 61,
        "",
    ],
)
def test_r29_receiver_finds_a_name_with_a_number_or_a_sign_of_an_address_malformed(name):
    """R29 by shape: no digit of any script, no comma, no sign of mail or of a coordinate."""
    letter = document("directory.publish")
    letter["body"]["services"][0]["name"] = name

    with pytest.raises(Malformed):
        decode(to_bytes(letter), 2)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("services", 0, "id"), "lindenstrasse-12"),
        (("services", 0, "id"), "legal-1"),
        (("services", 0, "address"), "x"),
        (("services", 0, "phone"), "x"),
        (("services", 0, "latitude"), 48),
        (("country",), "XB"),
        (("legal", "guardian_authority"), ["Court, room 4"]),
    ],
)
def test_r29_receiver_knows_no_field_for_a_place_and_none_for_whose_entry_it_is(place, value):
    """R29, and registry: an entry is its signer's, so it cannot even name another country."""
    letter = document("directory.publish")
    at: Any = letter["body"]
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value

    with pytest.raises(Malformed):
        decode(to_bytes(letter), 2)


def test_a_promise_may_be_shorter_than_the_handbook_and_never_longer():
    """Domain 5.13."""
    long = body(promises=[{"kind": "referral.offer", "working_days": 6}])

    ((field, objection),) = objections(long, NOW)

    assert (field, objection.rule) == ("promises.0.working_days", "H22")
    assert list(objections(body(), NOW)) == []


def test_a_service_cannot_be_assured_on_a_day_that_has_not_come():
    ((field, _),) = objections(body(services=[SERVICE | {"assured_date": "2027-01-01"}]), NOW)

    assert field == "services.0.assured_date"


def test_a_fresh_entry_that_lacks_a_need_warns_whoever_offers():
    """Domain 5.6: B offers the category. An old entry says nothing, and a country without one neither."""
    assert not_offered(body(), NOW, ("shelter", "legal"), NOW) == ("legal",)
    assert not_offered(body(), NOW, ("legal",), NOW + 91 * DAY) == ()


EAST = Calendar(zone=timezone(timedelta(hours=3)), holidays=frozenset({date(2026, 11, 23)}))
HOURS = [OpenHours(weekday, 9 * 60, 17 * 60) for weekday in range(1, 6)]


def test_the_desk_is_open_by_the_clock_of_its_country():
    """H21: 2026-11-18 is a Wednesday; 07:00 UTC is 10:00 there, 15:00 is 18:00."""
    wednesday = 1_794_960_000  # 2026-11-18 00:00 UTC
    assert is_open(HOURS, EAST, wednesday + 7 * 3600)
    assert not is_open(HOURS, EAST, wednesday + 15 * 3600)
    assert not is_open(HOURS, Calendar(UTC), wednesday + 7 * 3600)


def test_after_a_weekend_and_a_holiday_the_desk_opens_on_the_next_working_day():
    friday_evening = 1_794_960_000 + 2 * DAY + 16 * 3600

    opens = next_opening(HOURS, EAST, friday_evening)

    assert opens == 1_794_960_000 + 6 * DAY + 6 * 3600  # Tuesday 24 November, 09:00 there: Monday is a holiday
    assert next_opening([], EAST, friday_evening) is None
