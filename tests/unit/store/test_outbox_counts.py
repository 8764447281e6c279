"""What an operator reads of the outbox: counted by the indexes of what waits, and the same as counting all of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.store.work import Work
from tests.world import World, make_world

STATES = ("held", "parked", "refused", "given_up", "cancelled")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def offered_later(world: World) -> str:
    world.clock.step(10)
    letter = (await world["XD"].offer("XA")).letter_id
    assert letter is not None
    return letter


async def test_letters_are_counted_by_state_but_those_that_were_received(world: World) -> None:
    """One is received, one is on its way, one waits, and one is in each other state that there is."""
    xd = world["XD"]
    await offered_later(world)
    await world.settle()
    world.fault = lambda *_: "lost"
    on_the_way = await offered_later(world)
    await xd.deliver("XA")
    others = [await offered_later(world) for _ in STATES]
    await offered_later(world)

    def put(work: Work) -> None:
        for letter, state in zip(others, STATES, strict=True):
            work.connection.execute("update outbox set state=? where letter_id=?", (state, letter))

    await xd.node.store.write(put)
    counted, oldest = xd.node.store.read_sync(lambda reader: (reader.outbox.counts(), reader.outbox.oldest_open_at()))

    assert counted == {"XA": {"released": 1, "queued": 1, **dict.fromkeys(STATES, 1)}}
    assert counted["XA"] == {state: count for state, count in xd.letters_to("XA").items() if state != "receipted"}
    row = xd.node.store.read_sync(lambda reader: reader.outbox.get(on_the_way))
    assert row is not None
    assert oldest == row.queued_at


async def test_where_all_letters_were_received_nothing_is_the_oldest(world: World) -> None:
    await offered_later(world)
    await world.settle()

    assert world["XD"].node.store.read_sync(lambda r: (r.outbox.counts(), r.outbox.oldest_open_at())) == ({}, None)
