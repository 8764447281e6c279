"""How much one address may ask of the API: requests of any kind, and attempts to sign in, which cost memory and time.

Judged before anything of a request is read. Behind a reverse proxy the address is the caller's (`node.proxies`), so a
flood from one place locks nobody else out. Source: issue 2 (bad input); attack 20.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from node.errors import TooMany
from node.service.buckets import Buckets

MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class ApiLimits:
    """What one address may ask in a minute; a whole minute's worth at once after a pause."""

    requests_per_minute: int = 3000
    sign_ins_per_minute: int = 60


def held_to(
    limits: ApiLimits, monotonic: Callable[[], float], refused: Callable[[Exception], web.Response],
    sign_in: str | tuple[str, ...] = "/sessions",
) -> Middleware:  # fmt: skip
    """A middleware that refuses with 429 and the seconds to wait where an address asks too much.

    `sign_in` is how the paths end to which a sign-in is posted.
    """
    requests, sign_ins = (
        Buckets(monotonic, per_s=count / MINUTE_S, burst=count)
        for count in (limits.requests_per_minute, limits.sign_ins_per_minute)
    )

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        source = request.remote or ""
        wait_s = requests.take(source, 1)
        if not wait_s and request.method == "POST" and request.path.endswith(sign_in):
            wait_s = sign_ins.take(source, 1)
        if wait_s:
            return refused(TooMany("too many requests from this address; wait, then go on", retry_after_s=wait_s))
        return await handler(request)

    return middleware
