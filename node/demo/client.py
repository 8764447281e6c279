"""A person, or a country's own case system, at the JSON API of a node: what the demo uses, and nothing else."""

import asyncio
from types import TracebackType
from typing import Any

import aiohttp

from node.errors import NotFound, PeerError, Unavailable


class _SignedOut(PeerError):
    """The node knows of no sign-in with our token: it has ended."""


class ApiClient:
    """Signs in when entered, and again where a sign-in has ended meanwhile; whoever enters it beside shares it."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self._url = url
        self._base = f"{url}/api/v1/"
        self._login, self._password = login, password
        self._http: aiohttp.ClientSession | None = None
        self._token = ""
        self._inside = 0
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> "ApiClient":
        async with self._turn:
            if self._http is None:
                self._http = aiohttp.ClientSession(
                    cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=30)
                )
                try:
                    await self.sign_in()
                except BaseException:
                    await self._close()
                    raise
            self._inside += 1
        return self

    def beside(self, login: str, password: str) -> "ApiClient":
        """Another person at the same node; enter it to sign in."""
        return ApiClient(self._url, login, password)

    async def sign_in(self) -> None:
        """Sign in, or again after a sign-in has ended or the node was started again."""
        body = {"login": self._login, "password": self._password}
        try:
            answer = await self._reached("POST", "sessions", body, "")
        except Unavailable:  # perhaps on a connection to the process before; to ask twice does no harm
            answer = await self._reached("POST", "sessions", body, "")
        self._token = answer["token"]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._inside -= 1
        if not self._inside:
            await self._close()

    async def get(self, path: str) -> Any:
        """The JSON at this path."""
        return await self._call("GET", path, None)

    async def post(self, path: str, body: Any) -> Any:
        """The JSON that posting `body` answers; PeerError with the problem's own sentence otherwise."""
        return await self._call("POST", path, body)

    async def put(self, path: str, body: Any) -> Any:
        """The JSON that putting `body` answers; PeerError otherwise."""
        return await self._call("PUT", path, body)

    async def get_bytes(self, path: str) -> bytes:
        """The bytes at this path, as they were sent."""
        data: bytes = await self._call("GET", path, None, as_bytes=True)
        return data

    async def _call(self, method: str, path: str, body: Any, *, as_bytes: bool = False) -> Any:
        token = self._token
        try:
            return await self._reached(method, path, body, token, as_bytes=as_bytes)
        except _SignedOut:  # nothing was done
            async with self._turn:
                if self._token == token:  # nobody else has signed in meanwhile
                    await self.sign_in()
            return await self._reached(method, path, body, self._token, as_bytes=as_bytes)

    async def _reached(self, method: str, path: str, body: Any, token: str, *, as_bytes: bool = False) -> Any:
        assert self._http is not None
        try:
            return await self._asked(self._http, method, path, body, token, as_bytes)
        except aiohttp.ClientConnectionError:
            raise Unavailable(f"{method} {path.split('/')[0]}: the node does not answer; is it running?") from None

    async def _asked(
        self, http: aiohttp.ClientSession, method: str, path: str, body: Any, token: str, as_bytes: bool
    ) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = self._base + path
        async with http.request(method, url, json=body, headers=headers, allow_redirects=False) as answer:
            if as_bytes and answer.status < 400:
                return await answer.read()
            said = await answer.json(content_type=None) if answer.content_length != 0 else None
            if answer.status == 404:
                raise NotFound(f"{method} {path.split('/')[0]} answered 404")
            if answer.status >= 400:
                detail = said.get("detail", "") if isinstance(said, dict) else ""
                kind = _SignedOut if answer.status == 401 else PeerError
                raise kind(f"{method} {path.split('/')[0]} answered {answer.status}: {detail}")
            return said

    async def _close(self) -> None:
        http, self._http = self._http, None
        assert http is not None
        await http.close()
