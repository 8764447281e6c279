"""What the letters say once she travels, and afterwards; and those of a transit country, on a thread of its own.

Windows, modes, conditions and times only: where she is or will be is in no clear part of any letter (R29, wire.md 7).
Source: domain.md 5.7; practice.md H04, H07, H19; acts to add.
"""

from node.protocol.letters.bodies_logistics import Cost, Escort, Interpreter
from node.protocol.letters.codes import AgeBand, Gender, MetBy, Need, TransportMode, Wellbeing
from node.protocol.letters.codes_return import (
    Assist,
    CloseOutcome,
    ConfirmedHow,
    DepartureOutcome,
    FailedCause,
    FollowupAt,
    Living,
    MedicalClass,
    NotDeparted,
    ReTrafficking,
    TransitNeed,
    WayEnd,
    WayStatus,
    YesNoUnknown,
)
from node.protocol.letters.parts import Maybe, Organisation, Part, Some
from node.protocol.letters.scalars import Code, Date, Language, Seconds


class DepartureBody(Part, frozen=True):
    """`return.departure`: whether she left; if not, a code only if she wants one said."""

    outcome: DepartureOutcome
    noted_at: Seconds
    reason: Maybe[NotDeparted]

    def __post_init__(self) -> None:
        if self.reason and self.outcome == "departed":
            raise ValueError("expected no reason with departed")


class ReturnArrivalBody(Part, frozen=True):
    """`return.arrival`: what the country reports, and what she herself confirmed, which alone ends the alarm (H19)."""

    arrived: bool
    noted_at: Seconds
    met_by: MetBy
    condition: Wellbeing
    urgent_needs: tuple[Need, ...]
    confirmed_by_her: bool
    confirmed_how: Maybe[ConfirmedHow]

    def __post_init__(self) -> None:
        if bool(self.confirmed_how) != self.confirmed_by_her:
            raise ValueError("expected how she confirmed it, exactly when she did")
        if self.confirmed_by_her and not self.arrived:
            raise ValueError("expected arrived where she confirmed it")


class FailedBody(Part, frozen=True):
    """`return.failed`: the way ended before its end; where she is, is told by phone or a safety alert (H07)."""

    cause: FailedCause
    noted_at: Seconds
    urgent_needs: tuple[Assist, ...]


class AssistNowBody(Part, frozen=True):
    """`return.assist_now`: what she needs now, from whoever can reach her (H07)."""

    asks: Some[Assist]


class TakeBackBody(Part, frozen=True):
    """`return.take_back`: the country she left takes her back; another plan passes every gate again."""

    takes_back_date: Date


class WayEndedBody(Part, frozen=True):
    """`return.way_ended`: she is safe, or she herself said that she goes on alone (H07)."""

    how: WayEnd
    confirmed_by_her: bool

    def __post_init__(self) -> None:
        if self.how == "goes_on_alone" and not self.confirmed_by_her:
            raise ValueError("expected her own word where she goes on alone")


class FollowupBody(Part, frozen=True):
    """`return.followup`: how she is, in codes, at one of the agreed times (ODIHR P7)."""

    at: FollowupAt
    safe: YesNoUnknown
    housing: Living
    income: Living
    health: Living
    education: Living
    legal: Living
    social: Living
    re_trafficking: ReTrafficking
    wants_contact: bool


class ReturnUpdateBody(Part, frozen=True):
    """`return.update`: what changed; another organisation that receives her is named, and she is asked again."""

    status: WayStatus
    organisation: Maybe[Organisation]

    def __post_init__(self) -> None:
        if bool(self.organisation) != (self.status == "reception_changed"):
            raise ValueError("expected an organisation with reception_changed, and with nothing else")


class ReturnCloseBody(Part, frozen=True):
    """`return.close`: how it ended; `not_returning` is a good end, and why is nobody's business."""

    outcome: CloseOutcome


class TransitRequestBody(Part, frozen=True):
    """`transit.request`: somebody passes, when, and what she needs; not where from or to, and no name (L1).

    A name is told only where one of `escorts` hands her over. `interpreter`: one is needed; `interpreters`: by whom.
    """

    window_starts_at: Seconds
    window_ends: Seconds
    modes: Some[TransportMode]
    assistance: tuple[TransitNeed, ...]
    interpreters: tuple[Interpreter, ...]
    escorts: tuple[Escort, ...]
    costs: tuple[Cost, ...]
    age_band: AgeBand
    treated_as_child: bool
    gender: Gender
    languages: tuple[Language, ...]
    interpreter: bool
    dependants: tuple[AgeBand, ...]
    medical: MedicalClass

    def __post_init__(self) -> None:
        if self.window_starts_at > self.window_ends:
            raise ValueError("expected a window that starts before it ends")


class TransitAckBody(Part, frozen=True):
    """`transit.ack`: whether the country can help her through, with what, and which role to ask for.

    Whatever was asked for and is not in `assistance` is a task for those who plan her journey.
    """

    can_assist: bool
    contact_role: Maybe[Code]
    assistance: tuple[TransitNeed, ...]

    def __post_init__(self) -> None:
        if bool(self.contact_role) != self.can_assist:
            raise ValueError("expected a role to ask for with yes, and with nothing else")


class TransitArrangeBody(Part, frozen=True):
    """`transit.arrange`: who meets her; where, when exactly, by what sign is sealed, her name only at a hand-over."""

    met_by: MetBy


class TransitDepartureBody(Part, frozen=True):
    """`transit.departure`: she has set out, or has not. No plan, no other thread."""

    departed: bool
    noted_at: Seconds


class TransitConfirmBody(Part, frozen=True):
    """`transit.confirm`: she passed, or has not been seen."""

    passed: bool
    noted_at: Seconds
    condition: Wellbeing


class NothingBody(Part, frozen=True):
    """`transit.cancel` and `transit.stop`: they say nothing beyond that they are; never a reason (H04)."""
