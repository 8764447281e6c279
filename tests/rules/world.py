"""One invented case, its consents and its letters, for the tests of the rules. XD writes to XA; nobody is real."""

from typing import Any

import msgspec

from node.protocol.cases.case import Case, CaseThread, FirstIntake, Guardian, Person, Tie
from node.protocol.consent.record import ConsentRecord, ConsentTo
from node.protocol.consent.scope import assertion, note_asserted
from node.protocol.gate.facts import Draft, OfficeKeyFacts, RecipientFacts, ThreadFacts
from node.protocol.gate.gate import Gate, at_drafting, at_release
from node.protocol.letters.bodies import Body, DataItem
from node.protocol.letters.frame import ConsentEntry, Letter, SealedIdentity, make_stop
from node.protocol.letters.kinds import KINDS
from node.protocol.rules import Objection
from tests.letters_support import BODIES, TOKEN, document

DAY = 24 * 3600
NOW = 1_795_000_000
THREAD = "24" * 16
OTHER_THREAD = "25" * 16
HER_TOKEN = TOKEN
CHILD_TOKEN = "bb" * 16
OFFICE = "a1" * 32
POLICE_OFFICE = "b2" * 32
TO_XA = ConsentTo(country="XA", organisation_type="civil_society", organisation="haven-xa", holder=OFFICE)

GUARDIAN = Guardian(
    appointing_body="family-court-xd",
    appointed_on="2026-01-10",
    not_named_in_case=True,
    recorded_by="ana",
    conflict_checked_by="ben",
    conflict_found=False,
    heard_alone=True,
)
HER = Person(person_id="p1", role="person", age_band="25-34", gender="woman", languages=("uk",))
CHILD = Person(person_id="p2", role="dependant", age_band="0-5", guardian=GUARDIAN)
XA_RECORD = RecipientFacts(
    country="XA",
    status="active",
    office_keys=(OfficeKeyFacts(kid=OFFICE, holder="haven-xa", kind="civil_society"),),
)


def with_(what: Any, **facts: Any) -> Any:
    """A copy of a frozen struct with some facts changed."""
    return msgspec.structs.replace(what, **facts)


POLICE = OfficeKeyFacts(kid=POLICE_OFFICE, holder="police-xa", kind="state", police_powers=True)
WITH_POLICE = with_(XA_RECORD, office_keys=(*XA_RECORD.office_keys, POLICE))


def case(*persons: Person, **facts: Any) -> Case:
    """A case of these persons (by default her alone), after the first intake, with a thread to XA."""
    chosen = persons or (HER,)
    thread = CaseThread(thread=THREAD, country="XA", opened_at=NOW - DAY, persons=tuple(p.person_id for p in chosen))
    given: dict[str, Any] = {
        "case_id": "c1",
        "trafficking_status": "possible",
        "persons": chosen,
        "first_intake": FirstIntake(answered_at=NOW - DAY, answered_by="ana"),
        "threads": (thread,),
    }
    return Case(**{**given, **facts})


def record(person: Person = HER, /, **facts: Any) -> ConsentRecord:
    """A consent that counts, asserted to XA on the thread; for a child it is given by the guardian."""
    child = person.treated_as_child
    given: dict[str, Any] = {
        "consent_id": f"consent-{person.person_id}",
        "person_id": person.person_id,
        "basis": "consent",
        "given_by": "guardian" if child else "self",
        "capacity": "child_assent_recorded" if child else "adult",
        "recipients": (TO_XA,),
        "purposes": ("enquiry", "referral"),
        "levels": ("L1", "L2", "L3"),
        "categories": ("needs", "plan", "health", "identity", "contact", "arrangements"),
        "valid_from": NOW - DAY,
        "valid_until": NOW + 90 * DAY,
        "language": "uk",
        "interpreter": "independent",
        "info_sheet_version": "3",
        "method": "written",
        "understood_check": True,
        "alternatives_explained": True,
        "no_pressure_declared": True,
        "present": ("caseworker", "interpreter"),
        "spoken_to_alone": True,
        "recorded_by": "ana",
    }
    made = ConsentRecord(**{**given, **facts})
    return note_asserted(made, TO_XA, token_of(person), THREAD)


def token_of(person: Person) -> str:
    """The consent token of a person towards XA."""
    return HER_TOKEN if person.person_id == HER.person_id else CHILD_TOKEN


def entry(person: Person = HER, /, **facts: Any) -> ConsentEntry:
    """The entry that travels for a person whose consent counts."""
    made = assertion(record(person), person, TO_XA, NOW, token_of(person))
    return msgspec.structs.replace(made, **facts)


