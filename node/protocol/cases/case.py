"""A case, as the rules see it: the control part, which names nobody.

It lives in our node only and never travels. What identifies a person lies under the office key and is not here.
`case_changes` holds the functions that change a case; everything here is data and what follows from it.
Source: practice H03, H05, H11, H14, H17, H26, H31; at-rest, key hierarchy.
"""

from typing import Literal

import msgspec

from node.protocol.cases.care import Care
from node.protocol.cases.children import NO_RECORDS, ChildRecords
from node.protocol.cases.family import NO_FAMILY_RECORDS, FamilyRecords
from node.protocol.cases.groups import GroupTie
from node.protocol.cases.life_events import NO_EVENTS, LifeRecords
from node.protocol.cases.paper import Card, Paper
from node.protocol.cases.return_plan import ArrivalAlarm, HerWord, ReleaseRequest, ReturnPlan
from node.protocol.letters.codes import AgeBand, Gender

TraffickingStatus = Literal["possible", "actual", "not_a_victim"]
PersonRole = Literal["person", "dependant"]
Protection = Literal["none", "considering", "sought", "granted", "refused", "closed"]
TieKind = Literal["nationality", "habitual_residence", "other"]
Feared = Literal["yes", "no", "not_asked"]
HoldGround = Literal["criminal_proceedings", "civil_claim", "compensation", "complaint", "authority_order"]
DistrustTarget = Literal["country", "holder", "organisation"]
Disappearance = Literal["left_by_choice", "lost_contact", "feared_taken"]  # H29

CHILD_BANDS: frozenset[AgeBand] = frozenset({"0-5", "6-11", "12-15", "16-17"})
LIFT_WAIT_SECONDS = 7 * 24 * 3600  # H03: the block ends seven days after her written wish, so that she can take it back


