"""The publisher's web server: plain files to read and nothing else, and the daily signing of the timestamp.

Any other web server may serve the same folder; only one process may hold the online key.
"""

import asyncio
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from aiohttp import web

from node.clock import JumpWatch
from node.errors import OpenTRMError
from node.listening import runner_of
from registry.publisher import Publisher
from registry.repository import Repository

CHECK_EVERY_S: Final = 5.0
LOOK_EVERY_S: Final = 0.1  # whether the clock jumped: whoever woke up wants a fresh timestamp first of all
# Published names only: no dot files, no folders above, no unfinished files.
_SERVED: Final = re.compile(
    r"/(metadata/(timestamp|[0-9]+\.[A-Za-z0-9-]+)\.json"
    r"|targets/[A-Z]{2}/[0-9a-f]{64}\.record\.(json|sig)"
    r"|targets/suspend/[a-z0-9-]+/[0-9a-f]{64}\.[A-Z]{2}\.json"
    r"|prekeys/[A-Z]{2}\.bin)"
)


def make_app(repository: Repository) -> web.Application:
    """An application that answers GET and HEAD for published files, 404 for every other path, 405 otherwise."""

    async def serve_file(request: web.Request) -> web.StreamResponse:
        path = repository.folder / request.path.lstrip("/")
        if not _SERVED.fullmatch(request.path) or not await asyncio.to_thread(path.is_file):
            raise web.HTTPNotFound(text="")
        response = web.FileResponse(path)
        changes = request.path.endswith("/timestamp.json") or request.path.startswith("/prekeys/")
        response.headers["Cache-Control"] = "no-cache" if changes else "public, max-age=31536000, immutable"
        return response

    app = web.Application(client_max_size=1)
    app.router.add_get("/{path:.*}", serve_file)
    return app


async def keep_fresh(
    publisher: Publisher, every_s: float = CHECK_EVERY_S, before: Callable[[], None] = lambda: None
) -> None:
    """Sign the timestamp daily and the snapshot weekly, until cancelled; what goes wrong is told and tried again.

    A clock that jumps is caught up with at once.
    `before` runs first each time and may refuse by raising (the shared clock of a demo is checked there).
    """
    watch = JumpWatch(publisher.clock)
    while True:
        try:
            before()
            await asyncio.to_thread(publisher.refresh)
        except (OpenTRMError, OSError) as error:
            print(f"registry could not be signed again: {error}", file=sys.stderr)
        await _pause(every_s, watch)


async def _pause(seconds: float, watch: JumpWatch) -> None:
    """So many seconds, or until the clock jumps; one that cannot be read is told by whoever needs it."""
    end = time.monotonic() + seconds
    while True:
        await asyncio.sleep(min(LOOK_EVERY_S, seconds))
        with suppress(OpenTRMError):
            if watch.jump_s():
                return
        if time.monotonic() >= end:
            return


async def serve(publisher: Publisher, host: str, port: int, before: Callable[[], None] = lambda: None) -> None:
    """Serve until cancelled; prints the address, with the port that was chosen when `port` is 0."""
    before()
    publisher.refresh()  # the first answer is already fresh
    runner = runner_of(make_app(publisher.repository))
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    chosen = runner.addresses[0][1]
    print(f"registry on http://{host}:{chosen}", flush=True)
    signing = asyncio.create_task(keep_fresh(publisher, before=before))
    try:
        await asyncio.Event().wait()
    finally:
        signing.cancel()
        with suppress(asyncio.CancelledError):
            await signing
        await runner.cleanup()
