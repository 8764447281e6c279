"""Consent, when it counts and when it ends: R01, R20-R23, R26, H09, H17."""

import json
from typing import Any

import msgspec
import pytest

from node.errors import NotAllowed
from node.protocol.consent.faults import faults
from node.protocol.consent.scope import after_withdrawal, assertion, note_asserted, withdraw
from node.protocol.gate.facts import ThreadFacts, Withdrawn
from node.protocol.gate.gate import receiver
from node.protocol.letters.bodies import Body
from node.protocol.letters.frame import Letter
from node.protocol.letters.kinds import KINDS
from tests.letters_support import BODIES
from tests.rules.world import (
    CHILD,
    CHILD_TOKEN,
    DAY,
    HER,
    HER_TOKEN,
    NAME,
    NOW,
    OTHER_THREAD,
    PLAN,
    THREAD,
    TO_XA,
    accepted,
    body,
    both,
    case,
    disclosure,
    drafting,
    entry,
    letter,
    offer,
    record,
    release,
    with_,
)


def refused_for(came, shared=None):
    """The rule and reason of a refusal."""
    found = receiver(came, shared or ThreadFacts())
    assert found is not None
    return found.rule, found.reason


def rules_of(made, person, now=NOW):
    """The rules a record breaks."""
    return [fault.rule for fault in faults(made, person, now)]


def test_r01_sender_nothing_goes_without_a_recorded_consent():
    """R01: the stated entry rests on a record, or the letter waits."""
    gate = release(offer(), consents=())

    assert [one.rule for one in gate.objections] == ["R01"]
    assert gate.held


def test_r01_sender_consent_for_another_country_or_thread_does_not_count():
    """R01: for this recipient, and R26: on this thread."""
    elsewhere = with_(record(), asserted=(with_(record().asserted[0], country="XB"),))
    other_thread = with_(record(), asserted=(with_(record().asserted[0], thread=OTHER_THREAD),))

    for consents in ((elsewhere,), (other_thread,)):
        assert "R01" in both(offer(), consents=consents)


def test_r01_sender_a_letter_never_says_more_than_she_allowed():
    """R01: purposes, levels, categories, end and holder are within the record."""
    for said in (
        {"levels": ("L1", "L2", "L3", "L4")},
        {"categories": ("hiv",)},
        {"purposes": ("enquiry", "travel")},
        {"until": NOW + 91 * DAY},
        {"holder": "ff" * 32},
        {"given_by": "guardian"},
    ):
        assert "R01" in both(offer(consent=(entry(**said),)))


def test_r01_sender_an_update_rests_on_the_consents_of_the_thread():
    """R01: a letter that states no entry still needs one that was stated."""
    update = letter("referral.update", consent=())

    assert both(update, shared=accepted()) == []
    assert both(update, shared=accepted(), consents=()) == ["R01"]
    assert both(letter("referral.update", sender_role="responder"), shared=accepted(), case=None) == []
    assert both(letter("referral.update", sender_role="responder"), shared=accepted(entries=()), case=None) == ["R01"]


def test_r01_sender_a_stated_consent_needs_a_case():
    """R01: nobody states a consent of a person we hold no case of."""
    answer = letter("referral.update", sender_role="responder", consent=(entry(),))

    assert both(answer, case=None, shared=accepted()) == ["R01"]


def test_r01_receiver_a_letter_that_states_no_consent_is_refused():
    """R01 at the receiver: judged on the letter alone."""
    assert refused_for(offer(consent=())) == ("R01", 1)
    assert refused_for(offer(consent=(entry(purposes=("referral",)),))) == ("R01", 1)
    assert refused_for(offer(consent=(entry(levels=("L2",)),))) == ("R01", 1)


def test_r01_receiver_a_field_beyond_the_stated_consent_is_refused():
    """R01: level and category of each field are within the entry."""
    for said in ({"levels": ("L1", "L2")}, {"categories": ("needs",)}):
        assert refused_for(disclosure(NAME, consent=(entry(**said),)), accepted()) == ("R01", 1)


@pytest.mark.parametrize("ground", ["public_task", "vital_interests", "legal_obligation", "legal_claims"])
def test_h09_sender_no_other_ground_replaces_consent(ground):
    """H09: no consent, no disclosure."""
    assert "H09" in both(with_(offer(consent=()), lawful_basis=ground))
    assert "H09" in both(with_(disclosure(consent=()), lawful_basis=ground), shared=accepted())


