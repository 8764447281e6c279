"""The one stop letter: what it takes with it, what it leaves alone, what nobody is told after it. H01, R31; wire 1."""

import pytest

from node.errors import OpenTRMError
from node.protocol.letters.decode import AnyLetter
from node.service.threads import reading
from node.service.threads.book import Book
from node.service.threads.files import ThreadFile
from node.service.threads.keeping import decode_kept
from node.service.threads.stops import next_slot
from node.service.upkeep import sweeps
from node.store.outbox import Waiting
from node.store.work import Reader
from tests.world import DAY_S, World


def waiting(world: World, code: str, peer: str) -> list[Waiting]:
    """Every letter of a node's outbox towards a peer, in queue order."""
    query = "select letter_id from outbox where peer=? order by place"

    def read(reader: Reader) -> list[Waiting]:
        ids = [row[0] for row in reader.connection.execute(query, (peer,))]
        return [found for one in ids if (found := reader.outbox.get(one)) is not None]

    return world[code].node.store.read_sync(read)


def file_of(world: World, code: str, peer: str, thread: str) -> ThreadFile:
    """The thread's file as a node keeps it."""

    def read(reader: Reader) -> ThreadFile:
        found = Book(world[code].node, reader).file(peer, thread)
        assert found is not None
        return found.file

    return world[code].node.store.read_sync(read)


def open_deadlines(world: World, code: str, thread: str) -> list[str]:
    rows = world[code].node.store.read_sync(lambda reader: reader.deadlines.open())
    return sorted(row.code for row in rows if row.thread_id == thread)


def lost(*_: object) -> str:
    return "lost"


async def test_h01_sender_a_thread_of_which_nothing_left_ends_without_a_word(world: World) -> None:
    """Wire 7: if no S of the thread was ever released, no stop is sent; the waiting letter leaves no trace."""
    thread = (await world["XD"].offer("XA")).thread
    await world["XD"].stop(thread)
    await world.later(2 * DAY_S)

    assert world.posted == []
    assert [one.state for one in waiting(world, "XD", "XA")] == ["cancelled"]
    assert (await world["XD"].view(thread)).state == "ended"


async def test_h01_sender_a_thread_is_stopped_once(world: World) -> None:
    """A second stop, before or after the first has left, is refused and sends nothing."""
    xd = world["XD"]
    thread = (await xd.offer("XA")).thread
    await world.settle()
    await xd.stop(thread)
    with pytest.raises(OpenTRMError, match="has ended"):
        await xd.stop(thread)
    await world.later(DAY_S)
    with pytest.raises(OpenTRMError, match="has ended"):
        await xd.stop(thread)

    assert [one.state for one in waiting(world, "XD", "XA")] == ["receipted", "receipted"]
    assert (await world["XA"].view(thread)).state == "ended"


async def test_h01_sender_the_stop_leaves_at_its_slot_and_says_that_slot(world: World) -> None:
    """Wire 7, Stops: written_at is the slot, thread_ends that of the opening letter, whatever came between."""
    xd, xa = world["XD"], world["XA"]
    thread = (await xd.offer("XA")).thread
    await world.settle()
    slot = next_slot(xd.node, world.clock.now())
    await xd.stop(thread)
    await world.later(slot - world.clock.now() - 1)
    before = (await xa.view(thread)).state
    await world.later(1 + 40)

    letters = _letters(world, thread)
    assert (before, (await xa.view(thread)).state) == ("offered", "ended")
    assert letters["referral.ended"].written_at == slot
    assert letters["referral.ended"].thread_ends == letters["referral.offer"].thread_ends


async def test_h01_nobody_is_told_of_an_opening_once_a_stop_is_queued(world: World) -> None:
    """Wire 7, letter.opened: neither one that still waits nor one that was posted in vain goes on its way again."""
    xd, xa = world["XD"], world["XA"]
    thread = (await xd.offer("XA")).thread
    await world.settle()
    (offer,) = xa.node.store.read_sync(lambda reader: reader.letters.of_thread("XD", thread))
    world.fault = lost
    await reading.open_letter(xa.node, xa.caseworker, offer.letter_id)
    await world.settle()
    await xa.stop(thread)
    world.fault = lambda *_: None
    slot = next_slot(xa.node, world.clock.now())
    await world.later(slot - world.clock.now() - 1)

    assert (await xd.view(thread)).letters[0].opened_at is None
    states = [one.state for one in waiting(world, "XA", "XD")]
    assert states == ["receipted", "given_up", "queued"], "the greeting, which tells of nobody, went"
    await world.later(DAY_S)
    assert (await xd.view(thread)).letters[0].opened_at is None
    assert (await xd.view(thread)).state == "ended"


