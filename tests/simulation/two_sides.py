"""Two nodes' machines and a bad post between them, without any bytes: for tests that count on every interleaving.

The post keeps every letter it was ever given, so it can deliver late, twice and out of order; losing a letter is not
delivering it until `settle`, as a node posts until it has a receipt. Everything is chosen by the caller.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from node.protocol.letters.bodies import DataItem
from node.protocol.letters.codes import Role
from node.protocol.matters import matter_named
from node.protocol.threads.machine import (
    allowed,
    given_up,
    next_to_release,
    open_thread,
    queue,
    receive,
    refused_by_peer,
    release,
)
from node.protocol.threads.outcome import Cancelled, Verdict
from node.protocol.threads.return_facts import Said
from node.protocol.threads.thread import Entry, Facts, Thread, after_stop
from tests.simulation.returns import return_facts

THREAD = "ab" * 16
PERSON = "cd" * 16
LIFE_S = 3_000
MAX_LIFE_S = 10**9
COUNTRY: dict[Role, str] = {"opener": "XA", "responder": "XB"}
STOP = "referral.ended"
STOPS = frozenset({STOP, "return.stopped"})


def item(name: str) -> DataItem:
    return DataItem(person=PERSON, field=name, level="L3")


def facts(kind: str, number: int, now: int = 0) -> Facts:
    """Facts for a draft; `number` chooses among those that matter to the tables."""
    if kind.startswith(("return.", "transit.", "consent.assertion")):
        return return_facts(kind, number, now)
    if kind == "referral.accept":
        return Facts(organisation=f"org-{number % 2}", items=(item("given_name"), item("birth_date")))
    if kind == "referral.change":
        return Facts(organisation=("", "org-0", "org-1")[number % 3])
    if kind == "referral.arrived":
        return Facts(case="yes" if number % 3 else "no")
    if kind == "referral.arrange":
        return Facts(way=Said(times=(now, now + number % 2 * 10 * 86_400)))
    if kind == "referral.disclose":
        return Facts(items=(item("given_name"),), sealed=True)
    if kind == "consent.withdrawal":
        return Facts(token=PERSON)
    return Facts()


OFFER: tuple[Role, str] = ("opener", "referral.offer")
ASK: tuple[Role, str] = ("responder", "referral.info_request")
ACCEPT: tuple[Role, str] = ("responder", "referral.accept")
DISCLOSE: tuple[Role, str] = ("opener", "referral.disclose")
ARRIVED: tuple[Role, str] = ("responder", "referral.arrived")
HANDBACK: tuple[Role, str] = ("responder", "referral.handback")
BEGINNINGS: tuple[list[tuple[Role, str]], ...] = (
    [OFFER],
    [OFFER, ASK],
    [OFFER, ACCEPT],
    [OFFER, ACCEPT, DISCLOSE],
    [OFFER, ACCEPT, DISCLOSE, ARRIVED],
    [OFFER, ACCEPT, DISCLOSE, ARRIVED, HANDBACK],
)


@dataclass
class Side:
    """One node's view, and what it released: what a service keeps in its outbox."""

    side: Role
    thread: Thread | None
    released: dict[str, Entry] = field(default_factory=dict)
    receipted: set[str] = field(default_factory=set)
    abandoned: set[str] = field(default_factory=set)
    answers: dict[str, tuple[str, int]] = field(default_factory=dict)  # receipts given, by letter id
    refused: set[str] = field(default_factory=set)
    cancelled: int = 0

    @property
    def waiting_for_receipt(self) -> list[str]:
        return [name for name in self.released if name not in self.receipted | self.abandoned]

    @property
    def may_be_given_up(self) -> list[str]:
        return [name for name in self.waiting_for_receipt if self.released[name].kind not in STOPS]


