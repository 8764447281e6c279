"""Children, guardians, dependants and turning 18: R13, H10, H11, H26, H27."""

import pytest

from node.errors import NotAllowed
from node.protocol.cases.changes import check_guardian, record_guardian
from node.protocol.cases.changes_life import YEAR_S
from node.protocol.consent.faults import faults
from node.protocol.consent.scope import assertion, effective
from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.gate import receiver
from node.protocol.gate.once_told import NOTHING_TOLD, grown, telling
from tests.rules.world import (
    CHILD,
    CHILD_TOKEN,
    DAY,
    GUARDIAN,
    HER,
    HER_TOKEN,
    NAME,
    NOW,
    TO_XA,
    accepted,
    body,
    both,
    case,
    disclosure,
    draft,
    entry,
    letter,
    offer,
    record,
    with_,
)

MINOR = with_(HER, age_band="16-17", guardian=GUARDIAN)
PROVISIONAL = {
    "basis": "provisional",
    "given_by": "child_protection",
    "capacity": "child_assent_recorded",
    "purposes": ("enquiry",),
    "levels": ("L1",),
    "valid_until": NOW + 9 * DAY,
    "seconded_by": "ben",
}


def refused_for(came, shared=None):
    """The rule and reason of a refusal."""
    found = receiver(came, shared or ThreadFacts())
    return None if found is None else (found.rule, found.reason)


def rules_of(made, person, now=NOW):
    """The rules a record breaks."""
    return [fault.rule for fault in faults(made, person, now)]


def test_r13_sender_a_child_never_consents_alone():
    """R13: the guardian first, and the child's assent recorded."""
    assert rules_of(record(MINOR), MINOR) == []
    assert rules_of(record(MINOR, given_by="self"), MINOR) == ["R13"]
    assert rules_of(record(MINOR, capacity="adult"), MINOR) == ["R13"]
    assert rules_of(record(MINOR), with_(MINOR, guardian=None)) == ["R13"]
    alone = entry(MINOR, given_by="self")
    assert "R13" in both(offer(MINOR, consent=(alone,)), case=case(MINOR), consents=(record(MINOR, given_by="self"),))


def test_r13_receiver_a_childs_consent_given_by_itself_is_refused():
    """R13: reason 13, judged on the entry."""
    for said in (
        {"given_by": "self"},
        {"given_by": "legal_representative"},
        {"capacity": "adult"},
        {"capacity": "supported_decision"},
    ):
        assert refused_for(offer(MINOR, consent=(entry(MINOR, **said),))) == ("R13", 13)


@pytest.mark.parametrize(
    "fact",
    [
        {"appointing_body": ""},
        {"appointed_on": ""},
        {"not_named_in_case": False},
        {"conflict_checked_by": None},
        {"conflict_checked_by": "ana"},
        {"conflict_found": True},
        {"heard_alone": False},
    ],
)
def test_h11_sender_a_guardian_counts_only_when_appointed_free_of_conflict_and_the_child_heard_alone(fact):
    """H11: each of the five facts; with a conflict consents rest."""
    doubtful = with_(MINOR, guardian=with_(GUARDIAN, **fact))

    assert both(offer(MINOR), case=case(doubtful), consents=(record(MINOR),)) == ["H11"]


def test_h11_sender_a_conflict_found_later_suspends_letters_that_state_no_consent():
    """H11: consents are suspended, so an update that goes on under them waits."""
    conflicted = with_(MINOR, guardian=with_(GUARDIAN, conflict_found=True))
    update = letter("referral.update", consent=())

    assert both(update, case=case(MINOR), consents=(record(MINOR),), shared=accepted()) == []
    assert both(update, case=case(conflicted), consents=(record(MINOR),), shared=accepted()) == ["H11"]


def test_h11_sender_the_same_holds_for_an_adults_legal_representative():
    """H11, last sentence."""
    represented = with_(HER, guardian=with_(GUARDIAN, conflict_found=True))

    assert rules_of(record(given_by="legal_representative"), represented) == ["H11"]
    assert rules_of(record(given_by="legal_representative"), with_(HER, guardian=GUARDIAN)) == []


def test_h11_sender_who_recorded_a_guardian_cannot_clear_it_of_conflict():
    """H11: a second person checks."""
    recorded = record_guardian(case(MINOR), "p1", GUARDIAN, "ana", NOW).case

    with pytest.raises(NotAllowed):
        check_guardian(recorded, "p1", False, "ana", NOW)

    assert check_guardian(recorded, "p1", False, "ben", NOW).case.persons[0].guardian == GUARDIAN


