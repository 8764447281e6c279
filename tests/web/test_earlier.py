"""A changed fact says what it was, who changed it and when; it never leaves the office. Source: interface C6, H17."""

import json
from typing import Any

from tests.api.conftest import Desk
from tests.web.browser import Browser
from tests.web.test_changes import case_of


async def changed(desk: Desk, case: str, **change: Any) -> None:
    number = case.rpartition("/")[2]
    person = (await desk.get("ana", f"/cases/{number}")).json["persons"][0]["person_id"]
    await desk.done("ana", f"/cases/{number}/changes", {**change, "person_id": person})


async def test_what_a_fact_was_before_stands_below_what_is_recorded(desk: Desk, ana: Browser):
    """Every change of it, the newest first, with who made it; what was never recorded before is no earlier value."""
    case = await case_of(ana)
    for needs in (["legal"], ["health"], ["shelter"]):
        await changed(desk, case, change="set_facts", needs=needs)
    await changed(desk, case, change="doubt_age")

    page = await ana.open(f"{case}/facts")

    before = page.said[page.said.index("What it was before") :]
    assert (
        before.count("Ana Invented") == 3 and before.index("Health") < before.index("Legal") and "A safe" not in before
    )
    assert "Is her age in doubt?: No" in before


async def test_the_api_and_the_file_of_a_case_hold_what_was_before(desk: Desk, ana: Browser):
    """C6, C13: another program reads the same versions as the page, the newest change first, as values."""
    case = await case_of(ana)
    number = case.rpartition("/")[2]
    assert (await desk.get("ana", f"/cases/{number}")).json["earlier"] == []
    for needs in (["legal"], ["health"], ["shelter"]):
        await changed(desk, case, change="set_facts", needs=needs)

    read = (await desk.get("ana", f"/cases/{number}")).json
    file = json.loads((await ana.send(await ana.open(f"{case}/export"), f"{case}/export", purpose="own_file")).text)

    her = read["persons"][0]["person_id"]
    assert [(one["person_id"], one["field"], one["value"]) for one in read["earlier"][:2]] == [
        (her, "needs", ["health"]),
        (her, "needs", ["legal"]),
    ]
    assert all(len(one["by"]) == 1 and one["until"] > 0 for one in read["earlier"])
    assert file["case"]["earlier"] == read["earlier"]


async def test_a_second_look_leaves_no_trace_and_a_claim_leaves_the_office_with_nothing(desk: Desk, ana: Browser):
    """H17: not that it was held, not when. H03: what she sought before is read by those who read what she seeks now."""
    case = await case_of(ana)
    number = case.rpartition("/")[2]
    await changed(desk, case, change="hold_for_review")
    await changed(desk, case, change="set_protection", protection="considering")
    await changed(desk, case, change="set_protection", protection="sought")

    page = await ana.open(f"{case}/facts")
    earlier = (await desk.get("ana", f"/cases/{number}")).json["earlier"]

    before = page.said[page.said.index("What it was before") :].split("Help:")[0]
    assert before.count("Ana Invented") == 2, before
    assert {one["field"] for one in earlier} == {"protection"}
    sheet = await ana.open(f"{case}/print/sheet")
    assert "considering" not in sheet.text and "What it was before" not in sheet.said
