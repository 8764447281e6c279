"""The consent record as it is kept: local, control part, no names. Source: domain 5.3; practice H10, H13, H17, H33."""

from typing import Final, Literal

import msgspec

from node.protocol.letters.codes import Basis, Capacity, Category, GivenBy, Level, Purpose

Method = Literal["written", "thumbprint", "spoken_witnessed", "recorded_oral", "sign"]
WitnessRole = Literal["colleague", "advocate", "lawyer", "health_worker", "other"]  # none of hers, nobody she fears
BEFORE_A_WITNESS: Final = frozenset({"spoken_witnessed"})  # nothing is on paper: somebody has to have heard it
InterpreterFrom = Literal["none", "independent", "family", "embassy", "employer"]
Present = Literal[
    "caseworker",
    "interpreter",
    "guardian",
    "advocate",
    "lawyer",
    "family",
    "partner",
    "embassy",
    "employer",
    "witness",
    "of_her_group",  # somebody she was found with (H33)
    "other",
]
HolderKind = Literal["state", "civil_society"]
ConsentOrganisation = Literal["state", "civil_society", "intergovernmental", "embassy", "law_enforcement"]
Exclusion = Literal["family", "embassy", "police", "region_of_origin", "state_bodies"]

DEFAULT_CONSENT_SECONDS = 183 * 24 * 3600
MAX_CONSENT_SECONDS = 366 * 24 * 3600
MAX_PROVISIONAL_SECONDS = 10 * 24 * 3600
MAX_PROVISIONAL_RENEWALS = 1


class OfficeThen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose an office key was by its country's record. Source: H13, consent names the holder."""

    holder: str
    kind: HolderKind
    police_powers: bool = False


class ConsentTo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One recipient she named: the country, the office that may read names (its key id, 64 hex digits) and its kind.

    `offices`: whose that key was when she was asked; what its country had said of it before follows.
    """

    country: str
    organisation_type: ConsentOrganisation
    organisation: str | None = None
    holder: str | None = None
    offices: tuple[OfficeThen, ...] = ()


class Asserted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token that was handed to one country on one thread, and the office key it named then."""

    country: str
    thread: str
    token: str
    holder: str | None = None


class ConsentRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one person allowed; the sensitive categories are ticked one by one (H28).

    `recorded_by` and `seconded_by` are user ids; times are UTC seconds; `evidence_hash` is hex of the signed paper or
    recording, or empty: it travels nowhere and decides nothing; whoever doubts what she signed reads it with the record
    and compares. `excluded` never travels.
    """

    consent_id: str
    person_id: str
    basis: Basis
    given_by: GivenBy
    capacity: Capacity
    recipients: tuple[ConsentTo, ...]
    purposes: tuple[Purpose, ...]
    levels: tuple[Level, ...]
    categories: tuple[Category, ...]
    valid_from: int
    valid_until: int
    language: str
    interpreter: InterpreterFrom
    info_sheet_version: str
    method: Method
    understood_check: bool
    alternatives_explained: bool
    no_pressure_declared: bool
    present: tuple[Present, ...]
    spoken_to_alone: bool
    recorded_by: str
    seconded_by: str | None = None
    renewals: int = 0
    excluded: tuple[Exclusion, ...] = ()
    evidence_hash: str = ""
    asserted: tuple[Asserted, ...] = ()
    withdrawn_purposes: tuple[Purpose, ...] = ()
    withdrawn_levels: tuple[Level, ...] = ()
    withdrawn_at: int | None = None
