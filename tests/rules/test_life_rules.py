"""Turning 18, birth, death, incapacity, statelessness, groups: H27, H30, H31, H33, and R12 against short cuts."""

from typing import Any

import pytest

from node.errors import BadInput, NotAllowed
from node.protocol.cases import changes_children as children
from node.protocol.cases import changes_life as life
from node.protocol.cases.case import Person, asylum_blocks
from node.protocol.cases.changes import add_person, block_countries, set_tie
from node.protocol.cases.children import Custody
from node.protocol.cases.coming_of_age import fall_due
from node.protocol.cases.life_events import Refused
from node.protocol.cases.safeguards import birth_is_settled, state_may_be_asked
from node.protocol.consent.faults import faults
from node.protocol.consent.scope import assertion
from node.protocol.gate.desk import holds
from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.gate import receiver
from tests.rules.world import (
    CHILD,
    DAY,
    GUARDIAN,
    HER,
    HER_TOKEN,
    NOW,
    TO_XA,
    accepted,
    body,
    both,
    case,
    disclosure,
    entry,
    letter,
    offer,
    record,
    release,
    tie,
    with_,
)

MINOR = with_(HER, age_band="16-17", guardian=GUARDIAN)
ANA, BOTH = ("ana",), ("ana", "ben")
YESTERDAY = "2026-11-17"


def rules_of(made: Any, person: Person, now: int = NOW) -> list[str]:
    return [fault.rule for fault in faults(made, person, now)]


def due(person: Person, at: int) -> tuple[Person, tuple[str, ...]]:
    changed, tasks = fall_due(case(person), at)
    return changed.case.persons[0], tasks


def test_h27_sender_the_sweep_warns_sixty_days_before_then_hands_consent_to_her_then_ends_help():
    """H27: three moments, each told once, whatever happens between."""
    grows = life.set_majority(case(MINOR), "p1", NOW + 90 * DAY, BOTH, NOW).case.persons[0]

    assert due(grows, NOW + 30 * DAY - 1)[1] == ()
    warned, tasks = due(grows, NOW + 30 * DAY)
    assert (tasks, due(warned, NOW + 31 * DAY)[1]) == (("majority_soon",), ())
    grown, tasks = due(warned, NOW + 90 * DAY)
    assert tasks == ("majority_ask_her",)
    assert (grown.age_band, grown.treated_as_child) == ("18-24", False)
    assert due(grown, NOW + 119 * DAY)[1] == ()
    assert due(grown, NOW + 120 * DAY)[1] == ("majority_help_waits",)
    assert due(due(grown, NOW + 120 * DAY)[0], NOW + 200 * DAY)[1] == ()


@pytest.mark.parametrize("facts", [{"age_in_doubt": True}, {"life": MINOR.life}])
def test_r12_sender_no_date_alone_makes_an_adult_of_a_doubtful_age_or_of_a_day_one_person_typed(facts):
    """R12: then two people settle it; until then she stays a child."""
    confirmed = life.set_majority(case(MINOR), "p1", NOW + DAY, BOTH, NOW).case.persons[0]

    person, tasks = due(with_(confirmed, **facts), NOW + DAY)

    assert tasks == ("majority_settle_age",)
    assert person.treated_as_child


def test_h27_sender_a_sooner_birthday_needs_two_people_and_one_that_the_age_forbids_is_refused():
    """H27, R12: one person cannot make an adult of a child by typing a date."""
    with pytest.raises(NotAllowed):
        life.set_majority(case(MINOR), "p1", NOW + DAY, ANA, NOW)
    first = life.set_majority(case(MINOR), "p1", NOW + 90 * DAY, BOTH, NOW).case
    with pytest.raises(NotAllowed):
        life.set_majority(first, "p1", NOW + DAY, ANA, NOW)
    with pytest.raises(BadInput):
        life.set_majority(case(with_(MINOR, age_band="6-11")), "p1", NOW + DAY, BOTH, NOW)

    later = life.set_majority(first, "p1", NOW + 100 * DAY, ANA, NOW).case.persons[0]
    assert (later.majority_at, later.life.majority.by) == (NOW + 100 * DAY, BOTH)


def test_h27_sender_a_birthday_still_to_come_lets_no_guardian_speak_for_an_adult():
    """H27: whoever types a far day for an adult gains nothing."""
    adult = with_(HER, guardian=GUARDIAN, majority_at=NOW + 900 * DAY)

    assert rules_of(record(given_by="guardian"), adult) == ["H27"]
    grown = with_(adult, majority_at=NOW - DAY)
    assert rules_of(record(given_by="guardian", valid_from=NOW - 2 * DAY), grown) == []
    assert rules_of(record(given_by="guardian", valid_from=NOW - DAY), grown) == ["H27"]


