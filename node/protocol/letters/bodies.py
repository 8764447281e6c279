"""What each kind of letter says: one struct for each kind, closed codes only, no place and no name.

Three conventions of the wire decide the shapes. Every key is always there. Only `region` and `earliest_date` may be
null, so another value that may be missing is a list of at most one. Whatever tells where a person is or will be is L3
and travels in the sealed block: here stay windows and modes. Source: domain.md 5.6 and 5.9, practice.md, wire.md 7, 13.
"""

from node.protocol.letters.bodies_information import AskAnswerBody, AskBody, SupportAnswerBody, SupportAskBody
from node.protocol.letters.bodies_logistics import Cost, Escort, Interpreter
from node.protocol.letters.bodies_return import (
    AssertionBody,
    DecisionBody,
    FamilyRequestBody,
    FamilyResultBody,
    IdentityRequestBody,
    IdentityResultBody,
    ReintegrationPlanBody,
    ReturnRequestBody,
    ReturnResponseBody,
    RiskRequestBody,
    RiskResultBody,
    TravelDocumentBody,
    TravelPlanBody,
)
from node.protocol.letters.bodies_rights import (
    AccessRequestBody,
    AccessResponseBody,
    BreachNoticeBody,
    ComplaintAnswerBody,
    ComplaintOpenBody,
    RectificationBody,
)
from node.protocol.letters.bodies_safety import (
    AcknowledgedBody,
    AlertBody,
    MedicalBody,
    SafetyUpdateBody,
    StandDownBody,
)
from node.protocol.letters.bodies_way import (
    AssistNowBody,
    DepartureBody,
    FailedBody,
    FollowupBody,
    NothingBody,
    ReturnArrivalBody,
    ReturnCloseBody,
    ReturnUpdateBody,
    TakeBackBody,
    TransitAckBody,
    TransitArrangeBody,
    TransitConfirmBody,
    TransitDepartureBody,
    TransitRequestBody,
    WayEndedBody,
)
from node.protocol.letters.codes import (
    ANSWERS,
    AgeBand,
    Answer,
    Condition,
    DeclineReason,
    ErasureResult,
    Gender,
    HandbackReason,
    HandbackRejectReason,
    Level,
    MeetingMode,
    MetBy,
    Need,
    OfferReason,
    Outcome,
    Purpose,
    Question,
    Satisfaction,
    TransportMode,
    UpdateStatus,
    Wellbeing,
    Why,
)
from node.protocol.letters.parts import DataItem as DataItem
from node.protocol.letters.parts import Kept, Maybe, Organisation, Some
from node.protocol.letters.parts import Part as Part
from node.protocol.letters.scalars import Code, Country, Date, Days, Id, Language, Seconds


class OfferBody(Part, frozen=True):
    """`referral.offer`: who needs what, how soon, in bands and codes that point at nobody (R03, H28). Level L1.

    No field asks for a formal status (R05).

    `dependants` holds one age band for each; `region` is a wish, as broad as a code of ISO 3166-2.
    """

    needs: tuple[Need, ...]
    age_band: AgeBand
    treated_as_child: bool
    gender: Gender
    languages: tuple[Language, ...]
    interpreter: bool
    dependants: tuple[AgeBand, ...]
    region: Code | None
    accessibility: tuple[Code, ...]
    safety_codes: tuple[Code, ...]
    earliest_date: Date | None
    reason: OfferReason


class Asked(Part, frozen=True):
    """One question before a decision, and why it is needed (GDPR 5(1)(c): nothing is asked without a reason)."""

    question: Question
    why: Why


class InfoRequestBody(Part, frozen=True):
    """`referral.info_request`: the responder asks what it needs to decide, in codes."""

    questions: Some[Asked]


class Answered(Part, frozen=True):
    """The answer to one question, or `declined`: she need not say, and no reason is given."""

    question: Question
    answer: Maybe[Answer]
    declined: bool

    def __post_init__(self) -> None:
        if bool(self.answer) == self.declined:
            raise ValueError("expected an answer or declined, and not both")
        if any(answer not in ANSWERS[self.question] for answer in self.answer):
            raise ValueError("expected an answer of this question's list")


class InfoBody(Part, frozen=True):
    """`referral.info`: the answers."""

    answers: Some[Answered]


class AcceptBody(Part, frozen=True):
    """`referral.accept`: who takes over what, for whom, from when, and what must be known for it (R04).

    `needs` and `persons` (consent tokens) say what is accepted; `partial` says that something offered is not among
    them. `data_needed` is the most that may be disclosed. `retention_days` counts from the end of the thread. Whoever
    arranges the journey is warned of `conditions`, and of a window that begins before `start_not_before`.
    """

    organisation: Organisation
    contact_role: Code
    services: Some[Code]
    needs: Some[Need]
    persons: Some[Id]
    partial: bool
    start_not_before: Date
    conditions: tuple[Condition, ...]
    data_needed: tuple[DataItem, ...]
    retention_days: Days
    meeting_modes: tuple[MeetingMode, ...]


class Alternative(Part, frozen=True):
    """Where else the opener could ask: a country and, where known, services of its directory."""

    country: Country
    services: tuple[Code, ...]


class DeclineBody(Part, frozen=True):
    """`referral.decline`: a reason from the closed list (R30), and alternatives unless there are none."""

    reason: DeclineReason
    alternatives: tuple[Alternative, ...]
    retry_after: Maybe[Date]


