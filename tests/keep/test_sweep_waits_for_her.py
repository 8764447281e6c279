"""R25 against H07 and R32: what is due stays while somebody is on the way, searched for, or in danger; then it goes."""

from typing import Any

import msgspec
import pytest

from node.protocol.cases.care import Care
from node.protocol.cases.return_plan import ArrivalAlarm
from node.service.keep.sweep import sweep
from node.service.safety.alarms import About, closed, raise_alarm
from node.service.threads.book import Book
from node.store.work import Work
from tests.keep.test_last_byte import case_at, told
from tests.keep.test_retention_sweep import kept, years_pass
from tests.world import DAY_S, Country, World

CARE = Care(care_id="0c" * 8, thread="a7" * 16, letter="b7" * 16, opened_at=1)
ALARM = ArrivalAlarm(thread="a7" * 16, since=1)


async def put(country: Country, case: str, **facts: Any) -> None:
    """The case with these facts, as an act or a watch leaves them."""

    def write(work: Work) -> None:
        book = Book(country.node, work)
        found = book.case(case)
        book.put_case(found, msgspec.structs.replace(found.case, **facts), country.node.now())

    await country.node.store.write(write)


@pytest.mark.parametrize(
    ("running", "over"),
    [
        ({"care": (CARE,)}, {"care": (msgspec.structs.replace(CARE, ended_at=2, end="she_is_safe"),)}),
        ({"arrival_alarms": (ALARM,)}, {"arrival_alarms": (msgspec.structs.replace(ALARM, ended_at=2),)}),
    ],
    ids=["stopped on the way", "arrival overdue"],
)
async def test_h07_receiver_nothing_is_swept_while_she_is_cared_for_on_the_way_or_searched_for(
    world: World, running: dict[str, Any], over: dict[str, Any]
) -> None:
    """Her life goes before the date; when people end it, what is due goes at the next sweep of another day."""
    await told(world)
    xa = world["XA"]
    case, before = case_at(xa), kept(xa)
    await put(xa, case, **running)
    years_pass(world)
    during, left = await sweep(xa.node), kept(xa)
    await put(xa, case, **over)
    years_pass(world, 2 * DAY_S)
    await sweep(xa.node)

    assert (during, left) == (None, before)
    assert kept(xa) == (0, 0)


async def test_r32_receiver_nothing_is_swept_while_people_are_called_about_her(world: World) -> None:
    """R25, R32: an alarm of the case that nobody ended needs what is known of her."""
    await told(world)
    xa = world["XA"]
    case, before = case_at(xa), kept(xa)
    about = About(case_id=case)
    await xa.node.store.write(
        lambda work: raise_alarm(xa.node, work, "call", "c9" * 16, "danger_now", xa.node.now(), about)
    )
    years_pass(world)
    during, left = await sweep(xa.node), kept(xa)
    await xa.node.store.write(
        lambda work: closed(xa.node, work, "call", "c9" * 16, "over", "coordinator-1", xa.node.now())
    )
    years_pass(world, 2 * DAY_S)
    await sweep(xa.node)

    assert (during, left) == (None, before)
    assert kept(xa) == (0, 0)
