"""A person, or a country's own case system, at the JSON API of a node: what the demo uses, and nothing else."""

from types import TracebackType
from typing import Any

import aiohttp

from node.errors import NotFound, PeerError, Unavailable


class ApiClient:
    """Signs in when entered, signs out when left."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self._base = f"{url}/api/v1/"
        self._login, self._password = login, password
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "ApiClient":
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=30))
        try:
            await self.sign_in()
        except BaseException:
            await self._http.close()
            raise
        return self

    async def sign_in(self) -> None:
        """Sign in, or again after a sign-in has ended."""
        assert self._http is not None
        self._http.headers.pop("Authorization", None)
        signed_in = await self.post("sessions", {"login": self._login, "password": self._password})
        self._http.headers["Authorization"] = f"Bearer {signed_in['token']}"

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self._http is not None
        await self._http.close()

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
        assert self._http is not None
        async with self._http.get(self._base + path, allow_redirects=False) as answer:
            if answer.status >= 400:
                raise PeerError(f"GET {path.split('/')[0]} answered {answer.status}")
            return await answer.read()

    async def _call(self, method: str, path: str, body: Any) -> Any:
        assert self._http is not None
        try:
            return await self._asked(self._http, method, path, body)
        except aiohttp.ClientConnectionError:
            raise Unavailable(f"{method} {path.split('/')[0]}: the node does not answer; is it running?") from None

    async def _asked(self, http: aiohttp.ClientSession, method: str, path: str, body: Any) -> Any:
        async with http.request(method, self._base + path, json=body, allow_redirects=False) as answer:
            said = await answer.json(content_type=None) if answer.content_length != 0 else None
            if answer.status == 404:
                raise NotFound(f"{method} {path.split('/')[0]} answered 404")
            if answer.status >= 400:
                detail = said.get("detail", "") if isinstance(said, dict) else ""
                raise PeerError(f"{method} {path.split('/')[0]} answered {answer.status}: {detail}")
            return said
