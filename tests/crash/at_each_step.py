"""Runs a test in a process of its own, once for each step of its story, and kills that process there.

`python -m pytest -p tests.crash.at_each_step TEST ...` with the steps, and room for what is found, in the file that
OPENTRM_STORIES names. The process holds the real services over the real files. A step is a transaction, named after the
function that asks for it. SIGKILL comes when it is committed and before anybody is told. A copy of the files is taken
just before, when its rows are written and not committed: a process killed there would leave the same bytes. Both are
opened anew, as at a start, and compared with what the file held before the step and with what the step made of it.
"""

import json
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from node.store import writer
from node.store.audit import Audit
from node.store.writer import Job, Writer

STORIES = "OPENTRM_STORIES"
left_out_when_quick = pytest.mark.skipif(bool(os.environ.get("TRM_QUICK")), reason="TRM_QUICK leaves these kills out")
TASKS = Path("/proc/self/task")
GONE_WITHIN_S = 20.0
FILES = ("", "-wal")  # the third, -shm, is made anew from these
Tables = dict[str, str]
_played: set[str] = set()  # files with a story that was played in this process


def steps_of(jobs: Iterable[Job]) -> Iterator[str]:
    """The names of the steps that these jobs are."""
    for job in jobs:
        if job.error is None:
            run = getattr(job.run, "func", job.run)  # what a partial calls
            yield run.__qualname__.partition(".<locals>")[0].rpartition(".")[2]


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Every step that this test is the story of."""
    path = Path(os.environ[STORIES])
    orders = json.loads(path.read_text())
    for step in orders["steps"].get(item.nodeid, ()):
        if item.location[0] not in _played:  # once here: what tests copy is then ready for every process that is killed
            assert all(report.passed for report in played(item)), item.nodeid
        orders["killed"][step] = _killed(item, step, path.parent / "before")
    path.write_text(json.dumps(orders))
    return True


def played(item: pytest.Item) -> list[pytest.TestReport]:
    """A story to its end; nothing that it opened stays open."""
    _played.add(item.location[0])
    return runtestprotocol(item, log=False, nextitem=None)


def _killed(item: pytest.Item, step: str, copy: Path) -> str:
    """What is wrong after a kill at this step; empty when nothing is."""
    reading, writing = os.pipe()
    _wait_for_threads()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _arm(step, writing, copy)
        runtestprotocol(item, log=False, nextitem=None)
        os._exit(1)
    os.close(writing)
    with open(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if not told or not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
        return "the test never came to this step, or it changes nothing there"
    held, made, path = json.loads(told)
    return _fault(copy, held, "killed before the commit") or _fault(Path(path), made, "killed after it")


def _wait_for_threads() -> None:
    """A thread that Python has joined may still be on its way out, with a lock of a library in its hand, which nobody
    would ever release in the child.
    """
    end = time.monotonic() + GONE_WITHIN_S
    while TASKS.is_dir() and len(os.listdir(TASKS)) > 1:
        assert time.monotonic() < end, "the story has left a thread behind"
        os.sched_yield()


def _arm(step: str, report: int, copy: Path) -> None:
    """Die at this step, where it first changes something; tell what the file held, what it holds now and where."""
    ends, delivers = Writer._end, writer._deliver
    reached = False

    def end(self: Writer, jobs: list[Job]) -> None:
        nonlocal reached
        if step in steps_of(jobs):
            path = self._connection.execute("pragma database_list").fetchone()[2]
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as beside:
                held, made = tables(beside), tables(self._connection)
            reached = held != made
            if reached:
                os.write(report, json.dumps((held, made, path)).encode())  # shorter than a pipe holds
                for ending in FILES:
                    shutil.copyfile(path + ending, f"{copy}{ending}")
        ends(self, jobs)

    def deliver(jobs: list[Job]) -> None:
        if reached:
            os.kill(os.getpid(), signal.SIGKILL)
        delivers(jobs)

    Writer._end, writer._deliver = end, deliver  # type: ignore[method-assign]


def tables(connection: sqlite3.Connection) -> Tables:
    """Every table with a digest of all its rows."""
    names = [row[0] for row in connection.execute("select name from sqlite_master where type='table'")]
    return {name: _digest(connection.execute(f'select * from "{name}"')) for name in names}


def _digest(rows: Iterable[Any]) -> str:
    return sha256("".join(sorted(repr(tuple(row)) for row in rows)).encode()).hexdigest()[:12]


def _fault(path: Path, expected: Tables, when: str) -> str:
    """What the next start finds there that it should not."""
    with closing(sqlite3.connect(path)) as connection:
        found = tables(connection)
        if connection.execute("pragma integrity_check").fetchall() != [("ok",)]:
            return f"{when}: the database is damaged"
        if (line := Audit(connection).verify()) is not None:
            return f"{when}: the audit is wrong at line {line}"
    differs = [name for name in expected if found.get(name) != expected[name]]
    return f"{when}: other rows than expected in {differs}" if differs else ""
