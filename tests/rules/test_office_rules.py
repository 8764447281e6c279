"""Whose an office key is, and which organisation she agreed to, while what their country says of them changes.

Source: R19, R28; practice H13, H14.
"""

from typing import Any

import pytest

from node.protocol.gate.facts import OfficeKeyFacts
from tests.rules.world import (
    CHILD,
    CHILD_TOKEN,
    DAY,
    HER,
    NAME,
    NOW,
    OFFICE,
    PLAN,
    POLICE_OFFICE,
    TO_XA,
    WITH_POLICE,
    XA_RECORD,
    accepted,
    both,
    case,
    disclosure,
    entry,
    item,
    letter,
    offer,
    record,
    release,
    with_,
)

NEXT = "c3" * 32
HAVEN, OTHERS = XA_RECORD.office_keys[0], OfficeKeyFacts(kid=NEXT, holder="others-xa", kind="civil_society")


def exchanged(**facts):
    """XA listed two offices and lists their keys now each under the other's name."""
    keys = (with_(HAVEN, holder="others-xa"), with_(OTHERS, holder="haven-xa"))
    return with_(XA_RECORD, office_keys=keys, known_offices=(HAVEN, OTHERS), **facts)


def test_h13_sender_a_key_that_was_another_offices_is_not_hers_under_a_borrowed_name():
    """H13, R01: a country says whose a key is, and does not move her names to another office by saying it anew."""
    to_next = disclosure(kid=NEXT, consent=(entry(holder=NEXT),))
    gone = with_(exchanged(), office_keys=exchanged().office_keys[1:])

    assert both(to_next, shared=accepted(), recipient=gone) == ["R01"]
    assert gone.office_now(OFFICE) == OFFICE
    fresh = with_(gone, known_offices=(HAVEN, with_(OTHERS, holder="haven-xa")))
    assert both(to_next, shared=accepted(), recipient=fresh) == [] and fresh.office_now(OFFICE) == NEXT
    armed = with_(fresh, known_offices=(HAVEN, with_(OTHERS, holder="haven-xa", police_powers=True)))
    assert not armed.is_same_office(OFFICE, NEXT)


def test_r19_sender_a_key_that_gained_police_powers_is_not_what_she_chose_in_writing():
    """R19, H13: she wrote of an office without them; that its key stayed the same makes it no choice of hers."""
    armed = (with_(HAVEN, police_powers=True, kind="state"), OTHERS)
    always = with_(XA_RECORD, office_keys=armed, known_offices=armed)
    gained = with_(always, known_offices=(*armed, HAVEN))
    plain, told = asked_of(XA_RECORD), asked_of(gained)

    assert sent(always, record(method="written")) == []
    assert sent(gained, record(method="written")) == sent(gained, with_(plain, method="written")) == ["H13"]
    assert sent(gained, with_(plain, method="recorded_oral")) == ["H13", "R19"]
    assert sent(gained, with_(told, method="recorded_oral")) == ["R19"]
    assert sent(gained, with_(told, method="written")) == []


@pytest.mark.parametrize("change", [{"holder": "others-xa"}, {"kind": "state"}], ids=lambda change: next(iter(change)))
def test_h13_sender_the_same_key_in_other_hands_is_not_the_office_she_named(change):
    """H13, consent names the holder: names wait until she is asked anew, also where the old word is said again."""
    other = with_(HAVEN, **change)
    moved = with_(XA_RECORD, office_keys=(other,), known_offices=(HAVEN, other))
    back = with_(moved, office_keys=(HAVEN,))
    before = asked_of(with_(XA_RECORD, known_offices=(HAVEN,)))

    assert sent(with_(XA_RECORD, known_offices=(HAVEN,)), before) == []
    assert sent(moved, before) == sent(back, before) == ["H13"]
    assert sent(moved, asked_of(moved)) == sent(back, asked_of(back)) == []
    assert sent(back, asked_of(moved)) == ["H13"]
    assert both(offer(), recipient=moved, consents=(before,)) == []  # it names nobody


