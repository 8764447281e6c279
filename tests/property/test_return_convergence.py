"""A return and a transit under any interleaving of acts, loss, repetition and stops: both nodes end in the same state.

The plays are those of `test_convergence`; here most letters answer with a yes or a no, and guards read the facts of the
thread, so a letter that counted may lose what it stood on when another one arrives.
"""

from hypothesis import given
from hypothesis import strategies as st

from tests.property.test_convergence import (
    Move,
    as_folded,
    at_rest,
    lost_or_doubled,
    many,
    play,
    played,
    played_quietly,
    played_refusing,
    refused,
)
from tests.property.test_convergence import moves as acts
from tests.simulation.returns import BEGINNINGS
from tests.simulation.two_sides import World

NOW = 1_795_000_000
beginnings = st.sampled_from(range(len(BEGINNINGS)))


def begun(beginning: int) -> World:
    """A return or a transit that has come some way quietly."""
    matter, way = BEGINNINGS[beginning]
    world = World(now=NOW, matter=matter)
    world.play_through(way)
    return world


@many
@given(beginnings, acts)
def test_both_nodes_end_in_the_same_state_whatever_the_post_does(beginning: int, plan: list[Move]) -> None:
    """Wire 7: acts, loss, repetition, reordering, delay, gaps and stops, in any interleaving."""
    world = played(begun(beginning), plan)

    opener, responder = at_rest(world)
    assert opener == responder
    assert lost_or_doubled(world) == []
    assert as_folded(world)


@many
@given(beginnings, acts, st.sets(st.integers(1, 30), max_size=4))
def test_a_peer_that_refuses_without_a_reason_cannot_split_the_thread(
    beginning: int, plan: list[Move], disliked: set[int]
) -> None:
    """A dishonest peer refuses letters of its choice: the act is undone at the sender, and both show the same."""
    world = played_refusing(begun(beginning), plan, disliked, code=8)

    opener, responder = at_rest(world)
    assert opener == responder
    assert lost_or_doubled(world) == []


@many
@given(beginnings, acts)
def test_an_honest_letter_is_refused_only_after_a_refusal_or_a_gap(beginning: int, plan: list[Move]) -> None:
    """Wire 7: a letter against the state that its writer could not know is a crossing, never a violation."""
    assert refused(played_quietly(begun(beginning), plan)) == []


@many
@given(beginnings, acts)
def test_nobody_ever_travels_by_a_plan_that_lacks_a_gate(beginning: int, plan: list[Move]) -> None:
    """R08, R22: whatever crossed, while a plan stands both risks and both decisions are there, and a document."""
    world = begun(beginning)

    play(world, plan)
    world.settle()

    for side in world.sides.values():
        if side.thread is None or side.thread.matter != "return" or side.thread.shared.state != "planned":
            continue
        way = side.thread.shared.way
        assert way.plan.arrival_ends
        assert {way.risk_host.overall, way.risk_origin.overall} == {"acceptable"}
        assert {way.decision_host, way.decision_origin} == {"proceed"}
        assert way.document == "issued"
        assert side.thread.shared.organisation
