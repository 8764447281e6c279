"""Attack 59: a node that comes back from last night's backup is no forger, loses nothing, does nothing twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.errors import BadInput
from node.service.actor import Actor
from node.service.upkeep.oversight import verify_audit
from node.service.upkeep.restore import put_back
from node.store.folder import DataFolder
from tests.unit.test_spine import ACCEPT
from tests.world import DAY_S, HER, World, make_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


def backup(world: World, code: str) -> Path:
    path = world.tmp / f"{code} {world.clock.now()}.backup"
    world[code].node.store.backup(path)
    return path


async def restore(world: World, code: str, copy: Path) -> None:
    await world[code].close()
    put_back(DataFolder(world.tmp / code), copy)
    await world.restart(code)


def alarms(world: World, code: str) -> list[str]:
    rows = world[code].node.store.read_sync(lambda reader: reader.audit.lines(limit=10_000))
    return [row.act for row in rows if row.outcome == "alarm"]


def gaps(world: World, code: str) -> list[tuple[str, int, int, int, int | None]]:
    return world[code].node.store.read_sync(lambda reader: reader.channels.gaps())


async def kinds(world: World, code: str, thread: str) -> list[tuple[str | None, str]]:
    return [(letter.kind, letter.effect) for letter in (await world[code].view(thread)).letters]


async def test_attack_59_a_restored_receiver_gets_again_what_it_lost_and_nothing_twice(world: World) -> None:
    """Wire 7, channel.hello: the peer releases again what it sent after the backup."""
    xd = world["XD"]
    early = (await xd.offer("XA")).thread
    await world.settle()
    ask = {"questions": [{"question": "room", "why": "choose_service"}]}
    await world["XA"].act(early, "referral.info_request", ask)
    await world.settle()
    copy = backup(world, "XA")
    late = (await xd.offer("XA")).thread
    tell = {"answers": [{"question": "room", "answer": ["single"], "declined": False}]}
    await xd.act(early, "referral.info", tell)
    await world.settle()
    epoch = world["XA"].node.epoch
    await world.days(1)

    await restore(world, "XA", copy)
    await world.days(3)

    assert world["XA"].node.epoch != epoch
    assert (await verify_audit(world["XA"].node, Actor("auditor-1", "auditor"))).ok
    for thread in (early, late):
        assert await kinds(world, "XA", thread) == await kinds(world, "XD", thread)
        assert (await world["XA"].view(thread)).state == (await world["XD"].view(thread)).state
    assert alarms(world, "XA") == alarms(world, "XD") == []
    assert gaps(world, "XA") == gaps(world, "XD") == []


async def test_attack_59_a_restored_sender_is_heard_at_once_and_its_delivered_letters_stay_single(world: World) -> None:
    """Wire 1: a new channel epoch; what the backup still shows as on its way gets the receipt it had before."""
    xd = world["XD"]
    world.fault = lambda sender, recipient, envelopes: "answer lost" if sender == "XD" else None
    thread = (await xd.offer("XA")).thread
    await world.settle()
    copy = backup(world, "XD")
    world.fault = lambda *_: None
    await world.later(DAY_S)

    await restore(world, "XD", copy)
    second = (await world["XD"].offer("XA")).thread
    await world.days(2)

    assert [letter.received_at is not None for letter in (await world["XD"].view(thread)).letters] == [True]
    assert len((await world["XA"].view(thread)).letters) == 1
    assert (await world["XA"].view(second)).state == "offered"
    assert alarms(world, "XA") == alarms(world, "XD") == []
    assert gaps(world, "XA") == gaps(world, "XD") == []


async def test_attack_59_the_thread_goes_on_after_the_restore(world: World) -> None:
    """Nothing lost: both sides go on from the state they share, with fresh prekeys that are no conflict."""
    xd = world["XD"]
    thread = (await xd.offer("XA")).thread
    await world.settle()
    copy = backup(world, "XA")
    await world.days(8)  # a week's prekey was made after the backup

    await restore(world, "XA", copy)
    await world.days(1)
    token = world["XD"].tokens(thread)[HER]
    await world["XA"].act(thread, "referral.accept", {**ACCEPT, "persons": [token], "data_needed": []})
    await world["XD"].offer("XA")
    await world.days(1)

    assert (await world["XD"].view(thread)).state == (await world["XA"].view(thread)).state == "accepted"
    assert alarms(world, "XA") == alarms(world, "XD") == []
    tasks = world["XD"].node.store.read_sync(lambda r: {row.code for row in r.tasks.open()})
    assert "prekey_conflict" not in tasks


async def test_attack_59_a_crash_in_the_restore_leaves_the_old_node_or_none(world: World) -> None:
    """What is no backup is refused before anything is touched."""
    copy = world.tmp / "not a backup"
    copy.write_bytes(b"something else" * 1000)
    await world["XA"].close()

    for refused in (copy, world.tmp / "nothing"):
        with pytest.raises(BadInput):
            put_back(DataFolder(world.tmp / "XA"), refused)
    again = await world.restart("XA")

    assert again.node.epoch
