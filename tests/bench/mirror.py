"""A registry mirror in a process of its own: `python -m tests.bench.mirror FOLDER` prints its address and serves."""

import asyncio
import sys
from pathlib import Path

from aiohttp import web

from registry.repository import Repository
from registry.serve import make_app
from tests.bench.loops import run


async def serve(folder: Path) -> None:
    """Until it is ended."""
    runner = web.AppRunner(make_app(Repository(folder)), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    run(serve(Path(sys.argv[1])))
