"""Two machines in the middle of a return, for the rules that both countries judge by what they exchanged."""

from typing import Any

import pytest
from msgspec.structs import replace

from node.protocol.letters.codes import Role
from node.protocol.threads.machine import queue, receive
from node.protocol.threads.outcome import ActNotAllowed, Verdict
from node.protocol.threads.return_facts import Said
from node.protocol.threads.thread import Entry, Facts, Thread, other
from tests.simulation.returns import CAN, PREPARED, REQUEST, WAYS, Step, return_facts
from tests.simulation.two_sides import MAX_LIFE_S, THREAD, World

NOW = 1_795_000_000  # 2026-11-18
DAY = 86_400


def world_after(*steps: Step, matter: str = "return") -> World:
    """A pair of machines after these steps, each received before the next."""
    world = World(now=NOW, matter=matter)
    world.play_through(steps)
    return world


def prepared(without: str = "", side: Role | None = None) -> World:
    """Everything that a plan needs was exchanged, except the letters of one kind (of one side)."""
    steps = [step for step in PREPARED if not (step[1] == without and side in (None, step[0]))]
    return world_after(REQUEST, CAN, *steps)


def at(state: str) -> World:
    """A return quietly brought to this state."""
    return world_after(*WAYS[state])


def say(world: World, side: Role, kind: str, number: int = 1, **way: Any) -> None:
    """One more letter that counts, its facts changed as given."""
    _queue(world, side, kind, _facts(world, kind, number, way))
    sent = world.release(side)
    assert sent is not None
    verdict = world.deliver(side, sent.letter_id)
    assert verdict is not None
    assert verdict.effect == "applied", verdict.reason
    world.hear(0)


def refused_to_send(world: World, side: Role, kind: str, number: int = 1, **way: Any) -> int:
    """The reason with which our own machine refuses this act, at once and in words."""
    with pytest.raises(ActNotAllowed) as refused:
        _queue(world, side, kind, _facts(world, kind, number, way))
    assert str(refused.value)
    return refused.value.reason


def refused_on_arrival(world: World, side: Role, kind: str, number: int = 1, **way: Any) -> int:
    """The reason on the receipt for a peer that sends this act all the same; its thread stays as it was."""
    before = world.sides[other(side)].thread
    assert before is not None
    verdict = arrives(world, side, kind, number, **way)
    assert verdict.status == "refused"
    assert verdict.thread is not None
    assert verdict.thread.shared == before.shared
    return verdict.reason


def arrives(world: World, side: Role, kind: str, number: int = 1, **way: Any) -> Verdict:
    """What this letter of a peer that asks no machine of its own meets at the other side."""
    thread = world.sides[other(side)].thread
    assert thread is not None
    letter = replace(
        world.draft(side, kind, number),
        n=_top(thread, side) + 1,
        seen=_top(thread, other(side)),
        written_at=world.now,
        noted=_facts(world, kind, number, way),
    )
    return receive(thread, letter, thread_id=THREAD, peer="XD", now=world.now, max_life_s=MAX_LIFE_S)


def way_of(world: World) -> Any:
    """The facts of the return, which both sides hold alike."""
    ours, theirs = world.sides["opener"].thread, world.sides["responder"].thread
    assert ours is not None
    assert theirs is not None
    assert ours.shared == theirs.shared
    return ours.shared.way


def _facts(world: World, kind: str, number: int, way: dict[str, Any]) -> Facts:
    facts = return_facts(kind, number, world.now)
    case = way.pop("case", facts.case)
    said: Said = replace(facts.way, **way)
    return replace(facts, case=case, way=said)


def _queue(world: World, side: Role, kind: str, facts: Facts) -> None:
    me = world.sides[side]
    assert me.thread is not None
    draft: Entry = replace(world.draft(side, kind), noted=facts, thread_ends=world.now + 100 * DAY)
    me.thread = queue(me.thread, draft, world.now).thread


def _top(thread: Thread, side: Role) -> int:
    return max((e.n for e in thread.entries if e.side == side), default=0)
