"""The ten gates g1-g10, each shut by one thing and opened again by what it says: R07-R10, R14, R17, R22, R24, R34."""

from typing import Any

import pytest

from node.protocol.cases import changes_children as children
from node.protocol.cases import changes_life as life
from node.protocol.cases.return_plan import Assessor, Recovery
from node.protocol.consent.record import ConsentRecord, ConsentTo
from node.protocol.gate.ten_gates import Exchanged, GateState, Look, RiskSaid, gates, may_stand_in, next_things
from tests.rules.return_world import PROCEEDINGS, RISK, WINDOW_ENDS, WISH, her_return, plan, returning
from tests.rules.world import CHILD, DAY, HER, NOW, record, tie, with_

HOUR = 3600
SAID = RiskSaid("acceptable_with_measures", NOW - 10 * DAY, NOW - 9 * DAY)
ALL_SAID = Exchanged(
    organisation="haven-xa",
    risk_host=SAID,
    risk_origin=SAID,
    risk_asked_at=NOW - 15 * DAY,
    document_issued=True,
    document_until=WINDOW_ENDS + DAY,
)
TRAVEL = record(purposes=("enquiry", "risk_assessment", "travel"), valid_from=NOW - 3 * DAY)


def states(of: Any = None, said: Exchanged = ALL_SAID, consents: tuple[ConsentRecord, ...] = (TRAVEL,), at: int = NOW):
    """All ten gates of the one plan of a case."""
    case = returning() if of is None else of
    (the_plan,) = case.returns
    return gates(case, the_plan, consents, said, at)


def shut(*given: Any, **world: Any) -> dict[str, GateState]:
    """The gates that are shut, by name."""
    return {one.gate: one for one in states(*given, **world) if not one.is_open}


def of_her(**facts: Any) -> Any:
    """A case whose plan has one thing otherwise."""
    return returning(plans=(plan(her_return(**facts)),))


def test_r08_sender_with_everything_in_order_all_ten_gates_are_open():
    """The base of every test here: nothing else is missing."""
    assert [one.gate for one in states()] == [f"g{n}" for n in range(1, 11)]
    assert shut() == {}


@pytest.mark.parametrize(
    ("gate", "rule", "turn", "case"),
    [
        ("g1", "R07", "hers", of_her(wish=None)),
        ("g1", "R07", "hers", of_her(wish=with_(WISH, spoken_to_alone=False))),
        ("g1", "R20", "hers", of_her(wish_taken_back_at=NOW - DAY)),
        ("g2", "R08", "ours", of_her(risk=None)),
        ("g2", "R08", "hers", of_her(risk=with_(RISK, overall="unacceptable"))),
        ("g2", "R08", "hers", of_her(risk=with_(RISK, overall="unknown"))),
        ("g2", "R08", "ours", of_her(risk=with_(RISK, at=NOW - 91 * DAY))),
        ("g3", "R09", "ours", of_her(recovery=None)),
        ("g3", "R09", "hers", of_her(recovery=Recovery(until=NOW + DAY))),
        ("g4", "R10", "hers", returning(with_(HER, protection="sought", ties=(tie("XA"),)))),
        ("g4", "R10", "hers", returning(with_(HER, ties=(tie("XA", "yes"),)))),
        ("g4", "R10", "hers", returning(with_(HER, blocked_countries=("XA",)))),
        ("g5", "R34", "ours", of_her(proceedings=None)),
        ("g5", "R34", "ours", of_her(proceedings=with_(PROCEEDINGS, advised_by_lawyer=False))),
        ("g5", "R34", "ours", of_her(proceedings=with_(PROCEEDINGS, compensation_checked=False))),
        ("g9", "R17", "ours", returning(place_is_detention=True)),
        ("g9", "H25", "hers", returning(released_from_detention_at=NOW - 3 * DAY)),
        ("g10", "R24", "second_person", returning(plans=(plan(approval=None),))),
        ("g10", "R24", "second_person", returning(plans=(plan(changed_at=NOW - HOUR),))),
        ("g10", "R24", "second_person", returning(plans=(plan(authors=("ana", "ben")),))),
        ("g10", "R24", "ours", returning(plans=(plan(journey=None),))),
    ],
)  # fmt: skip
def test_r24_sender_a_gate_names_itself_its_rule_what_opens_it_and_whose_turn_it_is(gate, rule, turn, case):
    """Issue 3, bad input: g-number, rule, one plain sentence, what would open it."""
    found = shut(case)

    assert set(found) == {gate}
    state = found[gate]
    assert (state.rule, state.turn) == (rule, turn)
    assert state.sentence
    assert state.opens_with


