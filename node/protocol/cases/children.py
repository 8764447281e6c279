"""What is decided and recorded for a child beside the guardian: best interests, tracing, family, caregiver, care.

Data only: codes, offices, dates and user ids, never a name. What follows from them is `safeguards`; `changes_children`
changes them. Dates are `YYYY-MM-DD`. Source: practice H11, H12, H26; R14; domain 1.4 step 3; CRC GC 6, 84-85.
"""

from typing import Literal

import msgspec

BestOutcome = Literal["return", "stay", "third_country"]
PanelRole = Literal[
    "child_protection",
    "guardian",
    "social_work",
    "legal_counsel",
    "psychology",
    "health",
    "education",
    "independent_expert",
    "court",
]
ChildsView = Literal["heard_and_followed", "heard_and_not_followed", "too_young_to_say", "did_not_wish_to_say"]
Suitability = Literal["suitable", "suitable_with_support", "not_suitable", "not_known"]
CaregiverKind = Literal["parent", "sibling", "grandparent", "other_relative", "foster_family", "small_home"]
CareKind = Literal["foster_family", "small_home", "kinship_without_contact", "supported_living"]
NoContactReason = Literal["involved", "child_refuses", "dangerous", "not_in_best_interests", "not_found"]
CustodyStatus = Literal["sole", "shared_agreed", "shared_not_agreed", "disputed", "court_decided", "not_known"]

Two = tuple[str, str]


class BestInterests(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is best for this child, decided by a panel of people: never by one, never by the machine.

    `country` is where the outcome leads, where it leads abroad. `by` are one user who recorded a stay, or two.
    Source: R14, R40; CETS 197 art 16(7).
    """

    outcome: BestOutcome
    panel: tuple[PanelRole, ...]
    decided_on: str
    childs_view: ChildsView
    by: tuple[str, ...]
    country: str | None = None


class Tracing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether family may be sought, decided for the child's best interests, before anybody asks. Source: H12."""

    may_trace: bool
    panel: tuple[PanelRole, ...]
    decided_on: str
    childs_view: ChildsView
    by: tuple[str, ...]


class FamilyAssessment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a local social worker found about the family. Source: R14; TACT family assessment."""

    result: Suitability
    assessed_on: str
    recorded_by: str


class Caregiver(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who will care for the child there, confirmed by two people: a kind, never a name. Source: R14."""

    kind: CaregiverKind
    willing: bool
    able: bool
    confirmed_on: str
    by: Two


class NoContact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The decision not to contact the family; one person is enough, for it protects. Source: H12."""

    reason: NoContactReason
    decided_on: str
    recorded_by: str


class AlternativeCare(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Care without the family, confirmed by two people. Source: H12."""

    kind: CareKind
    confirmed_on: str
    by: Two


class Custody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who else decides where a dependant lives; `dangerous_to_ask` needs two people. Source: H26."""

    status: CustodyStatus
    checked_on: str
    by: tuple[str, ...]
    dangerous_to_ask: bool = False


class ChildRecords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """All that is recorded for one child; each part may be missing."""

    best_interests: BestInterests | None = None
    tracing: Tracing | None = None
    family: FamilyAssessment | None = None
    caregiver: Caregiver | None = None
    no_contact: NoContact | None = None
    alternative_care: AlternativeCare | None = None
    custody: Custody | None = None


NO_RECORDS = ChildRecords()
