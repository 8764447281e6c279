"""What the organisations and services of a country are called, for whoever reads their codes.

A letter names an organisation by its code only. A name comes from what that country published of itself: the offices
that read names there now or once did, its authority, and the services of its directory; and from what a consent says of
an office when she was asked. Source: interface C6, C7.
"""

import re
from typing import Final

import msgspec

from node.protocol.consent.record import ConsentTo
from node.service.context import Node
from node.service.directory.shelf import body_of
from node.service.directory.views import shown
from node.service.threads.book import Book
from node.store.work import Reader

FOCAL_POINT: Final = "focal-point"  # the organisation of a node's first coordinator
BETWEEN: Final = re.compile(r"[\W_]+")


class Called(msgspec.Struct, frozen=True):
    """Codes of one country with what it calls them; `services` in the order of its entry, empty for a name withheld."""

    organisations: dict[str, str]
    services: dict[str, str]


async def called_in(node: Node, countries: set[str], language: str, case_id: str = "") -> dict[str, Called]:
    """The same for each of these countries; `case_id`: a case of the reader's, whose consents may name more offices."""

    def read(reader: Reader) -> dict[str, Called]:
        told = _as_she_was_told(Book(node, reader), case_id) if case_id else []
        return {one: _called(node, reader, one, language, told) for one in countries}

    return await node.store.read(read)


def listed(node: Node, code: str, language: str) -> dict[str, str]:
    """What the record of a country calls its organisations, by code; its authority in this language, where it has that.

    A name that its authority or an office has now counts before one that an office had.
    """
    country = node.view.country(code)
    found = {as_code(key.holder): key.holder for key in node.known_offices.get(code, ())}
    if country is None:
        return found
    names = country.record.authority.names
    found |= {as_code(name): name for name in names.values()}
    found |= {as_code(key.holder): key.holder for key in country.office_keys}
    authority = names.get(language) or names.get("en")
    return found | ({FOCAL_POINT: authority} if authority else {})


def as_code(name: str) -> str:
    """A name as a code would write it: small letters with a hyphen between words."""
    return BETWEEN.sub("-", name.lower()).strip("-")


def _called(node: Node, reader: Reader, code: str, language: str, told: list[ConsentTo]) -> Called:
    row = reader.directory.get(code)
    services = {} if row is None else {one.id: shown(one).name for one in body_of(row).services}
    hers = {as_code(office.holder): office.holder for to in told if to.country == code for office in to.offices}
    organisations = hers | {one: name for one, name in services.items() if name} | listed(node, code, language)
    return Called(organisations, services)


def _as_she_was_told(book: Book, case_id: str) -> list[ConsentTo]:
    return [to for record in book.consents(book.case(case_id)) for to in record.recipients]