@dataclass
class World:
    """Both sides, the clock, and the receipts and notices that are on their way."""

    now: int = 1_000_000
    matter: str = "referral"
    sides: dict[Role, Side] = field(default_factory=dict)
    notices: list[tuple[Role, str, int]] = field(default_factory=list)  # (to, letter id, reason; 0: stored)
    counter: int = 0
    content: Callable[[Entry], int] = lambda letter: 0

    def __post_init__(self) -> None:
        self.sides = {
            "opener": Side("opener", open_thread(THREAD, "XB", "opener", self.matter)),
            "responder": Side("responder", None),
        }

    @property
    def stop(self) -> str:
        """The one stop of this matter."""
        return matter_named(self.matter).stop

    def draft(self, side: Role, kind: str, number: int = 1) -> Entry:
        self.counter += 1
        return Entry(
            side=side,
            n=0,
            seen=0,
            kind=kind,
            letter_id=f"{self.counter:032x}",
            written_at=self.now,
            thread_ends=self.now + LIFE_S,
            reply_by=self.now + LIFE_S // 2,
            noted=facts(kind, number, self.now),
        )

    def options(self, side: Role) -> list[str]:
        """The acts this side may do now, the erasure kinds left to tests of their own."""
        thread = self.sides[side].thread
        if thread is None:
            return []
        return [o.kind for o in allowed(thread, self.now) if o.allowed and o.kind != "erasure.request"]

    def act(self, side: Role, kind: str, number: int = 1) -> str:
        me = self.sides[side]
        assert me.thread is not None
        draft = self.draft(side, kind, number)
        outcome = queue(me.thread, draft, self.now)
        me.thread = outcome.thread
        if stopped := [name for name in outcome.give_up if name not in me.receipted]:
            self.give_up(side, stopped)
        return draft.letter_id

    def release(self, side: Role, letter_id: str | None = None) -> Entry | None:
        """Release the next queued letter; None if there was none or it had to be cancelled."""
        me = self.sides[side]
        if me.thread is None or not me.thread.queued:
            return None
        first = me.thread.queued[0]
        name = letter_id or (first.letter_id if after_stop(first.kind) else next_to_release(me.thread))
        assert name is not None
        done = release(me.thread, name, self.now)
        me.thread = done.thread
        if isinstance(done, Cancelled):
            me.cancelled += 1
            return None
        entry = next(e for e in me.thread.entries if e.letter_id == name)
        me.released[name] = replace(entry, status="applied")
        return me.released[name]

    def deliver(self, side: Role, letter_id: str) -> Verdict | None:
        """Bring a letter of `side` to the other one, again if it was there before; a notice goes back."""
        letter, them = self.sides[side].released[letter_id], self.sides[_other(side)]
        if letter_id in them.answers:  # row 12
            self.notices.append((side, letter_id, them.answers[letter_id][1]))
            return None
        verdict = receive(
            them.thread,
            letter,
            thread_id=THREAD,
            peer=COUNTRY[side],
            now=self.now,
            max_life_s=MAX_LIFE_S,
            content=lambda entry, known: self.content(entry),
        )
        them.thread = verdict.thread
        them.answers[letter_id] = (verdict.status, verdict.reason)
        self.notices.append((side, letter_id, verdict.reason))
        for late, reason in verdict.late_refusals:
            them.answers[late] = ("refused", reason)
            self.notices.append((side, late, reason))
        return verdict

    def hear(self, index: int) -> None:
        """One receipt or notice arrives; the others stay on the way."""
        to, letter_id, reason = self.notices.pop(index % len(self.notices))
        me = self.sides[to]
        me.receipted.add(letter_id)
        if reason and me.thread is not None:
            me.refused.add(letter_id)
            me.thread = refused_by_peer(me.thread, letter_id, reason).thread

    def give_up(self, side: Role, letter_ids: list[str]) -> None:
        me = self.sides[side]
        assert me.thread is not None
        me.abandoned.update(letter_ids)
        me.thread = given_up(me.thread, letter_ids).thread

    def play_through(self, path: Iterable[tuple[Role, str] | tuple[Role, str, int]]) -> None:
        """A quiet beginning: each of these acts goes out, arrives and is receipted before the next."""
        for side, kind, *number in path:
            self.act(side, kind, *number)
            sent = self.release(side)
            assert sent is not None
            self.deliver(side, sent.letter_id)
            self.hear(0)

    def settle(self) -> None:
        """The post gets well: everything queued goes out, everything wanted arrives, gaps are told."""
        for _ in range(200):
            if not self._one_round():
                return
        raise AssertionError("the two nodes never came to rest")

    def _one_round(self) -> bool:
        busy = False
        for side, me in self.sides.items():
            if me.thread is not None and _has_untold_gap(me) and not me.thread.queued:
                self.act(side, "consent.withdrawal")
            while me.thread is not None and me.thread.queued:
                self.release(side)
                busy = True
            for name in me.waiting_for_receipt:
                self.deliver(side, name)
                busy = True
        while self.notices:
            self.hear(0)
            busy = True
        return busy


def what_became(world: World) -> dict[str, str]:
    """What became of the two letters that crossed; both sides show the same."""
    a, b = world.sides["opener"].thread, world.sides["responder"].thread
    assert a is not None
    assert b is not None
    assert a.shared == b.shared
    assert _last(a) == _last(b)
    return _last(a)


def _last(thread: Thread) -> dict[str, str]:
    """What became of the two letters that crossed, by side."""
    newest = {e.side: e for e in sorted(thread.entries, key=lambda e: e.n)}
    return {side: e.status for side, e in newest.items()}


def _other(side: Role) -> Role:
    return "responder" if side == "opener" else "opener"


def _has_untold_gap(me: Side) -> bool:
    assert me.thread is not None
    if me.thread.stopped or me.thread.closed_here:
        return False
    ours = [e for e in me.thread.entries if e.side == me.side]
    told = {n for e in ours if e.letter_id not in me.abandoned for n in e.void}
    void = {e.n for e in ours if e.status == "void"}
    return bool(void - told)
