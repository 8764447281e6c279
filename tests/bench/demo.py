"""How soon `make demo` has printed where to sign in, and when its twelve cases are there. It is offline: loopback only.

A demo of its own, in a folder that is thrown away; ended as Ctrl-C ends it. Source: interface A12.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.bench.goals import judged

GOAL_S: Final = 10.0
PRINTED: Final = {"seconds": "Three days are played now", "cases_s": "Twelve cases are there"}


def demo_line(folder: Path) -> dict[str, object]:
    """The line of the demo: seconds until every address is printed, which is judged, and until the cases are there."""
    folder.mkdir()
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "node.demo"], env=os.environ | {"TMPDIR": str(folder)}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        took = dict(until_printed(process.stdout, began))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert took.keys() == PRINTED.keys(), "the demo ended before its cases were there"
    return judged({"shape": "demo", **took}, took["seconds"], GOAL_S)


def until_printed(lines: Iterator[str], began: float) -> Iterator[tuple[str, float]]:
    """When each of these was printed; reading goes no further than the last."""
    missing = dict(PRINTED)
    for line in lines:
        for name, begins in list(missing.items()):
            if line.startswith(begins):
                del missing[name]
                yield name, round(time.perf_counter() - began, 2)
        if not missing:
            return
