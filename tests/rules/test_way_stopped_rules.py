"""H04 at our own gate: after the stop of a country on the way no contact with the origin, until a person decided.

Every kind of letter takes a side in `SIDES`; a new one has to be written there, with a reason.
"""

from typing import Any, Final

import msgspec
import pytest

from node.protocol.cases.return_changes import go_on_after_transit, hold_for_transit
from node.protocol.cases.return_plan import Halt
from node.protocol.gate.facts import RecipientFacts
from node.protocol.gate.ways_out import CARRIED, Leaving, may_leave
from node.protocol.letters.bodies import Body
from node.protocol.letters.frame import Letter
from node.protocol.letters.kinds import KINDS, LETTER
from tests.letters_support import BODIES
from tests.rules.return_world import plan, returning
from tests.rules.world import CHILD, DAY, HER, NOW, both, entry, letter, record, with_

GOES, WAITS = "goes", "waits"
SIDES: Final[dict[str, str]] = {
    # hers by right, or it ends something: never held (H02)
    "consent.withdrawal": GOES, "erasure.request": GOES, "erasure.confirm": GOES,
    "referral.ended": GOES, "return.stopped": GOES, "transit.cancel": GOES, "transit.stop": GOES,
    # it stops harm: what leaked can be met there; a coordinator decides it, and it tells nothing of the way
    "breach.notice": GOES,
    # danger has rules of its own: two people for that country (R02, H06, H20)
    "safety.alert": GOES, "safety.medical": GOES, "safety.update": GOES, "safety.acknowledged": GOES,
    "safety.stand_down": GOES,
    # each of these tells that country of her, on whichever thread and by whichever side of it
    "referral.offer": WAITS, "referral.info_request": WAITS, "referral.info": WAITS, "referral.accept": WAITS,
    "referral.decline": WAITS, "referral.disclose": WAITS, "referral.arrange": WAITS, "referral.arrived": WAITS,
    "referral.update": WAITS, "referral.complete": WAITS, "referral.change": WAITS, "referral.handback": WAITS,
    "referral.handback_confirm": WAITS, "referral.handback_reject": WAITS,
    "return.request": WAITS, "return.request_response": WAITS, "return.risk_request": WAITS,
    "return.risk_result": WAITS, "return.family_request": WAITS, "return.family_result": WAITS,
    "return.identity_request": WAITS, "return.identity_result": WAITS, "return.decision": WAITS,
    "consent.assertion": WAITS, "return.traveldoc_status": WAITS, "return.reintegration_plan": WAITS,
    "return.travel_plan": WAITS, "return.departure": WAITS, "return.arrival": WAITS, "return.failed": WAITS,
    "return.assist_now": WAITS, "return.take_back": WAITS, "return.way_ended": WAITS, "return.followup": WAITS,
    "return.update": WAITS, "return.close": WAITS,
    "transit.request": WAITS, "transit.ack": WAITS, "transit.arrange": WAITS, "transit.departure": WAITS,
    "transit.confirm": WAITS,
    "info.request": WAITS, "info.response": WAITS, "ident.support_request": WAITS, "ident.support_response": WAITS,
    # rights that tell something as well: a person decides first
    "rectification": WAITS, "access.request": WAITS, "access.response": WAITS,
    "complaint.open": WAITS, "complaint.answer": WAITS,
}  # fmt: skip
STOPPED: Final = returning(plans=(hold_for_transit(returning(), plan().plan_id, NOW).case.returns[0],))


def of(kind: str, **said: Any) -> Letter[Body]:
    """A letter of ours of this kind to the country she would return to."""
    raw = BODIES[kind]
    body = raw if raw is None else msgspec.convert({**raw, **said}, KINDS[kind].body)
    made: Letter[Body] = with_(letter("referral.update", consent=(entry(),)), kind=kind, body=body)
    return made


def waits(of_letter: Letter[Body], case: Any = STOPPED) -> str:
    """The side our gate takes, at drafting and at release alike."""
    return WAITS if "H04" in both(of_letter, case=case) else GOES


def test_every_kind_of_letter_takes_a_side() -> None:
    """A kind that is added says here whether it may go after a stop on the way."""
    assert set(SIDES) == {name for name, kind in KINDS.items() if kind.letter_class == LETTER}


@pytest.mark.parametrize("kind", SIDES)
def test_h04_sender_after_a_stop_on_the_way_a_letter_to_the_origin_waits_unless_it_is_hers_or_stops_harm(
    kind: str,
) -> None:
    """H04: by the table; to no other country does anything wait for it, and not once a person decided."""
    assert waits(of(kind)) == SIDES[kind]
    assert waits(of(kind), case=returning()) == GOES


def test_h04_sender_the_neutral_answer_leaves_at_its_time_all_the_same() -> None:
    """R27: a question about her is answered as one about a person nobody knows; silence would tell that she is."""
    assert waits(of("info.response", answer="no_information_to_share", findings=[], missing=[])) == GOES


def test_h04_sender_a_person_decides_for_the_plan_and_the_rest_follows() -> None:
    """H04: one decision of a person lets everything go on; the plan itself is approved anew."""
    decided = go_on_after_transit(STOPPED, plan().plan_id, "ana", NOW).case

    assert [waits(of(kind), case=decided) for kind in ("referral.offer", "access.request", "return.close")] == [
        GOES
    ] * 3


def test_h04_sender_neither_a_halt_nor_another_plan_opens_the_way_to_that_country() -> None:
    """H04: what was stopped stays stopped under a plan that is over, and for a new plan, a new offer, a new return."""
    halted = with_(STOPPED.returns[0], halt=Halt("she_wishes", "ana", NOW))
    anew = with_(STOPPED, returns=(halted, plan(plan_id="ffff0000ffff0000")))

    assert {waits(of(kind), case=anew) for kind in ("return.request", "referral.offer", "return.close")} == {WAITS}


def test_h04_sender_the_stop_is_about_those_who_were_on_that_way() -> None:
    """H04: about somebody else of the family, and to another country, nothing waits."""
    row = with_(STOPPED.returns[0].persons[0], person_id=CHILD.person_id)
    childs = with_(STOPPED, returns=(with_(STOPPED.returns[0], persons=(row,)),))
    elsewhere = with_(STOPPED, returns=(with_(STOPPED.returns[0], country="XT"),))

    assert HER.person_id != CHILD.person_id
    assert waits(of("referral.offer"), case=childs) == waits(of("referral.offer"), case=elsewhere) == GOES


def test_h04_sender_a_file_to_that_country_waits_and_what_she_takes_with_her_does_not() -> None:
    """H15: another way out is a way out; her sheet and her card are in her own hands."""
    agreed, there = (record(),), RecipientFacts(country="XA", status="active")
    held = {
        what
        for what in CARRIED
        for one in may_leave(STOPPED, agreed, Leaving(what, "XA", ("p1",), NOW - DAY), there, "XD", NOW)
        if one.rule == "H04"
    }

    assert held == {"file"}