def test_h09_receiver_another_ground_in_place_of_consent_is_refused():
    """H09 at the receiver."""
    assert refused_for(with_(offer(consent=()), lawful_basis="public_task")) == ("H09", 109)


def test_r22_sender_consent_that_ended_stops_disclosure_and_not_care():
    """R22 and practice: expiry stops new disclosure, not care under way."""
    later = NOW + 91 * DAY

    assert "R22" in both(disclosure(), shared=accepted(), now=later)
    assert both(letter("referral.update", consent=()), shared=accepted(), now=later) == []
    assert rules_of(record(valid_until=NOW + 400 * DAY), HER) == ["R22"]


def test_r22_receiver_a_letter_written_after_the_consents_end_is_refused():
    """R22: by the times both sides exchanged, never by the receiver's clock."""
    ended = entry(until=NOW)

    assert refused_for(offer(consent=(ended,), age_band="25-34")) == ("R22", 22)
    assert receiver(offer(consent=(with_(ended, until=NOW + 1),)), ThreadFacts()) is None


def found(**frame: Any) -> Letter[Body]:
    """What the country of return found about the risk, as its answer; her consent was stated by the other."""
    raw = json.loads(
        json.dumps(BODIES["return.risk_result"]).replace(BODIES["referral.accept"]["persons"][0], HER_TOKEN)
    )
    body = msgspec.convert({**raw, "rows": raw["rows"][:1]}, KINDS["return.risk_result"].body)
    frame = {"sender_role": "responder", "consent": (), "written_at": NOW, **frame}
    made: Letter[Body] = with_(letter("referral.update"), kind="return.risk_result", body=body, **frame)
    return made


def test_r22_receiver_no_answer_tells_something_new_after_the_consent_it_rests_on_has_ended():
    """R22, 5.3: what the opener stated carries the answers of the responder until its end, and no longer."""
    until = accepted(entries=(entry(until=NOW),))

    assert refused_for(found(), until) == ("R22", 22)
    assert refused_for(found(disclosed=(NAME,)), until) == ("R22", 22)
    assert receiver(found(written_at=NOW - 1), until) is None
    assert receiver(found(), accepted(entries=(entry(until=NOW + 1),))) is None
    update = with_(letter("referral.update"), sender_role="responder", consent=())
    assert receiver(update, until) is None  # care under way goes on


def test_r22_sender_an_answer_waits_once_the_stated_consent_has_ended():
    """R22: held, also where it was drafted before the end; the other country may state one that goes on."""
    ends = accepted(entries=(entry(until=NOW + DAY),))
    gate = release(found(), shared=ends, now=NOW + 2 * DAY)

    assert "R22" not in [one.rule for one in release(found(), shared=ends).objections]
    assert [one.effect for one in gate.objections if one.rule == "R22"] == ["hold"]


@pytest.mark.parametrize(
    "fact",
    [
        {"language": ""},
        {"info_sheet_version": ""},
        {"understood_check": False},
        {"alternatives_explained": False},
        {"no_pressure_declared": False},
    ],
)
def test_r23_sender_consent_counts_only_when_informed(fact):
    """R23: the mandatory parts of the form, at drafting, at release and when it is asserted."""
    assert both(offer(), consents=(record(**fact),)) == ["R23"]
    with pytest.raises(NotAllowed) as caught:
        assertion(record(**fact), HER, TO_XA, NOW, HER_TOKEN)
    assert caught.value.rule == "R23"


def test_r23_sender_she_was_informed_in_a_language_of_hers():
    """R23: whatever the script or region; while nobody recorded which she speaks, the record's word stands."""
    speaks = with_(HER, languages=("uk", "ru-UA"))

    for language in ("uk", "ru", "UK-Latn", "ru-RU"):
        assert rules_of(record(language=language), speaks) == []
    assert rules_of(record(language="de"), speaks) == ["R23"]
    assert both(offer(), consents=(record(language="de"),)) == ["R23"]
    assert rules_of(record(language="de"), with_(HER, languages=())) == []


def test_r23_sender_a_guardian_is_informed_in_the_guardians_own_language():
    """R23: the languages of a case are the person's; who represents her may speak another."""
    guarded = record(CHILD, language="de")

    assert guarded.given_by == "guardian"
    assert "R23" not in rules_of(guarded, CHILD)
    assert "R23" in rules_of(with_(guarded, given_by="self_with_guardian"), with_(CHILD, languages=("uk",)))


