"""A return plan as recorded at home: who may change what, and how many people it takes. R07-R09, R24, H23-H25."""

import pytest

from node.errors import BadInput, Conflict, NotAllowed, NotFound
from node.protocol.cases import care_changes
from node.protocol.cases import return_changes as do
from node.protocol.cases.case import Case
from node.protocol.cases.changes import Changed, end_detention, place_in_detention
from node.protocol.cases.return_plan import Journey, Proceedings, Recovery, ReturnPlan, RiskAssessment
from tests.rules.return_world import PLAN, PROCEEDINGS, RISK, ROW, WINDOW_ENDS, WISH, her_return, plan, returning
from tests.rules.world import DAY, HER, NOW, case, with_

HOUR = 3600
BOTH = ("ana", "ben")


def of(changed: Changed | Case) -> ReturnPlan:
    """The one plan of a case."""
    (found,) = (changed.case if isinstance(changed, Changed) else changed).returns
    return found


def test_a_plan_begins_for_persons_of_the_case_and_only_once():
    """H26: each has a row of its own; a second plan towards the same country would split what is known."""
    begun = do.begin_return(case(), PLAN, "XA", ("p1",), "ana", NOW)

    assert [row.person_id for row in of(begun).persons] == ["p1"]
    with pytest.raises(BadInput):
        do.begin_return(case(), PLAN, "XA", ("nobody",), "ana", NOW)
    with pytest.raises(Conflict):
        do.begin_return(begun.case, "1f" * 8, "XA", ("p1",), "ana", NOW)
    with pytest.raises(NotFound):
        do.take_back_wish(begun.case, PLAN, "p2", "ana", NOW)


@pytest.mark.parametrize("lacks", ["voluntary", "in_her_words", "spoken_to_alone", "advocate_present",
                                   "alternatives_explained", "staying_explained"])  # fmt: skip
def test_r07_sender_a_wish_counts_only_with_every_part(lacks):
    """R07, H17: voluntary, in her words, alone, with an advocate, knowing that she may stay."""
    assert WISH.counts
    assert not with_(WISH, **{lacks: False}).counts


def test_r21_sender_taking_a_wish_back_is_one_step_and_changes_nothing_else():
    """R21: no reason, one person, and what was checked and helped stays."""
    after = of(do.take_back_wish(returning(), PLAN, "p1", "ana", NOW)).persons[0]

    assert after.wish_taken_back_at == NOW
    assert (after.proceedings, after.risk) == (PROCEEDINGS, RISK)


def test_r09_sender_her_recovery_period_is_shortened_by_two_people_and_her_writing_only():
    """R09, g3: nobody shortens it by hand; her own written wish, advised independently, by two."""
    resting = returning(plans=(plan(her_return(recovery=Recovery(until=NOW + 30 * DAY))),))

    with pytest.raises(NotAllowed, match="recovery"):
        do.set_recovery(resting, PLAN, "p1", NOW, "ana", NOW)
    with pytest.raises(NotAllowed, match="two different people"):
        do.waive_recovery(resting, PLAN, "p1", ("ana",), NOW, in_writing=True, advised=True)
    with pytest.raises(NotAllowed, match="written wish"):
        do.waive_recovery(resting, PLAN, "p1", BOTH, NOW, in_writing=True, advised=False)
    waived = do.waive_recovery(resting, PLAN, "p1", BOTH, NOW, in_writing=True, advised=True)
    assert of(waived).persons[0].recovery == Recovery(until=NOW + 30 * DAY, waived_by=BOTH)
    longer = do.set_recovery(resting, PLAN, "p1", NOW + 60 * DAY, "ana", NOW)
    assert of(longer).persons[0].recovery == Recovery(until=NOW + 60 * DAY)


