"""A referral from the first question to arrival, by two countries' people, through the API alone."""

from typing import Any

from tests.api.conftest import Desk


async def staffed(desks: dict[str, Desk]) -> tuple[Desk, Desk]:
    for desk in desks.values():
        await desk.add("bea", "caseworker")
    return desks["XD"], desks["XA"]


async def offered(xd: Desk) -> tuple[dict[str, Any], str]:
    """A case in XD with names and consent, offered to XA; returns the case and the thread."""
    case = await xd.case("bea")
    her = case["persons"][0]["person_id"]
    names = {"persons": {her: {"given_name": "Invented", "family_name": "Person", "support_plan": "rest"}}}
    await xd.put("bea", f"/cases/{case['case']}/identity", names)
    await xd.done("bea", f"/cases/{case['case']}/consents", xd.consent_body(case, "XA"), 201)
    offer = {"peer": "XA", "needs": ["shelter", "health"]}
    done = await xd.done("bea", f"/cases/{case['case']}/referrals", offer, 201)
    await xd.world.settle()
    return case, done["thread"]


async def act(desk: Desk, who: str, thread: str, kind: str, body: dict[str, Any], **rest: Any) -> None:
    await desk.done(who, f"/threads/{thread}/acts", {"kind": kind, "body": body, **rest}, 201)
    await desk.world.settle()


async def ready(xa: Desk, thread: str) -> None:
    """XA takes the new case and asks the first question, as H05 wants before anything else."""
    line = next(one for one in (await xa.get("bea", "/threads")).json if one["thread"] == thread)
    case = (await xa.get("bea", f"/cases/{line['case']}")).json
    await xa.ask("bea", "PUT", f"/cases/{line['case']}/owner", {"owner": xa.users["bea"]})
    her = case["persons"][0]["person_id"]
    await xa.done("bea", f"/cases/{line['case']}/changes", {"change": "first_intake", "blocked": {her: []}})


def accept(token: str) -> dict[str, Any]:
    return {
        "organisation": {"id": "haven-xa", "type": "civil_society"},
        "contact_role": "intake",
        "services": ["shelter-1"],
        "needs": ["shelter"],
        "persons": [token],
        "partial": True,
        "start_not_before": "2026-12-03",
        "conditions": [],
        "data_needed": [{"person": token, "field": "given_name", "level": "L3"}],
        "retention_days": 365,
        "meeting_modes": ["met_on_arrival"],
    }


async def test_an_offer_arrives_without_a_name_and_says_what_may_be_done(desks: dict[str, Desk]):
    """R03, and the answer lists the acts allowed now and why not the others."""
    xd, xa = await staffed(desks)
    _, thread = await offered(xd)

    inbox = (await xa.get("bea", "/inbox")).json
    letter = inbox["unopened"][0]["letter"]
    shown = await xa.done("bea", f"/letters/{letter}/open")
    view = (await xa.get("bea", f"/threads/{thread}")).json

    assert "Invented" not in str(shown)
    assert {task["code"] for task in inbox["tasks"]} == {"new_referral"}
    allowed = {option["kind"] for option in view["options"] if option["allowed"]}
    assert {"referral.accept", "referral.decline"} <= allowed
    assert all(option["why"] for option in view["options"] if not option["allowed"])
    await xa.world.settle()
    ticks = (await xd.get("bea", f"/threads/{thread}")).json["letters"][0]
    assert ticks["received_at"] is not None and ticks["opened_at"] is not None


async def test_names_go_after_acceptance_and_are_opened_with_a_reason(desks: dict[str, Desk]):
    """R04, R24: from the offer to the opened name, both sides through the API."""
    xd, xa = await staffed(desks)
    case, thread = await offered(xd)
    await ready(xa, thread)
    token = next(iter((await xd.get("bea", f"/threads/{thread}")).json["persons"]))
    await act(xa, "bea", thread, "referral.accept", accept(token))
    her = case["persons"][0]["person_id"]
    disclose = [{"person_id": her, "fields": ["given_name"]}]
    await act(xd, "bea", thread, "referral.disclose", {"complete": True}, disclose=disclose)

    letters = (await xa.get("bea", f"/threads/{thread}")).json["letters"]
    sealed = next(one["letter_id"] for one in letters if one["has_identity"])
    refused = await xa.post("bea", f"/letters/{sealed}/identity", {"reason": "because"})
    opened = await xa.done("bea", f"/letters/{sealed}/identity", {"reason": "prepare_reception"})
    line = next(one for one in (await xa.get("bea", "/threads")).json if one["thread"] == thread)
    looks = (await xa.get("bea", f"/cases/{line['case']}/looks")).json

    assert (refused.status, refused.json["rule"]) == (409, "R24")
    assert opened["persons"] == {token: {"given_name": "Invented"}}
    assert ("identity_opened", "prepare_reception") in {(one["what"], one["reason"]) for one in looks}


async def test_an_act_out_of_turn_is_refused_with_its_rule_and_nothing_leaves(desks: dict[str, Desk]):
    xd, _ = await staffed(desks)
    _, thread = await offered(xd)
    posted = len(xd.world.posted)

    answer = await xd.post("bea", f"/threads/{thread}/acts", {"kind": "referral.accept", "body": accept("0" * 32)})
    await xd.world.settle()

    assert answer.status == 409
    assert answer.json["detail"]
    assert len(xd.world.posted) == posted


async def test_an_offer_without_her_consent_is_refused(desks: dict[str, Desk]):
    """R01."""
    xd, _ = await staffed(desks)
    case = await xd.case("bea")

    answer = await xd.post("bea", f"/cases/{case['case']}/referrals", {"peer": "XA", "needs": ["shelter"]})

    assert (answer.status, answer.json["rule"]) == (409, "R01")
    assert "agrees" in answer.json["next"]


async def test_a_stopped_thread_is_over_on_both_sides_without_a_reason(desks: dict[str, Desk]):
    """H01: at the next fixed daily slot."""
    xd, xa = await staffed(desks)
    _, thread = await offered(xd)

    await xd.done("bea", f"/threads/{thread}/stop")
    await xd.world.later(86_400)
    for desk in (xd, xa):
        await desk.sign_in("bea")
    states = [(await desk.get("bea", f"/threads/{thread}")).json["state"] for desk in (xd, xa)]

    assert states[0] == states[1]
    ended = next(one for one in (await xa.get("bea", f"/threads/{thread}")).json["letters"] if one["n"] > 1)
    shown = await xa.done("bea", f"/letters/{ended['letter_id']}/open")
    assert shown["kind"] == "referral.ended"


async def test_a_task_is_dealt_with_once(desks: dict[str, Desk]):
    xd, xa = await staffed(desks)
    await offered(xd)
    task = (await xa.get("bea", "/tasks")).json[0]["id"]

    assert (await xa.post("bea", f"/tasks/{task}/done")).status == 204
    assert (await xa.post("bea", f"/tasks/{task}/done")).status == 404
    assert (await xa.get("bea", "/tasks")).json == []
