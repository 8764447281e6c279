"""She takes her consent back, end to end between two real nodes. R20, R21; H01, H16; domain 5.9; wire 7, 11."""

import json

import pytest

from node.crypto.envelope import EnvelopeRefused
from node.crypto.receipts import Receipt, Status
from node.errors import BadInput, NotAllowed, NotFound
from node.protocol.cases.case import Tie
from node.protocol.cases.changes import set_tie
from node.service.delivery.incoming import receive
from node.service.safety.alerts import raise_alert
from node.service.safety.requests import RaiseAlert
from node.service.threads import reading
from node.service.threads.book import Book
from node.service.threads.commands import Withdraw
from node.service.threads.longer_withdrawals import WaitLonger, let_withdrawal_wait
from node.service.threads.stops import next_slot
from node.service.threads.withdrawals import withdraw_consent
from node.service.upkeep import sweeps
from node.store.work import Reader, Work
from tests.attack.forged_posts import alarms, answer, forged, payload_of, post
from tests.unit.service import rights_support
from tests.unit.test_spine import ACCEPT
from tests.world import DAY_S, HER, World

LEVELS = ["L1", "L2", "L3", "L4"]


async def disclosed(world: World) -> tuple[str, str, str]:
    """(case, consent, thread) of a referral that was accepted and whose name was sent."""
    thread, case = await rights_support.disclosed(world, names={"given_name": "Zoryana"})
    node = world["XD"].node

    def find(reader: Reader) -> str:
        book = Book(node, reader)
        return book.consents(book.case(case))[0].consent_id

    return case, node.store.read_sync(find), thread


async def fear(world: World, case_id: str) -> None:
    """It becomes known that she fears XA, without anything else that the desk does then."""
    node = world["XD"].node

    def note(work: Work) -> None:
        book, now = Book(node, work), node.now()
        case = book.case(case_id)
        book.put_case(case, set_tie(case.case, HER, Tie("XA", "nationality", "yes"), ("caseworker-1",), now).case, now)

    await node.store.write(note)


def kinds(world: World, code: str, thread: str) -> list[str | None]:
    """The kinds of the letters that a node has received on a thread, in order."""
    node = world[code].node

    def read(reader: Reader) -> list[str | None]:
        row = reader.threads.find(thread)
        assert row is not None
        found = Book(node, reader).open_file(row).file
        return [entry.kind for entry in found.thread.entries if entry.side != found.thread.side]

    return node.store.read_sync(read)


def _letter_id(world: World, envelope: bytes) -> str | None:
    """The letter inside a posted envelope, if it went to XA."""
    try:
        return str(payload_of(world, envelope, "XA")["letter_id"])
    except EnvelopeRefused:
        return None


def deadlines(world: World, code: str, thread: str) -> dict[str, int]:
    """Open deadlines of a thread: code -> due at."""
    rows = world[code].node.store.read_sync(lambda reader: reader.deadlines.open())
    return {row.code: row.due_at for row in rows if row.thread_id == thread}


async def days(world: World, count: int) -> None:
    """Let days pass with the sweeps that a running node makes."""
    for _ in range(count):
        await world.later(DAY_S)
        for country in world.countries.values():
            await sweeps.overdue(country.node)
        await world.settle()


async def test_r20_receiver_erases_within_three_days_although_the_stop_follows(world: World) -> None:
    """Domain 5.9: told at once, 72 hours to erase, and the stop at the next slot ends no duty towards her."""
    case, consent, thread = await disclosed(world)
    await world["XD"].withdraw(case, consent)
    asked_at = world.clock.now()
    await world.settle()
    assert kinds(world, "XA", thread)[-1] == "consent.withdrawal"

    await days(world, 1)

    assert (await world["XA"].view(thread)).state == "ended"
    assert deadlines(world, "XA", thread) == {"erase": asked_at + 3 * DAY_S}


