"""A letter decided while its peer's worker is idle is released in that very transaction, and handed to the worker.

Wire 1 (release, gate before every try); issue 2, speed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec.structs import replace

from node.peer.worker import FRESH_S, Worker
from node.protocol.cases.case import Case, Tie
from node.protocol.consent.record import ConsentRecord
from node.protocol.gate import gate
from node.protocol.gate.facts import Draft
from node.protocol.rules import Objection
from node.service.context import Node
from node.service.delivery import asking
from node.service.delivery.handover import Handover
from node.service.threads.book import Book
from node.store.outbox import EnvelopeRow
from node.store.work import Work
from tests.unit.test_worker import UPDATE, accepted
from tests.world import MemoryPost, World, make_world

WITHIN_S = 20.0


class Connected(MemoryPost):
    """The post of a worker that runs by itself."""

    async def __aenter__(self) -> "Connected":
        return self

    async def __aexit__(self, *error: object) -> None:
        return None


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def test_an_idle_worker_gets_the_bytes_with_the_commit_of_the_decision(world: World) -> None:
    """One transaction: the letter, its number, its bytes; crash before it: nothing, after it: released, not posted."""
    thread = await accepted(world)
    worker = idle(world)
    before = world["XD"].node.store.commits

    letter = await update(world, thread)

    assert world["XD"].node.store.commits == before + 1
    assert state(world, letter) == "released"
    assert await worker.deliver_handed()
    assert state(world, letter) == "receipted"


async def test_letters_decided_together_are_released_under_one_signature(world: World) -> None:
    """Wire 2: one tree for what leaves together; letters of one thread keep their order."""
    thread = await accepted(world)
    worker = idle(world)
    world.posted.clear()

    letters = await asyncio.gather(*(update(world, thread) for _ in range(5)))
    while any(state(world, one) != "receipted" for one in letters):
        if not await worker.deliver_handed():
            await worker.turn()

    sent = [len(envelopes) for _, _, envelopes in world.posted]
    assert sum(sent) == 5
    assert len(sent) <= 2, "what came while the first was being written waits for the next batch"
    arrived = [one.letter_id for one in (await world["XA"].view(thread)).letters if one.letter_id in letters]
    assert arrived == letters


async def test_a_stop_between_the_release_and_the_post_keeps_the_letter_at_home(world: World) -> None:
    """H01, R31: bytes that were given up are never posted, however short ago they were handed over."""
    thread = await accepted(world)
    worker = idle(world)
    world.posted.clear()
    letter = await update(world, thread)

    await world["XD"].stop(thread)
    await worker.deliver_handed()

    assert world.posted == []
    assert state(world, letter) == "given_up"


async def test_the_gate_at_release_asks_anew_when_anything_changed_since_the_draft(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H15: only the very same question, to the second, is not worked out twice; a change of the case is asked again."""
    asked: list[str] = []
    ask = gate.at_drafting

    def counted(case: Case | None, consents: list[ConsentRecord], draft: Draft, *rest: Any) -> list[Objection]:
        asked.append(draft.letter.letter_id)
        return ask(case, consents, draft, *rest)

    monkeypatch.setattr(asking, "at_drafting", counted)
    case = await world["XD"].new_case()
    await world["XD"].consent(case, "XA")
    thread = await accepted(world, case)
    asked.clear()

    worker = idle(world)
    same = await update(world, thread)
    await worker.deliver_handed()
    world["XD"].node.handovers.clear()
    other = await update(world, thread)
    node = world["XD"].node
    await node.store.write(lambda work: fears(node, work, case, "XA"))
    await world.settle()

    assert (state(world, same), asked.count(same)) == ("receipted", 1)
    assert state(world, other) == "cancelled", "R10: her fear of that country closes it before anything leaves"
    assert asked.count(other) == 2


async def test_a_withdrawal_between_the_release_and_a_late_post_meets_the_gate(world: World) -> None:
    """R20, wire 1: what was handed over and not posted at once is old; its next try asks the gate."""
    case = await world["XD"].new_case()
    consent = await world["XD"].consent(case, "XA")
    thread = await accepted(world, case)
    worker = idle(world)
    world.posted.clear()
    letter = await update(world, thread)

    await world["XD"].withdraw(case, consent)
    world.clock.step(int(FRESH_S) + 1)
    await worker.deliver_handed()
    assert world.posted == []
    await world.settle()

    assert state(world, letter) == "given_up"
    kinds = {one.kind for one in (await world["XA"].view(thread)).letters}
    assert "consent.withdrawal" in kinds
    assert "referral.update" not in kinds


async def test_a_crash_after_the_release_leaves_a_letter_that_the_next_start_posts_by_the_gate(world: World) -> None:
    """P2: the database says what is to be done; a hand that was never emptied loses nothing."""
    thread = await accepted(world)
    idle(world)
    letter = await update(world, thread)

    await world.restart("XD")
    await world.settle()

    assert state(world, letter) == "receipted"
    assert [one.letter_id for one in (await world["XA"].view(thread)).letters].count(letter) == 1


