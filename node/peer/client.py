"""Posting envelopes to one peer: bytes out, slots back, nothing else believed.

No redirects, no cookies, no compression; the answer is read up to the size it must have. Transport is never identity.
Source: wire 5; pitfalls P11, P13, P19.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import aiohttp

from node.listening import CALLS_ITSELF
from node.peer.begun import Begun, Body
from node.service.delivery.words import CLASS_NAMES, SLOT_BYTES, PostFailed

MAX_BUNDLE_BYTES = 64 * 1024
CONNECT_S, TOTAL_S = 5.0, 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a peer's front said: one slot an envelope, in order."""

    slots: list[bytes]


class PeerClient:
    """One peer's connections; a dead peer never holds another's."""

    def __init__(self, connections: int = 4) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "PeerClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections to the peer."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(self, endpoint: str, size: int, envelopes: Sequence[bytes]) -> list[bytes]:
        """Post 1 to 64 envelopes of one size; returns as many slots of 4096 bytes.

        Raises PostFailed with class `transport` (nothing heard), `peer-policy` (429, 503 and the time to wait) or
        `peer` (an answer that is not one). Repeating a post is always safe.
        """
        return await self.begin(endpoint, size, len(envelopes)).send(envelopes)

    def begin(self, endpoint: str, size: int, count: int) -> Begun:
        """Begin to post so many envelopes of one size that are being committed; they leave with `send`."""
        body = Body(size * count)
        return Begun((endpoint, size, count), body, asyncio.create_task(self._post(endpoint, size, body, count)))

    async def _post(self, endpoint: str, size: int, body: Body, count: int) -> list[bytes]:
        url = f"{endpoint.rstrip('/')}/trm/v1/envelopes/{CLASS_NAMES[size]}"
        headers = {"Content-Type": "application/octet-stream", "Accept-Encoding": "identity"}
        try:
            async with self._http().post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return await _slots(answer, count)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PostFailed("transport", _kind_of(error)) from error

    async def prekeys(self, url: str) -> bytes:
        """Fetch a prekey bundle; its signature is checked by who asked. Raises PostFailed."""
        try:
            async with self._http().get(url, allow_redirects=False, headers={"Accept-Encoding": "identity"}) as answer:
                if answer.status != 200:
                    raise PostFailed("peer-policy", f"status {answer.status}")
                data = await _read_at_most(answer, MAX_BUNDLE_BYTES)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PostFailed("transport", _kind_of(error)) from error
        return data

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=CALLS_ITSELF,
                timeout=aiohttp.ClientTimeout(total=TOTAL_S, sock_connect=CONNECT_S),
                auto_decompress=False,
                trust_env=False,
            )
        return self._session


async def _slots(answer: aiohttp.ClientResponse, count: int) -> list[bytes]:
    if answer.status in (429, 503):
        raise PostFailed("peer-policy", f"status {answer.status}", _retry_after_s(answer))
    if answer.status != 200:
        raise PostFailed("peer-policy", f"status {answer.status}")
    body = await _read_at_most(answer, count * SLOT_BYTES)
    if len(body) != count * SLOT_BYTES:
        raise PostFailed("peer", f"{len(body)} bytes answered; expected {count} slots of {SLOT_BYTES}")
    return [body[at : at + SLOT_BYTES] for at in range(0, len(body), SLOT_BYTES)]


async def _read_at_most(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    parts, size = [], 0
    async for part in answer.content.iter_any():
        size += len(part)
        if size > limit:
            raise PostFailed("peer", f"answer is longer than {limit} bytes")
        parts.append(part)
    return b"".join(parts)


def _retry_after_s(answer: aiohttp.ClientResponse) -> int | None:
    value = answer.headers.get("Retry-After", "")
    return min(int(value), 86_400) if value.isascii() and value.isdigit() and len(value) < 9 else None


def _kind_of(error: BaseException) -> str:
    if isinstance(error, (asyncio.TimeoutError, TimeoutError)):
        return "no answer in time"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "cannot connect"
    return type(error).__name__
