"""What she allowed is for a purpose, also where a letter states no consent of its own: R01; domain 5.3, 5.6, 5.7."""

from typing import Any

import pytest

from node.protocol.consent.record import ConsentTo
from node.protocol.consent.scope import note_asserted, withdraw
from node.protocol.gate.facts import DUTIES, RESTS_ON_OUR_RECORD, OfficeKeyFacts, Withdrawn
from node.protocol.letters.kinds import KINDS
from tests.rules.world import (
    CHILD,
    CHILD_TOKEN,
    DAY,
    HER,
    HER_TOKEN,
    NAME,
    NOW,
    OFFICE,
    PLAN,
    POLICE,
    POLICE_OFFICE,
    THREAD,
    TO_XA,
    XA_RECORD,
    accepted,
    both,
    case,
    disclosure,
    draft,
    entry,
    item,
    letter,
    offer,
    record,
    with_,
)

TO_US = ConsentTo(country="XA", organisation_type="civil_society")
HEARD = record(HER, purposes=("followup",), levels=("L1",), recipients=(TO_US,), asserted=())
CARE = ("referral.update", "referral.handback_confirm", "referral.handback_reject", "return.decision", "return.update")


def rests_on(kind: str) -> Any:
    return DUTIES[kind].purpose


def ours(kind: str, role: str = "opener", **world: Any) -> list[str]:
    """What the gate says of consent to a letter of this kind that states none."""
    shared = world.pop("shared", accepted(entries=(entry(purposes=(rests_on(kind),)),)))
    found = both(draft(letter(kind, consent=(), sender_role=role), shared), **world)
    return [rule for rule in found if rule == "R01"]


@pytest.mark.parametrize("kind", CARE)
def test_r01_sender_care_goes_on_for_what_she_allowed_it_for(kind):
    """R01, R22: an end stops no care; what she never allowed was never care of hers."""
    asked = record(purposes=(rests_on(kind),))

    assert ours(kind, consents=(asked,)) == []
    assert ours(kind, consents=(with_(asked, valid_until=NOW - 1),)) == []
    assert ours(kind, consents=(with_(asked, purposes=("transit",)),)) == ["R01"]
    assert ours(kind, consents=(with_(asked, purposes=("transit",)), asked)) == []


def test_r01_sender_everybody_of_the_thread_was_asked():
    """H26: who never agreed is not told of because another person did."""
    two = case(HER, CHILD)

    assert ours("referral.update", case=two, consents=(record(), record(CHILD))) == []
    assert ours("referral.update", case=two, consents=(record(),)) == ["R01"]
    assert ours("referral.update", case=two, consents=(record(), record(CHILD, purposes=("enquiry",)))) == ["R01"]


ANSWERS = sorted(
    kind for kind, duty in DUTIES.items()
    if duty.rests_on_consent and duty.purpose and not KINDS[kind].opens and kind not in RESTS_ON_OUR_RECORD
)  # fmt: skip


@pytest.mark.parametrize("kind", ANSWERS)
def test_r01_sender_an_answer_is_for_what_the_other_country_was_allowed_to_ask(kind):
    """Domain 5.3: an assertion that came is the consent for answers on its thread, with its purposes."""
    fits, other = entry(purposes=(rests_on(kind),)), entry(purposes=("statistics",))

    assert ours(kind, "responder", consents=(), shared=accepted(entries=(fits,))) == []
    assert ours(kind, "responder", consents=(), shared=accepted(entries=(other,))) == ["R01"]
    assert ours(kind, "responder", consents=(), shared=accepted(entries=(fits, other))) == ["R01"]


def test_r01_sender_how_she_fares_is_told_on_a_record_of_the_country_where_she_is():
    """Domain 5.3: follow-ups after return need the receiving country's own record; what she said before does not do."""
    asserted = accepted(entries=(entry(purposes=("enquiry", "followup")),))

    def tells(*consents: Any, **world: Any) -> list[str]:
        return ours("return.followup", "responder", shared=asserted, consents=consents, **world)

    assert tells(HEARD) == []
    assert tells() == ["R01"]
    assert tells(HEARD, case=None) == ["R01"]
    assert tells(HEARD, case=case(HER, CHILD)) == ["R01"]
    for lost in (
        {"valid_until": NOW - 1}, {"valid_from": NOW + DAY}, {"purposes": ("enquiry",)}, {"withdrawn_at": NOW},
        {"recipients": (with_(TO_US, country="XT"),)}, {"person_id": "p2"}, {"understood_check": False},
    ):  # fmt: skip
        assert tells(with_(HEARD, **lost)) == ["R01"], lost


def test_r20_sender_a_yes_for_something_else_does_not_stand_for_what_she_took_back():
    """R20: another record under the same token covers a letter again only where it carries what the letter says."""
    taken, _ = withdraw(record(), NOW, ("enquiry",), ("L3",))
    for_transit = record(consent_id="c2", purposes=("transit",))
    anew = record(consent_id="c3")

    assert "R20" in both(offer(), consents=(taken, for_transit))
    assert both(offer(), consents=(taken, anew)) == []


