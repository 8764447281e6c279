"""R20, R28 on real nodes: what is kept has a ground and an end, what went on is told, and silence climbs the ladder."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.errors import BadInput, NotAllowed
from node.service.cases.cases import change_case
from node.service.cases.confirming import decide_change
from node.service.cases.keep_requests import HoldForLaw
from node.service.cases.requests import FirstIntakeAnswered
from node.service.rights.asked import asked_to_erase
from node.service.rights.sheet import sheet
from node.service.threads import reading
from node.service.threads.book import Book
from tests.unit.service.information_support import sent_by
from tests.unit.service.rights_support import deadlines, disclosed, letter_of, tasks
from tests.world import DAY_S, HER, World, make_world


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA", "XT")
    yield made
    await made.close()


async def confirm(world: World, thread: str, *items: dict[str, Any], onward: tuple[str, ...] = ()) -> None:
    """XD asks to erase her name and XA confirms in its way."""
    xd, xa = world["XD"], world["XA"]
    token = xd.tokens(thread)[HER]
    names = await letter_of(world, "XA", thread, "referral.disclose")
    asked = {"token": token, "items": [{"letter_id": names, "levels": ["L3"]}]}
    request = await xd.act(thread, "erasure.request", asked)
    await world.settle()
    told = [{"letter_id": names, "levels": ["L3"], "kept": [], **item} for item in items]
    body = {"token": token, "items": told, "onward": list(onward)}
    await xa.act(thread, "erasure.confirm", body, in_reply_to=request.letter_id)
    await world.settle()


async def test_a_restricted_letter_is_stored_and_read_by_a_coordinator_only(world: World) -> None:
    """GDPR 18: its caseworker, and a case system, are refused; that a coordinator opened it is logged."""
    thread, case = await disclosed(world)
    xa = world["XA"]
    names = await letter_of(world, "XA", thread, "referral.disclose")

    await confirm(world, thread, {"result": "restricted"})

    with pytest.raises(NotAllowed) as no:
        await reading.open_identity(xa.node, xa.caseworker, names, "prepare_reception")
    assert no.value.rule == "R20"
    with pytest.raises(NotAllowed):
        await reading.open_letter(xa.node, xa.caseworker, names)
    assert await reading.open_identity(xa.node, xa.coordinator, names, "person_asked")
    (country,) = (await sheet(world["XD"].node, world["XD"].caseworker, case, world["XD"].node.country)).countries
    assert [one.result for one in country.confirmed] == ["restricted"]
    assert "not_all_erased" in tasks(world, "XD")


async def test_what_is_kept_on_a_ground_is_looked_at_again_when_its_time_is_over(world: World) -> None:
    """GDPR 17(3): a ground and an end; after the end a person is asked, and the ladder climbs."""
    thread, _ = await disclosed(world)
    until = world.clock.now() + 5 * DAY_S

    await confirm(world, thread, {"result": "kept", "kept": [{"legal_ground": "legal_claims", "until": until}]})
    assert deadlines(world, "XA", thread)["kept"] == "open"
    await world.days(6)

    assert "overdue_kept_caseworker" in tasks(world, "XA")
    await confirm(world, thread, {"result": "erased"})
    assert deadlines(world, "XA", thread)["kept"] == "met"


async def test_r25_receiver_a_legal_hold_keeps_what_another_country_wants_erased(world: World) -> None:
    """R25, GDPR 17(3): no single person erases for another country what two people hold for a court."""
    thread, _ = await disclosed(world)
    xa, until = world["XA"], world.clock.now() + 5 * DAY_S
    case_id = (await xa.view(thread)).case
    hold = await change_case(xa.node, xa.coordinator, case_id, HoldForLaw(ground="authority_order", until=until))
    assert hold.pending is not None
    await decide_change(xa.node, xa.caseworker, case_id, hold.pending, True)
    names = await letter_of(world, "XA", thread, "referral.disclose")

    with pytest.raises(NotAllowed) as no:
        await confirm(world, thread, {"result": "erased"})

    assert no.value.rule == "R25"
    assert await reading.open_identity(xa.node, xa.coordinator, names, "person_asked")
    await confirm(world, thread, {"result": "kept", "kept": [{"legal_ground": "legal_claims", "until": until}]})
    await world.days(6)
    await confirm(world, thread, {"result": "erased"})


async def test_a_confirmation_names_every_country_that_had_it_and_each_is_asked_to_erase(three: World) -> None:
    """R28, GDPR 19: whoever received it from another country tells those to whom it went on, at once."""
    thread, _ = await disclosed(three)
    xa = three["XA"]
    row = xa.node.store.read_sync(lambda reader: reader.threads.find(thread))
    assert row is not None
    person = xa.node.store.read_sync(lambda r: Book(xa.node, r).case(row.case_id).case.persons[0].person_id)
    await change_case(xa.node, xa.coordinator, row.case_id, FirstIntakeAnswered(blocked={person: ()}))
    await xa.consent(row.case_id, "XT", person=person)
    await xa.offer("XT", row.case_id)
    await three.settle()

    with pytest.raises(BadInput) as missing:
        await confirm(three, thread, {"result": "erased"})
    assert (missing.value.field, missing.value.expected) == ("onward", "XT")
    await confirm(three, thread, {"result": "erased"}, onward=("XT",))

    (asked,) = [one for one in sent_by(three, "XA", "XT") if one["kind"] == "erasure.request"]
    offer = next(one for one in sent_by(three, "XA", "XT") if one["kind"] == "referral.offer")
    assert [item["letter_id"] for item in asked["body"]["items"]] == [offer["letter_id"]]
    assert "erasure_requested" in tasks(three, "XT")


async def test_a_confirmation_that_does_not_come_climbs_the_ladder(world: World) -> None:
    """R20: asked to erase and silent: caseworker, back-up, coordinator, figures, also after the thread was stopped."""
    thread, _ = await disclosed(world)
    xd = world["XD"]
    names = await letter_of(world, "XD", thread, "referral.disclose", "out")
    asked = {"token": xd.tokens(thread)[HER], "items": [{"letter_id": names, "levels": ["L3"]}]}
    await xd.act(thread, "erasure.request", asked)
    await world.settle()
    await xd.stop(thread)

    await world.days(30)

    steps = [code for code in tasks(world, "XD") if code.startswith("overdue_confirm_")]
    assert steps == [f"overdue_confirm_{who}" for who in ("caseworker", "backup", "coordinator", "figures")]
    assert (await world["XA"].view(thread)).state == "ended"


async def test_a_withdrawal_is_confirmed_or_climbs_the_ladder(world: World) -> None:
    """R20, 5.9: 72 hours for the action; then somebody hears of it."""
    thread, case = await disclosed(world)
    xd = world["XD"]
    record = xd.node.store.read_sync(
        lambda reader: Book(xd.node, reader).consents(Book(xd.node, reader).case(case))[0].consent_id
    )
    await xd.withdraw(case, record)
    await world.settle()

    await world.days(4)

    assert deadlines(world, "XD", thread)["confirm"] == "open"
    assert "overdue_confirm_caseworker" in tasks(world, "XD")


async def test_r20_receiver_one_answered_item_of_two_is_no_answer(world: World) -> None:
    """R20: a country that confirms one letter and is silent of the other is waited for, and people hear of it."""
    thread, _ = await disclosed(world)
    xd, xa = world["XD"], world["XA"]
    token = xd.tokens(thread)[HER]
    items = [
        {"letter_id": await letter_of(world, "XA", thread, kind), "levels": ["L1", "L3"]}
        for kind in ("referral.offer", "referral.disclose")
    ]
    request = await xd.act(thread, "erasure.request", {"token": token, "items": items})
    await world.settle()

    async def answers(item: dict[str, Any], of: str = token) -> None:
        body = {"token": of, "items": [{**item, "result": "erased", "kept": []}], "onward": []}
        await xa.act(thread, "erasure.confirm", body, in_reply_to=request.letter_id)
        await world.settle()

    await answers(items[0])
    assert (deadlines(world, "XD", thread)["confirm"], deadlines(world, "XA", thread)["erase"]) == ("open", "open")
    assert tasks(world, "XD").count("not_all_answered") == 1
    await answers(items[1], "ab" * 16)  # of nobody who was asked about
    assert deadlines(world, "XD", thread)["confirm"] == "open"
    await answers(items[1])

    assert (deadlines(world, "XD", thread)["confirm"], deadlines(world, "XA", thread)["erase"]) == ("met", "met")


async def test_r20_receiver_one_letter_of_a_consent_taken_back_is_no_answer_for_all(world: World) -> None:
    """R20, 5.9: the offer and the disclosure rest on it; one of them confirmed leaves the other awaited."""
    thread, case = await disclosed(world)
    xd, xa = world["XD"], world["XA"]
    record = xd.node.store.read_sync(
        lambda reader: Book(xd.node, reader).consents(Book(xd.node, reader).case(case))[0].consent_id
    )
    await xd.withdraw(case, record)
    await world.settle()
    asked = await asked_to_erase(xa.node, xa.caseworker, thread)
    assert asked is not None and len(asked.items) > 1

    for item, state in ((asked.items[:1], "open"), (asked.items[1:], "met")):
        said = [{"letter_id": one.letter_id, "levels": one.levels, "result": "erased", "kept": []} for one in item]
        body = {"token": asked.token, "items": said, "onward": []}
        await xa.act(thread, "erasure.confirm", body, in_reply_to=asked.letter)
        await world.settle()
        assert deadlines(world, "XD", thread)["confirm"] == deadlines(world, "XA", thread)["erase"] == state


async def test_r20_receiver_erased_for_her_plan_and_needs_leaves_no_words_of_them(world: World) -> None:
    """R20: an offer tells of her needs in its own words; `erased` for L2 takes the letter whole."""
    thread, _ = await disclosed(world)
    xa = world["XA"]
    offer = await letter_of(world, "XA", thread, "referral.offer")
    token = world["XD"].tokens(thread)[HER]
    item = {"letter_id": offer, "levels": ["L2"]}
    request = await world["XD"].act(thread, "erasure.request", {"token": token, "items": [item]})
    await world.settle()

    body = {"token": token, "items": [{**item, "result": "erased", "kept": []}], "onward": []}
    await xa.act(thread, "erasure.confirm", body, in_reply_to=request.letter_id)

    assert [one.erased for one in (await xa.view(thread)).letters if one.letter_id == offer] == [True]
    assert deadlines(world, "XA", thread)["erase"] == "met"
