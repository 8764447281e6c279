"""Edges of the rules that one changed sign would move: the last second, the second person, the second purpose."""

from node.protocol.consent.faults import faults
from node.protocol.consent.record import MAX_CONSENT_SECONDS
from node.protocol.consent.scope import withdraw
from node.protocol.gate.gate import receiver
from tests.rules.return_world import returning
from tests.rules.world import (
    CHILD,
    DAY,
    HER,
    HER_TOKEN,
    NAME,
    NOW,
    POLICE_OFFICE,
    TO_XA,
    WITH_POLICE,
    accepted,
    body,
    both,
    case,
    disclosure,
    entry,
    letter,
    record,
    release,
    with_,
)


def rules_of(made, now=NOW):
    """The rules a record of hers breaks."""
    return [fault.rule for fault in faults(made, HER, now)]


def test_r22_sender_a_consent_counts_from_its_first_second_and_no_more_from_its_end():
    """R22: the beginning is inside, the end is not."""
    said = record(valid_from=NOW, valid_until=NOW + DAY)

    assert [rules_of(said, at) for at in (NOW - 1, NOW, NOW + DAY - 1, NOW + DAY)] == [["R22"], [], [], ["R22"]]


def test_r22_sender_a_consent_lasts_twelve_months_and_not_a_second_longer():
    """R22: the longest that is allowed counts."""
    longest = record(valid_from=NOW, valid_until=NOW + MAX_CONSENT_SECONDS)

    assert rules_of(longest) == []
    assert rules_of(with_(longest, valid_until=longest.valid_until + 1)) == ["R22"]


def test_r11_sender_a_consent_for_an_embassy_is_for_verifying_her_identity_and_nothing_beside():
    """R11: a second purpose rides on no record that names an embassy."""
    embassy = with_(TO_XA, organisation_type="embassy")
    asked = record(recipients=(embassy,), purposes=("identity_verification", "referral"))

    assert rules_of(asked) == ["R11"]
    assert rules_of(with_(asked, purposes=("identity_verification",))) == []


def test_r12_sender_a_child_of_the_case_is_an_adult_in_no_letter():
    """R12: also in a letter that says nothing of her age but in its consent, and the other way round."""
    child = with_(HER, age_band="12-15", guardian=CHILD.guardian)
    as_adult, as_child = entry(), entry(child)

    for person, said, found in ((child, as_adult, True), (HER, as_child, True), (child, as_child, False)):
        named = both(disclosure(consent=(said,)), case=case(person), consents=(record(person),), shared=accepted())
        assert ("R12" in named) == found


def test_r19_sender_of_two_persons_each_has_to_say_in_writing_that_the_police_may_read_her_name():
    """R19: what one of them wrote lets nobody read the other's name."""
    to_police = with_(TO_XA, organisation_type="state", holder=POLICE_OFFICE)
    other = with_(HER, person_id="p2", role="dependant")
    hers, others = (record(one, recipients=(TO_XA, to_police)) for one in (HER, other))
    stated = (entry(holder=POLICE_OFFICE), entry(other, holder=POLICE_OFFICE))
    sealed = disclosure(kid=POLICE_OFFICE, consent=stated)
    world = {"case": case(HER, other), "recipient": WITH_POLICE, "shared": accepted(entries=stated)}

    assert both(sealed, consents=(hers, others), **world) == []
    assert both(sealed, consents=(hers, with_(others, method="recorded_oral")), **world) == ["R19"]


def test_r20_sender_what_one_of_two_persons_took_back_does_not_end_the_thread_of_the_other():
    """R20, H01: the stop goes once nothing is left of anybody."""
    gone, other = with_(record(), withdrawn_at=NOW), record(CHILD)
    update = letter("referral.update", consent=(entry(), entry(CHILD)))
    world = {"case": case(HER, CHILD), "shared": accepted(entries=update.consent)}

    one, all_of_them = (
        release(update, consents=consents, **world)
        for consents in ((gone, other), (gone, with_(other, withdrawn_at=NOW)))
    )

    assert [gate.objections[0].rule for gate in (one, all_of_them)] == ["R20", "R20"]
    said = [
        next(o for o in gate.objections if o.sentence == "she took this consent back") for gate in (one, all_of_them)
    ]
    assert [objection.ends_thread for objection in said] == [False, True]


def test_r20_sender_names_that_she_took_back_do_not_go_under_a_letter_that_states_no_consent():
    """R20: the level of what is disclosed counts, whatever the letter says of her consent."""
    narrowed, _ = withdraw(record(), NOW, purposes=(), levels=("L3",))

    gate = release(disclosure(NAME, consent=()), consents=(narrowed,), shared=accepted())

    assert gate.objections[0].rule == "R20"


def test_r20_receiver_a_withdrawal_is_heard_whatever_else_its_sender_put_into_it():
    """R20, H02: a field or a block in it is no reason to refuse her word."""
    came = letter("consent.withdrawal", consent=(), body=body("consent.withdrawal", token=HER_TOKEN))
    loaded = with_(disclosure(), kind=came.kind, body=came.body, handling=(), consent=())

    assert receiver(came, accepted()) is None
    assert receiver(loaded, accepted()) is None


def test_h01_sender_the_country_she_would_return_to_gets_no_answer_after_a_stop():
    """H01, R10: what was asked before may be answered elsewhere; there it would tell one cause from another."""
    asked = "0a" * 16
    answer = letter("access.response", consent=(), in_reply_to=asked)
    stopped = accepted(stopped=True, answerable=frozenset({asked}))

    assert both(answer, case=case(), shared=stopped) == []
    assert both(answer, case=returning(), shared=stopped) == ["H01"]