def test_h30_sender_with_her_death_each_childs_guardian_is_looked_at_anew():
    """H30, H10: dependants get child protection until a second person has checked again; blocks stay."""
    closed = with_(HER, protection="sought", ties=(tie("XA"),), blocked_countries=("XB",))
    after = life.record_death(case(closed, CHILD), "p1", YESTERDAY, "ana", NOW).case

    assert rules_of(record(CHILD), after.persons[1]) == ["H11"]
    assert asylum_blocks(after.persons[0], "XA", NOW)
    assert after.persons[0].blocked_countries == ("XB",)


def test_h30_sender_a_death_in_error_is_undone_by_two():
    """H30: the freeze is a protection."""
    dead = life.record_death(case(), "p1", YESTERDAY, "ana", NOW).case

    with pytest.raises(NotAllowed):
        life.death_in_error(dead, "p1", ANA, NOW)
    assert life.death_in_error(dead, "p1", BOTH, NOW).case.persons[0].life.death is None


def test_h30_sender_a_newborn_is_a_person_closed_to_what_its_parent_is_closed_to():
    """H30: otherwise a letter about the child would tell where its mother is."""
    closed = with_(HER, protection="sought", ties=(tie("XA", "yes"),), blocked_countries=("XB",))
    baby = Person(person_id="b1", role="dependant", age_band="0-5")
    after = life.add_birth(case(closed), "p1", baby, YESTERDAY, "ana", NOW).case
    born = after.persons[1]

    assert asylum_blocks(born, "XA", NOW)
    assert born.blocked_countries == ("XB",)
    assert rules_of(record(born, given_by="guardian"), born) == ["R13"]
    assert after.first_intake is not None
    assert birth_is_settled(born) is not None
    registered = life.register_birth(after, "b1", "registered", ANA, NOW).case.persons[1]
    assert birth_is_settled(registered) is None
    with pytest.raises(NotAllowed):
        life.register_birth(after, "b1", "dangerous_to_register", ANA, NOW)


def test_h30_sender_what_closes_a_country_to_a_mother_later_closes_it_to_her_newborn_too():
    """H30, R10: a letter about the child alone would tell of her."""
    baby = Person(person_id="p2", role="dependant", age_band="0-5", guardian=GUARDIAN)
    born = life.add_birth(case(), "p1", baby, YESTERDAY, "ana", NOW).case
    alone = with_(born, threads=(with_(born.threads[0], persons=("p2",)),))
    of_the_child = letter("referral.update", consent=())
    world = {"consents": (record(CHILD),), "shared": accepted()}

    assert both(of_the_child, case=alone, **world) == []
    afraid = set_tie(alone, "p1", tie("XA", "yes"), ANA, NOW).case
    assert both(of_the_child, case=afraid, **world) == ["R10"]
    named = block_countries(alone, "p1", ("XA",), "ana", NOW).case
    assert both(of_the_child, case=named, **world) == ["H05"]
    assert [one.rule for one in holds(letter("referral.update"), afraid, "XA", NOW)] == ["R10"]


def test_h05_sender_a_dependant_added_later_opens_the_first_question_again():
    """H05, H26: each person is asked who must never hear of it."""
    assert add_person(case(), CHILD, "ana", NOW).case.first_intake is None


def test_h30_sender_her_earlier_consent_stands_and_a_new_one_needs_support_or_a_representative():
    """H30: what she allowed while she could decide goes on; a signature of now does not count."""
    unable = life.record_incapacity(case(), "p1", NOW, "for_now", "not_known", ANA, NOW).case.persons[0]

    assert rules_of(record(), unable) == []
    assert rules_of(record(valid_from=NOW), unable) == ["H30"]
    assert rules_of(record(valid_from=NOW, capacity="supported_decision"), unable) == []


@pytest.mark.parametrize(("wish", "by", "counts"), [("wished", BOTH, True), ("refused", ANA, False)])
def test_h30_sender_no_return_on_a_representatives_word_alone(wish, by, counts):
    """H30: only with her own earlier wish, recorded by two."""
    represented = with_(HER, guardian=GUARDIAN)
    unable = life.record_incapacity(case(represented), "p1", NOW - DAY, "lasting", wish, by, NOW).case.persons[0]
    travel = record(given_by="legal_representative", purposes=("travel",))

    assert (rules_of(travel, unable) == []) == counts
    assert rules_of(travel, represented) == ["H30"]
    assert rules_of(record(given_by="legal_representative"), unable) == []


