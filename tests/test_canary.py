"""Marked words of a whole referral stand in no log, address, error, metric or plain column. Source: R29; at-rest.

Two countries' people work through the API; every name, plan and password is a word that nothing else holds.
"""

import io
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp.test_utils import TestClient, TestServer

from node import log
from node.health import metrics_application
from node.jobs import Jobs
from tests.api.conftest import PASSWORD, Desk, desks
from tests.api.test_referral import accept, act, ready
from tests.world import World

__all__ = ["desks"]

GIVEN, FAMILY, PLAN, NARRATIVE = "Kanarekova", "Zeisigovna", "stieglitzplan", "rotkehlchenstory"
INTERPRETER, WITNESS = "Gimpelova", "Sperlingova"  # who helped in the talk about consent
STAFF, STAFF_PASSWORD = "dompfafflogin", "nachtigall password phrase"
MARKS = (GIVEN, FAMILY, PLAN, NARRATIVE, INTERPRETER, WITNESS, STAFF, STAFF_PASSWORD, PASSWORD)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that our log and the libraries' logs say, at their most talkative."""
    handlers, level, stream = logging.getLogger().handlers[:], logging.getLogger().level, io.StringIO()
    log.configure(lambda: 1_795_000_000, "debug", stream)
    yield stream
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


class Seen:
    """Every address, and every answer that refused something."""

    def __init__(self, *all_desks: Desk) -> None:
        self.urls: list[str] = []
        self.errors: list[str] = []
        for desk in all_desks:
            self._watch(desk)

    def _watch(self, desk: Desk) -> None:
        ask = desk.ask

        async def watched(who: str | None, method: str, path: str, body: object = None, **raw: Any) -> Any:
            answer = await ask(who, method, path, body, **raw)
            self.urls.append(path)
            if answer.status >= 400:
                self.errors.append(f"{answer.json} {dict(answer.headers)}")
            return answer

        desk.ask = watched  # type: ignore[method-assign]


async def whole_referral(xd: Desk, xa: Desk) -> None:
    """From the first question to arrival and a withdrawal, with mistakes on the way."""
    for desk in (xd, xa):
        await desk.add("bea", "caseworker")
    user = {"login": STAFF, "password": STAFF_PASSWORD, "role": "caseworker", "organisation": "haven", "name": FAMILY}
    await xd.done("ana", "/users", user, 201)
    await xd.sign_in(STAFF, STAFF_PASSWORD)
    await xd.sign_in(STAFF, f"not {STAFF_PASSWORD}")
    await xd.sign_in(NARRATIVE, STAFF_PASSWORD)
    case = await xd.case("bea")
    her, at = case["persons"][0]["person_id"], f"/cases/{case['case']}"
    words = {"given_name": GIVEN, "family_name": FAMILY, "support_plan": PLAN, "narrative": NARRATIVE}
    await xd.put("bea", f"{at}/identity", {"persons": {her: words}})
    spoken = {"method": "spoken_witnessed", "interpreter_name": INTERPRETER, "interpreter_language": "uk"}
    heard = {"witness_name": WITNESS, "witness_role": "colleague"}
    consent = await xd.done("bea", f"{at}/consents", xd.consent_body(case, "XA", **spoken, **heard), 201)
    talk = await xd.done("bea", f"{at}/consents/{consent['consent']}/talk/open", {"reason": "give_service"})
    assert (talk["interpreter_name"], talk["witness_name"]) == (INTERPRETER, WITNESS)  # the words are there
    await mistakes(xd, at, her, case)
    thread = (await xd.done("bea", f"{at}/referrals", {"peer": "XA", "needs": ["shelter", "health"]}, 201))["thread"]
    await xd.world.settle()
    await ready(xa, thread)
    token = next(iter((await xd.get("bea", f"/threads/{thread}")).json["persons"]))
    await act(xa, "bea", thread, "referral.accept", accept(token))
    disclose = [{"person_id": her, "fields": ["given_name"]}]
    await act(xd, "bea", thread, "referral.disclose", {"complete": True}, disclose=disclose)
    letters = (await xa.get("bea", f"/threads/{thread}")).json["letters"]
    sealed = next(one["letter_id"] for one in letters if one["has_identity"])
    opened = await xa.done("bea", f"/letters/{sealed}/identity", {"reason": "prepare_reception"})
    assert opened["persons"][token]["given_name"] == GIVEN  # the words did travel
    await xa.post("bea", f"/letters/{sealed}/identity", {"reason": NARRATIVE})
    await xa.post("bea", f"/threads/{thread}/acts", {"kind": "referral.decline", "body": {"reason": NARRATIVE}})
    await xd.post("bea", f"{at}/consents/{consent['consent']}/withdraw", {})
    await xd.world.days(2)


