"""A yes to "is she yours?" from a register: no case here with a name like hers may keep it from who asks. R10, R27."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.crypto.vault import SMALLEST
from node.errors import NotAllowed
from node.service.actor import Actor
from node.service.cases.cases import change_case
from node.service.cases.requests import SetProtection, SetTie
from node.service.information import answers, looked
from node.service.information.answers import Confirm
from node.service.staff.callers import Caller
from node.service.staff.sign_in import Staff
from tests.unit.service.information_support import ask, case_of_hers, file_of, sent_by
from tests.world import HER, World, make_world, no_fault

OTHER_SPELLING: dict[str, dict[str, str | None]] = {HER: {"given_name": "Зоряна", "family_name": "Invented"}}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def asked(world: World, **body: Any) -> str:
    """XD asks XA whether she is XA's; the thread."""
    thread = (await ask(world, await case_of_hers(world), **{"purpose": "identity_nationality", **body})).thread
    await world.settle()
    return thread


async def fears(world: World, case: str) -> None:
    """She is known to XA by this case, and fears XD from now on."""
    xa = world["XA"]
    for change in (
        SetTie(person_id=HER, country="XD", kind="nationality", feared="yes"),
        SetProtection(person_id=HER, protection="sought"),
    ):
        await change_case(xa.node, xa.coordinator, case, change)


async def afraid(world: World) -> str:
    """She is known at XA too, to another caseworker, and fears XD; no consent of hers speaks of XD."""
    xa = world["XA"]
    case = await xa.new_case()
    await xa.write_identity(case, OTHER_SPELLING)
    await fears(world, case)
    return case


async def yes(world: World, thread: str, who: Actor | None = None, **command: Any) -> Any:
    """XA's people confirm it, with no case named."""
    xa = world["XA"]
    staff = Staff(xa.node, xa.opened.pepper, SMALLEST)
    return await looked.answer(staff, Caller(who or xa.caseworker, b""), thread, Confirm(**command))


async def test_r10_sender_no_register_confirms_whom_a_case_here_keeps_from_that_country(world: World) -> None:
    """The name is written in another script; the caseworker never heard of that case, and is not told which it is."""
    thread = await asked(world)
    hers = await afraid(world)

    with pytest.raises(NotAllowed) as no:
        await yes(world, thread)

    assert no.value.rule is None
    assert hers not in repr(no.value) + str(no.value.for_user)
    await world.settle()
    assert "info.response" not in [one["kind"] for one in sent_by(world, "XA", "XD")]


@pytest.mark.parametrize("purpose", ["identity_nationality", "document_authenticity"])
async def test_whom_no_case_here_keeps_back_is_confirmed_without_one(world: World, purpose: str) -> None:
    """A person known here who fears nobody keeps nothing back: the question rests on her consent there."""
    fields = ("family_name",) if purpose == "document_authenticity" else ()
    thread = (await ask(world, await case_of_hers(world), *fields, purpose=purpose)).thread
    await world.settle()
    xa = world["XA"]
    await xa.write_identity(await xa.new_case(), OTHER_SPELLING)

    await yes(world, thread)

    await world.settle()
    (sent,) = [one for one in sent_by(world, "XA", "XD") if one["kind"] == "info.response"]
    assert sent["body"]["answer"] == "confirmed"


async def test_only_a_coordinator_says_that_she_is_none_of_ours(world: World) -> None:
    """Who may look into every case compares them; it is noted that somebody did."""
    thread = await asked(world)
    await afraid(world)
    xa = world["XA"]

    with pytest.raises(NotAllowed):
        await yes(world, thread, none_of_ours=True)
    done = await yes(world, thread, xa.coordinator, none_of_ours=True)

    assert done.letter_id is not None
    lines = xa.node.store.read_sync(lambda reader: reader.audit.lines(ref=thread))
    assert [(one.actor, one.act) for one in lines] == [(xa.coordinator.user_id, "case_changed")]


async def test_while_names_are_shut_nothing_is_confirmed_without_a_case(world: World) -> None:
    """R27: nobody could look."""
    thread = await asked(world)
    shut = Actor("caseworker-1", "caseworker", "focal-point", None)

    with pytest.raises(NotAllowed) as no:
        await yes(world, thread, shut)
    with pytest.raises(NotAllowed):
        await answers.answer(world["XA"].node, world["XA"].caseworker, thread, Confirm())

    assert no.value.rule == "R27"


@pytest.mark.parametrize("days", [0, 15], ids=["before its time", "after its time"])
async def test_r10_sender_a_yes_without_a_case_that_waits_is_looked_at_again(world: World, days: int) -> None:
    """R10, R27: the post was down when it was confirmed; meanwhile she, known here by a like name, seeks protection
    from who asks. The neutral answer leaves at its time, as for anybody.
    """
    thread = await asked(world)
    xa = world["XA"]
    case = await xa.new_case()
    await xa.write_identity(case, OTHER_SPELLING)
    world.fault = lambda sender, recipient, envelopes: "lost" if sender == "XA" else None
    await yes(world, thread)
    await world.days(days)
    await fears(world, case)

    world.fault = no_fault
    await world.days(16)

    there = [one for one in file_of(world, "XD", thread).thread.entries if one.kind == "info.response"]
    assert [one.facts.answer for one in there] == ["no_information_to_share"]
