"""Real nodes in memory: their own keys, databases and registry views, one clock, a post whose faults a test chooses.

world = make_world(tmp_path, "XD", "XA")
thread = await world["XD"].offer("XA")
await world.settle()
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from node.clock import SteppedClock
from node.crypto.suite import KemKey
from node.crypto.vault import SMALLEST
from node.peer.begun import Begun, Body
from node.peer.worker import Worker
from node.protocol.cases.case import Case, FirstIntake, Person
from node.protocol.consent.record import ConsentRecord, ConsentTo
from node.service.actor import Actor
from node.service.cases.identity import write_identity
from node.service.context import Node
from node.service.delivery.incoming import receive
from node.service.delivery.words import PostFailed
from node.service.threads import acts, opening, reading, withdrawals
from node.service.threads.book import Book
from node.service.threads.commands import Act, ActDone, FieldsOf, OpenReferral, ThreadView, Withdraw
from node.service.upkeep import birthdays, sweeps
from node.service.upkeep.new_record import Follows, NewNode, Office
from node.service.upkeep.setup import RECORD_FILE, Opened, Unlock, init_node, open_node
from node.store.folder import DataFolder
from node.store.work import Work
from registry.ceremony import publish
from registry.client import RegistryClient
from registry.request import make_request, read_request
from registry.trust import View
from tests.copied import copied
from tests.registry_world import RegistryWorld, invented_keys, make_registry

NOW = 1_795_000_000
DAY_S = 86_400
MONTH_DAYS, LONG_STRIDE_DAYS = 30, 5
HER = "p1"
Fault = Callable[[str, str, Sequence[bytes]], str | None]


def no_fault(sender: str, recipient: str, envelopes: Sequence[bytes]) -> str | None:
    """Everything arrives, and every answer too."""
    return None


class Seeded:
    """Random bytes that are the same in every run."""

    def __init__(self, seed: str) -> None:
        self._state = hashlib.sha256(seed.encode())

    def __call__(self, n: int) -> bytes:
        self._state.update(b"next")
        return hashlib.shake_256(self._state.digest()).digest(n)


class MemoryPost:
    """Carries requests between the nodes of a world; `fault` may say `lost` (before) or `answer lost` (after)."""

    def __init__(self, world: "World", sender: str) -> None:
        self._world, self._sender = world, sender

    async def post(self, endpoint: str, size: int, envelopes: Sequence[bytes]) -> list[bytes]:
        recipient = endpoint.rpartition("/")[2]
        fault = self._world.fault(self._sender, recipient, envelopes)
        self._world.posted.append((self._sender, recipient, list(envelopes)))
        if fault == "lost":
            raise PostFailed("transport", "lost on the way")
        slots, _ = await receive(self._world[recipient].node, list(envelopes))
        if fault == "answer lost":
            raise PostFailed("transport", "answer lost on the way")
        return slots

    def begin(self, endpoint: str, size: int, count: int) -> Begun:
        body = Body(size * count)

        async def answered() -> list[bytes]:
            data = await body.bytes
            return await self.post(endpoint, size, [data[at : at + size] for at in range(0, len(data), size)])

        return Begun((endpoint, size, count), body, asyncio.create_task(answered()))

    async def prekeys(self, url: str) -> bytes:
        return self._world[url.removesuffix("/trm/v1/prekeys").rpartition("/")[2]].node.prekey_bundle

    async def close(self) -> None:
        return None


@dataclass
class Country:
    """One node of a world, with its people and a way to act for them."""

    world: "World"
    code: str
    opened: Opened
    office_seed: bytes
    client: RegistryClient
    worker: Worker | None = None
    office: KemKey = field(init=False)
    coordinator: Actor = field(init=False)
    caseworker: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.office = KemKey(self.office_seed)
        self.coordinator = Actor("coordinator-1", "coordinator", "focal-point", self.office)
        self.caseworker = Actor("caseworker-1", "caseworker", "focal-point", self.office)

    @property
    def node(self) -> Node:
        return self.opened.node

    async def new_case(self, *, persons: tuple[Person, ...] = (), **facts: Any) -> str:
        """A case of one adult (or of `persons`) after the first intake; returns its id."""
        node = self.node
        case_id = node.random(16).hex()
        chosen = persons or (Person(person_id=HER, role="person", age_band="25-34", gender="woman", languages=("uk",)),)
        given: dict[str, Any] = {
            "first_intake": FirstIntake(answered_at=node.now(), answered_by="caseworker-1"),
            **facts,
        }
        case = Case(case_id=case_id, trafficking_status="possible", persons=chosen, **given)
        await node.store.write(lambda work: Book(node, work).new_case(case, self.caseworker.user_id, node.now()))
        return case_id

    async def write_identity(self, case_id: str, fields: dict[str, dict[str, str | None]]) -> None:
        """Fill in the identity part."""
        node = self.node
        await node.store.write(
            lambda work: write_identity(node, work, Book(node, work).case(case_id), fields, node.now())
        )

    @property
    def haven(self) -> dict[str, str]:
        """The organisation that takes people over here, as an acceptance names it; `consent` names it too."""
        return {"id": f"haven-{self.code.lower()}", "type": "civil_society"}

    async def consent(self, case_id: str, peer: str, *, person: str = HER, **facts: Any) -> str:
        """Record a consent towards a peer's office; returns its id."""
        node = self.node
        holder = self.world[peer].office.office_kid.hex()
        to = ConsentTo(
            country=peer, organisation_type="civil_society", organisation=self.world[peer].haven["id"], holder=holder
        )
        given: dict[str, Any] = {
            "consent_id": node.random(16).hex(), "person_id": person, "basis": "consent", "given_by": "self",
            "capacity": "adult", "recipients": (to,), "purposes": ("enquiry", "referral"), "levels": ("L1", "L2", "L3"),
            "categories": ("needs", "plan", "health", "identity", "contact", "arrangements"), "valid_from": node.now(),
            "valid_until": node.now() + 90 * DAY_S, "language": "uk", "interpreter": "independent",
            "info_sheet_version": "1", "method": "written", "understood_check": True, "alternatives_explained": True,
            "no_pressure_declared": True, "present": ("caseworker", "interpreter"), "spoken_to_alone": True,
            "recorded_by": "caseworker-1",
        }  # fmt: skip
        record = ConsentRecord(**{**given, **facts})

        def put(work: Work) -> None:
            book = Book(node, work)
            book.put_consent(book.case(case_id), record, node.now())

        await node.store.write(put)
        return record.consent_id

    async def offer(self, peer: str, case_id: str | None = None, **facts: Any) -> ActDone:
        """Offer a person, with a case and a consent made for it unless a case is named."""
        if case_id is None:
            case_id = await self.new_case()
            await self.consent(case_id, peer)
        command = OpenReferral(**{"peer": peer, "needs": ("shelter", "health"), **facts})
        return await opening.open_referral(self.node, self.caseworker, case_id, command)

    async def act(self, thread: str, kind: str, body: dict[str, Any] | None = None, **facts: Any) -> ActDone:
        """One act on a thread."""
        disclose = tuple(
            FieldsOf(person_id=who, fields=tuple(names)) for who, names in facts.pop("disclose", {}).items()
        )
        command = Act(kind=kind, body=msgspec.Raw(msgspec.json.encode(body)), disclose=disclose, **facts)
        return await acts.act(self.node, self.coordinator, thread, command)

    async def stop(self, thread: str) -> ActDone:
        """End a thread."""
        return await acts.stop_thread(self.node, self.coordinator, thread)

    async def withdraw(self, case_id: str, consent_id: str) -> int:
        """She takes her consent back."""
        return await withdrawals.withdraw_consent(self.node, self.coordinator, case_id, consent_id, Withdraw())

    async def view(self, thread: str) -> ThreadView:
        """The thread as its people see it."""
        return await reading.view_thread(self.node, self.coordinator, thread)

    def tokens(self, thread: str) -> dict[str, str]:
        """Person id -> consent token (opener), or token -> token (responder) of a thread."""
        node = self.node

        def find(reader: Any) -> dict[str, str]:
            row = reader.threads.find(thread)
            file = Book(node, reader).open_file(row).file
            return {person: token for token, person in file.persons.items()} or {e.token: e.token for e in file.entries}

        return node.store.read_sync(find)

    async def deliver(self, peer: str, post: "MemoryPost | None" = None) -> bool:
        """One turn of the worker towards `peer`, by this post or an honest one; True when something was posted."""
        worker = Worker(self.node, peer)
        worker.client = post or MemoryPost(self.world, self.code)  # type: ignore[assignment]
        return await worker.turn()

    def letters_to(self, peer: str) -> dict[str, int]:
        """How many letters to `peer` there are in each state, received ones too."""
        query = "select state, count(*) from outbox where peer=? group by state"
        return dict(self.node.store.read_sync(lambda reader: reader.connection.execute(query, (peer,)).fetchall()))

    async def close(self) -> None:
        self.opened.close()


