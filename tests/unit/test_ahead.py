"""Signed ahead: a signature is begun while a decision is stored, and used only if the very same bytes are to be signed.

Issue 2, speed; wire 1, 4. The signer here signs at once and notes what it was asked for; everything else is real.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import structs

from node.crypto.envelope import ChannelHead, Draft
from node.crypto.labels import CONTEXT_ENVELOPE, CONTEXT_RECEIPT
from node.crypto.receipts import Hint, Receipt, Status
from node.errors import NotAllowed
from node.service.context import Node
from node.service.delivery.ahead import begin_signing
from node.service.signing import Signature
from node.service.threads import decided
from node.store.work import Work
from tests.attack.forged_posts import answer, forged, post, rows
from tests.forge import Forgery
from tests.unit.test_handover import WITHIN_S, fears, idle, reached, state, update
from tests.unit.test_worker import accepted
from tests.world import World, make_world


class Beside:
    """As the signing process: what is begun is signed, whoever calls for it."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.begun: list[bytes] = []
        self.called_for: list[bytes] = []
        self.is_kept_away = False

    def is_beside(self) -> bool:
        return True

    def keep_away(self) -> None:
        self.is_kept_away = True

    def begin(self, message: bytes, context: bytes) -> Signature:
        self.begun.append(context)
        signature = self._node.keys.message.sign(message, context)

        def call() -> bytes:
            self.called_for.append(context)
            return signature

        return call


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


@contextmanager
def busy(node: Node) -> Iterator[Callable[[], int]]:
    """The store works on something until the end; how many jobs wait behind it."""
    goes_on, begun = threading.Event(), threading.Event()

    def works(_: Work) -> None:
        begun.set()
        assert goes_on.wait(WITHIN_S)

    caller = threading.Thread(target=node.store.write_sync, args=(works,))
    caller.start()
    assert begun.wait(WITHIN_S)
    writer = node.store._writer
    assert writer is not None
    try:
        yield writer._jobs.qsize
    finally:
        goes_on.set()
        caller.join()


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


async def test_of_letters_that_wait_together_none_is_signed_ahead(world: World) -> None:
    """What would be begun for the first alone is not what leaves: both go under one signature."""
    thread = await accepted(world)
    worker, signer = idle(world), beside(world, "XD")

    with busy(world["XD"].node) as waiting:
        both = asyncio.gather(update(world, thread), update(world, thread))
        await reached(lambda: waiting() == 2)
    letters = await both
    await worker.deliver_handed()

    assert [state(world, one) for one in letters] == ["receipted"] * 2
    assert signer.begun == [CONTEXT_ENVELOPE]


async def test_a_letter_that_finds_its_worker_at_work_is_not_signed_ahead(world: World) -> None:
    """The hand is closed: it is not released now, but with what comes meanwhile."""
    thread = await accepted(world)
    worker, signer = idle(world), beside(world, "XD")
    worker.handover.is_open = False

    letter = await update(world, thread)

    assert (state(world, letter), signer.begun) == ("queued", [])


async def test_a_letter_that_comes_while_others_are_stored_is_not_answered_ahead(world: World) -> None:
    """Their receipts go before its own in the chain: what would be begun now is not what is signed."""
    thread = await accepted(world)
    worker, signer = idle(world), beside(world, "XA")
    letter = await update(world, thread)

    with busy(world["XA"].node) as waiting:
        other = asyncio.ensure_future(world["XA"].node.store.write(lambda work: None))
        posting = asyncio.ensure_future(worker.deliver_handed())
        await reached(lambda: waiting() == 2)
    await asyncio.gather(other, posting)

    assert signer.begun == []
    assert state(world, letter) == "receipted"


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
    assert signer.is_kept_away
    assert state(world, letter) == "receipted"


async def test_what_is_not_stored_gets_its_own_receipt_and_not_the_one_begun_ahead(world: World) -> None:
    """Wire 4: what was begun says `stored`; a receipt that was not decided never leaves."""
    signer = beside(world, "XA")
    sent = forged(world, "XD", "XA", b"no letter")

    said = answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope))

    assert isinstance(said, Receipt)
    assert said.status == Status.MALFORMED
    assert (signer.begun, signer.called_for) == ([CONTEXT_RECEIPT], [])


