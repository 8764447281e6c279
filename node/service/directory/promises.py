"""How soon a country has promised to answer a kind of letter: in its record, and in its entry while that holds.

Kept in memory for each peer with the moment at which it ends, because every released letter asks; forgotten when a new
entry comes. Source: domain 5.11, 5.13.
"""

from node.protocol.directory.freshness import hidden_from
from node.protocol.letters.bodies_directory import DirectoryBody
from node.service.context import Node, Promised
from node.service.directory.shelf import body_of
from node.store.directory import EntryRow

NOTHING_SAID = Promised({}, 0)


def promised_days(node: Node, peer: str, kind: str) -> int | None:
    """Working days, the fewer of both; None where nothing is promised for this kind."""
    country = node.view.country(peer)
    in_record = None if country is None else country.record.commitments.get(kind)
    known = node.promises.get(peer)
    if known is None:
        row = node.store.read_sync(lambda reader: reader.directory.get(peer))
        known = node.promises[peer] = NOTHING_SAID if row is None else promises_of(row, body_of(row))
    in_entry = known.days.get(kind) if node.now() < known.until else None
    return min((days for days in (in_record, in_entry) if days is not None), default=None)


def forget_promises(node: Node, peer: str) -> None:
    """A new entry of this peer is in force: ask it anew."""
    node.promises.pop(peer, None)


def promises_of(row: EntryRow, body: DirectoryBody) -> Promised:
    """Kind and working days of an entry, and until when it holds: it is hidden then, or its own time is over."""
    days: dict[str, int] = {promise.kind: promise.working_days for promise in body.promises}
    return Promised(days, min(body.valid_until, hidden_from(body.issued_at, row.received_at)))
