"""Best interests, tracing, caregivers, family that may be involved, and custody: R14, R15, R16, H12, H26."""

from collections.abc import Callable
from typing import Any

import pytest

from node.errors import BadInput, NotAllowed
from node.protocol.cases import changes_children as change
from node.protocol.cases.case import Case, CaseThread, Person
from node.protocol.cases.safeguards import (
    child_may_return,
    custody_is_clear,
    family_may_be_sought,
    family_may_be_told,
)
from node.protocol.gate.desk import holds
from tests.rules.world import (
    CHILD,
    GUARDIAN,
    HER,
    NOW,
    OTHER_THREAD,
    THREAD,
    accepted,
    both,
    case,
    entry,
    letter,
    offer,
    record,
    with_,
)

MINOR = with_(HER, age_band="16-17", guardian=GUARDIAN)
ANA, BOTH = ("ana",), ("ana", "ben")
PANEL = ("child_protection", "social_work")
DAY = "2026-10-01"
Step = Callable[[Case], Any]


def best(outcome: Any = "return", country: str | None = "XA", panel: Any = PANEL, by: Any = BOTH) -> Step:
    return lambda one: change.decide_best_interests(
        one,
        "p1",
        outcome,
        country,
        panel,
        DAY,
        "heard_and_followed",
        by,
        NOW,
    )


def trace(may: bool = True, panel: Any = PANEL, by: Any = BOTH) -> Step:
    return lambda one: change.decide_tracing(one, "p1", may, panel, DAY, "heard_and_followed", by, NOW)


def assessed(result: Any = "suitable") -> Step:
    return lambda one: change.assess_family(one, "p1", result, DAY, "ana", NOW)


def caregiver(willing: bool = True, able: bool = True) -> Step:
    return lambda one: change.confirm_caregiver(one, "p1", "grandparent", willing, able, DAY, BOTH, NOW)


def no_contact() -> Step:
    return lambda one: change.decide_no_contact(one, "p1", "dangerous", DAY, "ana", NOW)


def other_care() -> Step:
    return lambda one: change.confirm_other_care(one, "p1", "small_home", DAY, BOTH, NOW)


def suspected() -> Step:
    return lambda one: change.suspect_family(one, "p1", "parent", "ana", NOW)


def person_after(*steps: Step, of: Person = MINOR) -> Person:
    """The person after these changes, one after the other."""
    made = case(of)
    for step in steps:
        made = step(made).case
    return made.persons[0]


def rules(objections: Any) -> list[str]:
    return [one.rule for one in objections]


@pytest.mark.parametrize(
    "steps",
    [
        (best(), assessed(), caregiver()),
        (best(country=None), assessed("suitable_with_support"), caregiver()),
        (best(), no_contact(), other_care()),
        (best(), suspected(), no_contact(), other_care()),
        (best(), assessed(), caregiver(), no_contact(), other_care()),
    ],
)
def test_r14_sender_a_child_may_return_with_a_decision_and_somebody_who_cares(steps):
    """R14, H12: a panel's decision, then family and caregiver, or no contact and other care."""
    assert child_may_return(person_after(*steps), "XA") == []


@pytest.mark.parametrize(
    ("steps", "named"),
    [
        ((), ["R14", "R14"]),
        ((best(), assessed()), ["R14"]),
        ((best(), caregiver()), ["R14"]),
        ((best(), assessed("not_suitable"), caregiver()), ["R14"]),
        ((best(), assessed(), caregiver(able=False)), ["R14"]),
        ((best("stay", None, by=ANA), assessed(), caregiver()), ["R14"]),
        ((best("third_country", "XB"), assessed(), caregiver()), ["R14"]),
        ((best(country="XB"), assessed(), caregiver()), ["R14"]),
        ((best(), no_contact()), ["H12"]),
        ((best(), assessed(), caregiver(), no_contact()), ["H12"]),
        ((best(), assessed(), caregiver(), suspected()), ["R15"]),
        ((best(), suspected(), other_care()), ["R15"]),
    ],
)
def test_r14_sender_a_child_does_not_return_while_something_is_missing(steps, named):
    """R14, H12, R15: each missing part says its rule; a suspicion undoes the family's assessment."""
    assert rules(child_may_return(person_after(*steps), "XA")) == named


