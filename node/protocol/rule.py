"""What a rule is, and an objection that names one: the types behind `rules`.

Source: domain 6 (precedence); practice H02; wire 4 (reasons).
"""

from typing import Literal

import msgspec

from node.protocol.letters.codes import reason_of

Place = Literal[
    "drafting",  # when a person writes: the gate, in front of her
    "release",  # when it is about to leave: the same gate again
    "receiver",  # row 13: judged only from what both sides exchanged
    "shape",  # cannot be expressed: no field, no code, no kind
    "record",  # when a fact or a consent is recorded: two people, mandatory parts
    "desk",  # a local reason to hold what arrived; never an answer on the wire
    "service",  # by the layers around: audit, sign-in, clocks, logs, delivery
    "later",  # in a later issue
]
Effect = Literal["hold", "cancel"]

FIRST_PRECEDENCE: tuple[str, ...] = ("R10", "H05", "R20", "R31", "R02")


class Objection(msgspec.Struct, frozen=True):
    """Why a letter may not go, or was refused: for our own people, never for the wire beyond `reason`.

    `hold`: a person can put it right and the same letter goes; `cancel`: this letter will never go. `ends_thread`: the
    thread gets the one stop letter (H01). `discreet`: on a page show the sentence only, without the rule (H17).
    `reason` is the code of wire 4; only a receiver may use it, and only for what both sides exchanged. `held_as` is the
    code under which the letter waits, where the rule's id alone would not tell what it waits for.
    """

    rule: str
    sentence: str
    next_step: str
    effect: Effect = "cancel"
    reason: int = 0
    ends_thread: bool = False
    discreet: bool = False
    held_as: str = ""


class Rule(msgspec.Struct, frozen=True):
    """One rule. `reason` is its number in a receipt (R01 -> 1, H01 -> 101), whether or not it is ever said there.

    `receiver` says why a receiver can check nothing ("nothing to see: ...").
    """

    id: str
    sentence: str
    source: str
    enforced_at: tuple[Place, ...]
    receiver: str = ""

    @property
    def reason(self) -> int:
        """The reason code of wire 4: R01-R40 are 1-40, H01-H35 are 101-135."""
        return reason_of(self.id)


def precedence(objection: Objection) -> int:
    """0 is the strongest: R10 (and the countries she named, H05), then R20, R31, R02, then the rest. Source: H02."""
    return next((i for i, rule in enumerate(FIRST_PRECEDENCE) if rule == objection.rule), len(FIRST_PRECEDENCE))
