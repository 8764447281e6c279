"""How soon a country has promised to answer a kind of letter: in its record, and in its entry while that holds.

Kept in memory for each peer, because every released letter asks; forgotten when a new entry comes. Source: domain 5.13.
"""

from node.protocol.directory.freshness import entry_days, standing
from node.protocol.letters.bodies_directory import DirectoryBody
from node.service.context import Node
from node.service.directory.shelf import body_of
from node.store.directory import EntryRow


def promised_days(node: Node, peer: str, kind: str) -> int | None:
    """Working days, the fewer of both; None where nothing is promised for this kind."""
    country = node.view.country(peer)
    in_record = None if country is None else country.record.commitments.get(kind)
    if peer not in node.promises:
        row = node.store.read_sync(lambda reader: reader.directory.get(peer))
        node.promises[peer] = {} if row is None else promises_of(node, row, body_of(row))
    said = [days for days in (in_record, node.promises[peer].get(kind)) if days is not None]
    return min(said, default=None)


def forget_promises(node: Node, peer: str) -> None:
    """A new entry of this peer is in force: ask it anew."""
    node.promises.pop(peer, None)


def promises_of(node: Node, row: EntryRow, body: DirectoryBody) -> dict[str, int]:
    """Kind and working days of an entry that is not hidden for its age."""
    now = node.now()
    is_old = now >= body.valid_until or standing(entry_days(body.issued_at, row.received_at, now)) == "hidden"
    return {} if is_old else {promise.kind: promise.working_days for promise in body.promises}