def test_h11_sender_a_conflict_that_was_found_is_not_looked_away():
    """H11: whoever looks again clears nothing alone; a guardian is recorded anew, and another person checks."""
    found = check_guardian(case(MINOR), "p1", True, "ben", NOW).case

    with pytest.raises(NotAllowed, match="a conflict of interest was found"):
        check_guardian(found, "p1", False, "cleo", NOW)
    anew = record_guardian(found, "p1", GUARDIAN, "ana", NOW).case
    assert check_guardian(anew, "p1", False, "ben", NOW).case.persons[0].guardian == with_(GUARDIAN, since=NOW)


@pytest.mark.parametrize("by", ["guardian", "legal_representative"])
def test_h11_sender_what_one_guardian_allowed_another_ones_appointment_does_not_revive(by):
    """H11: the one with a conflict consented; the next one is asked anew, and what that one allows counts."""
    who = MINOR if by == "guardian" else with_(HER, guardian=GUARDIAN)
    old, new = record(who, given_by=by), record(who, given_by=by, valid_from=NOW + DAY)
    conflict = check_guardian(case(who), "p1", True, "ben", NOW).case
    next_one = with_(GUARDIAN, appointing_body="another-court-xd", appointed_on="2026-11-10")
    after = check_guardian(record_guardian(conflict, "p1", next_one, "ana", NOW).case, "p1", False, "ben", NOW).case
    her = after.persons[0]

    assert [one.sentence for one in faults(old, her, NOW)] == ["another guardian had consented, or none yet"]
    assert faults(new, her, NOW + DAY) == []
    same = record_guardian(case(who), "p1", GUARDIAN, "ana", NOW).case  # written down again: nothing was taken away
    assert faults(old, check_guardian(same, "p1", False, "ben", NOW).case.persons[0], NOW) == []


def test_h11_sender_nobody_consents_as_guardian_before_the_appointment():
    """H11: a day of grace, because a date begins earlier in the east."""
    appointed = with_(MINOR, guardian=with_(GUARDIAN, appointed_on="2026-11-18"))

    assert rules_of(record(MINOR, valid_from=NOW - DAY), appointed) == []
    assert rules_of(record(MINOR, valid_from=NOW - 3 * DAY), appointed) == ["H11"]


@pytest.mark.parametrize("by", ["guardian", "self_with_guardian"])
def test_h11_receiver_a_sender_that_does_not_vouch_for_a_guardian_is_refused(by):
    """Wire 7: `safeguards_met` is the statement that R23, H11 and H17 hold; who speaks for her stands beside it."""
    assert refused_for(offer(MINOR, consent=(entry(MINOR, given_by=by, safeguards_met=False),))) == ("H11", 111)


def test_h11_receiver_nor_for_the_legal_representative_of_an_adult():
    """H11, last sentence: the same holds."""
    unvouched = entry(given_by="legal_representative", safeguards_met=False)

    assert refused_for(offer(consent=(unvouched,))) == ("H11", 111)
    assert refused_for(offer(consent=(with_(unvouched, safeguards_met=True),))) is None


def test_h10_sender_a_provisional_basis_needs_child_protection_and_a_second_person():
    """H10: ten days, renewable once, an offer only."""
    no_guardian = with_(MINOR, guardian=None)

    assert rules_of(record(MINOR, **PROVISIONAL), no_guardian) == []
    for fact in (
        {"seconded_by": None},
        {"seconded_by": "ana"},
        {"given_by": "guardian"},
        {"valid_until": NOW + 10 * DAY},
        {"renewals": 2},
        {"purposes": ("enquiry", "referral")},
        {"levels": ("L1", "L2")},
    ):
        assert rules_of(record(MINOR, **{**PROVISIONAL, **fact}), no_guardian) == ["H10"]
    assert rules_of(record(MINOR, **PROVISIONAL), MINOR) == ["H10"]
    assert rules_of(record(**PROVISIONAL), HER) == ["H10"]


def test_h10_sender_a_conflict_of_the_guardian_leaves_child_protection_ten_days():
    """H11: with a conflict consents are suspended, and H10 applies."""
    conflicted = with_(MINOR, guardian=with_(GUARDIAN, conflict_found=True))

    assert rules_of(record(MINOR), conflicted) == ["H11"]
    assert rules_of(record(MINOR, **PROVISIONAL), conflicted) == []


