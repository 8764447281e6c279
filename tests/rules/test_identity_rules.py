"""Names, fields, offices and logs: R03, R04, R11, R19, R24, R28, R29, R36-R38, H13, H14, H28."""

from typing import Any

import msgspec
import pytest

from node.errors import NotAllowed
from node.protocol.case_changes import distrust
from node.protocol.codes import CATEGORIES
from node.protocol.consent_faults import faults
from node.protocol.decode import decode, encode
from node.protocol.desk import OPENING_REASONS, holds, may_open_identity
from node.protocol.facts import OfficeKeyFacts, ThreadFacts
from node.protocol.fields import FIELDS
from node.protocol.gate import audit_of, fits_few_people, receiver
from node.protocol.kinds import LETTER
from node.protocol.letters import Attachment
from node.protocol.strict import Malformed, Unsupported
from tests.rules.world import (
    CHILD_TOKEN,
    DAY,
    HER,
    NAME,
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
ATTACHMENT = Attachment(parts=(OFFICE,), size=262_144)


def refused_for(came, shared=None):
    """The rule and reason of a refusal."""
    found = receiver(came, shared or ThreadFacts())
    assert found is not None
    return found.rule, found.reason


# --- R03, R04: first contact and need to know ---


def carrying(what):
    """An offer that carries identity in one of three ways."""
    inside: dict[str, dict[str, Any]] = {
        "disclosed": {"disclosed": (NAME,)},
        "sealed": {"sealed_identity": disclosure().sealed_identity},
        "attached": {"attachments": (ATTACHMENT,)},
    }
    return with_(offer(), **inside[what])


@pytest.mark.parametrize("what", ["disclosed", "sealed", "attached"])
def test_r03_sender_the_first_contact_names_nobody(what):
    """R03: an offer with identity never leaves."""
    gate = release(carrying(what))

    assert "R03" in [one.rule for one in gate.objections]
    assert gate.cancelled


@pytest.mark.parametrize("what", ["disclosed", "sealed", "attached"])
def test_r03_receiver_an_offer_with_identity_is_refused(what):
    """R03: reason 3."""
    assert refused_for(carrying(what)) == ("R03", 3)


def test_r04_sender_identity_waits_for_acceptance():
    """R04: before acceptance nothing sealed leaves."""
    assert "R04" in both(disclosure())
    assert both(disclosure(), shared=accepted()) == []


def test_r04_sender_only_what_is_needed_and_allowed():
    """R04: data_needed intersected with consent."""
    contact = item("safe_contact", "L3")
    document = item("document_number", "L3")

    assert both(disclosure(contact), shared=accepted(NAME)) == ["R04"]
    assert both(disclosure(document), shared=accepted(document)) == ["R01"]
    assert both(disclosure(contact), shared=accepted(contact)) == []


def test_r04_sender_a_report_is_for_the_focal_point_only():
    """R04, domain 5.2: L4 carries the mark."""
    report = item("narrative", "L4")
    allowed = {"levels": ("L1", "L4"), "categories": ("narrative",)}
    world = {"consents": (record(**allowed),), "shared": accepted(report)}
    made = disclosure(report, consent=(entry(**allowed),))

    assert both(made, **world) == ["R04"]
    assert both(with_(made, handling=(*made.handling, "eyes_focal_point_only")), **world) == []


def test_r04_receiver_identity_before_acceptance_is_refused():
    """R04: reason 205, for whatever letter."""
    assert refused_for(disclosure()) == ("R04", 205)
    early = with_(letter("referral.info"), attachments=(ATTACHMENT,))
    assert refused_for(early) == ("R04", 205)


def test_r04_receiver_a_field_that_was_not_asked_for_is_refused():
    """R04: reason 204; per person."""
    assert refused_for(disclosure(NAME), accepted(PLAN)) == ("R04", 204)
    assert refused_for(disclosure(NAME), accepted(with_(NAME, person=CHILD_TOKEN))) == ("R04", 204)


def test_r04_receiver_a_field_at_a_lower_level_or_in_another_letter_is_refused():
    """R04: a name cannot be passed off as L2, nor ride on an update."""
    lowered = with_(NAME, level="L2")

    assert refused_for(disclosure(lowered), accepted(lowered)) == ("R04", 4)
    update = with_(disclosure(), kind="referral.update")
    assert refused_for(update, accepted()) == ("R04", 4)
    unnamed = with_(disclosure(), disclosed=())
    assert refused_for(unnamed, accepted()) == ("R04", 4)


def test_r04_receiver_an_arrangement_is_not_asked_for_and_still_sealed():
    """Wire 7: where and when she will be is L3; both sides arrange, and the responder rests on what was asserted."""
    where = item("meeting_point", "L3")
    ours = with_(disclosure(where), kind="referral.arrange", body=body("referral.arrange"))
    theirs = with_(ours, sender_role="responder", consent=())

    assert receiver(ours, accepted()) is None
    assert receiver(theirs, accepted()) is None
    assert refused_for(theirs, accepted(entries=())) == ("H26", 126)
    assert refused_for(with_(ours, sealed_identity=None), accepted()) == ("H13", 113)


# --- R11, R19, H13, H14: to whom ---


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


def test_r19_receiver_no_letter_can_name_a_law_enforcement_body():
    """R19 by shape, and the mark against passing on is always there."""
    with pytest.raises(msgspec.ValidationError):
        body("referral.accept", organisation={"id": "police-xa", "type": "police"})
    assert refused_for(with_(offer(), handling=("victim_assistance_only", "no_onward", "no_contact_origin"))) == (
        "H05",
        105,
    )


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


def test_r28_receiver_the_mark_against_passing_on_is_always_there():
    """R28: refused without it, with the reason of the four marks."""
    assert refused_for(
        with_(offer(), handling=("victim_assistance_only", "no_law_enforcement", "no_contact_origin"))
    ) == ("H05", 105)


# --- R29, H28: what must not be told ---


def test_r29_sender_where_she_sleeps_cannot_leave():
    """R29: no such field, and no region finer than a region."""
    shelter = item("shelter_address", "L3")

    assert both(disclosure(shelter), shared=accepted(shelter)) == ["R29"]
    assert both(offer(region="XA-02.mill-lane-4")) == ["R29"]
    assert both(offer(region="XA-02")) == []


@pytest.mark.parametrize("field", ["shelter_name", "home_address", "place_of_stay", "accommodation"])
def test_r29_receiver_a_field_that_tells_where_she_sleeps_is_refused(field):
    """R29: reason 29, when disclosed and when asked for."""
    where = item(field, "L3")

    assert refused_for(disclosure(where), accepted(where)) == ("R29", 29)
    asked = body("referral.accept", data_needed=[msgspec.to_builtins(where)])
    assert refused_for(letter("referral.accept", sender_role="responder", body=asked), accepted(accepted=False)) == (
        "R29",
        29,
    )


@pytest.mark.parametrize("said", [{"needs": ["obstetric"]}, {"needs": ["addiction"]}, {"safety_codes": ["hiv-clinic"]}])
def test_h28_sender_an_offer_does_not_out_her(said):
    """H28: pregnancy, HIV, addiction and gender history wait for acceptance."""
    assert both(offer(**said)) == ["H28"]
    assert both(offer(safety_codes=["no_shared_transport"])) == []


def test_h28_sender_a_sensitive_item_needs_its_own_tick():
    """H28: health in general does not tick it."""
    hiv = item("hiv_needs", "L4")
    broad = {"levels": ("L1", "L2", "L3", "L4")}
    made = disclosure(hiv, consent=(entry(**broad),))
    marked = with_(made, handling=(*made.handling, "eyes_focal_point_only"))

    assert both(marked, shared=accepted(hiv), consents=(record(**broad),)) == ["H28"]
    ticked = {**broad, "categories": ("hiv",)}
    yes = with_(marked, consent=(entry(**ticked),))
    assert both(yes, shared=accepted(hiv), consents=(record(**ticked),)) == []


def test_h28_sender_the_check_page_warns_when_few_people_fit():
    """H28: age, language, dependants and region together."""
    assert fits_few_people(body("referral.offer", region=None, languages=["uk"])) is None
    assert fits_few_people(body("referral.offer", region="XA-02", age_band="50+")) is not None


def test_h28_receiver_an_offer_that_outs_is_refused():
    """H28: reason 128."""
    assert refused_for(offer(needs=["shelter", "obstetric"])) == ("H28", 128)
    assert refused_for(offer(accessibility=["trans-friendly"])) == ("H28", 128)


def test_every_field_has_a_category_that_consent_can_tick_and_items_share_none():
    """H28: the closed list agrees with the codes; an item's category ticks nothing else."""
    assert {field.category for field in FIELDS} <= set(CATEGORIES)
    for one in (field for field in FIELDS if field.item):
        assert [field.name for field in FIELDS if field.category == one.category] == [one.name]


# --- R24, R36, R37, R38: two people, log, unknown things ---


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
    }


def test_consent_that_starts_tomorrow_does_not_count_today():
    """R22: it has a beginning too."""
    assert [one.rule for one in faults(record(valid_from=NOW + DAY), HER, NOW)] == ["R22"]
