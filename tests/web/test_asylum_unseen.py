"""That she sought protection, and from which country, shows on nothing that others read. Source: H03, H15; R10.

The grid is read with her and an interpreter, the paper is carried, a correction goes abroad: each is compared with what
it would be without the claim.
"""

import re

import pytest

from tests.api.conftest import Desk
from tests.web.browser import Browser, Page
from tests.web.test_changes import case_of
from tests.web.test_consent import taken
from tests.web.test_paper import claims

UNLIKE = re.compile(r"\b[0-9a-f]{8,64}\b|\d\d:\d\d|f-[\w-]+|name=\"_csrf\" value=\"[^\"]*\"")
TELLING = ("asylum", "persecut", "she fears", "refugee", "international protection")


def main_of(page: Page) -> str:
    """What stands in the page, less numbers, moments and proofs of the form."""
    return UNLIKE.sub("", page.text[page.text.index("<main") : page.text.index("</main")])


@pytest.mark.parametrize("country", ["XA", "XB"])
async def test_the_grid_and_the_consent_page_are_the_same_with_a_claim(
    desks: dict[str, Desk], browsers: dict[str, Browser], country: str
):
    """H15: her consent is asked on the same page, and printed on the same paper, whatever she sought and from whom."""
    ana = browsers["XD"]
    case = await case_of(ana)
    paths = (f"{case}/consent?peer=XA", f"{case}/consent", f"{case}/print/consent")
    plain = [main_of(await ana.open(path)) for path in paths]

    await claims(desks["XD"], case.rpartition("/")[2], country)
    claimed = [main_of(await ana.open(path)) for path in paths]

    assert claimed == plain and "Haven XA" in claimed[0]
    assert not [word for word in TELLING for page in claimed if word in page.casefold()]


async def test_a_correction_offers_and_shows_nothing_of_a_claim(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """H03: what goes abroad as a difference has no field for it; the page is the one without a claim."""
    case, thread = await taken(desks, browsers)
    xd = browsers["XD"]
    plain = main_of(await xd.open(f"{thread}/correct"))

    await claims(desks["XD"], case.rpartition("/")[2], "XB")
    page = await xd.open(f"{thread}/correct")

    assert main_of(page) == plain and page.status == 200
    assert not [word for word in TELLING if word in page.said.casefold()]
