"""What people may ask for about a danger, and what they are shown. "Danger now" is four fields and sixty seconds.

Source: practice, the desk, H20, H21, H35; domain 5.10.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from node.protocol.letters.bodies_safety import AlertBody, MedicalBody
from node.protocol.letters.codes_safety import (
    About,
    AckAction,
    AlertStatus,
    Danger,
    DoNotContact,
    Justification,
    NamesNeeded,
    Setting,
    StandDownReason,
    Unable,
)
from node.protocol.letters.scalars import Code, Country, Hash, Id, Seconds
from node.service.threads.commands import Command, FieldsOf

Words = Annotated[str, Meta(min_length=1, max_length=500)]
Outcome = Literal["justified", "not_justified"]
Informed = Literal["informed", "raises_risk", "not_reachable"]
AlertAct = Literal[
    "acknowledge", "update", "stand_down", "confirm", "refuse", "review", "informed", "answer_drill",
]  # fmt: skip


class RaiseAlert(Command, frozen=True):
    """Somebody is in danger in that country. What, where, until when, how to reach her; all else has a default.

    `persons`: local ids, the whole case when left out. The safe contact is sealed and not kept here. `names` are fields
    of the case's identity part, only with `names_needed`. It rides on the thread that tells of her, or opens one.
    """

    peer: Country
    dangers: Annotated[tuple[Danger, ...], Meta(min_length=1)]
    until: Seconds
    justification: Justification
    setting: Setting = "not_known"
    region: Code | None = None
    safe_contact: Words | None = None
    safe_contact_times: Words | None = None
    do_not_contact: tuple[DoNotContact, ...] = ()
    about: About = "the_person"
    urgency: Literal["urgent", "life_threat"] = "life_threat"
    persons: tuple[str, ...] = ()
    thread: Id | None = None
    names: tuple[FieldsOf, ...] = ()
    names_needed: NamesNeeded | None = None
    office: Hash | None = None


class SendMedical(Command, frozen=True):
    """She cannot speak for herself and is treated there: four facts, sealed, on the thread that tells of her (H20)."""

    thread: Id
    person_id: str
    unable: Unable
    allergies: Words | None = None
    current_medication: Words | None = None
    medical_condition: Words | None = None
    medical_device: Words | None = None
    office: Hash | None = None


class Acknowledge(Command, frozen=True):
    """A person has read the alert and says what happens now."""

    action: AckAction
    next_word_by: Seconds | None = None


class UpdateAlert(Command, frozen=True):
    """What changed."""

    status: AlertStatus
    dangers: tuple[Danger, ...] = ()
    region: Code | None = None
    until: Seconds | None = None


class StandDown(Command, frozen=True):
    """The danger is over."""

    reason: StandDownReason


class Review(Command, frozen=True):
    """The second look by another person, within 24 hours: was it justified, and does she know?"""

    outcome: Outcome
    informed: Informed


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How a country is reached now: shown before anything is sent, and while it is sent.

    `on_call`: somebody answered a drill of ours within the month (`on_call_tested`), or it is only promised (H21).
    """

    country: str
    contact: str
    out_of_hours: str
    on_call: bool
    on_call_tested: bool
    last_drill_at: int | None
    opens_at: int | None
    local_time: str
    zone: str
    says: str


class AlertDone(msgspec.Struct, frozen=True, kw_only=True):
    """An alert on its way, or waiting for a second person under `pending`; phone them while it travels."""

    thread: str | None
    letter_id: str | None
    pending: str | None
    phone: Reach


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """It is noted here; `told` says whether the other country hears of it."""

    letter_id: str | None
    told: bool


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm that is not over, with what the letter says in codes; `mine` is one that we sent.

    `acts`: what a person may do about it here. `told`: what a letter says that is no alert, where no file is left.
    """

    alert: str
    ladder: str
    code: str
    mine: bool
    peer: str | None
    thread: str | None
    case: str | None
    raised_at: int
    due_at: int
    step: int
    acknowledged_at: int | None
    review_due_at: int | None
    danger: AlertBody | None
    medical: MedicalBody | None
    told: dict[str, Any] | None
    phone: Reach | None
    acts: tuple[AlertAct, ...]


class WaitingAlert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that waits for a second person: what would be sent, about whose case, and who asked for it."""

    pending: str
    case: str
    by: str
    command: RaiseAlert


class CountryFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts with one country: received, sent, and how many of ours a second look found not justified."""

    country: str
    received: int
    sent: int
    not_justified: int


class SafetyFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Counts for operators and the published figures; nothing about a person."""

    countries: list[CountryFigures]
    open_alarms: int
    pages_failing: int
