"""Whatever she agreed to, how often, and whatever a letter says of it: the gate opens only to what she allowed.

Sets of consent records and letters are drawn, mostly good ones with some things changed. A plain reading of the pages
(`what_she_allowed`), which knows nothing of how the gate works, has to say yes before the gate may. Source: domain 5.2,
5.3, 6 (R01, R13, R20, R22); practice H10, H13, H17, H26, H27.
"""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from node.protocol.cases.case import Case, Person
from node.protocol.consent.record import ConsentRecord, ConsentTo
from node.protocol.consent.scope import note_asserted, withdraw
from node.protocol.gate.facts import OfficeKeyFacts
from node.protocol.letters.bodies import Body
from node.protocol.letters.codes import EYES_ONLY
from node.protocol.letters.frame import ConsentEntry, Letter, SealedIdentity
from tests.property.said import LEVELS, lets_out, some, stated, tries
from tests.property.what_she_allowed import POLICE, STATE, what_she_allowed
from tests.rules.world import (
    CHILD,
    DAY,
    HER,
    NOW,
    OFFICE,
    OTHER_THREAD,
    THREAD,
    XA_RECORD,
    accepted,
    case,
    draft,
    item,
    letter,
    offer,
    record,
    token_of,
    with_,
)

OFFICES = (
    OfficeKeyFacts(OFFICE, "haven-xa", "civil_society"),
    OfficeKeyFacts(STATE, "ministry-xa", "state"),
    OfficeKeyFacts(POLICE, "police-xa", "state", police_powers=True),
)
XA = with_(XA_RECORD, office_keys=OFFICES)
KIDS = (OFFICE, OFFICE, STATE, POLICE)
FIELDS = {"support_plan": "L2", "health_needs": "L2", "given_name": "L3", "safe_contact": "L3", "medical_report": "L4"}
CATEGORIES = ("needs", "plan", "health", "identity", "contact", "medical_report")
YOUNG = with_(HER, age_band="16-17", guardian=CHILD.guardian)
AGES = (
    HER,
    HER,
    with_(YOUNG, majority_at=NOW + DAY),
    with_(YOUNG, majority_at=NOW - DAY),  # the machine has not looked yet
    with_(HER, age_band="18-24", guardian=CHILD.guardian, majority_at=NOW - DAY),
    with_(HER, age_in_doubt=True, guardian=CHILD.guardian),
)


RECIPIENT = st.builds(
    ConsentTo,
    country=st.sampled_from(("XA", "XA", "XA", "XB")),
    organisation_type=st.sampled_from(("civil_society", "state")),
    holder=st.sampled_from(KIDS),
)
OTHERWISE: dict[str, st.SearchStrategy[Any]] = {
    "recipients": st.lists(RECIPIENT, min_size=1, max_size=3).map(tuple),
    "purposes": some(("enquiry", "referral", "family_tracing", "transit"), 1),
    "levels": some(LEVELS, 1),
    "categories": some(CATEGORIES, 1),
    "excluded": some(("state_bodies", "police", "family")),
    "valid_from": st.sampled_from((-200, -20, -2, 0, 1)).map(lambda days: NOW + days * DAY),
    "valid_until": st.sampled_from((-2, 0, 1, 90, 300)).map(lambda days: NOW + days * DAY),
    "spoken_to_alone": st.booleans(),
    "method": st.sampled_from(("written", "recorded_oral")),
    "given_by": st.sampled_from(("self", "guardian", "self_with_guardian", "child_protection")),
    "capacity": st.sampled_from(("adult", "child_assent_recorded")),
    "basis": st.sampled_from(("consent", "provisional")),
    "understood_check": st.booleans(),
}