def test_r14_sender_a_child_without_a_guardian_or_of_doubtful_age_does_not_return_either():
    """R12, R13, H11: the guardian first; a doubtful age is a child's."""
    decided = person_after(best(), assessed(), caregiver())

    assert rules(child_may_return(with_(decided, guardian=None), "XA")) == ["R13"]
    doubtful = with_(HER, age_in_doubt=True)
    assert rules(child_may_return(doubtful, "XA")) == ["R13", "R14", "R14"]
    assert child_may_return(HER, "XA") == []


@pytest.mark.parametrize(
    ("step", "rule"),
    [
        (best(by=ANA), "R14"),
        (best(by=("ana", "ana")), "R14"),
        (best(panel=("child_protection",)), "R14"),
        (best(panel=("guardian", "social_work")), "R14"),
        (best("third_country", "XB", by=ANA), "R14"),
        (trace(by=ANA), "H12"),
        (trace(panel=("guardian", "education")), "H12"),
        (lambda one: change.confirm_caregiver(one, "p1", "parent", True, True, DAY, ANA, NOW), "R14"),
        (lambda one: change.confirm_other_care(one, "p1", "small_home", DAY, ANA, NOW), "H12"),
        (lambda one: change.reopen_contact(one, "p1", ANA, NOW), "H12"),
        (lambda one: change.clear_family(one, "p1", "parent", ANA, NOW), "R15"),
        (lambda one: change.family_may_know(one, "p1", "what_she_agreed", ANA, NOW), "R16"),
        (lambda one: change.check_custody(one, "p1", "not_known", True, DAY, ANA, NOW), "H26"),
    ],
)
def test_what_opens_a_way_for_a_child_or_to_her_family_takes_two_people_and_a_panel(step, rule):
    """R24, R40: one person can close a way, and never open it."""
    with pytest.raises(NotAllowed) as caught:
        step(case(MINOR))

    assert caught.value.rule == rule


def test_a_decision_is_not_recorded_before_its_day():
    """What has not happened is no fact."""
    with pytest.raises(BadInput):
        change.assess_family(case(MINOR), "p1", "suitable", "2999-01-01", "ana", NOW)


@pytest.mark.parametrize(
    ("steps", "named"),
    [
        ((), ["H12"]),
        ((trace(),), []),
        ((trace(False, by=ANA),), ["H12"]),
        ((trace(), no_contact()), ["H12"]),
        ((trace(), suspected()), ["R15"]),
    ],
)
def test_h12_sender_a_childs_family_is_sought_only_after_a_decision_to(steps, named):
    """H12, R15: the best-interests decision on tracing comes before any question abroad."""
    assert rules(family_may_be_sought(person_after(*steps))) == named


def test_r15_sender_a_suspicion_raised_by_one_is_lifted_by_two_and_stands_for_adults_too():
    """R15: whichever person the letter is about."""
    flagged = suspected()(case(HER)).case

    assert rules(family_may_be_sought(flagged.persons[0])) == ["R15"]
    cleared = change.clear_family(flagged, "p1", "parent", BOTH, NOW).case
    assert family_may_be_sought(cleared.persons[0]) == []
    elsewhere = change.clear_family(flagged, "p1", "partner", BOTH, NOW).case
    assert rules(family_may_be_sought(elsewhere.persons[0])) == ["R15"]


def test_r15_sender_the_same_suspicion_twice_is_one():
    """R15: safe to repeat, so that nobody hesitates."""
    once = suspected()(case(HER)).case

    assert suspected()(once).case == once


def test_r16_sender_family_hears_of_trafficking_only_if_she_said_so():
    """R16: by default nothing; her yes is recorded by two."""
    agreed = change.family_may_know(case(HER), "p1", "what_she_agreed", BOTH, NOW).case.persons[0]

    told = family_may_be_told(HER, says_trafficking=True)
    assert told is not None
    assert told.rule == "R16"
    assert family_may_be_told(HER, says_trafficking=False) is None
    assert family_may_be_told(agreed, says_trafficking=True) is None


@pytest.mark.parametrize(
    ("status", "dangerous", "clear"),
    [("sole", False, True), ("disputed", False, False), ("not_known", False, False), ("not_known", True, True)],
)
def test_h26_sender_custody_of_a_dependent_child_is_checked_unless_asking_is_dangerous(status, dangerous, clear):
    """H26: for each dependent child of its own."""
    checked = change.check_custody(case(HER, CHILD), "p2", status, dangerous, DAY, BOTH, NOW).case

    assert (custody_is_clear(checked.persons[1]) is None) == clear
    assert custody_is_clear(CHILD) is not None
    assert custody_is_clear(HER) is None


