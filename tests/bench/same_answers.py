"""Attack 57 by the clock: does it take longer to answer about somebody who must not be known?

Letters of every state are posted in turn to one node. Two tests judge each state against the one beside it, and both
have to pass: how often it was the slower one in the same round (sign test, so that a busy machine slows both), and
whether all its times are of the same distribution (Kolmogorov-Smirnov). A bound is passed by chance once in about
10,000 comparisons. A state "again" is the same as the one beside it: what it shows is the noise.

python -m tests.bench.same_answers [--posts 2000] [--folder DIR]; 1 if any state can be told apart.
"""

import argparse
import asyncio
import json
import math
import statistics
import sys
import tempfile
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from tests.attack.same_answer import COMPARED, Answered, make_ready, one_round
from tests.world import make_world

POSTS = 2000
LETTERS_A_THREAD = 100
SAME_Z = 4.0  # so far from one half, chance comes once in 16,000 comparisons
CHANCE = 1e-4  # of a distance above its bound, where two distributions are the same
WARM_UP = 5


async def compare(folder: Path, posts: int) -> list[dict[str, object]]:
    """One line for each state: sizes, median time, difference from its like, both statistics, and `ok`."""
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
        line = _judged(state, like, took[state], took[like])
        same_bytes = sizes[state] == sizes[like]
        yield line | {"bytes": sizes[state], "same_bytes": same_bytes, "ok": same_bytes and bool(line["same_time"])}


def _judged(state: str, like: str, mine: list[float], others: list[float]) -> dict[str, object]:
    """Both statistics with their bounds, and how far the medians are apart."""
    apart_s = [one - other for one, other in zip(mine, others, strict=True)]
    slower = sum(one > 0 for one in apart_s) / len(apart_s)
    z, distance, bound = (slower - 0.5) * 2 * math.sqrt(len(apart_s)), ks_distance(mine, others), ks_bound(len(mine))
    return {
        "shape": f"same answer: {state} as {like}", "posts": len(apart_s),
        "p50_ms": round(statistics.median(mine) * 1e3, 3), "apart_us": round(statistics.median(apart_s) * 1e6, 1),
        "slower_share": round(slower, 3), "z": round(z, 2), "z_bound": SAME_Z,
        "ks": round(distance, 4), "ks_bound": round(bound, 4), "same_time": abs(z) < SAME_Z and distance < bound,
    }  # fmt: skip


def ks_distance(mine: list[float], others: list[float]) -> float:
    """The greatest distance between the two empirical distributions."""
    mine, others = sorted(mine), sorted(others)
    return max(
        abs(bisect_right(mine, at) / len(mine) - bisect_right(others, at) / len(others)) for at in (*mine, *others)
    )


def ks_bound(posts: int) -> float:
    """What two samples of so many exceed by chance with probability CHANCE (the usual asymptotic bound)."""
    return math.sqrt(-math.log(CHANCE / 2) / 2) * math.sqrt(2 / posts)


def told_apart(line: dict[str, object]) -> bool:
    """Whether this line of `compare` says that an answer tells something."""
    return not line["ok"]


def main() -> None:
    """Measure in a folder that is thrown away."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=POSTS, help="letters of each state")
    parser.add_argument("--folder", type=Path, help="where the databases are made")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="trm-bench-") as folder:
        lines = asyncio.run(compare(Path(folder), arguments.posts))
    for line in lines:
        print(json.dumps(line), flush=True)
    sys.exit(any(told_apart(line) for line in lines))


if __name__ == "__main__":
    main()
