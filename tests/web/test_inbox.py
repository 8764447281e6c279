"""The inbox and the filters of the desk: what is left, in what order, page by page; and many cases given at once.

Source: interface C2, C3.
"""

from typing import Any

import msgspec
import pytest

from node.protocol.cases.case import Case, FirstIntake, Person
from node.protocol.threads import machine
from node.service.actor import Actor
from node.service.cases.pseudonym import pseudonym
from node.service.threads.book import Book
from node.service.threads.files import ThreadFile
from node.service.threads.going_on import list_matters
from node.service.threads.narrow import Narrow, end_of_today
from node.store.work import Work
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser
from tests.world import DAY_S, HER

HOUR_S = 3600


def matter(
    desk: Desk,
    owner: str | None,
    kind: str = "referral",
    urgency: Any = "routine",
    due_s: int = 3 * DAY_S,
    peer: str = "XA",
) -> str:
    """A case of this owner with one matter, on which an answer is expected; its id."""
    node = desk.staff.node
    asked = FirstIntake(answered_at=node.now(), answered_by="caseworker-1")
    her = Person(person_id=HER, role="person", age_band="25-34", gender="woman", languages=("uk",))
    case = Case(case_id=node.random(16).hex(), trafficking_status="possible", persons=(her,), first_intake=asked)
    thread_id, letter_id = node.random(16).hex(), node.random(16).hex()

    def put(work: Work) -> None:
        book = Book(node, work)
        made = book.new_case(case, owner, node.now())
        file = ThreadFile(machine.open_thread(thread_id, peer, "opener", kind), opening=letter_id, urgency=urgency)
        book.new_file(made, file, node.now())
        work.deadlines.start(peer, thread_id, letter_id, "reply", node.now() + due_s)

    node.store.write_sync(put)
    desk.clock.step(1)
    return case.case_id


@pytest.fixture
async def xd(desks: dict[str, Desk]) -> Desk:
    """XD, where ana coordinates and bea works on cases."""
    await desks["XD"].add("bea", "caseworker")
    return desks["XD"]


async def at(desk: Desk, login: str) -> Browser:
    browser = Browser(desk.client)
    await browser.sign_in(login, PASSWORD)
    return browser


async def shown(browser: Browser, query: str, cases: dict[str, str], path: str = "/desk/inbox") -> set[str]:
    """Which of these cases, by name, a page shows."""
    page = await browser.open(path + query)
    assert page.status == 200
    return {name for name, case in cases.items() if pseudonym(case) in page.said}


@pytest.fixture
async def cases(xd: Desk) -> dict[str, str]:
    """Five cases: hers, urgent, due today, nobody's, and another matter."""
    bea = xd.users["bea"]
    return {
        "plain": matter(xd, bea),
        "urgent": matter(xd, bea, urgency="urgent"),
        "today": matter(xd, xd.users["ana"], due_s=-HOUR_S),
        "nobody": matter(xd, None),
        "asked": matter(xd, bea, kind="information"),
    }


LEFT: dict[str, set[str]] = {
    "": {"plain", "urgent", "today", "nobody", "asked"},
    "?urgent=1": {"urgent"},
    "?today=1": {"today"},
    "?whose=mine": {"today"},
    "?whose=nobody": {"nobody"},
    "?kind=information": {"asked"},
    "?country=XA": {"plain", "urgent", "today", "nobody", "asked"},
    "?country=XD": set(),
    "?urgent=1&kind=information": set(),
    "?whose=mine&today=1&country=XA": {"today"},
    "?kind=nothing&whose=everybody&country=QQ&after=x.y&sort=z": {"plain", "urgent", "today", "nobody", "asked"},
}


async def test_filters_leave_what_they_say_alone_and_together(xd: Desk, cases: dict[str, str]):
    """On the inbox in either order, on the desk and on the board."""
    ana = await at(xd, "ana")
    places = ("/desk/inbox", "/desk/", "/desk/deadlines")

    found = {(query, place): await shown(ana, query, cases, place) for query in LEFT for place in places}
    newest = {query: await shown(ana, f"{query or '?'}&sort=new", cases) for query in LEFT}

    assert found == {(query, place): left for query, left in LEFT.items() for place in places}
    assert newest == LEFT


async def test_a_caseworker_sees_her_own_and_nobodys_under_every_filter(xd: Desk, cases: dict[str, str]):
    """R24: a filter never shows more than the list without it."""
    bea = await at(xd, "bea")

    for query in LEFT:
        for place in ("/desk/inbox", "/desk/", "/desk/deadlines"):
            assert "today" not in await shown(bea, query, cases, place), (query, place)
        assert "today" not in await shown(bea, f"{query or '?'}&sort=new", cases), query
    assert await shown(bea, "?whose=mine", cases) == {"plain", "urgent", "asked"}
    assert "Give them" not in (await bea.open("/desk/inbox")).said


