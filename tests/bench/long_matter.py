"""How long a case of 200 letters takes to open: its page, and the page of the matter, on both sides.

The letters are real: an accepted referral, then updates by turns, each released, sealed, posted in memory, judged and
receipted. Source: issue 4, numbers.
"""

from collections.abc import AsyncIterator
from pathlib import Path

from tests.bench.goals import judged
from tests.bench.network import ACCEPT
from tests.bench.pages import pages_of, spread
from tests.world import DAY_S, HER, World, make_world

LETTERS, ASKED, BEFORE = 200, 60, 3
GOAL_MS = 60.0
UPDATE = {
    "status": "as_planned", "services_started": ["safe-place"], "services_stopped": [],
    "plan_review_date": ["2026-12-15"],
}  # fmt: skip


async def long_matter_lines(
    folder: Path, letters: int = LETTERS, times: int = ASKED
) -> AsyncIterator[dict[str, object]]:
    """A line for each page of each side; the median is judged."""
    world = make_world(folder, "XD", "XA")
    try:
        thread = await matter_of(world, letters)
        for code in ("XD", "XA"):
            async with pages_of(world[code]) as pages:
                case = (await world[code].view(thread)).case
                for page, path in (("case", f"/desk/case/{case}"), ("matter", f"/desk/thread/{thread}")):
                    asked = [await pages.asked("ana", path) for _ in range(BEFORE + times)][BEFORE:]
                    took = spread([seconds for seconds, _ in asked])
                    line: dict[str, object] = {"shape": "long matter", "letters": letters, "page": page, "side": code}
                    yield judged(line | took | {"page_bytes": asked[-1][1]}, took["p50_ms"], GOAL_MS)
    finally:
        await world.close()


async def matter_of(world: World, letters: int) -> str:
    """An accepted referral with so many letters in all; the thread."""
    xd, xa = world["XD"], world["XA"]
    thread = (await xd.offer("XA")).thread
    await world.settle()
    await xa.act(thread, "referral.accept", {**ACCEPT, "persons": [xd.tokens(thread)[HER]]})
    await world.settle()
    for at in range(letters - 2):
        world.clock.step(DAY_S // 100)
        await (xd, xa)[at % 2].act(thread, "referral.update", UPDATE)
        await world.settle()
    return thread