@dataclass
class World:
    """Several countries and what lies between them."""

    tmp: Path
    clock: SteppedClock
    registry: RegistryWorld
    office_seeds: dict[str, bytes]
    countries: dict[str, Country] = field(default_factory=dict)
    fault: Fault = no_fault
    posted: list[tuple[str, str, list[bytes]]] = field(default_factory=list)
    opened: int = 0

    def __getitem__(self, code: str) -> Country:
        return self.countries[code]

    async def settle(self, rounds: int = 200) -> None:
        """Deliver until nothing moves any more; fails when it never ends."""
        for _ in range(rounds):
            moved = False
            for sender in list(self.countries.values()):
                for peer in sender.node.store.read_sync(lambda reader: reader.outbox.busy_peers()):
                    moved |= peer in self.countries and await sender.deliver(peer)
            if not moved:
                return
        raise AssertionError("the post never came to rest")

    async def later(self, seconds: int) -> None:
        """Let time pass and deliver what is due then."""
        self.clock.step(seconds)
        await self.settle()

    async def days(self, count: int) -> None:
        """Let days pass: the registry is renewed, every sweep runs, and what is due is delivered.

        That is done every day, and in a month or more every fifth day: nodes are as late as that with what falls due.
        """
        stride = 1 if count < MONTH_DAYS else LONG_STRIDE_DAYS
        for passed in range(0, count, stride):
            step_s = min(stride, count - passed) * DAY_S
            self.clock.step(step_s)
            self.registry.clock.step(step_s)
            self.registry.publisher.refresh()
            self.refresh()
            await self.sweep()
            await self.settle()

    def passes(self, seconds: int) -> None:
        """Time passes and nothing happens, but that every node reads the registry again."""
        self.clock.step(seconds)
        self.registry.clock.step(seconds)
        self.registry.publisher.refresh()
        self.refresh()

    async def sweep(self) -> None:
        """Every periodic job of every node, once."""
        for country in self.countries.values():
            for job in (sweeps.reseal, sweeps.overdue, sweeps.gaps, sweeps.heads):
                await job(country.node)
            await birthdays.coming_of_age(country.node)
            await sweeps.keys(country.opened)

    def refresh(self) -> None:
        """Every node takes the registry as it is now."""
        for country in self.countries.values():
            country.node.view = country.client.refresh(self.clock.now())

    async def restart(self, code: str) -> Country:
        """Close a node and open it again from its folder, as a new process would."""
        old = self.countries[code]
        await old.close()
        self.countries[code] = opened_country(self, code, old.node.view, old.client)
        return self.countries[code]

    @property
    def beginning(self) -> "Beginning":
        """What a copy of the folder is opened again with."""
        return Beginning(self.registry, self.office_seeds)

    async def close(self) -> None:
        for country in self.countries.values():
            await country.close()