def test_r09_sender_a_new_plan_does_not_shorten_what_another_plan_says_of_her():
    """R09, R08: her recovery goes over into it, her old wish to go earlier does not; an unacceptable risk neither."""
    resting = her_return(recovery=Recovery(NOW + 30 * DAY, waived_by=BOTH), risk=with_(RISK, overall="unacceptable"))
    begun = do.begin_return(returning(plans=(plan(resting, ended_at=NOW),)), "1f" * 8, "XA", ("p1",), "ana", NOW).case

    assert begun.returns[-1].persons[0].recovery == Recovery(NOW + 30 * DAY)
    with pytest.raises(NotAllowed, match="recovery"):
        do.set_recovery(begun, "1f" * 8, "p1", NOW, "ana", NOW)
    with pytest.raises(NotAllowed, match="two different people"):
        do.assess_risk(begun, "1f" * 8, "p1", RISK, ("ana",), NOW)
    do.assess_risk(begun, "1f" * 8, "p1", RISK, BOTH, NOW)
    elsewhere = do.begin_return(begun, "2f" * 8, "XB", ("p1",), "ana", NOW).case
    do.assess_risk(elsewhere, "2f" * 8, "p1", RISK, ("ana",), NOW)


def test_r08_sender_an_unacceptable_risk_is_called_otherwise_by_two_people_only():
    """R08: what protects takes one, what lifts it takes two."""
    one = do.assess_risk(returning(), PLAN, "p1", with_(RISK, overall="unacceptable"), ("ana",), NOW)

    with pytest.raises(NotAllowed, match="two different people"):
        do.assess_risk(one.case, PLAN, "p1", RISK, ("ana",), NOW)
    assert of(do.assess_risk(one.case, PLAN, "p1", RISK, BOTH, NOW)).persons[0].risk == with_(RISK, by="ana", at=NOW)


@pytest.mark.parametrize("rows", [(), (ROW, ROW)])
def test_r08_sender_an_assessment_names_each_domain_once(rows):
    """R08: per domain a colour, a sentence, a measure."""
    with pytest.raises(BadInput):
        do.assess_risk(returning(), PLAN, "p1", with_(RISK, rows=rows), ("ana",), NOW)


def test_r08_sender_red_is_never_acceptable_without_measures():
    """R08: a contradiction is asked about, not stored."""
    with pytest.raises(BadInput):
        do.assess_risk(
            returning(), PLAN, "p1", with_(RISK, rows=(with_(ROW, colour="red"),), overall="acceptable"), ("ana",), NOW
        )


def test_h23_sender_an_independent_assessor_is_called_by_two_people_beside_our_own_assessment():
    """H23: a second author, not a second word of the first."""
    theirs = RiskAssessment(at=0, by="", role="caseworker", rows=(ROW,), overall="acceptable_with_measures")

    with pytest.raises(NotAllowed, match="two different people"):
        do.call_assessor(returning(), PLAN, "p1", "institute", theirs, ("ana",), NOW)
    with pytest.raises(NotAllowed, match="own assessment"):
        bare = returning(plans=(plan(her_return(risk=None)),))
        do.call_assessor(bare, PLAN, "p1", "institute", theirs, BOTH, NOW)
    called = of(do.call_assessor(returning(), PLAN, "p1", "institute", theirs, BOTH, NOW)).persons[0].assessor
    assert called is not None
    assert (called.by, called.assessment.role, called.assessment.by) == (BOTH, "independent_assessor", "institute")


def test_r24_sender_nobody_approves_a_plan_they_wrote():
    """R24, g10: not the first author, not the second; a change makes an approval void."""
    bare = returning(plans=(plan(journey=None, authors=(), approval=None),))
    journey = Journey(NOW + 5 * DAY, WINDOW_ENDS)

    with pytest.raises(NotAllowed, match="no journey"):
        do.approve(bare, PLAN, "haven-xd", "ben", NOW)
    written = do.plan_journey(bare, PLAN, journey, "ana", NOW).case
    written = do.plan_journey(written, PLAN, journey, "cyd", NOW).case
    for author in ("ana", "cyd"):
        with pytest.raises(NotAllowed, match="wrote the plan"):
            do.approve(written, PLAN, "haven-xd", author, NOW)
    approved = do.approve(written, PLAN, "deputy-organisation", "ben", NOW + HOUR)
    assert of(approved).is_approved
    changed = do.record_proceedings(approved.case, PLAN, "p1", PROCEEDINGS, "ana", NOW + 2 * HOUR)
    assert not of(changed).is_approved
    assert not of(do.plan_journey(approved.case, PLAN, journey, "ana", NOW + HOUR)).is_approved