async def test_r20_receiver_opens_her_name_to_a_coordinator_alone_once_all_of_her_consent_is_gone(world: World) -> None:
    """R20, GDPR 18: restricted by her word itself; the second desk that would read it has three days to erase it."""
    case, consent, thread = await disclosed(world)
    xa = world["XA"]
    offer, names = [one.letter_id for one in (await xa.view(thread)).letters if one.direction == "in"]
    assert await reading.open_identity(xa.node, xa.caseworker, names, "give_service")
    await world["XD"].withdraw(case, consent)
    await world.settle()

    for letter in (offer, names):
        with pytest.raises(NotAllowed) as no:
            await reading.open_letter(xa.node, xa.caseworker, letter)
        assert no.value.rule == "R20"
    with pytest.raises(NotAllowed):
        await reading.open_identity(xa.node, xa.caseworker, names, "give_service")
    assert "Zoryana" in repr(await reading.open_identity(xa.node, xa.coordinator, names, "person_asked"))
    token = world["XD"].tokens(thread)[HER]
    ground = [{"legal_ground": "legal_claims", "until": world.clock.now() + 5 * DAY_S}]
    told = [{"letter_id": names, "levels": ["L3"], "result": "kept", "kept": ground}]
    asked = (await xa.view(thread)).letters[-1].letter_id
    await xa.act(thread, "erasure.confirm", {"token": token, "items": told, "onward": []}, in_reply_to=asked)
    assert await reading.open_identity(xa.node, xa.caseworker, names, "give_service")


async def test_h02_receiver_a_danger_is_read_by_whoever_has_to_act_whatever_she_took_back(world: World) -> None:
    """H02: an alert rests on no consent, so her withdrawal shuts her name and not what she is in danger of."""
    case, consent, thread = await disclosed(world)
    xd, xa = world["XD"], world["XA"]
    danger = RaiseAlert(
        peer="XA", dangers=("traffickers_near",), until=world.clock.now() + DAY_S, justification="cannot_be_reached",
        safe_contact="the blue kiosk",
    )  # fmt: skip
    told = await raise_alert(xd.node, xd.caseworker, case, danger)
    await world.settle()
    await xd.withdraw(case, consent)
    await world.settle()

    assert told.letter_id is not None and told.letter_id in {one.letter_id for one in (await xa.view(thread)).letters}
    await reading.open_letter(xa.node, xa.caseworker, told.letter_id)


async def test_r20_receiver_reads_what_the_consent_that_is_left_still_covers(world: World) -> None:
    """R20: she took back one purpose; the rest of what she allowed goes on, and is read for it."""
    case, consent, thread = await disclosed(world)
    xa = world["XA"]
    names = [one.letter_id for one in (await xa.view(thread)).letters if one.direction == "in"][-1]
    xd = world["XD"]
    await withdraw_consent(xd.node, xd.coordinator, case, consent, Withdraw(purposes=("enquiry",)))
    await world.settle()

    assert await reading.open_identity(xa.node, xa.caseworker, names, "give_service")