def test_h10_sender_a_provisional_basis_carries_an_offer():
    """H10: with no guardian the child still gets help."""
    no_guardian = with_(MINOR, guardian=None)
    made = record(MINOR, **PROVISIONAL)
    said = assertion(made, no_guardian, TO_XA, NOW, HER_TOKEN)

    assert both(offer(MINOR, consent=(said,)), case=case(no_guardian), consents=(made,)) == []


def test_h10_receiver_a_provisional_basis_beyond_an_offer_is_refused():
    """H10: reason 110."""
    provisional = entry(
        MINOR, basis="provisional", given_by="child_protection", purposes=("enquiry",), levels=("L1",),
        until=NOW + 9 * DAY,
    )  # fmt: skip

    assert receiver(offer(MINOR, consent=(provisional,)), ThreadFacts()) is None
    wide = with_(provisional, levels=("L1", "L3"))
    assert refused_for(offer(MINOR, consent=(wide,))) == ("H10", 110)
    assert refused_for(disclosure(NAME, consent=(provisional,)), accepted()) == ("H10", 110)
    for said in ({"until": NOW + 11 * DAY}, {"basis": "consent"}, {"given_by": "guardian"}):
        assert refused_for(offer(MINOR, consent=(with_(provisional, **said),))) == ("H10", 110)


def test_h10_receiver_nobody_but_a_child_is_offered_on_a_provisional_basis():
    """H10: child protection says nothing for an adult; reason 110."""
    adult = entry(basis="provisional", given_by="child_protection", purposes=("enquiry",), levels=("L1",))

    assert refused_for(offer(consent=(with_(adult, until=NOW + DAY),))) == ("H10", 110)


def test_r12_receiver_an_offer_with_more_children_than_consents_of_children_is_refused():
    """R12, H26: a dependant's band is a child's, and its consent an adult's; reason 12."""
    as_adult = entry(CHILD, treated_as_child=False, given_by="self", capacity="adult")

    assert refused_for(offer(HER, CHILD)) is None
    assert refused_for(offer(HER, CHILD, consent=(entry(), as_adult))) == ("R12", 12)


def test_h26_sender_each_dependant_has_a_consent_of_its_own():
    """H26: without the child's there is no offer of both."""
    family = case(HER, CHILD)
    records = (record(), record(CHILD))

    assert both(offer(HER, CHILD), case=family, consents=records) == []
    assert both(offer(HER, CHILD), case=family, consents=(record(),)) == ["R01"]
    assert "H26" in both(offer(HER, CHILD, consent=(entry(),)), case=family, consents=records)
    strangers = draft(offer(), persons={HER_TOKEN: "p9"})
    assert "H26" in both(strangers)


def test_h26_sender_two_tokens_are_two_persons():
    """H26: one person cannot stand for two, nor a consent for nobody."""
    family = case(HER, CHILD)
    records = (record(), record(CHILD))

    doubled = draft(offer(HER, CHILD), persons={HER_TOKEN: "p1", CHILD_TOKEN: "p1"})
    assert "H26" in both(doubled, case=family, consents=records)
    assert "H26" in both(draft(offer(HER, CHILD), persons={HER_TOKEN: "p1"}), case=family, consents=records)


def test_h26_sender_together_they_allow_what_each_allows():
    """H26: the smallest common part."""
    scope = effective((entry(), entry(CHILD, levels=("L1",), until=NOW + 5)))

    assert scope.levels == {"L1"}
    assert scope.until == NOW + 5
    assert effective(()).purposes == frozenset()


def test_h26_receiver_as_many_consents_as_persons():
    """H26: reason 126; also for a field about, or an acceptance of, a person nobody offered."""
    assert refused_for(offer(HER, CHILD, consent=(entry(),))) == ("H26", 126)
    unknown = with_(NAME, person=CHILD_TOKEN)
    assert refused_for(disclosure(unknown), accepted(unknown)) == ("H26", 126)
    accept = letter("referral.accept", sender_role="responder", body=body("referral.accept", persons=[CHILD_TOKEN]))
    assert refused_for(accept, accepted(accepted=False)) == ("H26", 126)


def test_h27_sender_a_guardians_consent_ends_at_eighteen_for_disclosure_and_later_for_care():
    """H27: disclosure on the day, help under way after 30 days."""
    grown = with_(MINOR, majority_at=NOW)
    world = {"case": case(grown), "consents": (record(MINOR),), "shared": accepted()}
    disclosing = disclosure(consent=(entry(MINOR),))
    update = letter("referral.update", consent=())

    assert both(disclosing, **world, now=NOW - 1) == []
    assert both(disclosing, **world, now=NOW) == ["H27"]
    assert both(update, **world, now=NOW + 30 * DAY - 1) == []
    assert both(update, **world, now=NOW + 30 * DAY) == ["H27"]