def test_r15_sender_no_letter_asks_after_family_that_may_be_involved_whichever_person_it_is_about():
    """R15: the gate looks at everybody of the thread; a dependant's suspicion stops the mother's letter too."""
    asks = with_(letter("referral.update"), kind="return.family_request")
    flagged = change.suspect_family(case(HER, CHILD), "p2", "parent", "ana", NOW).case
    decided = with_(CHILD, child=person_after(trace()).child)

    assert "R15" in both(asks, case=flagged)
    assert "R15" not in both(asks, case=case(HER, decided))
    assert "H12" in both(asks, case=case(HER, CHILD))


def test_r15_sender_family_that_she_excluded_is_not_asked_after():
    """R15: an exclusion of hers needs no suspicion and no reason."""
    asks = with_(letter("referral.update"), kind="return.family_request")

    assert "R15" not in both(asks, case=case())
    assert "R15" in both(asks, case=case(), consents=(record(excluded=("family",)),))


def test_r15_sender_family_is_asked_after_once_she_agreed_to_just_that_since():
    """R15: "ask her again" helps; no newer record that leaves it open does, and a newer no counts."""
    asks = with_(letter("referral.update"), kind="return.family_request")
    no, tracing = {"excluded": ("family",)}, {"purposes": ("enquiry", "referral", "family_tracing")}
    older, newer = {"valid_from": NOW - 90}, {"valid_from": NOW - 5, "consent_id": "newer"}

    assert "R15" not in both(asks, case=case(), consents=(record(**no, **older), record(**tracing, **newer)))
    assert "R15" in both(asks, case=case(), consents=(record(**no, **older), record(**newer)))
    assert "R15" in both(asks, case=case(), consents=(record(**tracing, **older), record(**no, **newer)))
    unheard = with_(record(**no, **newer), asserted=())  # no letter of this thread has rested on it yet
    assert "R15" in both(asks, case=case(), consents=(record(**tracing, **older), unheard))


def test_r15_receiver_the_desk_contacts_nobody_for_another_country_where_family_may_be_involved_here():
    """R15: the origin may know what the sender does not; the answer on the wire says nothing of it."""
    came = with_(letter("referral.update"), kind="return.family_request")
    flagged = change.suspect_family(case(HER), "p1", "parent", "ana", NOW).case

    assert [one.rule for one in holds(came, flagged, "XA", NOW)] == ["R15"]
    assert holds(letter("referral.update"), flagged, "XA", NOW) == []


def test_h26_sender_no_dependent_child_crosses_a_border_before_custody_was_checked():
    """H26: an arrangement waits; the offer and the help do not."""
    arrange = letter("referral.arrange", consent=(entry(), entry(CHILD)))
    records = (record(), record(CHILD))
    known = accepted(entries=arrange.consent)
    checked = change.check_custody(case(HER, CHILD), "p2", "sole", False, DAY, ANA, NOW).case

    assert both(arrange, case=case(HER, CHILD), consents=records, shared=known) == ["H26"]
    assert both(arrange, case=checked, consents=records, shared=known) == []
    assert both(offer(HER, CHILD), case=case(HER, CHILD), consents=records) == []


def test_h26_sender_a_thread_begun_anew_without_somebody_names_no_earlier_one():
    """H26: a blocked dependant does not drop out of a sent count; the new thread has no history."""
    family = case(HER, CHILD)
    alone = CaseThread(thread=THREAD, country="XA", opened_at=NOW, persons=("p1",))
    earlier = CaseThread(thread=OTHER_THREAD, country="XA", opened_at=NOW, persons=("p1", "p2"))
    both_threads = with_(family, threads=(alone, earlier))

    assert both(with_(offer(), relates_to=OTHER_THREAD), case=both_threads) == ["H26"]
    assert both(offer(), case=both_threads) == []
    same = with_(family, threads=(alone, with_(earlier, persons=("p1",))))
    assert both(with_(offer(), relates_to=OTHER_THREAD), case=same) == []


def test_h33_sender_no_letter_names_a_thread_of_somebody_elses_case():
    """H33, R26: nothing on the wire links two people of a group."""
    assert both(with_(offer(), relates_to=OTHER_THREAD)) == ["H33"]
