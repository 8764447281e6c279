"""Every route, every role: who is let in, and that what belongs to others answers like what does not exist."""

import re
from typing import Any

import pytest

from node.api.call import Route
from node.api.roles import EVERY_ROLE
from node.api.routes import ROUTES
from node.service.way_out import WhereTo
from tests.api.bodies import smallest
from tests.api.conftest import PASSWORD, Desk

LOGINS = {"caseworker": "cleo", "coordinator": "ana", "auditor": "dora", "operator": "olaf", "machine": "machine"}
OBJECTS = ("case", "thread", "letter", "consent", "pending")
UNKNOWN = dict.fromkeys(("case", "thread", "letter", "consent", "user", "token", "alert"), "0" * 32) | {
    "pending": "999999",
    "task": "999999",
    "country": "XZ",
    "year": "2026",
    "concern": "999999",
    "plan": "0" * 16,
    "care": "0" * 16,
}
EVIDENCE = ("GET /threads/{thread}/evidence", "GET /letters/{letter}/silence")
# Where the smallest body of a route's type would be refused before the object is looked for.
BODIES: dict[str, Any] = {
    "PUT /sessions/me/password": {"old": "wrong wrong wrong", "new": PASSWORD},
    "POST /users": {"login": "new-one", "password": PASSWORD, "role": "operator", "organisation": "haven"},
    "PUT /users/{user}/password": {"password": PASSWORD},
    "POST /cases": {"persons": [{"age_band": "25-34"}]},
    "POST /cases/{case}/changes": {"change": "detained"},
    "POST /cases/{case}/identity/open": {"reason": "give_service"},
    "POST /letters/{letter}/identity": {"reason": "give_service"},
    "POST /threads/{thread}/acts": {"kind": "referral.update", "body": {}},
}


def row_id(route: Route) -> str:
    return f"{route.method} {route.path}"


def filled(route: Route, values: dict[str, str]) -> str:
    leaves = "?to=XD" if route.query is WhereTo else ""  # what leaves the node says where to (H15)
    return re.sub(r"\{(\w+)\}", lambda hit: values[hit[1]], route.path) + leaves


async def ask(desk: Desk, who: str | None, route: Route, values: dict[str, str], body: Any = None) -> Any:
    if body is None and route.takes is not None:
        body = BODIES.get(row_id(route)) or smallest(route.takes)
    return await desk.ask(who, route.method, filled(route, values), body)


async def machine(desk: Desk) -> None:
    desk.tokens["machine"] = (await desk.done("ana", "/tokens", {"label": "x"}, 201))["token"]


async def beas_things(desk: Desk) -> tuple[dict[str, str], dict[str, Any]]:
    """A whole case of bea's: with a consent, a change that waits, and a thread with a letter."""
    case = await desk.case("bea")
    base = f"/cases/{case['case']}"
    body = desk.consent_body(case, "XA", interpreter_name="Ilse Invented")
    consent = await desk.done("bea", f"{base}/consents", body, 201)
    sent = await desk.done("bea", f"{base}/referrals", {"peer": "XA", "needs": ["shelter"]}, 201)
    await desk.world.settle()
    await desk.done("bea", f"{base}/changes", {"change": "detained"})
    pending = await desk.done("bea", f"{base}/changes", {"change": "detention_ended"})
    values = {
        "case": case["case"],
        "consent": consent["consent"],
        "thread": sent["thread"],
        "letter": sent["letter_id"],
        "pending": str(pending["pending"]),
    }
    return {**UNKNOWN, **values}, case


def test_every_role_in_the_table_is_one_that_exists():
    assert {role for route in ROUTES for role in route.roles} == set(EVERY_ROLE)
    assert [route.name for route in ROUTES if not route.roles] == ["post.sessions"]


def test_no_two_rows_are_the_same():
    assert len({row_id(route) for route in ROUTES}) == len(ROUTES)


async def test_without_a_sign_in_every_route_but_the_sign_in_is_shut(desk: Desk):
    answers = {row_id(route): (await ask(desk, None, route, UNKNOWN)).status for route in ROUTES if route.roles}

    assert set(answers.values()) == {401}


@pytest.mark.parametrize("role", sorted(LOGINS))
async def test_a_role_is_let_in_where_the_table_says_and_nowhere_else(desk: Desk, role: str):
    """The role decides before anything of the request is read: a wrong role never learns what exists."""
    await machine(desk)
    wrong = {}
    for route in (one for one in ROUTES if one.roles and one.method != "DELETE"):
        answer = await ask(desk, LOGINS[role], route, UNKNOWN)
        refused = answer.status == 403 and "role is" in answer.json["detail"]
        if refused == (role in route.roles):
            wrong[row_id(route)] = (answer.status, answer.json)

    assert wrong == {}


