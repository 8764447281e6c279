"""Stops, gaps, numbers, time: what holds in every state."""

import pytest
from msgspec.structs import replace

from node.protocol.letters.codes import Role
from node.protocol.threads.machine import (
    allowed,
    local_state,
    open_thread,
    queue,
    receive,
    refused_by_peer,
    release,
    state,
)
from node.protocol.threads.outcome import ActNotAllowed, Cancelled, Verdict
from node.protocol.threads.thread import Entry, Thread, withdrawals
from tests.simulation.two_sides import ACCEPT, DISCLOSE, LIFE_S, MAX_LIFE_S, OFFER, STOP, THREAD, World

DAY_S = 86_400


def view(world: World, side: Role) -> Thread:
    thread = world.sides[side].thread
    assert thread is not None
    return thread


def meets(
    world: World, side: Role, letter: Entry, now: int | None = None, max_life_s: int = MAX_LIFE_S
) -> Verdict:  # fmt: skip
    """A letter of the peer's arrives at `side`."""
    at = world.now if now is None else now
    return receive(world.sides[side].thread, letter, thread_id=THREAD, peer="XB", now=at, max_life_s=max_life_s)


def begun(*path: tuple[Role, str]) -> World:
    world = World()
    world.play_through(list(path))
    return world


def test_a_stop_ends_a_thread_that_nobody_here_has_heard_of() -> None:
    """Wire 7, Stops: on an unknown thread it creates an ended one, so that what comes later finds it ended."""
    world = World()
    stop = replace(world.draft("opener", STOP), n=4)

    verdict = meets(world, "responder", stop)

    assert (verdict.status, verdict.reason) == ("stored", 0)
    assert verdict.thread is not None
    assert state(verdict.thread, world.now) == "ended"
    assert verdict.thread.side == "responder"


def test_a_stop_overtakes_what_was_sent_before_it_and_voids_it() -> None:
    """Wire 7, Stops: it applies on arrival, whatever n; a lower number that comes later has no effect."""
    world = begun(OFFER, ACCEPT)
    world.act("opener", "referral.update")
    late = world.release("opener")
    world.act("opener", STOP)
    stop = world.release("opener")
    assert late is not None
    assert stop is not None

    world.deliver("opener", stop.letter_id)
    verdict = meets(world, "responder", late)

    assert (verdict.status, verdict.effect) == ("stored", "crossed")
    assert state(view(world, "responder"), world.now) == "ended"


def test_after_a_stop_only_what_crossed_it_is_kept_and_the_rest_is_refused() -> None:
    """Wire 7, Stops: seen below the stop's n: stored, no effect; later ones 201, except a withdrawal and the like."""
    world = begun(OFFER)
    world.act("responder", "referral.accept")
    crossing = world.release("responder")
    world.act("opener", STOP)
    stop = world.release("opener")
    assert crossing is not None
    assert stop is not None
    later = replace(world.draft("responder", "referral.update"), n=2, seen=stop.n)
    withdrawal = replace(world.draft("responder", "consent.withdrawal"), n=3, seen=stop.n)

    kept, refused, taken = (meets(world, "opener", letter) for letter in (crossing, later, withdrawal))

    assert (kept.status, kept.effect) == ("stored", "crossed")
    assert (refused.status, refused.reason) == ("refused", 201)
    assert (taken.status, taken.effect) == ("stored", "applied")
    assert taken.thread is not None
    assert len(withdrawals(taken.thread)) == 1


def test_two_stops_that_cross_end_the_thread_once() -> None:
    """Wire 7, Stops."""
    world = begun(OFFER, ACCEPT)
    world.act("opener", STOP)
    world.act("responder", STOP)

    world.settle()

    assert view(world, "opener").shared == view(world, "responder").shared
    assert state(view(world, "opener"), world.now) == "ended"


