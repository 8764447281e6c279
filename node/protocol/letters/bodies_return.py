"""What the letters of a voluntary return say up to the plan: her wish, the assessments, the decisions, the plan.

Same conventions as `bodies`. Dates that are days end in `_date`; places, legs, names, contacts and code words are in
the sealed block, so here stay windows, modes and roles. Source: domain.md 5.7; practice.md H12, H23; wire.md 7.
"""

from typing import Annotated

from msgspec import Meta

from node.protocol.letters.bodies_logistics import Cost, Escort, Interpreter
from node.protocol.letters.codes import AgeBand, Gender, MetBy, OrganisationType, TransportMode
from node.protocol.letters.codes_return import (
    About,
    Advocate,
    Assessment,
    Assessor,
    CannotAssist,
    Caregiver,
    ChildCare,
    Decider,
    Decision,
    DecisionReason,
    DocumentStatus,
    DocumentType,
    FamilySafety,
    FamilyStep,
    FamilyTold,
    Household,
    IdentityFact,
    IdentityResult,
    IdentityRoute,
    Involvement,
    MedicalClass,
    Overall,
    ReviewRoute,
    RiskColour,
    RiskDomain,
    RiskMeasure,
    RiskSays,
    RiskSource,
    SupportType,
    WishGiven,
    WishReason,
    YesNoUnknown,
)
from node.protocol.letters.parts import Maybe, Organisation, Part, Some
from node.protocol.letters.scalars import Code, Date, Days, Id, Language, Seconds

Grade = Annotated[int, Meta(ge=1, le=5)]
Hours = Annotated[int, Meta(ge=1, le=72)]


class ReturnRequestBody(Part, frozen=True):
    """`return.request`: she wishes to go back, told without saying who she is (R03). Level L1.

    `wish` is how she said it, `advocate` who stood by her; a request without them cannot be written (R07).
    `spoken_to_alone`: nobody she may fear heard her say it (H17). `at_liberty`: not detained (R17). `dependants` as in
    an offer; `region` null: she has not decided.
    """

    wish: WishGiven
    wish_date: Date
    alternatives_explained: bool
    spoken_to_alone: bool
    advocate: Advocate
    at_liberty: bool
    age_band: AgeBand
    treated_as_child: bool
    gender: Gender
    languages: tuple[Language, ...]
    interpreter: bool
    dependants: tuple[AgeBand, ...]
    region: Code | None
    medical: MedicalClass
    reasons: tuple[WishReason, ...]
    earliest_date: Date | None


class ReturnResponseBody(Part, frozen=True):
    """`return.request_response`: whether the country of origin can assist, and who would receive her (g7)."""

    can_assist: bool
    organisation: Maybe[Organisation]
    contact_role: Maybe[Code]
    assessments: tuple[Assessment, ...]
    expected_days: Maybe[Days]
    reason: Maybe[CannotAssist]

    def __post_init__(self) -> None:
        if bool(self.organisation) != self.can_assist or bool(self.reason) == self.can_assist:
            raise ValueError("expected an organisation with yes, a reason with no")


class RiskRequestBody(Part, frozen=True):
    """`return.risk_request`: what the origin should look into, from the shared matrix; `region` if it matters."""

    domains: Some[RiskDomain]
    region: Code | None


class RiskOf(Part, frozen=True):
    """One domain for one person (a consent token, H26): a colour, what is known, and what would lower it.

    `likelihood` and `severity` only where somebody has numbers.
    """

    person: Id
    domain: RiskDomain
    colour: RiskColour
    says: RiskSays
    measure: RiskMeasure
    sources: tuple[RiskSource, ...]
    likelihood: Maybe[Grade]
    severity: Maybe[Grade]


class RiskResultBody(Part, frozen=True):
    """`return.risk_result`: one author's assessment, with a person's overall word (R08, R40); a report is L4.

    `independent`: by an independent assessor, for an origin that stays silent (H23).
    """

    rows: Some[RiskOf]
    overall: Overall
    assessor: Assessor
    assessed_date: Date
    independent: bool

    def __post_init__(self) -> None:
        if self.independent != (self.assessor == "independent_assessor"):
            raise ValueError("expected independent with an independent assessor, and with nobody else")
        if len({(one.person, one.domain) for one in self.rows}) != len(self.rows):
            raise ValueError("expected each domain once for each person")
        if self.overall == "acceptable_with_measures" and all(one.measure == "none_needed" for one in self.rows):
            raise ValueError("expected at least one measure")


