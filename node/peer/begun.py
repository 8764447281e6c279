"""A request whose head leaves while its envelopes are still being committed, and their bytes once they are.

The way is then open, and the peer has read what it needs to expect them. Not a byte of an envelope leaves before its
commit; where that fails, the request is broken off. Source: wire 1 (release), 5; issue 2, speed.
"""

import asyncio
from collections.abc import Sequence

import aiohttp
from aiohttp.abc import AbstractStreamWriter


class Body(aiohttp.Payload):
    """A body of a length that is known, in bytes, and bytes that come later."""

    def __init__(self, length: int) -> None:
        self.bytes: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        super().__init__(self.bytes)
        self._size = length

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Nothing of it is text."""
        return ""

    async def write(self, writer: AbstractStreamWriter) -> None:
        """The request's head at once; the body when it is there."""
        writer.send_headers()
        await writer.write(await self.bytes)

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """The same: it is as long as it was announced."""
        await self.write(writer)


class Begun:
    """A request that waits for its envelopes: `what` it was begun for is (endpoint, size of each, how many)."""

    def __init__(self, what: tuple[str, int, int], body: Body, answer: "asyncio.Task[list[bytes]]") -> None:
        self._what, self._body, self._answer = what, body, answer
        answer.add_done_callback(_heard)

    def waits_for(self, what: tuple[str, int, int]) -> bool:
        """Whether it may be used for these: they are what was announced, and nothing was answered or lost so far."""
        # A peer that answers the head alone has the body given up first, and the answer read after.
        return what == self._what and not self._answer.done() and not self._body.bytes.done()

    async def send(self, envelopes: Sequence[bytes]) -> list[bytes]:
        """Send what was committed; the slots that are answered. Raises PostFailed."""
        self._body.bytes.set_result(b"".join(envelopes))
        return await self._answer

    def drop(self) -> None:
        """Break it off: nothing is sent."""
        self._answer.cancel()


def _heard(answer: "asyncio.Task[list[bytes]]") -> None:
    """A failure that nobody waited for is none."""
    if not answer.cancelled():
        answer.exception()
