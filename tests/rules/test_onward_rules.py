"""Onward: she wants help in a further country, and the one she was referred to offers her there. R28, R26, R10.

Three real nodes: XD referred her to XA, XA refers her to XT. What XA passes on rests on a consent of hers recorded in
XA, on a thread of its own; XD learns to whom it went on when it asks. Source: practice (onward); domain 5.6; GDPR 19.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.errors import BadInput, NotAllowed
from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.gate import receiver
from node.protocol.letters.codes import DEFAULT_HANDLING, REFUSED, STORED
from node.service.cases.cases import change_case
from node.service.cases.requests import BlockCountries, FirstIntakeAnswered, SetProtection, SetTie
from node.service.rights.access import AnswerAccess, answer, ask_everybody
from node.service.threads.book import Book
from tests.dishonest import Dishonest
from tests.rules.world import offer, with_
from tests.unit.service.information_support import sent_by
from tests.unit.service.rights_support import disclosed, letter_of, tasks
from tests.world import HER, World, make_world


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA", "XT")
    yield made
    await made.close()


async def at_xa(world: World) -> tuple[str, str, str]:
    """XD disclosed her to XA, where she was asked who must not hear of her: the thread, XA's case, her id there."""
    thread, _ = await disclosed(world)
    xa = world["XA"]

    def find(reader: Any) -> tuple[str, str]:
        case_id = reader.threads.find(thread).case_id
        return case_id, Book(xa.node, reader).case(case_id).case.persons[0].person_id

    case_id, person = xa.node.store.read_sync(find)
    await change_case(xa.node, xa.coordinator, case_id, FirstIntakeAnswered(blocked={person: ()}))
    return thread, case_id, person


async def passes_on(world: World) -> tuple[str, str]:
    """She agreed in XA, and XA offered her to XT: the thread from XD, and the one to XT."""
    thread, case_id, person = await at_xa(world)
    await world["XA"].consent(case_id, "XT", person=person)
    done = await world["XA"].offer("XT", case_id)
    await world.settle()
    return thread, done.thread


async def erased(world: World, thread: str, *onward: str) -> None:
    """XD asks XA to erase her name, and XA confirms and names these countries."""
    xd, xa = world["XD"], world["XA"]
    token, names = xd.tokens(thread)[HER], await letter_of(world, "XA", thread, "referral.disclose")
    item = {"letter_id": names, "levels": ["L3"]}
    request = await xd.act(thread, "erasure.request", {"token": token, "items": [item]})
    await world.settle()
    said = {"token": token, "items": [{**item, "result": "erased", "kept": []}], "onward": list(onward)}
    await xa.act(thread, "erasure.confirm", said, in_reply_to=request.letter_id)
    await world.settle()


# --- where it would go on from
async def test_r28_sender_what_she_agreed_to_in_the_first_country_lets_nothing_go_on(three: World) -> None:
    """R28, R01: the consent that came with her is for XA; without one of hers to XT nothing leaves."""
    _, case_id, person = await at_xa(three)
    xa = three["XA"]

    with pytest.raises(NotAllowed) as refused:
        await xa.offer("XT", case_id)
    assert refused.value.rule == "R01"
    await xa.consent(case_id, "XD", person=person)  # nor does one for another country
    with pytest.raises(NotAllowed):
        await xa.offer("XT", case_id)
    assert sent_by(three, "XA", "XT") == []


async def test_r28_sender_onward_is_a_thread_of_its_own_that_tells_nothing_of_the_first(three: World) -> None:
    """R28, R26: a new thread and token; no letter to XT holds XD, its thread, its token or its letters."""
    first, second = await passes_on(three)

    (sent,) = [one for one in sent_by(three, "XA", "XT") if one["kind"] == "referral.offer"]
    told = repr(sent)
    known = {entry.letter_id for entry in (await three["XA"].view(first)).letters}
    tokens = set(three["XD"].tokens(first).values())
    assert second != first
    assert sent["relates_to"] is None
    assert "no_onward" in sent["handling"]
    assert "XD" not in told
    assert not [one for one in (first, *known, *tokens) if one in told]


async def test_r28_sender_the_first_thread_is_named_to_no_other_country(three: World) -> None:
    """R28, R26: `relates_to` names a thread of the same pair and no other."""
    first, case_id, person = await at_xa(three)
    await three["XA"].consent(case_id, "XT", person=person)

    with pytest.raises(BadInput) as refused:
        await three["XA"].offer("XT", case_id, relates_to=first)
    assert refused.value.rule == "R26"


async def test_r28_sender_nothing_goes_on_to_a_country_she_named_in_the_first_intake(three: World) -> None:
    """H05, R10: she is asked anew where she is; the origin she fears is no party of it."""
    _, case_id, person = await at_xa(three)
    xa = three["XA"]
    await xa.consent(case_id, "XT", person=person)
    await change_case(xa.node, xa.coordinator, case_id, BlockCountries(person_id=person, countries=("XT",)))

    with pytest.raises(NotAllowed) as refused:
        await xa.offer("XT", case_id)
    assert refused.value.rule == "H05"