def body(kind: str, **facts: Any) -> Any:
    """The body of a good letter of this kind."""
    return msgspec.convert({**BODIES[kind], **facts}, KINDS[kind].body)


def letter(kind: str, **facts: Any) -> Letter[Body]:
    """A letter of the opener with nothing sealed and her consent; of the responder with no entries."""
    given = document(kind)
    given.update(disclosed=[], sealed_identity=None, attachments=[], thread=THREAD, relates_to=None)
    made: Letter[Body] = msgspec.convert(given, KINDS[kind].frame)
    role = facts.get("sender_role", "opener")
    filled: dict[str, Any] = {"consent": (entry(),) if role == "opener" else (), "lawful_basis": "explicit_consent"}
    return msgspec.structs.replace(made, **{**filled, **facts})


def offer(*persons: Person, consent: tuple[ConsentEntry, ...] | None = None, **facts: Any) -> Letter[Body]:
    """An offer about these persons, the first being the person herself."""
    chosen = persons or (HER,)
    said = {
        "age_band": chosen[0].age_band,
        "treated_as_child": chosen[0].treated_as_child,
        "dependants": [person.age_band for person in chosen[1:]],
        **facts,
    }
    entries = tuple(entry(person) for person in chosen) if consent is None else consent
    return letter("referral.offer", n=1, consent=entries, body=body("referral.offer", **said))


def item(field: str, level: str, token: str = HER_TOKEN) -> DataItem:
    """One field by name and level."""
    return msgspec.convert({"person": token, "field": field, "level": level}, DataItem)


NAME = item("given_name", "L3")
PLAN = item("support_plan", "L2")


def disclosure(*items: DataItem, kid: str = OFFICE, **facts: Any) -> Letter[Body]:
    """A disclosure of these fields, sealed to an office key."""
    sealed = SealedIdentity(office_kid=kid, identity_commit="00" * 32, box="QUJD")
    return letter("referral.disclose", n=2, seen=1, disclosed=items or (NAME,), sealed_identity=sealed, **facts)


def stop(**facts: Any) -> Letter[Body]:
    """The one stop letter of the thread."""
    made: Letter[Body] = make_stop(
        "referral.ended",
        letter_id="cc" * 16,
        thread=THREAD,
        n=3,
        seen=1,
        written_at=NOW,
        sender_role="opener",
        thread_ends=NOW + 60 * DAY,
        retention_until=NOW + 365 * DAY,
    )
    return msgspec.structs.replace(made, **facts)


def accepted(*needed: DataItem, **facts: Any) -> ThreadFacts:
    """A thread on which XA accepted and asked for these fields."""
    given: dict[str, Any] = {
        "accepted": True,
        "data_needed": needed or (NAME, PLAN),
        "entries": (entry(),),
        "organisation": "haven-xa",
        "opened_at": NOW - DAY,
    }
    return ThreadFacts(**{**given, **facts})


def draft(of: Letter[Body], shared: ThreadFacts | None = None, **facts: Any) -> Draft:
    """A letter of ours with what only we know about it."""
    persons = {HER_TOKEN: "p1", CHILD_TOKEN: "p2"}
    given: dict[str, Any] = {
        "letter": of,
        "shared": shared or ThreadFacts(opened_at=NOW - DAY),
        "actor": "ana",
        "actor_role": "caseworker",
        "persons": {one.token: persons.get(one.token, "?") for one in of.consent},
    }
    return Draft(**{**given, **facts})


def drafting(of: Letter[Body] | Draft, **world: Any) -> list[Objection]:
    """The gate at drafting, in a world where by default everything is in order."""
    return at_drafting(*_arguments(of, world))


def release(of: Letter[Body] | Draft, **world: Any) -> Gate:
    """The gate at release, in the same world."""
    return at_release(*_arguments(of, world))


def both(of: Letter[Body] | Draft, **world: Any) -> list[str]:
    """The rules named at drafting, having seen that release names the same ones."""
    named = [one.rule for one in drafting(of, **world)]
    assert [one.rule for one in release(of, **world).objections] == named
    return named


def tie(country: str, feared: str = "not_asked", kind: str = "nationality") -> Tie:
    """A country in her life."""
    return msgspec.convert({"country": country, "kind": kind, "feared": feared}, Tie)


def _arguments(of: Letter[Body] | Draft, world: dict[str, Any]) -> tuple[Any, Any, Draft, Any, int]:
    made = of if isinstance(of, Draft) else draft(of, world.pop("shared", None))
    return (
        world.get("case", case()),
        world.get("consents", (record(),)),
        made,
        world.get("recipient", XA_RECORD),
        world.get("now", NOW),
    )