def test_r20_sender_with_the_profile_everything_of_a_record_is_taken_back():
    """R20: L1 is of every letter, so nothing rests on a record whose L1 is gone."""
    taken, _ = withdraw(record(), NOW, (), ("L1",))

    assert "R20" in both(disclosure(PLAN, consent=(entry(levels=("L2",)),)), consents=(taken,), shared=accepted())


def test_h13_sender_no_field_of_a_person_goes_to_an_office_that_another_named():
    """H13: one block goes to one office; what it says of each person is for the office that this person named."""
    other = "c3" * 32
    record_there = with_(TO_XA, holder=other)
    child = note_asserted(record(CHILD, recipients=(record_there,), asserted=()), record_there, CHILD_TOKEN, THREAD)
    about_both = disclosure(
        NAME, item("support_plan", "L2", CHILD_TOKEN), consent=(entry(), entry(CHILD, holder=other))
    )
    two = (OfficeKeyFacts(OFFICE, "haven-xa", "civil_society"), OfficeKeyFacts(other, "ministry-xa", "state"))
    facts = accepted(NAME, item("support_plan", "L2", CHILD_TOKEN), entries=about_both.consent)

    found = both(draft(about_both, facts), case=case(HER, CHILD), consents=(record(), child),
                 recipient=with_(XA_RECORD, office_keys=two))  # fmt: skip

    assert found == ["H13"]


def test_r01_sender_an_office_of_another_country_is_not_the_one_she_named_here():
    """R01: whoever she named elsewhere, under the same key, is nobody she named in this country."""
    there = record(recipients=(with_(TO_XA, country="XB"), with_(TO_XA, holder=None)))

    assert "R01" in both(offer(), consents=(there,))


def test_r22_sender_a_consent_that_has_not_begun_carries_no_care():
    """R22: only its end stops no care under way."""
    found = both(draft(letter("referral.update", consent=()), accepted()), consents=(record(valid_from=NOW + DAY),))
    assert found == ["R22"]


@pytest.mark.parametrize(("code", "key"), [("state_bodies", "state"), ("police", "police")])
def test_r01_sender_she_may_change_her_mind_about_an_office(code, key):
    """R01: an exclusion ends where a newer record that carries the letter names just that office; by silence never."""
    named = with_(TO_XA, holder=POLICE_OFFICE, organisation=None)
    kind = with_(POLICE, police_powers=key == "police")
    no = record(valid_from=NOW - 9 * DAY, excluded=(code,))
    to = with_(XA_RECORD, office_keys=(*XA_RECORD.office_keys, kind))

    def goes(*said: Any) -> list[str]:
        made = disclosure(NAME, kid=POLICE_OFFICE, consent=(entry(holder=POLICE_OFFICE),))
        return both(made, consents=said, recipient=to, shared=accepted(organisation=None))

    def chosen(**facts: Any) -> Any:
        return note_asserted(record(consent_id="c2", recipients=(named,), **facts), named, HER_TOKEN, THREAD)

    assert goes(no, chosen()) == []
    assert goes(no, chosen(excluded=(code,))) == ["R01"]
    assert goes(chosen(valid_from=NOW - 10 * DAY), no) == ["R01"]
    both_offices = record(consent_id="c3", valid_from=NOW - 3600)
    assert goes(no, both_offices).count("R01") == 2, "it names the other office alone"


def test_r01_sender_she_may_change_her_mind_about_who_receives_her():
    """R01: a state body that took over, and that she named since, gets what she allows it."""
    no = record(valid_from=NOW - 9 * DAY, excluded=("state_bodies",))
    there = accepted(organisation="haven-xa", organisation_type="state")

    assert both(disclosure(NAME), consents=(no,), shared=there) == ["R01"]
    assert both(disclosure(NAME), consents=(no, record(consent_id="c2")), shared=there) == []
    unnamed = record(consent_id="c2", recipients=(with_(TO_XA, organisation=None, organisation_type="state"),))
    assert both(disclosure(NAME), consents=(no, unnamed), shared=there) == ["R01"]


def test_r01_sender_our_record_of_one_person_answers_for_nobody_else():
    """R01, H26: a letter that states one person's consent is still about everybody of the thread."""
    two, all_asked = case(HER, CHILD), (entry(), entry(CHILD))
    of_child = letter("referral.update", sender_role="responder", n=3, seen=2, consent=(entry(CHILD),))
    narrower = (entry(purposes=("enquiry",)), entry(CHILD))

    def named(entries: Any) -> list[str]:
        return both(of_child, case=two, consents=(record(CHILD),), shared=accepted(entries=entries))

    assert named(all_asked) == []
    assert named(narrower) == ["R01"]


def test_r20_sender_nothing_is_answered_on_what_was_taken_back_whole():
    """R20: nothing is left of it, so nothing else that was never stated stands in its place."""
    answer = letter("referral.complete", sender_role="responder", n=3, seen=2, consent=())
    gone = (Withdrawn(token=HER_TOKEN, purposes=("enquiry",), levels=("L2",), n=2),)

    assert both(answer, shared=accepted(entries=(entry(),))) == []
    assert both(answer, shared=accepted(entries=(), withdrawn=gone)) == ["R20"]
