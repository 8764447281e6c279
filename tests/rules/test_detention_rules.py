"""H25 at our own gate: what of a return may leave while she is detained, and from which of its countries.

Every kind of a return or a passage takes a side in `SIDES`; a new one has to be written there, with a reason.
"""

from typing import Any, Final

import msgspec
import pytest

from node.protocol.cases.changes import place_in_detention
from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.gate import receiver
from node.protocol.letters.bodies import Body
from node.protocol.letters.frame import Letter
from node.protocol.letters.kinds import KINDS, LETTER
from node.protocol.threads.return_facts import ReturnFacts
from tests.letters_support import BODIES
from tests.rules.return_world import returning
from tests.rules.world import NOW, both, drafting, entry, letter, with_

GOES, WAITS = "goes", "waits"
SIDES: Final[dict[str, str]] = {
    # it ends something, or brings her back
    "return.stopped": GOES, "transit.cancel": GOES, "transit.stop": GOES, "return.failed": GOES,
    "return.take_back": GOES,
    # it tells how she is, or asks for help: the country that detains her has to hear it (H07, H19)
    "return.arrival": GOES, "return.followup": GOES, "return.assist_now": GOES, "transit.confirm": GOES,
    # it would help a return along
    "return.request": WAITS, "return.request_response": WAITS, "return.risk_request": WAITS,
    "return.risk_result": WAITS, "return.family_request": WAITS, "return.family_result": WAITS,
    "return.identity_request": WAITS, "return.identity_result": WAITS, "return.decision": WAITS,
    "consent.assertion": WAITS, "return.traveldoc_status": WAITS, "return.reintegration_plan": WAITS,
    "return.travel_plan": WAITS, "return.departure": WAITS, "return.update": WAITS,
    "transit.request": WAITS, "transit.ack": WAITS, "transit.arrange": WAITS, "transit.departure": WAITS,
    # it would call it a good end
    "return.way_ended": WAITS, "return.close": WAITS,
}  # fmt: skip
OTHERS: Final = (
    "referral.offer",
    "referral.update",
    "consent.withdrawal",
    "erasure.request",
    "safety.alert",
    "access.request",
)
HELD: Final = place_in_detention(returning(), "ana", NOW).case


def of(kind: str, side: str = "opener", **said: Any) -> Letter[Body]:
    """A letter of ours of this kind."""
    raw = BODIES[kind]
    body = raw if raw is None else msgspec.convert({**raw, **said}, KINDS[kind].body)
    frame = letter("referral.update", consent=(entry(),), sender_role=side)
    made: Letter[Body] = with_(frame, kind=kind, body=body)
    return made


def waits(of_letter: Letter[Body], case: Any = HELD) -> str:
    """The side our gate takes for her detention, at drafting and at release alike."""
    return WAITS if {"H25", "R17"} & set(both(of_letter, case=case)) else GOES


def test_every_kind_of_a_return_takes_a_side() -> None:
    """A kind that is added says here whether it may go while she is detained."""
    ours = ("return.", "transit.", "consent.assertion")
    assert set(SIDES) == {name for name, one in KINDS.items() if one.letter_class == LETTER and name.startswith(ours)}


@pytest.mark.parametrize("side", ["opener", "responder"])
@pytest.mark.parametrize("kind", SIDES)
def test_h25_sender_while_she_is_detained_no_return_letter_goes_but_what_helps_her(kind: str, side: str) -> None:
    """H25: by the table, from the country she leaves and from that of return; nothing waits once she is free."""
    assert waits(of(kind, side)) == SIDES[kind]
    assert waits(of(kind, side), case=returning()) == GOES


def test_h25_sender_that_she_did_not_leave_is_told_all_the_same() -> None:
    """A departure that did not take place ends the plan."""
    assert waits(of("return.departure", outcome="not_departed")) == GOES
    assert waits(of("transit.departure", departed=False)) == GOES


@pytest.mark.parametrize("kind", OTHERS)
def test_h25_sender_detention_holds_no_help_no_right_and_no_danger(kind: str) -> None:
    """H02, R17: a place in a shelter is what ends a detention."""
    assert waits(of(kind)) == GOES


def test_h25_sender_no_question_is_asked_to_plan_a_return_of_somebody_detained() -> None:
    """H25: a return is not helped along by another matter; a question for her help goes."""
    assert waits(of("info.request", why="plan_return_she_wishes")) == WAITS
    assert waits(of("info.request", why="right_to_assistance")) == GOES


TOLD: Final = ThreadFacts(accepted=True, way=ReturnFacts(detained_at=NOW))
NOT_REFUSED: Final = {"consent.assertion", "return.request", "return.travel_plan", "return.departure",
                      "return.way_ended", "return.close"}  # fmt: skip


@pytest.mark.parametrize("side", ["opener", "responder"])
@pytest.mark.parametrize("kind", [kind for kind in SIDES if kind.startswith(("return.", "consent."))])
def test_h25_receiver_what_furthers_a_return_is_refused_once_the_thread_tells_of_detention(
    kind: str, side: str
) -> None:
    """H25: the sender's table, at both sides alike; our own letter waits, though nothing is noted in our case.

    What the tables judge by when she was asked, and a good end, which may follow a release, are not refused for it.
    """
    made = of(kind, side)
    objection = receiver(made, TOLD)
    refused = SIDES[kind] == WAITS and kind not in NOT_REFUSED

    assert (objection is not None and objection.reason == 125) == refused
    assert ("H25" in [one.rule for one in drafting(made, case=returning(), shared=TOLD)]) == refused
    assert objection is None or objection.effect == "hold" or not refused