def test_r22_sender_she_is_asked_again_once_the_risk_is_known():
    """R22, g1: an agreement from before the results is none to this plan; nor is one for another country."""
    early = with_(TRAVEL, valid_from=NOW - 10 * DAY)
    elsewhere = with_(TRAVEL, recipients=(ConsentTo("XB", "civil_society"),))
    other_purpose = with_(TRAVEL, purposes=("enquiry",))

    for consents in ((), (early,), (elsewhere,), (other_purpose,)):
        assert set(shut(consents=consents)) == {"g1"}
    assert shut(consents=(early, TRAVEL)) == {}


def test_r22_sender_after_a_journey_that_failed_she_is_asked_about_the_next_one():
    """R22, H07: taken back, a new plan passes every gate again; her yes to the last journey opens none of them."""
    left = of_her(departure_asked_at=NOW - DAY)
    anew = with_(TRAVEL, valid_from=NOW - HOUR)
    on_her_way = with_(ALL_SAID, plan_stands=True)

    assert shut(left)["g1"].sentence == "she has not agreed to another journey since the last one"
    assert (shut(left)["g1"].rule, shut(left)["g1"].clears) == ("R22", "consent")
    assert shut(left, consents=(TRAVEL, anew)) == {}
    assert shut(left, said=on_her_way) == {}  # she leaves by the plan to which she agreed


def test_h17_sender_an_agreement_to_a_return_that_others_heard_is_none():
    """H17, g1: `spoken_to_alone = no`, or family or an employer beside her, and nothing rests on what she said then."""
    for heard in ({"spoken_to_alone": False}, {"present": ("caseworker", "partner")}):
        overheard = with_(TRAVEL, levels=("L1",), **heard)

        assert set(shut(consents=(overheard,))) == {"g1"}
        assert shut(consents=(overheard, TRAVEL)) == {}


def test_r34_sender_compensation_is_looked_at_before_she_goes():
    """R34, g5: the sentence says which of the two is missing."""
    unchecked = with_(PROCEEDINGS, compensation_checked=False)

    assert "compensation" in shut(of_her(proceedings=unchecked))["g5"].sentence
    assert shut(of_her(proceedings=unchecked))["g5"].clears == "record_proceedings"


def test_h24_sender_her_wish_opens_what_compensation_or_a_hearing_would_hold():
    """H24: she declines, her lawyer having advised her, and nothing of proceedings keeps her here."""
    declines = with_(PROCEEDINGS, compensation_checked=False, heard="she_declines")

    assert shut(of_her(proceedings=declines)) == {}
    assert set(shut(of_her(proceedings=with_(declines, advised_by_lawyer=False)))) == {"g5"}


@pytest.mark.parametrize(
    ("said", "rule", "turn", "clears"),
    [
        (with_(ALL_SAID, risk_host=None), "R08", "ours", "return.risk_result"),
        (with_(ALL_SAID, risk_origin=None), "R08", "theirs", ""),
        (with_(ALL_SAID, risk_origin=None, risk_asked_at=None), "R08", "ours", "return.risk_request"),
        (with_(ALL_SAID, risk_origin=None, risk_silent=True), "H23", "second_person", "call_assessor"),
        (with_(ALL_SAID, risk_origin=with_(SAID, overall="unacceptable")), "R08", "hers", "choose_alternative"),
        (with_(ALL_SAID, risk_origin=with_(SAID, overall="unknown")), "R08", "hers", "choose_alternative"),
        (with_(ALL_SAID, risk_origin=with_(SAID, at=NOW - 91 * DAY)), "R08", "theirs", "return.risk_result"),
    ],
)
def test_r08_sender_two_countries_assess_the_risk_and_either_can_say_no(said, rule, turn, clears):
    """R08, g2: two authors, neither unacceptable nor unknown, neither older than 90 days."""
    found = shut(said=said)

    assert set(found) == {"g2"}
    assert (found["g2"].rule, found["g2"].turn, found["g2"].clears) == (rule, turn, clears)


