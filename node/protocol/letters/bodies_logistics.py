"""Who interprets, who goes with her, what it costs: parts that the letters about a journey share.

Closed codes only: no name, no free text, no place and no country; who and where are L3 in the sealed block. No shape
here refuses a letter over money: costs never hold help. Source: practice.md, acts to add; H17, R19, R29.
"""

from typing import Annotated

from msgspec import Meta

from node.protocol.letters.codes_logistics import (
    LEGS,
    CostItem,
    EscortRole,
    GenderWanted,
    HandOver,
    InterpreterMode,
    InterpreterOf,
    Leg,
    Payer,
)
from node.protocol.letters.parts import Maybe, Part
from node.protocol.letters.scalars import Count, Language

Currency = Annotated[str, Meta(pattern="^[A-Z]{3}(?!\\n)$", description="ISO 4217")]


class Interpreter(Part, frozen=True):
    """Somebody who interprets: language and, where it matters, dialect (BCP 47 both), and that she can speak freely.

    `gender` is what she wants; `independent` of everybody the matter is about, which the sender vouches for (H17).
    """

    language: Language
    dialect: Maybe[Language]
    gender: GenderWanted
    mode: InterpreterMode
    payer: Payer
    comes_from: InterpreterOf
    independent: bool


class Escort(Part, frozen=True):
    """Somebody who goes with her, from which leg to which; never the police (R19).

    `hand_over`: at the end of `to_leg` somebody else takes over, and both and she sign. `substitute`
    steps in: for the people of both countries, who read it with the letter; no machine decides by it.
    """

    role: EscortRole
    gender: GenderWanted
    from_leg: Leg
    to_leg: Leg
    hand_over: HandOver
    substitute: Maybe[EscortRole]

    def __post_init__(self) -> None:
        if LEGS.index(self.from_leg) > LEGS.index(self.to_leg):
            raise ValueError("expected legs in the order of the journey")


class Money(Part, frozen=True):
    """An amount in the smallest unit of its currency: 12 euro and 50 cent are 1250 EUR."""

    minor_units: Count
    currency: Currency


class Cost(Part, frozen=True):
    """One thing that costs, who pays and at most how much; nothing waits until it is `agreed`."""

    item: CostItem
    payer: Payer
    ceiling: Maybe[Money]
    agreed: bool
