"""Which rule wins, what always passes, who decides: R31, R39, R40, H01, H02, H22."""

import pytest

from node.protocol.gate.facts import ThreadFacts, Withdrawn
from node.protocol.gate.gate import at_control, receiver, takes_effect
from tests.rules.world import (
    DAY,
    HER,
    HER_TOKEN,
    NOW,
    XA_RECORD,
    accepted,
    both,
    case,
    disclosure,
    draft,
    letter,
    offer,
    record,
    release,
    stop,
    tie,
    with_,
)

CLAIM = with_(HER, protection="sought", ties=(tie("XA"),))
ASKED = "00" * 15 + "aa"
GONE = Withdrawn(token=HER_TOKEN, purposes=("referral", "enquiry"), levels=("L1", "L2", "L3"), n=2)


def test_r31_sender_nothing_that_rests_on_consent_goes_after_a_stop():
    """R31: a stop wins."""
    stopped = accepted(stopped=True)

    assert both(disclosure(), shared=stopped) == ["R31"]
    assert both(letter("referral.arrived", sender_role="responder"), shared=stopped) == []


def test_r31_receiver_an_opening_is_no_longer_told_once_a_stop_is_queued():
    """Wire 7: whatever the stop's cause; a receiver's machine refuses what was written after it (201)."""
    told = at_control("letter.opened", XA_RECORD, thread_stopped=True)

    assert told is not None
    assert told.rule == "R31"
    assert at_control("letter.opened", XA_RECORD, thread_stopped=False) is None
    assert at_control("channel.heads", XA_RECORD, thread_stopped=True) is None


@pytest.mark.parametrize("status", ["suspended", "revoked", "quarantined", "unknown"])
def test_r39_sender_a_country_that_is_not_active_gets_nothing(status):
    """R39: queued letters and stops wait; nothing leaves."""
    out = with_(XA_RECORD, status=status)

    assert release(offer(), recipient=out).held
    assert both(stop(), recipient=out) == ["R39"]
    assert at_control("channel.heads", out, thread_stopped=False) is not None


def test_r39_sender_an_old_registry_holds_new_letters_and_lets_protection_through():
    """Registry 4.6: over 7 days two people, over 14 days nobody; H22: stops and withdrawals never wait for it."""
    old = with_(XA_RECORD, registry_age_seconds=8 * DAY)

    assert both(offer(), recipient=old) == ["R39"]
    assert both(offer(), recipient=with_(old, stale_override_by=("ana", "ben"))) == []
    assert both(offer(), recipient=with_(old, stale_override_by=("ana", "ana"))) == ["R39"]
    ancient = with_(old, registry_age_seconds=15 * DAY, stale_override_by=("ana", "ben"))
    assert both(offer(), recipient=ancient) == ["R39"]
    assert both(stop(), recipient=ancient) == []


def test_r39_receiver_a_suspended_senders_letters_are_stored_without_effect():
    """Wire 3 row 5: of a quarantined sender what protects still works."""
    assert takes_effect("active", "referral.offer")
    assert not takes_effect("suspended", "referral.ended")
    assert not takes_effect("quarantined", "referral.offer")
    assert takes_effect("quarantined", "referral.ended")
    assert takes_effect("quarantined", "consent.withdrawal")


@pytest.mark.parametrize("role", ["machine", "auditor", "operator"])
def test_r40_sender_only_a_person_with_the_role_decides(role):
    """R40: accepting, declining, disclosing need a caseworker or coordinator."""
    answer = letter("referral.accept", sender_role="responder")

    assert both(draft(answer, accepted(accepted=False), actor_role=role), case=None) == ["R40"]
    assert both(draft(answer, accepted(accepted=False), actor_role="coordinator"), case=None) == []
    assert both(draft(offer(), actor="")) == ["R40"]


def test_r40_receiver_no_check_of_ours_accepts_or_declines():
    """R40: a receiver's answers are stored or refused; a decision is a letter a person writes."""
    assert receiver(offer(), ThreadFacts()) is None
    refused = receiver(with_(offer(), handling=()), ThreadFacts())
    assert refused is not None
    assert refused.reason < 200


def test_h01_sender_the_stop_passes_whatever_the_case_says():
    """H01: the stop says nothing, so nothing of the case holds it."""
    worst = case(with_(CLAIM, blocked_countries=("XA",), coercion_suspected=True), first_intake=None)

    assert both(stop(), case=worst, consents=(), shared=accepted(stopped=True)) == []


def test_h01_receiver_a_stop_is_never_refused():
    """Wire 7: a stop is never refused, whatever the thread holds."""
    for shared in (ThreadFacts(), accepted(), accepted(stopped=True, withdrawn=(GONE,))):
        assert receiver(stop(), shared) is None


def test_h02_sender_the_strongest_rule_is_named_first():
    """H02: R10 > R20 > R31 > the rest."""
    taken_back = with_(record(), withdrawn_at=NOW - 1, purposes=(), levels=())

    named = both(
        disclosure(),
        case=case(with_(CLAIM, coercion_suspected=True)),
        consents=(taken_back,),
        shared=accepted(stopped=True, withdrawn=(GONE,)),
        recipient=with_(XA_RECORD, status="suspended"),
    )

    assert named[:3] == ["R10", "R20", "R31"]
    assert {"R39", "H17"} <= set(named[3:])


def test_h02_sender_arrival_and_erasure_go_after_withdrawal():
    """H02: R20 and R31 stop only letters that rest on consent."""
    shared = accepted(stopped=True, withdrawn=(GONE,), answerable=frozenset({ASKED}))

    for kind in ("referral.arrived", "erasure.request", "erasure.confirm", "consent.withdrawal"):
        assert both(letter(kind, consent=(), in_reply_to=ASKED), shared=shared) == []


def test_h02_receiver_arrival_and_erasure_are_taken_after_withdrawal():
    """H02: at the receiver as at the sender."""
    shared = accepted(withdrawn=(GONE,))

    for kind in ("referral.arrived", "erasure.request", "erasure.confirm", "consent.withdrawal"):
        assert receiver(letter(kind, consent=(), n=9, seen=9), shared) is None


@pytest.mark.parametrize("now", [0, NOW, 2**53 - 1])
def test_h22_sender_a_wrong_clock_never_stops_a_stop(now):
    """H22: stops and withdrawals pass the gate at any time."""
    assert both(stop(), now=now) == []
    assert both(letter("consent.withdrawal", consent=()), now=now, shared=accepted()) == []


@pytest.mark.parametrize("written_at", [0, 2**53 - 1])
def test_h22_receiver_a_stop_with_a_wrong_time_is_taken(written_at):
    """H22: whatever the sender's clock said."""
    assert receiver(stop(written_at=written_at), accepted()) is None
    assert receiver(letter("consent.withdrawal", written_at=written_at), accepted()) is None
