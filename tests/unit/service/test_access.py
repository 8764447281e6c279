"""R33, R28 on real nodes: she learns who holds what about her in every country, and who opened it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.errors import BadInput, NotFound
from node.service.cases.cases import change_case
from node.service.cases.requests import FirstIntakeAnswered, SetProtection, SetTie
from node.service.rights.access import AnswerAccess, answer, ask_everybody
from node.service.rights.sheet import sheet
from node.service.threads import reading
from node.service.threads.book import Book
from tests.attack.forged_posts import answer as receipt_of
from tests.attack.forged_posts import forged, payload_of, post
from tests.unit.service.rights_support import deadlines, disclosed, letter_of, tasks
from tests.world import HER, World, make_world


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA", "XT")
    yield made
    await made.close()


async def answered(world: World, thread: str) -> None:
    """XA answers the newest access request of a thread."""
    xa = world["XA"]
    request = await letter_of(world, "XA", thread, "access.request")
    await answer(xa.node, xa.caseworker, thread, AnswerAccess(request=request))
    await world.settle()


async def test_her_sheet_says_what_another_country_holds_and_who_opened_it(world: World) -> None:
    """One sheet across countries: letters, levels, receipts, and how often people of which role opened her name."""
    thread, case = await disclosed(world)
    xd, xa = world["XD"], world["XA"]
    names = await letter_of(world, "XA", thread, "referral.disclose")
    await reading.open_letter(xa.node, xa.caseworker, names)
    await reading.open_identity(xa.node, xa.caseworker, names, "prepare_reception")
    await reading.open_identity(xa.node, xa.coordinator, names, "keep_safe")
    await world.settle()

    asked = await ask_everybody(xd.node, xd.caseworker, case)
    await world.settle()
    await answered(world, thread)
    page = await sheet(xd.node, xd.caseworker, case, xd.node.country)

    assert asked.asked == 1
    (country,) = page.countries
    assert (country.country, country.thread) == ("XA", thread)
    held = {one.letter_id: one for one in country.holds}
    assert held[names].levels == ("L1", "L3")
    assert sum(one.times for one in held[names].names_opened) == 2
    assert [one.times for one in held[names].opened] == [1]
    told = {one.letter: one for one in country.told}
    assert told[names].received_at is not None
    assert told[names].opened_at is not None
    assert country.answered_at is not None
    assert country.kept_until is not None
    assert "access_answered" in tasks(world, "XD")
    assert deadlines(world, "XA", thread)["access"] == "met"
    assert deadlines(world, "XD", thread)["confirm"] == "met"


async def test_what_she_took_back_is_said_to_be_restricted_until_it_is_erased(world: World) -> None:
    """R20, GDPR 15, 18: her sheet does not call a letter whole that only a coordinator may still open."""
    thread, case = await disclosed(world)
    xd = world["XD"]
    (record,) = xd.node.store.read_sync(lambda r: Book(xd.node, r).consents(Book(xd.node, r).case(case)))
    await xd.withdraw(case, record.consent_id)
    await world.settle()

    await ask_everybody(xd.node, xd.caseworker, case)
    await world.settle()
    await answered(world, thread)
    (country,) = (await sheet(xd.node, xd.caseworker, case, xd.node.country)).countries

    names = await letter_of(world, "XA", thread, "referral.disclose")
    assert {one.letter_id: one.held for one in country.holds}[names] == "restricted"


async def test_after_an_erasure_the_sheet_says_that_it_is_gone(world: World) -> None:
    """An erased letter is named as erased; nothing of it is claimed to be held."""
    thread, case = await disclosed(world)
    xd, xa = world["XD"], world["XA"]
    names = await letter_of(world, "XA", thread, "referral.disclose")
    token = xd.tokens(thread)[HER]
    request = await xd.act(
        thread, "erasure.request", {"token": token, "items": [{"letter_id": names, "levels": ["L1", "L3"]}]}
    )
    await world.settle()
    item = {"letter_id": names, "levels": ["L1", "L3"], "result": "erased", "kept": []}
    await xa.act(
        thread, "erasure.confirm", {"token": token, "items": [item], "onward": []}, in_reply_to=request.letter_id
    )
    await world.settle()

    await ask_everybody(xd.node, xd.caseworker, case)
    await world.settle()
    await answered(world, thread)
    (country,) = (await sheet(xd.node, xd.caseworker, case, xd.node.country)).countries

    held = {one.letter_id: one for one in country.holds}
    assert (held[names].held, held[names].levels) == ("erased", ())
    assert [one.result for one in country.confirmed] == ["erased"]


async def test_the_answer_names_the_countries_to_which_it_went_on_and_the_question_names_none(three: World) -> None:
    """R28: onward recipients are told to the person's own country; R26: no country learns which others she has."""
    thread, case = await disclosed(three)
    await disclosed(three, "XD", "XT", case)  # her own country asked another one too
    xa = three["XA"]
    row = xa.node.store.read_sync(lambda reader: reader.threads.find(thread))
    assert row is not None
    await _onward(three, row.case_id)

    await ask_everybody(three["XD"].node, three["XD"].caseworker, case)
    await three.settle()
    await answered(three, thread)
    page = await sheet(three["XD"].node, three["XD"].caseworker, case, three["XD"].node.country)

    holds = {one.country: one for one in page.countries}
    assert holds["XA"].onward == ["XT"]
    xt_side = [one for one in three.posted if one[:2] == ("XD", "XT")]
    assert b"XA" not in b"".join(
        repr(payload_of(three, envelope, "XT")["body"]).encode() for one in xt_side for envelope in one[2]
    )


