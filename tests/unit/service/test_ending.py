"""H01 on real nodes: which threads a stop ends, and what becomes of what another country asks after it."""

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
from node.service.rights import access, complaints
from node.service.rights.access import AnswerAccess
from node.service.rights.breach import ReportBreach, report_breach
from node.service.safety import alerts
from node.service.safety.requests import RaiseAlert
from node.service.threads import opening
from node.service.threads.book import Book
from node.service.threads.commands import OpenThread
from node.service.threads.done_here import SAYS
from node.service.threads.ending import told_of_with
from node.service.threads.files import ThreadFile
from node.store.outbox import Waiting
from node.store.work import Reader, Work
from tests.attack.forged_posts import payload_of
from tests.attack.test_asylum_looks_like_illness import everything_again
from tests.rules.return_world import her_return, plan
from tests.unit.service.rights_support import deadlines, disclosed, letter_of, tasks
from tests.unit.service.test_breach_and_complaint import FOUND, LOST
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
    left = Entry("opener", 1, 0, "return.departure", "cd" * 16, now, now + DAY_S, facts=Facts(case="yes", way=Said()))
    thread = Thread("ef" * 16, "XA", "opener", "return", (left,), (), Shared("travelling", now + DAY_S), 1, 1)

    def put(work: Work) -> None:
        book = Book(node, work)
        opened = book.case(case)
        noted = note_thread(opened.case, CaseThread("ef" * 16, "XA", now, (HER,)), "ana", now)
        book.new_file(book.put_case(opened, noted.case, now), ThreadFile(thread), now)

    await node.store.write(put)


async def test_h01_receiver_what_is_asked_after_a_stop_is_done_and_not_answered(world: World) -> None:
    """The country that stopped erases and settles the question; nothing leaves, and its people read why."""
    thread, _ = await disclosed(world)
    xd, xa = world["XD"], world["XA"]
    await xa.stop(thread)
    await world.later(DAY_S)
    names = await letter_of(world, "XA", thread, "referral.disclose")
    token = xd.tokens(thread)[HER]
    items = [{"letter_id": names, "levels": ["L1", "L2", "L3", "L4"]}]
    erase = await xd.act(thread, "erasure.request", {"token": token, "items": items})
    ask = await xd.act(thread, "access.request", {"token": token})
    await world.settle()
    posted = len(world.posted)

    confirm = {"token": token, "items": [{**items[0], "result": "erased", "kept": []}], "onward": []}
    erased = await xa.act(thread, "erasure.confirm", confirm, in_reply_to=erase.letter_id)
    assert ask.letter_id is not None
    told = await access.answer(xa.node, xa.caseworker, thread, AnswerAccess(request=ask.letter_id))
    await world.days(1)

    assert erased.letter_id is told.letter_id is None
    assert erased.warnings == told.warnings == (SAYS,)
    assert next(one for one in (await xa.view(thread)).letters if one.letter_id == names).erased
    assert {deadlines(world, "XA", thread)[code] for code in ("erase", "access")} == {"met"}
    kinds = {one.kind for one in (await xd.view(thread)).letters if one.direction == "in"}
    assert not kinds & {"erasure.confirm", "access.response"}
    assert len(world.posted) > posted  # channel.heads of the day: the line itself is not dead


async def test_h01_sender_who_asks_on_a_stopped_thread_waits_for_nothing(world: World) -> None:
    """No deadline, no ladder, one task that says so; the sheet asks those countries only that may still answer."""
    thread, case = await disclosed(world)
    xd, xa = world["XD"], world["XA"]
    token = xd.tokens(thread)[HER]
    await xd.act(thread, "access.request", {"token": token})
    await world.settle()
    assert deadlines(world, "XD", thread)["confirm"] == "open"

    await xa.stop(thread)
    await world.later(DAY_S)
    assert deadlines(world, "XD", thread)["confirm"] == "met"
    assert tasks(world, "XD").count("no_answer_after_stop") == 1

    await xd.act(thread, "erasure.request", {"token": token, "items": [{"letter_id": "ab" * 16, "levels": ["L3"]}]})
    await world.settle()
    await world.days(45)
    asked = await access.ask_everybody(xd.node, xd.caseworker, case)

    assert "open" not in {deadlines(world, "XD", thread)[code] for code in ("confirm",)}
    assert not [code for code in tasks(world, "XD") if code.startswith("overdue_confirm")]
    assert (asked.asked, asked.kept_here, asked.stopped) == (0, 0, 1)


async def test_h01_receiver_what_was_asked_before_their_own_stop_is_still_answered(world: World) -> None:
    """Golden scenario 3: she takes all back, the stop follows, the erasure is confirmed; what comes later is not."""
    thread, _ = await disclosed(world)
    xd, xa = world["XD"], world["XA"]
    token = xd.tokens(thread)[HER]
    names = await letter_of(world, "XA", thread, "referral.disclose")
    items = [{"letter_id": names, "levels": ["L3"]}]
    before = await xd.act(thread, "erasure.request", {"token": token, "items": items})
    await world.settle()
    await xd.stop(thread)
    await world.later(DAY_S)
    after = await xd.act(thread, "erasure.request", {"token": token, "items": items})
    await world.settle()

    confirm = {"token": token, "items": [{**items[0], "result": "erased", "kept": []}], "onward": []}
    first = await xa.act(thread, "erasure.confirm", confirm, in_reply_to=before.letter_id)
    second = await xa.act(thread, "erasure.confirm", confirm, in_reply_to=after.letter_id)
    await world.settle()

    assert first.letter_id is not None
    assert second.letter_id is None
    assert [one.kind for one in (await xd.view(thread)).letters].count("erasure.confirm") == 1


