"""Signed ahead: a signature is begun while a decision is stored, and used only if the very same bytes are to be signed.

Issue 2, speed; wire 1, 4. The signer here signs at once and notes what it was asked for; everything else is real.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from node.crypto.envelope import Unsealed
from node.crypto.labels import CONTEXT_ENVELOPE, CONTEXT_RECEIPT
from node.crypto.receipts import Receipt, Status
from node.service.context import Node
from node.service.delivery import release
from node.service.delivery.released import Ready
from node.service.signing import Batch, SealsHere, Signature, once
from node.store.outbox import Waiting
from node.store.work import Work
from tests.attack.forged_posts import answer, forged, post
from tests.unit.test_handover import fears, idle, state, update
from tests.unit.test_worker import accepted
from tests.world import World, make_world


class Beside:
    """As the signing process: what is begun is signed, whoever calls for it."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.begun: list[bytes] = []
        self.called_for: list[bytes] = []

    def is_beside(self) -> bool:
        return True

    def begin(self, message: bytes, context: bytes) -> Signature:
        self.begun.append(context)
        signature = self._node.keys.message.sign(message, context)

        def call() -> bytes:
            self.called_for.append(context)
            return signature

        return call

    def begin_batch(self, message: bytes, context: bytes, waiting: Sequence[Unsealed]) -> Batch:
        return SealsHere(once(self.begin(message, context)), waiting)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


def beside(world: World, country: str) -> Beside:
    node = world[country].node
    node.signer = signer = Beside(node)
    return signer


async def test_a_letter_decided_alone_is_signed_once_while_it_is_stored(world: World) -> None:
    thread = await accepted(world)
    worker, signer = idle(world), beside(world, "XD")

    letter = await update(world, thread)

    assert (signer.begun, signer.called_for) == ([CONTEXT_ENVELOPE], [CONTEXT_ENVELOPE])
    assert await worker.deliver_handed()
    assert state(world, letter) == "receipted"


async def test_letters_that_leave_together_are_signed_as_what_they_are(world: World) -> None:
    """What was begun for the first alone is not what leaves: nobody ever sees that signature."""
    thread = await accepted(world)
    worker, signer = idle(world), beside(world, "XD")

    letters = await asyncio.gather(*(update(world, thread) for _ in range(4)))
    while any(state(world, one) != "receipted" for one in letters):
        if not await worker.deliver_handed():
            await worker.turn()

    assert len(signer.begun) >= len(signer.called_for)
    arrived = [one.letter_id for one in (await world["XA"].view(thread)).letters if one.letter_id in letters]
    assert arrived == letters


async def test_a_letter_that_the_gate_keeps_back_takes_no_signature_with_it(world: World) -> None:
    """R10: she says that she fears the country before the letter leaves; the number and the next signature are anew."""
    case = await world["XD"].new_case()
    await world["XD"].consent(case, "XA")
    thread = await accepted(world, case)
    other = await accepted(world)
    worker, signer = idle(world), beside(world, "XD")
    worker.handover.release = lambda work: []
    kept = await update(world, thread)
    node = world["XD"].node
    await node.store.write(lambda work: fears(node, work, case, "XA"))
    assert signer.called_for == []

    world["XD"].node.handovers.clear()
    free = await update(world, other)
    await world.settle()

    assert (state(world, kept), state(world, free)) == ("cancelled", "receipted")
    assert [one.kind for one in (await world["XA"].view(thread)).letters].count("referral.update") == 0


async def test_a_letter_that_came_alone_is_answered_with_what_was_signed_ahead(world: World) -> None:
    thread = await accepted(world)
    worker, signer = idle(world), beside(world, "XA")

    letter = await update(world, thread)
    await worker.deliver_handed()

    assert signer.begun == [CONTEXT_RECEIPT]
    assert signer.called_for == [CONTEXT_RECEIPT]
    assert state(world, letter) == "receipted"


async def test_what_is_not_stored_gets_its_own_receipt_and_not_the_one_begun_ahead(world: World) -> None:
    """Wire 4: what was begun says `stored`; a receipt that was not decided never leaves."""
    signer = beside(world, "XA")
    sent = forged(world, "XD", "XA", b"no letter")

    said = answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope))

    assert isinstance(said, Receipt)
    assert said.status == Status.MALFORMED
    assert (signer.begun, signer.called_for) == ([CONTEXT_RECEIPT], [])


async def test_more_letters_than_a_part_are_signed_part_by_part_and_leave_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wire 1, 2: one request and one channel, in order; a tree holds the letters of its part."""
    monkeypatch.setattr(release, "PART", 3)
    thread, signer = await accepted(world), beside(world, "XD")
    letters = [await update(world, thread) for _ in range(7)]

    rows = await release.release_due(world["XD"].node, "XA")

    assert [row.letter_id for row in rows] == letters
    assert [row.seq for row in rows] == list(range(rows[0].seq, rows[0].seq + 7))
    assert signer.called_for == [CONTEXT_ENVELOPE] * 3
    assert len({row.sig[-3373:] for row in rows}) == 3
    await world.settle()
    assert {state(world, one) for one in letters} == {"receipted"}


async def test_a_part_whose_letter_is_ended_by_the_gate_of_a_later_one_is_not_released(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H01, R31: what a later letter of the same turn puts an end to has no number and no bytes, begun or not."""
    threads = [await accepted(world) for _ in range(3)]
    beside(world, "XD")
    first, second, third = [await update(world, thread) for thread in threads]
    prepared = release._prepared

    def ending(node: Node, work: Work, waiting: Waiting, now: int) -> Ready | None:
        if waiting.letter_id != second:
            return prepared(node, work, waiting, now)
        for gone in (first, second):
            work.outbox.end(gone, "cancelled", now)
        return None

    monkeypatch.setattr(release, "PART", 1)
    monkeypatch.setattr(release, "_prepared", ending)
    node = world["XD"].node
    before = node.store.read_sync(lambda reader: reader.channels.out_head("XA", node.epoch))

    rows = await release.release_due(node, "XA")

    assert [row.letter_id for row in rows] == [third]
    assert rows[0].seq == before.seq + 1
    assert node.store.read_sync(lambda reader: reader.outbox.envelopes_of(first)) == []
