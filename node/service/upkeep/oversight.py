"""What auditors and operators see: the audit and whether it is whole; queues and health, without any content."""

from typing import Final

import msgspec

from node.service.actor import Actor
from node.service.context import Node
from node.store.audit import AuditRow
from node.store.outbox import OnTheWay
from node.store.work import Reader

SEARCHED: Final = 50_000
# Reasons that lie with the country.
OF_NOBODY: Final = frozenset({"R39", "no_prekey", "office_key_gone", "clocks_differ"})


class AuditLineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the audit: opaque ids only. `hash` is hex."""

    seq: int
    at: int
    actor: str
    act: str
    ref: str
    rule: str
    outcome: str
    hash: str


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of the audit, newest first; ask again with `before` for older ones, null when these are all."""

    lines: list[AuditLineView]
    before: int | None


class AuditVerified(msgspec.Struct, frozen=True, kw_only=True):
    """Whether every line is in its place; `first_wrong` is the number of the first one that is not. `head` is hex."""

    ok: bool
    size: int
    head: str
    first_wrong: int | None


class PeerQueue(msgspec.Struct, frozen=True, kw_only=True):
    """What goes to one country and is not received, by state of the letters, and how the connection fares."""

    peer: str
    letters: dict[str, int]
    threads: int
    last_contact_at: int | None
    last_error_at: int | None
    last_error: str | None
    tries: int
    next_try_at: int
    paused: str | None


class Queues(msgspec.Struct, frozen=True, kw_only=True):
    """Every country this node has to do with."""

    peers: list[PeerQueue]
    oldest_open_at: int | None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the node fares; `writable` is false while the database takes nothing, and `problem` says why."""

    country: str
    now: int
    writable: bool
    problem: str | None
    registry: str
    registry_verified_at: int
    oldest_open_at: int | None
    audit_size: int
    open_tasks: int
    signed_in: int


async def audit_page(
    node: Node, actor: Actor, limit: int = 100, before: int | None = None, ref: str | None = None
) -> AuditPage:
    """Lines of the audit, of one thing or of all."""
    actor.must_be("auditor")

    def read(reader: Reader) -> AuditPage:
        rows = reader.audit.lines(ref=ref, before=before, limit=limit)
        return AuditPage(lines=[_line(node, row) for row in rows], before=rows[-1].seq if len(rows) == limit else None)

    return await node.store.read(read)


async def audit_of(
    node: Node, actor: Actor, act: str = "", ref: str = "", before: int | None = None, limit: int = 100
) -> AuditPage:
    """Lines of the audit for the people of the desk: of one act, of one thing or of all; for auditors and coordinators.

    An act is searched among `SEARCHED` lines at a time, so that no question reads all of it; `before` goes on.
    """
    actor.must_be("auditor", "coordinator")

    def read(reader: Reader) -> AuditPage:
        if act and not ref:
            rows, on = reader.audit.lines_of(act, before, SEARCHED, limit)
            return AuditPage(lines=[_line(node, row) for row in rows], before=on)
        rows = reader.audit.lines(ref=ref or None, before=before, limit=limit)
        on = rows[-1].seq if len(rows) == limit else None
        return AuditPage(lines=[_line(node, row) for row in rows if act in ("", row.act)], before=on)

    return await node.store.read(read)


async def verify_audit(node: Node, actor: Actor) -> AuditVerified:
    """Read the whole audit; check its chain, and that no head noted beside the keys is missing (attack 49)."""
    actor.must_be("auditor", "coordinator")
    noted = node.noted_heads()

    def read(reader: Reader) -> AuditVerified:
        (size, head), wrong = reader.audit.head(), reader.audit.verify(noted)
        return AuditVerified(ok=wrong is None, size=size, head=head.hex(), first_wrong=wrong)

    return await node.store.read(read)


async def queues(node: Node, actor: Actor) -> Queues:
    """Counts and states by country; no letter, no id, no content."""
    actor.must_be("operator", "coordinator")
    return await node.store.read(_queues)


async def health(node: Node, actor: Actor) -> Health:
    """How the node fares."""
    actor.must_be("operator", "coordinator", "auditor")

    def read(reader: Reader) -> Health:
        return Health(
            country=node.country,
            now=node.now(),
            writable=node.store.problem is None,
            problem=node.store.problem,
            registry=node.view.freshness(node.now()),
            registry_verified_at=node.view.verified_at,
            oldest_open_at=reader.outbox.oldest_open_at(),
            audit_size=reader.audit.head()[0],
            open_tasks=reader.tasks.count_open(),
            signed_in=len(reader.sessions.alive(node.now())),
        )

    return await node.store.read(read)


async def on_the_way(node: Node, actor: Actor, limit: int = 200) -> list[OnTheWay]:
    """Letters without a receipt, the oldest first: their envelopes, sizes and tries, and nothing of what they say."""
    actor.must_be("operator", "coordinator")
    rows = await node.store.read(lambda reader: reader.outbox.without_receipt(limit))
    return [msgspec.structs.replace(row, held_code=_why(node, row.held_code)) for row in rows]


def _why(node: Node, code: str | None) -> str | None:
    """Why a letter is held where that is about a country or its keys; what is about a person no queue tells."""
    known = node.seals.uncover(code or "")
    return known if known in OF_NOBODY else None


def _line(node: Node, row: AuditRow) -> AuditLineView:
    return AuditLineView(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        act=row.act,
        ref=row.ref,
        rule=node.seals.uncover(row.rule),
        outcome=node.seals.uncover(row.outcome),
        hash=row.hash.hex(),
    )


def _queues(reader: Reader) -> Queues:
    counts, threads = reader.outbox.counts(), reader.threads.count()
    contacts = {row.peer: row for row in reader.peers.all()}
    found = []
    for peer in sorted({*counts, *threads, *contacts}):
        row = contacts.get(peer) or reader.peers.get(peer)
        found.append(
            PeerQueue(
                peer=peer,
                letters=counts.get(peer, {}),
                threads=threads.get(peer, 0),
                last_contact_at=row.last_contact_at,
                last_error_at=row.last_error_at,
                last_error=row.last_error,
                tries=row.tries,
                next_try_at=row.next_try_at,
                paused=row.paused_code,
            )
        )
    return Queues(peers=found, oldest_open_at=reader.outbox.oldest_open_at())
