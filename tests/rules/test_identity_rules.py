"""To whom names go, and what is kept of it: R11, R19, R24, R28, R36-R38, H13, H14."""

import msgspec
import pytest

from node.errors import NotAllowed
from node.protocol.cases.case import Tie
from node.protocol.cases.changes import distrust
from node.protocol.consent.faults import faults
from node.protocol.gate.desk import OPENING_REASONS, holds, may_open_identity
from node.protocol.gate.facts import OfficeKeyFacts, ThreadFacts
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
    POLICE_OFFICE,
    TO_XA,
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

POLICE = OfficeKeyFacts(kid=POLICE_OFFICE, holder="police-xa", kind="state", police_powers=True)
WITH_POLICE = with_(XA_RECORD, office_keys=(*XA_RECORD.office_keys, POLICE))


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


@pytest.mark.parametrize(
    ("target", "value"), [("country", "XA"), ("holder", "haven-xa"), ("holder", OFFICE), ("organisation", "haven-xa")]
)
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


def test_h14_receiver_distrust_is_a_reason_of_the_desk_and_no_answer():
    """H14: the sender sees nothing."""
    distrusting = distrust(case(), "country", "XA", ("ana", "ben"), NOW).case
    came = letter("referral.update", sender_role="responder")

    assert receiver(came, accepted()) is None
    assert [one.rule for one in holds(came, distrusting, "XA", NOW)] == ["H14"]


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
