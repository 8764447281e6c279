"""Somebody on the line, in the place of a node that is away: copies what is posted, and answers nothing of use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from node.errors import Unavailable
from node.listening import runner_of

WAIT_S = 30
KIB = 1024


class Listener:
    """The copies, by the order in which they were seen."""

    def __init__(self) -> None:
        self.copies: list[bytes] = []
        self._seen = asyncio.Event()

    async def first(self) -> bytes:
        """The first envelope that anybody posted; Unavailable when none comes."""
        try:
            await asyncio.wait_for(self._seen.wait(), WAIT_S)
        except TimeoutError:
            raise Unavailable(f"nobody posted anything for {WAIT_S} s") from None
        return self.copies[0]

    async def answer(self, request: web.Request) -> web.Response:
        """Copy the body; say that nobody is there."""
        body = await request.read()
        size = int(request.match_info["size"]) * KIB
        self.copies += [body[at : at + size] for at in range(0, len(body), size)]
        self._seen.set()
        return web.Response(status=503, headers={"Retry-After": "1"})


@asynccontextmanager
async def listening_at(url: str) -> AsyncIterator[Listener]:
    """Listen where a node that was switched off listened, until the block ends."""
    listener, app = Listener(), web.Application(client_max_size=1 << 23)
    app.add_routes([web.post(r"/trm/v1/envelopes/{size:\d+}", listener.answer)])
    runner = runner_of(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", urlsplit(url).port).start()
        yield listener
    finally:
        await runner.cleanup()


async def replay(url: str, envelope: bytes) -> bytes:
    """Post a copy to a node as anybody can; the slot it answers."""
    async with aiohttp.ClientSession() as http, http.post(f"{url}/trm/v1/envelopes/16", data=envelope) as answer:
        return await answer.read()
