"""The scheduler only wakes; what a job does is safe to repeat and never beside itself."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from apscheduler.jobstores.memory import MemoryJobStore

from node import log
from node.app import _rows
from node.clock import SteppedClock
from node.config import load
from node.jobs import Job, Jobs


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    handlers, stream = logging.getLogger().handlers[:], io.StringIO()
    log.configure(lambda: 1_795_478_400, "debug", stream)
    yield stream
    logging.getLogger().handlers[:] = handlers
    structlog.reset_defaults()


class Sweep:
    """Counts its runs; waits inside each until told to go on."""

    def __init__(self) -> None:
        self.began = 0
        self.ended = 0
        self.most_at_once = 0
        self.started = asyncio.Event()
        self.go_on = asyncio.Event()

    async def run(self) -> None:
        self.began += 1
        self.most_at_once = max(self.most_at_once, self.began - self.ended)
        self.started.set()
        await self.go_on.wait()
        self.ended += 1


async def test_every_job_is_woken_at_the_start_and_waited_for_at_the_end():
    sweep = Sweep()
    jobs = Jobs([Job("deliver", 3600, sweep.run)], SteppedClock(0))

    jobs.start()
    await asyncio.wait_for(sweep.started.wait(), 10)
    sweep.go_on.set()
    await jobs.stop()

    assert (sweep.began, sweep.ended) == (1, 1)


async def test_a_job_that_does_not_end_is_cancelled_after_the_grace():
    sweep = Sweep()
    jobs = Jobs([Job("deliver", 3600, sweep.run)], SteppedClock(0))

    jobs.start()
    await asyncio.wait_for(sweep.started.wait(), 10)
    await jobs.stop(grace_s=0)

    assert (sweep.began, sweep.ended) == (1, 0)


async def test_a_job_never_runs_beside_itself_and_a_wake_during_a_run_is_not_lost():
    sweep = Sweep()
    jobs = Jobs([Job("deliver", 3600, sweep.run)], SteppedClock(0))

    jobs.wake("deliver")
    await asyncio.wait_for(sweep.started.wait(), 10)
    for _ in range(3):
        jobs.wake("deliver")
    await jobs.run_now("deliver")
    sweep.go_on.set()
    await jobs.stop()

    assert (sweep.began, sweep.ended, sweep.most_at_once) == (2, 2, 1)


async def test_two_wakes_before_the_run_are_one():
    sweep = Sweep()
    sweep.go_on.set()
    jobs = Jobs([Job("deliver", 3600, sweep.run)], SteppedClock(0))

    jobs.wake("deliver")
    jobs.wake("deliver")
    await jobs.stop()

    assert sweep.ended == 1


async def test_a_failing_job_is_logged_without_what_it_said_and_runs_again(out):
    clock, failing = SteppedClock(0), True

    async def expire() -> None:
        if failing:
            raise ValueError("the case of Zanariya Testperson")

    jobs = Jobs([Job("expire", 60, expire)], clock)

    await jobs.run_now("expire")
    await jobs.run_now("expire")
    assert jobs.ticks()[0].failures == 2
    failing = False
    await jobs.run_now("expire")

    assert jobs.ticks()[0].failures == 0
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line.get("result") for line in lines if line["event"] == "job ran"] == ["failed", "failed", "done"]
    assert [line["tries"] for line in lines if line["event"] == "job failed"] == [1, 2]
    assert "took_ms" in lines[-1]
    assert "Zanariya" not in out.getvalue()


async def test_a_job_that_does_not_tick_is_late():
    """P2, P37: health is the age of the last tick, also of a job that never ended once."""
    clock = SteppedClock(0)
    sweep = Sweep()
    sweep.go_on.set()
    jobs = Jobs([Job("deliver", 10, sweep.run), Job("expire", 1000, sweep.run)], clock)

    await jobs.run_now("deliver")
    clock.step(91)

    assert [(tick.name, tick.age_s, tick.is_late) for tick in jobs.ticks()] == [
        ("deliver", 91, True),
        ("expire", None, False),
    ]


async def test_a_clock_jump_wakes_every_job():
    clock = SteppedClock(1_795_478_400)
    sweep = Sweep()
    sweep.go_on.set()
    jobs = Jobs([Job("deliver", 3600, sweep.run), Job("expire", 3600, sweep.run)], clock)

    clock.step(3600)
    assert jobs.look_for_jump() == 0
    clock.jump(-86_400)
    assert jobs.look_for_jump() == -86_400
    await jobs.stop()

    assert sweep.ended == 2


async def test_the_interval_wakes_again():
    sweep, twice = Sweep(), asyncio.Event()
    sweep.go_on.set()

    async def run() -> None:
        await sweep.run()
        if sweep.ended == 2:
            twice.set()

    jobs = Jobs([Job("deliver", 0.01, run)], SteppedClock(0))
    jobs.start()
    await asyncio.wait_for(twice.wait(), 10)
    await jobs.stop()

    assert sweep.most_at_once == 1


async def test_a_wake_that_comes_late_is_not_dropped_and_many_are_one():
    """Issue 2; P27: a machine that slept for an hour sweeps once when it is awake, and nothing is kept elsewhere."""
    sweep = Sweep()
    sweep.go_on.set()
    jobs = Jobs([Job("registry", 900, sweep.run, jitter_s=90)], SteppedClock(0))
    jobs.start()
    (row,) = jobs._scheduler.get_jobs()
    await jobs.stop()

    assert (row.misfire_grace_time, row.coalesce, row.max_instances) == (None, True, 1)
    assert (row.trigger.interval.total_seconds(), row.trigger.jitter) == (900, 90)
    assert [type(one) for one in jobs._scheduler._jobstores.values()] == [MemoryJobStore]


def test_not_every_country_asks_the_registry_at_the_same_moment():
    """Issue 2: every 15 minutes, give or take."""
    config = load(Path(__file__).resolve().parents[2] / "deploy/node.toml", env={}).config
    part: Any = SimpleNamespace(node=None, refresh=None, look=None, sweep=None)
    registry = next(one for one in _rows(part, part, part, part, config) if one.name == "registry")

    assert (registry.every_s, registry.jitter_s) == (900, 90)


def test_two_rows_of_one_name_are_refused():
    sweep = Sweep()

    with pytest.raises(ValueError, match="same name"):
        Jobs([Job("deliver", 1, sweep.run), Job("deliver", 2, sweep.run)], SteppedClock(0))