@st.composite
def records(draw: st.DrawFn, person: Person, number: int) -> ConsentRecord:
    """What this person said once: mostly in order, with a token of this thread or of another, or taken back since."""
    to = draw(RECIPIENT.filter(lambda one: one.country == "XA"))
    made: ConsentRecord = record(
        person, consent_id=f"{person.person_id}-{number}", recipients=(to,), levels=LEVELS, categories=CATEGORIES,
        valid_from=NOW - (20 - number) * DAY,
    )  # fmt: skip
    for name in draw(st.lists(st.sampled_from(sorted(OTHERWISE)), max_size=3, unique=True)):
        made = with_(made, **{name: draw(OTHERWISE[name])})
    made = with_(made, asserted=())
    for place, one in enumerate(made.recipients):
        here = one.country == "XA" and draw(st.sampled_from((True, True, True, False)))
        token, thread = (token_of(person), THREAD) if here else (f"{number}{place}".rjust(32, "e"), OTHER_THREAD)
        made = note_asserted(made, one, token, thread)
    if draw(st.sampled_from((True, False, False, False))):
        made, _ = withdraw(made, NOW, draw(some(("enquiry", "referral"))), draw(some(LEVELS)))
    return made


@st.composite
def entries(draw: st.DrawFn, person: Person, of: ConsentRecord) -> ConsentEntry:
    """What a letter says of a record: just that, or more."""
    said = stated(of, person, of.recipients[0].holder)
    right: ConsentRecord = record(person)
    more: dict[str, Any] = {
        "purposes": right.purposes, "levels": LEVELS, "categories": CATEGORIES, "until": NOW + 90 * DAY,
        "holder": draw(st.sampled_from(KIDS)), "given_by": right.given_by, "capacity": right.capacity,
        "basis": "consent",
    }  # fmt: skip
    changed = draw(some(tuple(more))) if draw(st.sampled_from((True, False, False))) else ()
    return with_(said, **{name: more[name] for name in changed})  # type: ignore[no-any-return]


Asked = tuple[Letter[Body], Case, tuple[ConsentRecord, ...]]


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    """A letter about one or two persons, their case and all that they ever said."""
    persons = (draw(st.sampled_from(AGES)), *draw(st.sampled_from(((), (), (CHILD,)))))
    said, entered = [], []
    for person in persons:
        own = [draw(records(person, number)) for number in range(draw(st.integers(1, 3)))]
        entered.append(draw(entries(person, draw(st.sampled_from(own)))))
        said += own
    kind = draw(st.sampled_from(("referral.offer", "referral.disclose", "referral.disclose", "referral.update")))
    if kind == "referral.offer":
        made = offer(*persons, consent=tuple(entered))
    elif kind == "referral.update":
        made = letter(kind, consent=())
    else:
        made = draw(disclosures(persons, tuple(entered)))
    return made, case(*persons), tuple(said)


@st.composite
def disclosures(draw: st.DrawFn, persons: Sequence[Person], entered: tuple[ConsentEntry, ...]) -> Letter[Body]:
    """Some fields of theirs, sealed to an office that is named in what is entered."""
    named = [(one, name) for one in persons for name in draw(some(tuple(FIELDS)))] or [(persons[0], "given_name")]
    items = tuple(item(name, FIELDS[name], token_of(one)) for one, name in named)
    sealed = SealedIdentity(office_kid=entered[0].holder or OFFICE, identity_commit="00" * 32, box="QUJD")
    made = letter("referral.disclose", n=2, seen=1, disclosed=items, sealed_identity=sealed, consent=entered)
    report = any(one.level == "L4" for one in items)
    return with_(made, handling=(*made.handling, EYES_ONLY)) if report else made


def gate_is_open(asked: Asked) -> bool:
    """What the gate says, of a thread on which the letter was agreed to."""
    made, of, said = asked
    shared = None
    if made.kind != "referral.offer":
        shared = accepted(*made.disclosed, entries=made.consent, organisation=None)
    return lets_out(draft(made, shared), of, said, XA)


@tries(1200)
@given(questions())
def test_the_gate_opens_only_to_what_she_allowed(asked: Asked) -> None:
    """R01, H26: it may ask for more, and never for less."""
    if gate_is_open(asked):
        assert what_she_allowed(*asked) == []
