"""A fact that was changed says what it was, who changed it and when; that never leaves. Source: interface C6, H17."""

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


async def test_a_second_look_leaves_no_trace_and_a_claim_leaves_with_nothing(desk: Desk, ana: Browser):
    """H17: not that it was held, not when. H03: what she sought before is in no answer but this page."""
    case = await case_of(ana)
    await changed(desk, case, change="hold_for_review")
    await changed(desk, case, change="set_protection", protection="considering")
    await changed(desk, case, change="set_protection", protection="sought")

    page = await ana.open(f"{case}/facts")
    read = await desk.get("ana", f"/cases/{case.rpartition('/')[2]}")

    before = page.said[page.said.index("What it was before") :].split("Help:")[0]
    assert before.count("Ana Invented") == 2, before
    assert "earlier" not in read.json and "considering" not in str(read.json)
