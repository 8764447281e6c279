"""XA loses its machine: the maintainers take it out, a new node goes on after its record, and it is admitted again."""

import hashlib

from node.crypto.vault import SMALLEST
from node.init_checks import follows_of
from node.service.network.registry import RegistryKeeper
from node.service.upkeep.setup import RECORD_FILE, init_node
from node.store.folder import DataFolder
from registry.ceremony import publish
from registry.names import country_role
from registry.proposal import sign
from registry.record import Record
from registry.removal import remove
from registry.request import make_request
from registry.trust import QUARANTINE_S
from tests.registry_world import MAINTAINERS
from tests.world import DAY_S, Country, Seeded, World, new_node_of, opened_country, unlock_of


class LostNode:
    """XD and XA in a world in which the registry is looked at as a running node does it, with its 72 hours."""

    def __init__(self, world: World) -> None:
        self.world = world
        for country in world.countries.values():
            country.client = world.registry.client(world.tmp / country.code / "registry", quarantine_s=QUARANTINE_S)
        self.keeper = self._keeper("XD")

    @property
    def xd(self) -> Country:
        return self.world["XD"]

    @property
    def xa(self) -> Country:
        return self.world["XA"]

    def _keeper(self, code: str) -> RegistryKeeper:
        return RegistryKeeper(self.world[code].node, self.world[code].client, [])

    async def looks(self) -> None:
        """XD looks at the registry, and what follows from it happens."""
        await self.keeper.refresh()
        await self.world.settle()

    async def restart_xd(self) -> None:
        """XD starts again and has followed nothing yet."""
        await self.world.restart("XD")
        self.keeper = self._keeper("XD")

    async def offers(self, count: int) -> list[str]:
        """So many offers to XA that are sealed and signed, and arrive nowhere: XA is off."""
        self.world.fault = lambda sender, recipient, envelopes: "lost"
        threads = [(await self.xd.offer("XA")).thread for _ in range(count)]
        await self.world.settle()
        return threads

    async def removed(self) -> None:
        """Two maintainers take XA out; XD looks."""
        proposal = remove(self.world.registry.repository, ["XA"], self.world.clock.now())
        for name in MAINTAINERS[:2]:
            proposal = sign(proposal, self.world.registry.maintainers[name])
        publish(self.world.registry.publisher, [proposal])
        await self.looks()

    async def made_anew(self) -> Record:
        """A new node of XA in a new folder, after the record of the lost one; everything of the old one is gone."""
        world, now = self.world, self.world.clock.now()
        await self.xa.close()
        (world.tmp / "XA").rename(world.tmp / "XA-lost")
        new = new_node_of("XA", follows_of((world.tmp / "XA-lost" / RECORD_FILE).read_bytes())[1])
        made = init_node(
            DataFolder(world.tmp / "XA").create(), new, unlock_of("XA"), world.clock, Seeded(f"again {now}"), SMALLEST
        )
        world.office_seeds["XA"], world.registry.records["XA"] = made.office_seed, made.record
        return made.record

    async def admitted_again(self) -> None:
        """The maintainers admit the new node; it starts; XD looks. The post works again."""
        world, now = self.world, self.world.clock.now()
        await self.made_anew()
        registry = world.registry
        version = registry.repository.version_of(country_role("XA")) + 1
        request = make_request((world.tmp / "XA" / RECORD_FILE).read_bytes(), registry.keys["XA"].role, now, version)
        publish(registry.publisher, [registry.proposal([request])])
        client = registry.client(world.tmp / "XA" / "registry")
        world.countries["XA"] = opened_country(world, "XA", client.refresh(now), client)
        world.fault = lambda sender, recipient, envelopes: None
        await self.looks()

    async def days(self, count: int) -> None:
        """Days pass as they do, and XD follows the registry."""
        for _ in range(count):
            self.world.clock.step(DAY_S)
            self.world.registry.clock.step(DAY_S)
            self.world.registry.publisher.refresh()
            self.xa.node.view = self.xa.client.refresh(self.world.clock.now())
            await self.keeper.refresh()
            await self.world.sweep()
            await self.world.settle()

    def sealed_so_far(self) -> set[bytes]:
        """The envelopes that XD has posted or tried to post to XA until now, by their hash."""
        return {hashlib.sha256(one).digest() for who, _, all_ in self.world.posted if who == "XD" for one in all_}

    def known_at_xa(self, thread: str) -> bool:
        """Whether XA's node has heard of this thread."""
        return self.xa.node.store.read_sync(lambda reader: reader.threads.find(thread)) is not None

    def tasks(self, code: str) -> int:
        """How many tasks of this code are open at XD."""
        return sum(task.code == code for task in self.xd.node.store.read_sync(lambda reader: reader.tasks.open()))