def test_h13_sender_a_yes_to_another_office_since_is_no_word_on_whose_this_one_is_now():
    """H13: a letter that waits, sealed to the office of an older record, rests on that record."""
    handed = with_(XA_RECORD, office_keys=(with_(HAVEN, holder="strangers-xa"), OTHERS), known_offices=(HAVEN,))
    since = record(recipients=(with_(TO_XA, holder=OTHERS.kid),), consent_id="since", valid_from=NOW - 5)

    assert both(disclosure(), shared=accepted(), recipient=handed, consents=(asked_of(XA_RECORD), since)) == ["H13"]


def asked_of(xa):
    """Her consent for XA, of whose office she was told what its record says now."""
    return record(recipients=(with_(TO_XA, offices=xa.offices_of(OFFICE)),))


def sent(xa, consent):
    """What keeps her names from XA's office on this consent."""
    return both(disclosure(), shared=accepted(), recipient=xa, consents=(consent,))


@pytest.mark.parametrize("value", [OFFICE, "haven-xa"])
def test_h14_sender_no_new_name_takes_distrust_from_an_office(value):
    """H14: it is of every key that was ever said to be of that office."""
    for kid in (OFFICE, NEXT):
        sent = disclosure(kid=kid, consent=(entry(holder=kid),))
        hers = (record(recipients=(with_(TO_XA, holder=kid),)),)
        found = both(sent, shared=accepted(), recipient=exchanged(distrusted_holders=(value,)), consents=hers)
        assert "H14" in found, kid


def test_r28_sender_another_organisation_needs_a_new_consent():
    """R28, domain 5.6: nothing further is disclosed before she agreed."""
    changed = accepted(changed_at=NOW - 10)

    assert both(disclosure(), shared=changed) == ["R28"]
    assert both(disclosure(), shared=changed, consents=(record(valid_from=NOW - 5),)) == []


def test_r28_sender_an_organisation_she_did_not_name_gets_nothing_before_she_agreed():
    """R28, R01: she named one, the country accepted with another one; whoever named none left that to the country."""
    other = accepted(organisation="shelter-y")
    asked_again = record(recipients=(with_(TO_XA, organisation="shelter-y"),))
    named_none = record(recipients=(with_(TO_XA, organisation=None),))
    elsewhere = with_(TO_XA, country="XB", organisation="haven-xb")
    found = release(disclosure(PLAN), shared=other).objections

    assert [(one.rule, one.effect) for one in found] == [("R28", "hold")]
    assert both(disclosure(), shared=other) == ["R28"]
    assert both(disclosure(), shared=other, consents=(asked_again,)) == []
    assert both(disclosure(), shared=other, consents=(named_none,)) == []
    assert both(disclosure(), shared=other, consents=(record(recipients=(*named_none.recipients, elsewhere)),)) == []
    assert both(letter("referral.update"), shared=other) == []


def test_r28_sender_another_kind_of_organisation_than_she_agreed_to_gets_nothing_before_she_agreed():
    """R28, R01, domain 5.3: a recipient is a country, a kind of organisation and its name; she left only the name."""
    state = accepted(organisation="ministry-y", organisation_type="state")
    named_none = record(recipients=(with_(TO_XA, organisation=None),))
    of_state = with_(TO_XA, organisation=None, organisation_type="state")
    of_both = record(recipients=(*named_none.recipients, of_state))
    by_name = record(recipients=(with_(TO_XA, organisation="ministry-y"),))
    found = release(disclosure(PLAN), shared=state, consents=(named_none,)).objections

    assert [(one.rule, one.effect) for one in found] == [("R28", "hold")]
    assert both(disclosure(), shared=state, consents=(named_none,)) == ["R28"]
    for asked_again in (of_both, by_name, record(recipients=(of_state,))):
        assert both(disclosure(), shared=state, consents=(asked_again,)) == []
    assert both(letter("referral.update"), shared=state, consents=(named_none,)) == []


