"""What the health page is made of: facts of the database and the registry, and what only the machine knows.

Counts, ages and countries; no letter, no id, nobody's name. Source: interface O3; delivery, numbers for operators.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from node.crypto.errors import BadBundle
from node.crypto.prekeys import open_bundle
from node.crypto.suite import VerifyingKey
from node.service.actor import Actor
from node.service.context import DAY_S, Node
from node.service.keep.copies import copies_of
from node.store.work import Reader

LOOKED_AT: Final = 20_000  # the newest lines of the audit, and no more, are searched for sign-ins that failed


@dataclass(frozen=True, slots=True)
class JobFact:
    """How a sweep fares: its interval, seconds since it last ended (None: not yet) and until its next turn."""

    name: str
    every_s: int
    age_s: int | None
    next_s: int | None
    failures: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """What whoever put the node together knows of the machine. `moved_clock`: time comes from a file, as in a demo.

    `certificate_ends_at`: of the node's own TLS; None where a proxy has one, or the file cannot be read.
    """

    free_mb: int = 0
    min_free_mb: int = 0
    moved_clock: bool = False
    calls_by: tuple[str, ...] = ()
    holidays_left: int | None = None
    jobs: tuple[JobFact, ...] = ()
    certificate_ends_at: int | None = None


class PeerFact(msgspec.Struct, frozen=True, kw_only=True):
    """A country: when it last spoke to us, what waits for it since when, and why the last try failed."""

    peer: str
    standing: str
    last_contact_at: int | None
    oldest_at: int | None
    tries: int
    next_try_at: int
    error: str | None
    paused: str | None


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """One moment of the node. Times are UTC seconds; `problem` is why the database takes nothing.

    `registry_lies`: how many mirrors and countries of the registry serve what does not verify.
    """

    now: int
    problem: str | None
    registry: str
    registry_at: int
    peers: list[PeerFact]
    record_ends_at: int | None
    role_ends_at: int | None
    prekeys_end_at: int | None
    backup_at: int | None
    keys_copied_at: int | None
    restore_tried_at: int | None
    wrong_passwords: int
    locked_sign_ins: int
    waits_for_office_key: bool
    open_tasks: int
    registry_lies: int = 0


async def overview(node: Node, actor: Actor) -> Overview:
    """How the node fares, for operators and coordinators."""
    actor.must_be("operator", "coordinator")
    return await node.store.read(lambda reader: _read(node, reader))


def _read(node: Node, reader: Reader) -> Overview:
    now, own, people = node.now(), node.view.country(node.country), reader.people.all()
    copies = copies_of(node.store.folder)
    return Overview(
        now=now,
        problem=node.store.problem,
        registry=node.view.freshness(now),
        registry_at=node.view.verified_at,
        peers=_peers(node, reader, now),
        record_ends_at=None if own is None else own.record.valid_until,
        role_ends_at=None if own is None else own.role_expires_at,
        prekeys_end_at=_prekeys_end(node),
        backup_at=copies.database_at,
        keys_copied_at=copies.keys_at,
        restore_tried_at=copies.tried_at,
        wrong_passwords=reader.audit.count_newest("sign_in", "refused", now - DAY_S, LOOKED_AT),
        locked_sign_ins=sum(row.disabled_at is None and row.locked_until > now for row in people),
        waits_for_office_key=reader.tasks.waits("rotate_office_key"),
        open_tasks=reader.tasks.count_open(),
        registry_lies=len(node.registry_lies),
    )


def _peers(node: Node, reader: Reader, now: int) -> list[PeerFact]:
    oldest = reader.outbox.oldest_open_by_peer()
    contacts = {row.peer: row for row in reader.peers.all()}
    known = {code for code, country in node.view.countries.items() if not country.removed}
    found = []
    for peer in sorted({*known, *oldest, *contacts} - {node.country}):
        row, country = contacts.get(peer) or reader.peers.get(peer), node.view.country(peer)
        found.append(
            PeerFact(
                peer=peer,
                standing="unknown" if country is None else country.status_at(now),
                last_contact_at=row.last_contact_at,
                oldest_at=oldest.get(peer),
                tries=row.tries,
                next_try_at=row.next_try_at,
                error=row.last_error,
                paused=row.paused_code,
            )
        )
    return found


def _prekeys_end(node: Node) -> int | None:
    """When the last of the keys that peers seal to ends; None where none is on offer."""
    try:
        bundle = open_bundle(node.prekey_bundle, node.country, [VerifyingKey(node.keys.message.public)])
    except BadBundle:
        return None
    return max(epoch.not_after for epoch in bundle.epochs)
