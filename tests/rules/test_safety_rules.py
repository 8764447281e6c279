"""The way that needs no consent, and what keeps it narrow: R02, H06, H14, H20, H22, H29, H35."""

from typing import Any

import pytest

from node.errors import BadInput, NotAllowed, NotFound
from node.protocol.cases.disappearance import found_again, record_disappearance
from node.protocol.gate.desk import holds
from node.protocol.gate.facts import OfficeKeyFacts, RecipientFacts, ThreadFacts, Withdrawn
from node.protocol.gate.gate import receiver, takes_effect
from node.protocol.letters.bodies import Body, DataItem
from node.protocol.letters.codes import PURPOSES
from node.protocol.letters.frame import Letter, SealedIdentity
from node.protocol.letters.kinds import KINDS
from node.protocol.safety import IN_DANGER, is_safety
from tests.rules.world import (
    CHILD_TOKEN,
    HER,
    HER_TOKEN,
    NAME,
    NOW,
    OFFICE,
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
    tie,
    with_,
)

DAY = 24 * 3600
FRESH = "dd" * 16
CONTACT = item("safe_contact", "L3")
ALLERGIES = item("allergies", "L4")
SEALED = SealedIdentity(office_kid=OFFICE, identity_commit="00" * 32, box="QUJD")


def safety(
    kind: str = "safety.alert", *items: DataItem, said: dict[str, Any] | None = None, **facts: Any
) -> Letter[Body]:
    """A good safety letter with these sealed fields."""
    given: dict[str, Any] = {
        "consent": (),
        "lawful_basis": "vital_interests",
        "urgency": "life_threat",
        "body": body(kind, **(said or {})),
        "disclosed": items,
        "sealed_identity": SEALED if items else None,
    }
    return letter(kind, **{**given, **facts})


def sent(of: Letter[Body], second: str = "ben", **world: Any) -> list[str]:
    """The rules that our gate names for a safety letter about her, which a second person has confirmed."""
    shared = world.pop("shared", None)
    return both(draft(of, shared, persons={HER_TOKEN: "p1"}, second=second), **world)


def refused(of: Letter[Body], shared: ThreadFacts | None = None) -> str | None:
    """The rule by which a receiver refuses a letter, or None."""
    found = receiver(of, shared or ThreadFacts())
    return None if found is None else found.rule


# --- R02: only an alert goes without consent, and it says no more than the danger needs


def test_r02_sender_an_alert_goes_without_any_consent_recorded():
    """R02, domain 5.10: consent is not required where life, freedom or body are in immediate danger."""
    assert sent(safety(), consents=()) == []


def test_r02_sender_an_alert_goes_after_she_withdrew_and_after_a_stop():
    """H02: R20 and R31 stop only letters that rest on consent."""
    gone = Withdrawn(HER_TOKEN, PURPOSES, ("L1", "L2", "L3"), 1)

    assert sent(safety(), shared=accepted(withdrawn=(gone,), stopped=True, entries=())) == []


def test_r02_sender_nobody_alerts_without_a_case_and_a_person():
    """R02: who is in danger stands in a case, so that somebody answers for the alert."""
    assert sent(safety(), case=None) == ["R02"]


@pytest.mark.parametrize(
    "spoiled",
    [
        {"consent": (entry(),)},
        {"lawful_basis": "explicit_consent"},
        {"lawful_basis": "public_task"},
        {"attachments": letter("referral.update").attachments or (object(),)},
    ],
    ids=["consent", "basis of consent", "public task", "attachment"],
)
def test_r02_receiver_nothing_rides_along_on_an_alert(spoiled):
    """R02: a dishonest sender hides a consent-based disclosure in an alert; it is refused by its own frame."""
    assert refused(safety(**spoiled)) == "R02"


@pytest.mark.parametrize("smuggled", [item("support_plan", "L2"), item("narrative", "L4"), ALLERGIES, NAME])
def test_r02_receiver_only_listed_fields_may_be_sealed_into_an_alert(smuggled):
    """R02: L3 only if indispensable: a plan or a report never, a name only with the reason why it is needed."""
    assert refused(safety("safety.alert", smuggled)) == "R02"


