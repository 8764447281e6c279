"""The inbox of a program: the same lists, filters, order and giving of cases as the pages have; no person in a query.

Source: interface C2, C3.
"""

import pytest

from tests.api.conftest import Desk
from tests.web.test_inbox import matter


@pytest.fixture
async def xd(desks: dict[str, Desk]) -> Desk:
    """XD, where ana coordinates, bea works on cases and cleo works on others."""
    for login in ("bea", "cleo"):
        await desks["XD"].add(login, "caseworker")
    return desks["XD"]


async def cases(desk: Desk, who: str, query: str, path: str = "/matters") -> list[str]:
    answer = await desk.get(who, path + query)
    assert answer.status == 200, answer.json
    return [one["case"] for one in (answer.json["lines"] if path == "/matters" else answer.json["due"])]


async def test_matters_and_the_inbox_are_narrowed_as_the_pages_are(xd: Desk):
    soon = matter(xd, xd.users["bea"], due_s=3600, urgency="urgent")
    open_one = matter(xd, None, kind="information")
    for path in ("/matters", "/inbox"):
        for query, wanted in (
            ("", [soon, open_one]), ("?urgent=true", [soon]), ("?today=1", [soon]), ("?whose=mine", []),
            ("?whose=nobody", [open_one]), ("?kind=information", [open_one]), ("?country=XB", []),
            ("?country=XA&whose=nobody", [open_one]),
        ):  # fmt: skip
            assert await cases(xd, "ana", query, path) == wanted, (path, query)
    assert await cases(xd, "cleo", "") == [open_one]
    assert (await xd.get("ana", "/matters?whose=hers")).status == 422
    assert (await xd.get("ana", "/matters?name=anybody")).status == 422


async def test_matters_are_turned_page_by_page_in_either_order(xd: Desk):
    made = [matter(xd, None, due_s=7200 - 10 * at) for at in range(5)]
    for sort, order in (("due", made[::-1]), ("new", made[::-1])):
        found, query = [], f"/matters?sort={sort}&limit=2"
        while True:
            page = (await xd.get("ana", query)).json
            found += [one["case"] for one in page["lines"]]
            if page["after"] is None:
                break
            query = f"/matters?sort={sort}&limit=2&after={page['after']}"
        assert found == order, sort
    assert (await xd.get("ana", "/matters?after=yesterday")).status == 422


async def test_a_matter_tells_who_has_seen_its_newest_letter_and_what_it_needs(desks: dict[str, Desk], xd: Desk):
    """C3: seen by somebody here or by nobody; opened, answered, taken up, waited for."""
    xa = desks["XA"]
    case = await xa.case("ana")
    await xa.done("ana", f"/cases/{case['case']}/consents", xa.consent_body(case, "XD"), 201)
    await xa.done("ana", f"/cases/{case['case']}/referrals", {"peer": "XD", "needs": ["shelter"]}, 201)
    await xa.world.settle()
    new = (await xd.get("ana", "/matters")).json["lines"][0]
    letter = (await xd.get("ana", "/inbox")).json["unopened"][0]["letter"]
    await xd.done("bea", f"/letters/{letter}/open")
    seen = (await xd.get("ana", "/matters")).json["lines"][0]
    theirs = (await xa.get("ana", "/matters")).json["lines"][0]

    assert (new["seen_by"], new["needs"]) == ([], "open")
    assert (seen["seen_by"], seen["needs"]) == ([xd.users["bea"]], "act") and seen["due"] == "reply"
    assert (theirs["seen_by"], theirs["needs"]) == ([], "take")


async def test_many_cases_are_given_at_once_by_a_coordinator_only(xd: Desk):
    made = [matter(xd, None) for _ in range(3)]
    body = {"cases": [*made[:2], "0" * 32], "owner": xd.users["bea"]}

    answer = await xd.done("ana", "/cases/assign", body)
    refused = await xd.post("cleo", "/cases/assign", body)
    nobody = await xd.done("ana", "/cases/assign", {"cases": made[:1], "owner": None})

    assert answer == {"given": 2, "refused": {"0" * 32: "unknown"}}
    assert refused.status == 403
    assert nobody == {"given": 1, "refused": {}}
    assert await cases(xd, "bea", "?whose=mine") == [made[1]]
    assert (await xd.post("ana", "/cases/assign", {"cases": made * 70, "owner": None})).status == 422
