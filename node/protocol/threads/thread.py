"""What a node remembers of one thread: the letters as exchanged, and the state that both nodes compute from them.

A thread is a fold over its letters. The pair (`n`, `seen`) of each letter is a vector clock of two parts, so both nodes
put the same letters into the same order whatever the way they travelled, and read the same state from them.
Everything here is data; `fold` computes, `machine` decides. Source: wire.md 7; domain.md 5.6.
"""

from functools import lru_cache
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from node.protocol.gate.facts import Withdrawn
from node.protocol.letters.bodies import AcceptBody, ArrivedBody, Body, ChangeBody, DataItem, WithdrawalBody
from node.protocol.letters.bodies_information import AskAnswerBody, AskBody
from node.protocol.letters.bodies_return import ReturnRequestBody, ReturnResponseBody, TravelPlanBody
from node.protocol.letters.bodies_rights import BreachNoticeBody, RectificationBody
from node.protocol.letters.bodies_safety import AcknowledgedBody, AlertBody, SafetyUpdateBody, StandDownBody
from node.protocol.letters.bodies_way import ReturnUpdateBody
from node.protocol.letters.codes import STOP_KINDS, Level, OrganisationType, Purpose, Role
from node.protocol.letters.codes_information import InfoAnswer, InfoPurpose
from node.protocol.letters.frame import Letter
from node.protocol.letters.parts import Organisation
from node.protocol.threads.return_facts import NO_WAY, NOTHING_SAID, Case, ReturnFacts, Said, said

Status = Literal["applied", "crossed", "waiting", "refused", "void"]

NONE: Final = "none"  # nothing that opens the thread has been applied
ENDED: Final = "ended"
EXPIRED: Final = "expired"

# What may travel on a thread that was stopped, and takes effect on arrival whatever its number (wire.md 7, Stops).
AFTER_STOP: Final = ("consent.withdrawal", "erasure.", "rectification", "access.", "breach.notice", "safety.")

# How she is, help for her, and an end on the way: a wrong date never keeps it back (H22, H02).
TELLS_OF_HER: Final = frozenset(
    {"referral.arrived", "return.arrival", "return.failed", "return.assist_now", "return.followup",
     "transit.confirm", "transit.stop", "transit.cancel"}
)  # fmt: skip


