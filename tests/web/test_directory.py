"""Our own entry in a browser: written part by part, compared, published, doubted, answered; and a country's page."""

from collections.abc import Mapping
from typing import get_args

import pytest

from node.protocol.letters import codes_directory as codes
from node.protocol.matters import MATTERS
from node.service.directory.publishing import publish_entry, send_entries
from node.service.directory.views import view_entry
from node.web.sentences import sentences
from node.web.words import english
from tests.api.conftest import PASSWORD, Desk
from tests.unit.service.test_directory import own
from tests.web.browser import Browser, Page
from tests.web.test_operator import at_work

HOME = "/desk/directory"
GENERAL = {
    "roles": ["destination"], "languages": ["en"], "accepts": ["referral"], "on_call": "none",
    "contacts.focal_point": ["en", "uk"], "contacts.deputy": "en, ti", "hours.1.0": ["09:00", "12:30"],
    "hours.1.1": ["13:30", "17:00"], "promises.referral.offer": "3",
}  # fmt: skip
LEGAL = {
    "recovery_days": "30", "permits": ["recovery_period"], "guardian_authority": "Family court",
    "safe_return_assessment": "yes",
}  # fmt: skip
SHELTER = {
    "category": "shelter", "name": "Haven of the first days", "provider": "civil_society", "status": "active",
    "capacity": "few", "starts_within": "hours", "min_age": "18", "max_age": "64", "genders": ["woman"],
    "languages": ["uk"], "interpretation": "yes",
}  # fmt: skip


async def write(browser: Browser, part: str, typed: Mapping[str, object]) -> Page:
    """One part written and saved in the draft."""
    page = await browser.open(f"{HOME}/{part}")
    return await browser.send(page, f"{HOME}/{part}", fields=typed)


@pytest.fixture
async def published(desks: dict[str, Desk], browsers: dict[str, Browser]) -> Browser:
    """XD has written all parts on pages and published them; its coordinator."""
    xd = browsers["XD"]
    for part, typed in (("general", GENERAL), ("legal", LEGAL), ("services/new", SHELTER)):
        page = await write(xd, part, typed)
        assert page.url.path == HOME, page.said
    page = await xd.send(page, f"{HOME}/publish")
    assert "In force" in page.said, page.said
    await send_entries(desks["XD"].staff.node)
    await desks["XD"].world.settle()
    return xd


async def test_an_entry_is_written_on_pages_and_reaches_the_other_country(
    desks: dict[str, Desk], published: Browser, browsers: dict[str, Browser]
):
    """Domain 5.11: every part as it was typed."""
    entry = await view_entry(desks["XA"].staff.node, "XD")
    assert [(one.weekday, one.opens, one.closes) for one in entry.hours] == [(1, 540, 750), (1, 810, 1020)]
    assert {one.role: one.languages for one in entry.contacts} == {"focal_point": ("en", "uk"), "deputy": ("en", "ti")}
    assert [(one.kind, one.working_days) for one in entry.promises] == [("referral.offer", 3)]
    assert (entry.legal.guardian_authority, entry.legal.recovery_days) == (("Family court",), (30,))
    assert entry.services[0].service.id == "shelter-1" and entry.services[0].assured_days == 0

    page = await browsers["XA"].open("/desk/countries/XD")
    for words in ("Haven of the first days", "Monday 09:00–12:30", "Family court", "Little room", "Deputy of the"):
        assert words in page.said, words
    assert "(" not in page.said.split("Who appoints guardians")[1].split("Is the risk")[0]


async def test_nothing_is_published_before_every_part_is_written(browsers: dict[str, Browser]):
    xd = browsers["XD"]
    page = await xd.open(HOME)
    assert "Nothing is published yet" in page.said
    page = await write(xd, "services/new", SHELTER)

    refused = await xd.send(page, f"{HOME}/publish")

    assert refused.status == 422 and "Write what holds for the country, and what its law gives, first." in refused.said


async def test_what_would_change_is_said_before_it_is_published(published: Browser):
    form = SHELTER | {"capacity": "none", "assured": "yes"}
    page = await write(published, "services/shelter-1", form)

    assert "What would change" in page.said and "Changed last by Ana Invented" in page.said
    assert "Little room → No room" in page.said
    assert "Office hours:" not in page.said.split("What holds")[0]
    dropped = await published.send(page, f"{HOME}/drop")
    assert "What would change" not in dropped.said and "Little room" in dropped.said


async def test_a_service_taken_out_and_one_added_are_told_apart(published: Browser):
    await write(published, "services/new", SHELTER | {"category": "legal", "name": "Counsel of the town"})
    page = await published.open(f"{HOME}/services/shelter-1")
    page = await published.send(page, f"{HOME}/services/shelter-1/drop")

    assert "legal-1 New" in page.said and "shelter-1 Taken out" in page.said


