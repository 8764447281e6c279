"""How soon `trm-node --help` answers: fresh processes, one after the other, from their start to their end.

Source: issue 4, numbers.
"""

import statistics
import subprocess
import sys
import time

from tests.bench.goals import judged

GOAL_S = 0.3


def help_line(rounds: int = 9) -> dict[str, object]:
    """The line of `--help`: the median in seconds and the slowest; the median is judged, after one to warm the disk."""
    _asked()
    took = [_asked() for _ in range(rounds)]
    line: dict[str, object] = {
        "shape": "help",
        "seconds": round(statistics.median(took), 3),
        "slowest": round(max(took), 3),
    }
    return judged(line, statistics.median(took), GOAL_S)


def _asked() -> float:
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "node", "--help"], capture_output=True, check=True)
    took = time.perf_counter() - began
    assert b"serve" in done.stdout
    return took
