"""Requests about a child and her family: what was decided for her, who may be involved, who may be told.

Codes and dates only. What each does is a row in `acts_people`. Source: R14-R16; practice H12, H26.
"""

from typing import Annotated

from msgspec import Meta

from node.protocol.cases.children import (
    BestOutcome,
    CaregiverKind,
    CareKind,
    ChildsView,
    CustodyStatus,
    NoContactReason,
    PanelRole,
    Suitability,
)
from node.protocol.cases.family import Involved, MayBeTold
from node.protocol.letters.scalars import Country, Date
from node.service.cases.change import Change, PersonId

Panel = Annotated[tuple[PanelRole, ...], Meta(min_length=1, max_length=9)]


class DecideBestInterests(Change, frozen=True, tag="best_interests"):
    """What a panel decided is best for a child; two people, unless it is to stay (R14)."""

    person_id: PersonId
    outcome: BestOutcome
    panel: Panel
    decided_on: Date
    childs_view: ChildsView
    country: Country | None = None


class DecideTracing(Change, frozen=True, tag="tracing"):
    """Whether a child's family may be sought; a yes needs two people (H12)."""

    person_id: PersonId
    may_trace: bool
    panel: Panel
    decided_on: Date
    childs_view: ChildsView


class AssessFamily(Change, frozen=True, tag="family_assessment"):
    """What a local social worker found about the family (R14)."""

    person_id: PersonId
    result: Suitability
    assessed_on: Date


class ConfirmCaregiver(Change, frozen=True, tag="caregiver"):
    """Who will care for the child there; two people (R14)."""

    person_id: PersonId
    kind: CaregiverKind
    willing: bool
    able: bool
    confirmed_on: Date


class DecideNoContact(Change, frozen=True, tag="no_contact"):
    """The family is not contacted (H12)."""

    person_id: PersonId
    reason: NoContactReason
    decided_on: Date


class ReopenContact(Change, frozen=True, tag="reopen_contact"):
    """The decision not to contact the family is taken back; two people (H12)."""

    person_id: PersonId


class ConfirmOtherCare(Change, frozen=True, tag="other_care"):
    """Care without the family is confirmed; two people (H12)."""

    person_id: PersonId
    kind: CareKind
    confirmed_on: Date


class CheckCustody(Change, frozen=True, tag="custody"):
    """Who else decides where a dependent child lives; that asking is dangerous needs two people (H26)."""

    person_id: PersonId
    status: CustodyStatus
    checked_on: Date
    dangerous_to_ask: bool = False


class SuspectFamily(Change, frozen=True, tag="suspect_family"):
    """Somebody of the family may be involved: nobody of it is contacted (R15)."""

    person_id: PersonId
    who: Involved = "not_said"


class ClearFamily(Change, frozen=True, tag="clear_family"):
    """These relatives are not involved; two people (R15)."""

    person_id: PersonId
    who: Involved = "not_said"


class FamilyMayKnow(Change, frozen=True, tag="family_may_know"):
    """What she allows her family to hear; more than nothing of trafficking needs two people (R16)."""

    person_id: PersonId
    told: MayBeTold


PEOPLE_CHANGES = (
    DecideBestInterests
    | DecideTracing
    | AssessFamily
    | ConfirmCaregiver
    | DecideNoContact
    | ReopenContact
    | ConfirmOtherCare
    | CheckCustody
    | SuspectFamily
    | ClearFamily
    | FamilyMayKnow
)
