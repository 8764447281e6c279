"""R10 and H01: what closes a country for her ends every thread with it by one stop, and the cause cannot be told."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from node.protocol.cases.case import Tie
from node.protocol.cases.changes import set_protection, set_tie, suppress_stop
from node.service.threads.blocks import stop_blocked_threads
from node.service.threads.book import Book
from node.store.work import Reader, Work
from tests.world import DAY_S, HER, Country, World, make_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def _seek_asylum_from_xa(xd: Country, case_id: str, *, suppressed_thread: str | None = None) -> None:
    """A claim is recorded for a national of XA, as the case desk records it."""
    node = xd.node

    def change(work: Work) -> None:
        book, now = Book(node, work), node.now()
        case = book.case(case_id)
        tied = set_tie(case.case, HER, Tie("XA", "nationality", "not_asked"), ("caseworker-1",), now).case
        claimed = set_protection(tied, HER, "sought", "caseworker-1", now).case
        if suppressed_thread is not None:
            claimed = suppress_stop(claimed, suppressed_thread, ("a", "b"), now).case
        stop_blocked_threads(node, work, book.put_case(case, claimed, now), now)

    await node.store.write(change)


async def _offered(world: World) -> tuple[str, str]:
    xd = world["XD"]
    case = await xd.new_case()
    await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    return case, thread


def _last_letter(world: World, thread: str) -> dict[str, object]:
    """The newest letter XA holds of the thread, without what is random in every letter."""
    node = world["XA"].node
    payload = node.store.read_sync(
        lambda reader: Book(node, reader).payload(reader.letters.of_thread("XD", thread)[-1])
    )
    return {key: value for key, value in msgspec.json.decode(payload).items() if key not in ("letter_id", "thread")}


async def test_r10_sender_a_claim_stops_the_thread_with_the_origin_at_the_next_slot(world: World) -> None:
    """R10, H01: nothing is waiting in the outbox, and the stop comes all the same, by itself."""
    case, thread = await _offered(world)

    await _seek_asylum_from_xa(world["XD"], case)
    await world.settle()
    before = (await world["XA"].view(thread)).state
    await world.later(DAY_S)

    assert before == "offered"
    assert (await world["XA"].view(thread)).state == "ended"
    assert (await world["XD"].view(thread)).state == "ended"


async def test_h01_sender_two_people_may_leave_the_automatic_stop_out(world: World) -> None:
    """H01: suppressed by two people, the thread stays as it is there, and nothing else leaves for it."""
    case, thread = await _offered(world)

    await _seek_asylum_from_xa(world["XD"], case, suppressed_thread=thread)
    posted = len(world.posted)
    await world.later(DAY_S)

    assert (await world["XA"].view(thread)).state == "offered"
    assert len(world.posted) == posted


@pytest.mark.parametrize("by", ["node", "person"])
async def test_h01_sender_two_people_may_take_the_automatic_stop_back_until_it_leaves(world: World, by: str) -> None:
    """H01: it waits for its slot, and they decide meanwhile; what a person ended by hand ends all the same."""
    case, thread = await _offered(world)
    xd, node = world["XD"], world["XD"].node
    if by == "node":
        await _seek_asylum_from_xa(xd, case)
    else:
        await xd.stop(thread)

    def suppress(work: Work) -> None:
        book, now = Book(node, work), node.now()
        found = book.case(case)
        book.put_case(found, suppress_stop(found.case, thread, ("a", "b"), now).case, now)

    await node.store.write(suppress)
    posted = len(world.posted)
    await world.later(2 * DAY_S)

    assert (await world["XA"].view(thread)).state == ("offered" if by == "node" else "ended")
    if by == "node":
        assert len(world.posted) == posted
        assert [one.state for one in (await xd.view(thread)).letters] == ["receipted", "cancelled"]


async def test_h01_receiver_a_stop_for_asylum_reads_like_a_stop_for_any_other_cause(world: World) -> None:
    """H01, attack 57: kind, fields, size and moment are the same; only random ids differ."""
    asylum_case, asylum = await _offered(world)
    _, illness = await _offered(world)

    await _seek_asylum_from_xa(world["XD"], asylum_case)
    await world["XD"].stop(illness)
    posted = len(world.posted)
    await world.later(DAY_S)

    sizes = {len(envelope) for _, _, envelopes in world.posted[posted:] for envelope in envelopes}
    assert _last_letter(world, asylum) == _last_letter(world, illness)
    assert _last_letter(world, asylum)["kind"] == "referral.ended"
    assert len(sizes) == 1


async def test_r38_sender_a_copied_disk_does_not_say_which_rule_stopped_a_letter(world: World) -> None:
    """At rest, R38: neither the outbox, the audit, the tasks nor the deadlines name R10 or a claim."""
    xd = world["XD"]
    case, thread = await _offered(world)
    consent = xd.node.store.read_sync(lambda reader: reader.cases.consents(case)[0].consent_id)
    await _seek_asylum_from_xa(xd, case)
    await xd.withdraw(case, consent)
    await world.later(DAY_S)
    shown = [one.held for one in (await xd.view(thread)).letters if one.state == "held"]

    def plain(reader: Reader) -> str:
        tables = ("outbox", "envelope", "letter", "audit", "task", "deadline")
        return repr([reader.connection.execute(f"select * from {table}").fetchall() for table in tables])

    words = xd.node.store.read_sync(plain)
    assert shown in ([], ["R10"])
    for word in ("R10", "H03", "protection", "asylum", "ask_her", "feared"):
        assert word not in words
