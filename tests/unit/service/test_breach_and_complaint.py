"""R33 on real nodes: a breach is told to every country concerned and to her; a complaint is answered by others."""

import json
from typing import Any

import msgspec
import pytest

from node.errors import BadInput, Conflict, NotAllowed, NotFound, WrongRole
from node.service.rights.breach import ReportBreach, report_breach
from node.service.rights.complaints import AnswerComplaint, answer
from node.service.threads import opening
from node.service.threads.commands import OpenThread
from node.service.threads.desk import list_tasks, task_done
from tests.attack.forged_posts import answer as receipt_of
from tests.attack.forged_posts import forged, payload_of, post
from tests.unit.service.rights_support import deadlines, disclosed, letter_of, tasks
from tests.world import DAY_S, World

LOST: dict[str, Any] = {"cause": "device_lost", "measures": ("device_wiped",), "names_exposed": False}
FOUND = AnswerComplaint(
    outcome="upheld", body="ombudsperson-xa", body_kind="ombudsperson", measures=("decision_changed",),
    next_routes=("court",),
)  # fmt: skip


async def test_a_breach_is_told_on_every_thread_and_stays_until_she_was_told(world: World) -> None:
    """GDPR 33, 34: one report, a notice on each thread; the task at both sides ends when she was told."""
    first, _ = await disclosed(world)
    second, _ = await disclosed(world)
    xa, xd = world["XA"], world["XD"]
    letters = tuple([await letter_of(world, "XA", one, "referral.disclose") for one in (first, second)])

    done = await report_breach(
        xa.node, xa.coordinator, ReportBreach(letters=letters, noticed_at=world.clock.now() - 3600, **LOST)
    )
    await world.settle()

    assert (done.notices, done.late) == (2, False)
    assert tasks(world, "XD").count("tell_her_of_breach") == tasks(world, "XA").count("tell_her_of_breach") == 2
    assert deadlines(world, "XD", first)["tell_her"] == "open"
    task = next(one for one in await list_tasks(xd.node, xd.coordinator) if one.code == "tell_her_of_breach")
    assert task.thread is not None
    await task_done(xd.node, xd.coordinator, task.id)
    assert deadlines(world, "XD", task.thread)["tell_her"] == "met"


async def test_a_report_that_names_one_more_letter_tells_the_country_of_that_one_too(world: World) -> None:
    """R33: what was said a moment ago is not said again, and keeps no other country from hearing of its own letters."""
    first, _ = await disclosed(world)
    second, _ = await disclosed(world)
    xa, at = world["XA"], world.clock.now() - 3600
    letters = [await letter_of(world, "XA", one, "referral.disclose") for one in (first, second)]
    await report_breach(xa.node, xa.coordinator, ReportBreach(letters=(letters[0],), noticed_at=at, **LOST))

    both = ReportBreach(letters=tuple(letters), noticed_at=at, **LOST)
    done = await report_breach(xa.node, xa.coordinator, both)
    await world.settle()

    assert done.notices == 2
    assert tasks(world, "XD").count("tell_her_of_breach") == tasks(world, "XA").count("tell_her_of_breach") == 2
    with pytest.raises(Conflict):
        await report_breach(xa.node, xa.coordinator, both)


async def test_a_breach_is_told_after_a_stop_and_a_late_one_is_marked(world: World) -> None:
    """5.9: within 24 hours; a later notice is better than none, and shows as late."""
    thread, _ = await disclosed(world)
    xa = world["XA"]
    names = await letter_of(world, "XA", thread, "referral.disclose")
    await xa.stop(thread)
    await world.later(2 * DAY_S)

    done = await report_breach(
        xa.node, xa.coordinator, ReportBreach(letters=(names,), noticed_at=world.clock.now() - 2 * DAY_S, **LOST)
    )
    await world.settle()

    assert done.late
    assert "tell_her_of_breach" in tasks(world, "XD")