async def test_a_withdrawal_that_has_not_left_changes_no_answer(world: World) -> None:
    """Wire 3 row 14; H01, H16: held as she fears them, it must not be read from the receipt of their acceptance."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case()
    consent = await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    await fear(world, case)
    await xd.withdraw(case, consent)
    await xa.act(thread, "referral.accept", {**ACCEPT, "persons": [xd.tokens(thread)[HER]], "data_needed": []})
    await world.settle()

    assert "consent.withdrawal" not in kinds(world, "XA", thread)
    assert (await xa.view(thread)).state == "accepted"


async def test_r20_the_stop_after_a_withdrawal_says_the_slot_like_any_other(world: World) -> None:
    """H01: the sweep that sends it may come a minute late; written_at is the slot all the same."""
    case, consent, thread = await disclosed(world)
    slot = next_slot(world["XD"].node, world.clock.now())
    await world["XD"].withdraw(case, consent)
    await world.settle()
    world.clock.step(slot + 47 - world.clock.now())
    await sweeps.overdue(world["XD"].node)
    await world.settle()

    node = world["XA"].node

    def payloads(reader: Reader) -> list[bytes]:
        return [Book(node, reader).payload(row) for row in reader.letters.of_thread("XD", thread)]

    letters = [json.loads(payload) for payload in node.store.read_sync(payloads)]
    (stop,) = [letter for letter in letters if letter["kind"] == "referral.ended"]
    assert stop["written_at"] == slot


async def test_r20_the_stop_does_not_overtake_the_withdrawal_it_follows(world: World) -> None:
    """Wire 1: queueing a stop gives up what has no receipt, so it waits until the withdrawal has one."""
    case, consent, thread = await disclosed(world)
    world.fault = lambda *_: "lost"
    await world["XD"].withdraw(case, consent)
    await days(world, 3)
    world.fault = lambda *_: None
    await days(world, 2)

    assert kinds(world, "XA", thread)[-2:] == ["consent.withdrawal", "referral.ended"]


async def test_r20_what_is_confirmed_as_erased_is_gone_and_the_other_side_hears_of_it(world: World) -> None:
    """R20, wire 11: erasure.confirm item by item; the disclosed block cannot be opened again; help goes on (R21)."""
    xd, xa = world["XD"], world["XA"]
    case, consent, thread = await disclosed(world)
    await xd.withdraw(case, consent)
    await days(world, 1)
    rows = xa.node.store.read_sync(lambda reader: reader.letters.of_thread("XD", thread))
    asked = next(one for one in (await xa.view(thread)).letters if one.kind == "consent.withdrawal")
    gone = [row.letter_id for row in rows if row.direction == "in" and row.letter_id != asked.letter_id]
    items = [{"letter_id": one, "levels": LEVELS, "result": "erased", "kept": []} for one in gone]
    body = {"token": xd.tokens(thread)[HER], "items": items, "onward": []}
    await xa.act(thread, "erasure.confirm", body, in_reply_to=asked.letter_id)
    await world.settle()

    views = {one.letter_id: one for one in (await xa.view(thread)).letters}
    assert all(views[one].erased for one in gone)
    assert not any(views[one].has_identity for one in gone)
    assert kinds(world, "XD", thread)[-1] == "erasure.confirm"
    assert "erase" not in deadlines(world, "XA", thread)
    assert xd.node.store.read_sync(lambda reader: Book(xd.node, reader).case(case)).case.case_id == case
    assert xa.node.store.read_sync(lambda reader: reader.audit.verify()) is None
    assert xd.node.store.read_sync(lambda reader: reader.audit.verify()) is None


async def test_r20_a_letter_that_lost_its_names_is_still_the_same_letter(world: World) -> None:
    """Wire 3 row 12: after erasure payloads are not compared; a re-seal of it is already received, and no alarm."""
    xd, xa = world["XD"], world["XA"]
    case, consent, thread = await disclosed(world)
    await xd.withdraw(case, consent)
    await world.settle()
    asked = next(one for one in (await xa.view(thread)).letters if one.kind == "consent.withdrawal")
    named = next(one for one in (await xa.view(thread)).letters if one.has_identity)
    items = [{"letter_id": named.letter_id, "levels": ["L3"], "result": "erased", "kept": []}]
    body = {"token": xd.tokens(thread)[HER], "items": items, "onward": []}
    await xa.act(thread, "erasure.confirm", body, in_reply_to=asked.letter_id)
    await world.settle()

    carried = next(one for _, _, posted in world.posted for one in posted if _letter_id(world, one) == named.letter_id)
    sent = forged(world, "XD", "XA", payload_of(world, carried, "XA"))
    got = answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope))

    assert isinstance(got, Receipt)
    assert got.status == Status.ALREADY_RECEIVED
    assert alarms(world, "XA") == []


async def test_r21_part_of_it_taken_back_leaves_the_thread_open(world: World) -> None:
    """R20: only what rests on it stops; R21: help does not end by it."""
    xd, xa = world["XD"], world["XA"]
    case, consent, thread = await disclosed(world)
    await withdraw_consent(xd.node, xd.coordinator, case, consent, Withdraw(levels=("L4",)))
    await days(world, 2)

    assert kinds(world, "XA", thread)[-1] == "consent.withdrawal"
    assert (await xa.view(thread)).state == (await xd.view(thread)).state == "disclosed"


async def test_h16_a_withdrawal_towards_a_feared_country_waits_for_her_word_and_ends_as_a_stop(world: World) -> None:
    """Practice H16: it never leaves under R10; after two working days without a word the uniform stop goes."""
    xd = world["XD"]
    case, consent, thread = await disclosed(world)
    await fear(world, case)
    await xd.withdraw(case, consent)
    await world.settle()
    held = [one for one in (await xd.view(thread)).letters if one.state == "held"]
    tasks = {xd.node.seals.uncover(task.code) for task in xd.node.store.read_sync(lambda reader: reader.tasks.open())}
    await days(world, 1)
    early = kinds(world, "XA", thread)
    await days(world, 6)

    assert [(one.kind, one.held) for one in held] == [("consent.withdrawal", "R10")]
    assert "ask_her_about_withdrawal" in tasks
    assert early == ["referral.offer", "referral.disclose"]
    assert kinds(world, "XA", thread) == ["referral.offer", "referral.disclose", "referral.ended"]


async def test_h16_it_waits_longer_only_with_her_counsel_and_when_she_was_told(world: World) -> None:
    """Practice H16: longer needs counsel and is shown to her; then the stop goes later, by itself."""
    xd = world["XD"]
    case, consent, thread = await disclosed(world)
    await fear(world, case)
    await xd.withdraw(case, consent)
    await world.settle()
    (held,) = [one.letter_id for one in (await xd.view(thread)).letters if one.state == "held"]
    until = world.clock.now() + 12 * DAY_S
    for counsel, shown in ((False, True), (True, False)):
        with pytest.raises(NotAllowed):
            await let_withdrawal_wait(xd.node, xd.coordinator, held, WaitLonger(until, counsel, shown))
    with pytest.raises(BadInput):
        await let_withdrawal_wait(xd.node, xd.coordinator, held, WaitLonger(until + 40 * DAY_S, True, True))
    with pytest.raises(NotFound):
        await let_withdrawal_wait(xd.node, xd.coordinator, "0" * 32, WaitLonger(until, True, True))
    told = await let_withdrawal_wait(xd.node, xd.coordinator, held, WaitLonger(until, True, True))
    await world.days(9)
    early = kinds(world, "XA", thread)
    await world.days(5)

    assert told.stops_at == until
    assert "referral.ended" not in early
    assert kinds(world, "XA", thread)[-1] == "referral.ended"
    assert "consent.withdrawal" not in kinds(world, "XA", thread)


async def test_h16_a_withdrawal_that_may_not_leave_an_ended_thread_is_dropped(world: World) -> None:
    """The stop has gone already: nothing more is said to that country, and nothing waits for ever."""
    xd = world["XD"]
    case, consent, thread = await disclosed(world)
    await fear(world, case)
    await xd.stop(thread)
    await days(world, 1)
    await xd.withdraw(case, consent)
    await days(world, 7)

    assert kinds(world, "XA", thread) == ["referral.offer", "referral.disclose", "referral.ended"]
    states = [one.state for one in (await xd.view(thread)).letters if one.direction == "out"]
    assert "held" not in states
    assert deadlines(world, "XD", thread) == {}


async def test_r20_receiver_consent_that_comes_late_does_not_widen_what_was_taken_back(world: World) -> None:
    """Wire 7: a withdrawal applies on arrival; an older letter that waited for its turn says older consent."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case()
    consent = await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    await xa.act(thread, "referral.info_request", {"questions": [{"question": "room", "why": "choose_service"}]})
    await world.settle()
    world.fault = lambda *_: "lost"
    answers = {"answers": [{"question": "room", "answer": ["single"], "declined": False}]}
    await xd.act(thread, "referral.info", answers)
    await world.settle()
    late = world.posted[-1][2]
    world.fault = lambda *_: None
    await xd.withdraw(case, consent)
    await world.later(7 * 3600)
    assert kinds(world, "XA", thread)[-1] == "consent.withdrawal"

    await receive(xa.node, late)

    def entries(reader: Reader) -> int:
        row = reader.threads.find(thread)
        assert row is not None
        return len(Book(xa.node, reader).open_file(row).file.entries)

    assert xa.node.store.read_sync(entries) == 0


async def test_r24_an_opened_name_is_logged_with_its_reason(world: World) -> None:
    """R24: who, when, which letter and why; never what was read. R36: the chain of the audit is whole."""
    xa = world["XA"]
    _, _, thread = await disclosed(world)
    named = next(one for one in (await xa.view(thread)).letters if one.has_identity)
    persons = await reading.open_identity(xa.node, xa.caseworker, named.letter_id, "prepare_reception")
    lines = xa.node.store.read_sync(lambda reader: reader.audit.lines(limit=1000))

    assert [dict(fields) for fields in persons.values()] == [{"given_name": "Zoryana"}]
    (line,) = [one for one in lines if one.act == "identity_opened"]
    assert (line.actor, line.ref, line.rule, line.outcome) == (
        "caseworker-1",
        named.letter_id,
        "R24",
        "prepare_reception",
    )
    assert not any("Zoryana" in str(one) for one in lines)
    assert xa.node.store.read_sync(lambda reader: reader.audit.verify()) is None