def test_r23_receiver_a_letter_without_the_safeguards_is_refused():
    """R23: reason 23."""
    assert refused_for(offer(consent=(entry(safeguards_met=False),))) == ("R23", 23)


def test_h17_sender_names_need_a_talk_alone_and_an_independent_interpreter():
    """H17: `spoken_to_alone = no` is invalid for L3; no interpreter of family, embassy or employer."""
    assert rules_of(record(spoken_to_alone=False), HER) == ["H17"]
    assert rules_of(record(spoken_to_alone=False, levels=("L1", "L2")), HER) == []
    for interpreter in ("family", "embassy", "employer"):
        assert rules_of(record(interpreter=interpreter), HER) == ["H17"]


@pytest.mark.parametrize("purpose", ["risk_assessment", "travel", "transit", "reintegration"])
def test_h17_sender_a_return_needs_a_talk_alone_whatever_the_level(purpose):
    """H17: `spoken_to_alone = no` is invalid for a return too, where no name goes."""
    asked = {"purposes": (purpose,), "levels": ("L1", "L2")}

    assert rules_of(record(**asked), HER) == []
    assert rules_of(record(**asked, spoken_to_alone=False), HER) == ["H17"]


@pytest.mark.parametrize("beside", ["family", "partner", "embassy", "employer", "of_her_group"])
def test_h17_sender_who_sat_beside_her_counts_more_than_a_tick_that_she_was_alone(beside):
    """H17: whom she may fear was present, so she did not speak alone, for names and for a return."""
    present = ("caseworker", beside)

    assert rules_of(record(present=present), HER) == ["H17"]
    assert rules_of(record(present=present, purposes=("travel",), levels=("L1",)), HER) == ["H17"]
    assert rules_of(record(present=present, levels=("L1", "L2")), HER) == []
    assert rules_of(record(present=("caseworker", "interpreter", "advocate", "lawyer", "guardian")), HER) == []


def test_h17_sender_a_suspicion_of_pressure_holds_what_rests_on_consent():
    """H17: held, and the sentence on the page says nothing of why."""
    pressed = case(with_(HER, coercion_suspected=True))

    gate = release(offer(), case=pressed)

    assert gate.held
    assert [(one.rule, one.discreet) for one in gate.objections] == [("H17", True)]
    assert not any(word in gate.objections[0].sentence for word in ("press", "coerc", "force"))
    assert both(letter("referral.arrived", sender_role="responder"), case=pressed, shared=accepted()) == []


def test_h17_receiver_a_suspicion_here_is_never_an_answer():
    """H17, row 14: the same letter gets the same answer; `safeguards_met` false is refused on the letter alone."""
    assert receiver(offer(), ThreadFacts()) is None
    assert refused_for(offer(consent=(entry(safeguards_met=False),))) == ("R23", 23)


def test_r20_sender_withdrawal_stops_at_once_what_rests_on_it():
    """R20: one action, no reason, effective at once; the thread gets the uniform stop."""
    narrowed, told = withdraw(record(), NOW)

    gate = release(disclosure(), consents=(narrowed,), shared=accepted())

    assert gate.objections[0].rule == "R20"
    assert gate.cancelled
    assert gate.ends_thread
    assert [(one.country, one.token) for one in told] == [("XA", HER_TOKEN)]
    with pytest.raises(NotAllowed) as caught:
        assertion(narrowed, HER, TO_XA, NOW, HER_TOKEN)
    assert caught.value.rule == "R20"


def test_r20_sender_taking_back_names_leaves_the_rest():
    """R20: she may take back a part."""
    narrowed, _ = withdraw(record(), NOW, purposes=(), levels=("L3", "L4"))
    plan_only = disclosure(PLAN, consent=(entry(levels=("L1", "L2"), holder=None),))

    assert narrowed.levels == ("L1", "L2")
    assert both(plan_only, consents=(narrowed,), shared=accepted()) == []
    gate = release(disclosure(NAME), consents=(narrowed,), shared=accepted())
    assert gate.objections[0].rule == "R20"
    assert not gate.ends_thread


def test_r20_sender_an_answer_stops_when_the_other_country_told_of_a_withdrawal():
    """R20 for the responder: the received assertion is gone."""
    gone = Withdrawn(token=HER_TOKEN, purposes=("referral",), levels=("L3",), n=2)

    assert both(letter("referral.update", sender_role="responder"), shared=accepted(withdrawn=(gone,)), case=None) == [
        "R20"
    ]


