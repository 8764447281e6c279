"""The safety letters: the one way that needs no consent, so they say as little as helps.

`alert` and `medical` may seal fields; all others are codes alone. Each later letter names the alert it is about in its
body, so that it takes effect whatever arrived before it. A drill is a control letter: it says nothing of a person.
Source: domain 5.10; wire 7; practice H20, H21, H29, H35.
"""

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
from node.protocol.letters.parts import Maybe, Part, Some
from node.protocol.letters.scalars import Code, Id, Seconds


class AlertBody(Part, frozen=True):
    """`safety.alert`: life, freedom or body are in immediate danger in the recipient's country (R02).

    `who` are the tokens of the persons on this thread, fresh ones where the alert opens it. `region` is as broad as a
    code of ISO 3166-2. `names_needed` says why a name is sealed inside, and is empty where none is.
    """

    about: About
    who: Some[Id]
    dangers: Some[Danger]
    setting: Setting
    region: Code | None
    until: Seconds
    do_not_contact: tuple[DoNotContact, ...]
    justification: Justification
    names_needed: Maybe[NamesNeeded]


class MedicalBody(Part, frozen=True):
    """`safety.medical`: she cannot speak for herself, and this node's country treats her (H20).

    Sealed beside it: allergies, medication, condition, device, and nothing else.
    """

    who: Id
    unable: Unable


class SafetyUpdateBody(Part, frozen=True):
    """`safety.update`: what changed since the alert; its `dangers` and `until` replace the alert's when given."""

    alert: Id
    status: AlertStatus
    dangers: tuple[Danger, ...]
    region: Code | None
    until: Maybe[Seconds]


class AcknowledgedBody(Part, frozen=True):
    """`safety.acknowledged`: a person has read the alert and says what happens now, within the hour."""

    alert: Id
    action: AckAction
    next_word_by: Maybe[Seconds]


class StandDownBody(Part, frozen=True):
    """`safety.stand_down`: the danger is over, or there was none."""

    alert: Id
    reason: StandDownReason


class DrillBody(Part, frozen=True):
    """`safety.drill`: is somebody there who can unlock, away from the office? Says nothing of a person (H21)."""

    answer_by: Seconds


class DrillAnswerBody(Part, frozen=True):
    """`safety.drill_answer`: a person answered, and `unlocked` says whether the office vault was open to them."""

    drill: Id
    answered_at: Seconds
    unlocked: bool
