"""A disclosed referral between two or three invented countries, as a ground for the use of rights."""

from collections.abc import Mapping
from typing import Any

from tests.unit.test_spine import ACCEPT
from tests.world import HER, World

NAMES = {"given_name": "Zoryna", "safe_contact": "signal: invented"}


async def accepted(
    world: World,
    sender: str = "XD",
    recipient: str = "XA",
    case: str | None = None,
    names: Mapping[str, str] = NAMES,
) -> tuple[str, str]:
    """A referral whose receiver has accepted and asks for `names`; the thread and the sender's case.

    A case that is given holds her names already; else it is made, and they are written into it.
    """
    one, two = world[sender], world[recipient]
    if case is None:
        case = await one.new_case()
        await one.write_identity(case, {HER: dict(names)})
    await one.consent(case, recipient)
    thread = (await one.offer(recipient, case)).thread
    await world.settle()
    token = one.tokens(thread)[HER]
    needed = [{"person": token, "field": name, "level": "L3"} for name in names]
    body = {**ACCEPT, "organisation": two.haven, "persons": [token], "data_needed": needed}
    await two.act(thread, "referral.accept", body)
    await world.settle()
    return thread, case


async def disclosed(
    world: World,
    sender: str = "XD",
    recipient: str = "XA",
    case: str | None = None,
    names: Mapping[str, str] = NAMES,
) -> tuple[str, str]:
    """The same, and the receiver has her names."""
    thread, case = await accepted(world, sender, recipient, case, names)
    await world[sender].act(thread, "referral.disclose", {"complete": True}, disclose={HER: list(names)})
    await world.settle()
    return thread, case


async def letter_of(world: World, code: str, thread: str, kind: str, direction: str = "in") -> str:
    """The newest letter of a kind on a thread."""
    view = await world[code].view(thread)
    return [one.letter_id for one in view.letters if (one.kind, one.direction) == (kind, direction)][-1]


def tasks(world: World, code: str) -> list[str]:
    """The codes of the open tasks of a country."""
    return world[code].node.store.read_sync(lambda reader: [task.code for task in reader.tasks.open()])


def deadlines(world: World, code: str, thread: str) -> dict[str, str]:
    """Deadline code -> state, on one thread of a country."""

    def find(reader: Any) -> dict[str, str]:
        row = reader.threads.find(thread)
        return {one.code: one.state for one in reader.deadlines.of_thread(row.peer, thread)}

    return world[code].node.store.read_sync(find)