async def test_r28_sender_a_confirmation_names_the_further_country_which_is_asked_to_erase(three: World) -> None:
    """R28, GDPR 19: once, however often it is confirmed."""
    first, second = await passes_on(three)

    with pytest.raises(BadInput) as missing:
        await erased(three, first)
    assert (missing.value.field, missing.value.rule, missing.value.expected) == ("onward", "R28", "XT")
    await erased(three, first, "XT")
    await erased(three, first, "XT")

    asked = [one for one in sent_by(three, "XA", "XT") if one["kind"] == "erasure.request"]
    assert [one["thread"] for one in asked] == [second]


async def test_r28_sender_her_own_country_names_none_of_the_others_it_asked(three: World) -> None:
    """R26: XD told XA and XT of her itself; that is nothing that went on, and neither hears of the other."""
    first, case = await disclosed(three)
    await disclosed(three, "XD", "XT", case)
    xa = three["XA"]
    token = three["XD"].tokens(first)[HER]
    offered = await letter_of(three, "XD", first, "referral.accept")
    await xa.act(first, "erasure.request", {"token": token, "items": [{"letter_id": offered, "levels": ["L1"]}]})
    await three.settle()
    request = await letter_of(three, "XD", first, "erasure.request")
    item = {"letter_id": offered, "levels": ["L1"], "result": "erased", "kept": []}

    await three["XD"].act(
        first, "erasure.confirm", {"token": token, "items": [item], "onward": []}, in_reply_to=request
    )
    await three.settle()

    confirmed = [one for one in sent_by(three, "XD", "XA") if one["kind"] == "erasure.confirm"]
    assert [one["body"]["onward"] for one in confirmed] == [[]]


# --- where it arrives, and where she was first
async def test_r28_receiver_an_offer_that_may_be_passed_on_is_refused_there(three: World) -> None:
    """R28: a peer that takes her to a third country without the mark is refused there, with that rule."""
    liar = Dishonest(three, "passes her on", sender="XA", recipient="XT")
    marks = [one for one in DEFAULT_HANDLING if one != "no_onward"]

    assert await liar.sends("referral.offer", {"handling": marks}) == (REFUSED, 28)
    assert "incoming_refused" in tasks(three, "XT")
    marked = with_(offer(), handling=tuple(marks))
    assert [one.rule for one in [receiver(marked, ThreadFacts())] if one] == ["R28"]


async def test_r28_receiver_whoever_works_with_her_hears_that_it_went_on(three: World) -> None:
    """R28: the first country asks her whether she agreed there; it had no word of it before."""
    first, _ = await passes_on(three)
    assert "passed_on" not in tasks(three, "XD")

    await erased(three, first, "XT")

    assert shown(three) == ["passed_on"]


async def test_r28_receiver_a_peer_that_passed_her_on_where_she_must_not_be_known_is_seen(three: World) -> None:
    """R28, R10: XT is the country she fears; a dishonest XA told it, and says so when she asks what is held."""
    first, case = await disclosed(three)
    xd = three["XD"]
    for change in (SetTie(person_id=HER, country="XT", kind="nationality", feared="yes"),
                   SetProtection(person_id=HER, protection="sought")):  # fmt: skip
        await change_case(xd.node, xd.coordinator, case, change)
    await ask_everybody(xd.node, xd.caseworker, case)
    await three.settle()
    request = await letter_of(three, "XA", first, "access.request")
    liar = Dishonest(three, "told XT", sender="XA", recipient="XD")
    liar.thread, liar.n, liar.seen, liar.token = first, 8, 3, xd.tokens(first)[HER]
    frame = {"sender_role": "responder", "consent": [], "lawful_basis": "legal_obligation", "in_reply_to": request}

    said: dict[str, Any] = {"letters": [], "onward": ["XT"], "token": liar.token}
    assert await liar.sends("access.response", frame, **said) == (STORED, 0)

    assert shown(three) == ["passed_on_where_she_must_not_be_known"]
    plain = xd.node.store.read_sync(lambda r: [row[0] for row in r.connection.execute("select code from task")])
    assert not [code for code in plain if "passed_on" in code]  # which of the two it is tells of a block


async def test_r28_receiver_an_answer_that_names_nobody_makes_no_work(three: World) -> None:
    """R28: nothing went on."""
    first, case = await disclosed(three)
    xd, xa = three["XD"], three["XA"]
    await ask_everybody(xd.node, xd.caseworker, case)
    await three.settle()
    request = await letter_of(three, "XA", first, "access.request")

    await answer(xa.node, xa.caseworker, first, AnswerAccess(request=request))
    await three.settle()

    assert shown(three) == []


def shown(world: World) -> list[str]:
    """What XD's people read of her having been passed on."""
    seals = world["XD"].node.seals
    return [said for code in tasks(world, "XD") if (said := seals.uncover(code)).startswith("passed_on")]
