"""Whatever two people do and whatever the post does, both nodes end in the same state of the thread."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.protocol.letters.codes import Role
from node.protocol.threads.fold import refold
from node.protocol.threads.outcome import ActNotAllowed
from node.protocol.threads.thread import Entry, Thread, after_stop
from tests.simulation.two_sides import BEGINNINGS, World

SIDES: tuple[Role, Role] = ("opener", "responder")
MOVES = ("act", "act", "act", "release", "release", "deliver", "deliver", "deliver", "hear", "give up", "wait", "stop")
Move = tuple[str, Role, int]
moves = st.lists(
    st.tuples(st.sampled_from(MOVES), st.sampled_from(SIDES), st.integers(0, 11)), min_size=15, max_size=90
)
beginnings = st.sampled_from(range(len(BEGINNINGS) + 1))
many = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def begun(beginning: int) -> World:
    """A world with an offer on its way, or one that has come some way quietly."""
    world = World()
    if beginning == len(BEGINNINGS):
        world.act("opener", "referral.offer")
    else:
        world.play_through(BEGINNINGS[beginning])
    return world


def play(world: World, plan: list[Move]) -> None:
    for what, side, number in plan:
        me = world.sides[side]
        if what == "act" and (options := choices(world, side, number)):
            try_to(world, side, options[number % len(options)], number)
        elif what == "release":
            world.release(side)
        elif what == "deliver" and me.released:
            world.deliver(side, list(me.released)[number % len(me.released)])
        elif what == "hear" and world.notices:
            world.hear(number)
        elif what == "give up" and number < 3 and me.may_be_given_up:
            world.give_up(side, me.may_be_given_up[-1:])
        elif what == "wait":
            world.now += number * 40
        elif what == "stop" and number == 0 and world.stop in world.options(side):
            world.act(side, world.stop)
        assert as_folded(world)


def try_to(world: World, side: Role, kind: str, number: int) -> None:
    """An act that the tables offer; what a guard asks of the thread's facts may still be missing."""
    try:
        world.act(side, kind, number)
    except ActNotAllowed:
        return


def choices(world: World, side: Role, number: int) -> list[str]:
    """What this side may do now, with a withdrawal of consent now and then only, so that threads go far."""
    rare = {world.stop} if number == 11 else {world.stop, "consent.withdrawal"}
    return [kind for kind in world.options(side) if kind not in rare]


def as_folded(world: World) -> bool:
    """Whether the state that each side kept letter by letter is the state folded from all its letters."""
    kept = [side.thread for side in world.sides.values() if side.thread is not None]
    return kept == [refold(thread) for thread in kept]


def effects(thread: Thread) -> dict[str, str]:
    """What became of each letter; one that was given up may be unknown at the other side, which changes nothing."""
    return {e.letter_id: e.status for e in thread.entries if e.status != "void" and not after_stop(e.kind)}


def at_rest(world: World) -> tuple[object, object]:
    """What opener and responder show in the end: equal, if the two agree."""
    a, b = world.sides["opener"].thread, world.sides["responder"].thread
    assert a is not None
    if b is None:
        return bool(any(world.sides["opener"].released.values()) and not a.stopped), False
    shared = (None, None) if a.closed_here else (a.shared, b.shared)
    became = (None, None) if a.stopped else (effects(a), effects(b))
    return (shared[0], became[0]), (shared[1], became[1])


def lost_or_doubled(world: World) -> list[str]:
    """Letters of either side that the other has twice, or neither has nor refused; and numbers given twice."""
    faults = []
    for side in SIDES:
        me, them = world.sides[side], world.sides["responder" if side == "opener" else "opener"]
        held = [e.letter_id for e in them.thread.entries if e.side == side] if them.thread else []
        faults += [f"{name} twice" for name, times in Counter(held).items() if times > 1]
        silent = {name for name, (status, _) in them.answers.items() if status == "refused"}
        faults += [f"{name} lost" for name in {*me.released} - {*me.abandoned} - {*held} - silent]
        numbers = Counter(e.n for e in me.released.values())
        faults += [f"number {n} twice" for n, times in numbers.items() if times > 1]
    return faults


def played(world: World, plan: list[Move]) -> World:
    """Played through, and everything that waits has come to its end."""
    play(world, plan)
    world.settle()
    return world


def played_refusing(world: World, plan: list[Move], disliked: set[int], code: int) -> World:
    """The same, while a peer refuses letters of its choice with this code."""
    first = world.counter

    def dislikes(letter: Entry) -> int:
        return code if int(letter.letter_id, 16) - first in disliked and not after_stop(letter.kind) else 0

    world.content = dislikes
    return played(world, plan)


def played_quietly(world: World, plan: list[Move]) -> World:
    """The same without a stop and without a gap."""
    return played(world, [move for move in plan if move[0] not in ("give up", "stop")])


def refused(world: World) -> list[object]:
    """What either side refused."""
    return [one for side in SIDES for one in world.sides[side].refused]


@many
@given(beginnings, moves)
def test_both_nodes_end_in_the_same_state_whatever_the_post_does(beginning: int, plan: list[Move]) -> None:
    """Wire 7: acts, loss, repetition, reordering, delay, gaps and stops, in any interleaving."""
    world = played(begun(beginning), plan)

    opener, responder = at_rest(world)
    assert opener == responder
    assert lost_or_doubled(world) == []
    assert as_folded(world)


@many
@given(beginnings, moves, st.sets(st.integers(1, 30), max_size=4))
def test_a_peer_that_refuses_without_a_reason_cannot_split_the_thread(
    beginning: int, plan: list[Move], disliked: set[int]
) -> None:
    """A dishonest peer refuses letters of its choice: the act is undone at the sender, and both show the same."""
    world = played_refusing(begun(beginning), plan, disliked, code=13)

    opener, responder = at_rest(world)
    assert opener == responder
    assert lost_or_doubled(world) == []


@many
@given(beginnings, moves)
def test_an_honest_letter_is_refused_only_after_a_refusal_or_a_gap(beginning: int, plan: list[Move]) -> None:
    """Wire 7: a letter against the state that its writer could not know is a crossing, never a violation."""
    assert refused(played_quietly(begun(beginning), plan)) == []