async def test_each_filter_is_a_link_that_keeps_the_others_and_leads_back(xd: Desk, cases: dict[str, str]):
    """Without script; no word of a case stands in an address."""
    ana = await at(xd, "ana")
    page = await ana.open("/desk/inbox?urgent=1&sort=new")

    assert "/desk/inbox?urgent=1&whose=mine&sort=new" in page.links
    assert "/desk/inbox?sort=new" in page.links  # urgent again: it is off
    assert "/desk/inbox?urgent=1&country=XA&sort=new" in page.links
    assert ("a", {"href": "/desk/inbox?sort=new", "aria-current": "true"}) in page.tags
    assert "/desk/inbox?urgent=1" in (await ana.open("/desk/?urgent=1")).links


async def test_pages_hold_every_matter_once_in_their_order(xd: Desk):
    """Deadlines of one second, and matters begun in one, are not lost between two pages."""
    made = [matter(xd, None, due_s=DAY_S - at, urgency="urgent" if at % 3 == 0 else "routine") for at in range(7)]
    node, ana = xd.staff.node, Actor(xd.users["ana"], "coordinator", "haven", None)

    for sort, order in (("due", made), ("new", made[::-1])):
        for narrow in (Narrow(), Narrow(is_urgent=True), Narrow(peer="XA", whose="nobody")):
            found, after = [], ""
            while True:
                page = await list_matters(node, ana, narrow, sort, after, 2)  # type: ignore[arg-type]
                found += [one.case for one in page.lines]
                if page.after is None:
                    break
                after = page.after
            wanted = order if not narrow.is_urgent else [one for one in order if made.index(one) % 3 == 0]
            assert sorted(found) == sorted(wanted), (sort, narrow)
            assert sort == "due" or found == wanted


async def test_a_page_looks_at_so_many_rows_and_says_where_it_stopped(xd: Desk, monkeypatch: pytest.MonkeyPatch):
    """A rare kind among many is found by going on, and no page takes for ever."""
    monkeypatch.setattr("node.service.threads.going_on.LOOKED", 3)
    rare = [matter(xd, None, due_s=DAY_S + at, kind="information" if at == 4 else "referral") for at in range(5)][4]
    ana = await at(xd, "ana")
    page = await ana.open("/desk/inbox?kind=information")

    assert "there is more to look at" in page.said and pseudonym(rare) not in page.said
    on = next(link for link in page.links if "after=" in link)
    assert pseudonym(rare) in (await ana.open(on)).said


async def test_today_ends_at_midnight_on_this_countrys_clock(xd: Desk):
    node = xd.staff.node
    before, after = matter(xd, None, due_s=end_of_today(node) - node.now() - 1), matter(xd, None, due_s=DAY_S + HOUR_S)

    assert await shown(await at(xd, "ana"), "?today=1", {"before": before, "after": after}) == {"before"}


async def give(browser: Browser, cases: list[str], owner: str, query: str = "") -> Any:
    page = await browser.open(f"/desk/inbox{query}")
    return await browser.send(page, "/desk/inbox/assign", case=cases, owner=owner)


def owners(desk: Desk, cases: dict[str, str]) -> dict[str, str | None]:
    def read(reader: Any) -> dict[str, str | None]:
        return {name: reader.cases.get(case).owner for name, case in cases.items()}

    return desk.staff.node.store.read_sync(read)


async def test_a_coordinator_gives_many_cases_at_once_and_each_stands_in_the_audit(xd: Desk, cases: dict[str, str]):
    """R24: who gave what, a line each; the list stays narrowed as it was."""
    ana, bea = await at(xd, "ana"), xd.users["bea"]
    page = await give(ana, [cases["today"], cases["nobody"]], bea, "?country=XA")
    lines = xd.staff.node.store.read_sync(lambda reader: reader.audit.lines(limit=2))

    assert "2 cases were given." in page.said and page.url.query["country"] == "XA"
    assert owners(xd, cases)["today"] == owners(xd, cases)["nobody"] == bea
    assert {(one.act, one.actor, one.ref) for one in lines} == {
        ("case_taken", xd.users["ana"], cases[name]) for name in ("today", "nobody")
    }
    assert "1 case was given." in (await give(ana, [cases["today"]], "nobody")).said
    assert owners(xd, cases)["today"] is None