@dataclass(frozen=True)
class Beginning:
    """Several countries that have just joined a registry, and have read it once."""

    registry: RegistryWorld
    office_seeds: dict[str, bytes]
    clients: dict[tuple[str, int], RegistryClient] = field(default_factory=dict)  # by country and time: after `load`

    def client(self, code: str, now: int, registry: RegistryWorld, state: Path) -> RegistryClient:
        """A node's client that has loaded its copy of the registry, which is verified once in this process."""
        if (code, now) in self.clients:
            return registry.client_like(self.clients[code, now], state)
        client = registry.client(state)
        client.load(now)
        self.clients[code, now] = registry.client_like(client, state)
        return client


def make_world(tmp: Path, *codes: str) -> World:
    """A registry and a node for each code, ready to write to each other; every key is made anew but reproducible."""
    beginning = copied(("world", codes), lambda folder: _begin(folder, codes), tmp)
    return opened_again(tmp, beginning, NOW, opened=len(codes))


def opened_again(tmp: Path, beginning: Beginning, now: int, opened: int = 0) -> World:
    """The world whose folder this is a copy of, at this time, after its nodes were opened so often."""
    registry = beginning.registry.moved_to(tmp / "registry")
    world = World(tmp, SteppedClock(now), registry, {**beginning.office_seeds}, opened=opened)
    for code in beginning.office_seeds:
        client = beginning.client(code, now, registry, tmp / code / "registry")
        assert client.view is not None
        world.countries[code] = opened_country(world, code, client.view, client)
    return world


