"""How long the desk takes on the server: with 50,000 cases, for a caseworker and a coordinator, and with a million.

One line for each person and number of cases. Making the cases is not timed. Source: issue 4, numbers.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.bench.caseload import fill
from tests.bench.pages import Pages, pages_of, spread
from tests.world import World, make_world

CASES = 50_000
ASKED, BEFORE = 200, 5
GOAL_P50_MS, GOAL_P99_MS, GOAL_FACTOR = 30.0, 100.0, 1.5
WHO = {"bea": "caseworker", "ana": "coordinator"}


async def desk_lines(
    folder: Path, cases: int = CASES, many: int = 0, asked: int = ASKED
) -> AsyncIterator[dict[str, object]]:
    """A line for each person with so many cases, then with `many`, compared with the first."""
    few = {}
    async for line in _desk(folder / "few", cases, asked):
        few[line["who"]] = line
        yield line | {"ok": line["p50_ms"] <= GOAL_P50_MS and line["p99_ms"] <= GOAL_P99_MS}
    if not many:
        return
    async for line in _desk(folder / "many", many, asked):
        factor = line["p50_ms"] / few[line["who"]]["p50_ms"]
        yield line | {"factor": round(factor, 2), "goal_factor": GOAL_FACTOR, "ok": factor <= GOAL_FACTOR}


async def _desk(folder: Path, cases: int, asked: int) -> AsyncIterator[dict[str, Any]]:
    world = make_world(folder, "XD", "XA")
    try:
        async with pages_of(world["XD"]) as pages:
            await fill(world["XD"].node, pages.users["bea"], cases)
            for login, role in WHO.items():
                yield {"shape": "desk", "cases": cases, "who": role, **await _measured(world, pages, login, asked)}
    finally:
        await world.close()


async def _measured(world: World, pages: Pages, login: str, times: int) -> dict[str, Any]:
    """Time passes between two looks, so that nothing is as far away as the page before said."""
    asked = []
    for _ in range(BEFORE + times):
        world.clock.step(7)
        asked.append(await pages.asked(login, "/desk/"))
    return {
        **spread([seconds for seconds, _ in asked[BEFORE:]]), "page_bytes": asked[-1][1],
        "goal_p50_ms": GOAL_P50_MS, "goal_p99_ms": GOAL_P99_MS,
    }  # fmt: skip
