"""When somebody is at the desk of another country, in its own local time. Pure: zone and moment are arguments.

Source: domain.md 5.11; practice.md H21 and the desk ("phone them first", with number and local time).
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from node.protocol.letters.bodies_directory import OpenHours
from node.protocol.threads.deadlines import Calendar

LOOK_AHEAD_DAYS: Final = 21


def local(at: int, calendar: Calendar) -> datetime:
    """That moment (UTC seconds) on the wall clock of the country."""
    return datetime.fromtimestamp(at, calendar.zone)


def is_open(hours: Iterable[OpenHours], calendar: Calendar, at: int) -> bool:
    """Whether the desk is occupied at `at`; on a public holiday it is not."""
    there = local(at, calendar)
    minute = there.hour * 60 + there.minute
    return calendar.works_on(there.date()) and any(
        one.weekday == there.isoweekday() and one.opens <= minute < one.closes for one in hours
    )


def next_opening(hours: Iterable[OpenHours], calendar: Calendar, at: int) -> int | None:
    """When the desk opens next after `at` (UTC seconds); None where no hours are published, or in no three weeks."""
    shifts, first = tuple(hours), local(at, calendar).date()
    for ahead in range(LOOK_AHEAD_DAYS):
        day = first + timedelta(days=ahead)
        if not calendar.works_on(day):
            continue
        starts = (_moment(day, one.opens, calendar) for one in shifts if one.weekday == day.isoweekday())
        later = [start for start in starts if start > at]
        if later:
            return min(later)
    return None


def _moment(day: date, minutes: int, calendar: Calendar) -> int:
    # Minute 1440 is the midnight after; nothing opens then, but an entry may say so.
    start = datetime.combine(day + timedelta(days=minutes // 1440), time(minutes % 1440 // 60, minutes % 60))
    return int(start.replace(tzinfo=calendar.zone).astimezone(UTC).timestamp())
