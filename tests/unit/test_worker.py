"""How a worker carries several letters: in one request where it can, and never one that was given up in between."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from node.crypto.envelope import SIZES
from node.peer.worker import FRESH_S, Worker, Workers
from node.service.context import Node
from node.service.delivery import released
from node.service.delivery.words import MAX_BATCH, PostFailed
from tests.unit.test_spine import ACCEPT
from tests.world import DAY_S, HER, Country, MemoryPost, World, make_world

UPDATE = {"status": "as_planned", "services_started": [], "services_stopped": [], "plan_review_date": []}
AWAY = "http://127.0.0.1:1/away"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


class StopsMeanwhile(MemoryPost):
    """Waits with the first request until the letter behind it is released, then ends its thread."""

    def __init__(self, world: World, letter_id: str, thread: str | None) -> None:
        super().__init__(world, "XD")
        self._letter_id, self._thread = letter_id, thread
        self.released_meanwhile = False

    async def post(self, endpoint: str, size: int, envelopes: Sequence[bytes]) -> list[bytes]:
        if not self.released_meanwhile:
            await asyncio.wait_for(self._until_released(), 10)
            self.released_meanwhile = True
            if self._thread is not None:
                await self._world["XD"].stop(self._thread)
        return await super().post(endpoint, size, envelopes)

    async def _until_released(self) -> None:
        while _state(self._world["XD"], self._letter_id) != "released":
            await asyncio.sleep(0)


async def test_letters_of_one_thread_go_in_one_request_in_their_order(world: World) -> None:
    """Wire 1: order within a thread is that of the queue; nothing says that each needs a request of its own."""
    thread = await accepted(world)
    letters = await updates(world, thread, 3)
    world.posted.clear()

    await world["XD"].deliver("XA")

    assert [len(envelopes) for _, _, envelopes in world.posted] == [3]
    assert [_state(world["XD"], one) for one in letters] == ["receipted"] * 3
    arrived = [letter.letter_id for letter in (await world["XA"].view(thread)).letters]
    assert [one for one in arrived if one in letters] == letters


async def test_the_next_letters_are_released_while_a_request_is_on_its_way(world: World) -> None:
    """Delivery: one request a peer at a time, so that a channel arrives in its order; the rest need not wait for it."""
    thread = await accepted(world)
    letters = await updates(world, thread, MAX_BATCH + 1)
    post = StopsMeanwhile(world, letters[-1], None)
    world.posted.clear()

    await world["XD"].deliver("XA", post)

    assert post.released_meanwhile
    assert [len(envelopes) for _, _, envelopes in world.posted] == [MAX_BATCH, 1]
    assert {_state(world["XD"], one) for one in letters} == {"receipted"}


async def test_a_letter_given_up_after_its_release_is_not_posted(world: World) -> None:
    """Wire 1: bytes that were given up are never posted, also when they were released a moment ago."""
    thread = await accepted(world)
    letters = await updates(world, thread, MAX_BATCH + 1)
    world.posted.clear()

    await world["XD"].deliver("XA", StopsMeanwhile(world, letters[-1], thread))

    assert [len(envelopes) for _, _, envelopes in world.posted] == [MAX_BATCH]
    assert _state(world["XD"], letters[-1]) == "given_up"


class TakesLong(StopsMeanwhile):
    """Its first request takes longer than a release stays fresh; meanwhile she takes her consent back."""

    def __init__(self, world: World, letter_id: str, case: str, consent: str) -> None:
        super().__init__(world, letter_id, None)
        self._case, self._consent = case, consent

    async def _until_released(self) -> None:
        await super()._until_released()
        await self._world["XD"].withdraw(self._case, self._consent)
        self._world.clock.step(int(FRESH_S) + 1)


async def test_what_was_released_behind_a_long_request_meets_the_gate_before_it_is_posted(world: World) -> None:
    """R20, wire 1: the gate before every try; what was released while a request took seconds is not fresh."""
    case = await world["XD"].new_case()
    consent = await world["XD"].consent(case, "XA")
    others, hers = await accepted(world), await accepted(world, case)
    await updates(world, others, MAX_BATCH)
    (letter,) = await updates(world, hers, 1)
    world.posted.clear()

    await world["XD"].deliver("XA", TakesLong(world, letter, case, consent))
    assert [len(envelopes) for _, _, envelopes in world.posted] == [MAX_BATCH]
    await world.settle()

    assert _state(world["XD"], letter) == "given_up"
    assert "referral.update" not in {one.kind for one in (await world["XA"].view(hers)).letters}


class StopsAfterTheFirst(MemoryPost):
    """Ends a thread once the first request was tried; only the last address can be reached."""

    def __init__(self, world: World, thread: str) -> None:
        super().__init__(world, "XD")
        self._thread = thread
        self.asked = 0

    async def post(self, endpoint: str, size: int, envelopes: Sequence[bytes]) -> list[bytes]:
        self.asked += 1
        try:
            if endpoint == AWAY:
                raise PostFailed("transport", "cannot connect")
            return await super().post(endpoint, size, envelopes)
        finally:
            if self.asked == 1:
                await self._world["XD"].stop(self._thread)


def two_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every country has another address before its own, and nothing answers there."""
    usual = Node.endpoints
    monkeypatch.setattr(Node, "endpoints", lambda self, peer: [AWAY, *usual(self, peer)])


