"""Asking the gate: the same function at drafting, at release and before every try, whichever way a letter leaves (H15).

Source: wire 1 (release); practice H15.
"""

from typing import Final, NamedTuple

from node.protocol.cases.case import Case
from node.protocol.consent.record import ConsentRecord
from node.protocol.gate.facts import Draft, RecipientFacts
from node.protocol.gate.gate import at_drafting
from node.protocol.letters.decode import AnyLetter
from node.protocol.rules import Objection
from node.service.context import Node

REMEMBERED: Final = 256


class Question(NamedTuple):
    """What the gate was asked; the same question has the same answer."""

    case: Case | None
    consents: list[ConsentRecord]
    draft: Draft
    recipient: RecipientFacts
    now: int


def letter_asked_about(node: Node, letter_id: str) -> AnyLetter | None:
    """The letter of a question to which the gate was open a moment ago."""
    known = node.gate_open.get(letter_id)
    return known.draft.letter if isinstance(known, Question) else None


def ask_gate(
    node: Node, case: Case | None, consents: list[ConsentRecord], draft: Draft, recipient: RecipientFacts, now: int
) -> tuple[Objection, ...]:
    """Every objection of the gate, the strongest first.

    The gate is pure: what was open when a letter was drafted is open for the very same question at its release, and is
    not worked out twice. Any difference, in the case, a consent, the thread, the registry or the time, asks anew.
    """
    question = Question(case, consents, draft, recipient, now)
    if node.gate_open.pop(draft.letter.letter_id, None) == question:
        return ()
    objections = tuple(at_drafting(case, consents, draft, recipient, now))
    if not objections:
        node.gate_open[draft.letter.letter_id] = question
        while len(node.gate_open) > REMEMBERED:
            node.gate_open.popitem(last=False)
    return objections
