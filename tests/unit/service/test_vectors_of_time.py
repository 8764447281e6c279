"""Envelopes that only a node can judge: their time (wire 3, rows 8 and 9), and what it has seen before (7 and 12)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.crypto.batch import RootCache
from node.crypto.envelope import Opened
from node.crypto.receipts import HINT_BUSY, Hint, Receipt, Status, open_slot
from node.service.delivery.judge import answer_all
from tests.vectors_support import open_vector, trm
from tests.world import World, make_world

OF_TIME = [
    vector
    for vector in trm("envelope")
    if vector["to"] == "XA"
    and (
        vector["expect"].get("row") in (8, 9)
        or vector["name"] in ("good-created-24h-ahead", "good-expires-in-1s", "good-stop-far-future")
    )
]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XA", "XD")
    yield made
    await made.close()


@pytest.mark.parametrize("vector", OF_TIME, ids=lambda vector: str(vector["name"]))
async def test_a_node_answers_as_the_vector_says(world: World, vector: dict[str, Any]) -> None:
    """Row 8: too far ahead gets the hint busy, a stop none the less an answer; row 9: its time is over, `expired`."""
    node = world["XA"].node
    world.clock.step(vector["now"] - world.clock.now())
    opened = open_vector(vector)

    (slot,) = await node.store.write(lambda work: answer_all(node, work, [opened]))

    eid, salt = opened.statement.eid, bytes.fromhex(vector["salt"])
    keys = {node.keys.message.key_id}
    said = open_slot(
        slot, eid, salt, opened.envelope_hash, opened.s_hash, "XA",
        lambda country, key_id: world["XD"].node.sender_key("XA", key_id) if key_id in keys else None, RootCache(4),
    )  # fmt: skip
    row = vector["expect"].get("row")
    if row == 8:
        assert said == Hint(HINT_BUSY)
    else:
        assert isinstance(said, Receipt)
        assert (said.status == Status.EXPIRED) == (row == 9)


async def posted(world: World, opened: Opened) -> list[bytes]:
    node = world["XA"].node
    return await node.store.write(lambda work: answer_all(node, work, [opened]))


@pytest.mark.parametrize("vector", trm("posts"), ids=lambda vector: str(vector["name"]))
async def test_a_node_answers_what_comes_again_as_the_vector_says(world: World, vector: dict[str, Any]) -> None:
    """Rows 0, 7 and 12: the stored slot byte for byte, already received, a conflict, the same refusal again."""
    slots = list[bytes]()
    world.clock.step(vector["now"] - world.clock.now())

    for data, salt, expect in zip(vector["bytes"], vector["salt"], vector["expect"]["answers"], strict=True):
        opened = open_vector({**vector, "bytes": data})
        (slot,) = await posted(world, opened)
        slots.append(slot)

        if "slot_of" in expect:
            assert slot == slots[expect["slot_of"]]
            continue
        said = open_slot(
            slot, opened.statement.eid, bytes.fromhex(salt), opened.envelope_hash, opened.s_hash, "XA",
            lambda _, key_id: world["XD"].node.sender_key("XA", key_id), RootCache(4),
        )  # fmt: skip
        assert isinstance(said, Receipt)
        assert (said.status, said.reason, said.eid.hex()) == (expect["status"], expect["reason"], expect["eid"])
