"""An open desk, case or matter learns that something changed: one word by server-sent events, never what or about whom.

The page then loads itself again, if nobody is typing. What a person would see is compared, not what the node did, so
nothing is said when it concerns others. Listening keeps no sign-in alive. Source: issue 4, live without noise; HTML
standard, server-sent events.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from aiohttp import web

from node.errors import NotFound, NotSignedIn, OpenTRMError
from node.service.cases.timeline import pulse
from node.service.shown import mark_of
from node.service.staff.callers import Caller, still, who
from node.service.staff.sign_in import Staff
from node.service.threads.desk import inbox
from node.service.threads.reading import view_thread
from node.web.guard import COOKIE, HEADERS
from node.web.pages.desk import LANE
from node.web.pages.roles import WORK

LOOK_EVERY_S: Final = 3.0
STILL_THERE_EVERY: Final = 10  # looks without news until a word keeps the connection open
AT_ONCE: Final = 200
CHANGED: Final = b"event: changed\ndata:\n\n"
LOCKED: Final = b"event: locked\ndata:\n\n"
STILL_THERE: Final = b": \n\n"

Pause = Callable[[], Awaitable[object]]


def add_live(app: web.Application, staff: Staff, pause: Pause | None = None) -> None:
    """Let open desks listen at `/live`; every stream ends when the node does."""
    live = Live(staff, pause or _some_time)
    app.router.add_get("/live", live.listen)
    app.on_shutdown.append(live.end)


async def _some_time() -> None:
    """Three seconds, more or less: desks that were opened together do not all look, and load, together."""
    await asyncio.sleep(LOOK_EVERY_S * random.uniform(0.7, 1.3))  # noqa: S311 - nobody is kept from guessing it


class Live:
    """Those who listen now."""

    def __init__(self, staff: Staff, pause: Pause) -> None:
        self._staff, self._pause = staff, pause
        self._ending = asyncio.Event()
        self._listening = 0

    async def end(self, _: web.Application) -> None:
        """No stream outlives the node."""
        self._ending.set()

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """One stream; 204, which tells a browser not to come again, for whoever may not listen."""
        about = {name: request.query[name] for name in ("thread", "case") if name in request.query}
        try:
            commits = self._staff.node.store.commits  # first: what is committed while this looks is looked at next
            caller = _keyless(await who(self._staff, request.cookies.get(COOKIE, "")))
            mark = await self._mark(caller, about)
        except NotSignedIn:  # it ended between the page and its first look
            return _one_word(LOCKED)
        except OpenTRMError:  # so did what is theirs here, where there was a page with a mark of it
            return _one_word(CHANGED) if "seen" in request.query else web.Response(status=204, headers=HEADERS)
        is_old = request.query.get("seen", mark) != mark
        if self._listening >= AT_ONCE:
            return web.Response(status=204, headers=HEADERS)
        answer = web.StreamResponse(headers={**HEADERS, "X-Accel-Buffering": "no"})
        answer.content_type = "text/event-stream"
        self._listening += 1
        try:
            await answer.prepare(request)
            await answer.write(CHANGED if is_old else STILL_THERE)
            await self._tell(answer, caller, about, mark, commits)
        except ConnectionError:  # the page was left
            pass
        except OpenTRMError:  # it was erased meanwhile, or is nobody's here any more: the page asks again, and is told
            await answer.write(CHANGED)
        finally:
            self._listening -= 1
        return answer

    async def _tell(
        self, answer: web.StreamResponse, caller: Caller, about: dict[str, str], mark: str, commits: int
    ) -> None:
        quiet = 0
        while not await self._paused():
            current = still(self._staff, caller)
            if current is None:
                await answer.write(LOCKED)
                return
            before, commits = commits, self._staff.node.store.commits
            now = mark if before == commits else await self._mark(current, about)
            quiet = quiet + 1 if now == mark else 0
            if now != mark:
                await answer.write(CHANGED)
            elif quiet % STILL_THERE_EVERY == 0:
                await answer.write(STILL_THERE)
            mark = now

    async def _paused(self) -> bool:
        """Wait until it is time to look again; True when the node ends."""
        ending = asyncio.ensure_future(self._ending.wait())
        pause = asyncio.ensure_future(self._pause())
        try:
            await asyncio.wait({ending, pause}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ending.cancel()
            pause.cancel()
        return self._ending.is_set()

    async def _mark(self, caller: Caller, about: dict[str, str]) -> str:
        """What this person sees here, as a hash: of each lane as much as the page shows."""
        if caller.actor.role not in WORK:
            raise NotFound("nothing to listen to")
        node = self._staff.node
        if "case" in about:
            return mark_of(await pulse(node, caller.actor, about["case"]))
        if "thread" in about:
            return mark_of(await view_thread(node, caller.actor, about["thread"]))
        return mark_of(await inbox(node, caller.actor, LANE))


def _one_word(word: bytes) -> web.Response:
    """A stream that says this and ends."""
    return web.Response(body=word, content_type="text/event-stream", headers=HEADERS)


def _keyless(caller: Caller) -> Caller:
    """Nothing here reads a name, and what listens for hours must not keep the key that opens them."""
    return replace(caller, actor=replace(caller.actor, office=None))
