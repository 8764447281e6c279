"""Directory letters: what a country offers, and what another one found wrong with it. Class 2: they name no person.

The shapes are closed so that an address cannot be written: ids are made of the category, names hold no digit and no
sign that an address, a telephone number or a coordinate needs, everything else is a code, a number of days or an age.
Whose entry it is says the signature, never a field. Source: domain.md 5.11; R29; practice.md H21.
"""

import unicodedata
from typing import Annotated

from msgspec import Meta

from node.protocol.letters.codes import AgeBand, Gender, Need, OrganisationType
from node.protocol.letters.codes_directory import (
    AcceptedMatter,
    Accessible,
    Capacity,
    ChallengeReason,
    ContactRole,
    Eligibility,
    OnCall,
    PermitKind,
    Promised,
    RolePlayed,
    ServiceStatus,
    StartsWithin,
)
from node.protocol.letters.parts import Maybe, Part, Some
from node.protocol.letters.scalars import Country, Date, Days, Language, Ordinal, Seconds

MAX_SERVICES = 200
MAX_NAME = 60
AGE_LIMIT = 120

Age = Annotated[int, Meta(ge=0, le=AGE_LIMIT)]
ServiceId = Annotated[
    str, Meta(pattern="^[a-z_]{2,20}-[1-9][0-9]{0,2}(?!\\n)$", description="the category and a number: shelter-1")
]
PublicName = Annotated[
    str,
    Meta(
        pattern='^[^0-9@,;:/\\\\#+_<>\\[\\]{}()|=*&%$"!?\\n]{1,60}(?!\\n)$',
        description="a short name without digits: no address, number or coordinate can be written",
    ),
]
WeekMinute = Annotated[int, Meta(ge=0, le=1440, description="minutes after midnight, local time of the country")]


def holds_a_number(name: str) -> bool:
    """Whether a name has a digit or number sign of any script, which no name of a service needs."""
    return any(unicodedata.category(sign).startswith("N") for sign in name)


class OpenHours(Part, frozen=True):
    """When the focal point is at its desk on a weekday (1 Monday to 7 Sunday), in its own local time."""

    weekday: Annotated[int, Meta(ge=1, le=7)]
    opens: WeekMinute
    closes: WeekMinute

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("expected opens before closes")


class Contact(Part, frozen=True):
    """A role at the focal point and its languages; its number stands in the registry's record, never a person here."""

    role: ContactRole
    languages: Some[Language]


class Promise(Part, frozen=True):
    """A response commitment: this kind of letter is answered within so many working days."""

    kind: Promised
    working_days: Annotated[int, Meta(ge=1, le=90)]


class Measured(Part, frozen=True):
    """How soon this country answered that kind of letter in the year before, by its own figures (domain 5.13).

    `threads` is a band: at least so many stand behind it, and never fewer than 11. Silence counts as late.
    """

    kind: Promised
    threads: Annotated[int, Meta(ge=11, le=500)]
    median_days: Annotated[int, Meta(ge=0, le=730)]
    in_time_tenths: Annotated[int, Meta(ge=0, le=10)]


class Service(Part, frozen=True):
    """One service, HSDS profile. `dependants`: age bands that may come along; `duration_days`: how long at most.

    `interpretation`: other languages are interpreted. `assured_date`: the day somebody last made sure that this is so.
    """

    id: ServiceId
    name: PublicName
    category: Need
    provider: OrganisationType
    status: ServiceStatus
    min_age: Age
    max_age: Age
    genders: Some[Gender]
    languages: tuple[Language, ...]
    interpretation: bool
    accessibility: tuple[Accessible, ...]
    dependants: tuple[AgeBand, ...]
    eligibility: tuple[Eligibility, ...]
    capacity: Capacity
    starts_within: StartsWithin
    duration_days: Maybe[Days]
    assured_date: Date

    def __post_init__(self) -> None:
        if self.id.rpartition("-")[0] != self.category:
            raise ValueError("expected an id made of the category")
        if self.min_age > self.max_age:
            raise ValueError("expected min_age up to max_age")
        if holds_a_number(self.name):
            raise ValueError("expected a name without numbers")


class LegalFacts(Part, frozen=True):
    """What the law there gives her: the recovery period, permits, who appoints guardians, who hears complaints.

    `safe_return_assessment`: a formal risk assessment before a return is offered.
    """

    recovery_days: Maybe[Days]
    permits: tuple[PermitKind, ...]
    guardian_authority: Maybe[PublicName]
    data_protection_authority: Maybe[PublicName]
    safe_return_assessment: bool

    def __post_init__(self) -> None:
        if any(holds_a_number(name) for name in (*self.guardian_authority, *self.data_protection_authority)):
            raise ValueError("expected names without numbers")


class DirectoryBody(Part, frozen=True):
    """`directory.publish`: the whole entry of the country that signed it. The highest `serial` is in force.

    `issued_at`: when people of that country last stood behind it; `valid_until`: after it the entry is not used.
    `last_drill`: the day the on-call promise was last tested. `measured`: beside what is promised, what was done.
    """

    serial: Ordinal
    issued_at: Seconds
    valid_until: Seconds
    roles: Some[RolePlayed]
    languages: Some[Language]
    hours: Annotated[tuple[OpenHours, ...], Meta(max_length=28)]
    contacts: Annotated[tuple[Contact, ...], Meta(min_length=2, max_length=12)]
    on_call: OnCall
    last_drill: Maybe[Date]
    accepts: tuple[AcceptedMatter, ...]
    promises: tuple[Promise, ...]
    measured: tuple[Measured, ...]
    services: Annotated[tuple[Service, ...], Meta(max_length=MAX_SERVICES)]
    legal: LegalFacts

    def __post_init__(self) -> None:
        if self.issued_at >= self.valid_until:
            raise ValueError("expected issued_at before valid_until")
        if len({service.id for service in self.services}) != len(self.services):
            raise ValueError("expected each service once")
        if len({promise.kind for promise in self.promises}) != len(self.promises):
            raise ValueError("expected each promise once")
        if len({one.kind for one in self.measured}) != len(self.measured):
            raise ValueError("expected each figure once")


class ChallengeBody(Part, frozen=True):
    """`directory.challenge`, to the country whose entry it is: this service, or with none the whole, is not so."""

    country: Country
    serial: Ordinal
    service: Maybe[ServiceId]
    why: ChallengeReason
