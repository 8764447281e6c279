"""What letters of a return say of children and families, and a peer that skips it: R14, R15, R16, H12, H26, H27."""

from typing import Any

import pytest
from msgspec.structs import replace

from node.protocol.cases import changes_children as change
from node.protocol.departure_gates import care_still_there
from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.gate import receiver
from node.protocol.letters.codes import DEFAULT_HANDLING
from node.protocol.return_gates import child_is_expected, family_not_involved, planned
from node.protocol.threads.return_facts import ReturnFacts
from node.protocol.threads.thread import Shared, entry_of
from tests.rules.test_family_rules import DAY, MINOR, best, caregiver, no_contact, other_care, person_after, trace
from tests.rules.world import CHILD, HER, NOW, accepted, body, both, case, entry, letter, record, with_

FAMILY = ("enquiry", "family_tracing", "family_contact")
ABLE = "willing_and_able"
TRAVEL = ("enquiry", "travel")


def asks(person: Any = HER, entries: Any = None, **facts: Any) -> Any:
    """A question after the family of this person; for a child with the day of the decision."""
    day = [DAY] if person.treated_as_child else []
    said = {"steps": ["find"], "told": "nothing_about_trafficking", "best_interests_date": day, **facts}
    given = entries or (entry(person, purposes=FAMILY),)
    return letter("return.family_request", consent=given, body=body("return.family_request", **said))


def plan(person: Any = HER, **facts: Any) -> Any:
    """A travel plan for this person."""
    child = person.treated_as_child
    said = {
        "child_care": ["caregiver_confirmed"] if child else [],
        "best_interests_date": [DAY] if child else [],
        **facts,
    }
    return letter(
        "return.travel_plan", consent=(entry(person, purposes=TRAVEL),), body=body("return.travel_plan", **said)
    )


def family_world(person: Any) -> dict[str, Any]:
    return {"case": case(person), "consents": (record(person, purposes=FAMILY),), "shared": accepted()}


def ours(came: Any, **world: Any) -> list[str]:
    """The rules of children and families that the gate names; the plan of the return has tests of its own."""
    return [rule for rule in both(came, **world) if rule in ("R14", "R15", "R16", "H12")]


def refused_for(came: Any, shared: ThreadFacts | None = None) -> tuple[str, int] | None:
    found = receiver(came, shared or accepted())
    return None if found is None else (found.rule, found.reason)


def told(came: Any, way: ReturnFacts) -> int:
    """The reason the machine refuses this letter by, at either end, or 0."""
    of_kind = child_is_expected if came.kind == "return.travel_plan" else family_not_involved
    refusal = of_kind(Shared(way=way), entry_of(came))
    return 0 if refusal is None else refusal.reason


def test_h12_sender_a_childs_family_is_asked_after_with_the_day_the_case_holds():
    """H12: nobody types a decision that was not made."""
    decided = person_after(trace())

    assert ours(asks(decided), **family_world(decided)) == []
    assert ours(asks(MINOR), **family_world(MINOR)) == ["H12", "H12"]
    assert ours(asks(decided, best_interests_date=["2026-10-02"]), **family_world(decided)) == ["H12"]


def test_h12_receiver_a_childs_family_without_a_decision_on_tracing_is_not_asked_after():
    """H12: reason 112, judged on the letter."""
    assert refused_for(asks(MINOR)) is None
    assert refused_for(asks(MINOR, best_interests_date=[])) == ("H12", 112)
    assert refused_for(asks(HER)) is None


def test_r15_receiver_family_is_not_contacted_against_the_mark_or_after_a_sign_of_involvement():
    """R15: the mark on the letter, and what the thread has shown; reason 15."""
    marked = with_(asks(), handling=(*DEFAULT_HANDLING, "no_contact_family"))
    contact = asks(entries=(entry(purposes=FAMILY),), steps=["contact"])

    assert refused_for(marked) == ("R15", 15)
    assert told(contact, ReturnFacts()) == 0
    assert told(contact, ReturnFacts(involved=True)) == 15


def test_r16_sender_what_she_agreed_needs_her_recorded_yes():
    """R16: the case says what the family may hear; the letter cannot say more."""
    open_words = asks(told="what_she_agreed", entries=(entry(purposes=FAMILY, categories=("needs", "exploitation")),))
    agreed = change.family_may_know(case(HER), "p1", "what_she_agreed", ("ana", "ben"), NOW).case.persons[0]
    consents = (record(HER, purposes=FAMILY, categories=("needs", "exploitation")),)

    assert ours(open_words, case=case(HER), consents=consents, shared=accepted()) == ["R16"]
    assert ours(open_words, case=case(agreed), consents=consents, shared=accepted()) == []