def test_h30_sender_a_wish_to_return_is_recorded_by_two_and_never_before_it_happened():
    """H30: the only door to a return of somebody who cannot decide."""
    with pytest.raises(NotAllowed):
        life.record_incapacity(case(), "p1", NOW, "lasting", "wished", ANA, NOW)
    with pytest.raises(BadInput):
        life.record_incapacity(case(), "p1", NOW + 1, "lasting", "refused", ANA, NOW)


def test_h30_sender_what_she_took_back_nobody_gives_in_her_place():
    """H30: earlier wishes stand, also against a representative."""
    represented = case(with_(HER, guardian=GUARDIAN))
    unable = life.record_incapacity(represented, "p1", NOW, "lasting", "not_known", ANA, NOW).case
    noted = life.note_refused(unable, "p1", (Refused("XA", ("referral",)),)).persons[0]

    assert rules_of(record(given_by="legal_representative"), noted) == ["H30"]
    assert rules_of(record(given_by="legal_representative", purposes=("enquiry",)), noted) == []


def test_h31_sender_a_state_is_asked_only_after_an_independent_lawyer_looked():
    """H31: two people record what the lawyer found."""
    assert state_may_be_asked(HER) is not None
    with pytest.raises(NotAllowed):
        life.lawyer_looked(case(), "p1", YESTERDAY, "likely", True, True, ANA, NOW)
    with pytest.raises(NotAllowed):
        life.lawyer_looked(case(), "p1", YESTERDAY, "likely", True, False, BOTH, NOW)

    looked = life.lawyer_looked(case(), "p1", YESTERDAY, "likely", True, True, BOTH, NOW).case.persons[0]
    unadvised = life.lawyer_looked(case(), "p1", YESTERDAY, "no", False, True, BOTH, NOW).case.persons[0]
    assert state_may_be_asked(looked) is None
    assert state_may_be_asked(unadvised) is not None


def test_h33_sender_whoever_is_of_a_group_is_asked_alone_whatever_it_is_about():
    """H33: one talk and one consent for each person, at every level."""
    grouped = life.join_group(case(), "p1", "g1", ("c2",), "ana", NOW).case.persons[0]
    together = record(levels=("L1",), purposes=("enquiry",), spoken_to_alone=False)

    assert rules_of(together, HER) == []
    assert rules_of(together, grouped) == ["H33"]
    assert rules_of(record(levels=("L1",)), grouped) == []


@pytest.mark.parametrize("beside", ["of_her_group", "family", "partner", "embassy", "employer", "other"])
def test_h33_sender_who_sat_beside_her_counts_more_than_the_tick(beside):
    """H33: somebody she was found with heard her, or somebody of whom nobody wrote down who it was."""
    grouped = life.join_group(case(), "p1", "g1", ("c2",), "ana", NOW).case.persons[0]
    overheard = record(levels=("L1",), purposes=("enquiry",), present=("caseworker", beside))

    assert rules_of(overheard, HER) == []
    assert rules_of(overheard, grouped) == ["H33"]
    assert "H33" in both(offer(), case=case(grouped), consents=(overheard,))
    for helps in ("interpreter", "advocate", "lawyer", "guardian"):
        assert rules_of(record(levels=("L1",), present=("caseworker", helps)), grouped) == []


def test_h33_receiver_a_consent_that_its_sender_does_not_vouch_for_is_refused():
    """H33: no letter says a group; that each was asked alone is part of what `safeguards_met` states."""
    grouped = life.join_group(case(), "p1", "g1", ("c2",), "ana", NOW).case.persons[0]
    overheard = record(levels=("L1",), purposes=("enquiry",), present=("caseworker", "of_her_group"))

    with pytest.raises(NotAllowed) as caught:  # an honest sender does not state it
        assertion(overheard, grouped, TO_XA, NOW, HER_TOKEN)
    assert caught.value.rule == "H33"
    refused = receiver(offer(consent=(entry(safeguards_met=False),)), ThreadFacts())
    assert refused is not None