def test_r28_sender_what_ended_answers_for_no_child_beside_its_mothers_name():
    """R28, H26: of her the letter tells more than of the child; each record is read for its own person alone."""
    of_child = item("support_plan", "L2", CHILD_TOKEN)
    changed = accepted(NAME, of_child, changed_at=NOW - 10, entries=(entry(), entry(CHILD, levels=("L1", "L2"))))
    sent = disclosure(NAME, of_child, consent=changed.entries)
    less: dict[str, Any] = {"levels": ("L1", "L2")}
    ended = record(CHILD, consent_id="ended", valid_from=NOW - 5, valid_until=NOW - 1, **less)
    asked = record(CHILD, consent_id="asked", valid_from=NOW - 5, **less)
    world = {"case": case(HER, CHILD), "shared": changed}

    assert both(sent, consents=(record(valid_from=NOW - 5), record(CHILD, **less), ended), **world) == ["R28"]
    assert both(sent, consents=(record(valid_from=NOW - 5), record(CHILD, **less), asked), **world) == []


def test_r28_sender_her_newest_yes_opens_what_an_older_one_kept_shut():
    """R28, R19: whoever asks her again, as they are told to, is not kept waiting by what she said before."""
    older, anew = record(), {"consent_id": "anew", "valid_from": NOW - 5}
    changed = accepted(changed_at=NOW - 10)
    other = accepted(organisation="shelter-y")
    to_other = record(recipients=(with_(TO_XA, organisation="shelter-y"),), **anew)
    to_police = (TO_XA, with_(TO_XA, organisation_type="state", holder=POLICE_OFFICE))
    spoken = record(recipients=to_police, method="recorded_oral")
    armed = {"shared": accepted(), "recipient": WITH_POLICE}
    to_armed = disclosure(kid=POLICE_OFFICE, consent=(entry(holder=POLICE_OFFICE),))

    assert both(disclosure(), shared=changed, consents=(older, record(**anew))) == []
    assert both(disclosure(), shared=other, consents=(older, to_other)) == []
    assert both(to_armed, consents=(spoken, record(recipients=to_police, method="written", **anew)), **armed) == []


def test_r28_sender_no_newer_record_that_carries_nothing_of_this_letter_opens_it():
    """R28, R19, R20, R22: one for another purpose, one taken back, one that has not begun, one of before."""
    changed = accepted(changed_at=NOW - 10)
    for facts in (
        {"purposes": ("followup",), "valid_from": NOW - 5}, {"withdrawn_at": NOW - 1, "valid_from": NOW - 5},
        {"valid_from": NOW + 5}, {"valid_from": NOW - 20}, {"valid_from": NOW - 5, "valid_until": NOW - 1},
    ):  # fmt: skip
        found = both(disclosure(), shared=changed, consents=(record(), record(consent_id="anew", **facts)))
        assert "R28" in found, facts


def test_r28_sender_a_narrower_yes_since_does_not_open_what_the_letter_says_beyond_it():
    """R28: what a letter says of her consent is in the record that it rests on, as for R01; it is written again."""
    other, narrower = accepted(organisation="shelter-y"), {"consent_id": "narrower", "valid_from": NOW - 5}
    to_other = with_(TO_XA, organisation="shelter-y")
    less = record(recipients=(to_other,), categories=("needs", "identity"), **narrower)
    sooner = record(recipients=(to_other,), valid_until=NOW + DAY, **narrower)

    for since in (less, sooner):
        assert both(disclosure(), shared=other, consents=(record(), since)) == ["R28"]
    said_less = entry(categories=("needs", "identity"))
    assert both(disclosure(consent=(said_less,)), shared=other, consents=(record(), less)) == []
