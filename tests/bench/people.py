"""Twenty people signed in at one node, clicking for a minute, while letters arrive there at 20 a second.

Three real processes: `trm-node serve` with its desk, a peer that writes to it (`tests.bench.writer`), and this one,
which is twenty browsers: cookies, packed pages, forms with their proof, a desk that listens and loads itself again.
Source: issue 4, numbers.
"""

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from node.web.guard import COOKIE
from node.web.live import LOOK_EVERY_S
from tests.bench.goals import judged
from tests.bench.network import PEOPLE_PASSWORD, RECEIVER, SENDER, Prepared, login_of, make_folder, prepare
from tests.bench.pages import spread
from tests.bench.processes import child
from tests.bench.real import receiving_node

PEOPLE, PER_SECOND, SECONDS, THREADS = 20, 20, 60.0, 200
PAUSE_S: Final = (0.4, 1.6)  # between two clicks of one person
GOAL_P99_MS = 300.0
ID: Final = re.compile("[0-9a-f]{32}")
PROOF: Final = re.compile(r'data-csrf="([^"]+)"')
MATTER: Final = re.compile(r'href="(/desk/thread/[0-9a-f]{32})"')
CASE: Final = re.compile(r'href="(/desk/case/[0-9a-f]{32})"')
LETTER: Final = re.compile(r'action="(/desk/letter/[0-9a-f]{32})"')
ACT: Final = re.compile(r'href="(/desk/thread/[0-9a-f]{32}/do/[a-z.]+)"')


@dataclass
class Taken:
    """What the clicks of all people took, and which did not end well."""

    clicks: list[tuple[str, float]] = field(default_factory=list)  # what was asked for, and seconds
    wrong: list[str] = field(default_factory=list)
    news: int = 0

    def slowest_kind(self) -> str:
        """Which page has the worst p99, and how much that is."""
        by_kind: dict[str, list[float]] = {}
        for kind, seconds in self.clicks:
            by_kind.setdefault(kind, []).append(seconds)
        kind, took = max(by_kind.items(), key=lambda one: spread(one[1])["p99_ms"])
        return f"{kind}: {spread(took)['p99_ms']}"


