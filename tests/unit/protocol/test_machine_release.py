"""What leaves when its turn comes: in order, beside a stop, after one, and against what arrived meanwhile."""

import pytest

from node.errors import Conflict
from node.protocol.letters.codes import Role
from node.protocol.threads.machine import allowed, queue, release, state
from node.protocol.threads.outcome import ActNotAllowed, Cancelled
from node.protocol.threads.thread import Thread, after_stop
from tests.simulation.two_sides import ACCEPT, OFFER, STOP, World


def view(world: World, side: Role) -> Thread:
    thread = world.sides[side].thread
    assert thread is not None
    return thread


def begun(*path: tuple[Role, str], matter: str = "referral") -> World:
    world = World(matter=matter)
    world.play_through(path)
    return world


def test_a_letter_does_not_leave_before_one_that_was_queued_earlier() -> None:
    """Wire 1, Release: in the order of their queueing on each thread, so that `n` tells the order of deciding."""
    world = begun(OFFER, ACCEPT)
    first, second = (world.act("opener", "referral.update") for _ in range(2))

    with pytest.raises(Conflict, match="an earlier letter of this thread is still queued"):
        release(view(world, "opener"), second, world.now)

    world.release("opener")
    assert [e.letter_id for e in view(world, "opener").entries[-1:]] == [first]
    left = world.release("opener", second)
    assert left is not None
    assert left.n == 3


def test_once_a_stop_has_left_every_act_is_refused_because_the_thread_has_ended() -> None:
    """Wire 7, Stops: by H01, whatever the tables say of the act; what may follow a stop may still be done."""
    world = begun(OFFER, ACCEPT)
    world.act("opener", STOP)
    world.release("opener")

    options = [one for one in allowed(view(world, "opener"), world.now) if not after_stop(one.kind)]

    assert {(one.allowed, one.rule, one.why) for one in options if one.kind != STOP} == {
        (False, "H01", "this thread has ended")
    }
    with pytest.raises(ActNotAllowed, match="this thread has ended"):
        queue(view(world, "opener"), world.draft("opener", "referral.update"), world.now)


def test_a_withdrawal_that_was_decided_beside_a_stop_still_leaves_after_it() -> None:
    """R20, wire 7: the stop ends the thread, and her word follows it with the next number."""
    world = begun(OFFER, ACCEPT)
    stop = world.act("opener", STOP)
    withdrawal = world.act("opener", "consent.withdrawal")

    left = world.release("opener", stop)
    followed = world.release("opener", withdrawal)

    assert left is not None
    assert followed is not None
    assert (left.n, followed.n) == (2, 3)
    assert state(view(world, "opener"), world.now) == "ended"


@pytest.mark.parametrize(
    ("path", "ours", "number", "theirs"),
    [
        ([("opener", "transit.request")], "transit.ack", 0, "transit.cancel"),
        ([("opener", "transit.request"), ("responder", "transit.ack")], "transit.stop", 1, "transit.arrange"),
    ],
)
def test_a_letter_of_ours_that_would_undo_what_arrived_meanwhile_is_decided_again(
    path: list[tuple[Role, str]], ours: str, number: int, theirs: str
) -> None:
    """Wire 1, R40: decided without knowing of theirs, it would win by the table of crossings; people look first."""
    world = begun(*path, matter="transit")
    decided = world.act("responder", ours, number)
    world.act("opener", theirs)
    arrived = world.release("opener")
    assert arrived is not None
    world.deliver("opener", arrived.letter_id)
    before = view(world, "responder")

    done = release(before, decided, world.now)

    assert isinstance(done, Cancelled)
    assert done.why == "a letter arrived meanwhile that this one does not fit; read it and decide again"
    assert done.thread.entries == before.entries
    assert done.thread.queued == ()
