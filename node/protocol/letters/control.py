"""Control letters (class 2): what two nodes tell each other about the channel itself, saying nothing of a person.

Source: wire.md 4, 7 and 13.
"""

from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Struct, field

from node.protocol.letters.bodies import Part
from node.protocol.letters.bodies_directory import ChallengeBody, DirectoryBody
from node.protocol.letters.bodies_safety import DrillAnswerBody, DrillBody
from node.protocol.letters.codes import REASON_NAMES, HelloReason, Notice
from node.protocol.letters.scalars import Count, Country, Hash, Id, Ordinal, Seconds, Token32

Reason = Annotated[int, Meta(extra_json_schema={"enum": sorted(REASON_NAMES)})]


class ReceivedUpTo(Part, frozen=True):
    """The highest statement a restored node still has of one channel epoch."""

    epoch: Count
    seq: Ordinal


class HelloBody(Part, frozen=True):
    """`channel.hello`: why this channel epoch began; the peer releases again what it sent after `received`."""

    reason: HelloReason
    received: tuple[ReceivedUpTo, ...]


class HeadsBody(Part, frozen=True):
    """`channel.heads`: once a day, the newest of everything; within an epoch a head never goes back.

    A seq, index or size of 0 goes with a hash of zeros: there is none yet.
    """

    sent_epoch: Count
    sent_seq: Count
    sent_hash: Hash
    received_epoch: Count
    received_seq: Count
    received_hash: Hash
    receipt_epoch: Count
    receipt_index: Count
    receipt_hash: Hash
    audit_size: Count
    audit_root: Hash


class ResendBody(Part, frozen=True):
    """`channel.resend`: these statements never came, `from_seq` (wire: `from`) to `to_seq` (`to`), both included."""

    epoch: Count
    from_seq: Ordinal = field(name="from")
    to_seq: Ordinal = field(name="to")

    def __post_init__(self) -> None:
        if self.from_seq > self.to_seq:
            raise ValueError("expected from before or equal to to")


class GivenUp(Part, frozen=True):
    """A statement that was released and will never be posted again."""

    epoch: Count
    seq: Ordinal
    s_hash: Hash


class ClosedBody(Part, frozen=True):
    """`channel.closed`: the gaps that stay, so that the chain can be repaired."""

    items: Annotated[tuple[GivenUp, ...], Meta(min_length=1)]


class OpenedBody(Part, frozen=True):
    """`letter.opened`: a person opened that letter. It opens and answers nothing in the thread."""

    letter_id: Id
    opened_at: Seconds


class RefusedBody(Part, frozen=True):
    """`letter.refused`: a letter that waited for its turn was refused when the turn came; `reason` as on a receipt."""

    letter_id: Id
    reason: Reason

    def __post_init__(self) -> None:
        if self.reason not in REASON_NAMES:
            raise ValueError("expected a reason of wire.md 4")


class PullBody(Part, frozen=True):
    """`node.pull`: the token (32 bytes) a peer shows to fetch what waits for it, until `until`."""

    token: Token32
    until: Seconds


class NoticeBody(Part, frozen=True):
    """`node.notice`: what this node saw or does about a country's keys or membership."""

    what: Notice
    country: Country


ControlBody = (
    HelloBody
    | HeadsBody
    | ResendBody
    | ClosedBody
    | OpenedBody
    | RefusedBody
    | PullBody
    | NoticeBody
    | DrillBody
    | DrillAnswerBody
    | DirectoryBody
    | ChallengeBody
)

C = TypeVar("C", bound=ControlBody, covariant=True)


class Control(Struct, Generic[C], frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One control letter; its id shares one space with the ids of letters. Source: wire.md 7 and 13."""

    kind: str
    letter_id: Id
    body: C
