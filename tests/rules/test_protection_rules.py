"""Asylum, named countries and age: R05, R10, R12, H03, H05, H16, H26, H31."""

import pytest

from node.errors import NotAllowed
from node.protocol.cases.case import LIFT_WAIT_SECONDS, asylum_blocks
from node.protocol.cases.changes import doubt_age, lift_asylum_block, set_protection, set_tie, settle_age
from node.protocol.gate.desk import holds
from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.gate import receiver
from node.protocol.letters.bodies import OfferBody
from tests.rules.world import (
    CHILD,
    HER,
    NAME,
    NOW,
    OTHER_THREAD,
    accepted,
    body,
    both,
    case,
    disclosure,
    entry,
    letter,
    offer,
    release,
    stop,
    tie,
    with_,
)

CLAIM = with_(HER, protection="sought", ties=(tie("XA"),))


def test_r05_sender_a_presumed_victim_is_referred_like_an_identified_one():
    """R05: possible is enough; no step asks for formal identification."""
    assert both(offer(), case=case(trafficking_status="possible")) == []
    assert both(offer(), case=case(trafficking_status="actual")) == []


def test_r05_sender_somebody_found_not_to_be_a_victim_is_not_offered():
    """R05: the offer's precondition is possible or actual."""
    assert both(offer(), case=case(trafficking_status="not_a_victim")) == ["R05"]


def test_r05_receiver_an_offer_says_no_status_and_is_stored():
    """R05: the letter has no field for a status, so nothing can be asked."""
    assert not [name for name in OfferBody.__struct_fields__ if "status" in name or "identif" in name]
    assert receiver(offer(), ThreadFacts()) is None


@pytest.mark.parametrize("protection", ["considering", "sought", "granted", "refused", "closed"])
def test_r10_sender_an_asylum_claim_blocks_the_country_of_origin(protection):
    """R10, H03: whatever became of the claim, nothing goes there, and the thread gets the uniform stop."""
    person = with_(HER, protection=protection, ties=(tie("XA"),))

    gate = release(offer(), case=case(person))

    assert [one.rule for one in gate.objections] == ["R10"]
    assert gate.cancelled
    assert gate.ends_thread


def test_r10_sender_a_feared_country_is_blocked_without_a_claim():
    """R10: fear is enough."""
    person = with_(HER, ties=(tie("XA", "yes", "other"),))

    assert both(offer(), case=case(person)) == ["R10"]


@pytest.mark.parametrize("kind", ["referral.arrived", "referral.info", "referral.update", "safety.alert"])
def test_r10_sender_the_block_holds_for_every_kind_of_letter(kind):
    """R10 overrides consent, urgency, arrival and safety; only the stop passes (H01)."""
    of = with_(letter("referral.update"), kind=kind)

    assert both(of, case=case(CLAIM), shared=accepted())[0] == "R10"


def test_r10_sender_the_stop_passes():
    """H01: the stop is the only letter that R10 lets pass."""
    assert both(stop(), case=case(CLAIM)) == []


def test_r10_sender_a_claim_without_known_countries_waits():
    """H03: nobody asked yet where she comes from, so nobody knows where nothing may go."""
    gate = release(offer(), case=case(with_(HER, protection="sought")))

    assert [one.rule for one in gate.objections] == ["R10"]
    assert gate.held


def test_h16_sender_a_withdrawal_to_a_blocked_country_waits_for_her_word():
    """H16: she is asked first; the letter is neither sent nor lost."""
    of = letter("consent.withdrawal", consent=())

    gate = release(of, case=case(CLAIM), shared=accepted())

    assert gate.held
    assert not gate.ends_thread


def test_r10_receiver_a_letter_from_the_origin_is_stored_and_held_at_the_desk():
    """R10, wire 3 row 14: the answer on the wire never depends on asylum; the desk does."""
    came = letter("referral.accept", sender_role="responder")

    assert receiver(came, accepted()) is None
    assert [one.rule for one in holds(came, case(CLAIM), "XA", NOW)] == ["R10"]
    assert holds(came, case(HER), "XA", NOW) == []


def test_h31_sender_where_she_lived_counts_as_origin():
    """H31: habitual residence is origin."""
    person = with_(HER, protection="sought", ties=(tie("XA", "not_asked", "habitual_residence"),))

    assert both(offer(), case=case(person)) == ["R10"]


def test_h03_sender_a_second_nationality_is_open_only_when_asked_and_not_feared():
    """H03: blocked if feared, or until she has been asked."""
    feared = tie("XB", "yes")

    for answer, blocked in (("not_asked", True), ("yes", True), ("no", False)):
        person = with_(HER, protection="sought", ties=(feared, tie("XA", answer)))
        assert asylum_blocks(person, "XA", NOW) is blocked
    assert asylum_blocks(with_(HER, protection="sought", ties=(tie("XA", "no"),)), "XA", NOW)


def test_h03_sender_no_change_of_status_lifts_the_block():
    """H03: refusal and closure do not lift it; once made, a claim stays."""
    changed = case(with_(HER, ties=(tie("XA"),)))
    for protection in ("sought", "refused", "none"):
        changed = set_protection(changed, "p1", protection, "ana", NOW).case

    assert both(offer(), case=changed) == ["R10"]


