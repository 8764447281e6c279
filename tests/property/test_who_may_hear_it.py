"""Who takes over, which consulate, what the other country said, a child without a guardian: again what she allowed.

As `test_what_she_allowed`, for what that one does not draw; the plain reading is `who_may_hear_it`.
Source: domain 5.3, 5.6, 5.8, 6 (R01, R11, R15, R20, R22, R28); practice H10, H13, H17, H26.
"""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from node.protocol.cases.case import Person
from node.protocol.consent.record import ConsentRecord, ConsentTo
from node.protocol.consent.scope import after_withdrawal, note_asserted, withdraw
from node.protocol.gate.facts import Draft, ThreadFacts, Withdrawn
from node.protocol.letters.bodies import Body
from node.protocol.letters.frame import ConsentEntry, Letter
from tests.property import said as hers
from tests.property.said import LEVELS, lets_out, some, tries
from tests.property.who_may_hear_it import PURPOSE_OF, may_be_answered, may_be_asked, may_be_offered, may_take_over
from tests.rules.test_information_rules import ADVISED, question
from tests.rules.world import (
    CHILD,
    CHILD_TOKEN,
    DAY,
    HER_TOKEN,
    NOW,
    OFFICE,
    THREAD,
    XA_RECORD,
    accepted,
    case,
    disclosure,
    draft,
    entry,
    item,
    letter,
    offer,
    record,
    token_of,
    with_,
)

PURPOSES = ("enquiry", "referral", "identity_verification", "family_tracing", "risk_assessment", "followup")
CATEGORIES = ("needs", "plan", "health", "identity", "contact", "nationality", "documents", "medical_report")
HER = ADVISED
ALONE = with_(CHILD, guardian=None)
BEGAN = st.sampled_from((-9, -4, -1, 1)).map(lambda days: NOW + days * DAY)
ENDS = st.sampled_from((-1, 5, 90)).map(lambda days: NOW + days * DAY)
MORE = tries(600)
TO = st.builds(
    ConsentTo,
    country=st.sampled_from(("XA", "XA", "XA", "XB")),
    organisation_type=st.sampled_from(("civil_society", "civil_society", "state", "intergovernmental", "embassy")),
    organisation=st.sampled_from((None, "haven-xa", "ministry-xa")),
    holder=st.just(OFFICE),
)


@st.composite
def words(draw: st.DrawFn, person: Person, number: int, purposes: Sequence[str] = PURPOSES) -> ConsentRecord:
    """What this person said once, to whomever; mostly told to XA on this thread, sometimes taken back in part."""
    to = tuple(draw(st.lists(TO, min_size=1, max_size=2)))
    consular = any(one.organisation_type == "embassy" for one in to)
    made: ConsentRecord = record(
        person, consent_id=f"{person.person_id}-{number}", recipients=to, levels=LEVELS, categories=CATEGORIES,
        purposes=("identity_verification",) if consular else draw(st.just(tuple(purposes)) | some(purposes, 1)),
        valid_from=draw(BEGAN), valid_until=draw(ENDS), excluded=draw(some(("family", "embassy", "state_bodies"))),
        spoken_to_alone=draw(st.sampled_from((True, True, True, False))),
    )  # fmt: skip
    made = with_(made, asserted=())
    for one in made.recipients:
        if one.country == "XA" and draw(st.sampled_from((True, True, False))):
            made = note_asserted(made, one, token_of(person), THREAD)
    if draw(st.sampled_from((True, False, False, False))):
        made, _ = withdraw(made, NOW - 1, draw(some(purposes)), draw(some(LEVELS)))
    return made


def stated(of: ConsentRecord, person: Person) -> ConsentEntry:
    """What a letter says of a record: just that."""
    return hers.stated(of, person, OFFICE)


def opens(made: Letter[Body] | Draft, *persons: Person, said: Sequence[ConsentRecord], shared: Any = None) -> bool:
    """What the gate says, where nothing but consent stands in the way."""
    given = made if isinstance(made, Draft) else draft(made, shared)
    return lets_out(given, case(*persons), said, XA_RECORD)


@MORE
@given(st.data())
def test_whoever_takes_over_is_whom_she_agreed_to(data: st.DataObject) -> None:
    """R28, R01: by name, or by kind where she left the name to the country; after a change only who was asked since."""
    persons = data.draw(st.sampled_from(((HER,), (HER, CHILD))))
    spoke = {one: [data.draw(words(one, n)) for n in range(data.draw(st.integers(1, 3)))] for one in persons}
    said = [word for of_one in spoke.values() for word in of_one]
    consent = tuple(stated(data.draw(st.sampled_from(of_one)), one) for one, of_one in spoke.items())
    fields = (("support_plan", "L2"), ("given_name", "L3"))
    items = [item(name, level, token_of(one)) for one in persons for name, level in data.draw(some(fields, 1))]
    made = with_(disclosure(*items), consent=consent)
    kind = data.draw(st.sampled_from(("civil_society", "state", "intergovernmental")))
    name = data.draw(st.sampled_from(("haven-xa", "ministry-xa")))
    changed_at = data.draw(st.sampled_from((None, None, NOW - 6 * DAY)))
    shared = accepted(*items, entries=consent, organisation=name, organisation_type=kind, changed_at=changed_at)

    if opens(made, *persons, said=said, shared=shared):
        assert [why for one, of_one in spoke.items() for why in may_take_over(made, one, of_one, shared)] == []