async def test_nothing_gets_a_number_while_its_peer_cannot_be_reached(world: World) -> None:
    """Wire 1: what waits has no number and leaves no trace; so the hand is closed while a worker rests."""
    thread = await accepted(world)
    world.fault = lambda sender, recipient, envelopes: "lost"
    worker = await running(world)
    first = await update(world, thread)
    await reached(lambda: worker.rests)

    second = await update(world, thread)

    assert state(world, first) == "released"
    assert state(world, second) == "queued"


async def test_a_worker_that_runs_by_itself_delivers_what_it_is_handed_and_what_it_is_not(world: World) -> None:
    """Both ways lead to the peer, in whatever order people decide."""
    thread = await accepted(world)
    worker = await running(world)
    letters: list[str] = []

    for _ in range(3):
        await reached(lambda: worker.handover.is_open)
        letters.append(await update(world, thread))
        letters += await asyncio.gather(*(update(world, thread) for _ in range(3)))

    await reached(lambda: all(state(world, one) == "receipted" for one in letters))
    arrived = [one.letter_id for one in (await world["XA"].view(thread)).letters if one.letter_id in letters]
    assert arrived == letters


class WokenLate(Worker):
    """A worker whose turn comes on a busy machine only when `meanwhile` has happened."""

    meanwhile: asyncio.Event

    async def _woken(self, wake: asyncio.Event, until: float) -> bool:
        woken = await super()._woken(wake, until)
        await self.meanwhile.wait()
        return woken


async def test_a_letter_decided_before_a_woken_worker_has_its_turn_does_not_sleep(world: World) -> None:
    """Delivery, outbox: one wake-up stands for two commits; only the first was handed over, and both leave now."""
    one, other = await accepted(world), await accepted(world)
    worker = WokenLate(world["XD"].node, "XA")
    worker.meanwhile = asyncio.Event()
    await running(world, worker)

    letters = [await update(world, one), await update(world, other)]
    assert [state(world, letter) for letter in letters] == ["released", "queued"]
    worker.meanwhile.set()

    await reached(lambda: all(state(world, letter) == "receipted" for letter in letters))


def fears(node: Node, work: Work, case_id: str, country: str) -> None:
    """She says that she fears this country."""
    book = Book(node, work)
    case = book.case(case_id)
    tie = Tie(country=country, kind="nationality", feared="yes")
    persons = tuple(replace(person, ties=(tie,)) for person in case.case.persons)
    book.put_case(case, replace(case.case, persons=persons), node.now())


def idle(world: World) -> Worker:
    """A worker of XD that waits with an open hand, as between two turns."""
    worker = Worker(world["XD"].node, "XA")
    worker.client = Connected(world, "XD")  # type: ignore[assignment]
    worker.handover.is_open = True
    world["XD"].node.handovers["XA"] = worker.handover
    return worker


async def running(world: World, made: Worker | None = None) -> Worker:
    """A worker of XD that runs until the test ends, with nothing left to do."""
    worker = made or Worker(world["XD"].node, "XA")
    worker.client = Connected(world, "XD")  # type: ignore[assignment]
    _TASKS.append(asyncio.create_task(worker.run()))
    await reached(lambda: worker.handover.is_open)
    return worker


@pytest.fixture(autouse=True)
async def no_worker_outlives_its_test() -> AsyncIterator[None]:
    yield
    for task in _TASKS:
        task.cancel()
    await asyncio.gather(*_TASKS, return_exceptions=True)
    _TASKS.clear()


async def reached(what: Callable[[], bool]) -> None:
    """Until it is so."""

    async def waits() -> None:
        while not what():
            await asyncio.sleep(0)

    await asyncio.wait_for(waits(), WITHIN_S)


async def update(world: World, thread: str) -> str:
    """One letter of XD on a thread; its id."""
    done = await world["XD"].act(thread, "referral.update", UPDATE)
    assert done.letter_id is not None
    return done.letter_id


def state(world: World, letter_id: str) -> str | None:
    """Where the letter stands in XD's outbox."""
    row = world["XD"].node.store.read_sync(lambda reader: reader.outbox.get(letter_id))
    return None if row is None else row.state


_TASKS: list[asyncio.Task[None]] = []


def test_a_hand_takes_one_batch_and_is_shut() -> None:
    """What is decided after it waits without a number: the batch before it may still be given up."""
    released: list[Work] = []

    def release(work: Work) -> list[EnvelopeRow]:
        released.append(work)
        return []

    hand, work = Handover(release, lambda: None, lambda: 0.0, is_open=True), cast("Work", None)
    hand.release_at_once(work)
    hand.release_at_once(work)

    assert len(released) == 1
