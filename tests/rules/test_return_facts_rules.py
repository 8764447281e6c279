"""Rules that both countries judge by what they exchanged: the plan, the departure, the arrival of a return.

The sender's own machine refuses at once; a peer that skips the rule is refused in row 13 with the rule's number.
"""

from typing import Any

import pytest
from msgspec.structs import replace

from node.protocol.letters.codes import IDENTITY_BEFORE_ACCEPTANCE, NOT_IN_THIS_STATE, Role
from node.protocol.threads.machine import open_thread, queue
from node.protocol.threads.return_facts import Said
from node.protocol.threads.thread import Facts
from tests.rules.return_play import (
    DAY,
    NOW,
    arrives,
    at,
    prepared,
    refused_on_arrival,
    refused_to_send,
    say,
    way_of,
    world_after,
)
from tests.simulation.returns import CAN, PREPARED, T_ACK, T_LEFT, T_REQUEST
from tests.simulation.two_sides import THREAD, World

PLAN = "return.travel_plan"
RISK = "return.risk_result"


def test_r08_sender_no_plan_without_both_assessments() -> None:
    """R08, g2: one author is not enough; nor is a result that is not acceptable, or older than 90 days."""
    for side in ("opener", "responder"):
        world = world_without_risk(side)

        assert refused_to_send(world, "opener", PLAN) == 8
    assert refused_to_send(planned_with(on="2026-08-19"), "opener", PLAN) == 8


def test_r08_receiver_a_plan_without_both_assessments_is_refused() -> None:
    """R08: a peer that plans on one assessment, a bad one or an old one gets reason 8."""
    assert refused_on_arrival(planned_with(code="unknown", case="no"), "opener", PLAN) == 8
    assert refused_on_arrival(planned_with(on="2026-08-19"), "opener", PLAN) == 8
    assert refused_on_arrival(planned_with(on="2026-11-25"), "opener", PLAN) == 8


def test_r08_sender_nobody_decides_to_proceed_against_the_risk() -> None:
    """R08: a decision to proceed needs both results, and neither may be bad."""
    world = prepared("return.decision")
    say(world, "responder", RISK, 4)

    assert refused_to_send(world, "opener", "return.decision") == 8
    assert refused_on_arrival(world, "responder", "return.decision") == 8
    say(world, "opener", "return.decision", 4)  # not to proceed is always possible


def test_r08_receiver_a_result_of_ninety_days_still_counts() -> None:
    """g2: not older than 90 days: the 20th of August is the 90th day before the 18th of November."""
    world = planned_with(on="2026-08-20")

    assert arrives(world, "opener", PLAN).effect == "applied"


def planned_with(**way: Any) -> Any:
    """The origin told another result, and then she was asked about the plan again."""
    world = prepared("consent.assertion")
    say(world, "responder", RISK, 1, **way)
    say(world, "opener", "consent.assertion", 1)
    return world


def world_without_risk(side: Role) -> Any:
    """Everything but one country's assessment; what rests on it could not be said either."""
    return world_after(
        ("opener", "return.request", 1),
        ("responder", "return.request_response", 1),
        (side, RISK, 1),
        ("responder", "return.traveldoc_status", 1),
        ("responder", "return.reintegration_plan", 1),
    )


def test_r08_receiver_a_plan_of_support_that_she_did_not_agree_to_opens_nothing() -> None:
    """R08, CETS 197 art 16(5): what waits for her is agreed with her; the newest word on it counts."""
    world = prepared("return.reintegration_plan")
    say(world, "responder", "return.reintegration_plan", 4)
    assert refused_to_send(world, "opener", PLAN) == NOT_IN_THIS_STATE
    assert refused_on_arrival(world, "opener", PLAN) == NOT_IN_THIS_STATE

    say(world, "responder", "return.reintegration_plan", 1)
    say(world, "opener", "consent.assertion", 1)
    assert arrives(world, "opener", PLAN).effect == "applied"


def test_r08_receiver_a_plan_of_support_that_she_no_longer_agrees_to_takes_the_plan_with_it() -> None:
    """R08: whatever a gate stood on and falls, takes the plan with it; once she has left it does not."""
    planned, left = at("planned"), at("travelling")
    for world in (planned, left):
        say(world, "responder", "return.reintegration_plan", 4)

    assert (state_of(planned), state_of(left)) == ("assessing", "travelling")
    assert way_of(planned).plan.arrival_ends == 0
    assert way_of(left).plan.arrival_ends