def test_queueing_a_stop_cancels_what_has_not_gone_out_and_names_what_may_not_have_arrived() -> None:
    """Wire 1: unreleased letters are cancelled, unreceipted ones given up; so every cause leaves the same gaps.

    Every released one is named: which has a receipt is known outside, and a claim to have seen it is none.
    """
    world = begun(OFFER, ACCEPT)
    offer = view(world, "opener").entries[0].letter_id
    gone = world.act("opener", "referral.update")
    world.release("opener")
    queued = world.act("opener", "referral.update")
    draft = world.draft("opener", STOP)

    outcome = queue(view(world, "opener"), draft, world.now)

    assert outcome.cancels == (queued,)
    assert outcome.give_up == (offer, gone)
    assert [a.kinds for a in outcome.stopped] == [("referral.disclose",)]
    assert local_state(outcome.thread, world.now) == "ended"
    assert state(outcome.thread, world.now) == "accepted"
    assert not any(o.allowed for o in allowed(outcome.thread, world.now) if o.kind.startswith("referral."))


def test_a_thread_that_never_left_ends_here_without_a_letter() -> None:
    """Wire 7, Stops: if no S of the thread was ever released, none is sent."""
    world = World()
    offer = world.act("opener", "referral.offer")

    outcome = queue(view(world, "opener"), world.draft("opener", STOP), world.now)

    assert outcome.cancels == (offer,)
    assert outcome.thread.queued == ()
    assert outcome.thread.closed_here
    assert state(outcome.thread, world.now) == "ended"


def test_a_thread_that_the_peer_completed_cannot_be_stopped() -> None:
    """Wire 7, Stops: in any state before the end."""
    world = begun(OFFER, ("responder", "referral.decline"))

    with pytest.raises(ActNotAllowed) as caught:
        queue(view(world, "opener"), world.draft("opener", STOP), world.now)

    assert caught.value.reason == 201
    assert STOP in world.options("responder")  # its decline may never have arrived


def test_a_letter_after_a_gap_waits_and_counts_when_the_gap_is_filled() -> None:
    """Wire 7: committed as waiting with receipt stored; applied in the order of n."""
    world = begun(OFFER, ACCEPT)
    names = [world.act("opener", kind) for kind in ("referral.disclose", "referral.arrange")]
    first, second = (world.release("opener"), world.release("opener"))
    assert first is not None
    assert second is not None

    early = meets(world, "responder", second)
    world.sides["responder"].thread = early.thread
    filled = meets(world, "responder", first)

    assert (early.status, early.effect) == ("waiting", "waiting")
    assert filled.applied == (names[1],)
    assert filled.thread is not None
    assert filled.thread.shared.arranged


def test_a_waiting_letter_that_is_not_allowed_at_its_turn_is_refused_late() -> None:
    """Wire 7: the control letter letter.refused says so."""
    world = begun(OFFER, ACCEPT)
    update = replace(world.draft("opener", "referral.update"), n=2, seen=1)
    wrong = replace(world.draft("opener", "referral.arrange"), n=3, seen=1)

    world.sides["responder"].thread = meets(world, "responder", wrong).thread
    verdict = meets(world, "responder", update)

    assert verdict.late_refusals == ((wrong.letter_id, 201),)
    assert verdict.status == "stored"


def test_a_void_number_lets_the_next_letter_have_its_turn() -> None:
    """Wire 7: void lists own numbers that will never come."""
    world = begun(OFFER, ACCEPT)
    lost = world.act("opener", "referral.update")
    world.release("opener")
    world.give_up("opener", [lost])
    world.act("opener", "referral.disclose")
    told = world.release("opener")
    assert told is not None

    verdict = meets(world, "responder", told)

    assert told.void == (2,)
    assert (verdict.status, verdict.effect) == ("stored", "applied")
    assert verdict.thread is not None
    assert state(verdict.thread, world.now) == "disclosed"


def test_what_was_given_up_counts_again_when_the_peer_had_built_on_it() -> None:
    """A receipt was lost and the disclosure given up, but she has arrived: both nodes keep what is true."""
    world = begun(OFFER, ACCEPT)
    disclosure = world.act("opener", "referral.disclose")
    world.release("opener")
    world.deliver("opener", disclosure)
    world.give_up("opener", [disclosure])
    assert state(view(world, "opener"), world.now) == "accepted"

    world.act("responder", "referral.arrived")
    world.settle()

    assert state(view(world, "opener"), world.now) == "in_progress"
    assert view(world, "opener").shared == view(world, "responder").shared


