"""Writing to a country although the registry was not seen for a week: two people decide, for this registry only.

On an old registry nobody knows who was suspended since, so each decision is about one country whose desk was phoned,
and it ends by itself when the registry is seen again, or after fourteen days. Source: registry 4.6, decided 9; R39.
"""

import msgspec

from node.errors import Conflict, NotAllowed, NotFound
from node.protocol.letters.scalars import Country
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.commands import Command
from node.store.old_registry import OldSendRow
from node.store.work import Reader, Work

TASK = "old_registry_second_person"


class SendOnOldRegistry(Command, frozen=True):
    """To which country; somebody phoned its desk on a number known before and asked whether all is well."""

    peer: Country
    phoned: bool


class OldSendView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision, or the wish for one that waits for a second person."""

    peer: str
    first_by: str
    second_by: str | None
    at: int
    waits: bool


async def old_sends(node: Node, actor: Actor) -> list[OldSendView]:
    """What was decided, or waits, about the registry as it is now."""
    actor.must_be("caseworker", "coordinator")
    return await node.store.read(lambda reader: [_view(row) for row in reader.old_sends.about(node.view.verified_at)])


async def propose_old_send(node: Node, actor: Actor, command: SendOnOldRegistry) -> OldSendView:
    """One person asks for it; nothing leaves before a second one confirms.

    Raises NotAllowed while the registry is new enough or too old, NotFound for a country it does not list as active.
    """
    actor.must_be("caseworker", "coordinator")

    def propose(work: Work) -> OldSendView:
        now = node.now()
        _must_be_of_use(node, command.peer, now)
        if not command.phoned:
            raise NotAllowed(
                "nobody phoned them", rule="R39",
                for_user="Phone their desk first, on a number you knew before, and ask whether all is well.",
            )  # fmt: skip
        if _found(work, node, command.peer) is not None:
            raise Conflict("this was proposed already; a second person confirms it")
        row = OldSendRow(command.peer, node.view.verified_at, actor.user_id, now, None)
        work.old_sends.propose(row)
        work.tasks.add(TASK, now, peer=command.peer)
        work.audit.append(now, actor.user_id, "old_registry_send_proposed", command.peer, rule="R39")
        return _view(row)

    return await node.store.write(propose)


async def decide_old_send(node: Node, actor: Actor, peer: str, approve: bool) -> None:
    """A second person confirms, and what waits for this country is looked at again; or it is refused or taken back."""
    actor.must_be("caseworker", "coordinator")

    def decide(work: Work) -> None:
        now, row = node.now(), _found(work, node, peer)
        if row is None:
            raise NotFound("no decision about this country waits", field="peer")
        if not approve:
            work.old_sends.drop(peer)
        elif row.first_by == actor.user_id:
            raise NotAllowed(
                "this needs two different people and got one", rule="R39",
                for_user="A second person has to confirm this. Ask a colleague to sign in.",
            )  # fmt: skip
        elif row.second_by is not None:
            raise Conflict("two people decided this already")
        else:
            _must_be_of_use(node, peer, now)
            work.old_sends.decide(peer, actor.user_id)
            work.outbox.wake_held(peer, now)
        outcome = "on" if approve else "off"
        work.audit.append(now, actor.user_id, "old_registry_send_decided", peer, rule="R39", outcome=outcome)
        work.after_commit(lambda: load_old_sends(node))
        work.after_commit(lambda: node.wake(peer))

    await node.store.write(decide)


def load_old_sends(node: Node) -> None:
    """Read into memory, where the gate looks, what counts for the registry as it is now.

    At the start, after a decision, and whenever the registry was seen.
    """
    rows = node.store.read_sync(lambda reader: reader.old_sends.about(node.view.verified_at))
    node.stale_override = {row.peer: (row.first_by, row.second_by) for row in rows if row.second_by is not None}


def _must_be_of_use(node: Node, peer: str, now: int) -> None:
    freshness = node.view.freshness(now)
    if freshness in ("fresh", "stale"):
        raise NotAllowed("the registry was seen within seven days: letters leave without this", rule="R39")
    if freshness == "queue_only":
        raise NotAllowed(
            "the registry was not seen for over 14 days; nobody can decide this any more, tell the operator", rule="R39"
        )
    country = node.view.country(peer)
    if country is None or country.status_at(now) != "active":
        raise NotFound("no active country of this code in the registry", field="peer")


def _found(reader: Reader, node: Node, peer: str) -> OldSendRow | None:
    return next((row for row in reader.old_sends.about(node.view.verified_at) if row.peer == peer), None)


def _view(row: OldSendRow) -> OldSendView:
    waits = row.second_by is None
    return OldSendView(peer=row.peer, first_by=row.first_by, second_by=row.second_by, at=row.at, waits=waits)
