"""Bad input: an RFC 9457 problem that names field, found, expected and rule, and never what somebody typed."""

import json
from typing import Any

import pytest

from node.api.app import MAX_BODY_BYTES
from node.api.routes import ROUTES
from tests.api.conftest import PASSWORD, Desk

CANARY = "marked-word-7f3a"


def her(**facts: Any) -> dict[str, Any]:
    return {"persons": [{"age_band": "25-34", **facts}]}


#    what is sent                                          status, field, found, expected
WRONG: dict[str, tuple[Any, int, str, str, str]] = {
    "wrong type": ({"persons": "x"}, 422, "persons", "str", "array"),
    "wrong type inside": ({"persons": [{"age_band": 3}]}, 422, "persons.0.age_band", "int", "str"),
    "unlisted code": (
        {"persons": [{"age_band": CANARY}]},
        422,
        "persons.0.age_band",
        "another value",
        "one of the listed",
    ),
    "missing field": ({}, 422, "persons", "nothing", "a value"),
    "unknown field": (her(**{CANARY: 1}), 422, "persons.0", "a field of another name", "only these fields"),
    "misspelt field": (
        her(langauges=["uk"]),
        422,
        "persons.0.langauges",
        "a field called langauges",
        "languages, perhaps",
    ),
    "field of another place": (
        {"age_band": "25-34", **her()},
        422,
        "age_band",
        "age_band, which stands elsewhere",
        "only these fields: ",
    ),
    "too few": ({"persons": []}, 422, "persons", "another value", "a list of at least 1 entries"),
    "broken pattern": (her(languages=[f"{CANARY} x"]), 422, "persons.0.languages.0", "another value", "BCP 47"),
    "not an object": ([], 422, "body", "array", "object"),
}


@pytest.mark.parametrize("name", sorted(WRONG))
async def test_the_problem_names_field_found_and_expected(desk: Desk, name: str):
    body, status, field, found, expected = WRONG[name]

    answer = await desk.post("bea", "/cases", body)

    assert answer.status == status == answer.json["status"]
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert (answer.json["field"], answer.json["found"]) == (field, found)
    assert expected in answer.json["expected"]
    assert answer.json["next"] and answer.json["title"] and answer.json["type"].startswith("urn:opentrm:")
    assert CANARY not in json.dumps(answer.json)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"\xff\xfe", b'{"persons": [', b"[" * 100_000, b'{"a":' * 50_000],
    ids=["nothing", "torn", "not utf-8", "open", "deep lists", "deep objects"],
)
async def test_what_is_not_json_is_refused_whatever_it_is(desk: Desk, raw: bytes):
    headers = {"Content-Type": "application/json"}
    answer = await desk.ask("bea", "POST", "/cases", data=raw, headers=headers)

    assert answer.status in (400, 422)
    assert answer.json["title"]
    assert (await desk.get("bea", "/cases")).status == 200


async def test_a_body_over_a_mebibyte_is_refused(desk: Desk):
    raw = json.dumps({"persons": [], "x": "y" * MAX_BODY_BYTES}).encode()

    answer = await desk.ask("bea", "POST", "/cases", data=raw, headers={"Content-Type": "application/json"})

    assert (answer.status, answer.json["title"]) == (413, "The request is too long")


async def test_a_form_of_another_site_is_refused(desk: Desk):
    """A browser sends other kinds without asking first; JSON it does not."""
    answer = await desk.ask("bea", "POST", "/cases", data=b"{}", headers={"Content-Type": "text/plain"})

    assert (answer.status, answer.json["field"]) == (415, "Content-Type")


@pytest.mark.parametrize(("query", "field"), [("limit=0", "limit"), ("limit=x", "limit"), ("who=me", "body")])
async def test_a_wrong_query_is_refused_with_its_name(desk: Desk, query: str, field: str):
    answer = await desk.get("bea", f"/cases?{query}")

    assert (answer.status, answer.json["field"]) == (422, field)


