"""What the desk holds or asks here: local reasons, for our people only, never an answer on the wire (row 14).

Source: wire 3 row 14; R10, R12, R17, R24; practice H05, H14, H17, H27, H31.
"""

from collections.abc import Iterable
from typing import Any, Literal, get_args

from node.protocol.cases.case import Case, Person, asked_to_be_unknown_to, asylum_blocks, distrusted, person_of
from node.protocol.cases.safeguards import and_parents
from node.protocol.gate.context import hold
from node.protocol.gate.once_told import NOTHING_TOLD, OnceTold, grown
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_information import AskBody
from node.protocol.letters.codes import EYES_ONLY, STOP_KINDS
from node.protocol.letters.fields import BY_NAME
from node.protocol.letters.frame import Letter
from node.protocol.rules import Objection

OpeningReason = Literal["prepare_reception", "arrange_meeting", "give_service", "keep_safe", "person_asked"]
OPENING_REASONS: tuple[OpeningReason, ...] = get_args(OpeningReason)
ALWAYS_WORKS = frozenset(
    {*STOP_KINDS, "transit.stop", "transit.cancel", "consent.withdrawal", "erasure.request", "erasure.confirm"}
)


def holds(
    letter: Letter[Body],
    case: Case | None,
    sender: str,
    now: int,
    distrusted_by_all: bool = False,
    once: OnceTold = NOTHING_TOLD,
) -> list[Objection]:
    """Why a letter that was stored and receipted waits for a person here, before anybody acts on it or answers.

    `sender` is the country, `distrusted_by_all` whether two people distrust it for everybody, `once` what its thread
    said of each person before; [] when nothing holds it.
    Never held, because they protect: stops, withdrawals, safety.
    """
    if letter.kind in ALWAYS_WORKS or letter.kind.startswith("safety."):  # H02: a danger is never held up here
        return []
    found: list[Objection] = []
    # 1. H05: the first question, before anything about her opens
    if case is None:
        return [hold("H05", "no case stands behind this letter yet", "open one; first ask who must never hear of her")]
    if case.first_intake is None:
        found.append(hold("H05", "nobody asked who must never hear of her", "ask her before any other thread opens"))
    persons = _persons(case, letter.thread)
    # 2. R10, H31: the sender is a country that must not hear of her
    if any(asylum_blocks(person, sender, now) for person in persons):
        found.append(hold("R10", "nothing about her goes to this country", "do not answer; the coordinator decides"))
    elif any(asked_to_be_unknown_to(person, sender) for person in persons):
        found.append(hold("H05", "she named this country", "do not answer; the coordinator decides"))
    # 3. R17, H25: detention is an alarm, and no return is planned meanwhile
    if case.place_is_detention:
        found.append(hold("R17", "she is detained", "arrange her release before planning with another country"))
    # 4. R15: family that may be involved is not contacted for another country either
    if _seeks_family(letter) and any(person.family.suspected for person in persons):
        found.append(hold("R15", "family may be involved here", "contact nobody of it; two people decide"))
    # 5. H14: two people distrust the sender
    if distrusted_by_all or distrusted(case, "country", sender):
        found.append(hold("H14", "two people recorded distrust of this country", "speak with the coordinator"))
    # 6. R12, H27: a child told of as an adult may have turned 18, or the other side no longer protects it as one
    if letter.sender_role == "opener" and any(grown(once, entry) for entry in letter.consent):
        found.append(hold("R12", "a child is told of as an adult now", "ask how her age was settled; phone them"))
    # 7. H17: somebody may press her; the screen says nothing of why
    if any(person.coercion_suspected for person in persons):
        found.append(Objection("H17", "this letter waits", "speak with the coordinator", "hold", discreet=True))
    return found


def _seeks_family(letter: Letter[Body]) -> bool:
    asked = isinstance(letter.body, AskBody) and letter.body.purpose == "family_tracing"
    return asked or letter.kind == "return.family_request"


def may_open_identity(reason: str, user: str) -> Objection | None:
    """Why this opening of a name is refused: it needs one of five reasons and a user, and is logged. Source: R24."""
    if not user:
        return hold("R24", "nobody is signed in", "sign in first")
    if reason not in OPENING_REASONS:
        return hold("R24", "no reason was given for opening a name", "choose one of the five reasons")
    return None


def may_open_report(letter: Letter[Any], opened: Iterable[str], leads: bool) -> Objection | None:
    """R04: what is for the focal point only is opened by the case's owner or a coordinator (`leads`), by nobody else.

    By the mark, by what the letter names, and by the fields that were inside: a sender may leave out either. Danger
    is never held up by it (H02): whoever is on call reads the medical facts. Source: domain 5.2.
    """
    if leads or letter.kind.startswith("safety."):
        return None
    named = {item.field for item in letter.disclosed} | set(opened)
    if EYES_ONLY in letter.handling or any(BY_NAME[one].level == "L4" for one in named if one in BY_NAME):
        return hold("R04", "this is for the eyes of the focal point only", "take the case, or ask a coordinator")
    return None


def _persons(case: Case, thread: str) -> tuple[Person, ...]:
    ids = [person for one in case.threads if one.thread == thread for person in one.persons]
    found = tuple(person for one in ids if (person := person_of(case, one)) is not None)
    return and_parents(case, found or case.persons)
