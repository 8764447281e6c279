"""Every change of a case has a page made from its type, and a second person reads in words what would change."""

import pytest

from node.errors import NotFound
from node.service.cases.change_forms import change_forms, read_change
from node.web.pages.headings import HEADINGS
from tests.api.conftest import Desk
from tests.web.browser import Browser, Page
from tests.web.test_danger import colleague
from tests.web.test_referral import started

NOTHING_TO_CHOOSE = {"plan_id", "care_id", "thread"}  # this case has none


async def case_of(browser: Browser) -> str:
    """A new case; its path."""
    return (await started(browser)).removesuffix("/referral")


def test_every_change_stands_under_exactly_one_heading():
    listed = [name for _, names in HEADINGS for name in names]

    assert sorted(listed) == sorted(change_forms())


async def test_every_change_has_a_page_whose_fields_are_those_of_its_type(browsers: dict[str, Browser]):
    """A choice of persons, plans and countries, never a local id to type in."""
    xd = browsers["XD"]
    case = await case_of(xd)
    for name, form in change_forms().items():
        page = await xd.open(f"{case}/change/{name}")
        assert page.status == 200, (name, page.said)
        if name == "first_intake":
            assert page.url.path.endswith("/referral/kept-from")
            continue
        fields = page.form(f"{case}/change/{name}")
        for field in form.fields:
            there = any(one == field.name or one.startswith(f"{field.name}.") for one in fields)
            assert there or field.name in NOTHING_TO_CHOOSE, (name, field.name)


async def test_a_change_is_offered_only_where_there_is_something_to_change(ana: Browser):
    """Nobody is found who was not gone, and nothing is opened that nobody closed; asked for all the same it says so."""
    case = await case_of(ana)
    for first, then, says in (
        ({"name": "disappeared", "what": "lost_contact"}, "found_again", "nobody recorded that this person is gone"),
        ({"name": "close_case"}, "reopen_case", "this case is not closed"),
    ):
        path, undo = f"{case}/change/{first.pop('name')}", f"{case}/change/{then}"
        assert undo not in (await ana.open(case)).links
        refused = await ana.send(await ana.open(undo), undo)
        assert refused.status == 422 and says in refused.said

        assert undo in (await ana.send(await ana.open(path), path, **first)).links
        assert undo not in (await ana.send(await ana.open(undo), undo)).links


async def test_what_is_recorded_stands_beside_the_form_that_puts_it_right_and_an_empty_form_records_nothing(
    ana: Browser,
):
    """R36: what is ticked in a list replaces that list, so what is in it has to be in sight."""
    path = f"{await case_of(ana)}/change/set_facts"

    page = await ana.open(path)
    refused = await ana.send(page, path)

    assert "takes the place of all that was recorded in that list" in page.said
    assert "Languages she speaks Ukrainian" in page.said
    assert refused.status == 422 and "Nothing was chosen. Choose what has changed." in refused.said
    assert "Something was recorded" not in (await ana.open(path.partition("/change")[0])).said


async def test_where_nothing_can_be_chosen_yet_the_page_says_so_and_leads_to_what_comes_first(ana: Browser):
    """No empty box: a journey needs a return, and care on the way somebody who is cared for."""
    case = await case_of(ana)

    journey, care = await ana.open(f"{case}/change/plan_journey"), await ana.open(f"{case}/change/end_care")

    assert f"{case}/change/begin_return" in journey.links and "No return is under way" in journey.said
    assert all("There is nothing to choose from yet." in page.said for page in (journey, care))
    await ana.send(await ana.open(f"{case}/change/begin_return"), f"{case}/change/begin_return", country="FR")
    assert "nothing to choose" not in (await ana.open(f"{case}/change/plan_journey")).said


async def test_one_person_records_what_protects_her(browsers: dict[str, Browser], desks: dict[str, Desk]):
    xd = browsers["XD"]
    case = await case_of(xd)
    page = await xd.open(f"{case}/change/block_countries")

    done = await xd.send(page, f"{case}/change/block_countries", countries=["XA", "FR, DE"])

    assert "Recorded" in done.said and done.url.path == case
    facts = await xd.open(f"{case}/facts")
    assert "France" in facts.said and "Germany" in facts.said


