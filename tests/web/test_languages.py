"""One desk, two readers: what is written in one language is read in another, from right to left where it has to be."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.dates import format_timedelta

from node.web import render
from node.web.forms import several
from node.web.language import LANGUAGES, UNITS, own_name, speech
from tests.api.conftest import PASSWORD, Desk
from tests.browser.places import entries
from tests.web.browser import Browser, Page
from tests.web.test_referral import accepted, filled, started

TEMPLATES = Path(render.__file__).with_name("templates")
UNDIRECTED = re.compile(r"[0-9a-f]{8}|[+][0-9 ]{6,}")


async def speaking(desk: Desk, language: str) -> Browser:
    browser = Browser(desk.client)
    browser.language = language
    assert (await browser.sign_in("ana", PASSWORD)).status == 200
    return browser


def html(page: Page) -> dict[str, str | None]:
    return next(here for tag, here in page.tags if tag == "html")


async def offered(desks: dict[str, Desk], language: str) -> tuple[Page, str]:
    """A referral sent by somebody who works in this language; the sent page and the thread."""
    browser = await speaking(desks["XD"], language)
    tasks = await started(browser)
    sent = await browser.send(await filled(browser, tasks), f"{tasks}/check")
    await desks["XD"].world.settle()
    return sent, sent.url.path.rpartition("/")[2]


async def test_a_letter_composed_in_ukrainian_is_read_in_arabic(desks: dict[str, Desk]):
    """Letters are codes: nobody translates anything at run time, and nobody has to."""
    sent, thread = await offered(desks, "uk")
    arabic = await speaking(desks["XA"], "ar")

    page = await arabic.open(f"/desk/thread/{thread}")
    letter = next(form["action"] for form in page.forms if "/letter/" in (form["action"] or ""))
    read = await arabic.send(page, letter)

    assert "Запропоновано, чекає на відповідь" in sent.said
    assert "عُرضت وتنتظر إجابة" in page.said
    assert "مكان آمن للعيش" in read.said and "امرأة" in read.said and "الأوكرانية" in read.said
    assert not re.search("[А-я]", read.text.split("<main", 1)[1])  # the choice of languages stands above
    assert "مكان آمن للعيش، الصحة" in read.said and not re.search("[,;] ", read.said)
    case = next(one for one in page.links if one.startswith("/desk/case/"))
    exposed = await arabic.open(f"{case}/breach")  # its choices are put together in a page, not in a template
    assert "عرض شخص، Destinia، " in exposed.said


def test_a_sentence_of_two_halves_is_found_where_the_first_ends_in_a_filled_in_word():
    """The word that is filled in swallowed the second half, which then stood there in English."""
    says = "not possible while the thread is accepted: possible while it is offered or info_requested"

    assert not re.search("[A-Za-z]", speech("uk", "UTC").say(says))


async def test_an_act_that_was_sent_already_is_refused_once_in_the_readers_language(
    desks: dict[str, Desk],
):
    """Back, after sending, and the form sent again: why it cannot be stands there once, and nothing goes twice."""
    _, thread = await offered(desks, "uk")
    browser = await speaking(desks["XA"], "uk")
    path = f"/desk/thread/{thread}/do/referral.accept"
    await accepted(await speaking(desks["XA"], "en"), thread)

    again = await browser.send(await browser.open(path), path, fields={"organisation.id": "haven-of-xa"},
                               services="safe-place", start_not_before="2026-12-20")  # fmt: skip

    assert again.said.count("еможливо, доки стан звернення") == 1
    assert "possible while" not in again.said


@pytest.mark.parametrize("template", [one.name for one in TEMPLATES.glob("*.html")])
def test_no_template_sets_a_comma_of_its_own(template: str):
    """Each language has its own: an English comma among Arabic words is read as a slip."""
    bare = re.sub(r"\{[{%#].*?[}%#]\}", "", (TEMPLATES / template).read_text("utf-8"), flags=re.DOTALL)

    assert not re.search("[,;] ", re.sub(r"<[^>]*>", "", bare)), template


def test_no_page_joins_with_a_comma_of_its_own():
    """What Python puts between two words is asked of the language too; `app.py` joins the parts of a header."""
    bare = re.compile(r"""["'][,;] ["'](?:\))?\.join""")
    found = [one.name for one in TEMPLATES.parent.rglob("*.py") if bare.search(one.read_text("utf-8"))]

    assert set(found) <= {"app.py"}


def test_what_is_typed_with_an_arabic_comma_is_several():
    """A keyboard has the comma of its language: two codes typed so were one that no list has."""
    assert several("uk، ar,ro ru؛fr") == ["uk", "ar", "ro", "ru", "fr"] and several(" ، ") == []


async def test_arabic_pages_run_from_right_to_left_and_references_do_not(desks: dict[str, Desk]):
    """Interface, finding 8: a case number inside Arabic text once printed backwards."""
    _, thread = await offered(desks, "en")
    arabic = await speaking(desks["XA"], "ar")

    for path in ("/desk/", f"/desk/thread/{thread}", "/desk/deadlines", "/desk/countries"):
        page = await arabic.open(path)
        bare = re.sub(r'<bdi dir="ltr">[^<]*</bdi>|<[^>]+>', " ", page.text.split("<main", 1)[1])
        assert (html(page)["dir"], html(page)["lang"]) == ("rtl", "ar")
        assert not UNDIRECTED.search(bare), path
    assert f'<bdi dir="ltr">{thread[:8]}</bdi>' in (await arabic.open(f"/desk/thread/{thread}")).text


async def test_everybody_reads_the_desk_in_their_own_language(desks: dict[str, Desk]):
    """No sentence of the first pages is left in English."""
    said: dict[str, Any] = {}
    for code in ("fr", "es", "ro", "uk", "ru", "ar"):
        page = await (await speaking(desks["XD"], code)).open("/desk/")
        said[code] = page.said
        assert (html(page)["lang"], html(page)["dir"]) == (code, "rtl" if code == "ar" else "ltr")

    assert not [code for code, text in said.items() if "Needs an answer" in text or "Start a referral" in text]
    assert "Mesa de trabajo" in said["es"] and "Începeți o referire" in said["ro"] and "بدء إحالة" in said["ar"]


async def test_whom_to_phone_is_said_in_the_readers_language_before_a_country_is_chosen(desks: dict[str, Desk]):
    """H21: nobody on call until a time, and the number; not the one English line that a program gets."""
    await entries(desks)
    ana = await speaking(desks["XD"], "uk")
    case = (await desks["XD"].case("ana"))["case"]

    page = await ana.open(f"/desk/case/{case}/referral/where")

    assert "Котра у них година:" in page.said and "switchboard of the authority" in page.said, page.said
    assert "It is " not in page.said


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_distance_is_told_as_the_library_tells_it(code: str):
    """It is said from memory, by its unit and number; at every border of a unit that must be the same sentence."""
    spoken = speech(code, "UTC")
    near = [unit_s * part // 100 + by for _, unit_s in UNITS for part in (85, 100, 149, 151, 250) for by in (-1, 0, 1)]
    for away in [*near, *(-one for one in near), 0, 7, 10**9]:
        whole = format_timedelta(timedelta(seconds=away), granularity="minute", add_direction=True, locale=code)
        assert spoken.until(away + 5, 5) == whole, away


@pytest.mark.parametrize(
    ("code", "called"),
    [("vi", "Tiếng Việt"), ("ro", "Română"), ("uk", "Українська"), ("ka", "ქართული"), ("en", "English")],
)
def test_a_language_in_a_list_is_written_as_its_speakers_write_it(code: str, called: str):
    """What stands large inside a name stays so, and a script without large letters is left alone."""
    assert own_name(code) == called
