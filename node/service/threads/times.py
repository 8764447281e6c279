"""Times in letters: when an answer is due, when a thread ends, how long a payload is kept.

Computed by the sender from the recipient's published calendar, in absolute UTC seconds. Source: wire 7; domain
5.13; R25.
"""

from datetime import UTC, date, tzinfo
from functools import lru_cache
from typing import TypedDict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from node.protocol.letters.bodies import ArrangeBody
from node.protocol.letters.bodies_return import TravelPlanBody
from node.protocol.letters.bodies_way import DepartureBody, TransitDepartureBody
from node.protocol.letters.decode import AnyLetter
from node.protocol.retention import bounded
from node.protocol.safety import SAFETY_MATTER, is_safety
from node.protocol.threads.deadlines import (
    IN_HOURS,
    Calendar,
    arrival_by,
    departure_by,
    due_at,
    reply_by,
    thread_ends,
    wd,
)
from node.service.context import DAY_S, Node
from node.service.directory.promises import promised_days
from node.service.threads.files import ThreadFile

RETENTION_S = 2 * 365 * DAY_S
DAY_FROM, DAY_UNTIL = 7, 20  # hours of the country's own time between which people are usually at work


class Times(TypedDict):
    """The times of a letter that follow from its release."""

    reply_by: int | None
    thread_ends: int
    retention_until: int


def times_of(node: Node, peer: str, letter: AnyLetter, file: ThreadFile, now: int) -> Times:
    """The reply time of this kind and urgency, the end of the thread, which never moves back, and how long it is kept.

    What a long thread says late, such as how she is after three years, is kept at least as long as the thread may live.
    """
    calendar, shared = calendar_of(node, peer), file.thread.shared
    ends = thread_ends(letter.kind, letter.urgency, now, shared.accepted, calendar)
    due = reply_by(letter.kind, letter.urgency, now, calendar)
    if is_safety(letter.kind) and file.thread.matter != SAFETY_MATTER.name:  # it rides: the thread lives no longer
        return _times(letter, due, shared.thread_ends or file.first_ends or ends, now)
    due = _as_promised(node, peer, letter, now, due) or _told_by(letter, file)
    return _times(letter, due, max(ends, due or 0, shared.thread_ends), now)


def _times(letter: AnyLetter, due: int | None, ends: int, now: int) -> Times:
    # R25: our own word is bounded too; whatever end the other country names, ours is not kept there for ever.
    return Times(reply_by=due, thread_ends=ends, retention_until=bounded(max(letter.retention_until, ends), now))


def _as_promised(node: Node, peer: str, letter: AnyLetter, now: int, due: int | None) -> int | None:
    """A country may promise to answer sooner than the handbook asks, never later (5.13); clock hours stay."""
    if due is None or letter.urgency in IN_HOURS:
        return due
    days = promised_days(node, peer, letter.kind)
    if days is None:
        return due
    return min(due, due_at(wd(days), now, calendar_of(node, peer)))


def _told_by(letter: AnyLetter, file: ThreadFile) -> int | None:
    """By when somebody tells what became of a window: she left, passed, arrived. After that it is overdue (R32)."""
    body, plan = letter.body, file.thread.shared.way.plan
    match body:
        case ArrangeBody():
            return arrival_by(body.window_ends)
        case TravelPlanBody():
            return departure_by(body.departure_ends)
        case DepartureBody(outcome="departed") | TransitDepartureBody(departed=True):
            return plan.overdue_at
    return None


def calendar_of(node: Node, peer: str) -> Calendar:
    """The working days a country publishes; plain UTC weeks where it is not in the registry."""
    country = node.view.country(peer)
    if country is None:
        return Calendar(UTC)
    published = country.record.calendar
    return _calendar(published.time_zone, tuple(published.weekend), tuple(published.holidays))


def zone_of(node: Node) -> str:
    """The wall clock of our own country by its IANA name; UTC where the registry does not know us or the zone."""
    own = node.view.country(node.country)
    name = "UTC" if own is None else own.record.calendar.time_zone
    return name if _zone(name) is not UTC else "UTC"


def retention_until(now: int) -> int:
    """Until when the other side may keep a payload, unless the closing of the case sets another date."""
    return now + RETENTION_S


@lru_cache(maxsize=512)
def _calendar(zone: str, weekend: tuple[int, ...], holidays: tuple[str, ...]) -> Calendar:
    # The record counts Monday as 1, the calendar as 0.
    return Calendar(_zone(zone), frozenset(day - 1 for day in weekend), frozenset(map(date.fromisoformat, holidays)))


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC  # a zone this machine does not know must not stop a letter