async def test_what_lifts_a_protection_waits_and_the_second_person_reads_what_would_change(
    browsers: dict[str, Browser], desks: dict[str, Desk]
):
    """R24: two people, and the second decides over words, not over a number."""
    xd = browsers["XD"]
    case = await case_of(xd)
    page = await xd.open(f"{case}/change/block_countries")
    await xd.send(page, f"{case}/change/block_countries", countries=["XA"])
    page = await xd.open(f"{case}/change/unblock_country")
    assert "Two people" in page.said
    waits = await xd.send(page, f"{case}/change/unblock_country", country="XA")
    assert "Unblock a country" in waits.said and "somebody else has to confirm it" in waits.said
    bea = await colleague(desks["XD"])
    assert waits.url.path in (await bea.open(case)).links

    page = await bea.open(waits.url.path)
    assert "Arvenia" in page.said and "The person herself" in page.said
    done = await bea.send(page, waits.url.path, decision="approve")

    assert "Recorded" in done.said
    now, _, before = (await bea.open(f"{case}/facts")).said.partition("What it was before")
    assert "Arvenia" not in now and "Arvenia" in before
    assert (await bea.open(waits.url.path)).status == 404


async def test_what_a_colleague_recorded_after_it_was_asked_for_is_seen_before_it_goes(
    browsers: dict[str, Browser], desks: dict[str, Desk]
):
    """R12, R24: a doubt about her age, of which neither who asked nor who confirms knew."""
    xd, bea = browsers["XD"], await colleague(desks["XD"])
    case = await case_of(xd)
    page = await xd.open(f"{case}/change/settle_age")
    waits = await xd.send(page, f"{case}/change/settle_age", age_band="18-24")
    opened = await bea.open(waits.url.path)
    assert "What would take its place" not in opened.said
    page = await xd.open(f"{case}/change/doubt_age")
    await xd.send(page, f"{case}/change/doubt_age")

    both = await bea.send(opened, waits.url.path, decision="approve")
    assert both.status == 409 and "recorded after it was asked for" in both.said
    assert "What would take its place" in both.said
    done = await bea.send(both, waits.url.path, decision="approve")

    assert "Recorded" in done.said


async def test_who_confirms_that_a_country_is_opened_reads_what_closed_it_since(
    browsers: dict[str, Browser], desks: dict[str, Desk]
):
    """H03: the page names her claim and her ties as they stand, and that they count no more."""
    xd, bea = browsers["XD"], await colleague(desks["XD"])
    case = await case_of(xd)

    async def record(name: str, **typed: str) -> Page:
        path = f"{case}/change/{name}"
        return await xd.send(await xd.open(path), path, **typed)

    await record("set_tie", country="XA", kind="nationality", feared="yes")
    wished = dict.fromkeys(("wish_in_writing", "lawyer_independent", "seen_alone"), "yes")
    waits = await record("lift_asylum_block", country="XA", **wished)
    await record("set_protection", protection="closed")

    both = (await bea.open(waits.url.path)).said

    assert "recorded after it was asked for" in both
    said = both.partition("What would take its place")[2]
    assert "International protection" in said and "Ties to countries" in said


async def test_whoever_asked_can_only_take_it_back(browsers: dict[str, Browser]):
    xd = browsers["XD"]
    case = await case_of(xd)
    page = await xd.open(f"{case}/change/distrust")
    waits = await xd.send(page, f"{case}/change/distrust", target="organisation", value="haven-of-xa")

    alone = await xd.send(waits, waits.url.path, decision="approve")
    assert alone.status == 409 and "A second person has to confirm this" in alone.said
    taken_back = await xd.send(alone, waits.url.path, decision="refuse")

    assert "nothing changed" in taken_back.said
    assert waits.url.path not in (await xd.open(case)).links


async def test_whom_two_people_distrust_is_chosen_and_read_by_name(browsers: dict[str, Browser]):
    """H14: nobody can type the number of an office key, and a second person confirms a name, not a number."""
    xd = browsers["XD"]
    case = await case_of(xd)
    page = await xd.open(f"{case}/change/distrust")
    office = next(
        str(one["value"]) for _, one in page.tags if one.get("name") == "value" and len(str(one["value"])) > 9
    )
    assert "Haven XA (Arvenia)" in page.said and "Another, by its code" in page.said

    waits = await xd.send(page, f"{case}/change/distrust", target="organisation", value=office)

    assert "An office" in waits.said and "Haven XA" in waits.said and office[:8] not in waits.said, waits.said


async def test_what_is_missing_in_a_change_is_said_beside_its_field(browsers: dict[str, Browser]):
    xd = browsers["XD"]
    case = await case_of(xd)
    page = await xd.open(f"{case}/change/record_guardian")

    wrong = await xd.send(page, f"{case}/change/record_guardian", appointing_body="court-of-xd")

    assert wrong.status == 422
    assert wrong.form(f"{case}/change/record_guardian")["appointing_body"] == ["court-of-xd"]
    assert any(str(here.get("id", "")).startswith("e-") for _, here in wrong.tags)


@pytest.mark.parametrize("name", ["nothing", "record wish", ""])
def test_a_name_that_is_no_change_is_not_found(name: str):
    with pytest.raises(NotFound):
        read_change(name, {})
