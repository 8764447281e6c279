"""Bad input at every route that takes a body: a problem that names field, found and expected, and repeats nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from node.api.call import Route
from node.api.openapi import description
from node.api.problems import MEDIA_TYPE
from node.api.routes import ROUTES
from tests.api.bodies import smallest
from tests.api.conftest import Answer, Desk
from tests.api.test_permissions import BODIES, LOGINS, UNKNOWN, filled, machine, row_id

CANARY = "marked Word 7f3a"
TAKING = [route for route in ROUTES if route.takes is not None]
TORN = [b"", b"{", b"\xff\xfe", b"[1.5", b"[" * 20_000, b'{"a":' * 20_000, b'"\\ud800"', b"\xef\xbb\xbf{}"]
OTHER_SHAPES: list[Any] = [[], CANARY, 1, True, 1e9, {CANARY: CANARY}, [{}], {"a": {"b": [CANARY]}}]
OTHER_VALUES: list[Any] = [{CANARY: 1}, [[CANARY]], 1.5, CANARY * 20_000, f"{CANARY}\0"]
SAYS = description(ROUTES)["paths"]


def wrong_bodies(route: Route) -> Iterator[Any]:
    """Other shapes, and the smallest body with each of its fields spoiled in turn."""
    yield from OTHER_SHAPES
    good = BODIES.get(row_id(route)) or smallest(route.takes)
    for name in good:
        yield from ({**good, name: value} for value in OTHER_VALUES)


async def who_may(desk: Desk, route: Route) -> str | None:
    if not route.roles:
        return None
    if route.roles == ("machine",) and "machine" not in desk.tokens:
        await machine(desk)
    return LOGINS[route.roles[0]]


def judged(route: Route, answer: Answer) -> None:
    """What holds for every answer: described, without an echo, and a whole problem where it is none that was asked."""
    told = f"{row_id(route)}: {json.dumps(answer.json)}"
    assert CANARY not in told, told
    assert answer.status < 500, told
    responses = SAYS[route.path][route.method.lower()]["responses"]
    assert {str(answer.status), "default"} & set(responses), told
    if answer.status >= 400:
        assert answer.headers["Content-Type"].startswith(MEDIA_TYPE)
        assert all(answer.json[name] for name in ("type", "title", "detail", "next")), told
        assert answer.json["status"] == answer.status


async def test_what_cannot_be_used_is_named_and_not_repeated(desk: Desk):
    refused = set[str]()
    for route in TAKING:
        who, path = await who_may(desk, route), filled(route, UNKNOWN)
        for body in wrong_bodies(route):
            answer = await desk.ask(who, route.method, path, body)

            judged(route, answer)
            named = ("field", "found", "expected") if body in OTHER_SHAPES else ("field",)
            assert answer.status != 422 or all(answer.json.get(name) for name in named), (row_id(route), answer.json)
            refused |= {row_id(route)} if answer.status == 422 else set()
    assert refused == {row_id(route) for route in TAKING}


async def test_what_is_no_json_is_told_as_such(desk: Desk):
    for route in TAKING:
        who, path, json_is = await who_may(desk, route), filled(route, UNKNOWN), {"Content-Type": "application/json"}
        for raw in (one for one in TORN if one or not route.may_be_empty):
            answer = await desk.ask(who, route.method, path, data=raw, headers=json_is)

            judged(route, answer)
            assert answer.status in (400, 422), (row_id(route), raw[:9], answer.json)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            answer = await desk.ask(who, route.method, path, data=b"{}", headers={"Content-Type": kind})

            judged(route, answer)
            assert (answer.status, answer.json["expected"]) == (415, "application/json"), row_id(route)


async def test_what_was_wrong_stands_in_no_log_line(desk: Desk, capsys: pytest.CaptureFixture[str]):
    for route in TAKING:
        who = await who_may(desk, route)
        for body in OTHER_SHAPES:
            await desk.ask(who, route.method, filled(route, UNKNOWN), body)

    logged = capsys.readouterr()
    assert "request refused" in logged.out + logged.err
    assert CANARY not in logged.out + logged.err
