"""Pictures of every page in two languages, for people to look at: `make screens` writes them into docs/screens/."""

import os
from pathlib import Path

import pytest

from tests.browser.conftest import Eyes
from tests.browser.test_accessibility import places, speak

FOLDER = os.environ.get("TRM_SCREENS")


@pytest.mark.skipif(FOLDER is None, reason="only `make screens` takes pictures")
async def test_pictures_of_every_page(eyes: Eyes):
    """A picture of each page as a caseworker sees it; the names hold no id, so that a later one replaces it."""
    folder = Path(FOLDER or "")
    page = await eyes.person("XD")
    paths = await places(eyes, page)
    for language in ("en", "ar"):
        await speak(page, language)
        for path in paths:
            await page.goto(eyes.url("XD", path))
            words = [part for part in path.split("/") if part and len(part) < 32]
            name = "-".join([*words[1:], language]).replace(".", "-")
            await page.screenshot(path=folder / f"{name or 'desk'}.png", full_page=True)
    assert len(list(folder.glob("*.png"))) >= 2 * len(paths)