@MORE
@given(st.data())
def test_family_and_consulate_are_asked_only_where_she_asks_for_it(data: st.DataObject) -> None:
    """R11, R15: each by a record of its own kind, and no later no of hers."""
    said = [data.draw(words(HER, number)) for number in range(data.draw(st.integers(1, 3)))]
    purpose = data.draw(st.sampled_from(("identity_nationality", "family_tracing", "prior_identification_as_victim")))
    consular = purpose == "identity_nationality" and data.draw(st.booleans())
    made = question(purpose=purpose, consular=consular)
    made = with_(made, consent=(stated(data.draw(st.sampled_from(said)), HER),))

    if opens(made, HER, said=said, shared=ThreadFacts()):
        assert may_be_asked(made, HER, said) == []


@MORE
@given(st.data())
def test_a_child_without_a_guardian_is_offered_and_no_more(data: st.DataObject) -> None:
    """H10: child protection and a second person, ten days, renewed once, L1; never more, and never with a guardian."""
    child = data.draw(st.sampled_from((ALONE, ALONE, CHILD)))
    child = with_(child, role="person", person_id="p1")
    of = record(
        child, basis="provisional", given_by=data.draw(st.sampled_from(("child_protection",) * 3 + ("guardian",))),
        seconded_by=data.draw(st.sampled_from(("ben", "ben", "ana", None))), purposes=("enquiry",),
        renewals=data.draw(st.sampled_from((0, 1, 2))), valid_from=data.draw(BEGAN),
        levels=data.draw(st.sampled_from((("L1",), ("L1",), ("L1", "L2")))), categories=("needs",),
    )  # fmt: skip
    of = with_(of, valid_until=of.valid_from + data.draw(st.sampled_from((5, 10, 11))) * DAY)
    made = offer(child, consent=(with_(stated(of, child), holder=of.recipients[0].holder),))

    if opens(made, child, said=(of,)):
        assert may_be_offered(child, of) == []


@MORE
@given(st.data())
def test_an_answer_says_only_what_was_asserted_or_what_she_said_here(data: st.DataObject) -> None:
    """Domain 5.3, R20, R22, H26: for everybody of the thread, by what stands of the opener's word or by our record."""
    persons = data.draw(st.sampled_from(((HER,), (HER, CHILD))))
    entries = tuple(
        entry(
            one, purposes=data.draw(some(PURPOSES, 1)), levels=("L1", *data.draw(some(LEVELS[1:]))),
            categories=data.draw(some(CATEGORIES, 1)), until=data.draw(ENDS),
        )
        for one in persons
    )  # fmt: skip
    gone = data.draw(st.lists(st.builds(
        Withdrawn, token=st.sampled_from((HER_TOKEN, CHILD_TOKEN)), purposes=some(PURPOSES), levels=some(LEVELS),
        n=st.just(2),
    ), max_size=1))  # fmt: skip
    left = entries
    for one in gone:
        left = after_withdrawal(left, one.token, one.purposes, one.levels)
    said = [data.draw(words(one, number)) for number, one in enumerate(persons) if data.draw(st.booleans())]
    own = [one for one in said if data.draw(st.booleans())]
    by_id = {one.person_id: one for one in persons}
    kind = data.draw(st.sampled_from(sorted(PURPOSE_OF)))
    made = letter(
        kind, sender_role="responder", n=3, seen=2, consent=tuple(stated(one, by_id[one.person_id]) for one in own)
    )
    there = case(*persons)
    there = with_(there, threads=(with_(there.threads[0], persons=tuple(by_id)),))
    shared = accepted(entries=left, withdrawn=tuple(gone))

    if lets_out(draft(made, shared), there, said, XA_RECORD):
        assert may_be_answered(made, persons, said, shared) == []


def test_the_draws_meet_letters_that_go() -> None:
    """Else nothing above would be tried."""
    to = ConsentTo("XA", "civil_society", "haven-xa", OFFICE)
    hers = record(HER, recipients=(to,), purposes=PURPOSES, levels=LEVELS, categories=CATEGORIES)
    taken = with_(disclosure(), consent=(stated(hers, HER),))
    assert opens(taken, HER, said=(hers,), shared=accepted(organisation_type="civil_society"))
    for purpose in ("identity_nationality", "family_tracing", "prior_identification_as_victim"):
        asks = with_(question(purpose=purpose), consent=(stated(hers, HER),))
        assert opens(asks, HER, said=(hers,), shared=ThreadFacts())
    for kind in PURPOSE_OF:
        answer = letter(kind, sender_role="responder", n=3, seen=2, consent=())
        shared = accepted(entries=(entry(HER, purposes=PURPOSES),))
        assert opens(answer, HER, said=(with_(hers, purposes=PURPOSES),), shared=shared), kind
