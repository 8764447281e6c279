"""What a matter is: its rows, its crossings, its stop. Referral, return and transit are; others follow.

A further matter is further tables, not further machinery: `fold` and `machine` know no kind and no state by name.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from node.protocol.letters.codes import IDENTITY_BEFORE_ACCEPTANCE, NOT_IN_THIS_STATE, UNKNOWN_THREAD, WRONG_SIDE, Role
from node.protocol.threads.return_facts import Case
from node.protocol.threads.thread import NONE, Entry, Shared

UNKNOWN_RULE: Final = "R37"  # a thread, a question or a turn that neither side knows is refused, never ignored
OVER_RULE: Final = "R31"  # a matter that is over, by a stop or by its time: nothing later of it goes

Settles = Literal["the answer", "nothing", "everything"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act is not allowed: the reason on a receipt (wire.md 4), and what a caseworker reads.

    `why` is one plain sentence, a gate's with its name; `opens_with` what would open it; `rule` one of docs/rules.md.
    """

    reason: int
    why: str
    opens_with: str
    rule: str


Guard = Callable[[Shared, Entry], Refusal | None]
Effect = Callable[[Shared, Entry], Shared]


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence of the handbook: in this state this side may do this, which gives that.

    `source`: the rule it rests on first, then other rules and gates, as "R08, g2".
    `answered_by` are the kinds that answer it, `answers` the side that owes one where that is not the other side;
    `deadlines.REPLIES` says within what time; nothing is owed where `owed_unless` finds it there already. `settles`:
    which open answers end with it; an interim word ends none. `case`: a row for one answer of a yes-or-no letter only.
    `effect` is what changes besides the state.
    """

    state: str
    side: Role
    kind: str
    gives: str
    source: str
    answered_by: tuple[str, ...] = ()
    answers: Role | None = None
    case: Case = ""
    guards: tuple[Guard, ...] = ()
    effect: Effect | None = None
    settles: Settles = "the answer"
    owed_unless: Callable[[Shared], bool] | None = None


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two acts that met on the way: which of them counts first, and what both sides then see."""

    opener: str
    responder: str
    first: Role
    then: str


@dataclass(frozen=True)
class Matter:
    """The tables of one kind of thread.

    `unordered`: its letters all count on arrival, in any order, and this reads the state from the set of them.
    `stopped_by`: whose people may send the stop; a received one always counts. `answers`: what yes and no mean for
    people, by kind.
    """

    name: str
    opening: frozenset[str]
    stop: str
    ends: frozenset[str]
    rules: tuple[Rule, ...]
    crossings: tuple[Crossing, ...]
    discloses: frozenset[str]
    words: dict[str, str] = field(default_factory=dict)
    answers: dict[str, tuple[str, str]] = field(default_factory=dict)
    unordered: Callable[[Iterable[Entry]], str] | None = None
    stopped_by: frozenset[Role] = frozenset({"opener", "responder"})

    @cached_property
    def by_act(self) -> dict[tuple[str, Role, str, Case], Rule]:
        """The one row for each (state, side, kind, case); case "" is for every answer."""
        return {(r.state, r.side, r.kind, r.case): r for r in self.rules}

    @cached_property
    def first_row(self) -> dict[tuple[str, Role, str], Rule]:
        """The first row of each (state, side, kind), whatever its case."""
        return {(r.state, r.side, r.kind): r for r in reversed(self.rules)}

    @cached_property
    def sources(self) -> dict[str, str]:
        """What the first row of each kind rests on."""
        return {r.kind: r.source for r in reversed(self.rules)}

    @cached_property
    def _while(self) -> dict[tuple[Role, str], str]:
        """The states in which a side may send a kind, in words."""
        states: dict[tuple[Role, str], dict[str, None]] = {}
        for rule in self.rules:
            states.setdefault((rule.side, rule.kind), {})[rule.state] = None
        begun = {act: [one for one in names if one != NONE] for act, names in states.items()}
        return {
            act: f"possible while it is {' or '.join(names)}" if names else "it only begins a matter; open a new one"
            for act, names in begun.items()
        }

    @cached_property
    def may_ever(self) -> frozenset[tuple[Role, str]]:
        """Which side may send which kind in some state."""
        return frozenset((rule.side, rule.kind) for rule in self.rules)

    @cached_property
    def can(self) -> frozenset[tuple[str, Role, str]]:
        """Which side may send which kind in which state."""
        return frozenset((rule.state, rule.side, rule.kind) for rule in self.rules)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of this matter, its stop among them."""
        return frozenset(rule.kind for rule in self.rules) | {self.stop}

    @cached_property
    def first_of(self) -> dict[tuple[str, str], Role]:
        """Which side counts first when these two crossed."""
        return {(row.opener, row.responder): row.first for row in self.crossings}

    def row(self, shared: Shared, entry: Entry) -> Rule | None:
        """The row that allows this act in this state, or None; its guards are not asked."""
        act = shared.state, entry.side, entry.kind
        return self.by_act.get((*act, entry.facts.case)) or self.by_act.get((*act, ""))

    def no_row(self, shared: Shared, entry: Entry) -> Refusal:
        """Why there is no row for this act, and in which states there is one."""
        rule = self.rule_of(entry.kind)
        if entry.kind in self.kinds and (entry.side, entry.kind) not in self.may_ever:
            return Refusal(WRONG_SIDE, "this act belongs to the other side", "the other country does it", rule)
        if shared.state == NONE:
            return Refusal(UNKNOWN_THREAD, "nothing has opened this thread", "open one first", UNKNOWN_RULE)
        if entry.kind in self.discloses and not shared.accepted:
            why = "names may follow only after the other side has accepted"
            return Refusal(IDENTITY_BEFORE_ACCEPTANCE, why, "wait for its yes", "R04")
        why = f"not possible while the thread is {shared.state}"
        opens_with = self._while.get((entry.side, entry.kind), "no thread of this matter knows this act")
        return Refusal(NOT_IN_THIS_STATE, why, opens_with, rule)

    def rule_of(self, kind: str) -> str:
        """The one rule that the first row of a kind rests on before all others."""
        return self.sources.get(kind, UNKNOWN_RULE).partition(",")[0]
