"""R35 on real nodes: statistics of a finished year, made once, and figures from the threads' own times."""

import json

import msgspec
import pytest

from node.errors import NotFound
from node.protocol.statistics.people import YearStatistics
from node.service.information.answers import NotConfirmed
from node.service.statistics.figures import published_figures
from node.service.statistics.yearly import list_years, make_year, year_statistics
from tests.unit.service.information_support import answer, ask, case_of_hers
from tests.world import DAY_S, World, make_world

JANUARY = 1_795_000_000 + 62 * DAY_S  # 19 January 2027


@pytest.fixture
async def world(tmp_path):
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def offers(world: World, count: int) -> None:
    for _ in range(count):
        await world["XD"].offer("XA")
    await world.settle()


async def jump(world: World, seconds: int) -> None:
    """Let much time pass at once: the registry and the weekly keys are renewed."""
    world.clock.step(seconds)
    world.registry.clock.step(seconds)
    world.registry.publisher.refresh()
    world.refresh()
    await world.sweep()


def total(year: YearStatistics) -> list[int | None]:
    return [one.total for one in year.tables]


async def test_r35_sender_a_year_of_four_people_shows_nobody_and_one_of_twelve_shows_twelve(world):
    """R35, golden scenario 14, at both countries."""
    await offers(world, 4)
    await jump(world, JANUARY - world.clock.now())
    for code in ("XD", "XA"):
        await make_year(world[code].node)
        assert total(await year_statistics(world[code].node, 2026)) == [None, None]

    # The year is made once: what is written or erased later does not change it, and the running year is not shown.
    await offers(world, 12)
    await make_year(world["XD"].node)
    assert total(await year_statistics(world["XD"].node, 2026)) == [None, None]
    with pytest.raises(NotFound):
        await year_statistics(world["XD"].node, 2027)
    await jump(world, 365 * DAY_S)
    await make_year(world["XD"].node)
    assert total(await year_statistics(world["XD"].node, 2027)) == [12, 12]
    assert await list_years(world["XD"].node) == [2027, 2026]


async def test_r35_sender_statistics_name_no_country_no_case_no_day_and_hold_no_text(world):
    """R35: aggregated only."""
    await offers(world, 11)
    await jump(world, JANUARY - world.clock.now())
    await make_year(world["XD"].node)
    written = msgspec.json.encode(await year_statistics(world["XD"].node, 2026))

    words = set(json.loads(written)) | {word for one in json.loads(written)["tables"] for word in one}
    assert words == {
        "year", "made_at", "tables", "name", "rows", "columns", "cells", "row_totals", "column_totals", "total",
    }  # fmt: skip
    assert b"XA" not in written and b"XD" not in written


async def test_r35_sender_figures_wait_for_eleven_threads(world):
    """R35: ten answered offers are no figure, eleven are."""
    for count in (10, 1):
        for _ in range(count):
            done = await world["XD"].offer("XA")
            await world.settle()
            world.clock.step(3600)
            await world["XA"].act(done.thread, "referral.decline", {"reason": "no_capacity", "alternatives": [],
                                                                    "retry_after": []})  # fmt: skip
            await world.settle()
        found = await published_figures(world["XD"].node)
        assert [one.by for one in found.figures] == ([] if count == 10 else ["XA", "others"])

    (figure, _) = found.figures
    assert (figure.kind, figure.at_least, figure.median_days, figure.in_time_tenths) == ("referral.offer", 11, 0, 10)


async def test_r35_sender_an_identity_verification_that_stalls_shows_in_the_figure(world):
    """Golden scenario 12: open for 45 days; the figure goes from nobody to a few, and back when it is settled."""
    await ask(world, await case_of_hers(world))
    thread = (await ask(world, await case_of_hers(world), purpose="identity_nationality")).thread
    await world.settle()
    assert [one.count for one in (await published_figures(world["XD"].node)).identity_pending] == [0, 0, 0]

    await jump(world, 45 * DAY_S)
    assert [one.count for one in (await published_figures(world["XD"].node)).identity_pending] == [None, 0, 0]

    await answer(world, thread, NotConfirmed())
    await world.settle()
    assert [one.count for one in (await published_figures(world["XD"].node)).identity_pending] == [0, 0, 0]
