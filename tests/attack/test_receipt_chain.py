"""The chain of a peer's receipts: what contradicts itself is an alarm, what only comes again is none.

Source: wire 4; attack 24.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.service.delivery.deliver import record_answers
from node.service.delivery.incoming import receive
from node.store.channels import Head
from tests.attack.forged_posts import alarms
from tests.world import World, make_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """XD has written to XA once."""
    made = make_world(tmp_path, "XD", "XA")
    await write(made)
    yield made
    await made.close()


async def write(world: World) -> None:
    """One letter more, and its receipt."""
    await world["XD"].offer("XA")
    await world.settle()


def heard(world: World) -> Head:
    """XA's newest receipt as XD knows it."""
    epoch = world["XA"].node.epoch
    return world["XD"].node.store.read_sync(lambda reader: reader.channels.receipt_in_head("XA", epoch))


def open_envelopes(world: World) -> int:
    query = "select count(*) from envelope where state<>'receipted'"
    count: int = world["XD"].node.store.read_sync(lambda r: r.connection.execute(query).fetchone()[0])
    return count


async def test_attack_24_a_break_in_the_chain_of_receipts_is_an_alarm(world: World) -> None:
    """Wire 4: the second receipt must name the first; one that does not was signed by a peer that hides something."""
    node = world["XA"].node

    def forget(work: Any) -> None:
        work.connection.execute("update receipt_chain set hash=zeroblob(32) where direction='out'")

    await node.store.write(forget)
    await write(world)

    assert alarms(world, "XD") == ["receipt_chain_broken"]
    assert open_envelopes(world) == 0


async def test_attack_24_two_receipts_of_one_number_are_an_alarm(world: World) -> None:
    """Wire 4: each follows the same one before, so no link is wrong; only one of them can be the peer's history."""
    node, first = world["XA"].node, heard(world)
    await write(world)
    second = heard(world)
    # a copy of XA that knew only the first goes on in its name
    await node.store.write(lambda work: work.channels.put_receipt_out("XD", first))
    await write(world)

    assert (first.seq, second.seq) == (1, 2)
    assert heard(world) == second
    assert alarms(world, "XD") == ["receipt_chain_broken"]
    assert open_envelopes(world) == 0


async def test_attack_24_a_receipt_that_comes_again_moves_nothing_back_and_is_no_alarm(world: World) -> None:
    """Wire 4: whoever repeats old answers must not have what is newer forgotten."""
    xd = world["XD"].node
    (row,) = xd.store.read_sync(lambda reader: reader.outbox.at_seq("XA", xd.epoch, 1, 1))
    for _ in range(2):
        await write(world)
    before = heard(world)
    newest = world.posted[-1][2][-1]
    (last,) = xd.store.read_sync(lambda reader: reader.outbox.at_seq("XA", xd.epoch, 3, 3))
    slots, _ = await receive(world["XA"].node, [world.posted[0][2][0], newest])

    await record_answers(xd, "XA", [row], slots[:1])
    await record_answers(xd, "XA", [last], slots[1:])

    assert before.seq == 3
    assert heard(world) == before
    assert alarms(world, "XD") == []
