"""When an arrival becomes an alarm, and when she is asked how she is: pure arithmetic. R32; practice, H06, H19."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from node.protocol.letters.codes_return import FOLLOWUPS
from node.protocol.threads.arrival import AFTER, FOLLOWUP_SLACK_S, alarm_at, next_followup
from node.protocol.threads.deadlines import Calendar, thread_ends

HOUR = 3600
EAST = timezone(timedelta(hours=3))


def at(day: int, hour: int, minute: int = 0, zone: timezone = timezone.utc) -> int:  # noqa: UP017 - a zone as argument
    return int(datetime(2026, 12, day, hour, minute, tzinfo=zone).timestamp())


@pytest.mark.parametrize(
    ("window_ends", "overdue", "rings"),
    [
        (at(1, 12), at(1, 16), at(1, 16)),  # by day: at once
        (at(1, 17), at(1, 21), at(1, 21)),  # before the night: at once
        (at(1, 19), at(1, 23), at(2, 6)),  # came in the evening, sleeps
        (at(1, 23), at(2, 3), at(2, 6)),
        (at(2, 3), at(2, 5, 59), at(2, 6)),  # a night train
        (at(2, 3), at(2, 7), at(2, 7)),
        (at(1, 12), at(1, 22), at(1, 22)),  # late since noon: nobody sleeps over that
        (at(1, 12), at(2, 3), at(2, 3)),
    ],
)
def test_r32_sender_the_alarm_rings_at_night_only_where_she_should_have_come_by_day(window_ends, overdue, rings):
    """Practice: from the end of the window, night-aware; never more than the night later."""
    assert alarm_at(overdue, window_ends, UTC, "routine", with_child=False) == rings
    assert rings - overdue <= 8 * HOUR


@pytest.mark.parametrize(("urgency", "child"), [("urgent", False), ("life_threat", False), ("routine", True)])
def test_r32_sender_urgency_and_children_do_not_wait_for_the_morning(urgency, child):
    """H22: clock hours."""
    assert alarm_at(at(1, 23), at(1, 19), UTC, urgency, with_child=child) == at(1, 23)


def test_r32_sender_the_night_is_that_of_the_country_she_comes_to():
    """Twenty o'clock in universal time is night three hours further east."""
    ends, overdue = at(1, 19, zone=EAST), at(1, 23, zone=EAST)

    assert overdue == at(1, 20)
    assert alarm_at(overdue, ends, EAST, "routine", with_child=False) == at(2, 6, zone=EAST)
    assert alarm_at(overdue, ends, UTC, "routine", with_child=False) == overdue


def test_she_is_always_asked_at_two_weeks_and_three_months_and_otherwise_if_she_wants():
    """ODIHR P7; practice, bureaucracy to drop: what was missed is not made up for."""
    assert next_followup((), 0, wants_more=False) == ("2_weeks", AFTER["2_weeks"])
    assert next_followup(("2_weeks",), 0, wants_more=False) == ("3_months", AFTER["3_months"])
    assert next_followup(("2_weeks",), 0, wants_more=True) == ("1_month", AFTER["1_month"])
    assert next_followup(("2_weeks", "3_months"), 0, wants_more=False) is None
    assert next_followup(("2_weeks", "3_months"), 0, wants_more=True) == ("6_months", AFTER["6_months"])
    assert next_followup(("12_months",), 0, wants_more=True) == ("24_months", AFTER["24_months"])
    assert next_followup(("36_months",), 0, wants_more=True) is None


def test_she_can_be_asked_after_three_years_the_thread_still_lives():
    """ODIHR P7: each time she is asked keeps the thread open until after the next time, told a fortnight late."""
    asked_at: dict[str, int] = {"": 0, **{str(one): seconds for one, seconds in AFTER.items()}}
    for before, after in zip(("", *FOLLOWUPS), FOLLOWUPS, strict=False):
        kind = "return.followup" if before else "return.arrival"
        ends = thread_ends(kind, "routine", asked_at[before], True, Calendar(UTC))

        assert asked_at[after] + 2 * FOLLOWUP_SLACK_S < ends, after
    assert next_followup(("24_months",), 0, wants_more=True) == ("36_months", AFTER["36_months"])
    assert next_followup(("24_months",), 0, wants_more=False) is None
