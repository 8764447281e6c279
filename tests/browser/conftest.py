"""Real headless Chromium in front of real desks: two countries in this process, pages over HTTP, people with eyes.

Starting a browser and a country takes longer than most tests: one browser and one pair of countries serve them all.
Each test has windows and sign-ins of its own, and looks at cases of its own. Skipped, with what to install, where
Chromium is missing.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

from node.service.upkeep.overview import JobFact, Machine
from node.web.administration import Administration, Setting
from node.web.guard import COOKIE
from tests.api.conftest import PASSWORD, Desk
from tests.browser.places import Places, made_places
from tests.web.browser import Browser as Hand
from tests.web.conftest import open_desk
from tests.world import make_world

HERE = Path(__file__).parent
# The shell is the same engine without windows of its own, and takes half the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
MISSING = (
    "Chromium is missing, so no page was looked at; on Debian: apt-get install chromium-headless-shell fonts-noto-core"
)
# No sandbox: tests may run as root in a container; the pages are our own. The rest keeps it from calling home.
OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
# What a desk is told of its machine, so that no page of an operator is looked at empty.
OF_A_MACHINE = Administration(
    lambda: Machine(
        free_mb=9_000, min_free_mb=500, calls_by=("mail",), holidays_left=30,
        jobs=(JobFact("delivery", 60, 12, 48, 0, False), JobFact("retention", 3600, None, None, 3, True)),
    ),
    lambda: [Setting("node.country", "XD", "node.toml"), Setting("desk.admin", "local", "default")],
)  # fmt: skip
WIDE: ViewportSize = {"width": 1000, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for every test here: the browser and the countries belong to it."""
    for item in items:
        if item.path.parent == HERE and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass
class Eyes:
    """The people in front of the desks; each has a browser window of their own."""

    browser: Browser
    desks: dict[str, Desk]
    numbers: "count[int]"
    faults: list[str] = field(default_factory=list)
    windows: list[BrowserContext] = field(default_factory=list)
    script: str = ""  # what is put into every page beside its own

    def url(self, code: str, path: str = "/desk/") -> str:
        """An address of a country's desk."""
        return str(self.desks[code].client.make_url(path))

    async def window(self, code: str, language: str = "en", *, path: str = "/desk/", **options: Any) -> Page:
        """A new window, not signed in. What the page's script or the browser complains of is noted in `faults`."""
        context = await self._context(language, **options)
        page = await self.look(context)
        await page.goto(self.url(code, path))
        return page

    async def person(self, code: str, language: str = "en", login: str = "ana", **options: Any) -> Page:
        """Somebody signed in, in front of the desk. Who types a password is looked at by the tests of signing in."""
        hand = await self.hand(code, login)
        context = await self._context(language, **options)
        await context.add_cookies([{"name": COOKIE, "value": hand.cookies[COOKIE], "url": self._secure(code)}])
        page = await self.look(context)
        await page.goto(self.url(code))
        return page

    async def hand(self, code: str, login: str = "ana") -> Hand:
        """Somebody signed in without a browser, for what a test needs and does not look at."""
        hand = Hand(self.desks[code].client)
        assert (await hand.sign_in(login, PASSWORD)).url.path == "/desk/"
        return hand

    async def colleague(self, code: str, role: str = "coordinator") -> str:
        """The login of somebody whom no other test knows."""
        login = f"{role}-{next(self.numbers)}"
        await self.desks[code].add(login, role)
        await self.hand(code, login)  # who accepts the code of conduct
        return login

    async def look(self, context: BrowserContext) -> Page:
        """A page of these windows."""
        page = await context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if "Content Security" in said.text else None)
        return page

    async def delivered(self) -> None:
        """Everything that waits for the post has arrived."""
        await next(iter(self.desks.values())).world.settle()

    async def _context(self, language: str, **options: Any) -> BrowserContext:
        context = await self.browser.new_context(
            locale=language, **{"viewport": WIDE, "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(10_000)
        if self.script:
            await context.add_init_script(self.script)
        self.windows.append(context)
        return context

    def _secure(self, code: str) -> str:
        return self.url(code, "/").replace("http:", "https:")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser of this process."""
    if CHROMIUM is None or os.environ.get("TRM_BROWSER") == "0":
        pytest.skip(MISSING if CHROMIUM is None else "TRM_BROWSER=0: no page was looked at")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        yield browser
        await browser.close()


async def client_of(stack: AsyncExitStack, app: web.Application) -> TestClient[Any, Any]:
    """An application behind a free port, until the stack is left."""
    return await stack.enter_async_context(TestClient(TestServer(app)))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pair(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[str, Desk]]:
    """Two countries, XD and XA; ana is the coordinator of each."""
    async with AsyncExitStack() as stack:
        world = make_world(tmp_path_factory.mktemp("pair"), "XD", "XA")
        stack.push_async_callback(world.close)
        yield {
            code: await open_desk(world, code, lambda app: client_of(stack, app), administration=OF_A_MACHINE)
            for code in ("XD", "XA")
        }


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def places(pair: dict[str, Desk]) -> Places:
    """Where to look for every page of the desk."""
    return await made_places(pair)


@pytest.fixture(scope="session")
def numbers() -> "count[int]":
    """What tells colleagues apart."""
    return count(1)


@pytest_asyncio.fixture(loop_scope="session")
async def eyes(chromium: Browser, pair: dict[str, Desk], numbers: "count[int]") -> AsyncIterator[Eyes]:
    """A browser; at the end every window is shut, and nothing may have been complained of."""
    found = Eyes(chromium, pair, numbers)
    yield found
    for window in found.windows:
        await window.close()
    assert found.faults == []


@pytest.fixture
def sharp(eyes: Eyes) -> Eyes:
    """The same with axe in every page: it is read once by the browser, and not sent again for each page."""
    if os.environ.get("TRM_BROWSER") == "paths":
        pytest.skip("TRM_BROWSER=paths: the paths of people were walked, and axe was not asked")
    eyes.script = Axe().axe_script
    return eyes
