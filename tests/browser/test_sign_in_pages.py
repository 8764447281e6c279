"""The pages around a sign-in for everybody: axe, narrow, large letters, from right to left. Pictures on request.

`SCREENS=folder` keeps a picture of each, wide and narrow, to be looked at.
"""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.api.conftest import PASSWORD
from tests.browser.conftest import WIDE, Eyes
from tests.browser.test_accessibility import NARROW, faults_of

SCREENS = os.environ.get("SCREENS")


async def look(page: Page, name: str, found: dict[str, object]) -> None:
    """What is wrong with the page as it stands."""
    await page.set_viewport_size(WIDE)
    faults = await faults_of(page)
    if faults:
        found[name] = faults
    if SCREENS:
        for size, wide in ((WIDE, "wide"), (NARROW, "narrow")):
            await page.set_viewport_size(size)
            await page.screenshot(
                path=Path(SCREENS) / f"{name.strip('/').replace('/', '-')}-{wide}.png", full_page=True
            )


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_pages_around_a_sign_in_are_for_everybody(sharp: Eyes, language: str):
    eyes, found = sharp, dict[str, object]()
    page = await eyes.person("XD", language, await eyes.colleague("XD"))
    await codes_begun(eyes, page)
    await look(page, f"{language}/codes", found)
    code = await invited(eyes, page)
    await look(page, f"{language}/people", found)
    await page.click("#lock button")
    await page.wait_for_url("**/desk/locked*")
    await look(page, f"{language}/locked", found)
    new = await eyes.window("XD", language)
    await new.goto(eyes.url("XD", "/desk/invited") + "#" + code)
    await new.click("main form button")
    await new.wait_for_url("**/desk/invited")
    await new.wait_for_selector("#f-login")
    await look(new, f"{language}/join", found)
    if language == "en":
        await joined(new)
        await look(new, f"{language}/recovery-codes", found)
    assert found == {}


async def codes_begun(eyes: Eyes, page: Page) -> None:
    """The picture for a telephone."""
    await page.goto(eyes.url("XD", "/desk/me/codes"))
    await page.fill("#f-password", PASSWORD)
    await page.click("main form button")
    await page.wait_for_selector(".qr svg")


async def invited(eyes: Eyes, page: Page) -> str:
    """An invitation on the page of people, and its code."""
    await page.goto(eyes.url("XD", "/desk/people"))
    await page.check('input[name="role"][value="auditor"]')
    await page.fill("#f-organisation", "haven")
    await page.click('form[action="/desk/people/invite"] button')
    await page.wait_for_selector(".secret")
    return (await page.locator("strong.secret").inner_text()).strip()


async def joined(page: Page) -> None:
    """Whoever was invited makes a sign-in."""
    await page.fill("#f-login", "dora")
    await page.fill("#f-new", "an invented password of hers")
    await page.fill("#f-again", "an invented password of hers")
    await page.check("#f-accepted")
    await page.click('form[action="/desk/join"] button')
    await page.wait_for_selector(".codes li")
