"""One clock for scenarios that are played side by side: it goes on when every one of them waits for a later moment.

As in the countries themselves, nobody moves time for the others: whoever is first to wait for something waits longest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class _Waiter:
    earliest: int
    latest: int
    here: asyncio.Future[None]


class SharedTime:
    """`now` tells UTC seconds; `move` lets so many pass for every process and returns when they have."""

    def __init__(self, now: Callable[[], int], move: Callable[[int], Awaitable[None]]) -> None:
        self._now, self._move = now, move
        self._players = 0
        self._waiting: list[_Waiter] = []
        self._moving: asyncio.Task[None] | None = None

    @contextmanager
    def taking_part(self) -> Iterator[None]:
        """The clock stands still while this block does anything but wait in `passes`."""
        self._players += 1
        try:
            yield
        finally:
            self._players -= 1
            self._go_on()

    async def passes(self, seconds: int, slack_s: int) -> None:
        """Return when so many seconds have passed, or up to `slack_s` more, so that several can wait for one move."""
        earliest = self._now() + seconds
        waiter = _Waiter(earliest, earliest + slack_s, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self._go_on()
        try:
            await waiter.here
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    def _go_on(self) -> None:
        if self._moving is None and self._all_wait():
            self._moving = asyncio.create_task(self._move_on(), name="shared time")

    async def _move_on(self) -> None:
        """To the latest moment that misses nobody's; then wake whoever waited for it."""
        if not self._all_wait():  # somebody who was started together with those that wait has only now begun
            self._moving = None
            return
        failed: Exception | None = None
        try:
            await self._move(max(0, min(one.latest for one in self._waiting) - self._now()))
        except Exception as error:  # noqa: BLE001 - it is theirs who wait
            failed = error
        self._moving = None
        for waiter in [one for one in self._waiting if failed or one.earliest <= self._now()]:
            self._waiting.remove(waiter)
            if failed is None:
                waiter.here.set_result(None)
            else:
                waiter.here.set_exception(failed)
        self._go_on()

    def _all_wait(self) -> bool:
        return bool(self._waiting) and len(self._waiting) >= self._players
