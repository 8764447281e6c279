"""Periodic work: rows of name, interval and a function that can also be called by hand.

The scheduler only wakes: what is due stands in the database, so a run that is skipped, doubled or cut off loses
nothing. A job never runs beside itself; a wake during a run makes it run once more. The third of the three borders
where every exception is caught: a job that fails is logged, counted and woken again at its next turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from node.clock import ALLOWED_JUMP_S, Clock, JumpWatch
from node.log import get

WATCH_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Job:
    """One row: wake `run` at the start and then every `every_s` seconds, give or take `jitter_s`.

    `run` takes no argument, is safe to repeat, and derives what to do from the database.
    """

    name: str
    every_s: float
    run: Callable[[], Awaitable[object]]
    jitter_s: int | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """How a job fares: seconds since it last ended (None: never), failures since it last ended well.

    `next_s` is how long until its next turn; None while nothing is scheduled.
    """

    name: str
    age_s: float | None
    failures: int
    is_late: bool
    every_s: float = 0
    next_s: float | None = None


@dataclass(slots=True)
class _State:
    job: Job
    ended: float | None = None
    failures: int = 0
    is_running: bool = False
    again: bool = False
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class Jobs:
    """The jobs of one node. `start` and `stop` once each, in the running loop."""

    def __init__(self, rows: Sequence[Job], clock: Clock, allowed_jump_s: int = ALLOWED_JUMP_S) -> None:
        self._clock = clock
        self._watch = JumpWatch(clock, allowed_jump_s)
        self._states = {row.name: _State(row) for row in rows}
        if len(self._states) != len(rows):
            raise ValueError("two jobs have the same name; give each its own")
        self._started = clock.monotonic()
        # A misfire is never dropped, many are one, and nothing is pickled: P27.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(jobstores={"default": MemoryJobStore()}, job_defaults=defaults, timezone=UTC)
        self._watching: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Wake every job now, and from then on at its interval."""
        self._started = self._clock.monotonic()
        for state in self._states.values():
            self._scheduler.add_job(
                self._wake,
                "interval",
                args=[state.job.name],
                id=state.job.name,
                seconds=state.job.every_s,
                jitter=state.job.jitter_s,
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()
        self._look()

    async def stop(self, grace_s: float = 10) -> None:
        """Wake nothing more, let what is running end, and cancel what has not ended after `grace_s`."""
        if self._watching is not None:
            self._watching.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        running = [state.task for state in self._states.values() if state.task is not None]
        _, late = await asyncio.wait(running, timeout=grace_s) if running else (set(), set())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def wake(self, name: str) -> None:
        """Run this job as soon as the loop is free, whatever its interval; for speed only."""
        state = self._states[name]
        if state.is_running:
            state.again = True
        elif state.task is None:
            state.task = asyncio.get_running_loop().create_task(self.run_now(name), name=f"job {name}")
            state.task.add_done_callback(lambda _done: setattr(state, "task", None))

    def wake_all(self) -> None:
        """Run every job as soon as the loop is free: what was due before may be due, or believed, only now."""
        for name in self._states:
            self.wake(name)

    async def run_now(self, name: str) -> None:
        """Run this job; if it is running, have it run once more afterwards instead. Raises nothing a job raises."""
        state = self._states[name]
        if state.is_running:
            state.again = True
            return
        state.is_running = True
        try:
            await self._once(state)
            while state.again:
                state.again = False
                await self._once(state)
        finally:
            state.is_running = state.again = False

    def ticks(self) -> list[Tick]:
        """What health shows of every job; late is one that has not ended for three intervals and a minute."""
        now = self._clock.monotonic()
        return [self._tick(state, now) for state in self._states.values()]

    def look_for_jump(self) -> int:
        """Wake every job if the clock jumped, so that nothing due waits for an old alarm; the seconds it jumped."""
        jump_s = self._watch.jump_s()
        if jump_s:
            get().warning("the clock jumped", jump_s=jump_s)
            self.wake_all()
            self._reset_alarms()
        return jump_s

    async def _wake(self, name: str) -> None:
        self.wake(name)

    async def _once(self, state: _State) -> None:
        began = self._clock.monotonic()
        try:
            await state.job.run()
            state.failures = 0
            result = "done"
        except Exception as error:  # noqa: BLE001 - border: one bad sweep must not end all later ones
            state.failures += 1
            result = "failed"
            get().error("job failed", job=state.job.name, tries=state.failures, error=error)
        state.ended = self._clock.monotonic()
        get().debug("job ran", job=state.job.name, result=result, took_ms=round((state.ended - began) * 1000, 1))

    def _tick(self, state: _State, now: float) -> Tick:
        silent_s = now - (self._started if state.ended is None else state.ended)
        return Tick(
            name=state.job.name,
            age_s=None if state.ended is None else silent_s,
            failures=state.failures,
            is_late=silent_s > 3 * state.job.every_s + 60,
            every_s=state.job.every_s,
            next_s=self._next_s(state.job.name),
        )

    def _next_s(self, name: str) -> float | None:
        job = self._scheduler.get_job(name) if self._scheduler.running else None
        at = None if job is None else job.next_run_time
        return None if at is None else max(0.0, (at - datetime.now(UTC)).total_seconds())

    def _look(self) -> None:
        self.look_for_jump()
        self._watching = asyncio.get_running_loop().call_later(WATCH_EVERY_S, self._look)

    def _reset_alarms(self) -> None:
        # The scheduler keeps wall-clock alarms: after a jump back of a day they would ring a day late.
        if self._scheduler.running:
            for state in self._states.values():
                self._scheduler.reschedule_job(
                    state.job.name, trigger="interval", seconds=state.job.every_s, jitter=state.job.jitter_s
                )
