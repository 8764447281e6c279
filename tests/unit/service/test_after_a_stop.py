"""H01 on real nodes: what becomes of what another country asks after a stop, and of who asks on a stopped thread."""

import pytest

from node.errors import NotAllowed
from node.protocol.statistics.figures import answers_of
from node.service.evidence.silence import export_silence
from node.service.rights import access, complaints
from node.service.rights.access import AnswerAccess
from node.service.rights.breach import ReportBreach, report_breach
from node.service.safety import alerts
from node.service.safety.requests import RaiseAlert
from node.service.threads.done_here import NO_ANSWER_GOES
from node.service.threads.stops import next_slot
from node.store.work import Reader
from tests.attack.forged_posts import payload_of
from tests.attack.pairs import everything_again
from tests.unit.service.information_support import file_of
from tests.unit.service.rights_support import deadlines, disclosed, letter_of, tasks
from tests.unit.service.test_breach_and_complaint import FOUND, LOST
from tests.unit.service.test_ending import COMPLAINT, begun, family, seeks_asylum, world
from tests.world import DAY_S, HER, World

__all__ = ["world"]  # the fixture: three countries


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
    assert erased.warnings == told.warnings == (NO_ANSWER_GOES,)
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
    await world.sweep()
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


@pytest.mark.parametrize("moment", [-1, 0, 1])
async def test_h01_sender_at_the_very_moment_of_the_slot_both_causes_leave_together(world: World, moment: int) -> None:
    """One second before, at and after the daily slot: asylum and illness are queued for the same one."""
    xd, now = world["XD"], world.clock.now()
    cases = [await xd.new_case() for _ in range(2)]
    for case in cases:
        await xd.consent(case, "XA")
    threads = [(await xd.offer("XA", case)).thread for case in cases]
    await world.settle()
    await world.later(next_slot(xd.node, now) + moment - now)

    await xd.stop(threads[0])
    await seeks_asylum(world, cases[1])

    def due(reader: Reader) -> list[int]:
        rows = [row for thread in threads for row in reader.outbox.of_thread("XA", thread)]
        return [row.due_at for row in rows if row.state == "queued"]

    first, second = xd.node.store.read_sync(due)
    assert first == second > world.clock.now()


async def test_h01_sender_no_published_figure_counts_what_a_stop_left_unanswered(world: World) -> None:
    """5.13: silence after a stop is late at neither side, and no evidence of silence is written about it."""
    thread, case = await disclosed(world)
    xd, xa = world["XD"], world["XA"]
    await xa.stop(thread)
    await world.later(DAY_S)
    complaint = await begun(world, "XD", case, "XA", "complaint.open", COMPLAINT, relates_to=thread)
    asked = await xd.act(thread, "access.request", {"token": xd.tokens(thread)[HER]})
    await world.days(45)

    for ours in ("XD", "XA"):
        files = [file_of(world, ours, one) for one in (thread, complaint)]
        late = [one for file in files for one in answers_of(file.thread, ours) if one.late(world.clock.now())]
        assert [one.kind for one in late if one.kind in ("access.request", "complaint.open")] == []
    assert asked.letter_id is not None
    with pytest.raises(NotAllowed):
        await export_silence(xd.node, xd.coordinator, asked.letter_id, "XA")


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
