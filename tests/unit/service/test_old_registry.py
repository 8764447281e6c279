"""Writing on an old registry: two people, one country, this registry only. Registry 4.6; R39.

The adversary keeps the registry away, so that nobody learns who was suspended since.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.errors import Conflict, NotAllowed, NotFound
from node.service.network.old_registry import (
    SendOnOldRegistry,
    decide_old_send,
    load_old_sends,
    old_sends,
    propose_old_send,
)
from tests.unit.service.test_registry_keeper import _refresh
from tests.world import DAY_S, Country, World, make_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """XD has not seen the registry for eight days, and a referral to XA waits for that."""
    made = make_world(tmp_path, "XD", "XA", "XT")
    made.clock.step(8 * DAY_S)
    yield made
    await made.close()


async def propose(country: Country, peer: str = "XA", *, phoned: bool = True) -> None:
    await propose_old_send(country.node, country.caseworker, SendOnOldRegistry(peer=peer, phoned=phoned))


async def decided(country: Country, peer: str = "XA") -> None:
    """Two people decide to write to it."""
    await propose(country, peer)
    await decide_old_send(country.node, country.coordinator, peer, True)


async def held_as(country: Country, thread: str) -> tuple[str, str]:
    letter = (await country.view(thread)).letters[0]
    return letter.state, letter.held or ""


async def test_r39_sender_what_waited_for_an_old_registry_leaves_once_two_people_decided(world: World) -> None:
    """Held before, gone after; another country's letter goes on waiting."""
    xd = world["XD"]
    threads = [(await xd.offer(peer)).thread for peer in ("XA", "XT")]
    await world.settle()
    before = [await held_as(xd, thread) for thread in threads]
    await propose(xd)
    await world.settle()
    with_one = await held_as(xd, threads[0])
    await decide_old_send(xd.node, xd.coordinator, "XA", True)
    await world.settle()

    assert before == [("held", "registry_stale")] * 2
    assert with_one == ("held", "registry_stale")
    assert (await world["XA"].view(threads[0])).state == "offered"
    assert await held_as(xd, threads[1]) == ("held", "registry_stale")


async def test_r39_sender_one_person_is_not_two(world: World) -> None:
    xd = world["XD"]
    await propose(xd)

    with pytest.raises(NotAllowed, match="two different people"):
        await decide_old_send(xd.node, xd.caseworker, "XA", True)
    with pytest.raises(Conflict):
        await propose(xd)
    assert xd.node.stale_override == {}


async def test_r39_sender_nobody_decides_without_having_phoned(world: World) -> None:
    with pytest.raises(NotAllowed, match="nobody phoned"):
        await propose(world["XD"], phoned=False)
    with pytest.raises(NotFound):
        await propose(world["XD"], "XQ")


async def test_r39_sender_it_ends_when_the_registry_is_seen_and_does_not_come_back(world: World) -> None:
    """The decision was about one registry: a week later nobody knows again."""
    xd = world["XD"]
    await decided(xd)
    assert set(xd.node.stale_override) == {"XA"}

    await _refresh(world, "XD")
    seen = dict(xd.node.stale_override)
    world.clock.step(8 * DAY_S)
    load_old_sends(xd.node)

    assert seen == xd.node.stale_override == {}
    assert await old_sends(xd.node, xd.coordinator) == []


async def test_r39_sender_after_fourteen_days_nobody_can_decide_it_any_more(world: World) -> None:
    """And what was decided before holds nothing open."""
    xd = world["XD"]
    await decided(xd)
    world.clock.step(7 * DAY_S)
    thread = (await xd.offer("XA")).thread
    await world.settle()

    assert await held_as(xd, thread) == ("held", "registry_stale")
    with pytest.raises(NotAllowed, match="over 14 days"):
        await propose(xd, "XT")


async def test_r39_sender_while_the_registry_is_new_there_is_nothing_to_decide(world: World) -> None:
    xd = world["XD"]
    await _refresh(world, "XD")

    with pytest.raises(NotAllowed, match="within seven days"):
        await propose(xd)


async def test_r39_sender_a_restart_remembers_it_and_taking_it_back_ends_it(world: World) -> None:
    xd = world["XD"]
    await decided(xd)
    xd.node.stale_override = {}
    load_old_sends(xd.node)
    again = dict(xd.node.stale_override)

    await decide_old_send(xd.node, xd.caseworker, "XA", False)

    assert again == {"XA": (xd.caseworker.user_id, xd.coordinator.user_id)}
    assert xd.node.stale_override == {}
    acts = [line.act for line in xd.node.store.read_sync(lambda reader: reader.audit.lines(limit=50))]
    assert acts.count("old_registry_send_decided") == 2