def test_r02_receiver_a_name_comes_with_the_reason_and_a_reason_with_a_name():
    """R02: the justification stands in the letter, where both sides can read it."""
    why = {"names_needed": ["not_to_be_found_otherwise"]}

    assert refused(safety("safety.alert", NAME, CONTACT, said=why)) is None
    assert refused(safety("safety.alert", CONTACT)) is None
    assert refused(safety("safety.alert", CONTACT, said=why)) == "R02"
    assert refused(safety(said=why)) == "R02"


@pytest.mark.parametrize("kind", ["safety.update", "safety.acknowledged", "safety.stand_down"])
def test_r02_receiver_the_letters_that_follow_carry_words_only(kind):
    """R02: a new field about her needs another alert."""
    assert refused(safety(kind)) is None
    assert refused(safety(kind, NAME)) == "R02"


def test_r02_receiver_what_is_sealed_is_named():
    """R02: a block nobody announced is refused, and a name without a block too."""
    assert refused(safety(sealed_identity=SEALED)) == "R02"
    assert refused(safety(disclosed=(CONTACT,))) == "R02"


def test_r02_receiver_a_place_is_a_region():
    """R29: where coarse; a street in the field of the region is refused."""
    assert refused(safety(said={"region": "Harbour.St.12"})) == "R29"


def test_r02_sender_and_receiver_agree():
    """Row 13: what the receiver refuses never leaves an honest node."""
    assert sent(safety("safety.alert", NAME)) == ["R02"]


# --- R10 stays above R02


def test_r10_sender_no_alert_to_a_country_she_fears():
    """Domain 5.10, H02: asylum comes before a danger; the country hears nothing, whoever confirms it."""
    claim = with_(HER, protection="sought", ties=(tie("XA"),))
    feared = with_(HER, ties=(tie("XA", "yes", "other"),))

    for person in (claim, feared):
        gate = release(draft(safety(), persons={HER_TOKEN: "p1"}, second="ben"), case=case(person))
        assert gate.cancelled
        assert gate.objections[0].rule == "R10"


def test_h06_sender_an_alert_to_a_country_she_comes_from_needs_two_people():
    """H06: the origin is told of a danger only when two people say so."""
    person = with_(HER, ties=(tie("XA", "no"),))

    assert sent(safety(), second="", case=case(person)) == ["H06"]
    assert sent(safety(), second="ana", case=case(person)) == ["H06"]  # ana wrote it
    assert sent(safety(), second="ben", case=case(person)) == []


# --- H14: distrust


DISTRUSTED = with_(XA_RECORD, distrusted_by=("ana", "ben"))


def test_h14_sender_a_distrusted_country_is_told_of_the_danger_and_gets_no_name():
    """H14 beside R02: no L3 or L4 leaves to it; that somebody is in danger still goes."""
    assert sent(safety(), recipient=DISTRUSTED) == []
    assert sent(safety("safety.alert", CONTACT), recipient=DISTRUSTED) == ["H14"]
    medical = with_(
        safety("safety.medical", ALLERGIES), handling=(*letter("safety.update").handling, "eyes_focal_point_only")
    )
    assert sent(medical, recipient=DISTRUSTED, shared=accepted()) == ["H14"]


def test_h13_sender_a_danger_is_told_where_the_office_she_named_has_another_name():
    """H13, H35: nobody can ask her now, and any office of civil society would be told; no state body by its key."""
    named = (with_(TO_XA, offices=XA_RECORD.offices_of(OFFICE)),)
    key = XA_RECORD.office_keys[0]
    renamed = with_(XA_RECORD, office_keys=(with_(key, holder="haven-of-xa"),), known_offices=(key,))
    of_state = with_(renamed, office_keys=(with_(key, kind="state"),))
    alert = safety("safety.alert", CONTACT)

    assert sent(alert, consents=(record(recipients=named),), recipient=renamed) == []
    assert sent(alert, consents=(record(recipients=named),), recipient=of_state) == ["H13"]


