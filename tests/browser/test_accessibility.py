"""Every page for everybody: WCAG 2.2 AA by axe, in three scripts, light and dark, narrow, large, by keyboard."""

import re
from collections.abc import AsyncIterator
from typing import Any, Literal

import pytest
from playwright.async_api import Page, ViewportSize

from node.web.pages import PAGES
from tests.browser.conftest import WIDE, Eyes
from tests.browser.places import ACCEPT, LOCKED, STRANGERS, XA, Places, place_of

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
WITHOUT_COLOURS = {**WCAG, "rules": {"color-contrast": {"enabled": False}}}
RUN = """([within, asked]) => axe.run(within === "html" ? document : within, asked).then(
told => told.violations.map(one => [one.id, one.nodes.map(node => node.target)]))"""
TOO_WIDE = """() => ["100%", "200%"].filter(size => { const root = document.documentElement;
root.style.fontSize = size; const wide = root.scrollWidth > innerWidth + 1; root.style.fontSize = ""; return wide; })"""
THEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
SHADES = """() => [...new Set([...document.querySelectorAll("body *")].filter(one =>
one.matches("input, select, textarea") ||
[...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim())).map(one => {
const own = getComputedStyle(one), clear = "rgba(0, 0, 0, 0)"; let under = one;
while (under.parentElement && getComputedStyle(under).backgroundColor === clear) under = under.parentElement;
return [own.color, getComputedStyle(under).backgroundColor, own.fontSize, own.fontWeight, own.opacity].join(" ");
}))]"""
CODE = re.compile(r"\b[a-z]+_[a-z]+\w*")
NARROW: ViewportSize = {"width": 320, "height": 700}


def test_no_page_of_the_table_is_forgotten(places: Places):
    """Whatever is read by GET is in the list that a browser looks at."""
    table = {one.path for one in PAGES if one.method == "GET"}
    assert {LOCKED, *STRANGERS} == {one.path for one in PAGES if one.method == "GET" and not one.roles}
    assert set(places.signed_in()) >= {places.path(place_of(one)) for one in table - {LOCKED, ACCEPT, *STRANGERS}}
    assert places.path(XA[ACCEPT]) in places.at_xa()


@pytest.mark.parametrize("language", ["en", "uk", "ar"])
async def test_every_page_is_for_everybody(sharp: Eyes, places: Places, language: str):
    """Axe finds nothing, by light or dark; nothing is wider than 320 px, nor with large letters
    (1.4.10, 1.4.4); and nobody reads a code.
    """
    found: dict[str, object] = {}
    shades = set[str]()
    size = WIDE if language == "en" else NARROW
    async for path, page in every_page(sharp, places, language, viewport=size):
        if size == WIDE:
            await page.set_viewport_size(WIDE)
        if faults := await faults_of(page, whole=path == "/desk/" or path.startswith("/desk/sign-in"), shades=shades):
            found[path] = faults
        if language != "en" and "/desk/admin" not in path:  # an audit and settings name things as the program does
            assert CODE.findall(await page.inner_text("main")) == [], path
    assert found == {}


async def every_page(eyes: Eyes, places: Places, language: str, **window: Any) -> AsyncIterator[tuple[str, Page]]:
    """One page after another, as it stands in the window of whoever may see it."""
    for code, paths in (("XD", places.signed_in()), ("XA", places.at_xa())):
        page = await eyes.person(code, language, **window)
        for path in paths:
            yield path, await there(page, eyes.url(code, path), language)
        if code == "XD":
            yield "/desk/search found", await searched(page, eyes.url(code, "/desk/search"))
        await page.context.close()
    page = await eyes.window("XD", language, **window)
    for path in places.strangers():
        yield path, await there(page, eyes.url("XD", path), language)


async def there(page: Page, url: str, language: str) -> Page:
    """The page of this address, in this language, and no other one."""
    answer = await page.goto(url)
    assert answer is not None and answer.status == 200, url
    assert "/desk/sign-in" in url or "/desk/sign-in" not in page.url, url
    assert await page.evaluate("document.documentElement.lang") == language, url
    return page


async def searched(page: Page, url: str) -> Page:
    """What a search for a name finds, by its sound."""
    await page.goto(url)
    await page.fill("#f-wanted", "Zoriana")
    await page.click('form[action="/desk/search"] button')
    await page.wait_for_selector("#found")
    assert await page.locator('main a[href^="/desk/case/"]').count()
    return page


async def test_axe_would_find_what_is_wrong(sharp: Eyes):
    """A check that cannot fail shows nothing: a picture without words and pale letters are found."""
    page = await sharp.person("XD")
    await page.evaluate(
        """() => { const main = document.querySelector('main');
        main.insertAdjacentHTML('beforeend', '<img src="data:,"><p id="p">pale</p>');
        document.getElementById('p').style.color = '#ddd'; }"""
    )
    assert {rule for rule, _ in await faults_of(page)} >= {"image-alt", "color-contrast"}


async def faults_of(page: Page, *, whole: bool = True, shades: set[str] | None = None) -> list[tuple[str, object]]:
    """What axe finds, of colours by light and in the dark; and what does not fit.

    Colours are the same in every language: a window that is narrow already is not looked at for them, nor is a page
    all of whose letters have a colour, a ground and a size that were looked at before (`shades`). What frames a page is
    the same on each: where it was looked at, `whole` is false.
    """
    within = "html" if whole else "main"
    found = await _axe(page, WITHOUT_COLOURS, within)
    if page.viewport_size != NARROW:
        seen = set[str]() if shades is None else shades
        for theme in THEMES:
            await page.emulate_media(color_scheme=theme)
            here = set(await page.evaluate(SHADES))
            if here - seen:
                found += await _axe(page, COLOURS, "html")
            seen |= here
        await page.set_viewport_size(NARROW)
    found += [("too wide", size) for size in await page.evaluate(TOO_WIDE)]
    return found


async def _axe(page: Page, options: dict[str, Any], within: str) -> list[tuple[str, object]]:
    said = await page.evaluate(RUN, [within, {**options, "resultTypes": ["violations"]}])
    return [(rule, where) for rule, where in said]


async def test_the_keyboard_alone_reaches_everything_and_shows_where_it_is(eyes: Eyes):
    page = await eyes.person("XD")
    await page.goto(eyes.url("XD", "/desk/start"))
    reached = []
    for _ in range(60):
        await page.keyboard.press("Tab")
        here = await page.evaluate(
            """() => { const one = document.activeElement, style = getComputedStyle(one);
            return [one.textContent.trim() || one.name || one.id, style.outlineStyle]; }"""
        )
        reached.append(here)
        if here[0] == "Save and go on":
            break
    assert reached[0][0] == "Skip to content"
    assert reached[-1][0] == "Save and go on"
    assert all(outline != "none" for _, outline in reached)
