"""What people and case systems may ask for, as typed requests; unknown fields are refused.

A command says what a person decided. What follows from the case (age, dependants, tokens, keys, times) is never
typed in twice.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from node.protocol.gate.ten_gates import GateState
from node.protocol.letters.codes import Level, OfferReason, Purpose, Urgency
from node.protocol.letters.scalars import Code, Country, Date, Id
from node.protocol.taking_back import MAX_UNDO_S
from node.service.threads.doors import ACTS, OPENING

# Why we declined, for our own people; the other country reads `conflict_of_interest` like anybody's. Practice.
LocalReason = Literal["already_assisting_exploiter"]

# Told by the description of the API alone: another kind is refused by the service, with what is expected instead.
SHAPE: Final = "`body` has the shape that docs/schemas/<kind>.json gives its `body`"
OpeningKind = Annotated[
    str,
    Meta(description=f"the kind of letter a thread begins with; {SHAPE}", extra_json_schema={"enum": list(OPENING)}),
]
ActKind = Annotated[
    str,
    Meta(description=f"the kind of letter this act sends; {SHAPE}", extra_json_schema={"enum": list(ACTS)}),
]


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A request from outside."""


# How long the letter waits here before it is sealed, so that whoever sent it can take it back.
UndoSeconds = Annotated[int, Meta(ge=0, le=MAX_UNDO_S)]


class OpenReferral(Command, frozen=True):
    """Offer a person of a case to a country. `persons`: local ids, the person first; all of the case when left out.

    `consents`: which records it rests on; the newest that count when left out.
    """

    peer: Country
    needs: tuple[Code, ...]
    urgency: Urgency = "routine"
    reason: OfferReason = "AdditionalServicesRequired"
    persons: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    interpreter: bool | None = None
    region: Code | None = None
    accessibility: tuple[Code, ...] = ()
    safety_codes: tuple[Code, ...] = ()
    earliest_date: Date | None = None
    relates_to: Id | None = None
    undo_s: UndoSeconds = 0


class FieldsOf(Command, frozen=True):
    """Which fields about one person to disclose, by name; the values come from the case's identity part."""

    person_id: str
    fields: tuple[str, ...]


class OpenThread(Command, frozen=True):
    """Begin a matter with a country: the kind of its first letter, and the body of that kind.

    What the case knows of the persons (age band, languages, dependants) may be left out of the body. `persons` and
    `consents` as in OpenReferral.
    """

    peer: Country
    kind: OpeningKind
    body: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"{}"))
    urgency: Urgency = "routine"
    persons: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    disclose: tuple[FieldsOf, ...] = ()
    relates_to: Id | None = None
    undo_s: UndoSeconds = 0


class Act(Command, frozen=True):
    """One act on a thread: its kind, the body of that kind, and the fields to disclose with it, if any.

    `undo_s`: for so long it can be taken back before it is sealed; what cannot wait leaves at once all the same.
    `local_reason`: with a decline for conflict of interest, what stays here, sealed with the thread; no letter has it.
    """

    kind: ActKind
    body: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))
    disclose: tuple[FieldsOf, ...] = ()
    consents: tuple[str, ...] = ()
    in_reply_to: Id | None = None
    urgency: Urgency | None = None
    local_reason: LocalReason | None = None
    undo_s: UndoSeconds = 0


class Withdraw(Command, frozen=True):
    """She takes consent back: what is named, or all of it when both lists are empty. No reason is asked."""

    purposes: tuple[Purpose, ...] = ()
    levels: tuple[Level, ...] = ()


class WithdrawSeveral(Command, frozen=True):
    """She takes several consents back whole, all of them or none. No reason is asked."""

    consents: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=100)]


class ActDone(msgspec.Struct, frozen=True, kw_only=True):
    """A decided act: the letter that waits in the outbox, and where the thread stands once it has gone.

    `warnings`: what somebody should look at once more; nothing waits for it.
    """

    thread: str
    letter_id: str | None
    state: str
    due_at: int | None = None
    warnings: tuple[str, ...] = ()


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A letter that waited and may go now; the gate still looks at it."""

    letter: str
    due_at: int


class OptionView(msgspec.Struct, frozen=True):
    """One act of our side: allowed now, or why not, by which rule, and what would open it."""

    kind: str
    allowed: bool
    rule: str
    why: str
    opens_with: str


class LetterView(msgspec.Struct, frozen=True, kw_only=True):
    """One letter on the timeline, with honest ticks: each is a time in UTC seconds, or null.

    `corrected_by`: later letters with the right values of some of its fields. `undo_until`: until when `undo_by`, and
    nobody else, can take it back; null for a letter that has left or was never to wait.
    """

    letter_id: str
    kind: str | None
    direction: str
    n: int
    at: int
    state: str
    received_at: int | None
    opened_at: int | None
    held: str | None
    effect: str
    reason: int
    has_identity: bool
    erased: bool
    corrected_by: tuple[str, ...] = ()
    undo_until: int | None = None
    undo_by: str | None = None


class DeadlineView(msgspec.Struct, frozen=True):
    """Something expected by a time."""

    letter_id: str
    code: str
    due_at: int
    state: str
    step: int


Away = Literal["", "no_answer", "not_active", "keys_changed", "old_list"]


class ThreadView(msgspec.Struct, frozen=True, kw_only=True):
    """A thread as its people see it.

    `gates` are the ten of a return of ours, `next` the first three that are shut: what is missing, whose turn it is and
    since when. Both are empty on any other thread. `local_reason`: why we declined, known here only.
    `organisation`: who took it over, by its code in that country's directory; empty while nobody has.
    `tokens`: the persons of the thread in order, she first, whoever drew their tokens.
    `away`: why what we wrote waits here, while it does: that country does not answer, or is not active in the registry.
    `owed`: kinds by which we answer what was asked of us about her data, on any thread and after its end.
    `stop_would`: what a stop would do now: nothing; end it here, where nothing ever left; end it in both countries; or
    make sure that the other country hears of an end that we told, and that has not been received.
    """

    thread: str
    case: str
    peer: str
    side: str
    matter: str
    state: str
    after_queue: str
    words: str
    thread_ends: int
    data_needed: list[dict[str, str]]
    persons: dict[str, str]
    options: list[OptionView]
    letters: list[LetterView]
    deadlines: list[DeadlineView]
    gates: list[GateState] = []
    next: list[GateState] = []
    local_reason: str = ""
    organisation: str = ""
    organisation_type: str = ""
    tokens: list[str] = []
    owed: list[str] = []
    away: Away = ""
    stop_would: Literal["nothing", "ends_here", "ends", "makes_sure"] = "nothing"
