"""Letters with a door of their own, and letters read in words: corrections, erasure, access, complaint, a breach."""

import json
import re

from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser, Page
from tests.web.test_consent import taken
from tests.web.test_referral import filled, started
from tests.web.test_returns import TALK, agrees, allows

TOKEN = re.compile(r"\b[0-9a-f]{32}\b")
DAY_S = 86_400


async def disclosed(desks: dict[str, Desk], browsers: dict[str, Browser]) -> tuple[str, str]:
    """A referral whose name was disclosed; the paths of the case and of the thread."""
    case, thread = await taken(desks, browsers)
    xd = browsers["XD"]
    grid = await xd.open(f"{case}/consent?thread={thread.rpartition('/')[2]}")
    await xd.send(grid, f"{case}/consent", **allows(grid, f"{case}/consent", "needs", "identity"), **TALK)
    path = f"{thread}/do/referral.disclose"
    check = await xd.send(await xd.open(path), path, complete="yes")
    await xd.send(check, path, _step="send")
    await desks["XD"].world.settle()
    return case, thread


async def read(browser: Browser, thread: str, place: int = -1) -> tuple[Page, str]:
    """Read one letter of a matter; its page and its path."""
    page = await browser.open(thread)
    paths = [str(one["action"]) for one in page.forms if re.fullmatch("/desk/letter/[0-9a-f]+", str(one["action"]))]
    return await browser.send(page, paths[place]), paths[place]


