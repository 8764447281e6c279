"""Who interprets, who goes with her, what it costs: H17, R19, R29, and costs that never hold urgent help."""

from typing import Any, get_args

import msgspec
import pytest

from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.gate import receiver
from node.protocol.letters import codes_logistics
from node.protocol.letters.bodies import Body
from node.protocol.letters.decode import decode
from node.protocol.letters.frame import Letter
from node.protocol.letters.strict import Malformed
from tests.letters_return import COST, ESCORT, INTERPRETER
from tests.letters_support import document, to_bytes
from tests.rules.test_return_letters_rules import allowed, exchanged
from tests.rules.test_words_that_do_not_exist import FORBIDDEN
from tests.rules.world import body, drafting, letter

KINDS = ("referral.arrange", "return.travel_plan", "transit.request")


def says(kind: str, urgency: str = "routine", **changed: Any) -> tuple[Letter[Body], ThreadFacts]:
    """A letter of XD with her consent and a changed body, and what was exchanged before it."""
    consent = allowed()
    consent = msgspec.structs.replace(consent, purposes=(*consent.purposes, "referral"))
    made = letter(kind, consent=(consent,), body=body(kind, **changed), urgency=urgency)
    return made, ThreadFacts() if kind == "transit.request" else exchanged(consent)


def not_free() -> list[dict[str, Any]]:
    theirs = [INTERPRETER | {"comes_from": origin} for origin in ("family", "embassy", "employer")]
    return [*theirs, INTERPRETER | {"independent": False}]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("who", not_free())
def test_h17_sender_an_interpreter_who_is_not_independent_leaves_no_node(kind: str, who: dict[str, Any]) -> None:
    """H17: neither family, embassy nor employer, and somebody vouches for it; one bad of two is enough."""
    made, shared = says(kind, interpreters=[INTERPRETER, who])

    assert "H17" in {one.rule for one in drafting(made, shared=shared)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("who", not_free())
def test_h17_receiver_an_interpreter_who_is_not_independent_is_refused(kind: str, who: dict[str, Any]) -> None:
    """H17: reason 117, whatever the sender's own gate let through."""
    made, shared = says(kind, interpreters=[INTERPRETER, who])

    refused = receiver(made, shared)

    assert refused is not None
    assert (refused.rule, refused.reason, refused.effect) == ("H17", 117, "cancel")


@pytest.mark.parametrize("kind", KINDS)
def test_h17_receiver_an_independent_interpreter_is_taken(kind: str) -> None:
    """So that what is refused above is refused for the rule alone."""
    made, shared = says(kind, interpreters=[INTERPRETER], escorts=[ESCORT], costs=[COST])

    assert receiver(made, shared) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("urgency", ["urgent", "life_threat", "routine"])
def test_a_cost_that_is_not_agreed_holds_no_letter(kind: str, urgency: str) -> None:
    """Practice, acts to add: costs never block urgent help. Nor any other: money has no gate at all."""
    open_cost = COST | {"agreed": False, "ceiling": []}
    made, shared = says(kind, urgency, costs=[open_cost])
    without, _ = says(kind, urgency, costs=[])

    assert receiver(made, shared) is None
    assert drafting(made, shared=shared) == drafting(without, shared=shared)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("escorts", ESCORT | {"role": "police"}),
        ("escorts", ESCORT | {"role": "police_officer"}),
        ("escorts", ESCORT | {"substitute": ["border_guard"]}),
        ("escorts", ESCORT | {"hand_over": "unsigned"}),
        ("escorts", ESCORT | {"from_leg": "hall 2"}),
        ("escorts", ESCORT | {"from_leg": "arrival", "to_leg": "departure"}),
        ("escorts", ESCORT | {"name": "Ina"}),
        ("interpreters", INTERPRETER | {"dialect": ["the one of the hills"]}),
        ("interpreters", INTERPRETER | {"phone": "555"}),
        ("costs", COST | {"payer": "herself"}),
        ("costs", COST | {"ceiling": [{"minor_units": 10.5, "currency": "EUR"}]}),
        ("costs", COST | {"ceiling": [{"minor_units": -1, "currency": "EUR"}]}),
        ("costs", COST | {"ceiling": [{"minor_units": 1, "currency": "euro"}]}),
        ("costs", COST | {"note": "cash"}),
    ],
)
def test_r19_receiver_no_police_no_place_no_free_text_can_be_written(kind: str, part: str, changed: Any) -> None:
    """R19, R29 by shape: malformed at every receiver."""
    made = document(kind)
    assert decode(to_bytes(made), 1) is not None
    made["body"][part] = [changed]

    with pytest.raises(Malformed):
        decode(to_bytes(made), 1)


def test_r19_sender_no_code_of_interpreters_escorts_and_costs_says_what_is_forbidden() -> None:
    """R06, R07, R18, R19, R26, R30: every word of the closed lists; nor does any say that she pays."""
    words = {word for one in vars(codes_logistics).values() for word in get_args(one) if isinstance(word, str)}
    assert len(words) > 30

    bad = [word for forbidden in FORBIDDEN.values() for word in forbidden]
    bad += ["guard_", "border_guard", "military", "soldier", "officer", "herself", "person", "loan", "debt"]
    assert [word for word in words for one in bad if one in word] == []
