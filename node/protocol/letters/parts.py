"""What every file of bodies is made of: a part of a letter, and lists of none or one, or of one or more.

A leaf beside `scalars`, so that the bodies of each matter stand in a file of their own and `bodies` lists them all.
"""

from typing import Annotated, TypeVar

from msgspec import Meta, Struct

from node.protocol.letters.codes import DisclosedLevel, LegalGround, OrganisationType
from node.protocol.letters.scalars import Code, Id, Seconds

T = TypeVar("T")
Maybe = Annotated[tuple[T, ...], Meta(max_length=1)]  # none or one
Some = Annotated[tuple[T, ...], Meta(min_length=1)]  # one or more


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """Something inside a letter: never changed, and a field it does not know makes the letter malformed (R37)."""


class DataItem(Part, frozen=True):
    """One field about one person, by name and level; `person` is that person's consent token, never a name."""

    person: Id
    field: Code
    level: DisclosedLevel


class Kept(Part, frozen=True):
    """Why something could not be erased, and until when it is kept."""

    legal_ground: LegalGround
    until: Seconds


class Organisation(Part, frozen=True):
    """Who would care for the person: an entry of the responder's directory, never a police body (R19)."""

    id: Code
    type: OrganisationType
