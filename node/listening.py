"""How anything of ours listens and calls: with no log of who asked, and a name that says nothing of its versions."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # who only calls, or asks for help, does not wait for it
    from aiohttp import web

NAME: Final = "OpenTRM"
CALLS_ITSELF: Final = {"User-Agent": NAME}  # with every request of ours


def runner_of(app: "web.Application") -> "web.AppRunner":
    """What serves an application; an access log would hold addresses and ids.

    Every answer gets its `Server` header from this one word of aiohttp, also the one to a request that cannot be read,
    which never comes to an application.
    """
    from aiohttp import web, web_response

    web_response.SERVER_SOFTWARE = NAME  # type: ignore[attr-defined]
    return web.AppRunner(app, access_log=None)
