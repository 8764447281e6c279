"""Consent records: recorded with everything she was told, shown with what is still missing, never decided by a machine.

A record that does not count is kept and shown with its faults; the gate lets nothing rest on it. Source: domain 5.3;
R22, R23; practice H10, H13, H17. Taking a consent back is `withdrawals`.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from node.errors import BadInput, Conflict, NotAllowed, NotFound
from node.protocol.cases.case import person_of
from node.protocol.consent.faults import faults
from node.protocol.consent.record import (
    DEFAULT_CONSENT_SECONDS,
    MAX_PROVISIONAL_SECONDS,
    ConsentOrganisation,
    ConsentRecord,
    ConsentTo,
    Exclusion,
    InterpreterFrom,
    Method,
    OfficeThen,
    Present,
    WitnessRole,
)
from node.protocol.letters.codes import Basis, Capacity, Category, GivenBy, Level, Purpose
from node.protocol.letters.scalars import Code, Country, Hash, Language, Seconds
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.change import PersonId
from node.service.cases.consent_talks import SHUT, Name, TalkView, in_the_room, keep_talk, must_name_a_witness
from node.service.context import Node
from node.service.delivery.recipients import recipient_facts
from node.service.shown import mark_of, must_be_as_shown
from node.service.threads.book import Book, OpenCase
from node.service.threads.commands import Command
from node.store.work import Reader, Work

CONSENTS_CHANGED: Final = (
    "A consent of this case was recorded or taken back meanwhile. What you typed is still here and not recorded. Look"
    " in another window at what she said last."
)


class NewRecipient(Command, frozen=True):
    """One recipient she named; `holder` is the id of the office that may read names there (H13)."""

    country: Country
    organisation_type: ConsentOrganisation
    organisation: Code | None = None
    holder: Hash | None = None


class NewConsent(Command, frozen=True):
    """What one person allowed. Times in UTC seconds; from now for 183 days when left out (provisional: ten days).

    `evidence_hash` is the SHA-256 of the signed paper or recording, which stays with you. Who interpreted and who
    witnessed it is sealed to the office and never leaves this country; a consent that was only spoken needs a witness.
    """

    person_id: PersonId
    given_by: GivenBy
    capacity: Capacity
    recipients: Annotated[tuple[NewRecipient, ...], Meta(min_length=1, max_length=20)]
    purposes: Annotated[tuple[Purpose, ...], Meta(min_length=1)]
    levels: Annotated[tuple[Level, ...], Meta(min_length=1)]
    categories: tuple[Category, ...]
    language: Language
    interpreter: InterpreterFrom
    info_sheet_version: Code
    method: Method
    understood_check: bool
    alternatives_explained: bool
    no_pressure_declared: bool
    present: tuple[Present, ...]
    spoken_to_alone: bool
    basis: Basis = "consent"
    valid_from: Seconds | None = None
    valid_until: Seconds | None = None
    excluded: tuple[Exclusion, ...] = ()
    evidence_hash: Hash | None = None
    interpreter_name: Name | None = None
    interpreter_language: Language | None = None
    witness_name: Name | None = None
    witness_role: WitnessRole | None = None


class FaultView(msgspec.Struct, frozen=True):
    """Why a record does not count now: the rule, what is wrong, what to do."""

    rule: str
    says: str
    next: str


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """A consent record with what keeps it from counting; no faults means that it counts now."""

    consent: str
    person_id: str
    basis: Basis
    given_by: GivenBy
    capacity: Capacity
    recipients: tuple[ConsentTo, ...]
    purposes: tuple[Purpose, ...]
    levels: tuple[Level, ...]
    categories: tuple[Category, ...]
    valid_from: int
    valid_until: int
    language: str
    interpreter: InterpreterFrom
    info_sheet_version: str
    method: Method
    understood_check: bool
    alternatives_explained: bool
    no_pressure_declared: bool
    present: tuple[Present, ...]
    spoken_to_alone: bool
    recorded_by: str
    seconded_by: str | None
    renewals: int
    excluded: tuple[Exclusion, ...]
    evidence_hash: str
    told: list[str]
    withdrawn_at: int | None
    counts: bool
    faults: list[FaultView]


async def record_consent(node: Node, actor: Actor, case_id: str, new: NewConsent) -> ConsentView:
    """Record what one person of the case allowed. BadInput for a person who is not there or an end before its start."""
    return (await record_consents(node, actor, case_id, (new,)))[0]


async def record_consents(
    node: Node, actor: Actor, case_id: str, every: Sequence[NewConsent], shown: str | None = None
) -> list[ConsentView]:  # fmt: skip
    """Record what was allowed in one talk to each recipient, all of it or nothing.

    `shown`: the mark of the consents that the page was made from. Overtaken, and nothing is recorded, where one was
    recorded or taken back since: what she said last must not stand behind what she said before (R22).
    """
    actor.must_be("caseworker", "coordinator")

    def record(work: Work) -> list[ConsentView]:
        may_work_on(work, actor, case_id)
        must_be_as_shown(shown, _mark(node, work, case_id), CONSENTS_CHANGED)
        return [_record(node, work, actor, case_id, new) for new in every]

    return await node.store.write(record)


async def shown_consents(node: Node, actor: Actor, case_id: str) -> str:
    """The mark for a page that is made from the consents of a case."""

    def read(reader: Reader) -> str:
        may_work_on(reader, actor, case_id)
        return _mark(node, reader, case_id)

    return await node.store.read(read)


def _mark(node: Node, reader: Reader, case_id: str) -> str:
    book = Book(node, reader)
    return mark_of(book.consents(book.case(case_id)))


async def second_consent(node: Node, actor: Actor, case_id: str, consent_id: str) -> ConsentView:
    """A second person stands behind a provisional basis (H10); not the one who recorded it."""
    actor.must_be("caseworker", "coordinator")

    def second(work: Work) -> ConsentView:
        book = Book(node, work)
        case, record = _find(book, work, actor, case_id, consent_id)
        if record.seconded_by is not None:
            raise Conflict("somebody stands behind this record already")
        if record.recorded_by == actor.user_id:
            raise NotAllowed(
                "whoever recorded it cannot be the second person", rule="H10", for_user="Ask a colleague to second it."
            )
        record = msgspec.structs.replace(record, seconded_by=actor.user_id)
        book.put_consent(case, record, node.now())
        work.audit.append(node.now(), actor.user_id, "consent_seconded", consent_id, rule="H10")
        return view_in(node, case, record)

    return await node.store.write(second)


async def list_consents(node: Node, actor: Actor, case_id: str) -> list[ConsentView]:
    """The consent records of a case, oldest first, with what keeps each from counting now."""

    def read(reader: Reader) -> list[ConsentView]:
        may_work_on(reader, actor, case_id)
        book = Book(node, reader)
        case = book.case(case_id)
        return [view_in(node, case, record) for record in book.consents(case)]

    return await node.store.read(read)


async def view_consent(node: Node, actor: Actor, case_id: str, consent_id: str) -> ConsentView:
    """One consent record."""
    return await node.store.read(
        lambda reader: view_in(node, *_find(Book(node, reader), reader, actor, case_id, consent_id))
    )


def _record(node: Node, work: Work, actor: Actor, case_id: str, new: NewConsent) -> ConsentView:
    now, book = node.now(), Book(node, work)
    may_work_on(work, actor, case_id)
    case = book.case(case_id)
    if person_of(case.case, new.person_id) is None:
        raise BadInput("no such person in this case; choose one of its persons", field="person_id", rule="H26")
    start = now if new.valid_from is None else new.valid_from
    lasts = MAX_PROVISIONAL_SECONDS if new.basis == "provisional" else DEFAULT_CONSENT_SECONDS
    end = start + lasts if new.valid_until is None else new.valid_until
    if end <= start:
        raise BadInput(
            "consent ends before it begins", field="valid_until", expected="a time after valid_from", rule="R22"
        )
    talk = TalkView(**{name: getattr(new, name) for name in SHUT})
    must_name_a_witness(new.method, talk)
    record = ConsentRecord(
        consent_id=node.random(16).hex(),
        recorded_by=actor.user_id,
        valid_from=start,
        valid_until=end,
        recipients=tuple(
            ConsentTo(to.country, to.organisation_type, to.organisation, to.holder, offices=_offices(node, to, now))
            for to in new.recipients
        ),
        renewals=_renewals(book.consents(case), new),
        evidence_hash=new.evidence_hash or "",
        present=in_the_room(new.present, talk),
        **_same(new),
    )
    book.put_consent(case, record, now)
    keep_talk(node, work, case, record.consent_id, talk)
    work.audit.append(now, actor.user_id, "consent_recorded", record.consent_id, rule="R22")
    return view_in(node, case, record)


def _offices(node: Node, to: NewRecipient, now: int) -> tuple[OfficeThen, ...]:
    """Whose the key is that she chose, as she was told (H13)."""
    return recipient_facts(node, to.country, now).offices_of(to.holder)


_OTHERWISE = ("recipients", "valid_from", "valid_until", "evidence_hash", "present", *SHUT)


def _same(new: NewConsent) -> dict[str, Any]:
    return {name: getattr(new, name) for name in new.__struct_fields__ if name not in _OTHERWISE}


def _renewals(records: list[ConsentRecord], new: NewConsent) -> int:
    """How often a provisional basis was renewed is counted, not typed in (H10)."""
    if new.basis != "provisional":
        return 0
    return sum(1 for one in records if one.person_id == new.person_id and one.basis == "provisional")


def _find(book: Book, reader: Reader, actor: Actor, case_id: str, consent_id: str) -> tuple[OpenCase, ConsentRecord]:
    may_work_on(reader, actor, case_id)
    case = book.case(case_id)
    record = next((one for one in book.consents(case) if one.consent_id == consent_id), None)
    if record is None:
        raise NotFound("no such consent in this case; check the reference", field="consent")
    return case, record


def view_in(node: Node, case: OpenCase, record: ConsentRecord) -> ConsentView:
    """A record as people see it, inside a transaction of the caller's."""
    person = person_of(case.case, record.person_id)
    found = [] if person is None else faults(record, person, node.now())
    facts = {name: getattr(record, name) for name in ConsentView.__struct_fields__ if hasattr(record, name)}
    shown = [FaultView(one.rule, one.sentence, one.next_step) for one in found]
    told = sorted({one.country for one in record.asserted})
    return ConsentView(
        consent=record.consent_id, told=told, counts=person is not None and not found, faults=shown, **facts
    )
