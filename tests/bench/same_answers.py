"""Attack 57 by the clock: does it take longer to answer about somebody who must not be known?

Letters of every state are posted in turn to one node; each time is compared with that of the state beside it in the
same round, so that a busy machine slows both. The sign test counts how often a state was the slower one: half the time,
where nothing tells them apart. `nothing again` and `nothing` are the same state: what they show is the noise.

python -m tests.bench.same_answers [--posts 2000] [--folder DIR]
"""

import argparse
import asyncio
import json
import math
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.attack.same_answer import COMPARED, Answered, make_ready, one_round
from tests.world import make_world

POSTS = 2000
LETTERS_A_THREAD = 50
SAME_Z = 4.0  # so far from one half, chance comes once in 16,000 comparisons
WARM_UP = 5


async def compare(folder: Path, posts: int) -> list[dict[str, object]]:
    """One line for each state: sizes, median time, difference from its like, share of rounds slower, and z."""
    folder.mkdir(exist_ok=True)
    world = make_world(folder, "XD", "XA")
    try:
        ready = await make_ready(world, max(1, posts // LETTERS_A_THREAD))
        for turn in range(WARM_UP):
            await one_round(ready, turn)
        rounds = [await one_round(ready, turn) for turn in range(posts)]
    finally:
        await world.close()
    return list(_lines(rounds))


def _lines(rounds: list[list[Answered]]) -> Iterator[dict[str, object]]:
    took = {state: [next(one.took_s for one in came if one.state == state) for came in rounds] for state in COMPARED}
    sizes = {state: sorted({one.size for came in rounds for one in came if one.state == state}) for state in COMPARED}
    for state, like in COMPARED.items():
        if state == like:
            continue
        apart_s = [mine - other for mine, other in zip(took[state], took[like], strict=True)]
        slower = sum(one > 0 for one in apart_s) / len(apart_s)
        z = (slower - 0.5) * 2 * math.sqrt(len(apart_s))
        yield {
            "shape": f"same answer: {state} as {like}", "posts": len(apart_s), "bytes": sizes[state],
            "same_bytes": sizes[state] == sizes[like], "p50_ms": round(statistics.median(took[state]) * 1e3, 3),
            "apart_us": round(statistics.median(apart_s) * 1e6, 1), "slower_share": round(slower, 3),
            "z": round(z, 2), "same_time": abs(z) < SAME_Z,
        }  # fmt: skip


def main() -> None:
    """Measure in a folder that is thrown away."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=POSTS, help="letters of each state")
    parser.add_argument("--folder", type=Path, help="where the databases are made")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="trm-bench-") as folder:
        for line in asyncio.run(compare(Path(folder), arguments.posts)):
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
