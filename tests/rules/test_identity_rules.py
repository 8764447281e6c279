"""To whom names go, and what is kept of it: R11, R19, R24, R28, R36-R38, H13, H14."""

import msgspec
import pytest

from node.errors import NotAllowed
from node.protocol.cases.case import Tie
from node.protocol.cases.changes import distrust
from node.protocol.consent.faults import faults
from node.protocol.gate.desk import OPENING_REASONS, holds, may_open_identity
from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.gate import audit_of, receiver
from node.protocol.gate.shown_frame import FORBIDS
from node.protocol.letters.codes import DEFAULT_HANDLING
from node.protocol.letters.decode import decode, encode
from node.protocol.letters.kinds import LETTER
from node.protocol.letters.strict import Malformed, Unsupported
from tests.rules.world import (
    DAY,
    HER,
    NOW,
    OFFICE,
    PLAN,
    POLICE,
    POLICE_OFFICE,
    TO_XA,
    WITH_POLICE,
    XA_RECORD,
    accepted,
    body,
    both,
    case,
    disclosure,
    draft,
    entry,
    item,
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


def test_r11_sender_an_embassy_gets_nothing_but_identity_verification():
    """R11: a consent that names one carries no other purpose."""
    embassy = with_(TO_XA, organisation_type="embassy")
    named = with_(record(), recipients=(embassy,))

    assert both(offer(), consents=(named,)) == ["R11", "R11"]
    assert faults(with_(named, purposes=("identity_verification",)), HER, NOW) == []


def test_r11_sender_what_she_allowed_the_consulate_keeps_nothing_else_on_the_thread():
    """R11: the letter rests on her other record, which names none; the one for the consulate is for that alone."""
    embassy = with_(TO_XA, organisation_type="embassy")
    for at in (NOW - DAY, NOW - 5):
        asked = record(recipients=(embassy,), purposes=("identity_verification",), consent_id="asked", valid_from=at)

        assert both(disclosure(), shared=accepted(), consents=(record(), asked)) == []
        ended = record(valid_until=NOW - 1)  # R22: the care that goes on discloses nothing
        assert both(letter("referral.update", consent=()), shared=accepted(), consents=(ended, asked)) == []


def test_r11_receiver_no_letter_can_name_an_embassy():
    """R11 by shape: an acceptance cannot say it."""
    with pytest.raises(msgspec.ValidationError):
        body("referral.accept", organisation={"id": "embassy-xa", "type": "embassy"})


def test_r19_sender_no_law_enforcement_recipient():
    """R19: neither as a recipient of consent, nor as an office without her writing."""
    police = with_(TO_XA, organisation_type="law_enforcement")
    assert [one.rule for one in faults(record(recipients=(police, TO_XA)), HER, NOW)] == ["R19"]

    to_police = with_(TO_XA, organisation_type="state", holder=POLICE_OFFICE)
    said = record(recipients=(TO_XA, to_police), method="recorded_oral")
    sealed = disclosure(kid=POLICE_OFFICE, consent=(entry(holder=POLICE_OFFICE),))
    world = {"recipient": WITH_POLICE, "shared": accepted()}
    assert both(sealed, consents=(said,), **world) == ["R19"]
    assert both(sealed, consents=(with_(said, method="written"),), **world) == []
    excluded = with_(said, method="written", excluded=("police",))
    assert both(sealed, consents=(excluded,), **world) == ["R01"]


def test_r01_sender_the_region_she_comes_from_is_told_to_nobody_while_she_excludes_it():
    """R01: an exclusion is read wherever a letter could say it; another region, and no region, may go."""
    from_xa = with_(HER, ties=(Tie(country="XA", kind="nationality", feared="no"),))
    said = record(excluded=("region_of_origin",))
    world = {"case": case(from_xa), "consents": (said,)}

    assert both(offer(from_xa, region="XA-02"), **world) == ["R01"]
    assert both(offer(from_xa, region="XT-02"), **world) == []
    assert both(offer(from_xa, region=None), **world) == []
    assert both(offer(from_xa, region="XA-02"), case=case(from_xa), consents=(record(),)) == []


def test_r19_receiver_no_letter_can_name_a_law_enforcement_body():
    """R19 by shape, and the mark against passing on is always there."""
    with pytest.raises(msgspec.ValidationError):
        body("referral.accept", organisation={"id": "police-xa", "type": "police"})
    for without in ("no_law_enforcement", "victim_assistance_only"):
        marks = tuple(mark for mark in DEFAULT_HANDLING if mark != without)
        assert refused_for(with_(offer(), handling=marks)) == ("R19", 19)


def test_h13_sender_names_are_sealed_to_a_listed_office_of_her_choice():
    """H13: a dropped key holds the letter; a country of police offices only gets no names."""
    assert release(disclosure(), shared=accepted(), recipient=with_(XA_RECORD, office_keys=())).held
    only_police = with_(XA_RECORD, office_keys=(POLICE,))
    to_police = with_(TO_XA, organisation_type="state", holder=POLICE_OFFICE)
    sealed = disclosure(kid=POLICE_OFFICE, consent=(entry(holder=POLICE_OFFICE),))
    assert both(
        sealed, shared=accepted(), recipient=only_police, consents=(record(recipients=(TO_XA, to_police)),)
    ) == ["H13"]
    assert [one.rule for one in faults(record(recipients=(with_(TO_XA, holder=None), TO_XA)), HER, NOW)] == ["H13"]


def test_h13_receiver_names_sealed_to_another_office_than_consent_names_are_refused():
    """H13: reason 113."""
    assert refused_for(disclosure(kid="ff" * 32), accepted()) == ("H13", 113)
    assert refused_for(disclosure(consent=(entry(holder=None),)), accepted()) == ("H13", 113)
    plan_only = disclosure(PLAN, kid="ff" * 32)
    assert receiver(plan_only, accepted()) is None


@pytest.mark.parametrize(("target", "value"), [("country", "XA"), ("holder", OFFICE), ("organisation", "haven-xa")])
def test_h14_sender_whom_two_people_distrust_gets_no_names(target, value):
    """H14: for one person's case."""
    distrusting = distrust(case(), target, value, ("ana", "ben"), NOW).case

    assert both(disclosure(), case=distrusting, shared=accepted()) == ["H14"]
    with pytest.raises(NotAllowed):
        distrust(case(), target, value, ("ana", "ana"), NOW)


def test_h14_sender_distrust_for_all_persons_holds_too():
    """H14: for all, by two people; a distrusted country gets no new offer."""
    country = with_(XA_RECORD, distrusted_by=("ana", "ben"))

    assert both(offer(), recipient=country) == ["H14"]
    assert both(offer(), recipient=with_(country, distrusted_by=("ana", "ana"))) == []
    office = with_(XA_RECORD, distrusted_holders=("haven-xa",))
    assert both(disclosure(), recipient=office, shared=accepted()) == ["H14"]


def test_h14_receiver_distrust_is_a_reason_of_the_desk_and_no_answer():
    """H14: the sender sees nothing."""
    distrusting = distrust(case(), "country", "XA", ("ana", "ben"), NOW).case
    came = letter("referral.update", sender_role="responder")

    assert receiver(came, accepted()) is None
    assert [one.rule for one in holds(came, distrusting, "XA", NOW)] == ["H14"]


def test_r01_sender_what_she_excluded_of_this_country_since_counts_before_the_thread_hears_of_it():
    """R01: her newest word, though this letter rests on what she said before; what she said later still opens it."""
    state = with_(XA_RECORD, office_keys=(with_(XA_RECORD.office_keys[0], kind="state"),))
    since = with_(record(excluded=("state_bodies",)), consent_id="since", valid_from=NOW - 5, asserted=())
    anew = record(consent_id="anew", valid_from=NOW - 4)
    elsewhere = with_(since, recipients=(with_(TO_XA, country="XT"),))
    world = {"shared": accepted(), "recipient": state}

    assert both(disclosure(), consents=(record(), since), **world) == ["R01"]
    assert both(disclosure(), consents=(record(valid_from=since.valid_from), since), **world) == ["R01"]
    assert both(disclosure(), consents=(record(), since, anew), **world) == []
    assert both(disclosure(), consents=(record(), elsewhere), **world) == []


def test_r01_sender_state_bodies_that_she_excluded_get_nothing():
    """R01: neither as the office that reads names, nor as the organisation that took over."""
    excluding = record(excluded=("state_bodies",))
    ministry = with_(XA_RECORD, office_keys=(with_(XA_RECORD.office_keys[0], kind="state"),))
    state = accepted(organisation_type="state")

    assert both(disclosure(), shared=accepted(), recipient=ministry, consents=(excluding,)) == ["R01"]
    assert both(disclosure(), shared=accepted(), recipient=ministry) == []
    assert both(disclosure(), shared=state, consents=(excluding,)) == ["R01"]
    assert both(disclosure(), shared=state) == []
    assert both(disclosure(), shared=accepted(organisation_type="civil_society"), consents=(excluding,)) == []


def test_r28_receiver_the_mark_against_passing_on_is_always_there():
    """R28: refused without it, by that very rule, in a letter of safety too."""
    passed_on = ("victim_assistance_only", "no_law_enforcement", "no_contact_origin")

    assert refused_for(with_(offer(), handling=passed_on)) == ("R28", 28)
    alert = letter("safety.stand_down", consent=(), lawful_basis="vital_interests", urgency="urgent")
    assert refused_for(with_(alert, handling=passed_on)) == ("R28", 28)


def test_h05_receiver_of_several_missing_marks_the_one_for_the_origin_is_named_first():
    """H05, R19, R28: every mark has its rule, and all nodes name the same first one."""
    assert set(FORBIDS) == set(DEFAULT_HANDLING)
    assert refused_for(with_(offer(), handling=())) == ("H05", 105)
    assert refused_for(with_(offer(), handling=("no_contact_origin",))) == ("R19", 19)


def test_r24_sender_a_name_is_opened_only_with_a_reason_and_a_user():
    """R24: one of five reasons; the service logs it."""
    assert len(OPENING_REASONS) == 5
    for reason in OPENING_REASONS:
        assert may_open_identity(reason, "ana") is None
    assert may_open_identity("curious", "ana") is not None
    assert may_open_identity("keep_safe", "") is not None


def test_r36_sender_the_gates_decision_is_a_line_that_names_no_person():
    """R36, R38: event, rules, user, time; nothing of the person or the letter."""
    gate = release(disclosure(), shared=accepted(stopped=True))

    line = audit_of(gate, "c1", "ana", NOW)

    assert (line.event, line.detail) == ("gate_cancelled", ("R31",))
    assert audit_of(release(offer()), "c1", "ana", NOW).event == "gate_open"
    assert audit_of(release(offer(), consents=()), "c1", "ana", NOW).event == "gate_held"
    assert set(line.__struct_fields__) == {"event", "rule", "case_id", "by", "at", "detail"}


def test_r36_receiver_a_refusal_carries_the_rule_and_the_reason_for_the_log():
    """R36: what row 13 refuses can be audited by its codes alone."""
    refused = receiver(offer(consent=()), ThreadFacts())

    assert refused is not None
    assert (refused.rule, refused.reason) == ("R01", 1)


def test_r37_sender_a_field_outside_the_list_never_leaves():
    """R37: what we do not know is refused."""
    unknown = item("favourite_colour", "L2")

    assert both(disclosure(unknown), shared=accepted(unknown)) == ["R04"]


def test_r37_receiver_unknown_kinds_and_fields_are_refused_not_ignored():
    """R37: by the parser before the rules, and by the closed list after it."""
    payload = encode(offer())

    with pytest.raises(Malformed):
        decode(payload.replace(b'"void":', b'"more":1,"void":'), LETTER)
    with pytest.raises(Unsupported):
        decode(payload.replace(b"referral.offer", b"referral.other"), LETTER)
    unknown = item("favourite_colour", "L2")
    assert refused_for(disclosure(unknown), accepted(unknown)) == ("R04", 4)


def test_r38_sender_no_objection_repeats_what_the_letter_or_the_case_says():
    """R38: canaries in every place; no sentence, next step or audit line holds one."""
    canaries = ["canary-name", "canary-office", "canary-user", "canary-land"]
    person = with_(HER, person_id="canary-name", blocked_countries=("XA",), coercion_suspected=True)
    world = {
        "case": case(person, first_intake=None, case_id="c1"),
        "consents": (),
        "recipient": with_(XA_RECORD, status="canary-land"),
        "shared": accepted(organisation="canary-office", stopped=True),
    }
    secret = item("canary-name", "L3")

    for of in (offer(consent=()), disclosure(secret), draft(offer(), actor="canary-user", actor_role="machine")):
        gate = release(of, **world)
        said = " ".join(f"{one.rule} {one.sentence} {one.next_step}" for one in gate.objections)
        assert len(gate.objections) > 2
        assert not any(canary in said for canary in canaries)


def test_r38_receiver_no_refusal_repeats_what_the_letter_says():
    """R38: sentences are constants; the reason is a number."""
    secret = item("canary-name", "L3")

    refused = receiver(disclosure(secret), accepted(secret))

    assert refused is not None
    assert "canary" not in f"{refused.sentence} {refused.next_step}"


def test_the_same_letter_gets_the_same_answer_whatever_is_known_here():
    """Wire 3, attack 57: an answer is a function of letter and thread; case and consent cannot enter."""
    assert set(receiver.__annotations__) == {"letter", "shared", "return"}
    named = set(ThreadFacts.__struct_fields__)
    assert named == {
        "accepted",
        "data_needed",
        "entries",
        "withdrawn",
        "organisation",
        "changed_at",
        "stopped",
        "opened_at",
        "alerted",
        "way",
        "silent",
        "once",
        "answerable",
        "own_alerts",
        "organisation_type",
        "newest_at",
    }


def test_consent_that_starts_tomorrow_does_not_count_today():
    """R22: it has a beginning too."""
    assert [one.rule for one in faults(record(valid_from=NOW + DAY), HER, NOW)] == ["R22"]
