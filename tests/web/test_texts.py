"""What is read to her before she consents: published by two people, in her language, recorded by its version."""

import pytest

from node.service.rights.texts import POINTS, SHIPPED, VARIANTS, shipped
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser, Page
from tests.web.test_referral import AGREED, started

DRAFT = "uk-adult-draft1"


@pytest.fixture
async def bea(desks: dict[str, Desk]) -> Browser:
    """A second coordinator at XD."""
    await desks["XD"].add("bea", "coordinator")
    browser = Browser(desks["XD"].client)
    await browser.sign_in("bea", PASSWORD)
    return browser


async def proposed(browser: Browser, code: str = DRAFT) -> Page:
    page = await browser.open(f"/desk/texts/{code}")
    return await browser.send(page, f"/desk/texts/{code}", language="uk")


async def published(ana: Browser, bea: Browser) -> None:
    await proposed(ana)
    page = await bea.open("/desk/texts")
    assert (await bea.send(page, "/desk/texts/uk-adult-1/publish")).status == 200


async def asked(browser: Browser) -> str:
    """A case of which the country to ask is known; the address of its consent page."""
    tasks = await started(browser)
    page = await browser.open(f"{tasks}/where")
    await browser.send(page, f"{tasks}/where", needs=["shelter"], peer="XA")
    return f"{tasks}/consent"


def test_a_draft_is_shipped_for_every_language_and_whoever_consents():
    """Eight points each, and she hears which country would be asked."""
    for language in SHIPPED:
        for variant in VARIANTS:
            text = shipped(language, variant)
            assert len(text.points) == POINTS and text.is_draft
            assert any("{country}" in point for point in text.points)
            assert len(set(text.points)) == POINTS


async def test_a_text_is_published_by_somebody_else_than_who_proposed_it(browsers: dict[str, Browser], bea: Browser):
    ana = browsers["XD"]
    await proposed(ana)
    page = await ana.open("/desk/texts")

    refused = await ana.send(page, "/desk/texts/uk-adult-1/publish")
    page = await bea.open("/desk/texts")
    done = await bea.send(page, "/desk/texts/uk-adult-1/publish")

    assert refused.status == 409 and "Ask another coordinator" in refused.said
    assert done.status == 200 and "publish" not in str(done.forms)


async def test_without_an_approved_text_the_english_is_read_with_an_interpreter(browsers: dict[str, Browser]):
    """C5: never a machine's translation, and the draft says that it is one."""
    page = await browsers["XD"].open(await asked(browsers["XD"]))

    assert "No approved text in Ukrainian. Use an interpreter with the English text" in page.said
    assert "Draft: this country has not approved this text yet" in page.said
    assert "We would ask Arvenia whether somebody there can help you" in page.said


async def test_her_language_stands_beside_the_workers_and_the_record_names_the_version(
    browsers: dict[str, Browser], bea: Browser, desks: dict[str, Desk]
):
    ana = browsers["XD"]
    await published(ana, bea)
    path = await asked(ana)
    page = await ana.open(path)
    sent = await ana.send(page, path, **AGREED)

    records = (await desks["XD"].get("ana", f"/cases/{path.split('/')[3]}/consents")).json

    assert "Ми запитали б в іншій країні (Arvenia)" in page.said and "We would ask Arvenia" in page.said
    assert [here for tag, here in page.tags if tag == "span" and here.get("lang") == "uk" and here.get("dir") == "ltr"]
    assert sent.status == 200 and [one["info_sheet_version"] for one in records] == ["uk-adult-1"]


async def test_consent_waits_until_every_point_was_read_aloud(browsers: dict[str, Browser], desks: dict[str, Desk]):
    """Eight ticks, one a point; what was typed is kept."""
    ana = browsers["XD"]
    path = await asked(ana)
    page = await ana.open(path)

    wrong = await ana.send(page, path, **{**AGREED, "read_aloud": list("1234567")})

    assert wrong.status == 422 and "Read every point aloud" in wrong.said
    assert wrong.form(path)["read_aloud"] == list("1234567")
    assert (await desks["XD"].get("ana", f"/cases/{path.split('/')[3]}/consents")).json == []


async def test_a_text_that_changed_meanwhile_is_read_again(browsers: dict[str, Browser], bea: Browser):
    """The version that was on the screen is the one that counts, or none."""
    ana = browsers["XD"]
    path = await asked(ana)
    page = await ana.open(path)
    await published(ana, bea)

    wrong = await ana.send(page, path, **AGREED)

    assert wrong.status == 422 and "The text was changed meanwhile" in wrong.said
    assert "Ми запитали б" in wrong.said


async def test_a_child_is_told_in_a_childs_words_and_the_guardian_in_their_own(browsers: dict[str, Browser]):
    ana = browsers["XD"]
    page = await ana.open("/desk/start")
    page = await ana.send(
        page, "/desk/start", age_band="12-15", age_in_doubt="no", gender="woman", languages="en", interpreter="no"
    )
    tasks = page.url.path
    page = await ana.open(f"{tasks}/where")
    await ana.send(page, f"{tasks}/where", needs=["shelter"], peer="XA")

    child = await ana.open(f"{tasks}/consent")
    guardian = await ana.open(f"{tasks}/consent?for=guardian&in=fr")

    assert "nobody is angry with you" in child.said and "Who consents?" in child.said
    assert "best interests of the child" in guardian.said and "No approved text in French" in guardian.said


async def test_a_text_without_the_country_or_with_other_braces_is_refused(browsers: dict[str, Browser]):
    ana = browsers["XD"]
    for point in ("We would ask somebody.", "We would ask {country} about {name}.", "We would ask {country"):
        page = await ana.open("/desk/texts/en-adult-draft1")
        points = {"point_1": point, **{f"point_{number}": "A sentence." for number in range(2, POINTS + 1)}}
        wrong = await ana.send(page, "/desk/texts/en-adult-draft1", language="en", fields=points)
        assert wrong.status == 422 and "Write {country} where the name" in wrong.said, point
