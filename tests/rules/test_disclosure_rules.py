"""What may be told, and when: R03, R04, R29, H28."""

from typing import Any

import msgspec
import pytest

from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.gate import fits_few_people, receiver
from node.protocol.letters.codes import CATEGORIES
from node.protocol.letters.fields import FIELDS
from node.protocol.letters.frame import Attachment
from tests.rules.world import (
    CHILD_TOKEN,
    NAME,
    OFFICE,
    PLAN,
    accepted,
    body,
    both,
    disclosure,
    entry,
    item,
    letter,
    offer,
    record,
    release,
    with_,
)

ATTACHMENT = Attachment(parts=(OFFICE,), size=262_144)


def refused_for(came, shared=None):
    """The rule and reason of a refusal."""
    found = receiver(came, shared or ThreadFacts())
    assert found is not None
    return found.rule, found.reason


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


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        ("cooperates_with_police", "R06"),
        ("criminal_record", "R18"),
        ("shelter_in_old_town", "R29"),
        ("asylum_sought", "R03"),
        ("Zoryana.Petrenko", "R03"),
        ("Kralja.Petra.12-4", "R03"),
    ],
)
@pytest.mark.parametrize("field", ["safety_codes", "accessibility"])
def test_r03_receiver_an_open_list_of_the_offer_is_no_way_round_the_closed_ones(field: str, code: str, rule: str):
    """R03, R06, R18, R29: a dishonest peer writes a name or a status as a code."""
    said: dict[str, Any] = {field: [code]}
    assert refused_for(offer(**said))[0] == rule
    assert both(offer(**said))[0] == rule


def test_r03_receiver_a_need_that_another_country_knows_still_passes():
    known: dict[str, Any] = {"accessibility": ["sign_language_2"], "safety_codes": ["address_kept_secret"]}
    assert receiver(offer(**known), ThreadFacts()) is None