def test_h27_sender_nobody_consents_for_an_adult():
    """H27, H10: once the age is settled as adult, neither guardian nor child protection speaks for her."""
    assert rules_of(record(given_by="guardian"), HER) == ["H27"]
    assert rules_of(record(given_by="child_protection"), HER) == ["H10"]


def test_h27_sender_her_own_consent_takes_the_guardians_place():
    """H27: she is asked, and the letter goes on."""
    grown = with_(HER, guardian=GUARDIAN, majority_at=NOW - DAY)
    own = record(HER, consent_id="own")

    assert both(disclosure(), case=case(grown), consents=(record(MINOR), own), shared=accepted()) == []


def test_h27_sender_what_she_was_asked_of_something_else_leaves_a_guardians_word_a_guardians():
    """H27: her own word takes its place where it carries the letter; care goes on under one of hers that has ended."""
    grown = with_(HER, guardian=GUARDIAN, majority_at=NOW - 40 * DAY)
    guardians = record(MINOR, valid_from=NOW - 50 * DAY)
    other, ended = record(HER, consent_id="own", purposes=("followup",)), record(HER, consent_id="own", valid_until=NOW)
    world = {"case": case(grown), "shared": accepted()}
    update = letter("referral.update", consent=())

    for own in (other, ended):
        assert "H27" in both(disclosure(consent=(entry(MINOR),)), consents=(guardians, own), **world)
    assert both(update, consents=(guardians, other), **world) == ["H27"]
    assert both(update, consents=(guardians, ended), **world) == []


def test_h27_receiver_a_guardians_consent_for_an_adult_is_refused_for_disclosure():
    """H27: the entry contradicts itself; reason 127."""
    said = entry(given_by="guardian")

    assert refused_for(disclosure(consent=(said,)), accepted()) == ("H27", 127)


@pytest.mark.parametrize(
    ("band", "years", "refused"), [("12-15", 2, True), ("16-17", 0, False), ("6-11", 6, True), ("18-24", 0, False)]
)
def test_r12_receiver_a_child_of_the_thread_is_no_adult_before_its_band_allows_it(band, years, refused):
    """R12, H27: until the soonest day the next letter is refused; from then on it is stored, and waits for a person."""
    child = with_(HER, age_band=band, guardian=GUARDIAN, age_in_doubt=band == "18-24")
    opening = offer(child)
    once = telling(NOTHING_TOLD, opening)
    soonest = opening.written_at + years * YEAR_S

    for at, is_refused in ((max(opening.written_at, soonest - 1), refused), (soonest, False)):
        grown_up = letter("referral.update", n=3, seen=1, written_at=at, consent=(entry(until=at + DAY),))
        answer = receiver(grown_up, accepted(once=once, entries=opening.consent))
        assert (answer is not None and answer.reason == 12) == is_refused
    assert grown(once, entry())


def told_as_adults(once, at, *tokens):
    """The receiver's reason for a letter that tells of these children as adults; 0 for none."""
    grown_up = tuple(entry(token=one, until=at + DAY) for one in tokens)
    answer = receiver(
        letter("referral.update", n=3, seen=1, written_at=at, consent=grown_up), accepted(once=once, entries=grown_up)
    )
    return 0 if answer is None else answer.reason


def test_r12_receiver_of_several_children_no_more_grow_up_than_can_be_eighteen():
    """R12, H26: one of 16 may turn 18 tomorrow; that lets nobody tell of her child of five as an adult beside her."""
    teenager, little = "aa" * 16, "bb" * 16
    children = tuple(
        entry(token=one, treated_as_child=True, given_by="guardian", capacity="child_assent_recorded")
        for one in (teenager, little)
    )
    opening = offer(consent=children, age_band="16-17", treated_as_child=True, dependants=["0-5"])
    once, at = telling(NOTHING_TOLD, opening), opening.written_at + DAY

    assert told_as_adults(once, at, teenager) == 0
    assert told_as_adults(once, at, teenager, little) == 12
    after = telling(once, letter("referral.update", n=3, written_at=at, consent=(entry(token=teenager),)))
    assert told_as_adults(after, at, little) == 12
    assert told_as_adults(after, at, teenager) == 0
    assert told_as_adults(after, opening.written_at + 12 * YEAR_S, little) == 0