def test_h14_sender_no_new_matter_is_opened_with_it():
    """H14: it sees nothing new."""
    assert both(offer(), recipient=DISTRUSTED) == ["H14"]


# --- H20: medical facts of somebody who cannot speak


@pytest.mark.parametrize("name", ["allergies", "current_medication", "medical_condition", "medical_device"])
def test_h20_receiver_the_four_facts_may_be_sealed(name):
    """H20: allergies, medication, condition, device."""
    of = safety("safety.medical", item(name, "L4"))

    assert refused(of, accepted()) is None


@pytest.mark.parametrize(
    "extra", [NAME, CONTACT, item("hiv_needs", "L4"), item("narrative", "L4"), item("allergies", "L2")]
)
def test_h20_receiver_nothing_else_comes_along(extra):
    """H20: a dishonest sender adds a field; the whole letter is refused."""
    assert refused(safety("safety.medical", ALLERGIES, extra), accepted()) == "H20"


def test_h20_receiver_medical_facts_without_a_fact_are_none():
    """H20: an empty one would only say that she is in hospital."""
    assert refused(safety("safety.medical"), accepted()) == "H20"


def test_h20_receiver_only_about_a_person_of_the_thread():
    """H26: the treating country knows whom the token means."""
    of = safety("safety.medical", item("allergies", "L4", FRESH), said={"who": FRESH})

    assert refused(of, accepted()) == "H26"


def test_h20_sender_medical_facts_go_without_consent_and_for_the_focal_point_only():
    """H20, R02: she cannot be asked; R04: L4 carries the mark for the focal point's eyes."""
    of = safety("safety.medical", ALLERGIES)
    marked = with_(of, handling=(*of.handling, "eyes_focal_point_only"))

    assert sent(marked, consents=(), shared=accepted()) == []
    assert sent(of, consents=(), shared=accepted()) == ["R04"]


# --- H22: clocks


def test_h22_sender_an_old_registry_does_not_hold_a_danger_back():
    """H22: a wrong clock never stops safety; with a name inside nobody knows whose key it is, so that waits."""
    old = with_(XA_RECORD, registry_age_seconds=20 * DAY)

    assert sent(safety(), recipient=old) == []
    assert sent(safety("safety.alert", CONTACT), recipient=old) == ["R39"]


def test_h22_receiver_a_danger_in_routine_time_is_refused():
    """H22: danger runs in clock hours."""
    assert refused(safety(urgency="routine")) == "H22"
    assert refused(safety(urgency="priority")) == "H22"


def test_h22_receiver_a_quarantined_sender_is_heard_about_danger():
    """Wire 3 row 5: stops, withdrawals and safety take effect from a quarantined sender."""
    assert all(takes_effect("quarantined", kind) for kind in KINDS if is_safety(kind))
    assert not takes_effect("suspended", "safety.alert")


def test_h02_receiver_no_desk_holds_a_safety_letter():
    """H02: an alert from a country that is blocked or distrusted here is read at once all the same."""
    claim = case(with_(HER, protection="sought", ties=(tie("XA"),)), place_is_detention=True)

    assert [holds(safety(kind), claim, "XA", NOW) for kind in KINDS if is_safety(kind) and "drill" not in kind] == [
        []
    ] * 5


# --- H29: disappearance


def gone(what: str) -> Any:
    return case(with_(HER, disappearance=what))


def test_h29_sender_only_feared_taken_permits_an_alert():
    """H29: whoever left by choice or is only out of reach is not put on alarm."""
    assert sent(safety(), case=gone("left_by_choice")) == ["H29"]
    assert sent(safety(), case=gone("lost_contact")) == ["H29"]
    assert sent(safety(), case=gone("feared_taken")) == []


def test_h29_sender_the_word_taken_needs_the_record():
    """H29: the letter says no more than the case."""
    of = safety(said={"dangers": ["feared_taken"]})

    assert sent(of) == ["H29"]
    assert sent(of, case=gone("feared_taken")) == []


