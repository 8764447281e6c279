"""The consent page: the text in her language beside ours, point by point, what she ticks, and room for her signature.

Without a record it is the page to read and sign; with one it says what she allowed. It stays here: it tells which
country would hear of her. Source: interface C5; practice, the desk; R23.
"""

import hashlib
from collections.abc import Callable
from typing import Final

import msgspec

from node.errors import BadInput, NotFound
from node.protocol.cases.case import person_of
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.consents import ConsentView, view_in
from node.service.context import Node
from node.service.paper.printing import Mark, Print, mark
from node.service.rights.texts import FALLBACK, SHIPPED, Reading, Text, Variant, code_in, reading_in, shipped
from node.service.threads.book import Book
from node.service.way_out import Out, let_out
from node.store.work import Reader, Work

HERS: Final = frozenset({"self", "self_with_guardian"})


class PrintConsent(Print, frozen=True):
    """Whose page: a recorded consent, or a person who is still to be asked about one country.

    `language` is what is read to her, `workers` what stands beside it.
    """

    person_id: str
    country: str
    language: str
    workers: str
    variant: Variant = "adult"
    consent: str = ""


class ConsentPage(msgspec.Struct, frozen=True, kw_only=True):
    """A consent page. `seal` is the SHA-256 of the text she is read, as hex: with the record's id it is the QR code."""

    mark: Mark
    case: str
    country: str
    reading: Reading
    is_child: bool
    record: ConsentView | None
    seal: str


async def consent_page(node: Node, actor: Actor, case_id: str, asked: PrintConsent) -> ConsentPage:
    """The page, noted in the log; NotAllowed by the gate, NotFound for a consent that is not of this case."""
    actor.must_be("caseworker", "coordinator")
    if asked.to != node.country:
        raise BadInput("a consent page stays here", field="to", expected=node.country, rule="H15")

    def leaving(work: Work) -> tuple[Out, Callable[[], ConsentPage]]:
        may_work_on(work, actor, case_id)
        book = Book(node, work)
        case = book.case(case_id)
        person = person_of(case.case, asked.person_id)
        if person is None:
            raise BadInput("no such person in this case", field="person_id")
        record = None
        if asked.consent:
            found = [one for one in book.consents(case) if one.consent_id == asked.consent]
            if not found or found[0].person_id != asked.person_id:
                raise NotFound("no such consent in this case; check the reference", field="consent")
            record = view_in(node, case, found[0])
        reading = _reading(work, asked, record)
        is_child, country = person.treated_as_child, record.recipients[0].country if record else asked.country
        out = Out(case_id, "consent_page", node.country, node.now(), (asked.person_id,))
        return out, lambda: ConsentPage(
            mark=mark(node, work, actor, case_id, "consent", asked), case=case_id, country=country, reading=reading,
            is_child=is_child, record=record, seal=_seal(reading.hers),
        )  # fmt: skip

    return await let_out(node, actor, leaving)


def _reading(reader: Reader, asked: PrintConsent, record: ConsentView | None) -> Reading:
    """What is read today; of a record the version that it names, with the same for the worker beside it."""
    now = reading_in(reader, asked.language, asked.workers, asked.variant)
    named = None if record is None else code_in(reader, record.info_sheet_version)
    if named is None:
        return now
    beside = reading_in(reader, asked.workers, asked.workers, named.variant).hers
    if beside.language != asked.workers.split("-")[0] and asked.workers in SHIPPED:
        beside = shipped(asked.workers, named.variant)
    return Reading(hers=named, workers=beside, approved=not named.is_draft or named.language != FALLBACK)


def _seal(text: Text) -> str:
    return hashlib.sha256(msgspec.json.encode((text.code, text.points))).hexdigest()