def test_r20_receiver_a_letter_written_after_its_own_withdrawal_is_refused():
    """R20: by the numbers both sides know; what was written before is not."""
    gone = Withdrawn(token=HER_TOKEN, purposes=("referral",), levels=("L3",), n=3)
    shared = accepted(withdrawn=(gone,))

    assert refused_for(with_(disclosure(), n=4), shared) == ("R20", 20)
    assert receiver(with_(disclosure(), n=2), shared) is None
    answer = letter("referral.update", sender_role="responder")
    assert refused_for(with_(answer, seen=3), shared) == ("R20", 20)
    assert receiver(with_(answer, seen=2), shared) is None


def test_r20_receiver_what_the_responder_took_back_binds_it_from_its_own_next_letter():
    """R20: each side's own numbers; a number is compared with `n` at its own side and with `seen` at the other."""
    gone = Withdrawn(token=HER_TOKEN, purposes=("referral",), levels=("L3",), n=3, side="responder")
    shared = accepted(withdrawn=(gone,))
    answer = letter("referral.update", sender_role="responder")

    assert refused_for(with_(answer, n=4, seen=1), shared) == ("R20", 20)
    assert receiver(with_(answer, n=2, seen=9), shared) is None
    assert refused_for(with_(disclosure(), n=2, seen=3), shared) == ("R20", 20)
    assert receiver(with_(disclosure(), n=9, seen=2), shared) is None


def test_r20_receiver_nobody_knows_of_a_withdrawal_that_has_not_left():
    """R20, H16: without a number it binds its own side alone."""
    gone = Withdrawn(token=HER_TOKEN, purposes=("referral",), levels=("L3",), n=0)
    shared = accepted(withdrawn=(gone,))

    assert receiver(letter("referral.update", sender_role="responder", n=5, seen=5), shared) is None
    assert refused_for(disclosure(), shared) == ("R20", 20)


def test_r20_receiver_a_withdrawal_is_never_refused_and_ends_what_it_names():
    """R20: at both sides the same entries are left."""
    came = letter("consent.withdrawal", body=body("consent.withdrawal", token=HER_TOKEN))

    assert receiver(came, accepted(stopped=True)) is None
    assert after_withdrawal((entry(),), HER_TOKEN, ("referral",), ("L2", "L3"))[0].purposes == ("enquiry",)
    assert after_withdrawal((entry(),), HER_TOKEN, ("referral", "enquiry"), ()) == ()
    assert after_withdrawal((entry(),), CHILD_TOKEN, ("referral", "enquiry"), ()) == (entry(),)


def test_r21_sender_withdrawal_leaves_case_and_help_as_they_are():
    """R21: no status changes, and help under way is still told and handed on."""
    before = case()
    narrowed, _ = withdraw(record(), NOW)

    assert case() == before
    assert narrowed.withdrawn_at == NOW
    assert both(letter("referral.arrived", sender_role="responder"), consents=(narrowed,), shared=accepted()) == []


def test_r21_receiver_withdrawal_refuses_no_later_word_about_her_safety():
    """R21: arrival is taken after a withdrawal."""
    gone = Withdrawn(token=HER_TOKEN, purposes=("referral", "enquiry"), levels=("L1",), n=1)

    assert receiver(letter("referral.arrived", n=5, seen=5), accepted(withdrawn=(gone,))) is None


def test_r26_sender_a_token_is_for_one_country_thread_and_person():
    """R26: nothing links two recipients."""
    reused = with_(record(), asserted=(*record().asserted, with_(record().asserted[0], country="XB")))

    assert "R26" in both(offer(), consents=(reused,))
    with pytest.raises(NotAllowed):
        note_asserted(record(), TO_XA, HER_TOKEN, OTHER_THREAD)
    assert note_asserted(record(), TO_XA, HER_TOKEN, THREAD) == record()


def test_r26_receiver_two_persons_under_one_token_are_refused():
    """R26: reason 26."""
    twice = (entry(), entry(CHILD, token=HER_TOKEN))

    assert refused_for(offer(HER, CHILD, consent=twice)) == ("R26", 26)


def test_release_says_what_drafting_said_and_sees_what_changed_since():
    """Wire 1: the gate runs again at release with today's facts."""
    assert drafting(offer()) == []

    assert release(offer(), consents=(withdraw(record(), NOW)[0],)).cancelled