async def test_h01_receiver_their_stop_that_came_first_does_not_bring_answers_back(world: World) -> None:
    """A stop of ours that waits for its slot is decided: whoever stops quickly meanwhile learns no more."""
    thread, _ = await disclosed(world)
    xd, xa = world["XD"], world["XA"]
    token = xd.tokens(thread)[HER]
    asked = await xd.act(thread, "access.request", {"token": token})
    await world.settle()
    await xa.stop(thread)
    await xd.stop(thread)
    world.fault = lambda sender, *_: "lost" if sender == "XA" else None
    await world.later(DAY_S)
    world.fault = lambda *_: None

    assert asked.letter_id is not None
    told = await access.answer(xa.node, xa.caseworker, thread, AnswerAccess(request=asked.letter_id))

    assert told.letter_id is None


async def test_h01_receiver_a_complaint_about_a_stopped_thread_ends_by_itself_and_is_dealt_with(world: World) -> None:
    """It is filed in the case, passed to the independent body, and its thread gets the same stop at the next slot."""
    thread, case = await disclosed(world)
    xa, xd = world["XA"], world["XD"]
    await xa.stop(thread)
    await world.later(DAY_S)
    complaint = await begun(world, "XD", case, "XA", "complaint.open", COMPLAINT, relates_to=thread)
    await world.settle()
    assert "new_complaint" in tasks(world, "XA")

    told = await complaints.answer(xa.node, xa.caseworker, complaint, FOUND)
    await world.later(DAY_S)

    assert told.letter_id is None
    assert (await xd.view(complaint)).state == (await xa.view(complaint)).state == "ended"
    assert deadlines(world, "XD", complaint)["reply"] != "open"


async def test_h01_sender_an_alert_on_a_stopped_thread_calls_for_the_telephone_at_once(world: World) -> None:
    """Nobody over there answers in writing: somebody here telephones now, not in an hour."""
    thread, case = await disclosed(world)
    xd, xa = world["XD"], world["XA"]
    await xa.stop(thread)
    await world.later(DAY_S)
    command = RaiseAlert(peer="XA", dangers=("violence",), justification="cannot_be_reached",
                         until=world.clock.now() + DAY_S, safe_contact="a friend")  # fmt: skip
    await alerts.raise_alert(xd.node, xd.caseworker, case, command)
    await world.settle()

    due = xd.node.store.read_sync(lambda reader: reader.alarms.due(world.clock.now(), 10))
    assert "answer" in {row.ladder for row in due}


async def test_h01_sender_a_breach_is_told_for_all_stopped_threads_of_a_country_or_for_none(world: World) -> None:
    """One missing notice would point at her; letters of open threads are told as ever."""
    xd = world["XD"]
    (ill, _), (hers, case), (running, _) = [await disclosed(world) for _ in range(3)]
    await xd.stop(ill)
    await seeks_asylum(world, case)
    await world.later(DAY_S)
    letters = tuple([await letter_of(world, "XD", one, "referral.accept") for one in (ill, hers, running)])

    done = await report_breach(
        xd.node, xd.coordinator, ReportBreach(letters=letters, noticed_at=world.clock.now(), **LOST)
    )
    await world.settle()

    assert (done.notices, done.kept_here) == (1, 2)
    assert tasks(world, "XD").count("tell_her_of_breach") == 3


async def test_h01_receiver_what_had_ended_before_falls_silent_with_the_rest(world: World) -> None:
    """A declined offer gets no stop when another thread does, and no answer either: asylum would hold it."""
    _, threads = await family(world)
    xd, xa = world["XD"], world["XA"]
    await xd.stop(threads["hers"])
    await world.later(DAY_S)
    decline = await letter_of(world, "XA", threads["declined"], "referral.decline", "out")
    token = xd.tokens(threads["declined"])[HER]
    asked = await xa.act(
        threads["declined"], "erasure.request", {"token": token, "items": [{"letter_id": decline, "levels": ["L1"]}]}
    )
    await world.settle()

    item = {"letter_id": decline, "levels": ["L1"], "result": "erased", "kept": []}
    body = {"token": token, "items": [item], "onward": []}
    told = await xd.act(threads["declined"], "erasure.confirm", body, in_reply_to=asked.letter_id)

    assert told.letter_id is None
    assert (await xa.view(threads["declined"])).state == "declined"


async def test_h01_sender_of_an_ended_matter_nothing_that_was_received_is_sent_again(world: World) -> None:
    """Who asks for everything again would see by what is missing who seeks asylum; a task says what to tell anew."""
    _, threads = await family(world)
    xd = world["XD"]
    token = xd.tokens(threads["declined"])[HER]
    await xd.act(
        threads["declined"], "erasure.request", {"token": token, "items": [{"letter_id": "ab" * 16, "levels": ["L1"]}]}
    )
    await world.settle()
    posted = len(world.posted)
    await everything_again(world)
    await world.settle()

    sent = [
        payload_of(world, one, "XA")
        for who, to, envelopes in world.posted[posted:]
        if (who, to) == ("XD", "XA")
        for one in envelopes
    ]
    again = {letter.get("thread") for letter in sent}
    assert threads["hers"] in again
    assert threads["declined"] not in again
    assert "channel.closed" in {letter["kind"] for letter in sent}
    assert "withdrawal_to_tell_again" in tasks(world, "XD")
