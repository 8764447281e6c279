"""Whatever people do and whatever happens to post, processes and clocks, real nodes end in the same state.

Each example is a play over real nodes with their own databases and keys: see tests/simulation/node_play.py.
"""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from node.protocol.letters.codes import REASON_NAMES
from node.protocol.rules import BY_ID
from node.protocol.threads.thread import Thread, after_stop
from node.service.context import Node
from node.service.threads.book import Book
from node.store.work import Reader
from tests.simulation.node_play import MOVES, Move, Play, run_play

OVER = {"receipted", "refused", "given_up", "cancelled", "held", "parked"}
STORED_FROM = "select sender, letter_id from ledger where status=1 and letter_id is not null"
ALARMING = {"letter_malformed", "letter_unsupported", "letter_conflict", "peer_lost_receipted_letters"}
moves = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 5), st.integers(0, 29)), min_size=10, max_size=40)
# Generation only: to shrink one of these plays takes minutes, and a plan is short enough to be read.
# The same plays in every run; TRM_PLAYS=200 plays so many new ones instead, and prints what fails.
NEW_PLAYS = int(os.environ.get("TRM_PLAYS", "0"))
few = settings(
    max_examples=NEW_PLAYS or 20,
    deadline=None,
    derandomize=not NEW_PLAYS,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def query(play: Play, code: str, sql: str) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = play.world[code].node.store.read_sync(lambda r: r.connection.execute(sql).fetchall())
    return found


def threads(play: Play, code: str) -> dict[str, Thread]:
    """Every thread of a node by id, as it holds it."""
    return {thread: thread_of(play.world[code].node, thread) for thread in play.threads(code)}


def thread_of(node: Node, thread_id: str) -> Thread:
    def find(reader: Reader) -> Thread:
        row = reader.threads.find(thread_id)
        assert row is not None
        return Book(node, reader).open_file(row).file.thread

    return node.store.read_sync(find)


def differing(play: Play) -> list[str]:
    """Wire 7: threads of which the two sides do not show the same shared state, letter by letter."""
    return [
        thread_id
        for code in play.codes
        for thread_id, ours in threads(play, code).items()
        if ours.side == "opener" and not _agree(play, code, thread_id, ours, threads(play, ours.peer).get(thread_id))
    ]


def _agree(play: Play, code: str, thread_id: str, ours: Thread, theirs: Thread | None) -> bool:
    if theirs is None:
        left = [e for e in ours.entries if e.n not in ours.given_up]
        return ours.closed_here or ours.stopped or not left
    if waits_for_people(play, code, thread_id) or waits_for_people(play, ours.peer, thread_id):
        return True  # a letter with a number that the gate refuses now: it comes, or becomes void
    if untold(ours) | untold(theirs):
        return True  # the next letter of that side says which numbers are void: tests/property/test_convergence.py
    return ours.shared == theirs.shared and (ours.stopped or effects(ours) == effects(theirs))


def waits_for_people(play: Play, code: str, thread_id: str) -> bool:
    """True when a letter with a number is held: people decide before the two sides can agree."""
    held = f"select 1 from outbox where thread_id='{thread_id}' and state='held' and released_at is not null"
    return bool(query(play, code, held))


def untold(thread: Thread) -> set[int]:
    """Own numbers that were given up and that no later letter has named as void yet."""
    ours = [e for e in thread.entries if e.side == thread.side and e.n not in thread.given_up]
    return set(thread.given_up) - {n for e in ours for n in e.void}


def effects(thread: Thread) -> dict[str, str]:
    return {e.letter_id: e.status for e in thread.entries if e.status != "void" and not after_stop(e.kind)}


def lost_or_doubled(play: Play) -> list[str]:
    """P7: every letter that left is there once, or has an answer that says why not; nothing is still under way."""
    return [fault for code in play.codes for fault in (*_of_letters(play, code), *_of_envelopes(play, code))]


def _of_letters(play: Play, code: str) -> Iterator[str]:
    for letter_id, peer, letter_class, state in query(play, code, "select letter_id, peer, class, state from outbox"):
        if state not in OVER:
            yield f"{letter_id} is still {state}"
        there = query(play, peer, f"select count(*) from letter where direction='in' and letter_id='{letter_id}'")
        if letter_class == 1 and state == "receipted" and there != [(1,)]:
            yield f"{letter_id} is there {there[0][0]} times"
    for letter_id, times in Counter(query(play, code, STORED_FROM)).items():
        if times > 1:
            yield f"{letter_id} was stored {times} times"


def _of_envelopes(play: Play, code: str) -> Iterator[str]:
    for peer, s_hash, state in query(play, code, "select peer, hex(s_hash), state from envelope"):
        ((known,),) = query(play, peer, f"select count(*) from ledger where hex(s_hash)='{s_hash}'")
        if state == "out" or known > 1 or (state == "receipted" and known != 1):
            yield f"envelope {s_hash} is {state}, and known {known} times"


def rules_broken(play: Play) -> list[str]:
    """R04 (names only after acceptance), the audit's chain, and among honest nodes no alarm and no rule that refuses.

    What met another letter on the way is refused with a reason of its own; a rule would mean that its sender broke it.
    """
    return [f"{code}: {fault}" for code in play.codes for fault in _broken_at(play, code)]


def _broken_at(play: Play, code: str) -> Iterator[str]:
    refused = query(play, code, "select distinct reason from outbox where state='refused'")
    yield from {REASON_NAMES.get(reason, "") for (reason,) in refused} & set(BY_ID)
    for thread in threads(play, code).values():
        applied = [e.kind for e in thread.entries if e.status == "applied"]
        if "referral.disclose" in applied and "referral.accept" not in applied:
            yield "a name before the acceptance"
    store = play.world[code].node.store
    if store.read_sync(lambda reader: reader.audit.verify()) is not None:
        yield "the chain of the audit"
    lines = store.read_sync(lambda reader: reader.audit.lines(limit=100_000))
    yield from (f"alarm {line.act}" for line in lines if line.outcome == "alarm")
    yield from (f"gap {gap}" for gap in store.read_sync(lambda reader: reader.channels.gaps()))
    yield from {task.code for task in store.read_sync(lambda reader: reader.tasks.all())} & ALARMING


def faults(play: Play) -> list[str]:
    """All that is wrong once everything has come to rest."""
    return [*differing(play), *lost_or_doubled(play), *rules_broken(play)]


@few
@given(st.integers(0, 4), moves)
def test_two_nodes_end_in_the_same_state_whatever_happens(depth: int, plan: list[Move]) -> None:
    """Acts, loss, lost answers, repetition, reordering, delay, restarts, clocks, withdrawals and stops."""
    assert run_play(("XD", "XA"), depth, plan, faults) == []


@settings(few, max_examples=NEW_PLAYS or 6)
@given(st.integers(0, 3), moves)
def test_three_nodes_end_in_the_same_states_whatever_happens(depth: int, plan: list[Move]) -> None:
    """The same with threads between every pair: what happens on one channel never touches another."""
    assert run_play(("XD", "XA", "XB"), depth, plan, faults) == []
