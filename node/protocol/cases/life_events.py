"""What life does to a case: coming of age, birth, death, and the loss of the power to decide.

Data only; `changes_life` changes it, `safeguards` says what follows. Letters freeze, care does not; blocks stay.
Times are UTC seconds, dates `YYYY-MM-DD`. Source: practice H27, H30, H31.
"""

from typing import Literal

import msgspec

from node.protocol.letters.codes import Purpose

Registration = Literal["not_yet", "applied", "registered", "dangerous_to_register"]
Lasting = Literal["for_now", "lasting"]
WishToReturn = Literal["wished", "refused", "not_known"]
Stateless = Literal["no", "likely", "yes", "not_known"]


class Death(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """She has died: what rests on consent freezes; what was closed to a country stays closed. Source: H30."""

    on: str
    recorded_at: int
    recorded_by: str


class Refused(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What she had taken back towards a country while she could decide; nobody gives it in her place. Source: H30."""

    country: str
    purposes: tuple[Purpose, ...]


class Incapacity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """She cannot decide now. Her earlier wishes stand: what she allowed, what she refused, a wish to return.

    `wish` of "wished" was said before `since` and is recorded by two people. `lasting` decides what people are asked
    to do: somebody who cannot decide for now is asked again herself, for the others a representative is found.
    Source: H30.
    """

    since: int
    lasting: Lasting
    recorded_by: str
    wish: WishToReturn = "not_known"
    wish_by: tuple[str, str] | None = None
    refused: tuple[Refused, ...] = ()


class Birth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Born while we cared: a person of its own, whose registration and nationality are looked after. Source: H30."""

    on: str
    parent: str
    registration: Registration = "not_yet"
    registration_by: tuple[str, ...] = ()


class Nationality(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a lawyer found about statelessness and asylum, before any state is asked "is she yours?". Source: H31.

    `by` are two people; the lawyer is independent of every state that might be asked. Where she is `stateless`, or
    likely to be, whoever is about to ask "is she yours?" is warned.
    """

    looked_on: str
    stateless: Stateless
    asylum_advised: bool
    lawyer_independent: bool
    by: tuple[str, str]


class Majority(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How far the coming of age has got: who confirmed the day, and what the daily sweep did already. Source: H27."""

    by: tuple[str, ...] = ()
    warned_at: int | None = None
    reached_at: int | None = None
    help_ended_at: int | None = None


class LifeRecords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happened in one person's life that the rules ask about; each part may be missing."""

    death: Death | None = None
    incapacity: Incapacity | None = None
    birth: Birth | None = None
    nationality: Nationality | None = None
    majority: Majority = Majority()


NO_EVENTS = LifeRecords()
