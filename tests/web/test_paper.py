"""Papers from a browser: each through the gate, with a purpose, a line in the log and a mark; as PDF or as a page."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pypdf import PdfReader

from node.protocol.cases.case import Person
from node.service.actor import Actor
from node.service.rights.texts import ProposeText, propose_text, publish_text, shipped
from node.service.threads.book import Book
from node.web.paper.pressing import Press
from tests.api.conftest import Desk
from tests.rules.world import tie, with_
from tests.web.browser import Browser, Page
from tests.web.test_referral import AGREED, started
from tests.web.test_returns import begun

CARD = {
    "meeting_point": "Термінал 2, вихід «Б»", "who_meets": "Olena with a green bag", "legs": "XA-100, 14:30",
    "arrangement_contact": "+999 000 0101", "given_name": "Зоряна", "code_word": "blue door",
}  # fmt: skip
# What no card may say, in the language it is printed in: no heading, no label, no line.
TELLING = {
    "en": ("traffick", "victim", "exploit", "asylum", "refuge", "shelter", "return", "referral", "zoryana"),
    "uk": ("торгів", "жертв", "потерпіл", "експлуат", "притул", "біжен", "поверненн", "скеруванн", "зоряна"),
    "ar": ("اتجار", "ضحية", "ضحايا", "استغلال", "لجوء", "لاجئ", "مأوى", "إحالة", "العودة"),
}
PRESS_IS_HERE = Press().can
needs_press = pytest.mark.skipif(not PRESS_IS_HERE, reason="WeasyPrint is not installed: pip install opentrm[paper]")


@pytest.fixture
def no_press(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that makes no PDF."""

    async def none(self: Press, page: str) -> bytes | None:
        return None

    monkeypatch.setattr(Press, "pdf", none)
    yield


async def pressed(browser: Browser, action: str, **typed: str) -> tuple[bytes, Any]:
    """The bytes of a paper; what was typed as a form of this desk posts it."""
    page = await browser.open(action)
    form = page.form(action.partition("?")[0])
    body = {name: values[-1] for name, values in form.items() if values} | typed
    origin = str(browser.client.make_url("/")).rstrip("/")
    kept = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"Origin": origin, "Cookie": kept, "Accept-Language": browser.language}
    async with browser.client.post(action.partition("?")[0], data=body, headers=headers) as answer:
        return await answer.read(), answer.headers


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


async def travelling(browser: Browser) -> tuple[str, str]:
    """A case with a return to XA that is arranged; the paths of the case and of the question for her card."""
    case, plan = await begun(browser)
    page = await browser.open(f"{case}/referral/kept-from")
    await browser.send(page, f"{case}/referral/kept-from", named="no")
    page = await browser.open(f"{case}/referral/names")
    await browser.send(page, f"{case}/referral/names", **CARD)
    number = plan.rpartition("/")[2]
    path = f"{case}/change/plan_journey"
    form = await browser.open(f"{path}?plan_id={number}")
    typed = {"window_starts_at": "2027-01-10T12:00", "window_ends": "2027-01-10T14:00"}
    done = await browser.send(form, path, fields={f"journey.{name}": at for name, at in typed.items()}, **typed)
    assert done.status == 200, done.said
    return case, f"{case}/print/journey?plan={number}"


async def outside(browser: Browser, peer: str = "MD") -> str:
    """A referral to a country without a node, up to the check page; the path of its tasks."""
    tasks = await started(browser)
    for name, typed in (
        ("kept-from", {"named": "no"}),
        ("where", {"needs": ["shelter", "health"], "urgency": "urgent", "peer": peer}),
        ("consent", AGREED),
    ):
        page = await browser.open(f"{tasks}/{name}")
        page = await browser.send(page, f"{tasks}/{name}", **typed)
        assert page.status == 200, page.said
    return tasks


async def to_print(browser: Browser, path: str, **typed: Any) -> Page:
    return await browser.send(await browser.open(path), path.partition("?")[0], **typed)


async def test_a_country_without_a_node_gets_the_same_form_on_paper_and_no_name(browser_of_xd: Browser, no_press: None):
    """C10: the same tasks, the same gate; her name is not on it, and the mark is."""
    tasks = await outside(browser_of_xd)
    check = await browser_of_xd.open(f"{tasks}/check")
    paper = f"{tasks.removesuffix('/referral')}/print/referral"
    assert "goes on paper" in check.said and paper in check.links and not check.text.count("Sign and send")

    asked = await browser_of_xd.open(paper)
    unsaid = await browser_of_xd.send(asked, paper)
    page = await browser_of_xd.send(asked, paper, purpose="given_to_country")

    assert unsaid.status == 409 and "Choose what it is printed for" in unsaid.said
    assert "Referral to Moldova" in page.said and "A safe place to live" in page.said
    assert "Within 24 hours" in page.said and "For the focal point of the other country" in page.said
    assert "Ana Invented" not in page.said  # nobody of our staff is named abroad
    looks = await browser_of_xd.open(f"{tasks.removesuffix('/referral')}/looks")
    assert "Printed a paper referral" in looks.said
    sheet = f"{tasks.removesuffix('/referral')}/print/sheet"
    assert (
        "Told on paper Moldova"
        in (await to_print(browser_of_xd, sheet, purpose="own_file", to="XD", fields={"in": "en"})).said
    )


