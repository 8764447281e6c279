"""Public holidays of a real country, for the calendar of its record; the only place that uses the holiday library.

What the library says is a start: whoever makes the record reads it, and may replace it. Invented countries (XA-XZ) have
none. Regional days are left out: deadlines run by what holds in the whole country. Source: domain.md 5.13.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal

from node.clock import INVENTED_COUNTRY

WARN_DAYS: Final = 60
Known = Literal["none", "running out", "over", "known"]


@dataclass(frozen=True, slots=True)
class FilledCalendar:
    """Holidays as dates `YYYY-MM-DD`, and the weekend (1 Monday to 7 Sunday) as a record has them."""

    holidays: tuple[str, ...]
    weekend: tuple[int, ...]


def filled(country: str, now: int) -> FilledCalendar | None:
    """The calendar of this year and the next; None for an invented country or one the library does not know."""
    if INVENTED_COUNTRY.fullmatch(country):
        return None
    import holidays  # a large package: read in only where a record is made

    year = datetime.fromtimestamp(now, UTC).year
    try:
        found = holidays.country_holidays(country, years=(year, year + 1))
    except NotImplementedError:
        return None
    days = sorted(day.isoformat() for day in found)
    return FilledCalendar(tuple(days), tuple(sorted(day + 1 for day in found.weekend)))


def known_until(days: Iterable[str]) -> date | None:
    """The last day for which a list of holidays can be whole: the end of its last year; None for an empty list."""
    last = max(days, default=None)
    return None if last is None else date(date.fromisoformat(last).year, 12, 31)


def days_left(days: Iterable[str], now: int) -> int | None:
    """How many days the list still covers, below zero when it is over; None where nothing is listed."""
    until = known_until(days)
    return None if until is None else (until - datetime.fromtimestamp(now, UTC).date()).days


def how_known(country: str, days: Iterable[str], now: int) -> Known:
    """Whether the working days of a country can be counted from its list, and for how long."""
    left = days_left(tuple(days), now)
    if left is None:
        return "known" if INVENTED_COUNTRY.fullmatch(country) else "none"
    if left < 0:
        return "over"
    return "running out" if left < WARN_DAYS else "known"