class DiscloseBody(Part, frozen=True):
    """`referral.disclose`: the values are in the sealed block and their names in `disclosed`.

    `complete`: nothing more is coming; what was asked for and is not there was not given, and no reason is said.
    """

    complete: bool


class ArrangeBody(Part, frozen=True):
    """`referral.arrange`: a window, modes, roles and costs; place, hour, names and code words are sealed (L3)."""

    window_starts_at: Seconds
    window_ends: Seconds
    modes: tuple[TransportMode, ...]
    met_by: MetBy
    interpreters: tuple[Interpreter, ...]
    escorts: tuple[Escort, ...]
    costs: tuple[Cost, ...]

    def __post_init__(self) -> None:
        if self.window_starts_at > self.window_ends:
            raise ValueError("expected a window that starts before it ends")


class ArrivedBody(Part, frozen=True):
    """`referral.arrived`: whether she came, as the country reports it and as she herself confirmed it (H19)."""

    arrived: bool
    noted_at: Seconds
    wellbeing: Wellbeing
    confirmed_by_her: bool


class UpdateBody(Part, frozen=True):
    """`referral.update`: what changed since the last one."""

    status: UpdateStatus
    services_started: tuple[Code, ...]
    services_stopped: tuple[Code, ...]
    plan_review_date: Maybe[Date]


class CompleteBody(Part, frozen=True):
    """`referral.complete`: how it ended; `followup_wanted` and `satisfaction` are hers."""

    outcome: Outcome
    services: tuple[Code, ...]
    followup_wanted: bool
    satisfaction: Maybe[Satisfaction]


class ChangeBody(Part, frozen=True):
    """`referral.change`: another organisation, other services, another start; an empty list means unchanged.

    With another organisation nothing further is disclosed before a new consent.
    """

    organisation: Maybe[Organisation]
    services: tuple[Code, ...]
    start_not_before: Maybe[Date]

    def __post_init__(self) -> None:
        if not (self.organisation or self.services or self.start_not_before):
            raise ValueError("expected at least one change")


class HandbackBody(Part, frozen=True):
    """`referral.handback`: the responder asks the opener to take the person back; care goes on until it confirms."""

    reason: HandbackReason
    needs: tuple[Need, ...]
    handover_not_before: Date


class HandbackConfirmBody(Part, frozen=True):
    """`referral.handback_confirm`: the opener takes over from this day."""

    takes_over_from: Date


class HandbackRejectBody(Part, frozen=True):
    """`referral.handback_reject`: not now; care goes on where it is."""

    reason: HandbackRejectReason
    ask_again_after: Maybe[Date]


class WithdrawalBody(Part, frozen=True):
    """`consent.withdrawal`: what this person no longer permits. Never a reason (R20).

    Either list may be empty, and both: a withdrawal is never lost over its shape.
    """

    token: Id
    purposes: tuple[Purpose, ...]
    levels: tuple[Level, ...]


class ToErase(Part, frozen=True):
    """What is to be erased of one letter: the levels named, in all it carried."""

    letter_id: Id
    levels: Some[Level]


class ErasureRequestBody(Part, frozen=True):
    """`erasure.request`: which letters, which levels, for which person (`token`). GDPR 17 and 19."""

    token: Id
    items: Some[ToErase]


class Erased(Part, frozen=True):
    """What became of one letter: erased, restricted, or kept, and only then with a ground and an end."""

    letter_id: Id
    levels: Some[Level]
    result: ErasureResult
    kept: Maybe[Kept]

    def __post_init__(self) -> None:
        if bool(self.kept) != (self.result == "kept"):
            raise ValueError("expected a ground with kept, and with nothing else")


class ErasureConfirmBody(Part, frozen=True):
    """`erasure.confirm`: the answer, item by item, and the countries that had it from us and were told (R28)."""

    token: Id
    items: Some[Erased]
    onward: tuple[Country, ...]


Body = (
    OfferBody
    | InfoRequestBody
    | InfoBody
    | AcceptBody
    | DeclineBody
    | DiscloseBody
    | ArrangeBody
    | ArrivedBody
    | UpdateBody
    | CompleteBody
    | ChangeBody
    | HandbackBody
    | HandbackConfirmBody
    | HandbackRejectBody
    | WithdrawalBody
    | ErasureRequestBody
    | ErasureConfirmBody
    | AskBody
    | AskAnswerBody
    | SupportAskBody
    | SupportAnswerBody
    | RectificationBody
    | AccessRequestBody
    | AccessResponseBody
    | BreachNoticeBody
    | ComplaintOpenBody
    | ComplaintAnswerBody
    | AlertBody
    | MedicalBody
    | SafetyUpdateBody
    | AcknowledgedBody
    | StandDownBody
    | ReturnRequestBody
    | ReturnResponseBody
    | RiskRequestBody
    | RiskResultBody
    | FamilyRequestBody
    | FamilyResultBody
    | IdentityRequestBody
    | IdentityResultBody
    | DecisionBody
    | AssertionBody
    | TravelDocumentBody
    | ReintegrationPlanBody
    | TravelPlanBody
    | DepartureBody
    | ReturnArrivalBody
    | FailedBody
    | AssistNowBody
    | TakeBackBody
    | WayEndedBody
    | FollowupBody
    | ReturnUpdateBody
    | ReturnCloseBody
    | TransitRequestBody
    | TransitAckBody
    | TransitArrangeBody
    | TransitDepartureBody
    | TransitConfirmBody
    | NothingBody
    | None
)
