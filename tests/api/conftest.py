"""A real node with its people, asked over HTTP as a browser or a case system would ask it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from node.api.app import api_application
from node.crypto.vault import SMALLEST
from node.service.staff.book import NewUser
from node.service.staff.people import first_user
from node.service.staff.sign_in import SignInLimits, Staff
from tests.api.described import must_be_as_described
from tests.world import World, make_world

PASSWORD = "a long invented password"
IDLE_S, MAX_S = 600, 28_800


@dataclass
class Answer:
    """What came back: status, JSON and headers."""

    status: int
    json: Any
    headers: Any


@dataclass
class Desk:
    """One country's API with the tokens of those who are signed in."""

    world: World
    code: str
    staff: Staff
    client: TestClient[Any, Any]
    tokens: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)

    @property
    def clock(self) -> Any:
        return self.world.clock

    async def ask(self, who: str | None, method: str, path: str, body: object = None, **raw: Any) -> Answer:
        """One request; `who` is a login, or None without a token."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} if who else {}
        headers |= raw.pop("headers", {})
        if body is not None:
            raw["json"] = body
        async with self.client.request(method, f"/api/v1{path}", headers=headers, **raw) as answer:
            found = await answer.json(content_type=None) if await answer.read() else None
            must_be_as_described(method, path, answer.status, answer.headers.get("Content-Type", ""), found)
            return Answer(answer.status, found, answer.headers)

    async def get(self, who: str | None, path: str) -> Answer:
        return await self.ask(who, "GET", path)

    async def post(self, who: str | None, path: str, body: object = None) -> Answer:
        return await self.ask(who, "POST", path, body)

    async def done(self, who: str, path: str, body: object = None, status: int = 200) -> Any:
        """A POST that must succeed; returns its JSON."""
        answer = await self.post(who, path, body)
        assert answer.status == status, answer.json
        return answer.json

    async def put(self, who: str, path: str, body: object) -> Any:
        """A PUT that must succeed; returns its JSON."""
        answer = await self.ask(who, "PUT", path, body)
        assert answer.status == 200, answer.json
        return answer.json

    async def sign_in(self, login: str, password: str = PASSWORD) -> Answer:
        answer = await self.post(None, "/sessions", {"login": login, "password": password})
        if answer.status == 201:
            self.tokens[login], self.users[login] = answer.json["token"], answer.json["user"]
        return answer

    async def add(self, login: str, role: str, by: str = "ana") -> None:
        """A colleague, signed in."""
        body = {"login": login, "password": PASSWORD, "role": role, "organisation": "haven"}
        await self.done(by, "/users", body, 201)
        assert (await self.sign_in(login)).status == 201

    async def case(self, who: str, **person: Any) -> dict[str, Any]:
        """A case of one invented adult, with the first question answered."""
        given = {"age_band": "25-34", "gender": "woman", "languages": ["uk"], **person}
        made = await self.done(who, "/cases", {"persons": [given]}, 201)
        her = made["persons"][0]["person_id"]
        changed = await self.done(
            who, f"/cases/{made['case']}/changes", {"change": "first_intake", "blocked": {her: []}}
        )
        found: dict[str, Any] = changed["case"]
        return found

    def consent_body(self, case: dict[str, Any], peer: str, **facts: Any) -> dict[str, Any]:
        """What a person says yes to, for one office of one country."""
        holder = self.world[peer].office.office_kid.hex()
        return {
            "person_id": case["persons"][0]["person_id"],
            "given_by": "self",
            "capacity": "adult",
            "recipients": [{"country": peer, "organisation_type": "civil_society", "holder": holder}],
            "purposes": ["enquiry", "referral"],
            "levels": ["L1", "L2", "L3"],
            "categories": ["needs", "plan", "health", "identity", "contact", "arrangements"],
            "language": "uk",
            "interpreter": "independent",
            "info_sheet_version": "1",
            "method": "written",
            "understood_check": True,
            "alternatives_explained": True,
            "no_pressure_declared": True,
            "present": ["caseworker", "interpreter"],
            "spoken_to_alone": True,
            **facts,
        }


async def open_desk(world: World, code: str, aiohttp_client: Any) -> Desk:
    """The API of one country, with its first coordinator, ana, signed in."""
    opened = world[code].opened
    staff = Staff(opened.node, opened.pepper, SMALLEST, SignInLimits(IDLE_S, MAX_S))
    first = NewUser(login="ana", password=PASSWORD, role="coordinator", organisation="haven", name="Ana Invented")
    first_user(staff, first, world[code].office_seed)
    app = web.Application()
    app.add_subapp("/api/v1", api_application(staff))
    desk = Desk(world, code, staff, await aiohttp_client(app))
    assert (await desk.sign_in("ana")).status == 201
    return desk


@pytest.fixture
async def desks(tmp_path: Any, aiohttp_client: Any) -> AsyncIterator[dict[str, Desk]]:
    """Two countries, XD and XA, each with its API."""
    world = make_world(tmp_path, "XD", "XA")
    yield {code: await open_desk(world, code, aiohttp_client) for code in ("XD", "XA")}
    await world.close()


@pytest.fixture
async def desk(desks: dict[str, Desk]) -> Desk:
    """XD with a coordinator (ana), two caseworkers (bea, cleo), an auditor (dora) and an operator (olaf)."""
    found = desks["XD"]
    for login, role in {"bea": "caseworker", "cleo": "caseworker", "dora": "auditor", "olaf": "operator"}.items():
        await found.add(login, role)
    return found