async def test_a_letter_given_up_while_one_of_another_size_was_posted_is_not_posted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Letters of each size are a request of their own, and the one before may take a minute."""
    other, thread = await accepted(world), await accepted(world)
    (first,), (second,) = await updates(world, other, 1), await updates(world, thread, 1)
    sizes = iter(SIZES)
    monkeypatch.setattr(released, "smallest_size", lambda _: next(sizes))
    world.posted.clear()

    await world["XD"].deliver("XA", StopsAfterTheFirst(world, thread))

    assert [len(envelopes) for _, _, envelopes in world.posted] == [1]
    assert (_state(world["XD"], first), _state(world["XD"], second)) == ("receipted", "given_up")


async def test_a_letter_given_up_while_the_first_address_failed_is_not_posted_to_the_second(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate before every try: at an address that does not answer a try may take a minute."""
    thread = await accepted(world)
    (letter,) = await updates(world, thread, 1)
    two_addresses(monkeypatch)
    world.posted.clear()

    await world["XD"].deliver("XA", StopsAfterTheFirst(world, thread))

    assert world.posted == []
    assert _state(world["XD"], letter) == "given_up"


async def test_the_second_address_is_tried_when_the_first_does_not_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is still wanted goes there in the same turn."""
    thread, other = await accepted(world), await accepted(world)
    (letter,) = await updates(world, thread, 1)
    two_addresses(monkeypatch)

    await world["XD"].deliver("XA", StopsAfterTheFirst(world, other))

    assert _state(world["XD"], letter) == "receipted"


async def accepted(world: World, case: str | None = None) -> str:
    """A thread from XD, about this case or a new one, that XA accepted."""
    thread = (await world["XD"].offer("XA", case)).thread
    await world.settle()
    token = world["XD"].tokens(thread)[HER]
    await world["XA"].act(thread, "referral.accept", {**ACCEPT, "persons": [token], "data_needed": []})
    await world.settle()
    return thread


async def updates(world: World, thread: str, count: int) -> list[str]:
    """So many queued letters of XD on a thread, in the order they were decided."""
    done = [await world["XD"].act(thread, "referral.update", UPDATE) for _ in range(count)]
    return [one.letter_id for one in done if one.letter_id is not None]


def _state(country: Country, letter_id: str) -> str | None:
    row = country.node.store.read_sync(lambda reader: reader.outbox.get(letter_id))
    return None if row is None else row.state


async def test_after_a_clock_jump_a_worker_does_not_sleep_on_until_its_alarm(world: World) -> None:
    """Delivery: whoever woke from sleep posts what came due meanwhile at once; pauses are counted by the clock."""
    thread = await accepted(world)
    xd = world["XD"]
    turns = 0
    workers = Workers(xd.node)

    class Counts(Worker):
        async def turn(self) -> bool:
            nonlocal turns
            turns += 1
            return await super().turn()

    worker = workers.workers["XA"] = Counts(xd.node, "XA")
    workers._tasks["XA"] = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(10):
            await _until(lambda: worker.handover.is_open)  # it has nothing to do, and sleeps
            world.clock.jump(DAY_S)
            before = turns
            await workers.look()
            await _until(lambda: turns > before)
    finally:
        await workers.stop()

    assert thread


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0)
