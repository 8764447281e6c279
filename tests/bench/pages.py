"""The desk of one country in this process: people signed in, and how long a page takes until its last byte has come.

Pages are asked over HTTP of the real application, packed as a browser gets them; asking and parsing in the client is
within the time.
"""

import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from node.crypto.vault import SMALLEST
from node.service.staff.book import NewUser, SignIn
from node.service.staff.callers import who
from node.service.staff.conduct import accepted
from node.service.staff.people import create_user, first_user
from node.service.staff.sign_in import SignInLimits, Staff, sign_in
from node.web.app import desk_application
from node.web.guard import COOKIE
from tests.world import Country

PASSWORD = "a long invented password"
LIMITS = SignInLimits(3600, 36_000)


@dataclass
class Pages:
    """A client of one desk, and the tokens of those who are signed in, by login."""

    client: TestClient[Any, Any]
    staff: Staff
    tokens: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)

    async def asked(self, login: str, path: str) -> tuple[float, int]:
        """Seconds for one page, and its bytes on the wire."""
        headers = {
            "Cookie": f"{COOKIE}={self.tokens[login]}", "Sec-Fetch-Site": "same-origin", "Accept-Encoding": "gzip",
        }  # fmt: skip
        began = time.perf_counter()
        async with self.client.get(path, headers=headers, allow_redirects=False) as answer:
            await answer.read()
            took = time.perf_counter() - began
            assert answer.status == 200, (path.split("/")[2:3], answer.status)
            return took, int(answer.headers["Content-Length"])

    async def enter(self, login: str) -> None:
        """Sign somebody in who has read the code of conduct."""
        signed = await sign_in(self.staff, SignIn(login=login, password=PASSWORD))
        self.tokens[login], self.users[login] = signed.token, signed.user
        await self.staff.node.store.write(lambda work: accepted(self.staff, work, signed.user))

    async def add(self, login: str, role: str, by: str) -> None:
        """A colleague, signed in."""
        new = NewUser(login=login, password=PASSWORD, role=role, organisation="haven")  # type: ignore[arg-type]
        await create_user(self.staff, await who(self.staff, self.tokens[by]), new)
        await self.enter(login)


@asynccontextmanager
async def pages_of(country: Country) -> AsyncIterator[Pages]:
    """Its desk with ana, a coordinator, and bea, a caseworker."""
    staff = Staff(country.node, country.opened.pepper, SMALLEST, LIMITS)
    first_user(
        staff, NewUser(login="ana", password=PASSWORD, role="coordinator", organisation="haven"), country.office_seed
    )
    app = web.Application()
    app.add_subapp("/desk", desk_application(staff))
    client = TestClient(TestServer(app))
    await client.start_server()
    try:
        pages = Pages(client, staff)
        await pages.enter("ana")
        await pages.add("bea", "caseworker", "ana")
        yield pages
    finally:
        await client.close()


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median and p99 in ms."""
    return {
        "p50_ms": ms(statistics.median(seconds)),
        "p99_ms": ms(sorted(seconds)[min(int(len(seconds) * 0.99), len(seconds) - 1)]),
    }


def ms(seconds: float) -> float:
    """Seconds as milliseconds, to a tenth."""
    return round(seconds * 1000, 1)