async def test_what_was_begun_for_a_forged_envelope_comes_to_nothing(world: World) -> None:
    """Wire 3, row 6: it is begun while the envelope's signature is looked at; junk is answered with a hint, as ever."""
    signer = beside(world, "XA")
    forgery = Forgery(sig=lambda sig: sig[:-1] + bytes([sig[-1] ^ 1]))
    sent = forged(world, "XD", "XA", b"no letter", forgery)

    said = answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope))

    assert isinstance(said, Hint)
    assert (signer.begun, signer.called_for) == ([CONTEXT_RECEIPT], [])
    assert rows(world, "XA", "ledger") == rows(world, "XA", "receipt_chain") == 0


async def test_an_act_that_is_refused_leaves_nothing_begun(world: World) -> None:
    """What was signed beside the gate is forgotten with its answer: nobody calls for it."""
    case = await world["XD"].new_case()
    await world["XD"].consent(case, "XA")
    thread = await accepted(world, case)
    idle(world)
    signer, node = beside(world, "XD"), world["XD"].node
    await node.store.write(lambda work: fears(node, work, case, "XA"))

    with pytest.raises(NotAllowed):
        await update(world, thread)

    assert (signer.begun, signer.called_for) == ([CONTEXT_ENVELOPE], [])
    assert not node.signing


async def test_an_act_that_fails_unexpectedly_leaves_nothing_begun(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R38: neither the draft nor its signature stays in memory until that country's next letter."""
    thread = await accepted(world)
    idle(world)
    signer, node = beside(world, "XD"), world["XD"].node

    def full(*_: object) -> None:
        raise RuntimeError("no more")

    monkeypatch.setattr(decided, "queue_letter", full)
    with pytest.raises(RuntimeError):
        await update(world, thread)

    assert (signer.begun, signer.called_for) == ([CONTEXT_ENVELOPE], [])
    assert not node.signing


async def test_a_letter_that_is_not_released_at_once_leaves_nothing_begun(world: World) -> None:
    """It waits as every other, and is signed when it leaves."""
    thread = await accepted(world)
    worker, signer = idle(world), beside(world, "XD")
    worker.handover.release = lambda work: []

    letter = await update(world, thread)

    assert not world["XD"].node.signing
    world["XD"].node.handovers.clear()
    await world.settle()
    assert state(world, letter) == "receipted"
    assert signer.begun == [CONTEXT_ENVELOPE] * 2


DRAFT = Draft(
    letter_class=1, payload=b"{}", recipient="XA", recipient_public=bytes(1216), created_at=1, expires_at=2,
    snapshot=bytes(32), log_size=0, log_root=bytes(32), root_version=1,
)  # fmt: skip
HEAD = ChannelHead(epoch=1, seq=0, prev=bytes(32))


@pytest.mark.parametrize(
    ("after", "draft", "is_used"),
    [
        (HEAD, DRAFT, True),
        (HEAD, structs.replace(DRAFT, payload=b"[]"), False),
        (HEAD, structs.replace(DRAFT, recipient_public=bytes([1]) * 1216), False),
        (structs.replace(HEAD, seq=1, prev=bytes([1]) * 32), DRAFT, False),
    ],
    ids=["the same", "another letter", "another key", "another place on the channel"],
)
async def test_a_signature_is_used_for_the_bytes_it_was_begun_for_and_no_others(
    world: World, after: ChannelHead, draft: Draft, is_used: bool
) -> None:
    """Wire 1: what the gate or a colleague changed since is chained and signed anew; either is asked for once."""
    node = world["XD"].node
    begun = node.signing["XA"] = begin_signing(node, "XA", HEAD, [DRAFT])

    made = begin_signing(node, "XA", after, [draft])

    assert (made is begun) == is_used
    assert (made.after, made.drafts) == (after, [draft])
    assert not node.signing
