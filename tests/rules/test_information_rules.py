"""Rules about questions between countries and her rights: at the sender, and at a receiver whose peer skips them."""

from typing import Any

import pytest
from msgspec.structs import replace

from node.protocol.cases.case import Case, Person
from node.protocol.cases.changes_children import suspect_family
from node.protocol.cases.life_events import Death, LifeRecords, Nationality
from node.protocol.cases.paper import may_tell, what_she_takes
from node.protocol.consent.record import ConsentTo
from node.protocol.gate.desk import holds
from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.information import may_be_confirmed
from node.protocol.gate.shown import receiver
from node.protocol.information import INFORMATION
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_information import NEUTRAL_ANSWER
from node.protocol.letters.bodies_return import IdentityRequestBody
from node.protocol.letters.codes import DEFAULT_HANDLING, LEVELS, PURPOSES, reason_of
from node.protocol.letters.codes_information import ABOUT_BEING_KNOWN, INFO_PURPOSES, answers_to
from node.protocol.letters.decode import checked
from node.protocol.letters.frame import Letter
from node.protocol.threads.machine import receive
from node.protocol.threads.thread import entry_of
from tests.rules.return_world import plan, returning
from tests.rules.world import (
    HER,
    NOW,
    TO_XA,
    both,
    case,
    disclosure,
    draft,
    entry,
    item,
    letter,
    record,
    tie,
    with_,
)

LOOK = Nationality(
    looked_on="2026-10-01", stateless="no", asylum_advised=True, lawyer_independent=True, by=("ana", "ben")
)
ADVISED = with_(HER, life=LifeRecords(nationality=LOOK))
EVERYTHING: dict[str, Any] = {
    "purposes": PURPOSES, "levels": LEVELS, "categories": ("identity", "nationality", "documents", "contact"),
}  # fmt: skip
GIVEN = item("given_name", "L3")
QUESTION: dict[str, Any] = {
    "purpose": "prior_identification_as_victim", "why": "she_asked", "topics": (), "counsel_heard": True,
    "consular": False,
}  # fmt: skip


def question(*items: Any, person: Person = ADVISED, sealed: bool = True, **body: Any) -> Any:
    """A good question about her, with something of it spoiled."""
    made = letter("info.request", n=1, consent=(entry(person, **EVERYTHING),), handling=DEFAULT_HANDLING)
    asked = with_(made.body, **{**QUESTION, **body})
    names = items or (GIVEN,)
    block = disclosure(*names).sealed_identity if sealed else None
    return with_(made, body=asked, disclosed=names, sealed_identity=block)


def asked(of: Letter[Body], person: Person = ADVISED, **facts: Any) -> list[str]:
    """The rules that our gate names for a question."""
    records = facts.pop("consents", (record(person, **EVERYTHING),))
    return both(of, case=case(person, **facts), consents=records)


def refused(of: Letter[Body], accepted: bool = False) -> int:
    """The reason of the receiver's refusal, 0 for none."""
    objection = receiver(of, ThreadFacts(accepted=accepted))
    return 0 if objection is None else objection.reason


def test_a_good_question_passes_both_sides() -> None:
    """5.8: purpose, consent, the fewest facts."""
    assert asked(question()) == []
    assert refused(question()) == 0


# --- R27 ---


def answer(code: str) -> Any:
    """An answer of the country that was asked."""
    made = letter("info.response", sender_role="responder", n=1, seen=1)
    missing = ("photo",) if code == "need_more" else ()
    return with_(made, body=with_(NEUTRAL_ANSWER, answer=code, missing=missing))


def test_r27_sender_there_is_one_word_for_every_negative_answer_about_being_known() -> None:
    """1.5: unknown, not found and may-not-say have no words of their own."""
    for purpose in INFO_PURPOSES:
        negatives = set(answers_to(purpose)) - {"confirmed"}
        assert "no_information_to_share" in negatives
        if purpose in ABOUT_BEING_KNOWN:
            assert negatives == {"no_information_to_share"}
    assert not {word for purpose in INFO_PURPOSES for word in answers_to(purpose)} & {"cannot_disclose", "not_found"}


def test_r27_sender_who_may_not_be_confirmed_is_answered_like_an_unknown_person() -> None:
    """R10, H05, H17, H14, R01: each leaves the neutral answer, and nothing else, to send."""
    allowed = record(HER, **EVERYTHING)

    def why(person: Person = HER, *records: Any, **facts: Any) -> list[str]:
        found = may_be_confirmed(case(person, **facts), records or (allowed,), "XA", "enquiry", NOW)
        return [one.rule for one in found]

    assert why() == []
    assert why(with_(HER, ties=(tie("XA", "yes"),))) == ["R10"]
    assert why(with_(HER, protection="sought")) == ["R10"]
    assert why(with_(HER, blocked_countries=("XA",))) == ["H05"]
    assert why(with_(HER, coercion_suspected=True)) == ["H17"]
    assert why(HER, record(HER, purposes=("referral",))) == ["R01"]
    assert why(HER, record(HER, **{**EVERYTHING, "recipients": (replace(TO_XA, country="XB"),)})) == ["R01"]