def test_h23_sender_an_independent_author_stands_in_for_a_silent_origin_only():
    """H23: called by two people for everybody, and only after the time and the whole ladder."""
    silent = with_(ALL_SAID, risk_origin=None, risk_silent=True)
    called = of_her(assessor=Assessor("institute", ("ana", "ben"), RISK))

    def look(case: Any, said: Exchanged) -> Look:
        return Look(case, case.returns[0], (), said, NOW)

    assert may_stand_in(look(called, silent)) is None
    assert may_stand_in(look(called, with_(silent, risk_silent=False))) is not None
    assert may_stand_in(look(returning(), silent)) is not None
    assert shut(called, said=silent)["g2"].clears == "return.risk_result"


def test_r09_sender_the_recovery_period_ends_by_time_or_by_her_own_wish():
    """R09, g3: to the second; a waiver by two people opens it."""
    running = Recovery(until=NOW + DAY)

    assert set(shut(of_her(recovery=running), at=NOW)) == {"g3"}
    assert "g3" not in shut(of_her(recovery=running), at=NOW + DAY)
    assert shut(of_her(recovery=with_(running, waived_by=("ana", "ben")))) == {}


def test_h24_sender_declining_to_be_heard_never_shuts_the_gate():
    """H24, g5: advice is needed, agreement with the advice is not."""
    declines = with_(her_return().proceedings, heard="she_declines")
    unadvised = with_(declines, advised_by_lawyer=False)

    assert shut(of_her(proceedings=declines)) == {}
    assert set(shut(of_her(proceedings=unadvised))) == {"g5"}


def test_r14_sender_a_child_needs_more_and_each_child_for_itself():
    """R14, H26, g6: a plan with a dependant child is shut until that child has what a child needs."""
    found = shut(returning(HER, CHILD), consents=(TRAVEL, record(CHILD, purposes=("travel",), valid_from=NOW - DAY)))

    assert set(found) == {"g6"}
    assert found["g6"].rule == "R14"


def test_h30_sender_a_child_born_since_the_plan_began_is_not_left_behind_unseen():
    """H30, H26, g6: it is in no plan, so none of its gates was asked; a new plan, or who cares for it here."""
    born = life.add_birth(returning(), "p1", CHILD, "2026-11-01", "ana", NOW).case
    stays = children.confirm_other_care(born, "p2", "foster_family", "2026-11-02", ("ana", "ben"), NOW).case

    found = shut(born)
    assert (set(found), found["g6"].rule) == ({"g6"}, "H30")
    assert shut(stays) == {}


@pytest.mark.parametrize(
    ("said", "gate", "turn"),
    [
        (with_(ALL_SAID, organisation=""), "g7", "theirs"),
        (with_(ALL_SAID, document_issued=False), "g8", "theirs"),
        (with_(ALL_SAID, document_issued=False, document_refused=True), "g8", "ours"),
        (with_(ALL_SAID, document_until=WINDOW_ENDS - 1), "g8", "ours"),
    ],
)
def test_r08_sender_she_leaves_only_to_somebody_and_with_a_document_valid_until_she_is_there(said, gate, turn):
    """g7, g8: reception, and a document through the end of the window."""
    found = shut(said=said)

    assert (set(found), found[gate].turn) == ({gate}, turn)


def test_h25_sender_after_detention_two_days_pass_before_she_is_asked_again():
    """H25, g9."""
    free: dict[str, Any] = {"released_from_detention_at": NOW - 3 * DAY}
    asked = her_return(asked_again_after_detention_at=NOW - DAY + HOUR)

    assert "g9" in shut(returning(**free))
    assert "g9" not in shut(returning(plans=(plan(asked),), **free))


def test_r17_sender_the_checklist_shows_the_next_three_things():
    """Practice, the desk: next three things, whose turn, since when."""
    found = states(returning(plans=(plan(her_return(wish=None, risk=None, recovery=None, proceedings=None)),)))

    first = next_things(found)
    assert [one.gate for one in first] == ["g1", "g2", "g3"]
    assert all(one.since is not None for one in first)
