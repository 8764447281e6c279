"""What both countries know of a return once the same letters have arrived, and what each letter adds to it. In codes.

`Said` is what the fold keeps of one letter; `ReturnFacts` is what it makes of all. Guards read facts, never letters.
Nothing here names a person or a place. Source: domain.md 5.7, "a stage plus a set of facts".
"""

from typing import Final, Literal

from msgspec import Struct

from node.protocol.letters.bodies import ArrangeBody, Body
from node.protocol.letters.bodies_return import (
    AssertionBody,
    DecisionBody,
    FamilyRequestBody,
    FamilyResultBody,
    IdentityResultBody,
    ReintegrationPlanBody,
    ReturnResponseBody,
    RiskResultBody,
    TravelDocumentBody,
    TravelPlanBody,
)
from node.protocol.letters.bodies_way import (
    DepartureBody,
    FailedBody,
    FollowupBody,
    ReturnArrivalBody,
    ReturnCloseBody,
    ReturnUpdateBody,
    TransitAckBody,
    TransitConfirmBody,
    TransitDepartureBody,
    TransitRequestBody,
    WayEndedBody,
)
from node.protocol.letters.codes_return import WORTH_THE_RISK

Case = Literal["", "yes", "no"]  # which row of a matter a letter with a yes-or-no answer takes
HOUR_S: Final = 3_600


class Said(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """What one letter of a return or transit says to the fold.

    `code` is its answer: an overall word, a result, a status, a decision, a cause, a condition. `by` is the author's
    role, `on` the day of an assessment, of a best-interests decision, or the last day of a document. `sure` is what the
    letter adds: an independent author, family involved, agreed or confirmed by her, transit, a hand-over. `for_child`:
    a child is concerned. `times`: windows in UTC seconds.
    """

    code: str = ""
    by: str = ""
    on: str = ""
    sure: bool = False
    for_child: bool = False
    times: tuple[int, ...] = ()


class Risk(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """One country's assessment: a person's overall word, the day, the author's role; `told_at` UTC seconds."""

    overall: str = ""
    on: str = ""
    by: str = ""
    independent: bool = False
    told_at: int = 0


class Plan(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """The travel plan that counts: its number, its windows and when she is overdue (UTC seconds, 0: there is none).

    `hand_over`: in a transit, an escort hands her over, so that somebody there learns a name. `family_care`: a child is
    expected by family that was found able.
    """

    n: int = 0
    departure_starts_at: int = 0
    departure_ends: int = 0
    arrival_starts_at: int = 0
    arrival_ends: int = 0
    overdue_at: int = 0
    with_transit: bool = False
    hand_over: bool = False
    family_care: bool = False


NOTHING_SAID: Final = Said()
NO_RISK: Final = Risk()
NO_PLAN: Final = Plan()


class ReturnFacts(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """The facts of one return, or of one passage through a transit country (then only `plan` and `departed_at`).

    Empty words mean not yet. `risk_asked_at`: the newest request to the origin (H23). `family`: asked, then the
    caregiver's answer; `involved`: somebody of the family may be (R15). `document_until`: its last day. `agreed`: she
    agreed to the plan that comes next; `asked_at`: when she was asked again for the departure, 0 for never.
    `confirmed_by_her`: one country says that she confirmed it; `heard_by_host`: the country she left heard her itself,
    and only that ends its alarm (H19). `failed` is the newest cause, `followups` those told.
    `detained_at`: when she was last told of as detained, 0 once she is told of otherwise (H25).
    `child`: the request treats her, or somebody with her, as a child; what it says holds for the whole thread (R12).
    """

    can_assist: bool | None = None
    risk_asked_at: int = 0
    risk_host: Risk = NO_RISK
    risk_origin: Risk = NO_RISK
    family: str = ""
    involved: bool = False
    identity: str = ""
    document: str = ""
    document_until: str = ""
    decision_host: str = ""
    decision_origin: str = ""
    reintegration: bool = False
    agreed: bool = False
    plan: Plan = NO_PLAN
    asked_at: int = 0
    departed_at: int = 0
    condition: str = ""
    confirmed_by_her: bool = False
    failed: str = ""
    followups: tuple[str, ...] = ()
    child: bool = False
    heard_by_host: bool = False
    detained_at: int = 0


NO_WAY: Final = ReturnFacts()


def said(body: Body) -> tuple[Case, Said]:
    """Which row this body takes and what it adds; nothing for one that the fold needs nothing of."""
    match body:
        case ReturnResponseBody() | TransitAckBody():
            return _case(body.can_assist), NOTHING_SAID
        case RiskResultBody():
            word = Said(body.overall, body.assessor, body.assessed_date, body.independent)
            return _case(body.overall in WORTH_THE_RISK), word
        case FamilyRequestBody():
            return "", Said("contact" if "contact" in body.steps else "find")
        case FamilyResultBody():
            involved = body.involvement == "indicated"
            no_care = body.caregiver in ("willing_not_able", "not_willing")
            return _case(not (involved or no_care or body.safety == "unsafe")), Said(body.caregiver, sure=involved)
        case IdentityResultBody():
            return _case(body.result != "pending"), Said(body.result)
        case DecisionBody():
            return _case(body.decision != "do_not_proceed"), Said(body.decision, body.decided_by)
        case AssertionBody():
            return "", Said(body.about, sure=body.results_shown, times=(body.asked_at,))
        case TravelDocumentBody():
            return _case(body.status != "refused"), Said(body.status, on=next(iter(body.valid_to_date), ""))
        case ReintegrationPlanBody():
            return _case(body.agreed_by_her), Said(sure=body.agreed_by_her)
        case TravelPlanBody():
            return "", _planned(body)
    return _on_the_way(body)


def _planned(body: TravelPlanBody) -> Said:
    overdue_at = body.arrival_ends + body.overdue_after_hours * HOUR_S
    return Said(
        code=next(iter(body.child_care), ""),
        on=next(iter(body.best_interests_date), ""),
        sure=body.with_transit,
        times=(body.departure_starts_at, body.departure_ends, body.arrival_starts_at, body.arrival_ends, overdue_at),
    )


def _on_the_way(body: Body) -> tuple[Case, Said]:
    match body:
        case DepartureBody():
            return _case(body.outcome == "departed"), Said(body.outcome, times=(body.noted_at,))
        case ReturnArrivalBody():
            return _case(body.arrived), Said(body.condition, sure=body.confirmed_by_her, times=(body.noted_at,))
        case FailedBody():
            return "", Said(body.cause)
        case WayEndedBody():
            return "", Said(body.how, sure=body.confirmed_by_her)
        case FollowupBody():
            return "", Said(body.at)
        case ReturnUpdateBody():
            return _case(not body.status.startswith("reception_")), Said(body.status)
        case ReturnCloseBody():
            return _case(body.outcome != "not_returning"), Said(body.outcome)
        case ArrangeBody():
            return "", Said(times=(body.window_starts_at, body.window_ends))
        case TransitRequestBody():
            handed = any(one.hand_over != "none" for one in body.escorts)
            return "", Said(sure=handed, times=(body.window_starts_at, body.window_ends))
        case TransitDepartureBody():
            return _case(body.departed), Said(times=(body.noted_at,))
        case TransitConfirmBody():
            return _case(body.passed), Said(body.condition)
    return "", NOTHING_SAID


def _case(answer: bool) -> Case:
    return "yes" if answer else "no"
