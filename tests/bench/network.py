"""A registry of 250 invented countries and two real nodes with accepted referrals between them, in one folder.

Made in memory by the services themselves and then closed, so that real processes can open what was made.
"""

import asyncio
import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from node.clock import SteppedClock
from node.crypto.vault import SMALLEST
from node.service.network.prekeys import load_bundles
from node.service.staff.book import NewUser, Role, SignIn
from node.service.staff.callers import who
from node.service.staff.conduct import accepted
from node.service.staff.people import create_user, first_user
from node.service.staff.sign_in import SignInLimits, Staff, sign_in
from node.service.upkeep.new_record import NewNode, Office
from node.service.upkeep.setup import RECORD_FILE, Unlock, init_node, open_node
from node.store.folder import DataFolder
from node.store.work import Work
from registry.ceremony import publish
from registry.request import make_request
from tests.bench.processes import free_port
from tests.registry_world import RegistryWorld, invented_keys, make_registry
from tests.world import HER, Country, MemoryPost, World

SENDER, RECEIVER = "XD", "XA"
COUNTRIES = 250
AT_ONCE = 32
PEOPLE_PASSWORD = "a long invented password"
ACCEPT = {
    "organisation": {"id": "haven-xa", "type": "civil_society"}, "contact_role": "duty-desk",
    "services": ["safe-place"], "needs": ["shelter", "health"], "partial": False, "start_not_before": "2026-11-25",
    "conditions": [], "retention_days": 365, "meeting_modes": ["met_on_arrival"], "data_needed": [],
}  # fmt: skip
# Pairs of these letters that are the code of a real country; everything else below is nobody's.
_REAL = (
    "DE DJ DK DM DO DZ EC EE EG EH ER ES ET JE JM JO JP OM QA RE RO RS RU RW UA UG UM US UY UZ"
    " VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was made: the configuration of each node by country, and the ids of the accepted threads."""

    configs: dict[str, Path]
    threads: list[str]


def invented_codes() -> list[str]:
    """250 codes that no country has, the two nodes' among them."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    codes = (a + b for a in "XQZWYVUJORED" for b in letters if a + b not in _REAL)
    return list(islice(codes, COUNTRIES))


def make_folder(folder: Path) -> RegistryWorld:
    """The registry with 248 countries that have only a record, before its mirror is started on it."""
    fillers = [code for code in invented_codes() if code not in (SENDER, RECEIVER)]
    return make_registry(fillers, int(time.time()), folder / "registry")


async def prepare(folder: Path, registry: RegistryWorld, mirror_url: str, threads: int, people: int = 0) -> Prepared:
    """Make and admit both nodes, let one offer and the other accept, give the receiver its people, close both."""
    world = World(folder, SteppedClock(int(time.time())), registry, {})
    ports = {code: free_port() for code in (SENDER, RECEIVER)}
    seeds = {code: _init(world, code, ports[code]) for code in ports}
    publish(registry.publisher, [registry.proposal([_request(world, code) for code in ports])])
    for code, seed in seeds.items():
        world.countries[code] = _open(world, code, seed)
    ids: list[str] = []
    for at in range(0, threads, AT_ONCE):
        made = await asyncio.gather(*(_offer(world[SENDER]) for _ in range(at, min(at + AT_ONCE, threads))))
        await world.settle()
        await asyncio.gather(*(_accept(world, thread) for thread in made))
        await world.settle()
        ids += made
    if people:
        await _employ(world[RECEIVER], people)
    await world.close()
    (folder / "root.json").write_bytes(registry.root_bytes)
    return Prepared({code: _config(folder, code, ports[code], mirror_url) for code in ports}, ids)


class Addressed(MemoryPost):
    """Hands letters to the only other node, whatever its address says."""

    def __init__(self, world: World, sender: str, recipient: str) -> None:
        super().__init__(world, sender)
        self._recipient = recipient

    async def post(self, endpoint: str, size: int, envelopes: Sequence[bytes]) -> list[bytes]:
        return await super().post(f"/{self._recipient}", size, envelopes)

    async def prekeys(self, url: str) -> bytes:
        return await super().prekeys(f"/{self._recipient}")


class Neighbour(Country):
    """A country whose letters go to the other one in memory, although its record has the address of a real process."""

    async def deliver(self, peer: str, post: MemoryPost | None = None) -> bool:
        return await super().deliver(peer, post or Addressed(self.world, self.code, peer))


async def _offer(sender: Country) -> str:
    return (await sender.offer(RECEIVER)).thread


async def _accept(world: World, thread: str) -> None:
    token = world[SENDER].tokens(thread)[HER]
    await world[RECEIVER].act(thread, "referral.accept", {**ACCEPT, "persons": [token]})


def login_of(at: int) -> str:
    """The login of one of the receiver's people; the first of them is a coordinator, the others caseworkers."""
    return f"person-{at}"


async def _employ(country: Country, people: int) -> None:
    staff = Staff(country.node, country.opened.pepper, SMALLEST, SignInLimits(3600, 36_000))
    ids = [first_user(staff, _employee(0, "coordinator"), country.office_seed)]
    signed = await sign_in(staff, SignIn(login=login_of(0), password=PEOPLE_PASSWORD))
    by = await who(staff, signed.token)
    ids += [(await create_user(staff, by, _employee(at, "caseworker"))).user for at in range(1, people)]

    def all_accept(work: Work) -> None:
        for user in ids:
            accepted(staff, work, user)

    await country.node.store.write(all_accept)


def _employee(at: int, role: Role) -> NewUser:
    return NewUser(login=login_of(at), password=PEOPLE_PASSWORD, role=role, organisation="haven")


def _init(world: World, code: str, port: int) -> bytes:
    new = NewNode(
        country=code, url=f"http://127.0.0.1:{port}", authority=f"Office for Victims of Trafficking, {code}",
        contact="desk@office.example", office=Office(holder=f"Haven {code}"),
    )  # fmt: skip
    made = init_node(DataFolder(world.tmp / code).create(), new, _unlock(code), world.clock, os.urandom, SMALLEST)
    world.registry.keys[code], world.registry.records[code] = invented_keys(code), made.record
    return made.office_seed


def _request(world: World, code: str) -> bytes:
    data = (world.tmp / code / RECORD_FILE).read_bytes()
    return make_request(data, world.registry.keys[code].role, world.clock.now())


def _open(world: World, code: str, office_seed: bytes) -> Country:
    client = world.registry.client(world.tmp / code / "registry")
    view = client.refresh(world.clock.now())
    opened = open_node(DataFolder(world.tmp / code), code, _unlock(code), view, world.clock, os.urandom)
    load_bundles(opened.node)
    return Neighbour(world, code, opened, office_seed, client)


def _unlock(code: str) -> Unlock:
    return Unlock(key_file=hashlib.sha256(f"key of {code}".encode()).digest())


def _config(folder: Path, code: str, port: int, mirror_url: str) -> Path:
    key = folder / f"{code}.key"
    key.touch(mode=0o600)
    key.write_bytes(_unlock(code).key_file or b"")
    path = folder / f"{code}.toml"
    path.write_text(
        f'node = {{ country = "{code}", data_dir = "{code}" }}\n'
        f"listen = {{ port = {port}, metrics_port = 0 }}\n"
        f'registry = {{ mirrors = ["{mirror_url}"], root_file = "root.json", first_contact_wait_s = 0 }}\n'
        f'keys = {{ key_file = "{code}.key" }}\n'
        # one address brings all the load of 250 countries, and of all people, here
        "limits = { requests_per_minute = 60000, api_requests_per_minute = 60000 }\n"
        'log = { level = "error" }\n'
    )
    return path
