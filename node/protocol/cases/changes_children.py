"""Changes of what is decided for a child and her family: what protects takes one person, what opens a way takes two.

Source: R14, R15, R16, R24, R40; practice H12, H26.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from node.errors import BadInput, NotAllowed
from node.protocol.cases.case import Case
from node.protocol.cases.changes import Changed, person_changed, the_person, two_people
from node.protocol.cases.children import (
    AlternativeCare,
    BestInterests,
    BestOutcome,
    Caregiver,
    CaregiverKind,
    CareKind,
    ChildsView,
    Custody,
    CustodyStatus,
    FamilyAssessment,
    NoContact,
    NoContactReason,
    PanelRole,
    Suitability,
    Tracing,
)
from node.protocol.cases.family import TOLD_BY_DEFAULT, Involved, MayBeTold, Suspicion
from node.protocol.cases.safeguards import panel_fault

By = tuple[str, ...]


def decide_best_interests(
    case: Case, person_id: str, outcome: BestOutcome, country: str | None, panel: tuple[PanelRole, ...],
    decided_on: str, childs_view: ChildsView, by: By, at: int,
) -> Changed:  # fmt: skip
    """What a panel decided. To stay, one person records; what takes the child abroad, two. Source: R14, R40."""
    _not_in_future(decided_on, at)
    if outcome != "stay":
        two_people(by, "R14")
        _panel_can_decide(panel, "R14")
    decided = BestInterests(outcome, panel, decided_on, childs_view, by, country)
    return _child(case, person_id, "best_interests_decided", "R14", by, at, best_interests=decided)


def decide_tracing(
    case: Case, person_id: str, may_trace: bool, panel: tuple[PanelRole, ...], decided_on: str,
    childs_view: ChildsView, by: By, at: int,
) -> Changed:  # fmt: skip
    """Whether family may be sought; a yes needs a panel and two people. Source: H12."""
    _not_in_future(decided_on, at)
    if may_trace:
        two_people(by, "H12")
        _panel_can_decide(panel, "H12")
    decided = Tracing(may_trace, panel, decided_on, childs_view, by)
    return _child(case, person_id, "tracing_decided", "H12", by, at, tracing=decided)


def assess_family(case: Case, person_id: str, result: Suitability, assessed_on: str, by: str, at: int) -> Changed:
    """What a local social worker found about the family. Source: R14."""
    _not_in_future(assessed_on, at)
    found = FamilyAssessment(result, assessed_on, by)
    return _child(case, person_id, "family_assessed", "R14", (by,), at, family=found)


def confirm_caregiver(
    case: Case, person_id: str, kind: CaregiverKind, willing: bool, able: bool, confirmed_on: str, by: By, at: int
) -> Changed:
    """Who will care for the child there; two people. Source: R14."""
    both = two_people(by, "R14")
    _not_in_future(confirmed_on, at)
    found = Caregiver(kind, willing, able, confirmed_on, both)
    return _child(case, person_id, "caregiver_confirmed", "R14", both, at, caregiver=found)


def decide_no_contact(
    case: Case, person_id: str, reason: NoContactReason, decided_on: str, by: str, at: int
) -> Changed:
    """The family is not contacted; one person is enough. Source: H12."""
    _not_in_future(decided_on, at)
    decided = NoContact(reason, decided_on, by)
    return _child(case, person_id, "no_contact_decided", "H12", (by,), at, no_contact=decided)


def reopen_contact(case: Case, person_id: str, by: By, at: int) -> Changed:
    """The decision not to contact the family is taken back; two people. Source: H12."""
    return _child(case, person_id, "contact_reopened", "H12", two_people(by, "H12"), at, no_contact=None)


def confirm_other_care(case: Case, person_id: str, kind: CareKind, confirmed_on: str, by: By, at: int) -> Changed:
    """Care without the family is confirmed; two people. Source: H12."""
    both = two_people(by, "H12")
    _not_in_future(confirmed_on, at)
    found = AlternativeCare(kind, confirmed_on, both)
    return _child(case, person_id, "other_care_confirmed", "H12", both, at, alternative_care=found)


def check_custody(
    case: Case, person_id: str, status: CustodyStatus, dangerous_to_ask: bool, checked_on: str, by: By, at: int
) -> Changed:
    """Who else decides where a child lives; that asking is dangerous is for two people to say. Source: H26."""
    _not_in_future(checked_on, at)
    if dangerous_to_ask:
        two_people(by, "H26")
    found = Custody(status, checked_on, by, dangerous_to_ask)
    return _child(case, person_id, "custody_checked", "H26", by, at, custody=found)


def suspect_family(case: Case, person_id: str, who: Involved, by: str, at: int) -> Changed:
    """Somebody of the family may be involved: from now nobody of it is contacted. One is enough. Source: R15."""
    family = the_person(case, person_id).family
    if any(one.who == who for one in family.suspicions):
        return Changed(case, ())
    changed = msgspec.structs.replace(family, suspicions=(*family.suspicions, Suspicion(who, at, by)))
    return person_changed(case, person_id, {"family": changed}, "family_suspected", "R15", (by,), at)


def clear_family(case: Case, person_id: str, who: Involved, by: By, at: int) -> Changed:
    """Two people found that these relatives are not involved. Source: R15."""
    both = two_people(by, "R15")
    family = the_person(case, person_id).family
    left = tuple(one for one in family.suspicions if one.who != who)
    facts = {"family": msgspec.structs.replace(family, suspicions=left)}
    return person_changed(case, person_id, facts, "family_cleared", "R15", both, at)


def family_may_know(case: Case, person_id: str, told: MayBeTold, by: By, at: int) -> Changed:
    """What she allows her family to hear; more than the default is for two people to record. Source: R16."""
    if told != TOLD_BY_DEFAULT:
        two_people(by, "R16")
    facts = {"family": msgspec.structs.replace(the_person(case, person_id).family, told=told)}
    return person_changed(case, person_id, facts, "family_telling_set", "R16", by, at)


def _child(case: Case, person_id: str, event: str, rule: str, by: By, at: int, **parts: Any) -> Changed:
    records = msgspec.structs.replace(the_person(case, person_id).child, **parts)
    facts: Mapping[str, object] = {"child": records}
    return person_changed(case, person_id, facts, event, rule, by, at)


def _panel_can_decide(panel: tuple[PanelRole, ...], rule: str) -> None:
    fault = panel_fault(panel, rule)
    if fault is not None:
        raise NotAllowed(fault.sentence, rule=rule, for_user=f"{fault.sentence}: {fault.next_step}")


def _not_in_future(day: str, at: int) -> None:
    if day > datetime.fromtimestamp(at, UTC).date().isoformat():
        raise BadInput("the day has not come yet; record what has happened", field="day", expected="a day up to today")