def test_r24_sender_a_journey_lies_ahead():
    """A window that is over, or ends before it starts, is a slip."""
    for journey in (Journey(NOW + 2, NOW + 1), Journey(NOW - 2, NOW - 1)):
        with pytest.raises(BadInput):
            do.plan_journey(returning(), PLAN, journey, "ana", NOW)


def test_h24_sender_no_field_says_that_she_is_a_witness():
    """H24, g5: only that her lawyer advised her and how she is heard; it never travels and never tells more."""
    assert Proceedings.__struct_fields__ == ("at", "by", "advised_by_lawyer", "compensation_checked", "heard")


def test_h25_sender_she_is_asked_again_two_days_after_her_release():
    """H25: not while detained, not on the day of her release."""
    detained = place_in_detention(returning(), "ana", NOW).case

    with pytest.raises(NotAllowed, match="48 hours"):
        do.ask_after_detention(detained, PLAN, "p1", "ana", NOW + DAY)
    free = end_detention(detained, BOTH, NOW + DAY).case
    with pytest.raises(NotAllowed, match="48 hours"):
        do.ask_after_detention(free, PLAN, "p1", "ana", NOW + DAY + 47 * HOUR)
    asked = do.ask_after_detention(free, PLAN, "p1", "ana", NOW + DAY + 48 * HOUR)
    assert of(asked).persons[0].asked_again_after_detention_at == NOW + DAY + 48 * HOUR


def test_r32_sender_an_alarm_is_ended_by_two_people_or_by_what_happened():
    """R32, H06: steps end nothing; one person ends nothing."""
    alarmed = do.raise_alarm(case(HER), "24" * 16, NOW).case
    assert do.raise_alarm(alarmed, "24" * 16, NOW + 1).case == alarmed

    asked = do.note_alarm_step(alarmed, "24" * 16, "her_safe_contact", "no_answer", "ana", NOW).case
    assert do.open_alarm(asked, "24" * 16) is not None
    with pytest.raises(NotAllowed, match="two different people"):
        do.end_alarm(asked, "24" * 16, "found_safe", ("ana",), NOW)
    assert do.open_alarm(do.end_alarm(asked, "24" * 16, "found_safe", BOTH, NOW).case, "24" * 16) is None
    assert do.open_alarm(do.settle_alarm(asked, "24" * 16, NOW).case, "24" * 16) is None


def test_h07_sender_care_on_the_way_ends_when_she_is_safe_or_says_so_herself():
    """H07: who is with her, where she sleeps, who pays, the way back are asked for; nobody else can send her on."""
    begun = care_changes.begin_care(case(), "cc" * 8, "24" * 16, "aa" * 16, NOW).case
    assert care_changes.begin_care(begun, "dd" * 8, "24" * 16, "bb" * 16, NOW).case == begun

    assert begun.care[0].lacks == ("with_her", "place_tonight", "payer", "way_back")
    settled = care_changes.set_care(begun, "cc" * 8, "escort", "us", None, "ana", NOW).case
    settled = care_changes.place_written(settled, "cc" * 8, "ana", NOW).case
    assert settled.care[0].lacks == ("way_back",)
    with pytest.raises(NotAllowed, match="only she"):
        care_changes.end_care(settled, "cc" * 8, "she_goes_on_alone", False, "ana", NOW)
    ended = care_changes.end_care(settled, "cc" * 8, "she_goes_on_alone", True, "ana", NOW).case
    assert ended.care[0].ended_at == NOW
    with pytest.raises(NotFound):
        care_changes.set_care(ended, "cc" * 8, "escort", None, None, "ana", NOW)
