"""What the organisations and services of a country are called, for whoever reads their codes.

A letter names an organisation by its code only. A name comes from what that country published of itself: the offices
that read names there, its authority, and the services of its directory. What has no name is shown by its code.
"""

import re
from typing import Final

import msgspec

from node.service.context import Node
from node.service.directory.shelf import body_of
from node.service.directory.views import shown
from node.store.work import Reader

FOCAL_POINT: Final = "focal-point"  # the organisation of a node's first coordinator
BETWEEN: Final = re.compile(r"[\W_]+")


class Called(msgspec.Struct, frozen=True):
    """Codes of one country with what it calls them; `services` in the order of its entry, empty for a name withheld."""

    organisations: dict[str, str]
    services: dict[str, str]


async def called_in(node: Node, countries: set[str], language: str) -> dict[str, Called]:
    """The same for each of these countries; its authority in this language, where it says so."""
    return await node.store.read(lambda reader: {one: _called(node, reader, one, language) for one in countries})


def _called(node: Node, reader: Reader, code: str, language: str) -> Called:
    country, row = node.view.country(code), reader.directory.get(code)
    services = {} if row is None else {one.id: shown(one).name for one in body_of(row).services}
    organisations = {one: name for one, name in services.items() if name}
    if country is not None:
        names = country.record.authority.names
        organisations |= {as_code(key.holder): key.holder for key in country.office_keys}
        organisations[FOCAL_POINT] = names.get(language) or names.get("en") or FOCAL_POINT
    return Called(organisations, services)


def as_code(name: str) -> str:
    """A name as a code would write it: small letters with a hyphen between words."""
    return BETWEEN.sub("-", name.lower()).strip("-")