def test_r15_receiver_a_question_for_family_waits_where_family_may_be_involved() -> None:
    """R15: our people found that her family may be involved; nobody confirms it to who looks for it, whatever asks."""
    suspected = suspect_family(case(), HER.person_id, "parent", "ana", NOW).case
    looking = question(purpose="family_tracing")

    assert [one.rule for one in holds(looking, suspected, "XA", NOW)] == ["R15"]
    assert holds(looking, case(), "XA", NOW) == []
    allowed = record(HER, purposes=("family_tracing",))
    confirmed = may_be_confirmed(suspected, (allowed,), "XA", "family_tracing", NOW)
    assert [one.rule for one in confirmed] == ["R15"]
    assert may_be_confirmed(case(), (allowed,), "XA", "family_tracing", NOW) == []


@pytest.mark.parametrize("code", ["not_confirmed", "need_more"])
def test_r27_receiver_an_answer_that_tells_whether_she_is_known_is_refused(code: str) -> None:
    """A dishonest peer answers "not confirmed" to a question about being known: 27, and the question stays open."""
    begun = receive(
        None, entry_of(question()), thread_id="24" * 16, peer="XD", now=NOW, max_life_s=10**6
    ).thread  # fmt: skip
    assert begun is not None
    ours = replace(begun, side="opener", own_n=1, turn=1)

    theirs = replace(entry_of(answer(code)), letter_id="7" * 32)
    verdict = receive(ours, theirs, thread_id="24" * 16, peer="XA", now=NOW, max_life_s=10**6)

    assert (verdict.status, verdict.reason) == ("refused", reason_of("R27"))
    assert verdict.thread is not None
    assert verdict.thread.shared.state == "asked"


def test_r27_receiver_the_neutral_answer_has_one_form() -> None:
    """Size, fields: nothing in it can vary with the cause; a finding or a missing field beside it is malformed."""
    neutral = answer("no_information_to_share")

    assert refused(neutral) == 0
    assert len({len(checked(with_(neutral, letter_id=one * 32))) for one in "0123456789abcdef"}) == 1
    for spoiled in ({"missing": ("photo",)}, {"findings": ({"topic": "shelter", "found": "yes"},)}):
        with pytest.raises(Exception, match=r"malformed|schema|expected"):
            checked(with_(neutral, body=with_(NEUTRAL_ANSWER, **spoiled)))


def test_r27_sender_whoever_was_asked_cannot_stop_the_thread_instead() -> None:
    """A stop in the place of the answer would tell that somebody saw something."""
    assert INFORMATION.stopped_by == {"opener"}


# --- R04, H09, R10: what a question may carry ---


def test_r04_receiver_a_fact_that_the_question_does_not_need_is_refused() -> None:
    """GDPR 5(1)(c): 204; a question about a person without any fact, 4."""
    assert refused(question(GIVEN, item("safe_contact", "L3"))) == 204
    assert refused(with_(question(), disclosed=(), sealed_identity=None)) == 4


def test_h09_sender_a_question_needs_her_consent_for_its_purpose() -> None:
    """H09: no other ground, and not a consent for something else."""
    only_referral = {**EVERYTHING, "purposes": ("referral",)}

    assert "R01" in asked(question(), consents=())
    assert "R01" in asked(
        with_(question(), consent=(entry(ADVISED, **only_referral),)), consents=(record(ADVISED, **only_referral),)
    )


@pytest.mark.parametrize(
    ("ground", "reason"), [("explicit_consent", 1), ("public_task", 109), ("vital_interests", 109)]
)
def test_h09_receiver_a_question_without_consent_is_refused(ground: Any, reason: int) -> None:
    """Whatever ground is claimed instead."""
    bare = with_(question(), consent=(), disclosed=(), sealed_identity=None, lawful_basis=ground)

    assert refused(with_(bare, body=with_(bare.body, purpose="legal_status_rights", topics=("legal_aid",)))) == reason


def test_r10_sender_a_country_she_fears_is_asked_nothing() -> None:
    """5.8: never an origin-blocked country; the thread would get the one stop."""
    afraid = with_(ADVISED, protection="sought", ties=(tie("XA", "yes"),))

    assert asked(question(), person=afraid)[0] == "R10"


