"""What people may ask for about a case, and what they are shown: typed requests and views.

A change is one small struct, told apart by its `change` word; what it does is a row in `case_acts`.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from node.protocol.cases.case import (
    Disappearance,
    Distrust,
    DistrustTarget,
    Feared,
    Lift,
    Person,
    PersonRole,
    Protection,
    Retention,
    Tie,
    TieKind,
    TraffickingStatus,
)
from node.protocol.cases.children import ChildRecords
from node.protocol.cases.family import FamilyRecords
from node.protocol.cases.groups import GroupTie
from node.protocol.cases.life_events import LifeRecords
from node.protocol.letters.codes import AgeBand, Gender, Need
from node.protocol.letters.scalars import Code, Country, Date, Id, Language, Seconds
from node.service.cases.change import Change, PersonId
from node.service.cases.earlier_views import EarlierName, EarlierView
from node.service.cases.keep_requests import KeepChange
from node.service.cases.requests_life import LIFE_CHANGES
from node.service.cases.requests_people import PEOPLE_CHANGES
from node.service.cases.requests_safety import SAFETY_CHANGES
from node.service.cases.return_requests import ReturnChange
from node.service.threads.commands import Command

Value = Annotated[str, Meta(max_length=20_000)]


class NewPerson(Command, frozen=True):
    """The person a case is about, or one dependant. An age in doubt makes a child of anybody (R12)."""

    age_band: AgeBand
    role: PersonRole = "person"
    age_in_doubt: bool = False
    gender: Gender = "not_stated"
    languages: tuple[Language, ...] = ()
    interpreter: bool = False
    needs: tuple[Need, ...] = ()
    accessibility: tuple[Code, ...] = ()
    safety_codes: tuple[Code, ...] = ()
    majority_at: Seconds | None = None


class NewCase(Command, frozen=True):
    """A new case of the caller's; the first person is the one it is about."""

    persons: Annotated[tuple[NewPerson, ...], Meta(min_length=1, max_length=20)]
    trafficking_status: TraffickingStatus = "possible"


class AddPerson(Change, frozen=True, tag="add_person"):
    """One more person: each dependant is one (H26)."""

    person: NewPerson


class SetFacts(Change, frozen=True, tag="set_facts"):
    """Plain facts that protect nobody and block nothing; what is left out stays."""

    person_id: PersonId
    gender: Gender | None = None
    languages: tuple[Language, ...] | None = None
    interpreter: bool | None = None
    needs: tuple[Need, ...] | None = None
    accessibility: tuple[Code, ...] | None = None
    safety_codes: tuple[Code, ...] | None = None


class DoubtAge(Change, frozen=True, tag="doubt_age"):
    """From now she is treated as a child (R12)."""

    person_id: PersonId


class SettleAge(Change, frozen=True, tag="settle_age"):
    """Her age is settled; two people (R12)."""

    person_id: PersonId
    age_band: AgeBand


class RecordGuardian(Change, frozen=True, tag="record_guardian"):
    """A guardian or legal representative; counts after a second person's check (H11)."""

    person_id: PersonId
    appointing_body: Code
    appointed_on: Date
    not_named_in_case: bool
    heard_alone: bool


class CheckGuardian(Change, frozen=True, tag="check_guardian"):
    """A second person looked for a conflict of interest (H11)."""

    person_id: PersonId
    conflict_found: bool


class FirstIntakeAnswered(Change, frozen=True, tag="first_intake"):
    """Which countries must never hear of each person, by person id; an empty list: asked, named none (H05)."""

    blocked: dict[PersonId, tuple[Country, ...]]


class BlockCountries(Change, frozen=True, tag="block_countries"):
    """These countries must never hear of her (H05)."""

    person_id: PersonId
    countries: Annotated[tuple[Country, ...], Meta(min_length=1)]


class UnblockCountry(Change, frozen=True, tag="unblock_country"):
    """She wants this country to hear of her again; two people (H05)."""

    person_id: PersonId
    country: Country


class SetProtection(Change, frozen=True, tag="set_protection"):
    """Protection is considered, sought, granted, refused or closed; a block once made stays (H03)."""

    person_id: PersonId
    protection: Protection


class SetTie(Change, frozen=True, tag="set_tie"):
    """A country of nationality, habitual residence or fear (H31); that she fears it no more needs two people."""

    person_id: PersonId
    country: Country
    kind: TieKind
    feared: Feared = "not_asked"


class LiftAsylumBlock(Change, frozen=True, tag="lift_asylum_block"):
    """Her own written wish reopens a country after seven days; two people (H03)."""

    person_id: PersonId
    country: Country
    wish_in_writing: bool
    lawyer_independent: bool
    seen_alone: bool


class TakeBackLift(Change, frozen=True, tag="take_back_lift"):
    """She changed her mind: the country is closed again at once (H03)."""

    person_id: PersonId
    country: Country


class HoldForReview(Change, frozen=True, tag="hold_for_review"):
    """What rests on her consent waits until two people have looked (H17)."""

    person_id: PersonId


class EndReview(Change, frozen=True, tag="end_review"):
    """Two people found that nothing stands in the way (H17)."""

    person_id: PersonId


class RecordDistrust(Change, frozen=True, tag="distrust"):
    """No identity of this case goes to this country, office or organisation; two people (H14)."""

    target: DistrustTarget
    value: Code


