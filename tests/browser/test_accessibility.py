"""Every page for everybody: WCAG 2.2 AA by axe, in three scripts, light and dark, narrow, large, by keyboard."""

from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize

from tests.browser.conftest import WIDE, Eyes
from tests.browser.steps import referred
from tests.web.test_referral import accepted

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
WITHOUT_COLOURS = {**WCAG, "rules": {"color-contrast": {"enabled": False}}}
RUN = "asked => axe.run(asked).then(told => told.violations.map(one => [one.id, one.nodes.map(node => node.target)]))"
TOO_WIDE = """() => ["100%", "200%"].filter(size => { const root = document.documentElement;
root.style.fontSize = size; const wide = root.scrollWidth > innerWidth + 1; root.style.fontSize = ""; return wide; })"""
NARROW: ViewportSize = {"width": 320, "height": 700}


async def places(eyes: Eyes, page: Page) -> list[str]:
    """Every kind of page, with something on it: a referral that was answered."""
    thread = await referred(eyes)
    await eyes.delivered()
    await accepted(await eyes.hand("XA"), thread)
    await eyes.delivered()
    await page.goto(eyes.url("XD", f"/desk/thread/{thread}"))
    case = await page.locator('main a[href^="/desk/case/"]').first.get_attribute("href")
    tasks = f"{case}/referral"
    return [
        "/desk/", "/desk/cases", "/desk/deadlines", "/desk/countries", "/desk/start", f"{case}", f"{case}/looks", tasks,
        f"{tasks}/kept-from", f"{tasks}/where", f"{tasks}/consent", f"{tasks}/names", f"{tasks}/check",
        f"/desk/thread/{thread}", f"/desk/thread/{thread}/do/referral.update",
    ]  # fmt: skip


@pytest.mark.parametrize("languages", [("en",), ("uk", "ar")], ids=str)
async def test_every_page_is_for_everybody(sharp: Eyes, languages: tuple[str, ...]):
    """Axe finds nothing, by light or dark; nothing is wider than 320 px, nor with large letters (1.4.10, 1.4.4)."""
    eyes, page = sharp, await sharp.person("XD")
    found: dict[str, object] = {}
    paths = await places(eyes, page)
    for language in languages:
        await speak(page, language)
        for path in paths:
            await page.goto(eyes.url("XD", path))
            faults = await faults_of(page)
            if faults:
                found[f"{language} {path}"] = faults
    assert found == {}


async def test_axe_would_find_what_is_wrong(sharp: Eyes):
    """A check that cannot fail shows nothing: a picture without words and pale letters are found."""
    page = await sharp.person("XD")
    await page.evaluate(
        """() => { const main = document.querySelector('main');
        main.insertAdjacentHTML('beforeend', '<img src="data:,"><p id="p">pale</p>');
        document.getElementById('p').style.color = '#ddd'; }"""
    )
    assert {rule for rule, _ in await faults_of(page)} >= {"image-alt", "color-contrast"}


async def faults_of(page: Page) -> list[tuple[str, object]]:
    """What axe finds by light and, of colours, in the dark; and what does not fit.

    Colours are the same in every language: they are looked at where letters run from left to right.
    """
    in_colour = await page.evaluate("document.documentElement.lang === 'en'")
    found = await _axe(page, WCAG if in_colour else WITHOUT_COLOURS)
    if in_colour:
        await page.emulate_media(color_scheme="dark")
        found += await _axe(page, COLOURS)
        await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(NARROW)
    found += [("too wide", size) for size in await page.evaluate(TOO_WIDE)]
    await page.set_viewport_size(WIDE)
    return found


async def _axe(page: Page, options: dict[str, Any]) -> list[tuple[str, object]]:
    said = await page.evaluate(RUN, {**options, "resultTypes": ["violations"]})
    return [(rule, where) for rule, where in said]


async def speak(page: Page, language: str) -> None:
    """Choose a language, as a person does."""
    await page.select_option("#language", language)
    await page.click(".language button")
    await page.wait_for_function("code => document.documentElement.lang === code", arg=language)


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
