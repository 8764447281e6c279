"""Directory letters that arrive. Whose entry it is says the signature: nobody can publish for another country.

Source: domain.md 5.11; registry.md (a lower serial is ignored, the same with other bytes alarms).
"""

import hashlib

import msgspec

from node.log import get
from node.protocol.letters.bodies_directory import ChallengeBody, DirectoryBody
from node.service.context import Node
from node.service.directory.promises import forget_promises
from node.service.directory.shelf import body_of
from node.store.directory import ChallengeRow, EntryRow
from node.store.work import Work

log = get()


def entry_published(node: Node, work: Work, peer: str, body: DirectoryBody, now: int) -> None:
    """Keep a peer's entry if its serial is the highest so far; what was challenged before counts as answered."""
    row = row_of(peer, body, now)
    known = work.directory.get(peer)
    if known is not None and known.serial == row.serial and known.sha256 != row.sha256:
        log.error("peer_alarm", reason="directory_conflict", peer=peer)
        work.tasks.add("directory_conflict", now, peer=peer)
        work.audit.append(now, "node", "directory_conflict", peer, outcome="alarm")
        return
    if work.directory.put(row):
        work.after_commit(lambda: forget_promises(node, peer))
        work.directory.answered(peer, row.serial, now)
        work.audit.append(now, "node", "directory_entry", peer)


def entry_challenged(node: Node, work: Work, peer: str, body: ChallengeBody, now: int) -> None:
    """A peer found our entry wrong: one open task for each peer, whatever it sends.

    Only a service of the entry in force counts, and each once, so that a flood leaves a bounded number of rows.
    """
    own = work.directory.get(node.country)
    if body.country != node.country or own is None or body.serial != own.serial:
        log.info("directory_challenge_ignored", peer=peer)
        return
    services = {service.id for service in body_of(own).services}
    if any(service not in services for service in body.service):
        return
    said = ChallengeRow("in", node.country, peer, "".join(body.service), own.serial, body.why, now, None)
    if work.directory.challenge(said):
        work.tasks.add("directory_challenged", now, peer=peer)


def row_of(country: str, body: DirectoryBody, now: int) -> EntryRow:
    """An entry as it is kept; its bytes are ours, so that two letters that say the same have one hash."""
    data = msgspec.json.encode(body)
    return EntryRow(country, body.serial, data, hashlib.sha256(data).digest(), now)