async def test_only_a_coordinator_reports_and_nothing_is_told_of_letters_nobody_knows(world: World) -> None:
    thread, _ = await disclosed(world)
    xa = world["XA"]
    names = await letter_of(world, "XA", thread, "referral.disclose")
    at = world.clock.now()

    with pytest.raises(WrongRole):
        await report_breach(xa.node, xa.caseworker, ReportBreach(letters=(names,), noticed_at=at, **LOST))
    with pytest.raises(NotFound):
        await report_breach(xa.node, xa.coordinator, ReportBreach(letters=(names, "00" * 16), noticed_at=at, **LOST))
    with pytest.raises(BadInput):
        await report_breach(xa.node, xa.coordinator, ReportBreach(letters=(names,), noticed_at=at + 60, **LOST))
    assert "tell_her_of_breach" not in tasks(world, "XA")


async def complained(world: World) -> tuple[str, str, str]:
    """XA declines her; she has it reviewed: the complaint's thread, the decline, and XA's case of the referral."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case()
    await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    decline = await xa.act(thread, "referral.decline", {"reason": "no_capacity", "alternatives": [], "retry_after": []})
    await world.settle()
    body = {"about": "decline", "asks": ["review"], "letters": [decline.letter_id]}
    command = OpenThread(
        peer="XA", kind="complaint.open", body=msgspec.Raw(msgspec.json.encode(body)), relates_to=thread
    )
    done = await opening.open_thread(xd.node, xd.caseworker, case, command)
    await world.settle()
    assert decline.letter_id is not None
    row = xa.node.store.read_sync(lambda reader: reader.threads.find(thread))
    assert row is not None
    return done.thread, decline.letter_id, row.case_id


async def test_a_decline_is_reviewed_on_a_thread_of_its_own_in_the_case_it_is_about(world: World) -> None:
    """R33; wire 7: after a decline nothing more may be said there, so the complaint names it by `relates_to`."""
    thread, _, case = await complained(world)
    xa, xd = world["XA"], world["XD"]

    row = xa.node.store.read_sync(lambda reader: reader.threads.find(thread))
    assert row is not None
    assert row.case_id == case
    assert "new_complaint" in tasks(world, "XA")
    assert deadlines(world, "XD", thread)["reply"] == "open"

    await answer(xa.node, xa.caseworker, thread, FOUND)
    await world.settle()

    assert (await xd.view(thread)).state == (await xa.view(thread)).state == "decided"
    assert "complaint_answered" in tasks(world, "XD")
    assert deadlines(world, "XD", thread)["reply"] == "met"


async def test_whoever_decided_does_not_answer_the_complaint(world: World) -> None:
    """R33, R24: the decline was the coordinator's; a colleague answers for the independent body."""
    thread, _, _ = await complained(world)
    xa = world["XA"]

    with pytest.raises(NotAllowed) as no:
        await answer(xa.node, xa.coordinator, thread, FOUND)
    assert no.value.rule == "R33"
    with pytest.raises(BadInput, match="route of its own"):
        await xa.act(thread, "complaint.answer", {})


async def test_an_answer_by_those_it_is_about_is_refused(world: World) -> None:
    """A dishonest peer answers its own complaint: 33, and the complaint stays open."""
    thread, _, _ = await complained(world)
    xa = world["XA"]
    world.fault = lambda sender, *_: "lost" if sender == "XA" else None
    await answer(xa.node, xa.caseworker, thread, FOUND)
    await world.settle()
    letter = json.loads(json.dumps(payload_of(world, world.posted[-1][2][-1], "XD"))) | {"letter_id": "77" * 16}
    letter["body"]["independent"] = False

    one = forged(world, "XA", "XD", letter)
    receipt = receipt_of(world, "XA", "XD", one, await post(world, "XD", one.envelope))

    assert (receipt.status, receipt.reason) == (3, 33)  # type: ignore[union-attr]
    assert (await world["XD"].view(thread)).state == "complained"


async def test_a_complaint_about_another_countrys_thread_opens_a_case_of_its_own(world: World) -> None:
    """Nobody can hang a complaint on a case by guessing: the named thread has to be one with the same country."""
    xd = world["XD"]
    case = await xd.new_case()
    command = OpenThread(
        peer="XA", kind="complaint.open",
        body=msgspec.Raw(b'{"about": "delay", "asks": ["answer"], "letters": []}'),
    )  # fmt: skip

    done = await opening.open_thread(xd.node, xd.caseworker, case, command)
    await world.settle()

    assert (await world["XA"].view(done.thread)).state == "complained"
