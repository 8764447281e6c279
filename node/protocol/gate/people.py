"""Guards of our side about children, families and what life brings. What is missing is said by `cases.safeguards`.

Source: R15, R16; practice H12, H26, H30, H31, H33.
"""

from collections.abc import Iterator

from node.protocol.cases.case import Person
from node.protocol.cases.safeguards import (
    birth_is_settled,
    custody_is_clear,
    family_may_be_sought,
    family_may_be_told,
    is_frozen,
    newborn_is_seen_to,
    state_may_be_asked,
)
from node.protocol.gate.context import Context, cancel, excluded, hold
from node.protocol.letters.bodies_information import AskBody
from node.protocol.letters.bodies_return import FamilyRequestBody, TravelPlanBody
from node.protocol.letters.codes_information import IS_SHE_YOURS
from node.protocol.rules import Objection

ASKS_FAMILY = frozenset({"return.family_request"})
ASKS_A_STATE = frozenset({"return.identity_request"})
CROSSES_A_BORDER = frozenset({"referral.arrange", "return.travel_plan", "transit.request"})
HAS_NO_PLAN = frozenset({"referral.arrange"})  # of a return the plan is asked (g6), whatever country a letter goes to
TELLS_NOTHING = "nothing_about_trafficking"


def frozen(c: Context) -> Iterator[Objection]:
    """H30: after a death what rests on consent freezes, for everybody of the thread; blocks and erasure stay."""
    if c.duty.rests_on_consent:
        yield from _first(is_frozen(person) for person in c.persons)


def custody(c: Context) -> Iterator[Objection]:
    """H26: no dependent child crosses a border before custody was checked, unless checking is dangerous."""
    if c.draft.letter.kind in CROSSES_A_BORDER and c.draft.letter.sender_role == "opener":
        yield from _first(custody_is_clear(person) for person in c.persons)


def newborns(c: Context) -> Iterator[Objection]:
    """H30: before a newborn crosses a border its birth is registered, and a lawyer has looked at its nationality; and
    no parent does while nobody says what becomes of it.
    """
    if c.draft.letter.kind not in CROSSES_A_BORDER or c.draft.letter.sender_role != "opener":
        return
    yield from _first(birth_is_settled(person) for person in c.persons)
    yield from _first(state_may_be_asked(person) for person in c.persons if person.life.birth is not None)
    if c.draft.letter.kind in HAS_NO_PLAN and c.case is not None:
        yield from _first(iter([newborn_is_seen_to(c.case, c.persons)]))


def family(c: Context) -> Iterator[Objection]:
    """R15, H12: family that may be involved, that nobody decided to seek or that she excluded is not asked after."""
    if not _asks_family(c):
        return
    if excluded(c, "family", c.carrying):
        yield hold("R15", "she said that her family must not be contacted", "leave it, or ask her again")
    for person in c.persons:
        yield from family_may_be_sought(person)


def family_told(c: Context) -> Iterator[Objection]:
    """R16: the family hears nothing of trafficking unless each person of the letter agreed."""
    body = c.draft.letter.body
    if isinstance(body, FamilyRequestBody):
        yield from _first(family_may_be_told(person, body.told != TELLS_NOTHING) for person in c.persons)


def decided_for_a_child(c: Context) -> Iterator[Objection]:
    """R14, H12: what a letter says was decided for a child is what the case holds, so that nobody types a decision."""
    body = c.draft.letter.body
    children = [person for person in c.persons if person.treated_as_child]
    if isinstance(body, FamilyRequestBody) and body.best_interests_date:
        days = {one.child.tracing.decided_on for one in children if one.child.tracing is not None}
        if not set(body.best_interests_date) <= days:
            yield cancel("H12", "no decision on tracing was made on that day", "write it again from the case")
    if isinstance(body, TravelPlanBody) and (body.best_interests_date or body.child_care):
        days = {one.child.best_interests.decided_on for one in children if one.child.best_interests is not None}
        if not set(body.best_interests_date) <= days:
            yield cancel("R14", "no best-interests decision was made on that day", "write it again from the case")
        if any(not _is_cared_for(person, care) for person in children for care in body.child_care):
            yield cancel("R14", "the plan says other care than the case", "write the plan again from the case")


def asked_of_a_state(c: Context) -> Iterator[Objection]:
    """H31: no state is asked "is she yours?" before an independent lawyer has looked."""
    body = c.draft.letter.body
    asks = c.draft.letter.kind in ASKS_A_STATE or (isinstance(body, AskBody) and body.purpose in IS_SHE_YOURS)
    if asks and c.draft.letter.sender_role == "opener":
        yield from _first(state_may_be_asked(person) for person in c.persons)


def history(c: Context) -> Iterator[Objection]:
    """H26, H33: a new thread names no thread of other people: not of a family one dropped out of, not of a group."""
    before = c.draft.letter.relates_to
    if before is None or c.case is None or not c.duty.rests_on_consent:  # a complaint names what it is about
        return
    old = next((one for one in c.case.threads if one.thread == before), None)
    if old is None:
        yield cancel("H33", "another case's thread is named", "leave it out; each person has threads of her own")
    elif not set(old.persons) <= {person.person_id for person in c.persons}:
        yield cancel("H26", "a thread of other persons is named", "begin without history: leave the earlier thread out")


def _is_cared_for(child: Person, care: str) -> bool:
    if care == "caregiver_confirmed":
        return child.child.caregiver is not None and child.child.no_contact is None and not child.family.suspected
    return child.child.alternative_care is not None


def _asks_family(c: Context) -> bool:
    letter = c.draft.letter
    if letter.sender_role != "opener":
        return False
    traces = isinstance(letter.body, AskBody) and letter.body.purpose == "family_tracing"
    return traces or letter.kind in ASKS_FAMILY


def _first(found: Iterator[Objection | None]) -> Iterator[Objection]:
    """One objection is enough where every person would have the same."""
    first = next((one for one in found if one is not None), None)
    if first is not None:
        yield first