def test_h03_sender_her_own_wish_reopens_the_country_after_seven_days_for_new_threads():
    """H03: written wish, independent lawyer, seen alone, two people, seven days; no history."""
    lifted = lift_asylum_block(
        case(CLAIM), "p1", "XA", ("ana", "ben"), NOW, wish_in_writing=True, lawyer_independent=True, seen_alone=True
    ).case
    later = NOW + LIFT_WAIT_SECONDS
    new = ThreadFacts(opened_at=later)

    assert both(offer(), case=lifted, now=later - 1) == ["R10"]
    assert both(offer(), case=lifted, now=later, shared=new) == []
    assert both(offer(), case=lifted, now=later) == ["H03"]
    assert both(with_(offer(), relates_to=OTHER_THREAD), case=lifted, now=later, shared=new)[0] == "H03"


def test_h03_sender_one_person_cannot_lift_the_block():
    """H03: two people, and every condition."""
    for by, lawyer in ((("ana",), True), (("ana", "ana"), True), (("ana", "ben"), False)):
        with pytest.raises(NotAllowed) as caught:
            lift_asylum_block(
                case(CLAIM), "p1", "XA", by, NOW, wish_in_writing=True, lawyer_independent=lawyer, seen_alone=True
            )
        assert caught.value.rule == "H03"


def test_h03_sender_one_person_cannot_say_that_a_fear_is_gone():
    """H03: what opens a country takes two."""
    afraid = case(with_(HER, ties=(tie("XA", "yes"),)))

    with pytest.raises(NotAllowed):
        set_tie(afraid, "p1", tie("XA", "no"), ("ana",), NOW)

    assert set_tie(afraid, "p1", tie("XA", "no"), ("ana", "ben"), NOW).case.persons[0].ties == (tie("XA", "no"),)


def test_h05_sender_a_named_country_never_hears_of_her():
    """H05: as strong as R10, and ended by the uniform stop."""
    gate = release(offer(), case=case(with_(HER, blocked_countries=("XA",))))

    assert [one.rule for one in gate.objections] == ["H05"]
    assert gate.ends_thread


def test_h05_sender_no_thread_opens_before_the_first_intake_question():
    """H05: until answered, no thread about her opens."""
    gate = release(offer(), case=case(first_intake=None))

    assert [one.rule for one in gate.objections] == ["H05"]
    assert gate.held


def test_h05_receiver_a_referral_without_the_four_handling_marks_is_refused():
    """H05: the marks ride on every referral, so that they say nothing."""
    came = with_(offer(), handling=("victim_assistance_only", "no_law_enforcement", "no_onward"))

    refused = receiver(came, ThreadFacts())

    assert refused is not None
    assert (refused.rule, refused.reason) == ("H05", 105)
    assert both(came) == ["H05"]


def test_h05_receiver_the_desk_asks_first_who_must_never_hear_of_her():
    """H05: the receiver's first intake question; the letter itself was stored."""
    assert [one.rule for one in holds(offer(), None, "XA", NOW)] == ["H05"]
    assert [one.rule for one in holds(offer(), case(first_intake=None), "XA", NOW)] == ["H05"]


@pytest.mark.parametrize(
    ("facts", "rule", "discreet"),
    [
        ({"persons": (with_(HER, blocked_countries=("XA",)),)}, "H05", False),
        ({"place_is_detention": True}, "R17", False),
        ({"persons": (with_(HER, coercion_suspected=True),)}, "H17", True),
    ],
)
def test_what_arrived_waits_at_the_desk_for_a_local_reason(facts, rule, discreet):
    """Row 14: stored always; H05, R17, H17 hold it here, and a stop is never held."""
    came = letter("referral.accept", sender_role="responder")
    held = with_(case(), **facts)

    assert [(one.rule, one.discreet) for one in holds(came, held, "XA", NOW)] == [(rule, discreet)]
    assert holds(stop(), held, "XA", NOW) == []


def test_r12_sender_a_doubtful_age_is_a_childs():
    """R12: the letter says of her age what the case derives, and one user cannot change it."""
    doubted = doubt_age(case(), "p1", "ana", NOW).case

    assert doubted.persons[0].treated_as_child
    assert "R12" in both(offer(), case=doubted)
    with pytest.raises(NotAllowed):
        settle_age(doubted, "p1", "18-24", ("ana",), NOW)
    assert not settle_age(doubted, "p1", "18-24", ("ana", "ben"), NOW).case.persons[0].treated_as_child


def test_r12_sender_letter_entry_and_case_say_the_same_age():
    """R12: the body and the consent entry are each compared with the case."""
    older = with_(HER, age_band="35-49")
    says_child = with_(entry(), treated_as_child=True, given_by="guardian", capacity="child_assent_recorded")

    assert both(offer(), case=case(older)) == ["R12"]
    assert "R12" in both(disclosure(consent=(says_child,)), shared=accepted())
    assert both(disclosure(), case=case(older), shared=accepted()) == []


def test_r12_receiver_a_childs_age_band_treated_as_an_adults_is_refused():
    """R12: the letter contradicts itself."""
    adult = entry()
    contradicting = with_(offer(), body=body("referral.offer", age_band="16-17", dependants=[]), consent=(adult,))
    doubtful = with_(offer(), body=body("referral.offer", treated_as_child=True, dependants=[]), consent=(adult,))

    for came in (contradicting, doubtful):
        refused = receiver(came, ThreadFacts())
        assert refused is not None
        assert (refused.rule, refused.reason) == ("R12", 12)


def test_h26_sender_one_blocked_dependant_blocks_the_whole_thread():
    """H26: a blocked person never drops out of a sent count; the thread gets the uniform stop."""
    blocked_child = with_(CHILD, protection="sought", ties=(tie("XA"),))
    family = case(HER, blocked_child)

    without_the_child = release(disclosure(NAME), case=family, shared=accepted())

    assert [one.rule for one in without_the_child.objections] == ["R10"]
    assert without_the_child.ends_thread
