"""A letter: the frame that every kind shares, what it says of consent and disclosure, and the one stop letter.

The fields stand in the order of wire.md 7, and all of them are always written. What the signed statement holds
(countries, times of sending, numbers) is not repeated here.
"""

from typing import Annotated, Final, Generic, TypeVar

from msgspec import Meta, Struct

from node.protocol.letters.bodies import Body, DataItem, Part
from node.protocol.letters.codes import (
    DEFAULT_HANDLING,
    STOP_KINDS,
    Basis,
    Capacity,
    Category,
    GivenBy,
    Handling,
    LawfulBasis,
    Level,
    Purpose,
    Role,
    StopKind,
    Urgency,
)
from node.protocol.letters.scalars import Base64Url, Count, Hash, Id, Ordinal, Seconds

Disclosed = DataItem  # the same three words ask for a field (data_needed) and say that it is inside (disclosed)

B = TypeVar("B", bound=Body, covariant=True)


class ConsentEntry(Part, frozen=True):
    """What one person allowed this one recipient, under a random token that no other letter to anybody else carries.

    `safeguards_met` is the sender's statement that R23, H11 and H17 hold. `holder` is the office key id (64 hex) of the
    organisation that may open her identity, or None. Source: wire.md 7, H13, H26.
    """

    token: Id
    basis: Basis
    given_by: GivenBy
    capacity: Capacity
    treated_as_child: bool
    safeguards_met: bool
    purposes: tuple[Purpose, ...]
    levels: tuple[Level, ...]
    categories: tuple[Category, ...]
    holder: Hash | None
    until: Seconds


class SealedIdentity(Part, frozen=True):
    """The office block: bytes only the named office key opens, and the commitment to them. Source: wire.md 8."""

    office_kid: Hash
    identity_commit: Hash
    box: Base64Url


class Attachment(Part, frozen=True):
    """The parts of one attachment by SHA-256, in order, and its padded size in bytes. Source: wire.md 9."""

    parts: Annotated[tuple[Hash, ...], Meta(min_length=1)]
    size: Count


class Letter(Struct, Generic[B], frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One letter of a thread (class 1).

    `n` counts this side's letters on the thread from 1; `seen` is the other side's highest n applied when this letter
    was decided (0: none); `void` lists own numbers that will never come. Times are UTC seconds. Source: wire.md 7.
    """

    kind: str
    letter_id: Id
    thread: Id
    n: Ordinal
    seen: Count
    void: tuple[Ordinal, ...]
    written_at: Seconds
    in_reply_to: Id | None
    relates_to: Id | None
    sender_role: Role
    urgency: Urgency
    handling: tuple[Handling, ...]
    lawful_basis: LawfulBasis
    consent: tuple[ConsentEntry, ...]
    reply_by: Seconds | None
    thread_ends: Seconds
    retention_until: Seconds
    body: B
    disclosed: tuple[DataItem, ...]
    sealed_identity: SealedIdentity | None
    attachments: tuple[Attachment, ...]


STOP_BASIS: Final[LawfulBasis] = "public_task"
STOP_URGENCY: Final[Urgency] = "routine"


def make_stop(
    kind: StopKind,
    *,
    letter_id: str,
    thread: str,
    n: int,
    seen: int,
    written_at: int,
    sender_role: Role,
    thread_ends: int,
    retention_until: int,
) -> Letter[None]:
    """The one stop letter, the same whatever its cause, so that nobody can read the cause from it (H01).

    `written_at` is the daily slot; `thread_ends` and `retention_until` are those of the opening letter.
    """
    return Letter(
        kind=kind,
        letter_id=letter_id,
        thread=thread,
        n=n,
        seen=seen,
        void=(),
        written_at=written_at,
        in_reply_to=None,
        relates_to=None,
        sender_role=sender_role,
        urgency=STOP_URGENCY,
        handling=DEFAULT_HANDLING,
        lawful_basis=STOP_BASIS,
        consent=(),
        reply_by=None,
        thread_ends=thread_ends,
        retention_until=retention_until,
        body=None,
        disclosed=(),
        sealed_identity=None,
        attachments=(),
    )


def is_stop(letter: Letter[Body]) -> bool:
    """Whether this letter ends its thread for both sides (H01)."""
    return letter.kind in STOP_KINDS


def check_stop_shape(letter: Letter[Body]) -> bool:
    """Whether a stop says nothing beyond that it is one; the order of the four handling codes is free. Source: H01."""
    return check_bare_shape(letter) and not letter.void and letter.body is None


def check_bare_shape(letter: Letter[Body]) -> bool:
    """Whether the frame says nothing, so that no cause can be read from it. Source: H01, H04."""
    nothing_else = not (letter.consent or letter.disclosed or letter.attachments)
    empty = (letter.in_reply_to, letter.relates_to, letter.reply_by, letter.sealed_identity)
    usual = letter.urgency == STOP_URGENCY and letter.lawful_basis == STOP_BASIS
    four = sorted(letter.handling) == sorted(DEFAULT_HANDLING)
    return nothing_else and usual and four and all(value is None for value in empty)