class LiftDistrust(Change, frozen=True, tag="lift_distrust"):
    """Two people trust it again (H14)."""

    target: DistrustTarget
    value: Code


class Detained(Change, frozen=True, tag="detained"):
    """The place she is in is detention: an alarm (R17)."""


class DetentionEnded(Change, frozen=True, tag="detention_ended"):
    """Released, or an independent advocate attests; two people (R17)."""


class SuppressStop(Change, frozen=True, tag="suppress_stop"):
    """The automatic stop letter of this thread is not sent; two people (H01)."""

    thread: Id


AnyChange = (
    AddPerson
    | SetFacts
    | DoubtAge
    | SettleAge
    | RecordGuardian
    | CheckGuardian
    | FirstIntakeAnswered
    | BlockCountries
    | UnblockCountry
    | SetProtection
    | SetTie
    | LiftAsylumBlock
    | TakeBackLift
    | HoldForReview
    | EndReview
    | RecordDistrust
    | LiftDistrust
    | Detained
    | DetentionEnded
    | SuppressStop
    | ReturnChange
    | PEOPLE_CHANGES
    | LIFE_CHANGES
    | SAFETY_CHANGES
    | KeepChange
)


class SetOwner(Command, frozen=True):
    """Who works on a case: a user id, or null to leave it open for any caseworker."""

    owner: Id | None


class WriteIdentity(Command, frozen=True):
    """Fields of the identity part by person and name; null removes one. Works while the office vault is shut."""

    persons: dict[PersonId, dict[Code, Value | None]]


class Reason(Command, frozen=True):
    """Why a name is opened; logged (R24)."""

    reason: Code


class Guardianship(msgspec.Struct, frozen=True, kw_only=True):
    """A guardian as recorded: offices and user ids."""

    appointing_body: str
    appointed_on: str
    not_named_in_case: bool
    heard_alone: bool
    recorded_by: str
    conflict_checked_by: str | None
    conflict_found: bool


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """One person of a case, without a name."""

    person_id: str
    role: PersonRole
    age_band: AgeBand
    age_in_doubt: bool
    treated_as_child: bool
    gender: Gender
    languages: tuple[str, ...]
    interpreter: bool
    needs: tuple[str, ...]
    accessibility: tuple[str, ...]
    safety_codes: tuple[str, ...]
    majority_at: int | None
    guardian: Guardianship | None
    protection: Protection
    ties: tuple[Tie, ...]
    lifts: tuple[Lift, ...]
    blocked_countries: tuple[str, ...]
    held_for_review: bool
    disappearance: Disappearance | None
    child: ChildRecords
    family: FamilyRecords
    life: LifeRecords
    group: GroupTie | None


class CaseThreadView(msgspec.Struct, frozen=True, kw_only=True):
    """A thread of a case."""

    thread: str
    peer: str
    started_at: int
    changed_at: int
    ended_at: int | None


class PendingView(msgspec.Struct, frozen=True, kw_only=True):
    """A change that one person asked for and a second one has to confirm."""

    id: int
    case: str
    change: AnyChange
    proposed_by: str
    at: int


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """The control part of a case with what hangs on it; `earlier`: what it was before, the newest change first.

    `without_use`: changes for which there is nothing in it now, such as `reopen_case` where nobody closed it.
    """

    case: str
    owner: str | None
    created_at: int
    changed_at: int
    trafficking_status: TraffickingStatus
    persons: list[PersonView]
    first_intake_answered_at: int | None
    place_is_detention: bool
    distrust: tuple[Distrust, ...]
    retention: Retention
    earlier: list[EarlierView]
    threads: list[CaseThreadView]
    waits_for_second: list[PendingView]
    without_use: list[str]


class CaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """One case in a list."""

    case: str
    owner: str | None
    created_at: int
    changed_at: int
    persons: int
    treated_as_child: bool
    erased: bool


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """Cases, newest change first; ask again with `before` for the next ones, null when these are all."""

    cases: list[CaseLine]
    before: int | None


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a change: done, or waiting for a second person under `pending`."""

    done: bool
    pending: int | None
    case: CaseView


class IdentityWritten(msgspec.Struct, frozen=True):
    """The number of the version that was written."""

    version: int


class IdentityView(msgspec.Struct, frozen=True):
    """The identity part by person and field name; `earlier`: what stood there before it was corrected."""

    persons: dict[str, dict[str, str]]
    earlier: list[EarlierName] = []


class LookView(msgspec.Struct, frozen=True, kw_only=True):
    """Who opened something of a case, when and why; `marks`: what about it was unusual."""

    at: int
    who: str
    what: str
    ref: str
    reason: str
    marks: list[str]


def person_from(new: NewPerson, person_id: str) -> Person:
    """A person of a case from a request."""
    return Person(person_id=person_id, **{name: getattr(new, name) for name in new.__struct_fields__})


def person_view(person: Person) -> PersonView:
    """A person as shown; why something is held for review is said nowhere (H17)."""
    facts = {name: getattr(person, name) for name in PersonView.__struct_fields__ if hasattr(person, name)}
    guardian = None if person.guardian is None else msgspec.convert(person.guardian, Guardianship, from_attributes=True)
    return PersonView(**{**facts, "guardian": guardian, "held_for_review": person.coercion_suspected})
