"""`make bench`: one JSON line for each shape, with the limit of the same minutes beside it, or a goal and a verdict.

The exit code is 1 if a goal is missed, or if an answer tells anything (attack 57, the last lines).

python -m tests.bench [--seconds 5] [--rounds 3] [--threads 800] [--posts 2000] [--cases 50000]
    [--folder DIR] [--shape NAME]
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.demo import demo_line
from tests.bench.desk import CASES, desk_lines
from tests.bench.goals import missed
from tests.bench.help import help_line
from tests.bench.keep import PAYLOADS, measure_erasure, measure_sweep
from tests.bench.limit import bare_pair
from tests.bench.long_matter import long_matter_lines
from tests.bench.loops import each, run
from tests.bench.matching import matching_line
from tests.bench.network import make_folder, prepare
from tests.bench.people import SECONDS, people_line
from tests.bench.processes import child
from tests.bench.real import real_pair, start_and_idle
from tests.bench.same_answers import POSTS, compare
from tests.bench.shapes import BATCHES, MANY, ONE, SHAPES, Figures, Shape, median_of

MATCHING = "matching"
KEEPING = "keeping"
HELP = "help"
DEMO = "demo"
DESK = "desk"
LONG = "long matter"
CLICKS = "people"
RATIOS = {ONE: 1.6, MANY: 1.2, BATCHES: 2.0}  # at most for the time of one, at least for the others
IDLE_MB, START_S = 150, 3.0
ALONE = (HELP, DEMO, DESK, LONG, CLICKS, MATCHING, KEEPING)  # measured without the two nodes that letters go between


def main() -> None:
    """Measure in a folder that is thrown away; `--folder` names the disk it lies on."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="limit and node in turn, so many times; medians are told")
    parser.add_argument("--threads", type=int, default=800, help="accepted referrals that the letters are spread over")
    parser.add_argument(
        "--posts", type=int, default=POSTS, help="letters of each state, for attack 57; 0 leaves it out"
    )
    parser.add_argument(
        "--payloads", type=int, default=PAYLOADS, help="that a retention sweep finds due; 0 leaves it out"
    )
    parser.add_argument(
        "--clicks", type=float, default=SECONDS, help="seconds that twenty people click; 0 leaves it out"
    )
    parser.add_argument("--cases", type=int, default=CASES, help="behind the desk; 0 leaves it out")
    parser.add_argument(
        "--many-cases", type=int, default=0, help="behind another desk, compared: a million takes half an hour to make"
    )
    parser.add_argument("--folder", type=Path, help="where the databases are made")
    parser.add_argument("--shape", choices=[*(shape.name for shape in SHAPES), *ALONE], help="this shape only")
    arguments = parser.parse_args()
    said = list[dict[str, object]]()
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="trm-bench-") as folder:
        for line in _lines(Path(folder), arguments):
            _say(line)
            said.append(line)
    sys.exit(missed(said))


def _lines(folder: Path, arguments: argparse.Namespace) -> Iterator[dict[str, object]]:
    """The lines with a verdict, each as soon as it is measured; the others are said between them."""
    shape = arguments.shape
    if shape in (None, HELP):
        yield help_line()
    if shape in (None, DEMO):
        yield demo_line(folder / "demo")
    if shape in (None, LONG):
        yield from each(long_matter_lines(folder / "long"))
    if shape in (None, DESK) and arguments.cases:
        yield from each(desk_lines(folder / "desk", arguments.cases, arguments.many_cases))
    if shape in (None, CLICKS) and arguments.clicks:
        yield run(people_line(folder / "people", seconds=arguments.clicks))
    if shape in (None, MATCHING):
        yield matching_line()
    if shape in (None, KEEPING):
        yield run(measure_erasure(folder / "erasing"))
        if arguments.payloads:
            yield run(measure_sweep(folder / "sweep", arguments.payloads))
    if shape not in ALONE:
        yield from run(_measure(folder, arguments))
    if shape is None and arguments.posts:
        yield from run(compare(folder / "answers", arguments.posts))


async def _measure(folder: Path, arguments: argparse.Namespace) -> list[dict[str, object]]:
    registry, lines = make_folder(folder), list[dict[str, object]]()
    async with child("-m", "tests.bench.mirror", str(folder / "registry")) as mirror:
        prepared = await prepare(folder, registry, mirror.first_line, arguments.threads)
        starts = [await start_and_idle(prepared) for _ in range(arguments.rounds)]
        async with bare_pair(folder) as bare, real_pair(prepared) as real:
            for shape in SHAPES:
                if arguments.shape in (None, shape.name):
                    limits, figures = [], []
                    for _ in range(arguments.rounds):
                        limits.append(await bare.measure(shape, arguments.seconds))
                        figures.append(await real.measure(shape, arguments.seconds))
                    lines.append(_delivery(shape, median_of(figures), median_of(limits)))
    rss_mb, start_s = _median([mb for _, mb in starts if mb is not None]), _median([seconds for seconds, _ in starts])
    lines.append(
        {"shape": "idle node", "rss_mb": rss_mb, "goal": IDLE_MB, "ok": rss_mb is not None and rss_mb <= IDLE_MB}
    )
    lines.append(
        {"shape": "start", "seconds": start_s, "goal": START_S, "ok": start_s is not None and start_s <= START_S}
    )
    return lines


def _delivery(shape: Shape, real: Figures, limit: Figures) -> dict[str, object]:
    """One line; the ratio is of letters per second, and of the median times where only one is under way."""
    is_time, goal = shape.name == ONE, RATIOS[shape.name]
    ratio = round(real.p50_ms / limit.p50_ms if is_time else real.letters_per_s / limit.letters_per_s, 2)
    return {
        "shape": shape.name, "letters_per_s": round(real.letters_per_s, 1), "p50_ms": round(real.p50_ms, 2),
        "p99_ms": round(real.p99_ms, 2), "cpu_ms_per_letter": _rounded(real.cpu_ms_per_letter),
        "limit": round(limit.letters_per_s, 1), "limit_p50_ms": round(limit.p50_ms, 2),
        "limit_cpu_ms_per_letter": _rounded(limit.cpu_ms_per_letter), "ratio": ratio, "goal": goal,
        "ok": ratio <= goal if is_time else ratio >= goal,
    }  # fmt: skip


def _median(values: list[float]) -> float | None:
    return round(statistics.median(values), 2) if values else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _say(line: dict[str, object]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
