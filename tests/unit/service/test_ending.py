"""H01 on real nodes: which threads a stop ends, whatever its cause, and when."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from node.errors import NotAllowed
from node.protocol.cases.case import CaseThread, Person
from node.protocol.cases.changes import open_thread as note_thread
from node.protocol.threads.return_facts import Said
from node.protocol.threads.thread import Entry, Facts, Shared, Thread
from node.service.cases.cases import change_case
from node.service.cases.requests import SetProtection, SetTie
from node.service.safety import alerts
from node.service.safety.requests import RaiseAlert
from node.service.threads import opening
from node.service.threads.book import Book
from node.service.threads.commands import OpenThread
from node.service.threads.ending import told_of_with
from node.service.threads.files import ThreadFile
from node.store.outbox import Waiting
from node.store.work import Reader, Work
from tests.rules.return_world import her_return, plan
from tests.world import DAY_S, HER, World, make_world

CHILD = "p2"
FAMILY = (
    Person(person_id=HER, role="person", age_band="25-34", gender="woman", languages=("uk",)),
    Person(person_id=CHILD, role="dependant", age_band="25-34"),
)
DECLINE: dict[str, Any] = {"reason": "no_capacity", "alternatives": [], "retry_after": []}
COMPLAINT: dict[str, Any] = {"about": "treatment", "asks": ["apology"], "letters": []}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA", "XT")
    yield made
    await made.close()


async def seeks_asylum(world: World, case: str, country: str = "XA") -> None:
    """She seeks protection from that country."""
    xd = world["XD"]
    tie = SetTie(person_id=HER, country=country, kind="nationality", feared="yes")
    for change in (tie, SetProtection(person_id=HER, protection="sought")):
        await change_case(xd.node, xd.coordinator, case, change)


async def begun(world: World, code: str, case: str, peer: str, kind: str, body: dict[str, Any], **facts: Any) -> str:
    """A thread that begins with this letter."""
    country = world[code]
    command = OpenThread(peer=peer, kind=kind, body=msgspec.Raw(msgspec.json.encode(body)), **facts)
    return (await opening.open_thread(country.node, country.caseworker, case, command)).thread


async def family(world: World) -> tuple[str, dict[str, str]]:
    """A mother and her grown daughter: threads of both, of one, about one, with two countries, and one that ended."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case(persons=FAMILY)
    for peer in ("XA", "XT"):
        for person in (HER, CHILD):
            await xd.consent(case, peer, person=person)
    threads = {
        "hers": (await xd.offer("XA", case, persons=(HER,))).thread,
        "both": (await xd.offer("XA", case, persons=(HER, CHILD))).thread,
        "declined": (await xd.offer("XA", case, persons=(HER,))).thread,
        "elsewhere": (await xd.offer("XT", case, persons=(HER,))).thread,
    }
    await world.settle()
    await xa.act(threads["declined"], "referral.decline", DECLINE)
    await world.settle()
    threads["complaint"] = await begun(world, "XD", case, "XA", "complaint.open", COMPLAINT)
    await world.settle()
    return case, threads


async def ended_at_origin(world: World, threads: dict[str, str]) -> set[str]:
    """Which of the threads XA sees as ended, by name."""
    names = [name for name in threads if name != "elsewhere"]
    return {name for name in names if (await world["XA"].view(threads[name])).state == "ended"}


async def test_h01_sender_asylum_and_illness_end_the_same_threads(world: World) -> None:
    """Two stops at one slot would say what one does not: whatever the cause, all that tells XA of her ends, no more."""
    found = {}
    for cause in ("illness", "asylum"):
        case, threads = await family(world)
        if cause == "asylum":
            await seeks_asylum(world, case)
        else:
            await world["XD"].stop(threads["hers"])
        await world.later(DAY_S)
        found[cause] = await ended_at_origin(world, threads)
        assert (await world["XT"].view(threads["elsewhere"])).state == "offered"

    assert found["illness"] == found["asylum"] == {"hers", "both", "complaint"}


async def test_h01_sender_whichever_thread_is_stopped_the_others_end_at_the_same_slot(world: World) -> None:
    """A person stops the complaint, say; every stop leaves at one slot and says one thing."""
    _, threads = await family(world)
    await world["XD"].stop(threads["both"])

    def waiting(reader: Reader) -> list[Waiting]:
        return [row for name in ("hers", "both", "complaint") for row in reader.outbox.of_thread("XA", threads[name])]

    at = [row.due_at for row in world["XD"].node.store.read_sync(waiting) if row.state == "queued"]
    assert len(at) == 3
    assert len(set(at)) == 1


async def test_h35_sender_a_danger_to_somebody_else_is_no_part_of_what_ends(world: World) -> None:
    """H35: a safety thread about her child ends by nothing that ends contact about her alone."""
    xd = world["XD"]
    case = await xd.new_case(persons=FAMILY)
    await xd.consent(case, "XA")
    hers = (await xd.offer("XA", case, persons=(HER,))).thread
    command = RaiseAlert(peer="XA", persons=(CHILD,), dangers=("violence",), justification="cannot_be_reached",
                         until=world.clock.now() + DAY_S, safe_contact="a friend")  # fmt: skip
    alert = await alerts.raise_alert(xd.node, xd.caseworker, case, command)
    await world.settle()

    opened = xd.node.store.read_sync(lambda reader: Book(xd.node, reader).case(case))
    told = xd.node.store.read_sync(lambda reader: told_of_with(xd.node, reader, opened, {hers}))

    assert alert.thread is not None
    assert [one.row.thread_id for one in told] == [hers]


async def test_h02_sender_nothing_else_is_stopped_while_she_is_on_the_way(world: World) -> None:
    """H02: a stop would end the look-out for her too; her journey itself can be halted."""
    xd = world["XD"]
    case = await xd.new_case(returns=(plan(her_return()),))
    await xd.consent(case, "XA")
    referral = (await xd.offer("XA", case)).thread
    await world.settle()
    await _on_the_way(world, case)

    with pytest.raises(NotAllowed) as refused:
        await xd.stop(referral)

    assert refused.value.rule == "H02"


async def _on_the_way(world: World, case: str) -> None:
    """A return thread of the case of which the letters say that she set out."""
    node, now = world["XD"].node, world.clock.now()
    left = Entry("opener", 1, 0, "return.departure", "cd" * 16, now, now + DAY_S, noted=Facts(case="yes", way=Said()))
    thread = Thread("ef" * 16, "XA", "opener", "return", (left,), (), Shared("travelling", now + DAY_S), 1, 1)

    def put(work: Work) -> None:
        book = Book(node, work)
        opened = book.case(case)
        noted = note_thread(opened.case, CaseThread("ef" * 16, "XA", now, (HER,)), "ana", now)
        book.new_file(book.put_case(opened, noted.case, now), ThreadFile(thread), now)

    await node.store.write(put)
