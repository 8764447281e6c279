"""What people may ask for about a return: what she wishes, what was checked, who approved, what was done when overdue.

Each is a change of the case like the others; `return_acts` says how many people it takes. Source: R07-R09, R17, R24,
R32, R34; practice H04, H06, H07, H23-H25.
"""

from typing import Annotated

from msgspec import Meta

from node.protocol.cases.care import CaredForBy, CareEnd, Payer, WayBack
from node.protocol.cases.return_plan import (
    Advocate,
    AlarmAnswer,
    AlarmAsked,
    Alternative,
    AssessorRole,
    Heard,
    OverdueOutcome,
    RiskOverall,
    RiskRow,
)
from node.protocol.letters.codes_return import ConfirmedHow
from node.protocol.letters.scalars import Code, Country, Id, Seconds
from node.service.cases.change import Change, PersonId

PlanId = Annotated[str, Meta(pattern="^[0-9a-f]{16}(?!\\n)$", description="a return plan of this case")]
CareId = Annotated[str, Meta(pattern="^[0-9a-f]{16}(?!\\n)$", description="care on the way, of this case")]
Rows = Annotated[tuple[RiskRow, ...], Meta(min_length=1, max_length=10)]


class BeginReturn(Change, frozen=True, tag="begin_return"):
    """Somebody of the case thinks of going back to this country; nothing is sent (R07)."""

    country: Country
    persons: Annotated[tuple[PersonId, ...], Meta(min_length=1, max_length=20)]


class RecordWish(Change, frozen=True, tag="record_wish"):
    """What she said, alone, with an advocate, knowing that she may stay (R07, H17)."""

    plan_id: PlanId
    person_id: PersonId
    voluntary: bool
    in_her_words: bool
    spoken_to_alone: bool
    advocate: Advocate
    advocate_present: bool
    alternatives_explained: bool
    staying_explained: bool


class TakeBackWish(Change, frozen=True, tag="take_back_wish"):
    """She does not wish to go, or not now; no reason is asked, help goes on (R21)."""

    plan_id: PlanId
    person_id: PersonId


class SetRecovery(Change, frozen=True, tag="set_recovery"):
    """Until when she may recover in peace; 0 where this country grants no such time (R09)."""

    plan_id: PlanId
    person_id: PersonId
    until: Seconds


class WaiveRecovery(Change, frozen=True, tag="waive_recovery"):
    """She asked in writing to go earlier, advised independently; two people (R09)."""

    plan_id: PlanId
    person_id: PersonId
    in_writing: bool
    advised: bool


class RecordProceedings(Change, frozen=True, tag="record_proceedings"):
    """Her lawyer advised her on proceedings and compensation, and how she is heard from abroad (R34, H24)."""

    plan_id: PlanId
    person_id: PersonId
    advised_by_lawyer: bool
    compensation_checked: bool
    heard: Heard


class AssessRisk(Change, frozen=True, tag="assess_risk"):
    """Our side's assessment, domain by domain; after `unacceptable` another overall needs two people (R08)."""

    plan_id: PlanId
    person_id: PersonId
    role: AssessorRole
    rows: Rows
    overall: RiskOverall


class CallAssessor(Change, frozen=True, tag="call_assessor"):
    """An independent assessor is second author because the origin is silent; two people (H23)."""

    plan_id: PlanId
    person_id: PersonId
    organisation: Code
    rows: Rows
    overall: RiskOverall


class ChooseAlternative(Change, frozen=True, tag="choose_alternative"):
    """She does something else, which is a good end. `own_travel`: counselled, a card offered, nothing sent unless she
    asks (H23).
    """

    plan_id: PlanId
    person_id: PersonId
    kind: Alternative
    counselled: bool = False
    contact_card_given: bool = False
    asks_to_tell: bool = False


class AskAfterDetention(Change, frozen=True, tag="ask_after_detention"):
    """She was asked again, at least 48 hours after her release (H25)."""

    plan_id: PlanId
    person_id: PersonId


class RequestRelease(Change, frozen=True, tag="request_release"):
    """Her release from detention is asked for; the asker owns it (R17, H25)."""

    authority_has_paper: bool


class AskOnTheDay(Change, frozen=True, tag="ask_on_the_day"):
    """The question on the day she leaves: does she still wish to go? A no ends it at once (R22)."""

    plan_id: PlanId
    person_id: PersonId
    still_wishes: bool


class PlanJourney(Change, frozen=True, tag="plan_journey"):
    """When she would arrive and through which countries; who writes it cannot approve it (R24)."""

    plan_id: PlanId
    window_starts_at: Seconds
    window_ends: Seconds
    through: Annotated[tuple[Country, ...], Meta(max_length=8)] = ()


class GoOnAfterTransit(Change, frozen=True, tag="go_on_after_transit"):
    """After the stop of a country on the way: contact with the origin may go on (H04)."""

    plan_id: PlanId


class EndReturn(Change, frozen=True, tag="end_return"):
    """The plan is over."""

    plan_id: PlanId


class AlarmStepTaken(Change, frozen=True, tag="alarm_step"):
    """Her arrival is overdue: whom we asked, and what we heard (H06)."""

    thread: Id
    asked: AlarmAsked
    answer: AlarmAnswer


class HeardFromHer(Change, frozen=True, tag="heard_from_her"):
    """She said to us that she is there, which alone ends our alarm (H19).

    `independent`: a call to a number of her file, or somebody of ours before her; a code word is checked by her card.
    """

    thread: Id
    how: ConfirmedHow
    everybody_is_there: bool
    independent: bool = False


class EndAlarm(Change, frozen=True, tag="end_alarm"):
    """Two people end the alarm of an overdue arrival, and say how it stands (R32)."""

    thread: Id
    outcome: OverdueOutcome


class SetCare(Change, frozen=True, tag="set_care"):
    """Who is with her, who pays, the way back; what is left out stays (H07)."""

    care_id: CareId
    with_her: CaredForBy | None = None
    payer: Payer | None = None
    way_back: WayBack | None = None


class EndCare(Change, frozen=True, tag="end_care"):
    """She is safe, or has said herself that she goes on alone (H07)."""

    care_id: CareId
    end: CareEnd
    said_by_her: bool


ReturnChange = (
    BeginReturn
    | RecordWish
    | TakeBackWish
    | SetRecovery
    | WaiveRecovery
    | RecordProceedings
    | AssessRisk
    | CallAssessor
    | ChooseAlternative
    | AskAfterDetention
    | RequestRelease
    | AskOnTheDay
    | PlanJourney
    | GoOnAfterTransit
    | EndReturn
    | AlarmStepTaken
    | HeardFromHer
    | EndAlarm
    | SetCare
    | EndCare
)