async def test_what_cannot_be_given_is_named_and_the_others_are_given(xd: Desk, cases: dict[str, str]):
    """H14: who is kept from a case does not get it; what does not exist answers like what is not hers."""
    ana, bea = await at(xd, "ana"), xd.users["bea"]
    xd.staff.node.store.write_sync(
        lambda work: work.connection.execute(
            "insert into shut_out (case_id, organisation) values (?, 'haven')", (cases["today"],)
        )
    )
    unknown = "0" * 32
    page = await give(ana, [cases["nobody"], cases["today"], unknown], bea)

    assert page.status == 200
    assert "1 case was given." in page.said
    assert f"{pseudonym(unknown)} There is no such case here for you." in page.said
    assert owners(xd, cases)["nobody"] == bea and owners(xd, cases)["today"] == xd.users["ana"]


async def test_nobody_but_a_coordinator_gives_cases_and_only_to_who_works_on_them(xd: Desk, cases: dict[str, str]):
    ana, bea = await at(xd, "ana"), await at(xd, "bea")
    await xd.add("olaf", "operator")
    before = owners(xd, cases)
    csrf = (await bea.open("/desk/inbox")).form("/desk/lock")["_csrf"][0]
    by_bea = await bea.post("/desk/inbox/assign", [("_csrf", csrf), ("case", cases["plain"]), ("owner", "nobody")])
    to_olaf = await give(ana, [cases["plain"]], xd.users["olaf"])
    of_none = await give(ana, [], xd.users["bea"])

    assert by_bea.status == 403
    assert to_olaf.status == 422 and of_none.status == 422
    assert "Tick at least one case, and choose a colleague." in of_none.said
    assert owners(xd, cases) == before


async def test_one_case_is_not_given_to_who_is_kept_from_it(xd: Desk, cases: dict[str, str]):
    """H14, by the page of the case and by the API, as by the list."""
    xd.staff.node.store.write_sync(
        lambda work: work.connection.execute(
            "insert into shut_out (case_id, organisation) values (?, 'other')", (cases["plain"],)
        )
    )
    body = {"login": "cleo", "password": PASSWORD, "role": "caseworker", "organisation": "other"}
    cleo = await xd.done("ana", "/users", body, 201)
    answer = await xd.ask("ana", "PUT", f"/cases/{cases['plain']}/owner", {"owner": cleo["user"]})

    assert answer.status == 409 and answer.json["rule"] == "H14"
    assert owners(xd, cases)["plain"] == xd.users["bea"]


async def test_the_desk_is_ordered_by_what_is_due_by_the_newest_or_by_country(desks: dict[str, Desk], xd: Desk):
    """C2: links without script; filters stay, and the order stays with a filter."""
    known = xd.staff.node.view.countries
    xd.staff.node.view = msgspec.structs.replace(
        xd.staff.node.view, countries={**known, "XB": msgspec.structs.replace(known["XA"], code="XB")}
    )
    made = {
        "first": matter(xd, None, due_s=9 * HOUR_S, peer="XB"), "second": matter(xd, None, due_s=2 * HOUR_S),
        "third": matter(xd, None, due_s=5 * HOUR_S),
    }  # fmt: skip
    ana = await at(xd, "ana")

    async def order(query: str) -> list[str]:
        said = (await ana.open("/desk/" + query)).said
        return sorted(made, key=lambda name: said.index(pseudonym(made[name])))

    assert await order("") == ["second", "third", "first"]
    assert await order("?sort=new") == ["third", "second", "first"]
    assert await order("?sort=country") == ["second", "third", "first"]
    assert await order("?sort=name") == await order("")
    links = (await ana.open("/desk/?sort=new&whose=nobody")).links
    assert "/desk/?whose=nobody&sort=country" in links and "/desk/?whose=nobody" in links and "/desk/?sort=new" in links


async def test_a_row_of_the_inbox_says_who_has_seen_it_and_what_it_needs(desks: dict[str, Desk], xd: Desk):
    """C3: by name, and "nobody here" before that."""
    xa, ana = desks["XA"], await at(xd, "ana")
    case = await xa.case("ana")
    await xa.done("ana", f"/cases/{case['case']}/consents", xa.consent_body(case, "XD"), 201)
    await xa.done("ana", f"/cases/{case['case']}/referrals", {"peer": "XD", "needs": ["shelter"]}, 201)
    await xa.world.settle()
    new = await ana.open("/desk/inbox")
    letter = (await xd.get("ana", "/inbox")).json["unopened"][0]["letter"]
    await xd.done("ana", f"/letters/{letter}/open")
    seen = await ana.open("/desk/inbox")

    assert "Read the new letter" in new.said and "nobody here has seen a letter of theirs" in new.said
    assert "It is our turn" in seen.said and "seen by Ana Invented" in seen.said
