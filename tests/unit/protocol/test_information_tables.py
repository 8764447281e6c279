"""The tables of information, identification support and complaints: every row does what it says, nothing else may."""

from itertools import count

import pytest
from msgspec.structs import replace

from node.protocol.complaint import COMPLAINT
from node.protocol.information import IDENTIFICATION, INFORMATION
from node.protocol.letters.codes import NOT_IN_THIS_STATE, UNKNOWN_THREAD, WRONG_SIDE, Role
from node.protocol.matter import Matter, Rule
from node.protocol.matters import STOPS
from node.protocol.threads.machine import receive, state
from node.protocol.threads.outcome import Verdict
from node.protocol.threads.thread import NONE, Entry, Facts, Thread, other

NOW = 1_000_000
LIFE_S = 3_000
THREAD = "ab" * 16
ids = count(1 << 64)  # far from those of a World: an id of the other side is refused
ROWS = [(matter, rule) for matter in (INFORMATION, IDENTIFICATION, COMPLAINT) for rule in matter.rules]


def entry(side: Role, n: int, seen: int, kind: str, facts: Facts | None = None) -> Entry:
    given = Facts(asked="identity_nationality") if kind == "info.request" else Facts(answer="confirmed")
    return Entry(
        side=side, n=n, seen=seen, kind=kind, letter_id=f"{next(ids):032x}", written_at=NOW, thread_ends=NOW + LIFE_S,
        noted=facts or given,
    )  # fmt: skip


def meets(thread: Thread | None, letter: Entry) -> Verdict:
    return receive(thread, letter, thread_id=THREAD, peer="XB", now=NOW, max_life_s=10**9)


def way_to(matter: Matter, target: str) -> list[Rule]:
    """One shortest way to a state from nothing."""
    found: dict[str, list[Rule]] = {NONE: []}
    queue = [NONE]
    while queue:
        here = queue.pop(0)
        for rule in matter.rules:
            if rule.state == here and rule.gives not in found:
                found[rule.gives] = [*found[here], rule]
                queue.append(rule.gives)
    return found[target]


def reach(matter: Matter, target: str, side: Role) -> Thread | None:
    """The thread as `side` holds it once the other side's letters arrived and its own were sent."""
    thread: Thread | None = None
    for rule in way_to(matter, target):
        if rule.side != side:
            thread = meets(thread, following(thread, rule.side, rule.kind)).thread
        else:
            thread = _sent(thread, matter, side, rule.kind)
    return thread


def _sent(thread: Thread | None, matter: Matter, side: Role, kind: str) -> Thread:
    # Seen from the other end the letter is a received one; its thread mirrored is ours.
    mirrored = None if thread is None else replace(thread, side=other(side), turn=_next_n(thread, side))
    taken = meets(mirrored, following(thread, side, kind)).thread
    assert taken is not None
    turn = _next_n(thread, other(side)) if thread else 1
    return replace(taken, side=side, own_n=_next_n(taken, side) - 1, turn=turn)


def _next_n(thread: Thread | None, side: Role) -> int:
    return 1 + max((e.n for e in (thread.entries if thread else ()) if e.side == side), default=0)


def following(thread: Thread | None, side: Role, kind: str) -> Entry:
    return entry(side, _next_n(thread, side), _next_n(thread, other(side)) - 1, kind)


@pytest.mark.parametrize(("matter", "rule"), ROWS, ids=lambda one: getattr(one, "kind", getattr(one, "name", "")))
def test_a_letter_that_the_table_allows_gives_the_next_state(matter: Matter, rule: Rule) -> None:
    """Domain 5.8, R33: every row is reachable, and the receiver reads the state it gives."""
    thread = reach(matter, rule.state, other(rule.side))

    verdict = meets(thread, following(thread, rule.side, rule.kind))

    assert (verdict.status, verdict.effect, verdict.reason) == ("stored", "applied", 0)
    assert verdict.thread is not None
    assert state(verdict.thread, NOW) == rule.gives


@pytest.mark.parametrize("matter", [INFORMATION, IDENTIFICATION, COMPLAINT], ids=lambda one: one.name)
@pytest.mark.parametrize("side", ["opener", "responder"])
def test_a_letter_that_the_table_does_not_allow_is_refused(matter: Matter, side: Role) -> None:
    """Wire 3 row 13: with the reason of the table, thread unchanged."""
    for target in {rule.state for rule in matter.rules}:
        thread = reach(matter, target, other(side))
        possible = {rule.kind for rule in matter.rules if (rule.state, rule.side) == (target, side)}
        for kind in {rule.kind for rule in matter.rules} - possible:
            verdict = meets(thread, following(thread, side, kind))

            ever = (side, kind) in matter.may_ever
            opens = kind in matter.opening
            expected = UNKNOWN_THREAD if target == NONE and not opens else NOT_IN_THIS_STATE if ever else WRONG_SIDE
            assert (verdict.status, verdict.reason) == ("refused", expected), (target, kind)


@pytest.mark.parametrize("matter", [INFORMATION, IDENTIFICATION], ids=lambda one: one.name)
def test_a_new_question_and_a_better_answer_that_cross_both_count_and_the_question_stays_open(matter: Matter) -> None:
    """Wire 7: each side wrote before it saw the other's; both nodes read `asked`, and an answer is owed."""
    ask, answer = matter.rules[0].kind, matter.rules[1].kind
    thread = reach(matter, "answered", "responder")
    assert thread is not None
    with_ours = _sent(thread, matter, "responder", answer)

    verdict = meets(with_ours, entry("opener", 2, 1, ask))

    assert verdict.effect == "applied"
    assert verdict.thread is not None
    assert state(verdict.thread, NOW) == "asked"
    assert [one.owed_by for one in verdict.thread.shared.awaited] == ["responder"]


def test_the_one_stop_is_shared_by_the_matters_and_names_none() -> None:
    """H01: towards every country each stop of a thread is the same letter."""
    assert {matter.stop for matter in (INFORMATION, IDENTIFICATION, COMPLAINT)} == {"referral.ended"}
    assert "referral.ended" in STOPS


def test_a_stop_ends_a_thread_of_any_matter() -> None:
    """H01: applied on arrival, in every state."""
    thread = reach(INFORMATION, "asked", "responder")

    verdict = meets(thread, entry("opener", 2, 0, "referral.ended", Facts()))

    assert verdict.thread is not None
    assert (verdict.effect, state(verdict.thread, NOW)) == ("applied", "ended")
