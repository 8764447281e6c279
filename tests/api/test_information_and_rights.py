"""Questions and rights over HTTP, as a caseworker's screen would use them; what may not be asked is named."""

from typing import Any

import pytest

from tests.api.conftest import Desk

QUESTION = {
    "purpose": "prior_identification_as_victim", "why": "right_to_assistance", "topics": [], "counsel_heard": False,
    "consular": False,
}  # fmt: skip


@pytest.fixture
async def asked(desks: dict[str, Desk]) -> dict[str, Any]:
    """XD has asked XA about her; both have a caseworker."""
    xd, xa = desks["XD"], desks["XA"]
    await xd.add("bea", "caseworker")
    await xa.add("cem", "caseworker")
    case = await xd.case("bea")
    her = case["persons"][0]["person_id"]
    await xd.put("bea", f"/cases/{case['case']}/identity", {"persons": {her: {"given_name": "Zoryana"}}})
    await xd.done("bea", f"/cases/{case['case']}/consents", xd.consent_body(case, "XA"), 201)
    disclose = [{"person_id": her, "fields": ["given_name"]}]
    body = {"peer": "XA", "kind": "info.request", "body": QUESTION, "disclose": disclose}
    done = await xd.done("bea", f"/cases/{case['case']}/threads", body, 201)
    await xd.world.settle()
    return {"case": case["case"], "her": her, "thread": done["thread"]}


async def test_a_question_is_answered_neutrally_at_a_time_that_nobody_moves(
    desks: dict[str, Desk], asked: dict[str, Any]
) -> None:
    """R27: the screen says when the answer leaves; what was found stays here, whatever it was."""
    xa = desks["XA"]
    path = f"/threads/{asked['thread']}/information"

    first = await xa.done("cem", path, {"answer": "no_information_to_share", "found": "not_known"}, 201)
    second = await xa.done("cem", path, {"answer": "no_information_to_share", "found": "cannot_disclose"}, 201)

    assert first["letter_id"] is None
    assert first["due_at"] == second["due_at"] > xa.clock.now()
    await xa.world.settle()
    view = (await xa.get("cem", f"/threads/{asked['thread']}")).json
    assert [one["kind"] for one in view["letters"]] == ["info.request"]


@pytest.mark.parametrize(
    ("body", "status", "rule"),
    [
        ({"answer": "not_confirmed"}, 409, "R27"),
        ({"answer": "confirmed"}, 422, "R27"),
        ({"answer": "no_information_to_share"}, 422, None),
        ({"answer": "yes"}, 422, None),
        ({"answer": "no_information_to_share", "found": "not_known", "name": "x"}, 422, None),
    ],
)
async def test_an_answer_that_may_not_be_given_is_refused_with_its_rule(
    desks: dict[str, Desk], asked: dict[str, Any], body: dict[str, Any], status: int, rule: str | None
) -> None:
    """R27: on the screen too."""
    answer = await desks["XA"].post("cem", f"/threads/{asked['thread']}/information", body)

    assert (answer.status, answer.json.get("rule")) == (status, rule), answer.json


async def test_her_sheet_and_the_question_to_every_country(desks: dict[str, Desk], asked: dict[str, Any]) -> None:
    """R33: asked, answered with one call, and read on one page; another country's caseworker sees no such case."""
    xd, xa = desks["XD"], desks["XA"]
    sent = await xd.done("bea", f"/cases/{asked['case']}/access")
    await xd.world.settle()
    view = (await xa.get("cem", f"/threads/{asked['thread']}")).json
    request = next(one["letter_id"] for one in view["letters"] if one["kind"] == "access.request")
    await xa.done("cem", f"/threads/{asked['thread']}/access", {"request": request}, 201)
    await xd.world.settle()

    page = (await xd.get("bea", f"/cases/{asked['case']}/sheet?to=XD")).json

    assert sent == {"asked": 1, "kept_here": 0, "stopped": 0}
    (country,) = page["countries"]
    assert [one["held"] for one in country["holds"]] == ["whole", "whole"]
    assert "Zoryana" not in repr(page)
    assert (await xa.get("cem", f"/cases/{asked['case']}/sheet?to=XA")).status == 404


async def test_a_card_is_made_checked_and_called_back(desks: dict[str, Desk], asked: dict[str, Any]) -> None:
    """H18: over HTTP; her word is in no answer."""
    xd = desks["XD"]
    paper = {"person_id": asked["her"], "wanted": "card", "code_word": "blue kettle", "to": "XD"}
    made = await xd.done("bea", f"/cases/{asked['case']}/papers", paper, 201)
    code = made["card"]["code"]

    found = await xd.done("bea", "/cards/check", {"code": code, "code_word": "Blue kettle"})
    told = {"code": code, "called_back": False, "told": ["appointment"]}
    refused = await xd.post("bea", f"/cases/{asked['case']}/calls", told)

    assert found["case"] == asked["case"]
    assert "kettle" not in repr((made, found))
    assert (refused.status, refused.json["rule"]) == (409, "H18")
    assert (await xd.post("bea", f"/cases/{asked['case']}/calls", told | {"called_back": True})).status == 204
    assert (await xd.post("bea", "/cards/check", {"code": code, "code_word": "red kettle"})).status == 404


async def test_a_breach_is_reported_by_a_coordinator_only(desks: dict[str, Desk], asked: dict[str, Any]) -> None:
    """GDPR 33: names of letters, a cause, what was done; nothing else is asked."""
    xa = desks["XA"]
    view = (await xa.get("cem", f"/threads/{asked['thread']}")).json
    body = {
        "letters": [view["letters"][0]["letter_id"]], "noticed_at": xa.clock.now(), "cause": "paper_lost",
        "measures": ["supervisor_informed"], "names_exposed": True,
    }  # fmt: skip

    assert (await xa.post("cem", "/breaches", body)).status == 403
    done = await xa.done("ana", "/breaches", body, 201)

    assert done == {"notices": 1, "kept_here": 0, "late": False}


async def test_open_verifications_have_their_age(desks: dict[str, Desk], asked: dict[str, Any]) -> None:
    """1.1: a question about being known is none; only "is she yours?" is listed."""
    assert (await desks["XD"].get("bea", "/verifications")).json == []


async def test_an_alert_of_two_people_is_looked_at_by_a_third(desks: dict[str, Desk], asked: dict[str, Any]) -> None:
    """R02: 409 for who asked for it and for who confirmed it; a colleague who did neither may."""
    xd = desks["XD"]
    await xd.add("cora", "coordinator")
    danger = {
        "peer": "XA", "dangers": ["violence"], "until": xd.clock.now() + 86_400, "justification": "no_time_to_ask",
        "about": "another_person", "safe_contact": "ask at the blue door",
    }  # fmt: skip
    asked_for = await xd.done("bea", f"/cases/{asked['case']}/alerts", danger, 201)
    sent = await xd.done("ana", f"/alerts/waiting/{asked_for['pending']}/confirm", {}, 201)
    path, look = f"/alerts/{sent['letter_id']}/review", {"outcome": "justified", "informed": "not_reachable"}

    own = [await xd.post(who, path, look) for who in ("bea", "ana")]

    assert [(one.status, one.json["rule"]) for one in own] == [(409, "R02"), (409, "R02")]
    assert (await xd.post("cora", path, look)).status == 204
