"""Working days of the country that answers, clock hours where it is urgent, and who hears of an overdue answer."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from node.protocol.letters.codes import Urgency
from node.protocol.referral import RULES
from node.protocol.tables import handbook
from node.protocol.threads.deadlines import CARE_S, DAY, HOUR, Calendar, arrival_by, escalation, reply_by, thread_ends

EAST = Calendar(zone=timezone(timedelta(hours=3)), weekend=frozenset({4, 5}), holidays=frozenset({date(2026, 5, 3)}))
WEST = Calendar(zone=UTC)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def test_a_routine_offer_is_answered_by_the_end_of_the_fifth_working_day() -> None:
    """Wire 7: 5 working days; a weekend does not count, nor does the day of writing."""
    friday = at("2026-05-01T10:00:00+00:00")

    assert reply_by("referral.offer", "routine", friday, WEST) == at("2026-05-09T00:00:00+00:00")


def test_the_calendar_is_that_of_the_country_that_answers() -> None:
    """Domain 5.13: its weekend, its holidays, its midnight."""
    thursday = at("2026-04-30T22:30:00+00:00")  # already Friday, its weekend, in the east

    assert reply_by("referral.offer", "priority", thursday, EAST) == at("2026-05-06T21:00:00+00:00")


@pytest.mark.parametrize(("urgency", "after"), [("urgent", 24 * HOUR), ("life_threat", 4 * HOUR)])
def test_urgent_letters_run_in_clock_hours(urgency: Urgency, after: int) -> None:
    """H22: no weekend stands between danger and an answer."""
    saturday = at("2026-05-02T23:00:00+00:00")

    assert reply_by("referral.offer", urgency, saturday, WEST) == saturday + after


def test_a_day_on_which_the_clock_changes_still_ends_at_midnight() -> None:
    """The zone decides how long a day is."""
    here = Calendar(zone=ZoneInfo("Europe/Paris"))
    before_the_change = at("2026-03-27T09:00:00+00:00")  # Friday; the clock changes on Sunday

    assert reply_by("referral.accept", "priority", before_the_change, here) == at("2026-03-30T22:00:00+00:00")


def test_a_letter_that_asks_nothing_has_no_deadline() -> None:
    assert reply_by("referral.update", "routine", 1, WEST) is None
    assert arrival_by(1_000) == 1_000 + DAY


def test_an_open_offer_lives_as_long_as_its_escalation_and_care_much_longer() -> None:
    """An unanswered offer expires ten working days after it was due; an accepted one after 120 days of silence."""
    friday = at("2026-05-01T10:00:00+00:00")

    assert thread_ends("referral.offer", "routine", friday, False, WEST) == at("2026-05-23T00:00:00+00:00")
    assert thread_ends("referral.update", "routine", friday, True, WEST) == friday + CARE_S


def test_an_overdue_answer_climbs_the_ladder() -> None:
    """Domain 5.13: day 0, +2, +5, +10 working days; in hours where it is urgent."""
    due = at("2026-05-01T10:00:00+00:00")

    days = [at_ for at_, _ in escalation("routine", due, WEST)]
    hours = [(at_ - due) // HOUR for at_, _ in escalation("urgent", due, WEST)]

    assert days == [due, at("2026-05-06T00:00+00:00"), at("2026-05-09T00:00+00:00"), at("2026-05-16T00:00+00:00")]
    assert hours == [0, 4, 12, 24]


def test_the_handbook_is_that_of_the_tables() -> None:
    """Architecture, generated not repeated: `make docs` writes it again."""
    committed = Path(__file__).resolve().parents[3] / "HANDBOOK.md"

    assert committed.read_text(encoding="utf-8") == handbook()
    assert all(f"`{rule.kind}`" in handbook() for rule in RULES)