def _begin(tmp: Path, codes: tuple[str, ...]) -> Beginning:
    clock = SteppedClock(NOW)
    registry = make_registry((), NOW, tmp / "registry")
    seeds, requests = {}, []
    for code in codes:
        folder = DataFolder(tmp / code).create()
        made = init_node(folder, new_node_of(code), unlock_of(code), clock, Seeded(f"init {code}"), SMALLEST)
        seeds[code] = made.office_seed
        registry.keys[code] = invented_keys(code)
        registry.records[code] = made.record
        requests.append(make_request((tmp / code / RECORD_FILE).read_bytes(), registry.keys[code].role, NOW))
    publish(registry.publisher, [registry.proposal(requests)])
    assert {read_request(request).code for request in requests} == set(codes)
    for code in codes:
        registry.client(tmp / code / "registry").refresh(NOW)
    beginning = Beginning(registry, seeds)
    for country in opened_again(tmp, beginning, NOW).countries.values():
        country.opened.close()  # what a node makes when it first starts, its first signed prekeys, is in the folder now
    return beginning


def opened_country(world: World, code: str, view: View, client: RegistryClient) -> Country:
    """The node in this country's folder, opened."""
    folder = DataFolder(world.tmp / code)
    world.opened += 1  # a node never draws the same random bytes twice, however often it is opened
    opened = open_node(folder, code, unlock_of(code), view, world.clock, Seeded(f"run {code} {world.opened}"))
    return Country(world, code, opened, world.office_seeds[code], client)


def new_node_of(code: str, follows: Follows | None = None) -> NewNode:
    """What a country says of itself when its node is made."""
    return NewNode(
        country=code, url=f"http://127.0.0.1:1/{code}", authority=f"Office for Victims of Trafficking, {code}",
        contact="desk@office.example", out_of_hours="switchboard of the authority",
        office=Office(holder=f"Haven {code}"), follows=follows,
    )  # fmt: skip


def unlock_of(code: str) -> Unlock:
    """Its key file."""
    return Unlock(key_file=hashlib.sha256(f"key of {code}".encode()).digest())


Step = Callable[[World], Awaitable[None]]
