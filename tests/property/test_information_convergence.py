"""Questions, support and complaints: whatever two people do and the post does, both nodes end in the same state."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.protocol.matters import matter_named
from tests.property.test_convergence import Move, as_folded, at_rest, lost_or_doubled, moves, play
from tests.simulation.two_sides import World

some = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@some
@given(st.sampled_from(["information", "identification", "complaint"]), moves)
def test_both_nodes_end_in_the_same_state_whatever_the_post_does(matter: str, plan: list[Move]) -> None:
    """Wire 7: questions and answers that cross, are lost, repeated, delayed or given up; rights among them."""
    world = World(matter=matter)
    world.act("opener", next(iter(matter_named(matter).opening)))

    play(world, plan)
    world.settle()

    opener, responder = at_rest(world)
    assert opener == responder
    assert lost_or_doubled(world) == []
    assert as_folded(world)


@some
@given(moves)
def test_whoever_was_asked_is_never_offered_a_stop(plan: list[Move]) -> None:
    """R27: in any interleaving a stop of an information thread is the asker's."""
    world = World(matter="information")
    world.act("opener", "info.request")

    play(world, plan)

    assert world.stop not in world.options("responder")
    world.settle()
    assert world.stop not in world.options("responder")