class Person:
    """One browser: what is on the page decides where it goes."""

    def __init__(self, http: aiohttp.ClientSession, url: str, login: str, taken: Taken) -> None:
        self._http, self._url, self._login, self._taken = http, url, login, taken
        self._chance = random.Random(login)
        self._cookie = ""
        self._page = ""

    @property
    def steps(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """One round of clicks."""
        return self._desk, self._matter, self._letter, self._act, self._case, self._elsewhere

    async def sign_in(self) -> None:
        """By password, as everybody does; not timed."""
        form = {"login": self._login, "password": PEOPLE_PASSWORD}
        async with self._http.post(
            f"{self._url}/desk/sign-in", data=form, headers=self._headers(), allow_redirects=False
        ) as answer:
            assert answer.status == 303, answer.status
            self._cookie = f"{COOKIE}={answer.cookies[COOKIE].value}"

    async def click_until(self, ends_at: float) -> None:
        """From the desk to a matter, a letter, an act begun, its case, and what else people look at."""
        while time.perf_counter() < ends_at:
            for step in self.steps:
                await asyncio.sleep(self._chance.uniform(*PAUSE_S))
                if time.perf_counter() < ends_at:
                    await step()

    async def listen(self) -> None:
        """The desk in another window: what is new loads it again. Not everybody opens it at the same moment."""
        await asyncio.sleep(self._chance.uniform(0, LOOK_EVERY_S))
        async with self._http.get(f"{self._url}/desk/live", headers=self._headers()) as news:
            async for line in news.content:
                if line.startswith(b"event: changed"):
                    self._taken.news += 1
                    await self._timed("GET", "/desk/")

    async def _desk(self) -> None:
        self._page = await self._timed("GET", "/desk/")

    async def _matter(self) -> None:
        await self._follow(MATTER)

    async def _letter(self) -> None:
        if found := LETTER.findall(self._page):
            await self._timed("POST", self._chance.choice(found), {"_csrf": self._proof()})

    async def _act(self) -> None:
        """A form is opened and saved while it is typed."""
        found = ACT.findall(self._page)
        if not found:
            return
        path = self._chance.choice(found)
        form = await self._timed("GET", path)
        if proof := PROOF.search(form):
            await self._timed("POST", path, {"_csrf": proof[1], "_stay": "1", "status": "as_planned"})

    async def _case(self) -> None:
        await self._follow(CASE)

    async def _elsewhere(self) -> None:
        await self._timed(
            "GET", self._chance.choice(("/desk/cases", "/desk/deadlines", "/desk/countries", "/desk/start"))
        )

    async def _follow(self, link: re.Pattern[str]) -> None:
        if found := link.findall(self._page):
            self._page = await self._timed("GET", self._chance.choice(found))

    async def _timed(self, method: str, path: str, form: dict[str, str] | None = None) -> str:
        began = time.perf_counter()
        try:
            async with self._http.request(
                method, self._url + path, data=form, headers=self._headers(), allow_redirects=False
            ) as answer:
                text = await answer.text()
                wrong = "" if answer.status in (200, 204) else str(answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            text, wrong = "", type(error).__name__
        kind = f"{method} {ID.sub('-', path)}"
        self._taken.clicks.append((kind, time.perf_counter() - began))
        if wrong:
            self._taken.wrong.append(f"{kind} {wrong}")
        return text

    def _proof(self) -> str:
        found = PROOF.search(self._page)
        return found[1] if found else ""

    def _headers(self) -> dict[str, str]:
        return {"Cookie": self._cookie, "Origin": self._url, "Sec-Fetch-Site": "same-origin", "Accept-Encoding": "gzip"}


async def people_line(
    folder: Path, people: int = PEOPLE, seconds: float = SECONDS, threads: int = THREADS
) -> dict[str, object]:
    """The line of the clicks, with how many letters arrived meanwhile; p99 is judged, and that nothing went wrong."""
    registry = make_folder(folder)
    async with child("-m", "tests.bench.mirror", str(folder / "registry")) as mirror:
        prepared = await prepare(folder, registry, mirror.first_line, threads, people)
        async with receiving_node(prepared.configs[RECEIVER]) as node:
            taken, letters = await _clicked(folder, prepared, node.first_line.split()[2], people, seconds)
    took = spread([one for _, one in taken.clicks])
    line: dict[str, object] = {
        "shape": "people", "people": people, "seconds": seconds, "clicks": len(taken.clicks), "news": taken.news,
        **took, "slowest": taken.slowest_kind(),
        "wrong": len(taken.wrong), "what": sorted(set(taken.wrong))[:5], **letters,
    }  # fmt: skip
    line = judged(line, took["p99_ms"], GOAL_P99_MS)
    kept_up = letters["received"] == letters["sent"] and letters["sent"] >= PER_SECOND * seconds * 0.98
    return line | {"ok": bool(line["ok"]) and not taken.wrong and kept_up}


async def _clicked(
    folder: Path, prepared: Prepared, url: str, people: int, seconds: float
) -> tuple[Taken, dict[str, int]]:
    taken, told = Taken(), folder / "written.json"
    (folder / "threads.json").write_bytes(msgspec.json.encode(prepared.threads))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        browsers = [Person(http, url, login_of(at), taken) for at in range(people)]
        for one in browsers:
            await one.sign_in()
        writer = (
            "-m", "tests.bench.writer", str(prepared.configs[SENDER]), str(folder / "threads.json"), str(PER_SECOND),
            str(seconds), str(told),
        )  # fmt: skip
        async with child(*writer), _listening([one.listen for one in browsers]):
            ends_at = time.perf_counter() + seconds
            await asyncio.gather(*(one.click_until(ends_at) for one in browsers))
            while not told.exists():
                await asyncio.sleep(0.1)
    return taken, msgspec.json.decode(told.read_bytes(), type=dict[str, int])


@asynccontextmanager
async def _listening(streams: list[Callable[[], Awaitable[None]]]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(one()) for one in streams]
    try:
        yield
    finally:
        for one in tasks:
            one.cancel()
        for one in tasks:
            with suppress(asyncio.CancelledError):
                await one
