"""Pictures of every page in two languages, for people to look at: `make screens` writes them into docs/screens/."""

import os
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.browser.conftest import Eyes
from tests.browser.places import Places
from tests.browser.test_accessibility import every_page

LONG = re.compile("[0-9a-f]{16}|=")  # an id
FOLDER = os.environ.get("TRM_SCREENS")


@pytest.mark.skipif(FOLDER is None, reason="only `make screens` takes pictures")
@pytest.mark.parametrize("language", ["en", "ar"])
async def test_pictures_of_every_page(eyes: Eyes, places: Places, language: str):
    """A picture of each page as a caseworker sees it; the names hold no id, so that a later one replaces it."""
    taken = set()
    async for path, page in every_page(eyes, places, language):
        words = [part for part in re.split("[/? ]", path) if part and not LONG.search(part)][1:]
        name = "-".join([*words, language] if words else ["desk", language]).replace(".", "-")
        if name in taken:
            name = "xa-" + name
        taken.add(name)
        _small(await page.screenshot(full_page=True)).save(Path(FOLDER or "") / f"{name}.png", optimize=True)
    assert len(taken) > len(places.signed_in())


def _small(picture: bytes) -> Image.Image:
    """As few colours as a page of text needs."""
    return Image.open(BytesIO(picture)).convert("RGB").quantize(32)