def test_r01_receiver_a_question_rests_on_consent_for_that_very_purpose() -> None:
    """A consent for a referral is none for having her nationality asked."""
    narrow = entry(ADVISED, **{**EVERYTHING, "purposes": ("enquiry", "referral")})

    assert refused(with_(question(purpose="identity_nationality"), consent=(narrow,))) == 1


# --- R11 ---


def test_r11_sender_a_consulate_is_asked_only_if_she_named_it_for_that_alone() -> None:
    """R11: by default never; a record of hers for identity verification alone names it; an exclusion wins."""
    consular = question(purpose="identity_nationality", consular=True)
    embassy = ConsentTo(country="XA", organisation_type="embassy", holder=TO_XA.holder)
    hers = record(ADVISED, **{**EVERYTHING, "purposes": ("identity_verification",)}, recipients=(TO_XA, embassy))
    narrow = entry(ADVISED, **{**EVERYTHING, "purposes": ("identity_verification",)})

    assert asked(consular) == ["R11"]
    assert asked(with_(consular, consent=(narrow,)), consents=(hers,)) == []
    assert "R11" in asked(with_(consular, consent=(narrow,)), consents=(with_(hers, excluded=("embassy",)),))
    before = with_(
        hers, excluded=("embassy",), recipients=(TO_XA,), consent_id="before", valid_from=hers.valid_from - 1
    )
    since = with_(before, consent_id="since", valid_from=hers.valid_from + 1)
    assert asked(with_(consular, consent=(narrow,)), consents=(before, hers)) == []
    assert "R11" in asked(with_(consular, consent=(narrow,)), consents=(hers, since))


def test_r11_sender_a_return_verifies_identity_at_a_consulate_only_if_she_named_it() -> None:
    """R11: the route of `return.identity_request` is her choice as well."""
    embassy = ConsentTo(country="XA", organisation_type="embassy", holder=TO_XA.holder)
    allows = {**EVERYTHING, "purposes": ("identity_verification",)}
    hers, narrow = record(ADVISED, **allows, recipients=(TO_XA, embassy)), (entry(ADVISED, **allows),)
    asks = with_(question(), kind="return.identity_request", consent=narrow)
    consular = with_(asks, body=IdentityRequestBody(route="consular", counsel_heard=True))
    desk = with_(asks, body=IdentityRequestBody(route="focal_point", counsel_heard=True))

    assert "R11" in asked(consular, consents=(record(ADVISED, **allows),))
    assert "R11" not in asked(desk, consents=(record(ADVISED, **allows),))
    assert "R11" not in asked(consular, consents=(hers,))
    assert "R11" in asked(consular, consents=(with_(hers, excluded=("embassy",)),))


def test_r11_receiver_a_consulate_is_never_asked_anything_but_identity() -> None:
    """A dishonest peer wants the consulate to be asked whether she was identified as a victim: 11."""
    assert refused(question(consular=True)) == 11


# --- H31 ---


@pytest.mark.parametrize("purpose", ["identity_nationality", "document_authenticity"])
def test_h31_sender_no_question_whether_she_is_theirs_before_a_lawyer_looked(purpose: str) -> None:
    """Two people recorded that an independent lawyer looked at statelessness and asylum; for both such questions."""
    name = item("family_name", "L3")

    assert asked(question(name, purpose=purpose)) == []
    assert asked(question(name, purpose=purpose, person=HER), person=HER) == ["H31"]


def test_h31_receiver_a_question_that_does_not_say_so_is_refused() -> None:
    """131, for exactly the questions that ask "is she yours?"."""
    assert refused(question(purpose="identity_nationality", counsel_heard=False)) == 131
    assert refused(question(counsel_heard=False)) == 0


def test_h31_receiver_who_she_is_is_not_asked_in_a_return_either_without_that_word() -> None:
    """131 for `return.identity_request` too; and our own gate stops it before it leaves, whatever the case says."""
    narrow = (entry(ADVISED, **{**EVERYTHING, "purposes": ("identity_verification",)}),)
    asks = with_(question(), kind="return.identity_request", consent=narrow)
    said = with_(asks, body=IdentityRequestBody(route="focal_point", counsel_heard=True))
    unsaid = with_(asks, body=IdentityRequestBody(route="focal_point", counsel_heard=False))

    assert (refused(said, accepted=True), refused(unsaid, accepted=True)) == (0, 131)
    assert "H31" in asked(unsaid)
    assert "H31" not in asked(said)


# --- identification support: no identity at all ---


