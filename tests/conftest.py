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

IN_MEMORY = Path("/dev/shm")  # a file system in memory, on every Linux
ROOM_BYTES = 1 << 30  # several times what the folders of running tests hold together

LONGEST_FIRST = (
    "tests/test_demo.py",
    "tests/attack/test_asylum_",
    "tests/test_readme.py",
    "tests/crash/",
    "tests/property/",
)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the folder once; the processes that work for this one, and those that tests start, follow it."""
    if "TMPDIR" not in os.environ and _has_room(IN_MEMORY):
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None  # it is looked up anew
    gc.disable()  # until everything is collected: what is read in there stays


def pytest_collection_finish() -> None:
    """Modules and thousands of tests live to the end: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: one that begins last would be waited for by everybody."""
    items.sort(key=lambda item: _place(item.nodeid))


@pytest.fixture(autouse=True)
def log_is_as_before() -> Iterator[None]:
    """A node that a test ran in this process set the log up with its own clock; the next test's lines have none."""
    yield
    structlog.reset_defaults()


def _has_room(folder: Path) -> bool:
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free >= ROOM_BYTES


def _place(name: str) -> int:
    return next((at for at, first in enumerate(LONGEST_FIRST) if name.startswith(first)), len(LONGEST_FIRST))
