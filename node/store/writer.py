"""One thread that writes, with group commit: whatever waits while a commit is in flight joins the next one.

A job that fails takes nothing with it from its group's transaction (`together`). A caller is answered only after the
commit is on the disk. What jobs leave for the end (`Work.at_end`) is a job of its own that runs when no other waits.
Source: pitfalls P9, P26.
"""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from node.errors import OpenTRMError
from node.processors import Follower
from node.store.problems import StoreClosed, StoreReadOnly, explained
from node.store.together import Together
from node.store.veil import NO_VEIL, Veil
from node.store.work import Last, Work

MAX_GROUP = 500
MAX_PUT_OFF_S = 0.25  # what is left for the end waits for others no longer: letters then leave together
MAX_GROUP_S = 0.05  # a transaction holds others up for no longer (P26)


@dataclass(slots=True)
class Job:
    """Something to be done to the database, and who waits for it: a future, or without a loop a thread on `done`."""

    run: Callable[[Work], Any]  # what it gives back only its caller knows; Store.write keeps the type
    loop: asyncio.AbstractEventLoop | None = None
    future: "asyncio.Future[Any] | None" = None
    done: threading.Event | None = None
    alone: bool = False  # outside any transaction: VACUUM, checkpoint
    again: bool = False  # may be undone and run again before anybody hears of it: nothing but the database is changed
    result: Any = None
    error: BaseException | None = None
    heralds: list[Callable[[], object]] = field(default_factory=list)
    callbacks: list[Callable[[], None]] = field(default_factory=list)
    lasts: dict[str, Last] = field(default_factory=dict)
    then: Callable[[Any, int], None] | None = None
    commit: int = 0  # the number of the commit it is part of, 0 when it came to none
    noted: list[bytes] = field(default_factory=list)
    always: list[Callable[[], None]] = field(default_factory=list)

    def forget(self) -> None:
        """It was undone: nothing of it follows any more, but what is done in any case."""
        for kept in (self.heralds, self.callbacks, self.noted, self.lasts):
            kept.clear()

    def finish(self) -> None:
        """Run what was to be done at the end, or after the commit, then tell the caller; on the caller's own thread."""
        callbacks = [*self.always, *(self.callbacks if self.error is None else [])]
        if self.then is not None:
            callbacks = [*callbacks, partial(self.then, None if self.error else self.result, self.commit)]
        for callback in callbacks:
            if self.loop is None:
                callback()
            else:
                self.loop.call_soon(callback)  # before the caller goes on; one that fails stops nobody else's answer
        if self.future is None or self.future.done():  # cancelled meanwhile: the work is done all the same
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class Writer:
    """The thread that owns the writing connection.

    `problem` is None, or why nothing is written any more; `reopen` makes another connection to try again.
    """

    def __init__(self, connection: sqlite3.Connection, reopen: Callable[[], sqlite3.Connection]) -> None:
        self._connection, self._reopen = connection, reopen
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._ahead: list[Job | None] = []  # taken from the queue, but not for the group that took it
        self._closing = threading.Lock()
        self._closed = False
        self._works = False  # on a group; a job that comes now joins it or the next one
        self._lasts: dict[str, Job] = {}
        self._lasts_since = 0.0  # monotonic; when the oldest of them was asked for
        self.journal: Callable[[list[bytes]], None] | None = None
        self.veil: Veil = NO_VEIL
        self.problem: str | None = None
        self.commits = 0
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()
        self._place = Follower(self._thread)

    @property
    def is_busy(self) -> bool:
        """Whether jobs wait."""
        return not self._jobs.empty()

    def put(self, job: Job) -> None:
        """Queue a job. StoreClosed after `close`."""
        with self._closing:
            if self._closed:
                raise StoreClosed("database is closed; start the node again")
            self._choose_processor()
            self._jobs.put(job)

    def close(self) -> None:
        """Do what is queued, then close the file. May be called twice."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    def _choose_processor(self) -> None:
        """A job that finds nobody before it is done where its caller runs, who waits: elsewhere it may stand behind the
        signing process that was woken for it.
        """
        if self._works or self.is_busy:
            self._place.stray()
        else:
            self._place.follow()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            self._works = True
            if job.alone:
                self._alone(job)
            else:
                self._group(job)
        self._connection.close()

    def _next(self) -> Job | None:
        return self._ahead.pop() if self._ahead else self._jobs.get()

    def _alone(self, job: Job) -> None:
        try:
            job.result = job.run(Work(self._connection, job.callbacks, veil=self.veil, always=job.always))
        except BaseException as error:  # noqa: BLE001 - it goes to its caller
            job.error = explained(error) or error
        self._deliver([job])

    def _group(self, job: Job) -> None:
        """Run `job` and all that waits as one transaction."""
        jobs = [job]
        try:
            together = self._begin()
            together.run(job)
            until = time.monotonic() + MAX_GROUP_S
            while not self._jobs.empty() and len(jobs) < MAX_GROUP and time.monotonic() < until:
                joins = self._jobs.get()
                if joins is None or joins.alone:
                    self._ahead.append(joins)
                    break
                jobs.append(joins)
                together.run(joins)
            self._note_lasts(jobs)
            for last in self._due_lasts():
                jobs.insert(0, last)  # told before the others' callers go on, as their callbacks are
                together.run(last)
            self._end(jobs)
        except BaseException as error:  # noqa: BLE001 - it goes to every caller of the group
            self._fail(jobs, error)

    def _begin(self) -> Together[Job]:
        if self.problem is not None:
            raise StoreReadOnly(self.problem)
        return Together(self._connection, self._ran)

    def _ran(self, job: Job) -> bool:
        """Run a job; False when what it wrote has to be undone."""
        try:
            own = (job.callbacks, job.lasts, job.noted, self.veil, job.heralds, job.always)
            job.result = job.run(Work(self._connection, *own))
            if not self._connection.in_transaction:
                raise sqlite3.OperationalError("a job ended the transaction of its group")
        except BaseException as error:
            if explained(error) is not None or not self._connection.in_transaction:
                raise  # the disk or the file: nobody in this group can be told that all is well
            job.error = error if not isinstance(error, StopIteration) else RuntimeError("job raised StopIteration")
            return False
        return True

    def _note_lasts(self, jobs: list[Job]) -> None:
        """What these leave for the end is done once, whoever else asked for it."""
        for job in jobs:
            for name, last in job.lasts.items() if job.error is None else ():
                self._lasts_since = self._lasts_since if self._lasts else time.monotonic()
                self._lasts.setdefault(name, Job(last.run, job.loop, then=last.then, again=True))
            job.lasts.clear()

    def _due_lasts(self) -> list[Job]:
        """What was left for the end, once nobody else waits, or when it was put off for long enough."""
        idle = self._jobs.empty() or bool(self._ahead)
        if not self._lasts or not (idle or time.monotonic() - self._lasts_since > MAX_PUT_OFF_S):
            return []
        due, self._lasts = list(self._lasts.values()), {}
        return due

    def _end(self, jobs: list[Job]) -> None:
        noted = [entry for job in jobs if job.error is None for entry in job.noted]
        if noted and self.journal is not None:
            self.journal(noted)  # a disk that does not take it fails the whole group: nothing protects by half
        for herald in [herald for job in jobs if job.error is None for herald in job.heralds]:
            with suppress(RuntimeError):  # that loop is closed: nobody makes anything ready any more
                herald()
        # Crash here: nothing of the group is in the file, and nobody was told that it is.
        self._connection.execute("commit")
        # Crash here: all of it is; a caller that heard nothing asks again and finds it done.
        self.commits += 1
        for job in jobs:
            job.commit = self.commits
        self._deliver(jobs)

    def _fail(self, jobs: list[Job], error: BaseException) -> None:
        known = explained(error)
        self._note_lasts(jobs)  # who asked for them hears that nothing came of it
        if known is not None:
            self.problem = known.message
        if self._connection.in_transaction:
            try:
                self._connection.execute("rollback")
            except sqlite3.Error:
                self.problem = self.problem or "database gave up a transaction; start the node again"
        jobs, self._lasts = [*jobs, *self._lasts.values()], {}
        for job in jobs:
            job.error = job.error or (StoreReadOnly(known.message) if known else _again(error))
        self._deliver(jobs)

    def _deliver(self, jobs: list[Job]) -> None:
        self._works = False  # before anybody hears: who asks again at once is the first
        _deliver(jobs)

    def try_again(self) -> None:
        """Open the file anew and write to it; on success the store is writable again. Runs as a job that is alone."""
        fresh = self._reopen()
        self._connection.close()
        self._connection, self.problem = fresh, None


def _again(error: BaseException) -> BaseException:
    # One object must not be raised in many tasks: each would add its own traceback.
    return type(error)(error.message) if isinstance(error, OpenTRMError) else error


def _deliver(jobs: list[Job]) -> None:
    """Answer the callers, one wake-up of each event loop for the whole group."""
    loops: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        if job.loop is not None:
            loops.setdefault(job.loop, []).append(job)
        elif job.done is not None:
            job.done.set()
    for loop, waiting in loops.items():
        try:
            loop.call_soon_threadsafe(_finish, waiting)
        except RuntimeError:
            continue  # that loop is closed: nobody listens any more, and the rows are on the disk


def _finish(jobs: list[Job]) -> None:
    for job in jobs:
        job.finish()
