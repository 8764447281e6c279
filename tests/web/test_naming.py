"""Organisations and services are read by name and chosen from a list; nobody has to know a code. Source: C6, C7."""

from typing import Any

from node.protocol.consent.record import OfficeThen
from node.service.directory.called import as_code
from node.service.directory.publishing import send_entries
from node.service.threads.book import Book
from node.store.work import Work
from tests.api.conftest import Desk
from tests.bench.network import ACCEPT
from tests.rules.world import with_
from tests.web.browser import Browser
from tests.web.test_directory import GENERAL, HOME, LEGAL, SHELTER, write
from tests.web.test_referral import filled, started


async def offered(
    desks: dict[str, Desk], browsers: dict[str, Browser], organisation: str = "haven-xa"
) -> tuple[str, str]:
    """XA has published its entry and accepts what XD offers, by an office of its own; the paths of case and thread."""
    xa, xd = browsers["XA"], browsers["XD"]
    for part, typed in (("general", GENERAL), ("legal", LEGAL), ("services/new", SHELTER)):
        await write(xa, part, typed)
    await xa.send(await xa.open(HOME), f"{HOME}/publish")
    await send_entries(desks["XA"].staff.node)
    await desks["XD"].world.settle()
    tasks = await started(xd)
    sent = await xd.send(await filled(xd, tasks), f"{tasks}/check")
    thread = sent.url.path.rpartition("/")[2]
    await desks["XD"].world.settle()
    offer = (await desks["XA"].get("ana", f"/threads/{thread}")).json["letters"][0]["letter_id"]
    letter = await desks["XA"].done("ana", f"/letters/{offer}/open", {})
    body: dict[str, Any] = {"organisation": {"id": organisation, "type": "civil_society"}, "services": ["shelter-1"]}
    body = {**ACCEPT, **body, "persons": [letter["consent"][0]["token"]]}
    await desks["XA"].world["XA"].act(thread, "referral.accept", body)
    await desks["XD"].world.settle()
    return tasks.removesuffix("/referral"), sent.url.path


async def test_whoever_takes_her_in_is_read_by_name(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """On the case, in the letter and where she is asked: not "haven-xa", not "shelter-1"."""
    case, path = await offered(desks, browsers)
    xd = browsers["XD"]

    page = await xd.open(path)
    letter = [str(form["action"]) for form in page.forms if str(form["action"]).startswith("/desk/letter/")][-1]
    read = await xd.send(page, letter)
    grid = await xd.open(f"{case}/consent?thread={path.rpartition('/')[2]}")

    for one in (read, grid, await xd.open(case)):
        assert "Haven XA" in one.said and "haven-xa" not in one.said, one.said
    assert "Haven of the first days" in read.said and "shelter-1" not in read.said


async def test_an_organisation_without_an_entry_is_said_to_have_no_name_here(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """Whoever reads "shelter-nine" alone takes it for a fault: in words, with the code to ask for on the telephone."""
    case, path = await offered(desks, browsers, "shelter-nine")
    xd = browsers["XD"]

    for one in (await xd.open(case), await xd.open(f"{case}/consent?thread={path.rpartition('/')[2]}")):
        words = one.said.count("Name not known here ( shelter-nine )")
        assert words > 0 and words == one.said.count("shelter-nine")


async def test_an_office_is_called_as_she_was_told_where_its_country_no_longer_lists_it(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """H13: her consent says whose office it was when she was asked; that name stands for its code from then on."""
    case, path = await offered(desks, browsers, "harbour-of-old")
    number, node = case.rpartition("/")[2], desks["XD"].staff.node

    def told(work: Work) -> None:
        book = Book(node, work)
        opened = book.case(number)
        record = book.consents(opened)[0]
        to = with_(record.recipients[0], offices=(OfficeThen("Harbour of Old", "civil_society"),))
        book.put_consent(opened, with_(record, recipients=(to,)), node.now())

    await node.store.write(told)
    for page in (case, f"{case}/consent?thread={path.rpartition('/')[2]}"):
        said = (await browsers["XD"].open(page)).said
        assert "Harbour of Old" in said and "harbour-of-old" not in said


async def test_our_own_are_chosen_and_read_by_name(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """Whoever types codes reads them beside the name, or alone: it is what we call them. Abroad a code is no name."""
    xd = browsers["XD"]
    for address in ("/desk/people", "/desk/admin/people"):
        said = (await xd.open(address)).said
        assert "haven" in said and "Name not known here" not in said
    page = await xd.open("/desk/trust")
    await xd.send(page, "/desk/trust", organisation="haven-xa")
    await xd.send(page, "/desk/trust", organisation="shelter-nine")

    said = (await xd.open("/desk/trust")).said

    assert "Haven XA an organisation abroad" in said and "Name not known here ( shelter-nine )" in said, said


async def test_services_that_began_are_ticked_by_name(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """`referral.update` from either side: what the country that takes her in published is the list."""
    _, path = await offered(desks, browsers)
    for browser in browsers.values():
        page = await browser.open(f"{path}/do/referral.update")

        offered_here = [here["value"] for _, here in page.tags if here.get("name") == "services_started"]
        assert offered_here == ["shelter-1"] and "Haven of the first days" in page.said


def test_a_code_is_a_name_in_small_letters_with_hyphens():
    assert as_code("Haven  of Arvénia (North)") == "haven-of-arvénia-north"
