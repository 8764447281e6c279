"""The same event loop for both ends and for the yardstick: uvloop where it is installed, as `trm-node serve` has it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end on the fastest loop there is."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def each(lines: AsyncIterator[T]) -> Iterator[T]:
    """What it yields, each as soon as it is there, on such a loop of its own."""

    async def following() -> T:
        return await anext(lines)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        while True:
            try:
                yield runner.run(following())
            except StopAsyncIteration:
                return
