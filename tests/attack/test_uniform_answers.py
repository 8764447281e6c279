"""Attack 57: nothing that a sender can see depends on asylum, consent, or whether we know the person."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from node.service.cases.cases import change_case
from node.service.cases.change import Change
from node.service.cases.requests import BlockCountries, SetProtection, SetTie
from node.service.context import Node
from node.service.delivery.incoming import receive
from node.service.threads.book import Book
from tests.attack.forged_posts import alarms, payload_of, rows
from tests.unit.service.rights_support import accepted
from tests.world import DAY_S, HER, World, make_world, no_fault

NAME = {"given_name": "Zoryana"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def change(world: World, code: str, case_id: str, *changes: Change) -> None:
    """Change a case as its people do."""
    for one in changes:
        await change_case(world[code].node, world[code].coordinator, case_id, one)


def asylum_from(country: str, person: str) -> tuple[Change, Change]:
    """She seeks protection from a country."""
    tie = SetTie(person_id=person, country=country, kind="nationality", feared="yes")
    return tie, SetProtection(person_id=person, protection="sought")


def case_of(world: World, code: str, thread: str) -> str:
    row = world[code].node.store.read_sync(lambda reader: reader.threads.find(thread))
    assert row is not None
    return row.case_id


def answers_to(world: World, sender: str) -> list[tuple[int, int]]:
    """(status, reason) of every receipt a sender holds, in the order of its statements."""
    query = "select status, reason from envelope order by epoch, seq"
    found = world[sender].node.store.read_sync(lambda reader: reader.connection.execute(query).fetchall())
    return [tuple(row) for row in found]


async def send_on(world: World, thread: str) -> list[int]:
    """XD discloses; the sizes of all that XA answers."""
    sizes: list[int] = []
    xd = world["XD"]
    await xd.act(thread, "referral.disclose", {"complete": True}, disclose={HER: ["given_name"]})
    await world.settle()
    for _, recipient, envelopes in world.posted:
        if recipient == "XA":
            slots, _ = await receive(world["XA"].node, envelopes)
            sizes += [len(slot) for slot in slots]
    return sizes


def first_person(node: Node, case: str) -> str:
    return node.store.read_sync(lambda reader: Book(node, reader).case(case).case.persons[0].person_id)


async def test_attack_57_what_a_receiver_knows_of_her_changes_no_answer(tmp_path: Path) -> None:
    """Wire 3 row 14: an asylum block, a country she named, or a person nobody knows: receipt `stored`, of one size."""
    seen: dict[str, Any] = {}
    for name in ("nothing", "asylum", "named"):
        world = make_world(tmp_path / name, "XD", "XA")
        thread, _ = await accepted(world, names=NAME)
        case = case_of(world, "XA", thread)
        node = world["XA"].node
        person = first_person(node, case)
        if name == "asylum":
            await change(world, "XA", case, *asylum_from("XD", person))
        if name == "named":
            await change(world, "XA", case, BlockCountries(person_id=person, countries=("XD",)))
        seen[name] = await send_on(world, thread), answers_to(world, "XD"), rows(world, "XA", "letter")
        await world.close()

    assert seen["nothing"] == seen["asylum"] == seen["named"]
    assert set(seen["nothing"][0]) == {4096}


async def stopped(tmp_path: Path, name: str) -> dict[str, Any]:
    """All that XA's node sees of a thread that XD ends for a reason of its own."""
    world = make_world(tmp_path / name, "XD", "XA")
    xd, xa = world["XD"], world["XA"]
    thread, case = await accepted(world, names=NAME)
    world.fault = lambda sender, *_: "lost" if sender == "XD" else None
    await xd.act(thread, "referral.disclose", {"complete": True}, disclose={HER: ["given_name"]})
    await world.settle()  # released, and lost on the way: there is something to give up
    if name == "asylum":
        await change(world, "XD", case, *asylum_from("XA", HER))
    else:
        await xd.stop(thread)  # she is ill, or whatever else people do not say
    world.fault = no_fault
    start = len(world.posted)
    await world.later(3600)
    await world.later(2 * DAY_S)
    await world.sweep()
    await world.settle()
    posts = [(recipient, len(one)) for _, recipient, envelopes in world.posted[start:] for one in envelopes]
    letters = [
        payload_of(world, one, "XA") for _, to, envelopes in world.posted[start:] if to == "XA" for one in envelopes
    ]
    stops = [letter for letter in letters if letter["kind"] == "referral.ended"]
    view = await xa.view(thread)
    result = {
        "posts": posts,
        "kinds": [letter["kind"] for letter in letters],
        "stop": {name: value for stop in stops for name, value in stop.items() if name not in ("letter_id", "thread")},
        "timeline": [(letter.kind, letter.n, letter.effect, letter.at) for letter in view.letters],
        "state": view.state,
        "gaps": xa.node.store.read_sync(lambda reader: reader.channels.gaps()),
        "alarms": alarms(world, "XA"),
    }
    await world.close()
    return result


async def test_attack_57_a_stop_for_asylum_is_a_stop_for_illness(tmp_path: Path) -> None:
    """H01: same letters, sizes, moments, numbers and gaps; nothing at XA tells one cause from the other."""
    asylum, illness = await stopped(tmp_path, "asylum"), await stopped(tmp_path, "illness")

    assert asylum == illness
    assert asylum["state"] == "ended"
    assert asylum["stop"]["body"] is None
    assert asylum["kinds"].count("referral.ended") == 1
    assert msgspec.json.encode(asylum["stop"]).find(b"asylum") < 0
