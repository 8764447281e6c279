"""Where tests keep their files, and in which order they run. It changes nothing that a test finds.

A node waits for the disk before it answers. What a killed process wrote is kept in memory as on a disk, so the folders
of tests lie in memory where there is room. Set TMPDIR to have them elsewhere.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.copied import clear_left

IN_MEMORY = Path("/dev/shm")  # a file system in memory, on every Linux
ROOM_BYTES = 1 << 30  # several times what the folders of running tests hold together

# What takes long, in groups of about as long: each process begins with one of them, and short tests fill the rest.
LONG = (
    ("tests/test_demo.py", "tests/attack/test_asylum_after_the_stop.py", "tests/test_readme.py"),
    ("tests/crash/",),
    ("tests/browser/",),
    ("tests/property/", "tests/unit/service/test_neutral_answers.py", "tests/unit/crypto/test_made_again.py"),
)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder once; the processes that work for this one, and those that tests start, follow it."""
    if "TMPDIR" not in os.environ and _has_room(IN_MEMORY):
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None  # it is looked up anew
    if "PYTEST_XDIST_WORKER" not in os.environ:
        clear_left()
    gc.disable()  # until everything is collected: what is read in there stays


def pytest_collection_finish() -> None:
    """Modules and thousands of tests live to the end: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every process begin with something long: what begins last would be waited for by everybody.

    Each process is given one piece of this list, all of the same length, and takes from the others when it has done it.
    """
    groups: list[list[pytest.Item]] = [[] for _ in LONG]
    short: list[pytest.Item] = []
    for item in items:
        place = _place(item.nodeid)
        (short if place is None else groups[place]).append(item)
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    left, items[:] = len(items), []
    for worker in range(workers):
        piece = [item for group in groups[worker::workers] for item in group]
        fill = max(0, left // (workers - worker) - len(piece))
        items += piece + short[:fill]
        short, left = short[fill:], left - len(piece) - min(fill, len(short))
    items += short


@pytest.fixture(autouse=True)
def log_is_as_before() -> Iterator[None]:
    """A node that a test ran in this process set the log up with its own clock; the next test's lines have none."""
    yield
    structlog.reset_defaults()


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= ROOM_BYTES


def _place(name: str) -> int | None:
    """The group of long tests that this one belongs to."""
    return next((at for at, group in enumerate(LONG) if name.startswith(group)), None)