def test_r03_receiver_support_with_identification_names_nobody() -> None:
    """5.8: a name in it is refused (3), whatever consent stands beside it."""
    support = letter("ident.support_request", n=1, consent=(entry(),))

    assert refused(support) == 0
    assert refused(with_(support, disclosed=(GIVEN,), sealed_identity=question().sealed_identity)) == 3


def test_h10_receiver_support_may_rest_on_a_provisional_basis_and_a_question_may_not() -> None:
    """H10: referral.offer and info, identification support, safety; never disclosure."""
    provisional = with_(
        entry(), basis="provisional", given_by="child_protection", capacity="child_assent_recorded",
        treated_as_child=True, purposes=("enquiry",), levels=("L1",), until=NOW + 9 * 86_400,
    )  # fmt: skip

    assert refused(letter("ident.support_request", n=1, consent=(provisional,))) == 0
    assert refused(with_(question(), consent=(provisional,))) == 110


# --- R27 and what else keeps an answer here ---


@pytest.mark.parametrize("gone", ["left_by_choice", "lost_contact", "feared_taken"])
def test_h29_sender_nobody_who_is_gone_is_confirmed(gone) -> None:
    """H29: all three freeze new disclosure; that she is known here is one."""
    assert confirming(case(with_(HER, disappearance=gone))) == ["H29"]
    assert confirming(case(HER)) == []


def test_h30_sender_nobody_who_died_is_confirmed() -> None:
    """H30: letters freeze."""
    assert confirming(case(with_(HER, life=LifeRecords(death=Death("2026-11-01", NOW, "ana"))))) == ["H30"]


def test_h04_sender_after_a_stop_on_the_way_the_country_of_return_is_not_answered() -> None:
    """H04: contact waits until a person decided, also where that country asks about her on another thread."""
    stopped = with_(returning(HER), returns=(plan(held_for_transit=True),))

    assert confirming(stopped) == ["H04"]
    assert confirming(returning(HER)) == []


def test_h14_sender_a_country_that_is_distrusted_for_everybody_is_not_answered() -> None:
    """H14: for one person or for all; it sees nothing."""
    assert confirming(case(HER), distrusted_by_all=True) == ["H14"]


def confirming(of: Case, **said: bool) -> list[str]:
    """The rules that keep from XA that the person of this case is known here."""
    return [one.rule for one in may_be_confirmed(of, (record(),), "XA", "enquiry", NOW, **said)]


# --- R33 ---


def test_r33_sender_a_right_does_not_rest_on_consent_and_passes_a_stop() -> None:
    """H02: after a stop and a withdrawal she still corrects, asks and hears of a breach; R10 still holds."""
    stopped = ThreadFacts(opened_at=NOW - 10, stopped=True)
    for kind in ("access.request", "breach.notice", "complaint.open"):
        made = with_(letter(kind, consent=()), lawful_basis="legal_obligation")
        one = with_(made, relates_to="24" * 16) if kind == "complaint.open" else made
        assert both(draft(one, stopped)) == [], kind


def test_r33_receiver_a_complaint_is_answered_by_others_than_those_it_is_about() -> None:
    """33: an answer that is not independent; a review that does not say of which thread."""
    answered = letter("complaint.answer", sender_role="responder")
    review = letter("complaint.open", consent=())

    assert refused(answered) == 0
    assert refused(with_(answered, body=with_(answered.body, independent=False))) == 33
    assert refused(review) == 33
    assert refused(with_(review, relates_to="24" * 16)) == 0


def test_r33_receiver_a_correction_names_its_fields_and_seals_what_was_sealed() -> None:
    """33 without a field, 113 with a bare name; which letter and which fields is judged by the thread (207, 204)."""
    sealed = question().sealed_identity
    right = with_(letter("rectification", consent=()), disclosed=(GIVEN,), sealed_identity=sealed)

    assert refused(right) == 0
    assert refused(with_(right, disclosed=(), sealed_identity=None)) == 33
    assert refused(with_(right, sealed_identity=None)) == 113


# --- H18 ---


def test_h18_nothing_is_carried_by_default_and_the_sheet_only_if_she_alone_finds_it_safe() -> None:
    """H18: kept here, or a neutral card."""
    assert what_she_takes("kept_here", True, True) == "kept_here"
    assert what_she_takes("sheet", True, True) == "sheet"
    assert {what_she_takes("sheet", safe, alone) for safe, alone in ((True, False), (False, True))} == {"card"}


def test_h18_nothing_is_told_on_the_line_on_which_somebody_calls() -> None:
    """H18: only after calling back on a number of her file."""
    assert not may_tell(False, ("appointment",))
    assert may_tell(False, ("call_again",))
    assert may_tell(True, ("appointment",))
