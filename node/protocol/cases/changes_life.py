"""Changes by what life brings: coming of age, birth, death, loss of the power to decide, people found together.

Letters freeze and care goes on; nothing here opens a country that was closed. Source: R12; practice H26, H27, H30, H31,
H33.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from node.errors import BadInput, NotAllowed
from node.protocol.cases.case import Case, Person
from node.protocol.cases.changes import (
    AuditLine,
    Changed,
    add_person,
    done,
    person_changed,
    the_person,
    two_people,
    with_facts,
)
from node.protocol.cases.groups import GroupTie, Together
from node.protocol.cases.life_events import (
    Birth,
    Death,
    Incapacity,
    Lasting,
    Nationality,
    Refused,
    Registration,
    Stateless,
    WishToReturn,
)
from node.protocol.letters.codes import AgeBand

By = tuple[str, ...]
DAY_S = 86_400
YEAR_S = 31_556_952  # a Gregorian year on average
SOONEST_YEARS: Mapping[AgeBand, int] = {"0-5": 12, "6-11": 6, "12-15": 2, "16-17": 0}


def set_majority(case: Case, person_id: str, majority_at: int, by: By, at: int) -> Changed:
    """The day she comes of age (UTC seconds). A first or sooner day needs two people. Source: H27.

    A day that her age band does not allow is refused: settle the age first (R12).
    """
    person = the_person(case, person_id)
    years = None if person.age_in_doubt else SOONEST_YEARS.get(person.age_band)
    if years is not None and majority_at < at + years * YEAR_S:
        raise BadInput("she comes of age later by her age band; settle the age first", field="majority_at", rule="R12")
    if person.majority_at is None or not person.life.majority.by or majority_at < person.majority_at:
        two_people(by, "H27")
    majority = msgspec.structs.replace(person.life.majority, by=by if len(by) > 1 else person.life.majority.by)
    facts = {"majority_at": majority_at, "life": msgspec.structs.replace(person.life, majority=majority)}
    return person_changed(case, person_id, facts, "majority_set", "H27", by, at)


def record_death(case: Case, person_id: str, on: str, by: str, at: int) -> Changed:
    """She has died. Letters freeze, blocks stay; each dependant child's guardian is checked anew (H10 until then).

    One person is enough. Source: H30.
    """
    changed = _life(case, person_id, "death_recorded", (by,), at, death=Death(on, at, by))
    return _guardians_anew(changed, by, at) if the_person(case, person_id).role == "person" else changed


def death_in_error(case: Case, person_id: str, by: By, at: int) -> Changed:
    """She lives; two people say so. Source: H30."""
    return _life(case, person_id, "death_undone", two_people(by, "H30"), at, death=None)


def record_incapacity(
    case: Case, person_id: str, since: int, lasting: Lasting, wish: WishToReturn, by: By, at: int
) -> Changed:
    """She cannot decide now; her earlier wishes stand. That she had wished to return is for two people to say.

    What comes of it depends on whether it is lasting: nobody is put in her place for some days. Source: H30.
    """
    if since > at:
        raise BadInput("the day has not come yet; record what has happened", field="since", rule="H30")
    both = two_people(by, "H30") if wish == "wished" else None
    before = the_person(case, person_id).life.incapacity
    kept = () if before is None else before.refused
    found = Incapacity(since, lasting, by[0], wish, both, kept)
    event = "incapacity_recorded" if lasting == "lasting" else "incapacity_for_now"
    changed = _life(case, person_id, event, by, at, incapacity=found)
    return _guardians_anew(changed, by[0], at) if the_person(case, person_id).role == "person" else changed


def note_refused(case: Case, person_id: str, refused: tuple[Refused, ...]) -> Case:
    """The case knowing what she had taken back before; nobody gives it in her place. Source: H30."""
    life = the_person(case, person_id).life
    if life.incapacity is None or not refused:
        return case
    kept = tuple(dict.fromkeys((*life.incapacity.refused, *refused)))
    unable = msgspec.structs.replace(life.incapacity, refused=kept)
    return with_facts(case, person_id, life=msgspec.structs.replace(life, incapacity=unable))


def capacity_regained(case: Case, person_id: str, by: By, at: int) -> Changed:
    """She decides for herself again; two people. Source: H30."""
    return _life(case, person_id, "capacity_regained", two_people(by, "H30"), at, incapacity=None)


def add_birth(case: Case, parent: str, newborn: Person, on: str, by: str, at: int) -> Changed:
    """A child was born: a person of its own, closed to every country that its parent is closed to. Source: H30."""
    mother = the_person(case, parent)
    born = msgspec.structs.replace(
        newborn,
        role="dependant",
        age_band="0-5",
        protection=mother.protection,
        protection_ever=mother.protection_ever or mother.protection != "none",
        ties=mother.ties,
        blocked_countries=mother.blocked_countries,
        coercion_suspected=mother.coercion_suspected,
        family=mother.family,
        life=msgspec.structs.replace(newborn.life, birth=Birth(on=on, parent=parent)),
    )
    added = add_person(case, born, by, at)
    kept = msgspec.structs.replace(added.case, first_intake=case.first_intake)  # it cannot be asked: its parent was
    return Changed(kept, (*added.audit, _line(case, "birth_recorded", "H30", (by,), at)))


def register_birth(case: Case, person_id: str, registration: Registration, by: By, at: int) -> Changed:
    """How far the registration of a birth has got; that registering is dangerous is for two people to say. H30."""
    birth = the_person(case, person_id).life.birth
    if birth is None:
        raise BadInput("no birth of this person is recorded; record the birth first", field="person_id", rule="H30")
    if registration == "dangerous_to_register":
        two_people(by, "H30")
    told = msgspec.structs.replace(birth, registration=registration, registration_by=by)
    return _life(case, person_id, "birth_registration", by, at, birth=told)


def lawyer_looked(
    case: Case, person_id: str, looked_on: str, stateless: Stateless, asylum_advised: bool, lawyer_independent: bool,
    by: By, at: int,
) -> Changed:  # fmt: skip
    """An independent lawyer looked at statelessness and asylum; two people record it. Source: H31."""
    both = two_people(by, "H31")
    if not lawyer_independent:
        raise NotAllowed(
            "the lawyer must be independent of every state that might be asked",
            rule="H31",
            for_user="Have a lawyer look who works for no state that might be asked.",
        )
    look = Nationality(looked_on, stateless, asylum_advised, lawyer_independent, both)
    return _life(case, person_id, "lawyer_looked", both, at, rule="H31", nationality=look)


def join_group(case: Case, person_id: str, group: str, cases: tuple[str, ...], by: str, at: int) -> Changed:
    """She was found together with the people of other cases; local, and said in no letter. Source: H33."""
    before = the_person(case, person_id).group
    if before is not None and before.group != group:
        raise BadInput("she is of another group; a person is of one", field="person_id", rule="H33")
    fresh = GroupTie(group, cases) if before is None else msgspec.structs.replace(before, cases=cases)
    return person_changed(case, person_id, {"group": fresh}, "group_joined", "H33", (by,), at)


def group_wish(case: Case, person_id: str, wish: Together, apart_from: tuple[str, ...], by: str, at: int) -> Changed:
    """Whether she wishes to be near the others, asked of her alone. Source: H33."""
    tie = the_person(case, person_id).group
    if tie is None:
        raise BadInput("she is of no group; record who was found together", field="person_id", rule="H33")
    if not set(apart_from) <= set(tie.cases) or (wish == "keep_apart") != bool(apart_from):
        raise BadInput("name the cases of this group she wishes to be kept apart from", field="apart_from", rule="H33")
    told = msgspec.structs.replace(tie, wish=wish, apart_from=apart_from, asked_alone_at=at, asked_by=by)
    return person_changed(case, person_id, {"group": told}, "group_wish_recorded", "H33", (by,), at)


def _guardians_anew(changed: Changed, by: str, at: int) -> Changed:
    """H10: without the parent, who speaks for a child is looked at anew; until then child protection does."""
    persons = tuple(_to_check(one) if one.role == "dependant" else one for one in changed.case.persons)
    case = msgspec.structs.replace(changed.case, persons=persons)
    return Changed(case, (*changed.audit, _line(case, "guardians_to_check", "H10", (by,), at)))


def _to_check(person: Person) -> Person:
    if person.guardian is None or not person.treated_as_child:
        return person
    return msgspec.structs.replace(person, guardian=msgspec.structs.replace(person.guardian, conflict_checked_by=None))


def _life(case: Case, person_id: str, event: str, by: By, at: int, rule: str = "H30", **parts: Any) -> Changed:
    life = msgspec.structs.replace(the_person(case, person_id).life, **parts)
    return person_changed(case, person_id, {"life": life}, event, rule, by, at)


def _line(case: Case, event: str, rule: str, by: By, at: int) -> AuditLine:
    return done(case, event, rule, by, at).audit[0]
