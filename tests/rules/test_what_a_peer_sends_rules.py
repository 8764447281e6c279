"""What no letter of a peer can do at the receiver: stand for a second person, open a name, or open another way out.

R24 and H15 have nothing that a receiver sees on a letter; here a dishonest peer sends everything there is, and what two
people decide, who reads a name, and what leaves on paper stay what they were.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.errors import NotAllowed
from node.protocol.cases.changes import set_protection, set_tie
from node.protocol.letters.codes import STORED
from node.protocol.letters.kinds import KINDS, LETTER
from node.service.actor import Actor
from node.service.cases.cases import change_case, view_case
from node.service.cases.confirming import decide_change
from node.service.cases.identity import ForeignBlock
from node.service.cases.requests import BlockCountries, UnblockCountry
from node.service.evidence.export import export
from node.service.rights.cards import TakePaper, take_paper
from node.service.threads.reading import open_identity
from tests.attack.forged_posts import alarms
from tests.dishonest import Dishonest
from tests.rules.broken_threads import accepted, case_of
from tests.rules.world import tie
from tests.world import World, make_world

KINDS_SENT = tuple(kind for kind, row in KINDS.items() if row.letter_class == LETTER and not row.stop)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def everything(liar: Dishonest) -> set[str]:
    """Every kind of letter there is but a stop, on the thread or beginning its own; which of them were taken."""
    taken = set()
    for number, kind in enumerate(KINDS_SENT):
        liar.n += 1
        frame: dict[str, Any] = {"sender_role": "opener", "letter_id": liar.id_of(f"one of all {number}")}
        if KINDS[kind].opens:
            frame |= {"thread": liar.id_of(f"thread {number}"), "n": 1, "seen": 0}
        if kind.startswith("safety."):
            frame |= {"lawful_basis": "vital_interests", "urgency": "urgent"}
        said = {"who": [liar.token]} if kind in ("safety.alert", "safety.medical") else {}
        if (await liar.posts(liar.letter(kind, frame, **said)))[0] == STORED:
            taken.add(kind)
    return taken


def opened_names(world: World) -> list[tuple[str, str, str]]:
    """Who opened a name here, under which rule and why."""
    lines = world["XA"].node.store.read_sync(lambda reader: reader.audit.lines(limit=10_000))
    return [(one.actor, one.rule, one.outcome) for one in lines if one.act == "identity_opened"]


async def test_r24_receiver_no_letter_of_a_peer_is_the_second_person(world: World):
    """R24: one here asked to lift a block; the peer sends all there is, and it still waits for a colleague."""
    xa, liar = world["XA"], await accepted(world, "R24 second person")
    case = await case_of(world, liar)
    her = case.persons[0].person_id
    await change_case(xa.node, xa.caseworker, case.case_id, BlockCountries(person_id=her, countries=("XB",)))
    lift = UnblockCountry(person_id=her, country="XB")
    pending = (await change_case(xa.node, xa.caseworker, case.case_id, lift)).pending
    assert pending is not None

    taken = await everything(liar)

    assert {"referral.update", "return.request", "access.request", "erasure.request", "safety.alert"} <= taken
    assert [one.id for one in (await view_case(xa.node, xa.coordinator, case.case_id)).waits_for_second] == [pending]
    assert (await case_of(world, liar)).persons[0].blocked_countries == ("XB",)
    with pytest.raises(NotAllowed, match="two different people"):
        await decide_change(xa.node, xa.caseworker, case.case_id, pending, True)
    await decide_change(xa.node, xa.coordinator, case.case_id, pending, True)
    assert (await case_of(world, liar)).persons[0].blocked_countries == ()


async def test_r24_receiver_a_name_that_a_peer_sent_is_opened_by_a_person_with_a_reason_only(world: World):
    """R24: not by a letter, not without a reason, not by nobody; what a liar sealed wrongly is noted, and not shown."""
    xa, liar = world["XA"], Dishonest(world, "R24 names")
    assert await liar.sends("referral.offer") == (STORED, 0)
    await liar.hears("referral.accept", data_needed=[liar.item()])
    sent = {
        "disclosed": [liar.item()],
        "sealed_identity": liar.sealed(),
        "consent": [liar.consent(holder=xa.office.office_kid.hex())],
    }
    assert await liar.sends("referral.disclose", {**sent, "lawful_basis": "explicit_consent"}) == (STORED, 0)
    disclosure = liar.last
    await everything(liar)

    nobody = Actor("", "coordinator", "focal-point", xa.office)
    for actor, reason in ((xa.coordinator, "curious"), (xa.coordinator, ""), (nobody, "give_service")):
        with pytest.raises(NotAllowed) as refused:
            await open_identity(xa.node, actor, disclosure, reason)
        assert refused.value.rule == "R24"
    assert opened_names(world) == []
    with pytest.raises(ForeignBlock):
        await open_identity(xa.node, xa.coordinator, disclosure, "give_service")
    assert "foreign_block" in alarms(world, "XA")


async def test_h15_receiver_whatever_a_peer_sends_no_other_way_out_opens_to_it(world: World):
    """H15, R10: here she fears that country; it asks for everything there is, and paper and files stay shut to it."""
    xa, liar = world["XA"], await accepted(world, "H15")
    her = (await case_of(world, liar)).persons[0].person_id
    now = world.clock.now()
    case = (await case_of(world, liar, lambda case, her: set_protection(case, her, "sought", "ana", now))).case_id
    await case_of(world, liar, lambda case, her: set_tie(case, her, tie("XD", "yes"), ("ana", "ben"), now))

    await everything(liar)

    card = TakePaper(person_id=her, wanted="card", code_word="blue kettle", to="XD")
    paper = TakePaper(person_id=her, wanted="sheet", safe_to_carry=True, asked_alone=True, to="XD")
    ways: list[Any] = [
        lambda: export(xa.node, xa.coordinator, liar.thread, "XD"),
        lambda: take_paper(xa.node, xa.coordinator, case, card),
        lambda: take_paper(xa.node, xa.coordinator, case, paper),
    ]
    for leaves in ways:
        with pytest.raises(NotAllowed) as refused:
            await leaves()
        assert refused.value.rule == "R10"
    assert await export(xa.node, xa.coordinator, liar.thread, "XA")  # for a court here
