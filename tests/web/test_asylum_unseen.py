"""That she sought protection, and from which country, shows on nothing that others read. Source: H03, H15; R10.

The grid is read with her and an interpreter, papers are carried and handed over, a correction goes abroad: each is
compared with what it would be without the claim, a paper as it comes out of the press.
"""

import io
import re

import pytest
from pypdf import PdfReader

from node.service.paper.printing import PAPERS
from tests.api.conftest import Desk
from tests.web.browser import Browser, Page
from tests.web.test_changes import case_of
from tests.web.test_consent import taken
from tests.web.test_paper import claims, needs_press, outside, pressed, text_of, travelling

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


TOLD = {"en": TELLING, "uk": ("притул", "біжен", "пересліду", "боїться"),
        "ar": ("لجوء", "لاجئ", "اضطهاد", "تخاف", "تخشى")}  # fmt: skip
MOVING = re.compile(r"[0-9a-f]{8}|\d{1,2}[:.]\d\d")  # a paper's own number, and moments


async def consent_paper(browser: Browser) -> tuple[str, str, dict[str, str]]:
    case = (await outside(browser)).removesuffix("/referral")
    return case, f"{case}/print/consent", {"purpose": "her_signature"}


async def referral_paper(browser: Browser) -> tuple[str, str, dict[str, str]]:
    case = (await outside(browser)).removesuffix("/referral")
    return case, f"{case}/print/referral", {"purpose": "given_to_country"}


async def journey_paper(browser: Browser) -> tuple[str, str, dict[str, str]]:
    case, path = await travelling(browser)
    return case, path, {"purpose": "she_carries_it"}


async def sheet_paper(browser: Browser) -> tuple[str, str, dict[str, str]]:
    case = await case_of(browser)
    return case, f"{case}/print/sheet", {"purpose": "own_file", "to": "XD"}


async def release_paper(browser: Browser) -> tuple[str, str, dict[str, str]]:
    case = await case_of(browser)
    await browser.send(await browser.open(f"{case}/change/detained"), f"{case}/change/detained")
    return case, f"{case}/print/release", {"purpose": "given_to_authority"}


MAKES = {"consent": consent_paper, "referral": referral_paper, "journey": journey_paper, "sheet": sheet_paper,
         "release": release_paper}  # fmt: skip


def test_every_paper_is_compared():
    assert MAKES.keys() == set(PAPERS)


@needs_press
@pytest.mark.parametrize("paper", MAKES)
async def test_a_paper_out_of_the_press_is_the_same_with_a_claim(ana: Browser, desk: Desk, paper: str):
    """H03, H15: no word of it in the text of the file, in none of its properties, and no line more or less."""
    case, path, typed = await MAKES[paper](ana)
    plain = {language: await taken_apart(ana, path, typed, language) for language in TOLD}

    await claims(desk, case.rpartition("/")[2], "XB")
    claimed = {language: await taken_apart(ana, path, typed, language) for language in TOLD}

    assert claimed == plain
    for language, words in TOLD.items():
        assert len(claimed[language]) > 60
        assert not [word for word in words if word.casefold() in claimed[language].casefold()], language
        assert "Borduria" not in claimed[language]


async def taken_apart(browser: Browser, path: str, typed: dict[str, str], language: str) -> str:
    """All that the file says: its pages and its properties, less what differs from one print to the next."""
    pdf, headers = await pressed(browser, path, **typed, **{"in": language})
    assert headers["Content-Type"] == "application/pdf", pdf[:400]
    properties = {
        name: said for name, said in (PdfReader(io.BytesIO(pdf)).metadata or {}).items() if "Date" not in name
    }
    return MOVING.sub("", f"{text_of(pdf)} {properties}")
