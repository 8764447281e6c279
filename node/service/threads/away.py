"""Why what we wrote waits here: said on the page of the matter while it waits, with the next try and whom to phone.

Nothing of it says anything of a person. Source: interface 4.1, errors; R39.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from node.protocol.gate.guards import STALE
from node.service.actor import Actor
from node.service.context import Node
from node.service.directory.phone import PhoneView, phone_of
from node.service.threads.acts import open_for
from node.service.threads.commands import Away, LetterView
from node.service.threads.phoning import not_to_be_phoned
from node.store.work import Reader

NO_KEYS: Final = "no_prekey"  # held, for that country did not give us a key to seal to
OUT: Final = ("R39", "R39_back")


class AwayView(msgspec.Struct, frozen=True, kw_only=True):
    """When the country is tried again (0: not before a person or the registry says so), and whom to phone there, if
    anybody (R10, H04).
    """

    again_at: int
    phone: PhoneView | None


def away(node: Node, reader: Reader, peer: str, letters: Sequence[LetterView], now: int) -> Away:
    """Why letters of ours wait for this country; empty when none does, or one is only on its way."""
    waits = [one for one in letters if one.direction == "out" and one.received_at is None and one.effect != "void"]
    if not waits:
        return ""
    known = node.view.country(peer)
    if known is not None and known.status_at(now) == "quarantined":
        return "keys_changed"
    if known is None or known.status_at(now) != "active" or any(one.held in OUT for one in waits):
        return "not_active"
    if any(one.held == STALE for one in waits):
        return "old_list"
    silent = reader.peers.get(peer).tries > 0 or any(one.held == NO_KEYS for one in waits)
    return "no_answer" if silent else ""


async def whom_to_phone(node: Node, actor: Actor, thread_id: str) -> AwayView:
    """The next try, and the numbers, of the country of this thread."""
    actor.must_be("caseworker", "coordinator")

    def read(reader: Reader) -> AwayView:
        row = open_for(node, reader, actor, thread_id).row
        peer, closed = row.peer, not_to_be_phoned(node, reader, row.case_id, row.peer, node.now())
        due_at, try_at = reader.outbox.next_due(peer)
        times = [at for at in (due_at, try_at) if at is not None]
        again_at = max(min(times), reader.peers.get(peer).next_try_at, node.now()) if times else 0
        return AwayView(again_at=again_at, phone=None if closed else phone_of(node, reader, peer))

    return await node.store.read(read)
