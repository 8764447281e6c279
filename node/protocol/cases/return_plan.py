"""A return as her own country of stay prepares it: what she wishes, what was checked, who approved; no name, no place.

It is part of the case's control part and never travels: what the other country learns are letters. Each person has rows
of its own (H26). `return_changes` holds the functions that change it, `gate.returns` what follows from it.
Source: domain 1.4, 5.7, R07-R09, R17, R22, R24, R34; practice H04, H07, H19, H23-H26.
"""

from typing import Literal, get_args

import msgspec

from node.protocol.letters.codes_return import ConfirmedHow, RiskMeasure, RiskSays

Advocate = Literal["independent_advocate", "lawyer", "guardian_advocate", "social_worker"]
Heard = Literal["arranged", "not_needed", "she_declines", "no_proceedings"]
Colour = Literal["green", "amber", "red"]
RiskDomain = Literal[
    "threat",
    "trafficker_presence",
    "retaliation",
    "re_trafficking",
    "family_involvement",
    "debt",
    "stigma",
    "prosecution",
    "health_continuity",
    "housing",
]
RiskOverall = Literal["acceptable", "acceptable_with_measures", "unacceptable", "unknown"]
AssessorRole = Literal["caseworker", "social_worker", "psychologist", "lawyer", "independent_assessor"]
HaltReason = Literal[  # domain 5.4, local: on the wire every halt is the one stop (H01)
    "new_risk",
    "family_unsafe",
    "proceedings_require_stay",
    "other_solution",
    "residence_granted",
    "document_refused",
    "nationality_not_confirmed",
    "medical_unfit",
    "guardian_or_court_objection",
    "transit_refused",
    "missing_person",
    "reception_not_available",
    "she_wishes",
]
Alternative = Literal["residence", "third_country", "longer_stay", "own_travel", "other_solution"]
OverdueOutcome = Literal["found_safe", "found_in_need", "stayed_on_her_wish", "search_goes_on"]
AlarmAsked = Literal["her_safe_contact", "escort", "transit", "reception"]
AlarmAnswer = Literal["safe", "not_there", "no_answer", "does_not_know"]
HALT_REASONS: tuple[HaltReason, ...] = get_args(HaltReason)
RISK_DOMAINS: tuple[RiskDomain, ...] = get_args(RiskDomain)


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """She wishes to go, as she said it herself and alone, knowing what else there is. Source: R07, H17; ODIHR 1, 2.

    `at` is UTC seconds, `by` a user id. `advocate` sat beside her and is nobody of ours.
    """

    at: int
    by: str
    voluntary: bool
    in_her_words: bool
    spoken_to_alone: bool
    advocate: Advocate
    advocate_present: bool
    alternatives_explained: bool
    staying_explained: bool

    @property
    def counts(self) -> bool:
        """Whether it is a wish at all: voluntary, hers, alone, with an advocate, and staying was explained."""
        return all(
            (
                self.voluntary,
                self.in_her_words,
                self.spoken_to_alone,
                self.advocate_present,
                self.alternatives_explained,
                self.staying_explained,
            )
        )


class Recovery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Her recovery and reflection period, until when (UTC seconds); 0: this country grants none. Source: R09, g3.

    `waived_by`: she asked in writing, advised independently, and two people recorded it.
    """

    until: int
    waived_by: tuple[str, str] | None = None


class Proceedings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Proceedings and compensation were looked at with her lawyer before she goes. Source: R34, H24, g5.

    `heard`: how she can be heard from abroad. It never blocks against her wish: `she_declines` opens the gate too.
    Whether she is a witness is not a field anywhere.
    """

    at: int
    by: str
    advised_by_lawyer: bool
    compensation_checked: bool
    heard: Heard


class RiskRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One domain of the risk: a colour, one sentence, one measure (practice, bureaucracy to drop)."""

    domain: RiskDomain
    colour: Colour
    says: RiskSays
    measure: RiskMeasure


class RiskAssessment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one author thinks of the risk; `overall` is a person's word, never computed. Source: R08, R40."""

    at: int
    by: str
    role: AssessorRole
    rows: tuple[RiskRow, ...]
    overall: RiskOverall