async def test_a_letter_is_read_in_words_without_a_token(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """The person is the person, a dependant is a dependant; nobody meets a code."""
    _, thread = await taken(desks, browsers)

    offer, _ = await read(browsers["XA"], thread, 0)
    acceptance, _ = await read(browsers["XD"], thread)

    assert "A safe place to live" in offer.said and "From Destinia" in offer.said
    assert "The person herself" in acceptance.said and "Given name" in acceptance.said
    for page in (offer, acceptance):
        assert not TOKEN.search(page.said)


def case_of(page: Page) -> str:
    """The case that a page of a matter leads back to."""
    return next(link for link in page.links if re.fullmatch("/desk/case/[0-9a-f]{32}", link))


async def test_a_correction_stands_beside_the_letter_that_was_wrong(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R33: from the thread page of the sender to the value that the other country reads."""
    xd, xa = browsers["XD"], browsers["XA"]
    case, thread = await disclosed(desks, browsers)
    names = await xd.open(f"{case}/referral/names")
    await xd.send(names, f"{case}/referral/names", given_name="Зоряна-Марія")
    assert f"{thread}/correct" in (await xd.open(thread)).links
    page = await xd.open(f"{thread}/correct")
    letter = next(str(here["value"]) for _, here in page.tags if here.get("name") == "letter")
    page = await xd.send(page, f"{thread}/correct", letter=letter)
    wrong = next(str(here["value"]) for _, here in page.tags if here.get("name") == "field")

    sent = await xd.send(page, f"{thread}/correct", field=wrong)

    assert "It is on its way" in sent.said, sent.said
    await desks["XD"].world.settle()
    there = await xa.open(thread)
    assert "corrected by a newer version" in there.said
    page = await xa.send(there, f"/desk/letter/{letter}")
    assert "A newer version corrects this letter" in page.said
    page = await xa.send(page, f"/desk/letter/{letter}/identity", reason="give_service")
    assert "Зоряна-Марія" in page.said and "<del>" not in page.text
    newer = next(one["action"] for one in page.forms if re.fullmatch("/desk/letter/[0-9a-f]{32}", one["action"] or ""))
    page = await xa.send(page, newer)
    page = await xa.send(page, f"{newer}/identity", reason="give_service")
    assert "<del><bdi>Зоряна</bdi></del> → <ins><bdi>Зоряна-Марія</bdi></ins>" in page.text
    line = (await xa.open(case_of(there))).said
    assert "Correction : Given name" in line or "Correction: Given name" in line, line


async def test_the_reason_for_opening_a_name_is_asked_once_in_a_case_and_sign_in(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """Practice, the desk: five one-tap reasons, asked once per case and sign-in; each opening is logged."""
    xd = browsers["XD"]
    case = (await started(xd)).removesuffix("/referral")
    page = await xd.open(case)
    assert len([button for form in page.forms for button in form["buttons"] if button[0] == "reason"]) == 5
    await xd.send(page, f"{case}/names", reason="keep_safe")

    page = await xd.open(case)
    assert [b for form in page.forms for b in form["buttons"] if b[0] == "reason"] == [("reason", "keep_safe")]
    await xd.send(page, f"{case}/names", reason="keep_safe")

    looks = await xd.open(f"{case}/looks")
    assert looks.said.count("To keep her safe") == 2
    again = Browser(desks["XD"].client)
    desks["XD"].clock.step(2)
    await again.sign_in("ana", PASSWORD)
    assert len([b for form in (await again.open(case)).forms for b in form["buttons"] if b[0] == "reason"]) == 5


async def test_her_sheet_says_who_holds_what_and_every_country_is_asked(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R28, GDPR 15: asked from the case, answered over there from what is stored, by a person."""
    xd, xa = browsers["XD"], browsers["XA"]
    case, thread = await disclosed(desks, browsers)
    page = await xd.open(f"{case}/sheet")
    shown = await xd.send(page, f"{case}/sheet")
    assert "Arvenia" in shown.said and "Name, contact and papers" in shown.said
    assert "Зоряна" not in shown.text

    asked = await xd.send(shown, f"{case}/ask-all")
    assert "1 country is asked" in asked.said
    await desks["XD"].world.settle()
    page = await xa.open(thread)
    assert f"{thread}/access" in page.links
    page = await xa.send(await xa.open(f"{thread}/access"), f"{thread}/access")

    assert "It is on its way" in page.said, page.said
    await desks["XD"].world.settle()
    answered, _ = await read(xd, thread)
    assert answered.status == 200 and not TOKEN.search(answered.said)


async def test_erasure_is_asked_for_by_ticking_and_confirmed_item_by_item(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R20: nobody copies a reference; what was asked is preset at the other side."""
    xd, xa = browsers["XD"], browsers["XA"]
    _, thread = await disclosed(desks, browsers)
    path = f"{thread}/do/erasure.request"
    page = await xd.open(path)
    token, letter = (
        next(str(here["value"]) for _, here in page.tags if here.get("name") == name)
        for name in ("token", "items.0.letter_id")
    )
    check = await xd.send(page, path, fields={"token": token, "items.0.letter_id": letter, "items.0.levels": ["L3"]})
    sent = await xd.send(check, path, _step="send")
    assert "It is on its way" in sent.said, sent.said
    await desks["XD"].world.settle()

    path = f"{thread}/do/erasure.confirm"
    page = await xa.open(path)
    preset = page.form(path)
    assert preset["items.0.levels"] == ["L3"] and preset["token"] == [token]
    check = await xa.send(page, path, fields={"items.0.result": "erased"})
    sent = await xa.send(check, path, _step="send")

    assert "It is on its way" in sent.said, sent.said


async def test_a_breach_is_told_to_every_country_whose_letters_they_are(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R33, GDPR 33: by a coordinator, with the letters to tick."""
    xd = browsers["XD"]
    case, _ = await taken(desks, browsers)
    page = await xd.open(f"{case}/breach")
    letter = next(str(here["value"]) for _, here in page.tags if here.get("name") == "letters")

    page = await xd.send(
        page, f"{case}/breach", letters=letter, noticed_at="2026-11-01T10:00", cause="device_lost",
        measures="access_closed", names_exposed="no",
    )  # fmt: skip

    assert "1 country is told" in page.said, page.said


async def test_evidence_is_saved_as_a_file_without_a_name(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """H15: through the gate; signed statements and receipts, nothing of the content."""
    xd = browsers["XD"]
    _, thread = await taken(desks, browsers)
    page = await xd.open(f"{thread}/evidence")

    made = await xd.send(page, f"{thread}/evidence")

    assert made.headers["Content-Disposition"] == 'attachment; filename="evidence.json"'
    assert json.loads(made.text)["letters"] and "Зоряна" not in made.text


async def test_any_other_matter_begins_from_the_case(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """Choose the kind and the country, fill in its form, see what would leave, send."""
    xd = browsers["XD"]
    case = (await started(xd)).removesuffix("/referral")
    page = await xd.open(f"{case}/referral/kept-from")
    await xd.send(page, f"{case}/referral/kept-from", named="no")
    await agrees(xd, case, ["enquiry"])
    listed = await xd.open(f"{case}/open")
    path = f"{case}/open/ident.support_request"
    assert path in listed.links
    for link in [one for one in listed.links if "/open/" in one]:
        assert (await xd.open(link)).status == 200, link
    page = await xd.open(f"{path}?peer=XA")

    check = await xd.send(page, path, asks="interpreter", why="first_interview")

    assert "will leave this country" in check.said, check.said
    sent = await xd.send(check, path, _step="send")
    assert "It is on its way" in sent.said, sent.said
    await desks["XD"].world.settle()
    assert sent.url.path in (await browsers["XA"].open("/desk/")).links


async def test_an_open_case_is_taken_by_a_caseworker_and_assigned_by_a_coordinator(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    desk, ana = desks["XD"], browsers["XD"]
    case = (await started(ana)).removesuffix("/referral")
    for login in ("bea", "cleo"):
        await desk.add(login, "caseworker")
    bea, cleo = Browser(desk.client), Browser(desk.client)
    await bea.sign_in("bea", PASSWORD)
    await cleo.sign_in("cleo", PASSWORD)
    page = await bea.open(case)
    assert "Nobody works on this case yet" in page.said

    taken_up = await bea.send(page, f"{case}/owner")

    assert "Recorded" in taken_up.said and (await cleo.open(case)).status == 404
    page = await ana.open(case)
    await ana.send(page, f"{case}/owner", owner=desk.users["cleo"])
    assert (await cleo.open(case)).status == 200 and (await bea.open(case)).status == 404


async def test_what_is_overdue_says_whom_to_phone_their_time_and_two_lines_to_say(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """Practice, the desk: overdue = phone them first."""
    xd = browsers["XD"]
    tasks = await started(xd)
    await xd.send(await filled(xd, tasks), f"{tasks}/check")
    await desks["XD"].world.settle()
    desks["XD"].clock.step(40 * DAY_S)
    again = Browser(desks["XD"].client)
    await again.sign_in("ana", PASSWORD)

    page = await again.open("/desk/")

    contact = desks["XD"].staff.node.view.countries["XA"].record.authority.contact
    assert "Phone them first" in page.said and contact in page.said and "Their time now" in page.said
    assert "I say nothing of any person on the telephone" in page.said