def state_of(world: World) -> str:
    """The state that both sides show."""
    thread = world.sides["opener"].thread
    assert thread is not None
    return thread.shared.state


def brought_back_from_detention() -> World:
    """She was held on the way, told of as detained, and is back where she left; nobody has asked her yet."""
    world = at("travelling")
    say(world, "responder", "return.arrival", 1, case="no", code="detained", sure=False, times=(world.now,))
    say(world, "opener", "return.failed", code="changed_mind")
    say(world, "opener", "return.take_back")
    return world


def test_h25_sender_whoever_was_detained_agrees_only_when_asked_again_two_days_later() -> None:
    """H25: asked again 48 hours after her release; a yes of the day before is none."""
    world = brought_back_from_detention()

    assert refused_to_send(world, "opener", "consent.assertion", times=(world.now,)) == 125
    world.now += 2 * DAY
    say(world, "opener", "consent.assertion", times=(world.now,))
    assert way_of(world).agreed


def test_h25_receiver_a_yes_soon_after_detention_is_refused_and_so_is_the_plan_on_it() -> None:
    """H25: reason 125; by a plan without a yes of hers, 22."""
    world = brought_back_from_detention()

    assert refused_on_arrival(world, "opener", "consent.assertion", times=(world.now,)) == 125
    assert refused_on_arrival(world, "opener", PLAN) == 22
    world.now += 2 * DAY - 1
    assert refused_on_arrival(world, "opener", "consent.assertion", times=(world.now,)) == 125


def test_h25_receiver_once_told_of_as_free_she_is_asked_as_anybody() -> None:
    """H25: the newest word on how it is with her counts; a time to come is cut to when it was said."""
    world = at("travelling")
    say(world, "responder", "return.arrival", 1, case="no", code="detained", sure=False, times=(world.now + 900 * DAY,))
    assert way_of(world).detained_at == world.now

    say(world, "responder", "return.arrival", 1, case="no", code="well", sure=False, times=(world.now,))
    assert way_of(world).detained_at == 0


def test_a_bad_result_takes_the_plan_with_it() -> None:
    """R08, R31: whoever tells it, while a plan stands; she is asked again before the next one."""
    for side in ("opener", "responder"):
        world = at("planned")
        say(world, side, RISK, 4)

        assert way_of(world).plan.arrival_ends == 0
        assert not way_of(world).agreed
        assert refused_on_arrival(world, "opener", "return.departure") == NOT_IN_THIS_STATE