def foreign_routes() -> list[Route]:
    return [route for route in ROUTES if any(f"{{{name}}}" in route.path for name in OBJECTS)]


async def test_a_foreign_object_answers_exactly_like_an_unknown_one(desk: Desk):
    """Object-level permission on every route with an object: 404, same words, for a colleague who may not see it."""
    values, case = await beas_things(desk)
    differ = {}
    for route in foreign_routes():
        body = desk.consent_body(case, "XA") if row_id(route) == "POST /cases/{case}/consents" else None
        foreign = await ask(desk, "cleo", route, values, body)
        unknown = await ask(desk, "cleo", route, UNKNOWN, body)
        if not (foreign.status == unknown.status == 404 and foreign.json == unknown.json):
            differ[row_id(route)] = (foreign.json, unknown.json)

    assert len(foreign_routes()) >= 19
    assert differ == {}


@pytest.mark.parametrize("role", ["auditor", "operator"])
async def test_auditors_and_operators_reach_no_case_by_any_route(desk: Desk, role: str):
    """Interface, roles: no case content. Evidence has none: an auditor may prove what was sent and received."""
    values, case = await beas_things(desk)
    let_in = {}
    for route in foreign_routes():
        body = desk.consent_body(case, "XA") if row_id(route) == "POST /cases/{case}/consents" else None
        answer = await ask(desk, LOGINS[role], route, values, body)
        if answer.status != 403:
            let_in[row_id(route)] = answer.json
    tasks = await desk.get("olaf", "/tasks")

    proofs = {row: let_in.pop(row) for row in EVIDENCE if role == "auditor"}
    assert let_in == {}
    assert values["case"] not in str(proofs)
    assert all(task["case"] is None for task in tasks.json)


async def test_a_coordinator_reaches_every_object(desk: Desk):
    """So that a 404 above comes from the permission and not from a wrong reference."""
    values, case = await beas_things(desk)
    missed = []
    for route in foreign_routes():
        body = desk.consent_body(case, "XA") if row_id(route) == "POST /cases/{case}/consents" else None
        if (await ask(desk, "ana", route, values, body)).status == 404:
            missed.append(row_id(route))

    # The change was approved by the row before, so there is nothing left to refuse; and no erasure waits, because a
    # thread of the case is open.
    assert set(missed) == {
        "POST /cases/{case}/changes/{pending}/refuse",
        "POST /cases/{case}/erasures/{pending}/approve",
        "POST /cases/{case}/erasures/{pending}/refuse",
        "POST /cases/{case}/take_back",  # nobody recorded the consents it names
        "POST /letters/{letter}/wait",  # this letter is no withdrawal
        "POST /cases/{case}/group",  # the other case does not exist
        "POST /cases/{case}/calls",  # nobody has a sheet with this code
        "POST /threads/{thread}/corrections",  # nor does the letter that is corrected
        "POST /cases/{case}/returns/{plan}/approve",  # no return is planned, and nobody is on the way
        "POST /cases/{case}/returns/{plan}/halt",
        "PUT /cases/{case}/care/{care}/place",
        "POST /distrust/{pending}/approve",  # of the node, not of the case, and nothing waits
        "POST /distrust/{pending}/refuse",
    }


async def test_what_a_colleague_does_not_see_is_in_none_of_their_lists(desk: Desk):
    values, _ = await beas_things(desk)
    lists = ["/cases", "/threads", "/tasks", "/inbox"]
    hers = [str((await desk.get("bea", path)).json) for path in lists]
    others = [str((await desk.get("cleo", path)).json) for path in lists]

    seen = {value for name, value in values.items() if name in ("case", "thread", "letter")}
    assert not any(value in text for value in seen for text in others)
    assert values["case"] in hers[0] and values["thread"] in hers[1]


async def test_a_colleague_cannot_mark_the_tasks_of_others_as_done(desk: Desk):
    await beas_things(desk)
    task = (await desk.get("bea", "/tasks")).json[0]

    foreign = await desk.post("cleo", f"/tasks/{task['id']}/done")
    early = await desk.post("bea", f"/tasks/{task['id']}/done")

    assert foreign.status == 404
    assert (task["code"], early.status, early.json["rule"]) == ("second_person_needed", 409, "R24")
