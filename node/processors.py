"""On which processor a thread or a process of ours runs.

Of two that take turns, the one that wakes the other sleeps a moment later, but a scheduler that finds no processor idle
in that moment may put it in a queue elsewhere. What a service manager or a system forbids changes nothing but time.
"""

import ctypes
import os
import threading
from collections.abc import Callable, Set

NOWHERE = -1
_sched_getcpu: Callable[[], int] | None = getattr(ctypes.CDLL(None), "sched_getcpu", None)


def here() -> int:
    """The processor that this thread runs on; NOWHERE where the system does not tell."""
    return _sched_getcpu() if _sched_getcpu else NOWHERE


def given() -> frozenset[int]:
    """The processors that this process may run on now; none where the system does not tell.

    They are those of its first thread, which nothing of ours narrows: a container that grows or shrinks, or a service
    manager that moves it, is followed.
    """
    if not hasattr(os, "sched_getaffinity"):
        return frozenset()
    try:
        return frozenset(os.sched_getaffinity(os.getpid()))
    except OSError:  # it is forbidden to ask
        return frozenset()


def keep_on(who: int, processors: Set[int]) -> bool:
    """From now on a process, or a thread by its native id, runs on these alone; where there are none, as before.

    False where it does not.
    """
    if not processors:
        return False
    try:
        os.sched_setaffinity(who, processors)
    except OSError:  # it is forbidden, none of them is there any more, or whoever it was has ended
        return False
    return True


class Follower:
    """A thread that runs where it is called from while it works for one caller, who waits; otherwise anywhere."""

    def __init__(self, thread: threading.Thread) -> None:
        self._thread, self._anywhere, self._kept_on = thread, given(), NOWHERE

    def follow(self) -> None:
        """Run on the caller's processor."""
        at = here()
        if at != self._kept_on and at in given():
            self._keep(at, {at})

    def stray(self) -> None:
        """Run anywhere, also where this process may run only since a moment ago."""
        anywhere = given() or self._anywhere
        if (self._kept_on != NOWHERE or anywhere != self._anywhere) and self._keep(NOWHERE, anywhere):
            self._anywhere = anywhere

    def _keep(self, at: int, processors: Set[int]) -> bool:
        kept = self._thread.native_id is not None and keep_on(self._thread.native_id, processors)
        if kept:
            self._kept_on = at
        return kept
