"""The demo's scenarios on real nodes in memory: the same code, over HTTP on loopback, with time and post in our hands.

`MemoryNetwork` stands where `node.demo.network.Network` stands; every question is asked after the post came to rest.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from node.api.app import api_application
from node.crypto.vault import SMALLEST
from node.demo.client import ApiClient
from node.service.staff.book import NewUser
from node.service.staff.people import first_user
from node.service.staff.sign_in import SignInLimits, Staff
from node.service.upkeep.renew_calendar import own_record, renew_calendar
from node.service.upkeep.setup import RECORD_FILE
from registry.ceremony import publish, publish_update, renew_root
from registry.names import country_role
from registry.proposal import sign
from registry.request import make_request
from tests.copied import copied
from tests.registry_world import MAINTAINERS
from tests.world import DAY_S, Beginning, World, make_world, opened_again

A_MONTH_S, HALF_A_YEAR_S = 30 * DAY_S, 182 * DAY_S
PASSWORD = "a long invented password"
Play = Callable[["MemoryNetwork", AsyncExitStack], Awaitable[Any]]  # what it gives must be plain facts, of no network


@dataclass(frozen=True)
class Stage:
    """Where a play stood when its network was closed: what no folder holds."""

    beginning: Beginning
    now: int
    opened: int
    facts: Any


class MemoryApi(ApiClient):
    """The demo's client; before each question everything that is due has happened."""

    def __init__(self, network: "MemoryNetwork", url: str, login: str) -> None:
        super().__init__(url, login, PASSWORD)
        self._network = network

    async def _call(self, method: str, path: str, body: Any, *, as_bytes: bool = False) -> Any:
        await self._network.rest()
        return await super()._call(method, path, body, as_bytes=as_bytes)


class MemoryNetwork:
    """Some countries with a coordinator and a caseworker each."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = world.clock
        self.urls: dict[str, str] = {}
        self._moved = False
        self._met_at = self._signed_at = self.clock.now()

    async def verified(self, evidence: bytes) -> tuple[int, int]:
        """Nothing is counted: these nodes keep no archive of the registry that evidence could be judged by."""
        return 0, 0

    def move_clock(self, seconds: int) -> None:
        """Time passes; what is due then happens before the next question."""
        self.world.clock.step(seconds)
        self.world.registry.clock.step(seconds)
        self._moved = True

    async def pass_time(self, seconds: int, slack_s: int = 0) -> None:
        """As in the demo, with nobody beside."""
        self.move_clock(seconds)

    def client(self, code: str, login: str) -> ApiClient:
        """A person of a country at its API."""
        return MemoryApi(self, self.urls[code], login)

    async def rest(self) -> None:
        """Deliver what is due; after time has passed, renew the registry and run every sweep first."""
        if self._moved:
            self._moved = False
            if self.clock.now() - self._met_at >= A_MONTH_S:
                self._met_at = self.clock.now()
                publish(self.world.registry.publisher, [self.world.registry.proposal([])])
            if self.clock.now() - self._signed_at >= HALF_A_YEAR_S:
                self._signed_at = self.clock.now()
                self._sign_again()
            self.world.registry.publisher.refresh()
            self.world.refresh()
            await self.world.sweep()
        await self.world.settle()

    def _sign_again(self) -> None:
        """The root by its maintainers, each record by its country: what people do by hand before a year is over."""
        registry = self.world.registry
        proposal = renew_root(registry.repository, self.clock.now())
        for name in MAINTAINERS[:2]:
            proposal = sign(proposal, registry.maintainers[name])
        publish(registry.publisher, [proposal])
        for code, country in self.world.countries.items():
            renew_calendar(country.opened, own_record(country.opened).record.calendar)  # the same one: its next record
            data = (self.world.tmp / code / RECORD_FILE).read_bytes()
            version = registry.repository.version_of(country_role(code)) + 1
            again = make_request(data, registry.keys[code].role, self.clock.now(), version=version)
            publish_update(registry.publisher, again)

    async def serve(self, code: str, stack: AsyncExitStack) -> Staff:
        """One country's API."""
        opened = self.world[code].opened
        staff = Staff(opened.node, opened.pepper, SMALLEST, SignInLimits(600, 28_800))
        app = web.Application()
        app.add_subapp("/api/v1", api_application(staff))
        server = TestServer(app)
        await server.start_server()
        stack.push_async_callback(server.close)
        self.urls[code] = str(server.make_url("")).rstrip("/")
        return staff

    async def employ(self, code: str, staff: Staff) -> None:
        """Its people."""
        first = NewUser(
            login="coordinator", password=PASSWORD, role="coordinator", organisation="haven", name="Invented"
        )
        first_user(staff, first, self.world[code].office_seed)
        async with ApiClient(self.urls[code], "coordinator", PASSWORD) as coordinator:
            body = {"login": "caseworker", "password": PASSWORD, "role": "caseworker", "organisation": "focal-point"}
            await coordinator.post("users", body)


@asynccontextmanager
async def in_memory(tmp: Path, *codes: str) -> AsyncIterator[MemoryNetwork]:
    """A world of these countries behind their public APIs."""
    world = make_world(tmp, *codes)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(world.close)
        network = MemoryNetwork(world)
        for code in codes:
            await network.employ(code, await network.serve(code, stack))
        yield network


@asynccontextmanager
async def in_memory_after(play: Play, tmp: Path, *codes: str) -> AsyncIterator[tuple[MemoryNetwork, Any]]:
    """The same after `play`, and what it gave: played once in a process, and copied for whoever asks."""

    def make(folder: Path) -> Stage:
        return asyncio.run(_stage(play, folder, *codes))

    stage = await asyncio.to_thread(copied, (play, codes), make, tmp)
    async with AsyncExitStack() as stack:
        world = opened_again(tmp, stage.beginning, stage.now, stage.opened)
        stack.push_async_callback(world.close)
        network = MemoryNetwork(world)
        for code in codes:
            await network.serve(code, stack)
        yield network, stage.facts


async def _stage(play: Play, folder: Path, *codes: str) -> Stage:
    async with in_memory(folder, *codes) as network, AsyncExitStack() as stack:
        facts = await play(network, stack)
        await network.rest()
        world = network.world
        return Stage(world.beginning, network.clock.now(), world.opened, facts)