async def test_h01_nobody_waits_for_the_opening_of_a_stop(world: World) -> None:
    """Wire 7: nobody tells that a letter of a stopped thread was opened, so nobody is reminded of it either."""
    xd = world["XD"]
    thread = (await xd.offer("XA")).thread
    await world.settle()
    assert open_deadlines(world, "XD", thread) == ["opened", "reply"]
    await xd.stop(thread)
    await world.later(DAY_S)
    await world.later(30 * DAY_S)

    assert open_deadlines(world, "XD", thread) == []


async def test_r31_sender_a_stop_cancels_what_waits_and_gives_up_what_was_never_receipted(world: World) -> None:
    """Wire 1: unreleased letters leave no trace, unreceipted statements are given up and named."""
    xd, xa = world["XD"], world["XA"]
    thread = (await xd.offer("XA")).thread
    await world.settle()
    world.fault = lost
    await xa.act(thread, "referral.info_request", {"questions": [{"question": "room", "why": "choose_service"}]})
    await world.settle()
    other = [{"country": "XT", "services": ["safe-place"]}]
    await xa.act(thread, "referral.decline", {"reason": "no_capacity", "alternatives": other, "retry_after": []})
    await xa.stop(thread)
    world.fault = lambda *_: None
    await world.later(DAY_S)
    await world.later(DAY_S)

    kinds = [letter.kind for letter in (await xd.view(thread)).letters]
    assert kinds == ["referral.offer", "referral.ended"]
    states = [one.state for one in waiting(world, "XA", "XD") if one.thread_id == thread]
    assert states == ["given_up", "cancelled", "receipted"]
    assert xd.node.store.read_sync(lambda reader: reader.channels.gaps()) == []


async def test_r31_a_withdrawal_decided_after_the_stop_still_leaves(world: World) -> None:
    """Wire 7: it may follow a stop; queued beside one that waits for its slot, neither takes the other along."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case()
    consent = await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    await xd.stop(thread)
    world.fault = lost
    await xd.withdraw(case, consent)
    await world.settle()
    world.fault = lambda *_: None
    for _ in range(3):
        await world.later(DAY_S)
        await sweeps.overdue(xd.node)

    kinds = {letter.kind for letter in (await xa.view(thread)).letters}
    assert kinds == {"referral.offer", "referral.ended", "consent.withdrawal"}
    assert open_deadlines(world, "XA", thread) == ["erase"]


async def test_r31_receiver_a_stop_ends_our_timers_and_cancels_our_waiting_answer(world: World) -> None:
    """Domain R31 at the side that is stopped: nothing of ours goes on, and a person looks after her (R21)."""
    xd, xa = world["XD"], world["XA"]
    thread = (await xd.offer("XA")).thread
    await world.settle()
    await xd.stop(thread)
    slot = next_slot(xd.node, world.clock.now())
    world.fault = lambda sender, *_: "lost" if sender == "XA" else None
    world.clock.step(slot - world.clock.now())
    await xa.act(thread, "referral.info_request", {"questions": [{"question": "room", "why": "choose_service"}]})
    await xd.deliver("XA")
    world.fault = lambda *_: None
    await world.settle()

    view = await xa.view(thread)
    assert view.state == "ended"
    assert [one.state for one in waiting(world, "XA", "XD")] == ["cancelled"]
    assert open_deadlines(world, "XA", thread) == []
    tasks = xa.node.store.read_sync(lambda reader: reader.tasks.open())
    assert "thread_stopped" in {task.code for task in tasks}
    assert file_of(world, "XA", "XD", thread).thread.queued == ()


def _letters(world: World, thread: str) -> dict[str, AnyLetter]:
    """XA's letters of a thread by kind."""
    node = world["XA"].node

    def read(reader: Reader) -> dict[str, AnyLetter]:
        book = Book(node, reader)
        found = [decode_kept(book.payload(row)) for row in reader.letters.of_thread("XD", thread)]
        return {letter.kind: letter for letter in found}

    return node.store.read_sync(read)