def test_h33_sender_a_wish_to_be_apart_names_whom_of_the_group():
    """H33: keep_together or keep_apart, asked of her alone; a person is of one group."""
    grouped = life.join_group(case(), "p1", "g1", ("c2", "c3"), "ana", NOW).case

    apart = life.group_wish(grouped, "p1", "keep_apart", ("c2",), "ana", NOW).case.persons[0].group
    assert apart is not None
    assert (apart.wish, apart.apart_from, apart.asked_alone_at) == ("keep_apart", ("c2",), NOW)
    wrong: Any = (("keep_apart", ()), ("keep_apart", ("c9",)), ("keep_together", ("c2",)))
    for wish, whom in wrong:
        with pytest.raises(BadInput):
            life.group_wish(grouped, "p1", wish, whom, "ana", NOW)
    with pytest.raises(BadInput):
        life.join_group(grouped, "p1", "g2", (), "ana", NOW)
    with pytest.raises(BadInput):
        life.group_wish(case(), "p1", "keep_together", (), "ana", NOW)


def test_h30_sender_after_a_death_what_rests_on_consent_is_frozen_for_the_whole_thread():
    """H30: a family's letters too; what protects still goes."""
    dead = life.record_death(case(HER, CHILD), "p2", YESTERDAY, "ana", NOW).case
    update = letter("referral.update", consent=())
    withdrawal = letter("consent.withdrawal", consent=())

    gate = release(update, case=dead, consents=(record(), record(CHILD)), shared=accepted())
    assert (gate.held, [one.rule for one in gate.objections]) == (True, ["H30"])
    assert both(withdrawal, case=dead, shared=accepted()) == []


def test_h30_sender_a_newborn_crosses_no_border_before_registration_and_a_lawyers_look():
    """H30: registration and statelessness check come first; custody too (H26)."""
    baby = with_(CHILD, guardian=GUARDIAN, child=with_(CHILD.child, custody=Custody("sole", YESTERDAY, ANA)))
    born = life.add_birth(case(), "p1", baby, YESTERDAY, "ana", NOW).case
    arrange = letter("referral.arrange", consent=(entry(), entry(born.persons[1])))
    world = {"consents": (record(), record(CHILD)), "shared": accepted(entries=arrange.consent)}

    assert both(arrange, case=on_thread(born), **world) == ["H30", "H31"]
    registered = life.register_birth(born, "p2", "registered", ANA, NOW).case
    looked = life.lawyer_looked(registered, "p2", YESTERDAY, "no", True, True, BOTH, NOW).case
    assert both(arrange, case=on_thread(looked), **world) == []


def test_h30_sender_no_mother_crosses_a_border_while_nobody_says_what_becomes_of_her_newborn():
    """H30, H26: born since, it is in no letter and no plan; it goes with her, or others care for it."""
    baby = with_(CHILD, child=with_(CHILD.child, custody=Custody("sole", YESTERDAY, ANA)))
    born = life.add_birth(case(), "p1", baby, YESTERDAY, "ana", NOW).case
    arrange = letter("referral.arrange")
    stays = children.confirm_other_care(born, "p2", "foster_family", YESTERDAY, BOTH, NOW).case
    died = life.record_death(born, "p2", YESTERDAY, "ana", NOW).case

    assert both(arrange, case=born, shared=accepted()) == ["H30"]
    assert both(letter("referral.update"), case=born, shared=accepted()) == []
    assert both(arrange, case=stays, shared=accepted()) == []
    assert both(arrange, case=died, shared=accepted()) == []


def test_h31_sender_no_state_is_asked_whether_she_is_its_own_before_a_lawyer_looked():
    """H31: the gate holds the question, not the rest of the thread."""
    asks = with_(letter("referral.update"), kind="return.identity_request")
    looked = life.lawyer_looked(case(), "p1", YESTERDAY, "no", True, True, BOTH, NOW).case

    assert "H31" in both(asks, case=case())
    assert "H31" not in both(asks, case=looked)


def test_h27_sender_a_doubtful_age_keeps_the_guardian_past_the_written_birthday():
    """R12 before H27: until two people settled it she is a child, and the guardian goes on."""
    doubtful = with_(MINOR, age_in_doubt=True, majority_at=NOW - DAY)
    disclosing = disclosure(consent=(entry(MINOR),))

    assert both(disclosing, case=case(doubtful), consents=(record(MINOR),), shared=accepted()) == []


def on_thread(one: Any) -> Any:
    """The case whose thread is about everybody in it."""
    thread = with_(one.threads[0], persons=tuple(person.person_id for person in one.persons))
    return with_(one, threads=(thread,))


def test_h31_receiver_a_question_whether_she_is_its_own_without_a_lawyers_look_is_refused():
    """H31: reason 131; the letter says whether counsel was heard."""
    given = letter("info.request")
    unheard = with_(given, body=body("info.request", purpose="identity_nationality", topics=[], counsel_heard=False))

    found = receiver(unheard, accepted())

    assert found is not None
    assert (found.rule, found.reason) == ("H31", 131)
