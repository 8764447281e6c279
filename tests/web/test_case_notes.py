"""Notes among colleagues: kept sealed, read with a reason, of no other case, and gone with anybody of the case."""

from tests.api.conftest import Desk
from tests.keeping import erase_case, files_of
from tests.web.browser import Browser
from tests.web.test_operator import at_work
from tests.web.test_referral import started

SAID = "Zoryana-of-the-mark <b>phones</b> on Tuesday"


async def noted(browser: Browser) -> str:
    """A new case with a note; the path of its notes."""
    path = (await started(browser)).removesuffix("/referral") + "/notes"
    page = await browser.send(await browser.open(path), path, text=SAID)
    assert page.status == 200 and "Recorded." in page.said
    return path


async def test_r24_a_note_is_shut_until_somebody_says_why_and_that_is_logged(desk: Desk, ana: Browser):
    """C6, R24: sealed like a name; on the disk it cannot be read, on the page it is text and no more."""
    path = await noted(ana)
    page = await ana.open(path)
    assert "phones" not in page.text
    refused = await ana.send(page, f"{path}/read")
    assert refused.status == 409 and "phones" not in refused.text

    opened = await ana.send(page, f"{path}/read", reason="give_service")

    assert SAID in opened.said and "<b>" not in opened.text
    assert b"of-the-mark" not in files_of(desk.world.tmp / "XD", "node.db", "keys.db")
    looks = await ana.open(path.replace("/notes", "/looks"))
    assert "Note written" in looks.said and "Notes read" in looks.said and "To help her" in looks.said


async def test_an_empty_note_and_one_without_end_are_told_beside_the_field(desk: Desk, ana: Browser):
    path = await noted(ana)
    page = await ana.open(path)

    for text in ("", "x" * 2001):
        again = await ana.send(page, path, text=text)
        assert again.status == 422 and "at most 2000 characters" in again.said


async def test_notes_of_somebody_elses_case_are_not_there(desk: Desk, ana: Browser):
    bea, cleo = await at_work(desk, "bea", "caseworker"), await at_work(desk, "cleo", "caseworker")
    path = await noted(bea)
    csrf = (await cleo.open("/desk/")).form("/desk/lock")["_csrf"][0]

    assert (await cleo.open(path)).status == 404
    for end in ("", "/read"):
        answer = await cleo.post(path + end, [("_csrf", csrf), ("text", "x"), ("reason", "give_service")])
        assert answer.status == 404


async def test_r25_notes_are_erased_with_the_case(desk: Desk, ana: Browser):
    path = await noted(ana)
    here, case = desk.world["XD"], path.split("/")[3]

    await erase_case(here, case)

    assert here.node.store.read_sync(lambda reader: reader.case_notes.of_case(case, 9)) == []


async def test_her_sheet_tells_that_notes_were_written_and_read(desk: Desk, ana: Browser):
    """GDPR 15: the sheet of who holds what counts what colleagues wrote and read of her; it never tells what."""
    path = await noted(ana)

    at = path.replace("/notes", "/sheet")
    sheet = await ana.send(await ana.open(at), at)

    assert "Note written" in sheet.said and "phones" not in sheet.text
