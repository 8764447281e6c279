"""Offices outlive their keys: who held a key that a record no longer lists.

Source: H13 (consent names the holder), H14 (distrust of a holder).
"""

from collections import defaultdict
from typing import cast

from node.protocol.consent.record import HolderKind
from node.protocol.gate.facts import OfficeKeyFacts
from node.service.context import Node
from node.store.known_offices import KnownOffice
from node.store.work import Work


def note_offices(node: Node, work: Work, peer: str) -> None:
    """Keep who holds the office keys that this country lists now, in the transaction that follows its record."""
    country = node.view.country(peer)
    keys = () if country is None else country.office_keys
    noted = [
        work.known_offices.note(KnownOffice(key.office_kid.hex(), peer, key.holder, key.kind, key.police_powers))
        for key in keys
    ]
    if any(noted):
        work.after_commit(lambda: load_offices(node))


def load_offices(node: Node) -> None:
    """Read them into memory, where the gate looks; at the start and after each new one."""
    found: defaultdict[str, list[OfficeKeyFacts]] = defaultdict(list)
    for one in node.store.read_sync(lambda reader: reader.known_offices.all()):
        found[one.peer].append(OfficeKeyFacts(one.kid, one.holder, cast(HolderKind, one.kind), one.police_powers))
    node.known_offices = {peer: tuple(keys) for peer, keys in found.items()}