@pytest.mark.parametrize(
    ("kind", "n", "seen", "side", "reason"),
    [
        ("referral.accept", 1, 1, "responder", 206),
        ("referral.disclose", 2, 1, "opener", 203),
        ("referral.accept", 2, 1, "responder", 201),
    ],
)
def test_a_number_used_twice_and_a_wrong_side_are_refused(
    kind: str, n: int, seen: int, side: Role, reason: int
) -> None:
    """Wire 4: 206 n already used, 203 wrong side, 201 not in this state."""
    world = begun(OFFER, ACCEPT)
    letter = replace(world.draft(side, kind), n=n, seen=seen)

    verdict = meets(world, "opener", letter)

    assert (verdict.status, verdict.reason) == ("refused", reason)


def test_an_unknown_thread_needs_an_opening_letter_from_the_opener() -> None:
    """Wire 7: n = 1 needs an opening kind, else refused 202; n > 1 waits."""
    world = World()
    not_opening = replace(world.draft("opener", "referral.update"), n=1)
    from_the_wrong_side = replace(world.draft("responder", "referral.offer"), n=1)
    second = replace(world.draft("opener", "referral.update"), n=2)

    assert [meets(world, "responder", letter).reason for letter in (not_opening, from_the_wrong_side)] == [202, 203]
    assert meets(world, "responder", second).status == "waiting"


def test_an_answer_to_nothing_is_refused() -> None:
    """Wire 4: 207 answers nothing; an erasure is confirmed only to who asked for it."""
    world = begun(OFFER)
    accept = replace(world.draft("responder", "referral.accept"), n=1, seen=1, in_reply_to="00" * 16)
    confirm = replace(world.draft("responder", "erasure.confirm"), n=1, seen=1)
    offer = view(world, "opener").entries[0].letter_id

    assert meets(world, "opener", accept).reason == 207
    assert meets(world, "opener", confirm).reason == 207
    assert meets(world, "opener", replace(accept, in_reply_to=offer)).status == "stored"


def test_an_erasure_is_confirmed_to_the_side_that_asked() -> None:
    """Scenario 3: withdrawal, then erasure.confirm, also when the thread has ended."""
    world = begun(OFFER, ACCEPT, DISCLOSE)
    asked = world.act("opener", "consent.withdrawal")
    world.release("opener")
    world.deliver("opener", asked)
    confirm = replace(world.draft("responder", "erasure.confirm"), in_reply_to=asked)

    outcome = queue(view(world, "responder"), confirm, world.now)
    done = release(outcome.thread, confirm.letter_id, world.now)

    assert not isinstance(done, Cancelled)
    letter = next(e for e in done.thread.entries if e.letter_id == confirm.letter_id)
    assert meets(world, "opener", letter).status == "stored"


def test_nobody_confirms_an_erasure_that_it_asked_for_itself() -> None:
    """Wire 7: the answer is the other side's; one's own word answers nothing."""
    world = begun(OFFER, ACCEPT, DISCLOSE)
    asked = world.act("opener", "consent.withdrawal")
    sent = world.release("opener")
    assert sent is not None
    world.deliver("opener", asked)
    own = replace(world.draft("opener", "erasure.confirm"), n=sent.n + 1, seen=1, in_reply_to=asked)

    assert meets(world, "responder", own).reason == 207
    with pytest.raises(ActNotAllowed, match="nobody asked for this"):
        queue(view(world, "opener"), own, world.now)


def test_a_refused_act_is_undone_at_its_sender_and_uses_up_its_number() -> None:
    """Wire 7: the sender undoes its act when it is refused; its n is used."""
    world = begun(OFFER)
    accept = world.act("responder", "referral.accept")
    world.release("responder")
    assert state(view(world, "responder"), world.now) == "accepted"

    outcome = refused_by_peer(view(world, "responder"), accept, 126)

    assert state(outcome.thread, world.now) == "offered"
    assert outcome.undone == (accept,)
    assert outcome.thread.own_n == 1


