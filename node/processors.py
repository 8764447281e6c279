"""On which processor a thread or a process of ours runs.

Of two that take turns, the one that wakes the other sleeps a moment later, but a scheduler that finds no processor idle
in that moment may put it in a queue elsewhere. What a service manager or a system forbids changes nothing but time.
"""

import ctypes
import os
import threading
from collections.abc import Callable, Set
from contextlib import suppress

NOWHERE = -1
_sched_getcpu: Callable[[], int] | None = getattr(ctypes.CDLL(None), "sched_getcpu", None)


def here() -> int:
    """The processor that this thread runs on; NOWHERE where the system does not tell."""
    return _sched_getcpu() if _sched_getcpu else NOWHERE


def ours() -> frozenset[int]:
    """The processors that this process may run on; none where the system does not tell."""
    return frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()


def keep_on(who: int, processors: Set[int]) -> None:
    """From now on a process, or a thread by its native id, runs on these alone; where there are none, as before."""
    if processors:
        with suppress(OSError):  # it is forbidden, or whoever it was has ended
            os.sched_setaffinity(who, processors)


class Follower:
    """A thread that runs where it is called from while it works for one caller, who waits; otherwise anywhere."""

    def __init__(self, thread: threading.Thread) -> None:
        self._thread, self._anywhere, self._kept_on = thread, ours(), NOWHERE

    def follow(self) -> None:
        """Run on the caller's processor."""
        at = here()
        if at in self._anywhere and at != self._kept_on:
            self._keep(at, {at})

    def stray(self) -> None:
        """Run anywhere."""
        if self._kept_on != NOWHERE:
            self._keep(NOWHERE, self._anywhere)

    def _keep(self, at: int, processors: Set[int]) -> None:
        if self._thread.native_id is not None:
            self._kept_on = at
            keep_on(self._thread.native_id, processors)