class Assessor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An independent second author where the country of origin stays silent. Source: H23.

    `assessment` is theirs; `by` are the two people who called them in.
    """

    organisation: str
    by: tuple[str, str]
    assessment: RiskAssessment


class Alternatives(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What she does instead: a good end, not a failure. `own_travel`: she was counselled, and nothing is sent (H23).

    `asks_to_tell`: she asked that the country she travels to hears that she comes on her own.
    """

    kind: Alternative
    at: int
    by: str
    counselled: bool = False
    contact_card_given: bool = False
    asks_to_tell: bool = False

    @property
    def tells_nobody(self) -> bool:
        """Whether nothing is sent about how she goes. Source: H23."""
        return self.kind == "own_travel" and not self.asks_to_tell


class PersonReturn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one person of a plan wishes, and what was checked for this person alone. Source: H26."""

    person_id: str
    wish: Wish | None = None
    wish_taken_back_at: int | None = None
    recovery: Recovery | None = None
    proceedings: Proceedings | None = None
    risk: RiskAssessment | None = None
    assessor: Assessor | None = None
    alternative: Alternatives | None = None
    asked_again_after_detention_at: int | None = None
    departure_asked_at: int | None = None


class Journey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is planned, as far as no place is told: the window of arrival, and through which countries.

    Times are UTC seconds. Legs, places, contacts and the code word are sealed in the letter itself (L3).
    """

    window_starts_at: int
    window_ends: int
    through: tuple[str, ...] = ()


class Approval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who is not the author looked at the whole plan and lets it go. Source: R24, g10.

    `organisation` is the approver's: the deputy of another member organisation counts too (practice).
    """

    by: str
    organisation: str
    at: int


class Halt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why it was halted: for us alone. The other countries get the one stop, without a word (H01, R31)."""

    reason: HaltReason
    by: str
    at: int


class ReturnPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One return to one country, from the first wish to the end. `plan_id` is local, 8 bytes in lowercase hex.

    `authors` wrote the journey; `changed_at` is when something that is approved changed: an older approval is none.
    `held_for_transit` is set by the stop of a country on the way: nothing goes to the origin until a person decides
    (H04).
    """

    plan_id: str
    country: str
    persons: tuple[PersonReturn, ...]
    opened_at: int
    changed_at: int
    journey: Journey | None = None
    authors: tuple[str, ...] = ()
    approval: Approval | None = None
    halt: Halt | None = None
    held_for_transit: bool = False
    ended_at: int | None = None

    @property
    def is_open(self) -> bool:
        """Not halted and not ended."""
        return self.halt is None and self.ended_at is None

    @property
    def is_approved(self) -> bool:
        """Approved by somebody who did not write it, after its last change. Source: R24."""
        approval = self.approval
        return approval is not None and approval.by not in self.authors and approval.at >= self.changed_at


class ReleaseRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Her release was asked for: who of ours owns it, and whether the authority has a paper. Source: R17, H25."""

    owner: str
    authority_has_paper: bool
    at: int


class AlarmStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody of ours asked about her, and what they heard. Source: H06."""

    asked: AlarmAsked
    answer: AlarmAnswer
    by: str
    at: int


class ArrivalAlarm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An arrival that is overdue, by thread: what was asked, and how two people ended it, if they did. Source: R32."""

    thread: str
    since: int
    steps: tuple[AlarmStep, ...] = ()
    outcome: OverdueOutcome | None = None
    ended_by: tuple[str, str] | None = None
    ended_at: int | None = None


class HerWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """She said to us that she is there, by thread: how, and when (UTC seconds); `at` is when it was written. H19."""

    thread: str
    how: ConfirmedHow
    heard_at: int
    by: str
    at: int


def person_return(plan: ReturnPlan, person_id: str) -> PersonReturn | None:
    """The rows of one person of the plan, or None."""
    return next((one for one in plan.persons if one.person_id == person_id), None)


def plan_towards(plans: tuple[ReturnPlan, ...], country: str, persons: tuple[str, ...] = ()) -> ReturnPlan | None:
    """The newest plan towards `country` that has one of these persons (any, where none is named), or None."""
    return next(
        (
            plan
            for plan in reversed(plans)
            if plan.country == country and (not persons or any(person_return(plan, one) is not None for one in persons))
        ),
        None,
    )