def test_a_queued_act_is_cancelled_when_what_arrived_no_longer_allows_it() -> None:
    """Wire 1: at release the act is judged again; people decide again."""
    world = begun(OFFER, ACCEPT)
    disclose = world.act("opener", "referral.disclose")
    world.act("responder", "referral.change")  # another organisation
    change = world.release("responder")
    assert change is not None
    world.deliver("responder", change.letter_id)

    done = release(view(world, "opener"), disclose, world.now)

    assert isinstance(done, Cancelled)
    assert done.thread.queued == ()
    assert done.thread.own_n == 1


def test_both_sides_show_expired_at_the_latest_end_that_a_letter_carried() -> None:
    """Wire 7: thread_ends is the greatest carried by any applied letter; at it both show expired."""
    world = begun(OFFER)
    end = world.now + LIFE_S

    assert [state(view(world, side), end - 1) for side in world.sides] == ["offered", "offered"]
    assert [state(view(world, side), end) for side in world.sides] == ["expired", "expired"]
    with pytest.raises(ActNotAllowed):
        queue(view(world, "responder"), world.draft("responder", "referral.accept"), end)


def test_a_letter_written_in_time_counts_when_it_arrives_after_the_end() -> None:
    """Wire 7: applied as if in time, until thread_ends + max_life; one written after the end is refused."""
    world = begun(OFFER)
    end = world.now + LIFE_S
    accept = replace(world.draft("responder", "referral.accept"), n=1, seen=1, written_at=end - 1)

    in_time = meets(world, "opener", accept, now=end + 5)
    written_late = meets(world, "opener", replace(accept, written_at=end), now=end + 5)
    last, far_too_late = (meets(world, "opener", accept, now=end + DAY_S - early, max_life_s=DAY_S) for early in (1, 0))

    assert (in_time.status, in_time.effect) == (last.status, last.effect) == ("stored", "applied")
    assert (written_late.status, written_late.reason) == ("refused", 201)
    assert (far_too_late.status, far_too_late.reason) == ("refused", 201)


def test_an_act_of_the_other_side_cannot_be_queued() -> None:
    """Domain 5.6: the side is part of the row."""
    thread = open_thread(THREAD, "XB", "opener", "referral")

    with pytest.raises(ActNotAllowed) as caught:
        queue(thread, World().draft("responder", "referral.accept"), 1)

    assert caught.value.reason == 203


def test_a_withdrawal_does_not_bring_back_what_was_given_up_before_it_left() -> None:
    """A withdrawal decided while a letter still counted goes out after that letter was void: it stays void at both."""
    world = begun(OFFER, ("responder", "referral.info_request"))
    info = world.act("opener", "referral.info")
    world.release("opener")
    world.deliver("opener", info)
    world.act("responder", "consent.withdrawal")  # decided when the answer counted
    world.give_up("opener", [info])
    world.act("opener", "referral.info")
    again = world.release("opener")
    assert again is not None
    assert again.void == (2,)
    world.deliver("opener", again.letter_id)

    world.settle()

    for side in world.sides:
        statuses = {e.n: e.status for e in view(world, side).entries if e.side == "opener"}
        assert statuses == {1: "applied", 2: "void", 3: "applied"}
    assert view(world, "opener").shared == view(world, "responder").shared


def test_a_void_letter_is_no_proof_that_another_arrived() -> None:
    """Both sides gave up a letter that built on the other's: neither counts, and both show the same."""
    world = begun(OFFER, ACCEPT)
    disclosure = world.act("opener", "referral.disclose")
    world.release("opener")
    world.deliver("opener", disclosure)
    arrived = world.act("responder", "referral.arrived")
    world.release("responder")
    world.give_up("responder", [arrived])
    world.give_up("opener", [disclosure])

    world.settle()

    assert view(world, "opener").shared == view(world, "responder").shared
    assert state(view(world, "responder"), world.now) == "accepted"
