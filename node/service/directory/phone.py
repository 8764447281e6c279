"""Whom to phone in another country, and what time it is there: shown before anything is sent, and when it is overdue.

Numbers come from the registry's record, which is public; nobody's own telephone is known here.
Source: practice H21 and the desk.
"""

from datetime import datetime

import msgspec

from node.protocol.directory.hours import is_open, local, next_opening
from node.protocol.letters.bodies_directory import DirectoryBody
from node.service.context import Node
from node.service.directory.shelf import body_of
from node.service.safety.promise import PROMISE_S, last_drill
from node.service.threads.times import calendar_of
from node.store.work import Reader

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class PhoneView(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers there and when; `open_now` and `opens_at` are null where no office hours are published.

    `says` is one line for the screen. `local_time` is the wall clock there: `Fri 09:40`. `tested_at`: when somebody
    there last answered a drill of ours in time (H21); a promise that was not tested lately is shown as untested.
    """

    country: str
    contact: str
    out_of_hours: str
    local_time: str
    zone: str
    working_day: bool
    open_now: bool | None
    opens_at: int | None
    on_call: bool
    on_call_tested: bool
    tested_at: int | None
    says: str


def phone_of(node: Node, reader: Reader, country: str) -> PhoneView | None:
    """Whom to phone in `country` now; None where it is not in the registry."""
    row = reader.directory.get(country)
    return phone_with(node, reader, country, None if row is None else body_of(row))


class Phones:
    """Whom to phone, for a list in which the same countries stand again and again: each is looked up once."""

    def __init__(self, node: Node, reader: Reader) -> None:
        self._node, self._reader = node, reader
        self._known: dict[str, PhoneView | None] = {}

    def of(self, country: str) -> PhoneView | None:
        """Whom to phone in `country` now; None where it is not in the registry."""
        if country not in self._known:
            self._known[country] = phone_of(self._node, self._reader, country)
        return self._known[country]


def phone_with(node: Node, reader: Reader, country: str, body: DirectoryBody | None) -> PhoneView | None:
    """The same where the entry is at hand already."""
    known = node.view.country(country)
    if known is None:
        return None
    now, calendar = node.now(), calendar_of(node, country)
    there = local(now, calendar)
    hours = () if body is None else body.hours
    is_there = is_open(hours, calendar, now) if hours else None
    opens_at = next_opening(hours, calendar, now) if hours else None
    drilled = last_drill(reader, country)
    promised = body is not None and body.on_call == "always"
    tested = drilled is not None and now - drilled <= PROMISE_S
    contact, out_of_hours = known.record.authority.contact, known.record.out_of_hours
    opens = None if opens_at is None else _clock(local(opens_at, calendar))
    return PhoneView(
        country=country,
        contact=contact,
        out_of_hours=out_of_hours,
        local_time=_clock(there),
        zone=str(calendar.zone),
        working_day=calendar.works_on(there.date()),
        open_now=is_there,
        opens_at=opens_at,
        on_call=promised or tested,
        on_call_tested=tested,
        tested_at=drilled,
        says=_says(_clock(there), is_there, opens, (promised, tested), contact, out_of_hours),
    )


def _says(
    there: str, open_now: bool | None, opens: str | None, on_call: tuple[bool, bool], contact: str, out_of_hours: str
) -> str:
    promised, tested = on_call
    if open_now:
        return f"It is {there} there and the desk is open: {contact}."
    if tested:
        return f"It is {there} there; somebody is on call: {out_of_hours}."
    if promised:
        return f"It is {there} there; somebody should be on call, which we have not tested lately: {out_of_hours}."
    if open_now is None:
        return f"It is {there} there; its office hours are not published. Desk: {contact}; otherwise {out_of_hours}."
    until = f" until {opens}" if opens else ""
    return f"It is {there} there; nobody is on call{until}. Phone {out_of_hours}."


def _clock(there: datetime) -> str:
    return f"{DAYS[there.weekday()]} {there:%H:%M}"
