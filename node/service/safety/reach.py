"""How a country is reached now: its numbers from the record, whether somebody is on call, and when offices open.

Said before an alert is sent, so that nobody waits for a letter where a telephone helps. Source: practice H21, the desk.
"""

from datetime import datetime, time, timedelta

from node.errors import NotFound
from node.protocol.threads.deadlines import Calendar
from node.service.context import Node
from node.service.directory.phone import phone_of
from node.service.safety.promise import PROMISE_S, last_drill
from node.service.safety.requests import Reach
from node.service.threads.times import calendar_of
from node.store.work import Reader

OPEN_FROM, OPEN_UNTIL = time(9), time(17)  # ours: a record says working days, not hours


def reach(node: Node, reader: Reader, country: str, now: int) -> Reach:
    """The sentence before sending, and the numbers for the telephone; NotFound for a country nobody has heard of."""
    known = node.view.country(country)
    if known is None:
        raise NotFound("no such country in the registry; check the code", field="country")
    calendar = calendar_of(node, country)
    drilled = last_drill(reader, country)
    tested = drilled is not None and now - drilled <= PROMISE_S
    published = phone_of(node, reader, country)
    on_call = tested or (published is not None and published.on_call)  # promised at least: said as untested (H21)
    if published is not None and published.open_now is not None:  # its own hours, where it publishes them
        opens_at = None if published.open_now else published.opens_at
    else:
        opens_at = opening(calendar, now)
    local = datetime.fromtimestamp(now, calendar.zone).strftime("%a %H:%M")
    record = known.record
    return Reach(
        country=country,
        contact=record.authority.contact,
        out_of_hours=record.out_of_hours,
        on_call=on_call,
        on_call_tested=tested,
        last_drill_at=drilled,
        opens_at=opens_at,
        local_time=local,
        zone=str(calendar.zone),
        says=_sentence(calendar, (on_call, tested), opens_at, local, record.authority.contact, record.out_of_hours),
    )


async def phone_book(node: Node) -> list[Reach]:
    """Every country of the registry and how it is reached: all of it public, so nobody has to sign in for it."""

    def read(reader: Reader) -> list[Reach]:
        return [reach(node, reader, code, node.now()) for code in sorted(node.view.countries)]

    return await node.store.read(read)


def opening(calendar: Calendar, now: int) -> int | None:
    """When offices open next (UTC seconds), None while they are open; nine o'clock of the next working day."""
    here = datetime.fromtimestamp(now, calendar.zone)
    if calendar.works_on(here.date()) and OPEN_FROM <= here.time() < OPEN_UNTIL:
        return None
    day = here.date() if here.time() < OPEN_FROM else here.date() + timedelta(days=1)
    for _ in range(60):
        if calendar.works_on(day):
            break
        day += timedelta(days=1)
    return int(datetime.combine(day, OPEN_FROM, calendar.zone).timestamp())


def _sentence(
    calendar: Calendar, on_call: tuple[bool, bool], opens_at: int | None, local: str, contact: str, out_of_hours: str
) -> str:
    promised, tested = on_call
    if opens_at is None:
        return f"Their office is open; it is {local} there. Phone: {contact}"
    when = datetime.fromtimestamp(opens_at, calendar.zone).strftime("%a %H:%M")
    if tested:
        return f"Their office opens {when}, their time; somebody is on call. Phone: {out_of_hours}"
    if promised:
        should = "somebody should be on call, which we have not tested lately"
        return f"Their office opens {when}, their time; {should}. Phone: {out_of_hours}"
    return f"Nobody on call until {when}, their time. Phone: {out_of_hours}"