class Guardian(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who decides with a child, or for an adult who cannot alone; offices and user ids, no names. Source: H11.

    `appointed_on` is a date `YYYY-MM-DD`; `recorded_by` and `conflict_checked_by` are two different users. `since`:
    from when this one speaks for her in the place of another (UTC seconds, 0: there was no other).
    """

    appointing_body: str
    appointed_on: str
    not_named_in_case: bool
    recorded_by: str
    conflict_checked_by: str | None
    conflict_found: bool
    heard_alone: bool
    since: int = 0


class Tie(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A country in the person's life and whether she fears it. Habitual residence counts as origin (H31)."""

    country: str
    kind: TieKind
    feared: Feared


class Lift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Her written wish that a country may hear of her again; it takes effect at `effective_at`. Source: H03."""

    country: str
    effective_at: int
    by: tuple[str, str]


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The person or one dependant: each has its own facts, consent, blocks and risks (H26).

    `person_id` is ours alone. `protection` and `ties` never leave this node (H03). `majority_at` is UTC seconds (H27).
    What is decided for a child, her family, events of her life and a group she is of are records of their own files.
    """

    person_id: str
    role: PersonRole
    age_band: AgeBand
    age_in_doubt: bool = False
    gender: Gender = "not_stated"
    languages: tuple[str, ...] = ()
    interpreter: bool = False
    needs: tuple[str, ...] = ()
    accessibility: tuple[str, ...] = ()
    safety_codes: tuple[str, ...] = ()
    guardian: Guardian | None = None
    majority_at: int | None = None
    protection: Protection = "none"
    protection_ever: bool = False
    ties: tuple[Tie, ...] = ()
    lifts: tuple[Lift, ...] = ()
    blocked_countries: tuple[str, ...] = ()
    coercion_suspected: bool = False
    child: ChildRecords = NO_RECORDS
    family: FamilyRecords = NO_FAMILY_RECORDS
    life: LifeRecords = NO_EVENTS
    group: GroupTie | None = None
    disappearance: Disappearance | None = None

    @property
    def treated_as_child(self) -> bool:
        """A child, or of doubtful age: derived, so that nobody can switch it off alone. Source: R12."""
        return self.age_in_doubt or self.age_band in CHILD_BANDS


class FirstIntake(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which countries and people must never hear of her was asked and answered. Source: H05."""

    answered_at: int
    answered_by: str


class Distrust(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation, office key holder or country that gets no identity in this case, by two people. Source: H14."""

    target: DistrustTarget
    value: str
    by: tuple[str, str]


class CaseThread(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A thread of this case with one country: who it is about, and since when."""

    thread: str
    country: str
    opened_at: int
    persons: tuple[str, ...]
    ended: bool = False
    stop_suppressed_by: tuple[str, str] | None = None


class LegalHold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing of the case is erased before `until`: a ground and two people stand behind it. Source: R25."""

    ground: HoldGround
    until: int
    by: tuple[str, str]
    at: int


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long the case is kept: months after closure, longer where she asked or a hold says so. Source: R25, H34."""

    months_after_closure: int = 12
    closed_at: int | None = None
    kept_at_her_request_until: int | None = None
    hold: LegalHold | None = None


class EarlierFact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was recorded until `until` (UTC seconds), as JSON, and whose change ended it; ours alone, like the facts.

    `person_id` is empty for a fact of the case itself. Source: interface C6.
    """

    person_id: str
    field: str
    value: str
    until: int
    by: tuple[str, ...]


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The control part of a case. `case_id` is local and never travels (R26)."""

    case_id: str
    trafficking_status: TraffickingStatus
    persons: tuple[Person, ...]
    first_intake: FirstIntake | None = None
    place_is_detention: bool = False
    released_or_attested_by: tuple[str, str] | None = None
    distrust: tuple[Distrust, ...] = ()
    threads: tuple[CaseThread, ...] = ()
    papers: tuple[Paper, ...] = ()
    cards: tuple[Card, ...] = ()
    retention: Retention = Retention()
    returns: tuple[ReturnPlan, ...] = ()
    arrival_alarms: tuple[ArrivalAlarm, ...] = ()
    care: tuple[Care, ...] = ()
    detained_at: int | None = None
    released_from_detention_at: int | None = None
    release_requests: tuple[ReleaseRequest, ...] = ()
    her_words: tuple[HerWord, ...] = ()
    earlier: tuple[EarlierFact, ...] = ()


def person_of(case: Case, person_id: str) -> Person | None:
    """The person of this case with that local id, or None."""
    return next((person for person in case.persons if person.person_id == person_id), None)


def asylum_blocks(person: Person, country: str, now: int) -> bool:
    """Whether an asylum fact or a feared persecution closes `country` for everything about this person.

    A claim blocks whatever became of it (refused, closed); a country that is feared is blocked without a claim too.
    With a claim, every nationality and habitual residence is blocked, except a second one she was asked about and does
    not fear. Source: R10, H03, H31.
    """
    if any(lift.country == country and now >= lift.effective_at for lift in person.lifts):
        return False
    ties = [tie for tie in person.ties if tie.country == country]
    if any(tie.feared == "yes" for tie in ties):
        return True
    if not claim_ever_made(person):
        return False
    return bool(ties) and not (_only_a_second_tie(person, country) and all(tie.feared == "no" for tie in ties))


def claim_ever_made(person: Person) -> bool:
    """Whether protection was ever considered, sought or granted; refusal and closure do not undo it. Source: H03."""
    return person.protection_ever or person.protection != "none"


def countries_unknown(person: Person) -> bool:
    """Whether there is a claim but no country recorded: nothing can be sent until somebody has asked. Source: H03."""
    return claim_ever_made(person) and not person.ties


def lifted_since(person: Person, country: str, now: int) -> int | None:
    """Since when her own wish reopened `country` (UTC seconds), or None. Older threads stay closed. Source: H03."""
    times = [lift.effective_at for lift in person.lifts if lift.country == country and now >= lift.effective_at]
    return max(times, default=None)


def asked_to_be_unknown_to(person: Person, country: str) -> bool:
    """Whether she named `country` at the first intake as one that must never hear of her. Source: H05."""
    return country in person.blocked_countries


def is_origin_or_feared(person: Person, country: str) -> bool:
    """Whether `country` is one of nationality, habitual residence or fear. Source: H31."""
    return any(tie.country == country for tie in person.ties)


def distrusted(case: Case, target: DistrustTarget, value: str) -> bool:
    """Whether two people recorded that this country, holder or organisation gets no identity here. Source: H14."""
    return any(one.target == target and one.value == value for one in case.distrust)


def _only_a_second_tie(person: Person, country: str) -> bool:
    # She fears another country: then this one is not where she fled from.
    return any(tie.feared == "yes" and tie.country != country for tie in person.ties)
