"""What the processes of the benchmark share: the fastest event loop, as `trm-node serve` has it, and how they serve."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, TypeVar

from aiohttp import web

from node.listening import runner_of

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


async def serve_alone(app: web.Application) -> None:
    """Print the address, and serve until the process is ended."""
    runner = runner_of(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


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