MISSING = {
    "her consent (g1)": ("consent.assertion", None, 22),
    "the decision of the host": ("return.decision", "opener", NOT_IN_THIS_STATE),
    "the decision of the origin": ("return.decision", "responder", NOT_IN_THIS_STATE),
    "a travel document (g8)": ("return.traveldoc_status", None, NOT_IN_THIS_STATE),
    "what waits for her": ("return.reintegration_plan", None, NOT_IN_THIS_STATE),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_plan_that_lacks_a_gate_is_refused_at_both_ends(name: str) -> None:
    """Domain 5.7: the gates that the exchanged facts show, one by one."""
    kind, side, reason = MISSING[name]
    given: Any = side

    assert refused_to_send(prepared(kind, given), "opener", PLAN) == reason
    assert refused_on_arrival(prepared(kind, given), "opener", PLAN) == reason
    assert arrives(prepared(), "opener", PLAN).effect == "applied"


def test_a_document_must_be_valid_until_she_arrives_and_reception_must_be_named() -> None:
    """g7, g8: the last day counts, and a reception that was lost is none."""
    world = prepared()
    say(world, "responder", "return.traveldoc_status", 1, on="2026-11-18")  # the plan arrives on that day
    assert arrives(world, "opener", PLAN).effect == "applied"
    say(world, "responder", "return.traveldoc_status", 1, on="2026-11-17")
    assert refused_on_arrival(world, "opener", PLAN) == NOT_IN_THIS_STATE

    lost = prepared()
    say(lost, "responder", "return.update", 4)
    say(lost, "opener", "consent.assertion", 1)
    assert refused_to_send(lost, "opener", PLAN) == NOT_IN_THIS_STATE
    assert refused_on_arrival(lost, "opener", PLAN) == NOT_IN_THIS_STATE


def test_an_identity_that_was_asked_for_must_be_confirmed() -> None:
    """Domain 5.7: nothing is planned while the country of origin still looks who she is."""
    world = prepared()
    say(world, "opener", "return.identity_request")
    assert refused_on_arrival(world, "opener", PLAN) == NOT_IN_THIS_STATE
    say(world, "responder", "return.identity_result", 4)  # pending
    assert refused_on_arrival(world, "opener", PLAN) == NOT_IN_THIS_STATE

    say(world, "responder", "return.identity_result", 1)

    assert arrives(world, "opener", PLAN).effect == "applied"


def test_r14_sender_a_child_returns_only_after_a_best_interests_decision_to_confirmed_care() -> None:
    """R14, g6, H12: the plan of a child says both, and a caregiver must have been assessed."""
    child: dict[str, Any] = {"for_child": True}
    assert refused_to_send(prepared(), "opener", PLAN, **child) == 14
    assert refused_to_send(prepared(), "opener", PLAN, code="caregiver_confirmed", on="2026-11-01", **child) == 14


def test_r14_receiver_a_child_sent_without_it_is_refused() -> None:
    """R14: reason 14; other care that is confirmed, or a caregiver found able, lets it pass."""
    cared: dict[str, Any] = {"for_child": True, "code": "caregiver_confirmed", "on": "2026-11-01"}
    assert refused_on_arrival(prepared(), "opener", PLAN, for_child=True, code="caregiver_confirmed") == 14
    assert refused_on_arrival(prepared(), "opener", PLAN, **cared) == 14
    assert arrives(prepared(), "opener", PLAN, **(cared | {"code": "alternative_care_confirmed"})).effect == "applied"

    world = prepared()
    say(world, "opener", "return.family_request")
    say(world, "responder", "return.family_result")
    assert arrives(world, "opener", PLAN, **cared).effect == "applied"
    say(world, "responder", "return.family_result", 8)  # somebody of the family is involved
    assert refused_on_arrival(world, "opener", PLAN, **cared) == 14


def test_r14_receiver_who_is_a_child_in_the_request_is_not_grown_up_in_the_plan() -> None:
    """R12, R14: a peer that calls her a child first and grown up later skips nothing: what was said first holds."""
    child = World(now=NOW, matter="return")
    asked = replace(child.draft("opener", "return.request"), noted=Facts(way=replace(Said(), for_child=True)))
    child.sides["opener"].thread = queue(open_thread(THREAD, "XA", "opener", "return"), asked, NOW).thread
    begun = child.release("opener")
    assert begun is not None
    verdict = child.deliver("opener", begun.letter_id)
    assert verdict is not None
    child.hear(0)
    child.play_through([CAN, *PREPARED])

    assert way_of(child).child
    assert refused_to_send(child, "opener", PLAN, for_child=False) == 14
    assert refused_on_arrival(child, "opener", PLAN, for_child=False) == 14


def test_r15_receiver_contact_with_a_family_that_may_be_involved_is_refused() -> None:
    """R15: once one side found it, no request to contact the family counts."""
    world = prepared()
    say(world, "opener", "return.family_request")
    say(world, "responder", "return.family_result", 8)

    assert refused_to_send(world, "opener", "return.family_request") == 15
    assert refused_on_arrival(world, "opener", "return.family_request") == 15


def test_nobody_looks_for_family_or_identity_unasked() -> None:
    """R15: a result that nobody asked for is refused: it answers nothing (207)."""
    for kind in ("return.family_result", "return.identity_result"):
        assert refused_on_arrival(prepared(), "responder", kind) == 207


def test_r22_sender_each_plan_needs_a_yes_of_its_own_and_the_day_another() -> None:
    """R22: asked when the results are there, again for another plan, again within 24 hours of leaving."""
    early = world_after(("opener", "return.request", 1), ("responder", "return.request_response", 1))
    assert refused_to_send(early, "opener", "consent.assertion") == NOT_IN_THIS_STATE
    assert refused_to_send(at("planned"), "opener", PLAN) == 22

    late = at("planned").now + DAY + 1
    assert refused_to_send(at("planned"), "opener", "return.departure", times=(late,)) == 22


def test_r22_receiver_a_departure_on_a_yes_of_another_day_is_refused() -> None:
    """R22: reason 22, also where she was never asked again."""
    world = prepared()
    say(world, "opener", PLAN)
    assert refused_on_arrival(world, "opener", "return.departure") == 22
    say(world, "opener", "consent.assertion", 2)
    late = world.now + DAY + 1

    assert refused_on_arrival(world, "opener", "return.departure", times=(late,)) == 22
    assert arrives(world, "opener", "return.departure").effect == "applied"


def test_r22_receiver_a_yes_of_another_day_is_no_yes() -> None:
    """R22: what is asserted was asked within 24 hours of the letter, and not in the future."""
    for asked_at in (-DAY - 1, 1):
        world = at("planned")
        assert refused_on_arrival(world, "opener", "consent.assertion", 2, times=(world.now + asked_at,)) == 22


def test_a_new_result_asks_her_again() -> None:
    """R22: consent to a plan rests on the results she knew; a newer one ends it."""
    world = prepared()
    say(world, "responder", RISK, 1)

    assert refused_on_arrival(world, "opener", PLAN) == 22


def test_h23_sender_an_independent_assessor_stands_in_only_for_a_silent_origin() -> None:
    """H23: fifteen working days after the question, and not against the origin's own no."""
    world = silent_for(20)
    assert refused_to_send(world, "opener", RISK, by="independent_assessor", sure=True) == 123
    world.now += DAY
    say(world, "opener", RISK, by="independent_assessor", sure=True)

    risk = way_of(world).risk_origin
    assert (risk.independent, risk.overall) == (True, "acceptable")


def test_h23_receiver_a_second_author_of_its_own_choice_is_refused() -> None:
    """H23: reason 123, before the time, for a question never asked, and against what the origin said."""
    independent: dict[str, Any] = {"by": "independent_assessor", "sure": True}
    assert refused_on_arrival(silent_for(20), "opener", RISK, **independent) == 123
    assert refused_on_arrival(silent_for(30), "responder", RISK, **independent) == 123
    never_asked = world_after(("opener", "return.request", 1), ("responder", "return.request_response", 1))
    assert refused_on_arrival(never_asked, "opener", RISK, **independent) == 123

    said_no = silent_for(0)
    say(said_no, "responder", RISK, 4)
    say(said_no, "opener", "return.risk_request")
    said_no.now += 40 * DAY
    assert arrives(said_no, "opener", RISK, **independent).reason == 123


def silent_for(days: int) -> Any:
    """The origin was asked for its assessment and says nothing for so many days."""
    world = world_after(("opener", "return.request", 1), ("responder", "return.request_response", 1))
    say(world, "opener", "return.risk_request")
    world.now += days * DAY
    return world


def test_h19_sender_the_country_she_left_tells_an_arrival_only_by_her_own_word() -> None:
    """H19: what it did not hear from her it does not tell."""
    assert refused_to_send(at("travelling"), "opener", "return.arrival", sure=False) == 119


def test_h19_receiver_a_case_is_closed_only_after_she_confirmed_her_arrival() -> None:
    """H19, R32: the country of arrival cannot end it by its own word, nor by its own word for hers."""
    world = at("travelling")
    say(world, "responder", "return.arrival", sure=False)
    assert not way_of(world).confirmed_by_her
    assert refused_on_arrival(world, "responder", "return.close", 2) == 119
    assert refused_on_arrival(world, "opener", "return.arrival", sure=False) == 119
    say(world, "responder", "return.arrival", sure=True)
    assert way_of(world).confirmed_by_her
    assert refused_on_arrival(world, "responder", "return.close", 2) == 119

    say(world, "opener", "return.arrival", sure=True)

    assert way_of(world).heard_by_host
    assert arrives(world, "responder", "return.close", 2).effect == "applied"


def test_h07_receiver_only_the_country_she_left_ends_the_care_on_the_way() -> None:
    """H07: `assist_now` and `take_back` stay possible, and a report of the origin's ends nothing."""
    world = at("stopped_on_the_way")
    say(world, "responder", "return.assist_now")
    say(world, "responder", "return.way_ended")

    assert way_of(world).failed
    assert arrives(world, "opener", "return.take_back").effect == "applied"
    assert arrives(world, "opener", "return.way_ended").effect == "applied"


def test_h04_receiver_a_transit_country_stops_the_way_in_every_state_before_its_end() -> None:
    """H04: no reason, and no letter of the other side follows it."""
    for steps in ((T_REQUEST,), (T_REQUEST, T_ACK), (T_REQUEST, T_ACK, T_LEFT)):
        world = world_after(*steps, matter="transit")
        say(world, "responder", "transit.stop")

        for kind in ("transit.departure", "transit.arrange", "transit.cancel"):
            assert refused_on_arrival(world, "opener", kind) in (NOT_IN_THIS_STATE, IDENTITY_BEFORE_ACCEPTANCE)