class Facts(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """What the fold needs of a letter's content, in codes; never a name, never text.

    `items` are the fields an acceptance asks for or a disclosure carries; `sealed`: an identity block is inside. `case`
    is the answer of a yes-or-no letter, `way` what a letter of a return or transit says. `about`: the letters of this
    thread that it is about; `asked` and `answer`: the purpose of a question, its answer; `tokens`: the persons a safety
    alert is about; `kept_days`: for how long after the thread's end the acceptance promises to keep what it gets.
    """

    organisation: str = ""
    items: tuple[DataItem, ...] = ()
    sealed: bool = False
    case: Case = ""
    token: str = ""
    purposes: tuple[Purpose, ...] = ()
    levels: tuple[Level, ...] = ()
    about: tuple[str, ...] = ()
    asked: InfoPurpose | None = None
    answer: InfoAnswer | None = None
    tokens: tuple[str, ...] = ()
    way: Said = NOTHING_SAID
    organisation_type: OrganisationType | None = None
    kept_days: int | None = None


NO_FACTS: Final = Facts()


class Entry(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """One letter of the thread. `n` is 0 while it is only queued; times are UTC seconds, ids lowercase hex.

    `noted` is None where the fold needs nothing of its content, as of nearly every letter; read `facts`.
    `applied`: it counts. `crossed`: it met another letter on the way and has no effect. `waiting`: an earlier number of
    its side is missing. `refused`: it used up its number. `void`: its side gave it up.
    """

    side: Role
    n: int
    seen: int
    kind: str
    letter_id: str
    written_at: int
    thread_ends: int
    reply_by: int | None = None
    in_reply_to: str | None = None
    void: tuple[int, ...] = ()
    noted: Facts | None = None
    status: Status = "applied"
    reason: int = 0

    @property
    def facts(self) -> Facts:
        """What the fold needs of its content."""
        return NO_FACTS if self.noted is None else self.noted


class Awaited(Struct, frozen=True, array_like=True, gc=False):
    """An answer that one side owes: to which letter, by which kinds of letter, until when (None: no time was set)."""

    letter_id: str
    owed_by: Role
    kinds: tuple[str, ...]
    reply_by: int | None


class Shared(Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """What both nodes agree on once the same letters have arrived.

    `data_needed` and `organisation` are those of the acceptance and its changes; `organisation_n` is the responder's
    number that named the organisation, so that a disclosure meant for another one has no effect. `way` are the facts of
    a return or transit. `windows`: the end of the first window arranged for her arrival, and of the latest that the
    opener and the responder named (UTC seconds, 0: none).
    """

    state: str = NONE
    thread_ends: int = 0
    opened_at: int = 0
    accepted: bool = False
    data_needed: tuple[DataItem, ...] = ()
    organisation: str = ""
    organisation_n: int = 0
    changed_at: int | None = None
    arranged: bool = False
    arrived: bool | None = None
    awaited: tuple[Awaited, ...] = ()
    asked: InfoPurpose | None = None
    way: ReturnFacts = NO_WAY
    organisation_type: OrganisationType | None = None
    windows: tuple[int, int, int] = (0, 0, 0)


NOTHING_SHARED: Final = Shared()
STOPPED: Final = Shared(state=ENDED)


class Thread(Struct, frozen=True, omit_defaults=True):
    """One thread with one peer, as this node holds it; stored sealed, in one row.

    `entries` stand in order of arrival, `queued` in the order in which we decided. `turn` is the next number of the
    peer that can be judged; `own_n` the last number we gave. `given_up` are own numbers whose bytes we stopped sending.
    `closed_here`: it ended before anything was released, so the peer never knew of it. `stop_decided`: our side decided
    the one stop, whatever became of it since, or a stop of all that tells the peer of her after this thread had ended.
    """

    thread_id: str
    peer: str
    side: Role
    matter: str
    entries: tuple[Entry, ...] = ()
    queued: tuple[Entry, ...] = ()
    shared: Shared = NOTHING_SHARED
    turn: int = 1
    own_n: int = 0
    given_up: tuple[int, ...] = ()
    stopped: bool = False
    closed_here: bool = False
    stop_decided: bool = False


def other(side: Role) -> Role:
    """The other side of a thread."""
    return "responder" if side == "opener" else "opener"


def seen_now(thread: Thread) -> int:
    """The peer's highest number that has been applied here, which is what a letter decided now has `seen`."""
    theirs = [e for e in thread.entries if e.side != thread.side and e.n < thread.turn]
    return max([e.n for e in theirs if e.status in _COUNTED], default=0)


def own_top(thread: Thread) -> int:
    """Our highest number that counts: a letter that has seen it crossed nothing of ours."""
    for entry in reversed(thread.entries):
        if entry.side == thread.side and entry.status in _COUNTED:
            return entry.n
    return 0


def entry_named(thread: Thread, letter_id: str) -> Entry | None:
    """The letter of this thread with this id, or None."""
    found = [e for e in thread.entries if e.letter_id == letter_id]
    return found[0] if found else None


def withdrawals(thread: Thread) -> tuple[Withdrawn, ...]:
    """The withdrawals of consent exchanged on this thread, also those we gave up: nothing makes them undone."""
    told = [e for e in (*thread.entries, *thread.queued) if e.kind == "consent.withdrawal"]
    return tuple(
        Withdrawn(e.facts.token, e.facts.purposes, e.facts.levels, e.n, e.side) for e in told if e.status != "refused"
    )


def withdrawal_waits(thread: Thread) -> bool:
    """Whether what she took back was decided here and has not left yet: the other side knows nothing of it."""
    return any(entry.kind == "consent.withdrawal" for entry in thread.queued)


def promised_days(thread: Thread) -> int | None:
    """For how long after the end our side, which took the referral over, promised her to keep what it receives.

    Read from the letter, because a stop leaves nothing of what was shared. Source: R25.
    """
    ours = [e.facts.kept_days for e in thread.entries if e.side == thread.side and e.status == "applied"]
    return min((days for days in ours if days is not None), default=None)


@lru_cache(maxsize=256)  # asked about every letter of a thread, at each of its letters
def after_stop(kind: str) -> bool:
    """Whether this kind takes effect on arrival, also on a stopped thread."""
    return kind.startswith(AFTER_STOP)


@lru_cache(maxsize=256)
def whatever_its_date(kind: str) -> bool:
    """Whether no clock may ever stop this kind: stops, danger, how she is, what she takes back (H22, H02)."""
    return kind in STOP_KINDS or kind in TELLS_OF_HER or after_stop(kind)


def entry_of(letter: Letter[Body]) -> Entry:
    """What the machine reads of a letter; `n` 0 and `seen` 0 are right for one that is only drafted."""
    facts = _facts_of(letter)
    return Entry(
        side=letter.sender_role,
        n=letter.n,
        seen=letter.seen,
        kind=letter.kind,
        letter_id=letter.letter_id,
        written_at=letter.written_at,
        thread_ends=letter.thread_ends,
        reply_by=letter.reply_by,
        in_reply_to=letter.in_reply_to,
        void=letter.void,
        noted=None if facts == NO_FACTS else facts,
    )


def _facts_of(letter: Letter[Body]) -> Facts:
    body, sealed = letter.body, letter.sealed_identity is not None
    if isinstance(body, AcceptBody):
        return Facts(
            organisation=body.organisation.id, organisation_type=body.organisation.type,
            items=body.data_needed, sealed=sealed, kept_days=body.retention_days,
        )  # fmt: skip
    if isinstance(body, ChangeBody):
        return _naming(Facts(sealed=sealed), body.organisation)
    if isinstance(body, ArrivedBody):
        way = Said(sure=body.confirmed_by_her)
        return Facts(case="yes" if body.arrived else "no", items=letter.disclosed, sealed=sealed, way=way)
    if isinstance(body, WithdrawalBody):
        return Facts(token=body.token, purposes=body.purposes, levels=body.levels)
    if isinstance(body, AskBody):
        return Facts(items=letter.disclosed, sealed=sealed, asked=body.purpose)
    if isinstance(body, AskAnswerBody):
        return Facts(items=letter.disclosed, sealed=sealed, answer=body.answer)
    if isinstance(body, RectificationBody):
        return Facts(items=letter.disclosed, sealed=sealed, about=(body.supersedes,))
    if isinstance(body, BreachNoticeBody):
        return Facts(about=body.letters)
    if isinstance(body, SafetyUpdateBody | AcknowledgedBody | StandDownBody):
        return Facts(about=(body.alert,))
    if isinstance(body, AlertBody):
        return Facts(items=letter.disclosed, sealed=sealed, tokens=body.who)
    return _return_facts(letter, Facts(items=letter.disclosed, sealed=sealed))


def _return_facts(letter: Letter[Body], plain: Facts) -> Facts:
    case, way = said(letter.body)
    if isinstance(letter.body, TravelPlanBody | ReturnRequestBody):
        way = replace(way, for_child=any(one.treated_as_child for one in letter.consent))
    named = letter.body.organisation if isinstance(letter.body, ReturnResponseBody | ReturnUpdateBody) else ()
    return _naming(replace(plain, case=case, way=way), named)


def _naming(facts: Facts, named: tuple[Organisation, ...]) -> Facts:
    return replace(facts, organisation=named[0].id, organisation_type=named[0].type) if named else facts


_COUNTED: Final = frozenset({"applied", "crossed"})