@pytest.mark.parametrize("what", ["left_by_choice", "lost_contact", "feared_taken"])
def test_h29_sender_every_disappearance_freezes_what_is_new(what):
    """H29: offers and disclosures wait until she is there again; an update of help under way goes on."""
    assert both(offer(), case=gone(what)) == ["H29"]
    assert both(disclosure(), case=gone(what), shared=accepted()) == ["H29"]
    assert both(letter("referral.update", n=3), case=gone(what), shared=accepted()) == []


def test_h29_sender_nobody_traces_who_left_by_choice():
    """H29: identity, family and information requests about her never go, whatever consent she once gave."""
    of = with_(letter("referral.update", n=3), kind="info.request")

    assert "H29" in both(of, case=gone("left_by_choice"), shared=accepted())


def test_h29_two_people_say_that_she_left_or_is_taken_and_one_that_contact_was_lost():
    """H29, R24: what opens the way of alerts, or closes every search, is not one person's guess."""
    for what in ("left_by_choice", "feared_taken"):
        with pytest.raises(NotAllowed):
            record_disappearance(case(), "p1", what, ("ana",), NOW)

    lost = record_disappearance(case(), "p1", "lost_contact", ("ana",), NOW).case
    taken = record_disappearance(lost, "p1", "feared_taken", ("ana", "ben"), NOW).case
    back = found_again(taken, "p1", "ana", NOW).case

    assert [one.persons[0].disappearance for one in (lost, taken, back)] == ["lost_contact", "feared_taken", None]


def test_h29_sender_nobody_is_found_who_was_not_gone():
    """H29: a record of something that did not happen misleads whoever reads the case later."""
    with pytest.raises(NotFound, match="is gone"):
        found_again(case(), "p1", "ana", NOW)
    with pytest.raises(BadInput, match="no such person"):
        found_again(case(), "nobody", "ana", NOW)


# --- H35: an alert about another person


ANOTHER = {"about": "another_person"}


def test_h35_sender_needs_two_people_and_a_civil_society_office():
    """H35: her child in danger at the origin: two people here, and help there that is no authority."""
    of = safety("safety.alert", CONTACT, said=ANOTHER)
    state = RecipientFacts(country="XA", status="active", office_keys=(OfficeKeyFacts(OFFICE, "ministry", "state"),))

    assert sent(of) == []
    assert sent(of, second="") == ["H35"]
    assert sent(of, recipient=state) == ["H35"]


def test_h35_receiver_it_is_a_thread_of_its_own_about_one_person():
    """H35: on a thread about somebody else, or with two persons, or beside another thread's id, it is refused."""
    other = item("safe_contact", "L3", FRESH)
    own = safety("safety.alert", other, said={**ANOTHER, "who": [FRESH]})

    assert refused(own) is None
    assert refused(own, accepted()) == "H35"
    assert refused(with_(own, body=body("safety.alert", **ANOTHER, who=[FRESH, CHILD_TOKEN]))) == "H35"
    assert refused(with_(own, relates_to="25" * 16)) == "H35"
    assert refused(safety(said={**ANOTHER, "who": [FRESH]})) == "H35"  # nothing sealed to an office


def test_h35_receiver_an_alert_on_a_thread_is_about_a_person_of_that_thread():
    """H35: the mother's thread never tells of the child that is in danger elsewhere."""
    assert refused(safety(said={"who": [FRESH]}), accepted()) == "H35"
    assert refused(safety(), accepted()) is None


def test_h35_receiver_a_withdrawal_does_not_make_her_a_stranger():
    """H02: after she took everything back, an alert about her still rides on her thread."""
    gone_now = Withdrawn(HER_TOKEN, PURPOSES, ("L1",), 2)

    assert refused(safety(), accepted(entries=(), withdrawn=(gone_now,))) is None


def test_a_safety_letter_carries_the_four_marks():
    """H05: as every letter about her."""
    assert refused(safety(handling=("victim_assistance_only",))) == "H05"


def test_what_asks_for_a_person_is_a_kind():
    """The two that start an hour and a second look."""
    assert set(KINDS) >= IN_DANGER
