"""The directory made ready for matching, kept until an entry, a standing or the day changes.

Making it costs a few hundred milliseconds for a whole network; asking it a few.
"""

import msgspec

from node.protocol.directory.matching import Listed, Shelf
from node.protocol.letters.bodies_directory import DirectoryBody
from node.service.context import DAY_S, Node
from node.store.directory import EntryRow
from node.store.work import Reader


def shelf_of(node: Node, reader: Reader) -> Shelf:
    """Every entry that lies here, as it stands now."""
    now = node.now()
    standing = tuple((code, one.status_at(now)) for code, one in sorted(node.view.countries.items()))
    key = (reader.directory.state(), standing, now // DAY_S)
    known = node.shelf
    if known is None or known[0] != key:
        node.shelf = known = (key, Shelf(listed(node, reader), now))
    return known[1]


def listed(node: Node, reader: Reader) -> list[Listed]:
    """Every entry, with whether letters may go to its country now."""
    return [_listed(node, row) for row in reader.directory.all()]


def listed_one(node: Node, reader: Reader, country: str) -> Listed | None:
    """One country's entry, or None."""
    row = reader.directory.get(country)
    return None if row is None else _listed(node, row)


def _listed(node: Node, row: EntryRow) -> Listed:
    country = node.view.country(row.country)
    active = country is not None and country.status_at(node.now()) == "active"
    return Listed(row.country, body_of(row), row.received_at, active)


def body_of(row: EntryRow) -> DirectoryBody:
    """What an entry says."""
    return msgspec.json.decode(row.body, type=DirectoryBody)