async def test_a_wrong_body_of_an_act_names_the_field_inside(desk: Desk):
    case = await desk.case("bea")
    await desk.done("bea", f"/cases/{case['case']}/consents", desk.consent_body(case, "XA"), 201)
    offer = {"peer": "XA", "needs": ["shelter"]}
    thread = (await desk.done("bea", f"/cases/{case['case']}/referrals", offer, 201))["thread"]
    body = {"kind": "referral.disclose", "body": {"complete": CANARY}}

    answer = await desk.post("bea", f"/threads/{thread}/acts", body)

    assert (answer.status, answer.json["field"], answer.json["expected"]) == (422, "body.complete", "bool")
    assert CANARY not in str(answer.json)


@pytest.mark.parametrize("token", ["", "x", "trm-", "trm-x", "Ж", "a" * 5000, "trm-" + "A" * 43])
async def test_a_token_that_is_none_is_an_unknown_one(desk: Desk, token: str):
    answer = await desk.ask(None, "GET", "/cases", headers={"Authorization": f"Bearer {token}"})

    assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    "path", ["/cases/%00", "/cases/..%2f..", "/tasks/١/done", "/tasks/-1/done", "/nothing", "/cases/x/y/z"]
)
async def test_an_address_that_leads_nowhere_is_a_problem_like_any_other(desk: Desk, path: str):
    method = "POST" if "tasks" in path else "GET"
    answer = await desk.ask("bea", method, path)

    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/cases", "GET, POST"),
        ("PATCH", "/cases/c1/identity", "PUT"),
        ("GET", "/tasks/1/done", "POST"),
        ("POST", "/openapi.json", "GET"),
        ("OPTIONS", "/sessions", "POST"),
    ],
)
async def test_an_address_asked_in_another_way_says_in_which_it_is(desk: Desk, method: str, path: str, allowed: str):
    """RFC 9110, 15.5.6, and RFC 9457: to a program that is not the same as an address that leads nowhere."""
    answer = await desk.ask("bea", method, path)

    assert (answer.status, answer.headers.get("Allow")) == (405, allowed), answer.json
    assert (answer.json["type"], answer.json["expected"]) == ("urn:opentrm:problem:other-method", allowed)


async def test_every_answer_says_not_to_keep_it(desk: Desk):
    """At-rest 5.5: staff devices hold nothing."""
    answers = [await desk.get("bea", "/cases"), await desk.get(None, "/cases"), await desk.get("bea", "/nothing")]

    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_an_error_of_ours_is_one_sentence_and_its_log_holds_no_word_of_it(desk: Desk, monkeypatch, capsys):
    async def broken(_: Any) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(type(desk.staff.node.store), "read", lambda *_: broken(None))
    answer = await desk.get("bea", "/cases")

    assert (answer.status, answer.json["title"]) == (500, "Something failed here")
    assert CANARY not in str(answer.json)


async def test_a_full_disk_is_said_and_reading_goes_on(desk: Desk, monkeypatch):
    """Read-only mode: 503 with one sentence, nothing lost."""
    from node.errors import ReadOnly

    def full(*_: Any) -> Any:
        raise ReadOnly("disk is full; free some space")

    case = await desk.case("bea")
    monkeypatch.setattr(type(desk.staff.node.store), "write", full)
    written = await desk.post("bea", "/cases", {"persons": [{"age_band": "25-34"}]})
    read = await desk.get("bea", f"/cases/{case['case']}")

    assert (written.status, written.json["detail"]) == (503, "disk is full; free some space")
    assert read.status == 200


async def test_no_route_echoes_a_password_or_a_login(desk: Desk):
    body = {"login": CANARY, "password": PASSWORD + CANARY}
    answer = await desk.post(None, "/sessions", body)

    assert answer.status == 401
    assert CANARY not in str(answer.json)
    assert len(ROUTES) > 40