async def test_a_country_that_must_not_hear_of_her_keeps_nobody_from_asking_the_others(three: World) -> None:
    """R10 first: the question to that country stays here, and is counted; the others are asked."""
    thread, case = await disclosed(three)
    await disclosed(three, "XD", "XT", case)
    xd = three["XD"]
    tie = SetTie(person_id=HER, country="XT", kind="nationality", feared="yes")
    for change in (tie, SetProtection(person_id=HER, protection="sought")):
        await change_case(xd.node, xd.coordinator, case, change)

    asked = await ask_everybody(xd.node, xd.caseworker, case)
    await three.settle()

    assert (asked.asked, asked.kept_here, asked.stopped) == (1, 0, 1)
    assert await letter_of(three, "XA", thread, "access.request")
    sent = [one for who, to, envelopes in three.posted if (who, to) == ("XD", "XT") for one in envelopes]
    assert "access.request" not in {payload_of(three, one, "XT")["kind"] for one in sent}


async def _onward(world: World, case_id: str) -> None:
    """XA, having her from XD, refers her to XT with her consent."""
    xa = world["XA"]
    person = xa.node.store.read_sync(lambda r: Book(xa.node, r).case(case_id).case.persons[0].person_id)
    await change_case(xa.node, xa.coordinator, case_id, FirstIntakeAnswered(blocked={person: ()}))
    await xa.consent(case_id, "XT", person=person)
    await xa.offer("XT", case_id)
    await world.settle()


async def test_an_answer_that_nobody_asked_for_is_refused(world: World) -> None:
    """207: an access response names the request of the other side."""
    thread, case = await disclosed(world)
    await ask_everybody(world["XD"].node, world["XD"].caseworker, case)
    await world.settle()
    world.fault = lambda sender, *_: "lost" if sender == "XA" else None
    await answered(world, thread)
    letter = payload_of(world, world.posted[-1][2][-1], "XD") | {"letter_id": "77" * 16}
    own = await letter_of(world, "XD", thread, "referral.accept")

    for letter_id, names in (("77" * 16, None), ("78" * 16, own)):
        one = forged(world, "XA", "XD", letter | {"letter_id": letter_id, "in_reply_to": names})
        receipt = receipt_of(world, "XA", "XD", one, await post(world, "XD", one.envelope))
        assert (receipt.status, receipt.reason) == (3, 207)  # type: ignore[union-attr]


async def test_a_foreign_thread_or_letter_answers_like_an_unknown_one(world: World) -> None:
    thread, _ = await disclosed(world)
    xa = world["XA"]

    with pytest.raises(BadInput):
        await answer(xa.node, xa.caseworker, thread, AnswerAccess(request="00" * 16))
    with pytest.raises(NotFound):
        await sheet(xa.node, xa.caseworker, "00" * 16, xa.node.country)


async def test_a_request_without_an_answer_climbs_the_ladder(world: World) -> None:
    """R33, GDPR 12(3): 30 days, then caseworker, back-up, coordinator, figures, at whoever asked and whoever owes."""
    _, case = await disclosed(world)
    await ask_everybody(world["XD"].node, world["XD"].caseworker, case)
    await world.settle()

    await world.days(50)

    steps = [code for code in tasks(world, "XD") if code.startswith("overdue_confirm_")]
    assert steps == [f"overdue_confirm_{who}" for who in ("caseworker", "backup", "coordinator", "figures")]
    assert any(code.startswith("overdue_access_") for code in tasks(world, "XA"))