class FamilyRequestBody(Part, frozen=True):
    """`return.family_request`: what the origin's social service may do; who may be contacted is sealed (L3).

    `told` is what the family may hear (R16). `best_interests_date`: the decision on tracing, for a child (H12).
    """

    steps: Some[FamilyStep]
    told: FamilyTold
    best_interests_date: Maybe[Date]


class FamilyResultBody(Part, frozen=True):
    """`return.family_result`: what was found, in codes; a report is L4. `involvement` in trafficking: R15."""

    found: YesNoUnknown
    contacted: bool
    caregiver: Caregiver
    safety: FamilySafety
    household: Household
    involvement: Involvement


class IdentityRequestBody(Part, frozen=True):
    """`return.identity_request`: please verify; the facts are sealed. `route` is the one she chose (R11).

    `counsel_heard`: a lawyer has looked at statelessness and asylum, as in `info.request`; refused without (H31).
    """

    route: IdentityRoute
    counsel_heard: bool


class IdentityResultBody(Part, frozen=True):
    """`return.identity_result`: the answer; `more` lists what would help, and only then."""

    result: IdentityResult
    more: tuple[IdentityFact, ...]

    def __post_init__(self) -> None:
        if bool(self.more) != (self.result == "need_more"):
            raise ValueError("expected what more is needed with need_more, and with nothing else")


class DecisionBody(Part, frozen=True):
    """`return.decision`: what one country decided, who did, and where she can have it reviewed (ODIHR P2, P6)."""

    decision: Decision
    reasons: Some[DecisionReason]
    conditions: tuple[RiskMeasure, ...]
    decided_by: Decider
    review: ReviewRoute

    def __post_init__(self) -> None:
        if bool(self.conditions) != (self.decision == "proceed_with_conditions"):
            raise ValueError("expected conditions with proceed_with_conditions, and with nothing else")


class AssertionBody(Part, frozen=True):
    """`consent.assertion`: she was asked and agreed; the frame's `consent` says to what (domain 5.3).

    `results_shown`: she had seen the results of the assessments. `spoken_to_alone`: nobody she may fear sat beside her
    (H17). About `departure` it is asked on the day (R22).
    """

    about: About
    asked_at: Seconds
    results_shown: bool
    spoken_to_alone: bool


class TravelDocumentBody(Part, frozen=True):
    """`return.traveldoc_status`: where the document stands; where to collect it is sealed (L3)."""

    type: DocumentType
    status: DocumentStatus
    valid_from_date: Maybe[Date]
    valid_to_date: Maybe[Date]
    single_use: bool

    def __post_init__(self) -> None:
        if self.status in ("held", "issued") and not self.valid_to_date:
            raise ValueError("expected the last day of validity of a document that exists")


class SupportItem(Part, frozen=True):
    """One thing that waits for her: what, from when, by what type of organisation, how long, whether paid for."""

    type: SupportType
    start_date: Date
    organisation_type: OrganisationType
    duration_days: Days
    funded: bool


class ReintegrationPlanBody(Part, frozen=True):
    """`return.reintegration_plan`: what was agreed with her before she leaves (CETS 197 art 16(5))."""

    items: Some[SupportItem]
    review_date: Date
    agreed_by_her: bool


class TravelPlanBody(Part, frozen=True):
    """`return.travel_plan`: windows, modes and roles; legs, places, contacts and code word are sealed (L3).

    `overdue_after_hours` counts from `arrival_ends`. `child_care` and `best_interests_date` for a child (R14, g6).
    `safeguards_met` is the sender's statement that g3, g5, g9 and g10 hold (R09, R34, R17, R24): the facts stay there.
    """

    departure_starts_at: Seconds
    departure_ends: Seconds
    arrival_starts_at: Seconds
    arrival_ends: Seconds
    overdue_after_hours: Hours
    modes: Some[TransportMode]
    interpreters: tuple[Interpreter, ...]
    escorts: tuple[Escort, ...]
    costs: tuple[Cost, ...]
    medical: MedicalClass
    met_by: MetBy
    with_transit: bool
    child_care: Maybe[ChildCare]
    best_interests_date: Maybe[Date]
    safeguards_met: bool

    def __post_init__(self) -> None:
        times = (self.departure_starts_at, self.departure_ends, self.arrival_starts_at, self.arrival_ends)
        if times[0] > times[1] or times[2] > times[3] or times[0] > times[2] or times[1] > times[3]:
            raise ValueError("expected windows that start before they end, and an arrival after the departure")