async def test_paper_meets_the_gate_and_asylum_is_unseen_on_it(browser_of_xd: Browser, desk: Desk, no_press: None):
    """H15, R10, H03: to a country she fears nothing is printed; to another the paper says what anybody's would."""
    tasks = await outside(browser_of_xd)
    case = tasks.split("/")[3]
    paper = f"/desk/case/{case}/print/referral"
    plain = await to_print(browser_of_xd, paper, purpose="given_to_country")

    await claims(desk, case, "XB")
    claimed = await to_print(browser_of_xd, paper, purpose="given_to_country")
    await claims(desk, case, "MD")
    refused = await to_print(browser_of_xd, paper, purpose="given_to_country")

    assert alike(claimed) == alike(plain)
    assert refused.status == 409 and "nothing about her goes to this country" in refused.said
    lines = desk.world["XD"].node.store.read_sync(lambda reader: reader.audit.lines(limit=50))
    assert [one.act for one in lines].count("printed") == 2


async def claims(desk: Desk, case_id: str, country: str) -> None:
    """She asks for protection, from this country."""
    node = desk.world["XD"].node

    def change(work: Any) -> None:
        book = Book(node, work)
        opened = book.case(case_id)
        her: Person = opened.case.persons[0]
        claimed = with_(her, protection="sought", ties=(tie(country, "yes"),))
        book.put_case(opened, with_(opened.case, persons=(claimed,)), node.now())

    await node.store.write(change)


def alike(page: Page) -> str:
    """The paper without its number, and without the moments."""
    paper = page.text[page.text.index("<article") : page.text.index("</article")]
    return re.sub(r"\b[0-9a-f]{8}\b|\d\d:\d\d", "", paper)


async def test_a_paper_for_our_own_file_names_who_printed_it(browser_of_xd: Browser, no_press: None):
    """C13: user, time and purpose stand on it."""
    tasks = await started(browser_of_xd)
    path = f"{tasks.removesuffix('/referral')}/print/sheet"

    page = await to_print(browser_of_xd, path, purpose="own_file", to="XD", fields={"in": "en"})

    assert re.search(r"Printed .*Ana Invented ?; For our own file; paper [0-9a-f]{8}", page.said), page.said
    assert "No PDF can be made on this machine" in page.said


async def test_a_card_with_a_word_that_tells_is_not_printed(browser_of_xd: Browser, no_press: None):
    """Issue 4: no word of it, in whatever language; the field is named, what stands in it is not."""
    case, path = await travelling(browser_of_xd)
    page = await browser_of_xd.open(f"{case}/referral/names")
    await browser_of_xd.send(page, f"{case}/referral/names", who_meets="Центр для жертв")

    refused = await to_print(browser_of_xd, path, purpose="she_carries_it")

    assert refused.status == 409 and "tells why she travels" in refused.said and "жертв" not in refused.text


async def test_the_paper_for_the_authority_is_there_while_she_is_detained(browser_of_xd: Browser, no_press: None):
    """H25: a paper for the authority, with room for her name and none printed."""
    tasks = await started(browser_of_xd)
    case = tasks.removesuffix("/referral")
    early = await to_print(browser_of_xd, f"{case}/print/release", purpose="given_to_authority")
    page = await browser_of_xd.open(f"{case}/change/detained")
    done = await browser_of_xd.send(page, f"{case}/change/detained")
    assert f"{case}/print/release" in (await browser_of_xd.open(case)).links, done.said

    page = await to_print(browser_of_xd, f"{case}/print/release", purpose="given_to_authority")

    assert early.status == 409 and "Record first that she is detained" in early.said
    assert "Request for release into care" in page.said


@needs_press
async def test_the_card_for_the_way_in_three_languages_tells_nobody_anything(browser_of_xd: Browser):
    """C8: no word of trafficking; her name and her code word are not on it; numbers keep their order."""
    case, path = await travelling(browser_of_xd)
    for language, words in TELLING.items():
        pdf, headers = await pressed(browser_of_xd, path, purpose="she_carries_it", **{"in": language})
        assert headers["Content-Type"] == "application/pdf" and headers["Content-Disposition"].endswith('"paper.pdf"')
        said = text_of(pdf)
        assert "Olena with a green bag" in said and "+999 000 0101" in said and "XA-100" in said, (language, said)
        assert not [one for one in words if one in said.casefold()], (language, said)
        assert "Зоряна" not in said and "blue door" not in said and "Ana" not in said
    looks = await browser_of_xd.open(f"{case}/looks")
    assert "Printed the card for the way" in looks.said and "She carries it with her" in looks.said


@needs_press
async def test_the_consent_page_stands_in_her_language_beside_the_workers(browser_of_xd: Browser, desk: Desk):
    """C5: the eight points twice, ticks, room for signature and thumbprint, the version of the text."""
    tasks = await outside(browser_of_xd)
    case = tasks.removesuffix("/referral")
    await published(desk, "uk", "ar")
    for language in ("uk", "ar"):
        pdf, _ = await pressed(browser_of_xd, f"{case}/print/consent", purpose="her_signature", **{"in": language})
        said = text_of(pdf)
        assert f"{language}-adult-1" in said and "Her signature" in said and "Moldova" in said
        assert language == "ar" or " ".join(shipped("uk", "adult").points[0].split()[:3]) in said
    record = next(link for link in (await browser_of_xd.open(case)).links if "/consents/" in link)
    link = next(one for one in (await browser_of_xd.open(record)).links if "/print/consent" in one)
    pdf, _ = await pressed(browser_of_xd, link, purpose="own_file", **{"in": "uk"})
    assert "What she allowed" in text_of(pdf)


async def published(desk: Desk, *languages: str) -> None:
    """The shipped drafts of these languages, proposed by one coordinator and published by another."""
    node = desk.world["XD"].node
    for language in languages:
        points = shipped(language, "adult").points
        made = await propose_text(
            node, Actor("one", "coordinator"), ProposeText(language=language, variant="adult", points=points)
        )
        assert made.id is not None
        await publish_text(node, Actor("two", "coordinator"), made.id)


@pytest.fixture
def browser_of_xd(ana: Browser) -> Browser:
    return ana
