"""A case without one of its persons: nothing that is left names her, and what protected another through her stays.

Pure. `tests/keep/test_one_person_everywhere.py` walks the types of a case, so that a new field which can hold a person
is not forgotten here. Source: wire 11; H26, H30; GDPR 17.
"""

import msgspec

from node.errors import NotAllowed
from node.protocol.cases.case import Case, Person, asylum_blocks, claim_ever_made, person_of
from node.protocol.cases.return_plan import ReturnPlan


def without(case: Case, person_id: str, now: int) -> Case:
    """The case without this person; if it was about her, it is about the next one.

    A thread, a plan, an alarm or care that concerned nobody else goes with her.
    """
    gone = person_of(case, person_id)
    persons = [_after(one, gone, now) for one in case.persons if one.person_id != person_id]
    if persons and not any(one.role == "person" for one in persons):
        persons[0] = msgspec.structs.replace(persons[0], role="person")
    hers = hers_alone(case, person_id)
    threads = (
        msgspec.structs.replace(one, persons=tuple(who for who in one.persons if who != person_id))
        for one in case.threads
        if one.thread not in hers
    )
    return msgspec.structs.replace(
        case,
        persons=tuple(persons),
        threads=tuple(threads),
        papers=tuple(one for one in case.papers if one.person_id != person_id),
        cards=tuple(one for one in case.cards if one.person_id != person_id),
        returns=tuple(plan for one in case.returns if (plan := _plan_without(one, person_id, now)).persons),
        arrival_alarms=tuple(one for one in case.arrival_alarms if one.thread not in hers),
        care=tuple(one for one in case.care if one.thread not in hers),
        her_words=tuple(one for one in case.her_words if one.thread not in hers),
        earlier=tuple(one for one in case.earlier if person_id not in (one.person_id, *one.value.split('"'))),
    )


def hers_alone(case: Case, person_id: str) -> set[str]:
    """The threads of a case that concern this person and nobody else."""
    return {one.thread for one in case.threads if set(one.persons) == {person_id}}


def check_nobody_waits(case: Case, person_id: str | None) -> None:
    """NotAllowed while she is cared for on the way, or nobody knows whether she arrived; None: anybody of the case.

    Erasing would end both unseen. Source: H06, H07; R32.
    """
    concerned = None if person_id is None else hers_alone(case, person_id)
    open_care = [one.thread for one in case.care if one.ended_at is None]
    open_alarms = [one.thread for one in case.arrival_alarms if one.ended_at is None]
    if any(concerned is None or thread in concerned for thread in (*open_care, *open_alarms)):
        raise NotAllowed(
            "care on the way or an overdue arrival is open in this case; end that first", rule="H07",
            for_user="Somebody is still cared for on the way, or searched for. End that first, then erase.",
        )  # fmt: skip


def _after(person: Person, gone: Person | None, now: int) -> Person:
    """One of the others; who was born to her keeps what was closed through her, and no longer says to whom. H30, R10.

    Ties are not laid together: that another country is feared could open one that is closed.
    """
    birth = person.life.birth
    if gone is None or birth is None or birth.parent != gone.person_id:
        return person
    countries = {tie.country for tie in gone.ties if asylum_blocks(gone, tie.country, now)}
    return msgspec.structs.replace(
        person,
        blocked_countries=tuple(sorted({*person.blocked_countries, *gone.blocked_countries, *countries})),
        protection_ever=person.protection_ever or claim_ever_made(gone),
        coercion_suspected=person.coercion_suspected or gone.coercion_suspected,
        family=msgspec.structs.replace(
            person.family,
            suspicions=tuple(dict.fromkeys((*person.family.suspicions, *gone.family.suspicions))),
        ),
        life=msgspec.structs.replace(person.life, birth=msgspec.structs.replace(birth, parent="")),
    )


def _plan_without(plan: ReturnPlan, person_id: str, now: int) -> ReturnPlan:
    """An open plan that loses a person is another plan: whoever approved it looks again. Source: R24, H26."""
    left = tuple(one for one in plan.persons if one.person_id != person_id)
    if len(left) == len(plan.persons):
        return plan
    return msgspec.structs.replace(plan, persons=left, changed_at=now if plan.is_open else plan.changed_at)
