"""What is missing before a child may return, family may be sought, or a state may be asked whether she is its own.

Pure questions about one person: each answers with what stands in the way, in the order to put right; [] where nothing
does. Gate and checklist read the same answers. Source: R14, R15, R16; practice H12, H26, H27, H30, H31.
"""

from collections.abc import Iterable, Iterator

from node.protocol.cases.case import Case, Person
from node.protocol.cases.children import BestInterests, PanelRole, Tracing
from node.protocol.consent.guardians import guardian_fault
from node.protocol.rules import Objection

PANEL_NEEDS: frozenset[PanelRole] = frozenset({"child_protection", "court", "independent_expert"})
PANEL_SIZE = 2
CARED_FOR = frozenset({"suitable", "suitable_with_support"})
CUSTODY_IS_CLEAR = frozenset({"sole", "shared_agreed", "court_decided"})
REGISTERED = frozenset({"registered", "dangerous_to_register"})


def child_may_return(person: Person, country: str) -> list[Objection]:
    """What is missing before this person may return to `country`, as a child; [] for an adult. This is gate g6.

    Source: R14; H12: family assessment and caregiver, or a decision not to contact and confirmed other care.
    """
    if not person.treated_as_child:
        return []
    return [one for one in _for_return(person, country) if one is not None]


def family_may_be_sought(person: Person) -> list[Objection]:
    """What stands against asking after this person's family; a suspicion stands for adults too. Source: R15, H12."""
    return [one for one in (_suspected(person), *_tracing(person)) if one is not None]


def family_may_be_told(person: Person, says_trafficking: bool) -> Objection | None:
    """Whether the family may hear that she was trafficked: only if she said so. Source: R16."""
    if not says_trafficking or person.family.told == "what_she_agreed":
        return None
    return _hold("R16", "she did not agree that her family hears of trafficking", "ask her, or leave it out")


def custody_is_clear(person: Person) -> Objection | None:
    """Whether a dependent child may be taken across a border; asking is left out where it is dangerous. Source: H26."""
    if person.role != "dependant" or not person.treated_as_child:
        return None
    custody = person.child.custody
    if custody is None:
        return _hold("H26", "custody of a child was not checked", "check who else decides, unless that is dangerous")
    if custody.dangerous_to_ask or custody.status in CUSTODY_IS_CLEAR:
        return None
    return _hold("H26", "somebody else may decide about a child", "have custody decided before the child travels")


def state_may_be_asked(person: Person) -> Objection | None:
    """Whether a lawyer has looked before a state is asked "is she yours?". Source: H31."""
    look = person.life.nationality
    if look is not None and look.lawyer_independent and look.asylum_advised and len(set(look.by)) == 2:
        return None
    return _hold("H31", "no lawyer looked at statelessness and asylum", "have an independent lawyer look first")


def birth_is_settled(person: Person) -> Objection | None:
    """Whether somebody born while we cared is registered, or registering is dangerous. Source: H30."""
    birth = person.life.birth
    if birth is None or birth.registration in REGISTERED:
        return None
    return _hold("H30", "a newborn is not registered", "register the birth first, or record that it is dangerous")


def newborn_is_seen_to(case: Case, persons: Iterable[Person]) -> Objection | None:
    """Whether every child born to these persons while we cared goes with them, or somebody decided that it stays.

    Born after a matter or a plan began it is in neither, and none of its own gates was asked. Source: H26, H30.
    """
    going = {person.person_id for person in persons}
    for one in case.persons:
        birth = one.life.birth
        if birth is None or one.person_id in going or birth.parent not in going or one.life.death is not None:
            continue
        decided = one.child.best_interests
        if one.child.alternative_care is None and (decided is None or decided.outcome == "return"):
            return _hold("H30", "a child born since is left behind", "begin anew with everybody who goes, or confirm "
                         "who cares for the child that stays")  # fmt: skip
    return None


def is_frozen(person: Person) -> Objection | None:
    """Whether letters that rest on this person's consent are frozen, for she has died. Source: H30."""
    if person.life.death is None:
        return None
    return _hold("H30", "letters about this person are frozen", "care for the dependants; ask the coordinator")


def and_parents(case: Case, persons: Iterable[Person]) -> tuple[Person, ...]:
    """These persons, and the parent of each who was born while we cared: a letter about a newborn tells of her too.

    What closes a country to the parent, later too, closes it to the child. Source: H30, R10.
    """
    chosen = tuple(persons)
    parents = {one.life.birth.parent for one in chosen if one.life.birth is not None}
    if not parents:
        return chosen
    known = {one.person_id for one in chosen}
    return (*chosen, *(one for one in case.persons if one.person_id in parents - known))


def panel_fault(panel: tuple[PanelRole, ...], rule: str) -> Objection | None:
    """Why a panel cannot decide for a child: two roles, one of them bound to nobody but the child. Source: CRC GC 6."""
    if len(set(panel)) >= PANEL_SIZE and PANEL_NEEDS & set(panel):
        return None
    return _hold(rule, "the panel is too small", "decide with child protection, a court or an independent expert")


def _for_return(person: Person, country: str) -> Iterator[Objection | None]:
    # 1. somebody speaks for the child
    yield guardian_fault(person.guardian)
    # 2. a panel found that return is best, and there
    yield _best_interests(person.child.best_interests, country)
    # 3. family assessed and a caregiver confirmed, or no contact and other care confirmed
    yield _received(person)


def _best_interests(decided: BestInterests | None, country: str) -> Objection | None:
    if decided is None:
        return _hold("R14", "no best-interests decision is recorded", "hold the panel, and hear the child")
    if decided.outcome != "return" or len(set(decided.by)) < PANEL_SIZE or decided.country not in (None, country):
        return _hold("R14", "the best-interests decision is not to return there", "plan what the decision says")
    return panel_fault(decided.panel, "R14")


def _received(person: Person) -> Objection | None:
    child = person.child
    if child.no_contact is not None or person.family.suspected:
        if child.no_contact is None:
            return _hold("R15", "family may be involved", "decide not to contact it, and confirm other care")
        if child.alternative_care is None:
            return _hold("H12", "no other care is confirmed", "confirm who cares for the child there, without family")
        return None
    if child.family is None or child.family.result not in CARED_FOR:
        return _hold("R14", "the family assessment is missing, or says no", "have it assessed, or decide on other care")
    if child.caregiver is None or not (child.caregiver.willing and child.caregiver.able):
        return _hold("R14", "no caregiver is confirmed", "have willingness and ability confirmed by two people")
    return None


def _suspected(person: Person) -> Objection | None:
    if not person.family.suspected:
        return None
    return _hold("R15", "family may be involved and is not contacted", "find another way with her; two people lift it")


def _tracing(person: Person) -> Iterator[Objection | None]:
    if not person.treated_as_child:
        return
    decided: Tracing | None = person.child.tracing
    if person.child.no_contact is not None:
        yield _hold("H12", "it was decided not to contact the family", "plan other care")
    elif decided is None or len(set(decided.by)) < PANEL_SIZE:
        yield _hold("H12", "no best-interests decision on tracing", "decide first whether to seek the family")
    elif not decided.may_trace:
        yield _hold("H12", "the decision is not to seek the family", "plan other care")
    else:
        yield panel_fault(decided.panel, "H12")


def _hold(rule: str, sentence: str, next_step: str) -> Objection:
    return Objection(rule, sentence, next_step, effect="hold")
