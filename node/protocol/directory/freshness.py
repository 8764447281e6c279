"""How far a directory entry can be relied on: unverified at 90 days, hidden from matching at 180.

Pure. What counts is the day a person last assured a service, never a later day than its entry came to us, so that no
country can date itself fresh for ever. Source: domain.md 5.11.
"""

from datetime import UTC, date, datetime
from typing import Final, Literal

UNVERIFIED_DAYS: Final = 90
HIDDEN_DAYS: Final = 180
DAY_S: Final = 86_400

Standing = Literal["fresh", "unverified", "hidden"]


def age_days(assured_date: str, received_at: int, now: int) -> int:
    """How many days ago somebody last made sure, at `now` (UTC seconds)."""
    assured = min(date.fromisoformat(assured_date), _day(received_at))
    return max(0, (_day(now) - assured).days)


def standing(days: int) -> Standing:
    """What an age means."""
    if days >= HIDDEN_DAYS:
        return "hidden"
    return "unverified" if days >= UNVERIFIED_DAYS else "fresh"


def entry_days(issued_at: int, received_at: int, now: int) -> int:
    """How many days ago people of that country last stood behind the whole entry."""
    return max(0, (_day(now) - _day(min(issued_at, received_at))).days)  # a year past all calendars is nobody's fault


def hidden_from(issued_at: int, received_at: int) -> int:
    """From when on (UTC seconds) an entry that nobody stood behind again is hidden: the first second of that day."""
    return (min(issued_at, received_at) // DAY_S + HIDDEN_DAYS) * DAY_S


def _day(at: int) -> date:
    return datetime.fromtimestamp(at, UTC).date()
