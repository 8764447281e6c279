"""Requests about what life brings: coming of age, birth, death, loss of the power to decide, people found together.

What each does is a row in `acts_people`. Source: practice H27, H30, H31, H33.
"""

from typing import Annotated

from msgspec import Meta

from node.protocol.cases.groups import Together
from node.protocol.cases.life_events import Lasting, Registration, Stateless, WishToReturn
from node.protocol.letters.codes import Gender
from node.protocol.letters.scalars import Date, Id, Seconds
from node.service.cases.change import Change, PersonId


class SetMajority(Change, frozen=True, tag="majority"):
    """The day she comes of age; a first or sooner one needs two people (H27)."""

    person_id: PersonId
    majority_at: Seconds


class RecordDeath(Change, frozen=True, tag="death"):
    """She has died: letters freeze, blocks stay (H30)."""

    person_id: PersonId
    on: Date


class DeathInError(Change, frozen=True, tag="death_in_error"):
    """She lives; two people (H30)."""

    person_id: PersonId


class RecordIncapacity(Change, frozen=True, tag="incapacity"):
    """She cannot decide now; what she wished before stands. That she had wished to return needs two people (H30)."""

    person_id: PersonId
    since: Seconds
    lasting: Lasting
    wish: WishToReturn = "not_known"


class CapacityRegained(Change, frozen=True, tag="capacity_regained"):
    """She decides for herself again; two people (H30)."""

    person_id: PersonId


class RecordBirth(Change, frozen=True, tag="birth"):
    """A child was born to a person of this case: a person of its own, closed to what its parent is closed to (H30)."""

    parent: PersonId
    on: Date
    gender: Gender = "not_stated"


class RegisterBirth(Change, frozen=True, tag="register_birth"):
    """How far the registration is; that it is dangerous needs two people (H30)."""

    person_id: PersonId
    registration: Registration


class LawyerLooked(Change, frozen=True, tag="lawyer_looked"):
    """An independent lawyer looked at statelessness and asylum; two people (H31)."""

    person_id: PersonId
    looked_on: Date
    stateless: Stateless
    asylum_advised: bool
    lawyer_independent: bool


class GroupWish(Change, frozen=True, tag="group_wish"):
    """Whether she wishes to be near those she was found with, or apart from some; asked alone (H33)."""

    person_id: PersonId
    wish: Together
    apart_from: Annotated[tuple[Id, ...], Meta(max_length=100)] = ()


LIFE_CHANGES = (
    SetMajority
    | RecordDeath
    | DeathInError
    | RecordIncapacity
    | CapacityRegained
    | RecordBirth
    | RegisterBirth
    | LawyerLooked
    | GroupWish
)
