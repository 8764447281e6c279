"""A country that numbers its letters far ahead: what waits on one thread is bounded, and an honest one goes on."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.crypto.receipts import HINT_BUSY, Hint, Receipt, Status
from node.service.delivery.quota import MAX_WAITING
from tests.attack.forged_posts import alarms, answer, forged, payload_of, post, rows
from tests.unit.test_worker import UPDATE, accepted
from tests.world import World, make_world

TABLES = ("letter", "ledger", "audit", "task", "deadline")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def test_attack_20_letters_far_ahead_on_one_thread_are_busy_and_leave_no_row(world: World) -> None:
    """Wire 3, as row 8: a hint, no ledger row, no place on the channel; every number up to the limit is kept."""
    letter = await an_update(world)
    xd = Dishonest(world)
    for ahead in range(1, MAX_WAITING + 1):
        kept = await xd.says(numbered(letter, letter["n"] + ahead))
        assert isinstance(kept, Receipt)
        assert kept.status == Status.STORED
    before = [rows(world, "XA", table) for table in TABLES]

    for ahead in range(MAX_WAITING + 1, MAX_WAITING + 4):
        assert await xd.says(numbered(letter, letter["n"] + ahead)) == Hint(HINT_BUSY)

    assert [rows(world, "XA", table) for table in TABLES] == before
    assert alarms(world, "XA") == []


async def test_attack_20_the_missing_number_and_a_stop_pass_a_full_thread(world: World) -> None:
    """Wire 7: what lets the others go on is never kept away, and what protects her waits for nothing."""
    letter = await an_update(world)
    xd = Dishonest(world)
    for ahead in range(1, MAX_WAITING + 1):
        await xd.says(numbered(letter, letter["n"] + ahead))
    far = numbered(letter, letter["n"] + 500)
    assert await xd.says(far) == Hint(HINT_BUSY)

    missing = await xd.says(letter)

    assert isinstance(missing, Receipt)
    assert missing.status == Status.STORED
    assert isinstance(await xd.says(far), Receipt), "the others had their turn, so there is room again"
    await world["XD"].stop(letter["thread"])
    await world.later(86_400)
    assert (await world["XA"].view(letter["thread"])).state == "ended"


async def an_update(world: World) -> dict[str, Any]:
    """The next letter of XD on an accepted thread, which was written and never arrives."""
    thread = await accepted(world)
    world.posted.clear()
    world.fault = lambda sender, recipient, envelopes: "lost"
    await world["XD"].act(thread, "referral.update", UPDATE)
    await world["XD"].deliver("XA")
    world.fault = lambda *_: None
    return payload_of(world, world.posted[0][2][0], "XA")


def numbered(letter: dict[str, Any], n: int) -> dict[str, Any]:
    """The same letter with another number, as another letter."""
    return {**letter, "n": n, "letter_id": f"{n:032x}"}


class Dishonest:
    """XD with its real keys and a channel that is whole, saying what it likes."""

    def __init__(self, world: World) -> None:
        self._world, node = world, world["XD"].node
        head = node.store.read_sync(lambda reader: reader.channels.out_head("XA", node.epoch))
        self._seq, self._prev = head.seq, head.hash

    async def says(self, letter: dict[str, Any]) -> Receipt | Hint:
        """Post this letter as the next statement; its number is used up only if it is taken."""
        sent = forged(self._world, "XD", "XA", letter, seq=self._seq + 1, prev=self._prev)
        heard = answer(self._world, "XD", "XA", sent, await post(self._world, "XA", sent.envelope))
        if isinstance(heard, Receipt):
            self._seq, self._prev = self._seq + 1, hashlib.sha256(sent.s_bytes).digest()
        return heard
