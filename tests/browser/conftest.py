"""Real headless Chromium in front of real desks: two countries in this process, pages over HTTP, people with eyes.

Skipped, with what to install, where Chromium is missing.
"""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

from tests.api.conftest import PASSWORD, Desk
from tests.web.conftest import desks as desks  # the same two countries

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MISSING = "Chromium is missing, so no page was looked at; on Debian: apt-get install chromium fonts-noto-core"
# No sandbox: tests may run as root in a container; the pages are our own. The rest keeps it from calling home.
OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
WIDE: ViewportSize = {"width": 1000, "height": 900}


@dataclass
class Eyes:
    """The people in front of the desks; each has a browser window of their own."""

    browser: Browser
    desks: dict[str, Desk]
    faults: list[str] = field(default_factory=list)

    def url(self, code: str, path: str = "/desk/") -> str:
        """An address of a country's desk."""
        return str(self.desks[code].client.make_url(path))

    async def window(self, code: str, language: str = "en", **options: Any) -> Page:
        """A new window, not signed in. What the page's script or the browser complains of is noted in `faults`."""
        context: BrowserContext = await self.browser.new_context(
            locale=language, **{"viewport": WIDE, "reduced_motion": "reduce", **options}
        )
        context.set_default_timeout(10_000)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if "Content Security" in said.text else None)
        await page.goto(self.url(code))
        return page

    async def person(self, code: str, language: str = "en", login: str = "ana", **options: Any) -> Page:
        """Somebody signed in, in front of the desk."""
        page = await self.window(code, language, **options)
        await page.fill("#login", login)
        await page.fill("#password", PASSWORD)
        await page.click('form[action="/desk/sign-in"] button')
        await page.wait_for_url("**/desk/")
        return page

    async def delivered(self) -> None:
        """Everything that waits for the post has arrived."""
        await next(iter(self.desks.values())).world.settle()


@pytest.fixture
async def eyes(desks: dict[str, Desk]) -> AsyncIterator[Eyes]:
    """A browser; at the end nothing may have been complained of."""
    if CHROMIUM is None:
        pytest.skip(MISSING)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        found = Eyes(browser, desks)
        yield found
        await browser.close()
    assert found.faults == []
