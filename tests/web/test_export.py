"""A case saved as a file, and the deadlines as a calendar: what for stands in the log, and nobody's name in either."""

import json

from node.service.cases.pseudonym import pseudonym
from node.service.threads.book import Book
from node.store.work import Work
from tests.api.conftest import Desk
from tests.rules.world import with_
from tests.web.browser import Browser
from tests.web.test_consent import taken
from tests.web.test_operator import at_work
from tests.web.test_referral import started


async def test_c13_a_case_is_saved_with_its_letters_and_their_evidence_and_without_a_name(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """C13, R36: with a purpose, logged; a letter stands in it as it was signed, one that nobody read stays shut.

    H03, R19, R28: it holds what she fears and what may not go on, so there is no word for handing it to an authority.
    """
    xd = browsers["XD"]
    case, _ = await taken(desks, browsers)
    page = await xd.open(f"{case}/export")
    refused = await xd.send(page, f"{case}/export")
    assert refused.status == 409 and "Choose what the file is for" in refused.said
    handed = await xd.send(page, f"{case}/export", purpose="given_to_authority")
    assert handed.status == 409 and "For the authority" not in page.said + handed.said

    made = await xd.send(page, f"{case}/export", purpose="own_file")

    assert made.headers["Content-Disposition"] == 'attachment; filename="case.json"'
    found = json.loads(made.text)
    assert found["format"] == "trm/v1/case-file" and found["case"]["case"] == case.rpartition("/")[2]
    offer = next(one for one in found["letters"] if one["direction"] == "out")
    assert offer["content"]["kind"] == "referral.offer"
    unread = [one for one in found["letters"] if one["direction"] == "in"]
    assert unread and all(one["content"] is None for one in unread if one["opened_at"] is None)
    assert {one["letter"] for one in found["evidence"][0]["letters"]} == {one["letter"] for one in found["letters"]}
    assert "Зоряна" not in made.text and "held_for_review" not in made.text
    looks = await xd.open(f"{case}/looks")
    assert "Case saved as a file" in looks.said and "For our own file" in looks.said


async def test_a_page_that_waits_for_its_file_is_told_that_it_is_there_and_nothing_else(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """A number that the page made, for a minute; what is no number of a page is said to nobody."""
    xd = browsers["XD"]
    case, _ = await taken(desks, browsers)
    page = await xd.open(f"{case}/export")

    given = await xd.send(page, f"{case}/export", purpose="own_file", _asked="4027431614")
    told = given.headers["Set-Cookie"]
    assert told.startswith("__Host-given=4027431614;") and "Max-Age=60" in told
    assert all(part in told for part in ("Secure", "SameSite=Strict", "Path=/"))
    for asked in ("", "x; Path=/", "1" * 21):
        silent = await xd.send(page, f"{case}/export", purpose="own_file", _asked=asked)
        assert "Set-Cookie" not in silent.headers


async def test_h17_nobody_who_is_pressed_is_handed_a_file_and_nothing_says_so(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """H17: one calm sentence, as for any paper; and somebody else's case is not there at all."""
    desk, xd = desks["XD"], browsers["XD"]
    case, _ = await taken(desks, browsers)
    page, id_ = await xd.open(f"{case}/export"), case.rpartition("/")[2]

    def pressed(work: Work) -> None:
        book = Book(desk.staff.node, work)
        opened = book.case(id_)
        persons = tuple(with_(one, coercion_suspected=True) for one in opened.case.persons)
        book.put_case(opened, with_(opened.case, persons=persons), desk.clock.now())

    await desk.staff.node.store.write(pressed)
    made = await xd.send(page, f"{case}/export", purpose="own_file")
    assert made.status == 409 and "this waits" in made.said and "pressure" not in made.said

    bea, cleo = await at_work(desk, "bea", "caseworker"), await at_work(desk, "cleo", "caseworker")
    hers = (await started(bea)).removesuffix("/referral")
    assert (await bea.open(f"{hers}/export")).status == 200
    assert (await cleo.open(f"{hers}/export")).status == 404


async def test_c9_the_calendar_says_when_and_two_words_and_nothing_else(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """C9: no country, no kind of letter, no reference; an entry keeps its id in a later file; lines are folded."""
    xd = browsers["XD"]
    case, thread = await taken(desks, browsers)
    page = await xd.open("/desk/deadlines")

    made = await xd.send(page, "/desk/deadlines/calendar")
    xd.language = "uk"
    again = await xd.send(await xd.open("/desk/deadlines"), "/desk/deadlines/calendar")

    assert made.headers["Content-Disposition"] == 'attachment; filename="deadlines.ics"'
    lines = made.text.replace("\r\n ", "").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-2:] == ["END:VCALENDAR", ""]
    assert f"SUMMARY:Something is due at the work desk: {pseudonym(case.rpartition('/')[2])}" in lines
    for telling in (case.rpartition("/")[2], thread.rpartition("/")[2], "XA", "Arvenia", "referral", "disclos"):
        assert telling not in made.text
    assert [one for one in lines if one.startswith("UID:")] == [
        one for one in again.text.replace("\r\n ", "").split("\r\n") if one.startswith("UID:")
    ]
    assert all(len(one.encode()) <= 75 for one in again.text.split("\r\n")) and "work desk" not in again.text