async def test_r29_sender_a_name_that_says_where_is_refused_beside_its_field(browsers: dict[str, Browser]):
    """R29: no address, as digits or in words; what was typed is kept."""
    for name in ("Lindenstrasse", "Haven 17"):
        page = await write(browsers["XD"], "services/new", SHELTER | {"name": name})
        assert page.status == 422 and page.form(f"{HOME}/services/new")["name"] == [name]
        assert 'id="e-name"' in page.text


async def test_what_cannot_be_said_is_named_beside_its_field(ana: Browser):
    """And what was typed stays."""
    wrong = (
        ("services/new", SHELTER | {"min_age": "70"}, "max_age"),
        ("services/new", SHELTER | {"min_age": "old"}, "min_age"),
        ("general", GENERAL | {"hours.1.0": ["12:00", "09:00"]}, "hours-1-0"),
        ("general", GENERAL | {"hours.2.0": ["12:00", ""]}, "hours-2-0"),
        ("general", GENERAL | {"contacts.deputy": ""}, "contacts"),
        ("general", GENERAL | {"promises.referral.offer": "soon"}, "promises-referral-offer"),
    )
    for part, typed, field in wrong:
        page = await write(ana, part, typed)
        assert page.status == 422 and f'id="e-{field}"' in page.text, (field, page.said)


async def test_two_coordinators_do_not_write_over_each_other(desk: Desk, ana: Browser):
    """The second form was read before the first was saved."""
    kate = await at_work(desk, "kate", "coordinator")
    hers = await kate.open(f"{HOME}/legal")
    await write(ana, "legal", LEGAL)

    late = await kate.send(hers, f"{HOME}/legal", fields=LEGAL | {"recovery_days": "90"})

    assert late.status == 409 and "Somebody changed this meanwhile" in late.said
    assert (await ana.open(f"{HOME}/legal")).form(f"{HOME}/legal")["recovery_days"] == ["30"]


async def test_a_form_read_before_a_draft_was_dropped_is_not_saved_over_the_next_one(desk: Desk, ana: Browser):
    """The number of a version never comes back."""
    kate = await at_work(desk, "kate", "coordinator")
    await write(ana, "legal", LEGAL)
    hers = await kate.open(f"{HOME}/legal")
    await ana.send(await ana.open(HOME), f"{HOME}/drop")
    desk.clock.step(60)
    await write(ana, "legal", LEGAL)

    assert (await kate.send(hers, f"{HOME}/legal", fields=LEGAL)).status == 409


async def test_a_stale_entry_is_stood_behind_again_with_one_press(published: Browser, desks: dict[str, Desk]):
    desk = desks["XD"]
    desk.clock.step(95 * 86_400)
    await published.sign_in("ana", PASSWORD)
    page = await published.open(HOME)
    assert "Nobody has stood behind it for 90 days" in page.said

    page = await published.send(page, f"{HOME}/assure")

    assert "Somebody stood behind it lately" in page.said
    assert (await view_entry(desk.staff.node, "XD")).services[0].assured_days == 0


async def test_a_doubt_of_another_country_stands_first_and_a_new_entry_answers_it(
    published: Browser, desks: dict[str, Desk], browsers: dict[str, Browser]
):
    xa = await browsers["XA"].open("/desk/countries/XD")
    told = await browsers["XA"].send(xa, "/desk/countries/XD/doubt", service="shelter-1", why="closed")
    again = await browsers["XA"].send(told, "/desk/countries/XD/doubt", service="shelter-1", why="closed")
    await desks["XA"].world.settle()

    page = await published.open(HOME)
    desk_page = await published.open("/desk/")

    assert "What is doubted" in told.said and "It is closed" in told.said and again.status == 422
    assert "What other countries doubt" in page.said and "It is closed" in page.said
    assert HOME in desk_page.links
    answered = await published.send(page, f"{HOME}/assure")
    assert "What other countries doubt" not in answered.said


async def test_a_caseworker_reads_countries_and_writes_no_entry(desks: dict[str, Desk]):
    xa = desks["XA"].world["XA"]
    await publish_entry(xa.node, xa.coordinator, own())
    bea = await at_work(desks["XA"], "bea", "caseworker")

    page = await bea.open("/desk/countries/XA")

    assert page.status == 200 and "Haven of the first days" in page.said and HOME not in page.links
    assert (await bea.open(HOME)).status == 403
    assert (await bea.open("/desk/countries/XQ")).status == 404


def test_every_code_of_an_entry_has_a_word_that_is_translated():
    """Of its field, where the same code says something else in a letter."""
    lists = {
        "roles": codes.RolePlayed, "on_call": codes.OnCall, "status": codes.ServiceStatus, "role": codes.ContactRole,
        "starts_within": codes.StartsWithin, "capacity": codes.Capacity, "eligibility": codes.Eligibility,
        "permits": codes.PermitKind, "challenge": codes.ChallengeReason, "accepts": codes.AcceptedMatter,
    }  # fmt: skip
    every = [(of, one) for of, several in lists.items() for one in get_args(several)]
    every += [("matter", one) for one in MATTERS]
    assert [pair for pair in every if english(pair[1], pair[0]) not in sentences()] == []
