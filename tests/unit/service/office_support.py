"""XA changes its office key while XD writes to it: its people, its record, a thread on which names may go."""

from dataclasses import dataclass

from node.crypto.vault import SMALLEST
from node.service.staff.book import NewUser, SignIn
from node.service.staff.callers import Caller, who
from node.service.staff.people import create_user, first_user
from node.service.staff.sign_in import Staff, sign_in
from node.service.threads.reading import open_identity
from node.service.upkeep.office_change import (
    OfficeChanged,
    change_office,
)
from node.service.upkeep.setup import RECORD_FILE
from registry.ceremony import publish_update
from registry.request import make_request
from tests.unit.service.rights_support import NAMES, letter_of
from tests.unit.test_spine import ACCEPT
from tests.world import HER, World

PASSWORD = "a long invented password"


@dataclass
class Office:
    """The people of XA: two coordinators and a caseworker."""

    world: World
    staff: Staff

    async def signed_in(self, login: str) -> Caller:
        begun = await sign_in(self.staff, SignIn(login=login, password=PASSWORD))
        return await who(self.staff, begun.token)

    async def change(self, why: str = "routine") -> OfficeChanged:
        second = (await self.signed_in("bea")).actor.user_id
        return await change_office(self.staff, await self.signed_in("ana"), second, why)  # type: ignore[arg-type]

    async def read(self, thread: str) -> dict[str, dict[str, str]]:
        """The names of the newest letter of a thread, read by whoever signs in now."""
        letter = await letter_of(self.world, "XA", thread, "referral.disclose")
        ana = await self.signed_in("ana")
        return await open_identity(self.staff.node, ana.actor, letter, "give_service")


async def office_of(world: World) -> Office:
    """XA with its people."""
    opened = world["XA"].opened
    staff = Staff(opened.node, opened.pepper, SMALLEST)
    first_user(staff, NewUser(login="ana", password=PASSWORD, role="coordinator", organisation="haven"),
               world["XA"].office_seed)  # fmt: skip
    made = Office(world, staff)
    for login, role in (("bea", "coordinator"), ("cleo", "caseworker")):
        new = NewUser(login=login, password=PASSWORD, role=role, organisation="haven")  # type: ignore[arg-type]
        await create_user(staff, await made.signed_in("ana"), new)
    return made


def publish(world: World, version: int = 2) -> None:
    """The country signs what lies in its folder, and the publisher takes it; every node reads it."""
    data = (world.tmp / "XA" / RECORD_FILE).read_bytes()
    request = make_request(data, world.registry.keys["XA"].role, world.clock.now(), version=version)
    publish_update(world.registry.publisher, request)
    world.refresh()


async def accepted(world: World) -> str:
    """A thread on which XD may send her name next."""
    one = world["XD"]
    case = await one.new_case()
    await one.write_identity(case, {HER: dict(NAMES)})
    await one.consent(case, "XA")
    thread = (await one.offer("XA", case)).thread
    await world.settle()
    token = one.tokens(thread)[HER]
    needed = [{"person": token, "field": name, "level": "L3"} for name in NAMES]
    await world["XA"].act(
        thread, "referral.accept",
        {**ACCEPT, "organisation": world["XA"].haven, "persons": [token], "data_needed": needed},
    )  # fmt: skip
    await world.settle()
    return thread


async def send_names(world: World, thread: str) -> None:
    await world["XD"].act(thread, "referral.disclose", {"complete": True}, disclose={HER: list(NAMES)})
