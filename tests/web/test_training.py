"""A desk for practice says so on every page and every paper, and in no way looks like one where people are real."""

import json
import re

import pytest

from node.web.paper.pressing import Press
from tests.api.conftest import Desk
from tests.browser.places import at_desk, made_places
from tests.web.browser import Browser
from tests.web.test_consent import taken
from tests.web.test_operator import at_work
from tests.web.test_paper import pressed, text_of
from tests.web.test_referral import started

BANNER = "Everybody here is invented."


@pytest.fixture
def practising(desks: dict[str, Desk]) -> dict[str, Desk]:
    """Both countries, made for practice."""
    for desk in desks.values():
        desk.world[desk.code].node.training = True
    return desks


async def test_every_page_is_striped_and_called_training(practising: dict[str, Desk]):
    """C16: same pages, stripes, the word in the title; whoever glances at a screen knows."""
    places = await made_places(practising)
    plain = []
    for code, paths in (("XD", places.signed_in()), ("XA", places.at_xa()), ("", places.strangers())):
        browser = await at_desk(practising[code or "XD"]) if code else Browser(practising["XD"].client)
        for path in paths:
            page = await browser.open(path)
            title = re.search("<title>(.*?)</title>", page.text, re.DOTALL)
            is_called = title is not None and title[1].startswith("TRAINING") and BANNER in page.said
            if not is_called or '<body class="training"' not in page.text:
                plain.append(path)

    assert plain == []


async def test_a_desk_that_is_not_for_practice_never_says_it(browsers: dict[str, Browser]):
    page = await browsers["XD"].open("/desk/")

    assert "TRAINING" not in page.text and 'class="training"' not in page.text


@pytest.mark.parametrize(("language", "word"), [("en", "TRAINING"), ("uk", "НАВЧАННЯ")])
async def test_every_paper_bears_the_word_in_its_language_and_ours(
    practising: dict[str, Desk], monkeypatch: pytest.MonkeyPatch, language: str, word: str
):
    """C16: a paper leaves the room; it says itself that nobody in it is real."""
    browser = await at_desk(practising["XD"])
    case = (await started(browser)).removesuffix("/referral")

    paper, _ = await pressed(browser, f"{case}/print/sheet", purpose="read_with_her", **{"in": language})
    monkeypatch.setattr(Press, "pdf", nothing)
    page, _ = await pressed(browser, f"{case}/print/sheet", purpose="read_with_her", **{"in": language})

    assert word in text_of(paper) and "TRAINING" in text_of(paper)
    assert f">{word}</bdi>" in page.decode() or language == "en"
    assert '<p class="practice">TRAINING' in page.decode()


async def test_deadlines_taken_along_say_that_they_are_practice(practising: dict[str, Desk]):
    """They lie on a telephone beside real ones."""
    browser = await at_desk(practising["XD"])
    await taken(practising, {code: await at_desk(desk) for code, desk in practising.items()})

    made = await browser.send(await browser.open("/desk/deadlines"), "/desk/deadlines/calendar")

    assert "SUMMARY:TRAINING: " in made.text and "SUMMARY:Something" not in made.text


@pytest.mark.parametrize("training", [True, False])
async def test_every_file_that_is_saved_is_named_after_what_it_is_for(desks: dict[str, Desk], training: bool):
    """C16: a file lies in a folder beside real ones and goes into another program; the name of ours says it, or not."""
    for desk in desks.values():
        desk.world[desk.code].node.training = training
    browsers = {code: await at_desk(desk) for code, desk in desks.items()}
    case, thread = await taken(desks, browsers)
    xd, dora = browsers["XD"], await at_work(desks["XD"], "dora", "auditor")
    before = "TRAINING-" if training else ""

    made = await xd.send(await xd.open(f"{case}/export"), f"{case}/export", purpose="own_file")
    files = [
        made,
        await xd.send(await xd.open(f"{thread}/evidence"), f"{thread}/evidence"),
        await xd.send(await xd.open("/desk/deadlines"), "/desk/deadlines/calendar"),
        await dora.send(await dora.open("/desk/admin/audit"), "/desk/admin/audit/table"),
    ]

    assert json.loads(made.text)["training"] is training
    assert [one.headers["Content-Disposition"] for one in files] == [
        f'attachment; filename="{before}{name}"'
        for name in ("case.json", "evidence.json", "deadlines.ics", "audit.csv")
    ]


async def nothing(_: Press, page: str) -> None:
    """A machine that makes no PDF."""