async def mistakes(xd: Desk, at: str, her: str, case: dict[str, Any]) -> None:
    """What people mistype, with her words in the wrong place."""
    await xd.ask("bea", "PUT", f"{at}/identity", {"persons": {her: {GIVEN: FAMILY}}})
    await xd.ask("bea", "PUT", f"{at}/identity", {"persons": {GIVEN: {"given_name": GIVEN}}})
    await xd.ask("bea", "PUT", f"{at}/identity", {"persons": {her: {"given_name": [GIVEN]}}, PLAN: PLAN})
    await xd.post("bea", f"{at}/referrals", {"peer": GIVEN, "needs": [NARRATIVE]})
    await xd.post("bea", f"{at}/referrals", {"peer": "XA", "needs": ["shelter"], "region": NARRATIVE + " " + GIVEN})
    await xd.post("bea", f"{at}/consents", {**xd.consent_body(case, "XA"), "language": GIVEN, NARRATIVE: PLAN})
    spoken = {"method": "spoken_witnessed", "witness_name": WITNESS, "witness_role": INTERPRETER}
    await xd.post("bea", f"{at}/consents", xd.consent_body(case, "XA", **spoken))
    await xd.post("bea", f"{at}/consents", xd.consent_body(case, "XA", witness_name=[WITNESS]))
    await xd.post("ana", "/cases/assign", {"cases": [GIVEN], "owner": FAMILY})
    await xd.post("bea", f"{at}/take_back", {"consents": [PLAN]})
    await xd.post("bea", f"{at}/changes", {"change": NARRATIVE})
    await xd.ask("bea", "POST", "/cases", None, data=f'{{"persons": "{GIVEN}'.encode())


async def metrics_of(world: World, code: str) -> str:
    """What the metrics listener answers."""
    node = world[code].node
    app = metrics_application(node, Jobs([], node.clock, 86_400))
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        return await (await client.get("/metrics")).text()


def plain_columns(path: Path) -> str:
    """Every value of every column of a database, sealed ones too, as text and as bytes."""
    parts: list[str] = []
    with sqlite3.connect(path) as connection:
        for (table,) in connection.execute("select name from sqlite_master where type='table'").fetchall():
            for row in connection.execute(f'select * from "{table}"'):
                parts += [value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row]
    return "\n".join(parts)


def assert_unmarked(text: str, where: str) -> None:
    for mark in MARKS:
        assert mark.lower() not in text.lower(), f"a marked word stands in {where}"


async def test_no_marked_word_leaves_the_sealed_places(desks: dict[str, Desk], logged: io.StringIO) -> None:
    xd, xa = desks["XD"], desks["XA"]
    seen = Seen(xd, xa)

    await whole_referral(xd, xa)
    world = xd.world
    metrics = {code: await metrics_of(world, code) for code in ("XD", "XA")}
    errors, urls = "\n".join(seen.errors), "\n".join(seen.urls)
    await world.close()

    log.get().warning("after all", peer="XA")
    assert '"after all"' in logged.getvalue()
    assert_unmarked(logged.getvalue(), "the log")
    assert len(seen.errors) >= 10
    assert_unmarked(errors, "an error")
    assert "/cases/" in urls
    assert_unmarked(urls, "an address")
    for code in ("XD", "XA"):
        assert "trm_letters" in metrics[code]
        assert_unmarked(metrics[code], "the metrics")
        for name in ("node.db", "keys.db"):
            assert_unmarked(plain_columns(world.tmp / code / name), f"a column of {name}")
        for path in (world.tmp / code).rglob("*"):
            if path.is_file():
                assert_unmarked(path.read_bytes().decode("latin-1"), path.name)
    for _, _, envelopes in world.posted:
        assert_unmarked(b"".join(envelopes).decode("latin-1"), "an envelope")
