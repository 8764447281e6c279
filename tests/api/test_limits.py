"""What one address may ask of the API in a minute; nobody else is locked out by it."""

import pytest
from aiohttp import web

from node.api.app import api_application
from node.api.limits import ApiLimits
from node.proxies import real_remote
from tests.api.conftest import PASSWORD, Desk

HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
async def few(desk: Desk, aiohttp_client: object) -> Desk:
    """The same desk behind a proxy, where an address may ask five times a minute and sign in twice."""
    app = web.Application(middlewares=[real_remote(["127.0.0.1"])])
    app.add_subapp("/api/v1", api_application(desk.staff, ApiLimits(requests_per_minute=5, sign_ins_per_minute=2)))
    desk.client = await aiohttp_client(app)  # type: ignore[operator]
    return desk


async def test_attack_20_a_flood_from_one_address_is_told_to_wait(few: Desk):
    """A problem that says how long, before anything of the request is read; after that time it goes on."""
    answers = [await few.ask("bea", "GET", "/sessions/me", headers=of(HERE)) for _ in range(7)]

    assert [one.status for one in answers] == [200] * 5 + [429] * 2
    assert answers[-1].json["type"] == "urn:opentrm:problem:too-many"
    few.clock.step(int(answers[-1].headers["Retry-After"]))
    assert (await few.ask("bea", "GET", "/sessions/me", headers=of(HERE))).status == 200


async def test_attack_20_guessing_passwords_from_one_address_has_a_limit_of_its_own(few: Desk):
    """Each attempt costs 64 MiB or more: two a minute here, whatever the logins, while other requests go on."""
    guesses = [
        await few.ask(None, "POST", "/sessions", {"login": login, "password": PASSWORD}, headers=of(HERE))
        for login in ("nobody", "someone", "bea")
    ]

    assert [one.status for one in guesses] == [401, 401, 429]
    assert (await few.ask("bea", "GET", "/sessions/me", headers=of(HERE))).status == 200


async def test_a_flood_from_one_address_locks_no_other_out(few: Desk):
    """Limits are held per address, also behind a proxy."""
    for _ in range(6):
        last = await few.ask("bea", "GET", "/sessions/me", headers=of(HERE))

    assert last.status == 429
    assert (await few.ask("bea", "GET", "/sessions/me", headers=of(ELSEWHERE))).status == 200


def of(address: str) -> dict[str, str]:
    """What the proxy says of who asks."""
    return {"X-Forwarded-For": address}