def test_r16_receiver_family_hears_of_trafficking_only_with_a_consent_that_says_so():
    """R16: reason 16; the default tells nothing, and is the only one that needs no more."""
    assert refused_for(asks()) is None
    assert refused_for(asks(told="what_she_agreed")) == ("R16", 16)
    said = (entry(purposes=FAMILY, categories=("needs", "exploitation")),)
    assert refused_for(asks(told="what_she_agreed", entries=said)) is None


@pytest.mark.parametrize(
    ("steps", "facts", "rules"),
    [
        ((best(), caregiver()), {}, []),
        ((best(), no_contact(), other_care()), {"child_care": ["alternative_care_confirmed"]}, []),
        ((best(),), {}, ["R14"]),
        ((best(), caregiver(), no_contact()), {}, ["R14"]),
        ((best(), caregiver()), {"best_interests_date": ["2026-10-02"]}, ["R14"]),
        ((best(), caregiver()), {"child_care": ["alternative_care_confirmed"]}, ["R14"]),
    ],
)
def test_r14_sender_a_plan_says_of_a_childs_care_what_the_case_holds(steps, facts, rules):
    """R14: the decision's day and the care, as they were confirmed."""
    child = person_after(*steps)
    consents = (record(child, purposes=TRAVEL),)

    assert ours(plan(child, **facts), case=case(child), consents=consents, shared=accepted()) == rules


def test_r14_receiver_a_child_is_not_expected_without_a_decision_and_somebody_who_cares():
    """R14, H12: reason 14, by what both countries exchanged; a peer that skips it is refused."""
    found = ReturnFacts(family="willing_and_able")

    assert told(plan(MINOR), found) == 0
    assert told(plan(MINOR), ReturnFacts()) == 14
    assert told(plan(MINOR), replace(found, involved=True)) == 14
    assert told(plan(MINOR, child_care=[]), found) == 14
    assert told(plan(MINOR, best_interests_date=[]), found) == 14
    assert told(plan(MINOR, child_care=["alternative_care_confirmed"]), ReturnFacts()) == 0
    assert told(plan(HER), ReturnFacts()) == 0


@pytest.mark.parametrize(("family", "involved"), [("willing_not_able", False), ("asked", False), (ABLE, True)])
def test_r14_receiver_no_child_leaves_to_family_of_whom_a_newer_word_is_another(family: str, involved: bool) -> None:
    """R14, g6: the plan counted on a caregiver who was found able; on the day the newest assessment is looked at."""
    made = planned(Shared(state="assessing", way=ReturnFacts(family=ABLE)), entry_of(plan(MINOR)))
    leaves = entry_of(letter("return.departure", body=body("return.departure")))
    otherwise = replace(made, way=replace(made.way, family=family, involved=involved))
    elsewhere = planned(made, entry_of(plan(MINOR, child_care=["alternative_care_confirmed"])))

    assert care_still_there(made, leaves) is None
    assert care_still_there(otherwise, leaves).rule == "R14"  # type: ignore[union-attr]
    assert care_still_there(replace(elsewhere, way=replace(elsewhere.way, family=family)), leaves) is None


@pytest.mark.parametrize(("make", "purposes"), [(asks, FAMILY), (plan, TRAVEL)])
def test_h27_receiver_a_guardians_consent_for_an_adult_carries_no_family_and_no_return(make, purposes):
    """H27: reason 127; help under way is another matter."""
    came = make(HER)
    guarded = with_(came, consent=(entry(given_by="guardian", purposes=purposes),))

    assert refused_for(guarded) == ("H27", 127)
    update = letter("referral.update", consent=(entry(given_by="guardian"),))
    assert refused_for(update) is None


def test_h26_receiver_a_plan_that_leaves_a_dependant_out_is_refused():
    """H26: nobody drops out of a count; reason 126."""
    family = accepted(entries=(entry(purposes=TRAVEL), entry(CHILD, purposes=TRAVEL)))

    assert refused_for(plan(HER), family) == ("H26", 126)
    together = with_(plan(HER), consent=(entry(purposes=TRAVEL), entry(CHILD, purposes=TRAVEL)))
    assert refused_for(together, family) is None
