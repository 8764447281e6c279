"""The day she leaves: both countries judge by what they exchanged whether the plan still stands. R08, R22, g8."""

from node.protocol.letters.codes import NOT_IN_THIS_STATE
from tests.rules.return_play import DAY, arrives, at, refused_on_arrival, refused_to_send, say
from tests.rules.test_return_facts_rules import PLAN, RISK, planned_with

LEAVES = "return.departure"


def test_r08_receiver_nobody_leaves_on_a_risk_that_grew_old_since_the_plan() -> None:
    """R08, g2: an assessment of the 90th day carries a plan, and no departure a day later; assessed anew it does."""
    world = planned_with(on="2026-08-20")
    say(world, "opener", PLAN)
    world.now += DAY
    say(world, "opener", "consent.assertion", 2)

    assert refused_to_send(world, "opener", LEAVES) == 8
    assert refused_on_arrival(world, "opener", LEAVES) == 8

    say(world, "responder", RISK, 1)
    assert refused_on_arrival(world, "opener", LEAVES) == 22  # she was asked before this result was known
    say(world, "opener", "consent.assertion", 2)
    assert arrives(world, "opener", LEAVES).effect == "applied"


def test_r08_receiver_a_newer_result_of_an_old_day_lets_nobody_leave() -> None:
    """R08: a result that keeps the plan is looked at again on the day."""
    world = at("planned")
    say(world, "responder", RISK, 1, on="2026-01-01")
    say(world, "opener", "consent.assertion", 2)

    assert refused_on_arrival(world, "opener", LEAVES) == 8


def test_r22_receiver_whoever_was_asked_before_a_new_result_is_asked_again() -> None:
    """R22: she is asked on the day knowing what both countries think; a result that came after it is one she did not
    know.
    """
    world = at("planned")
    say(world, "responder", RISK, 1)

    assert refused_to_send(world, "opener", LEAVES) == 22
    assert refused_on_arrival(world, "opener", LEAVES) == 22
    say(world, "opener", "consent.assertion", 2)
    assert arrives(world, "opener", LEAVES).effect == "applied"


def test_r08_receiver_nobody_leaves_without_the_document_that_the_plan_stood_on() -> None:
    """g8: the newest word on it counts: only applied for, or over before she is there, it carries nobody."""
    for newest in ({"code": "applied"}, {"on": "2026-11-17"}):
        world = at("planned")
        say(world, "responder", "return.traveldoc_status", 1, **newest)

        assert refused_to_send(world, "opener", LEAVES) == NOT_IN_THIS_STATE
        assert refused_on_arrival(world, "opener", LEAVES) == NOT_IN_THIS_STATE
