"""Guards of our side about danger and disappearance: who may be alerted, by how many of us, and whom nobody may trace.

Source: R02, R10 (above all of these); practice H06, H20, H29, H35.
"""

from collections.abc import Iterator
from typing import Final

from node.protocol.cases.case import is_origin_or_feared
from node.protocol.gate.context import Context, cancel, hold
from node.protocol.gate.shown_safety import to_civil_society
from node.protocol.letters.bodies_safety import AlertBody
from node.protocol.rules import Objection
from node.protocol.safety import IN_DANGER

TRACING_PURPOSES: Final = frozenset({"identity_verification", "family_tracing", "family_contact"})
TRACING_KINDS: Final = ("info.", "return.family", "return.identity")
LEFT, LOST, TAKEN = "left_by_choice", "lost_contact", "feared_taken"


def alert(c: Context) -> Iterator[Objection]:
    """R02, H35, H06: a case stands behind it, and two people where the danger lies in what the alert itself may do."""
    if c.draft.letter.kind not in IN_DANGER:
        return
    if c.case is None or not c.persons:
        yield cancel("R02", "no person of a case stands behind this", "open a case for the person in danger first")
    body = c.draft.letter.body
    if not isinstance(body, AlertBody):
        return
    alone = not c.draft.second or c.draft.second == c.draft.actor
    if body.about == "another_person":
        if (wrong := to_civil_society(c.draft.letter, c.recipient.office_keys)) is not None:
            yield hold(wrong.rule, wrong.sentence, wrong.next_step)
        if alone:
            yield hold("H35", "an alert about another person needs two people", "ask a colleague to confirm it")
    if alone and any(is_origin_or_feared(person, c.recipient.country) for person in c.persons):
        yield hold("H06", "an alert to a country she comes from needs two people", "ask a colleague to confirm it")


def disappeared(c: Context) -> Iterator[Objection]:
    """H29: whoever left by choice is not traced; a loss of contact is no danger; all of them freeze what is new."""
    gone = [person for person in c.persons if person.disappearance is not None]
    if any(person.disappearance == LEFT for person in gone) and _traces(c):
        yield cancel("H29", "she left by her own choice", "nobody looks for her; keep the door open")
    if c.draft.letter.kind in IN_DANGER:
        if any(person.disappearance in (LEFT, LOST) for person in gone):
            yield hold("H29", "she is not feared taken", "only that permits an alert; two people can record it")
        yield from _feared_taken(c)
    elif gone and c.duty.rests_on_consent and c.tells_new:
        yield hold("H29", "nobody knows where she is", "nothing new is told about her until she is there again")


def _feared_taken(c: Context) -> Iterator[Objection]:
    body = c.draft.letter.body
    says_taken = isinstance(body, AlertBody) and "feared_taken" in body.dangers
    if says_taken and not any(person.disappearance == TAKEN for person in c.persons):
        yield hold("H29", "the case does not say that she is feared taken", "record it in the case, then alert")


def _traces(c: Context) -> bool:
    return c.duty.purpose in TRACING_PURPOSES or c.draft.letter.kind.startswith(TRACING_KINDS)
