"""Releasing control letters: they pass a gate of their own, and some are said anew every day instead of again.

Source: wire 1, 4 and 7.
"""

from node.protocol.gate.gate import at_control
from node.protocol.letters.decode import decode
from node.protocol.letters.kinds import CONTROL
from node.protocol.rules import Objection
from node.service.context import Node
from node.service.delivery.control import close_given_up
from node.service.delivery.gating import LOOK_AGAIN_S
from node.service.delivery.queueing import Queued
from node.service.delivery.recipients import recipient_facts, seal_to
from node.service.delivery.released import Ready, give_up_old
from node.service.threads.book import Book
from node.service.threads.stops import is_ending
from node.store.outbox import Waiting
from node.store.work import Work

HALF_A_DAY_S = 12 * 3600
OF_THEIR_DAY = ("channel.heads", "channel.resend")  # said anew every day; an old one would look like going back


def prepared_control(node: Node, work: Work, waiting: Waiting, now: int) -> Ready | None:
    """A control letter as it leaves, at first or again; None when it waits or will never go."""
    payload, kind = _control_of(node, waiting)
    objection = _objection(node, work, waiting, kind, now)
    old = waiting.released_at is not None or now - waiting.queued_at > HALF_A_DAY_S
    overtaken = kind in OF_THEIR_DAY and old
    if overtaken or (objection is not None and objection.effect == "cancel"):
        give_up_old(work, waiting)
        work.outbox.end(waiting.letter_id, "cancelled", now)
        return None
    to = seal_to(node, waiting.peer, kind, CONTROL, False)
    if objection is not None or to is None:
        work.outbox.hold(waiting.letter_id, "no_prekey" if objection is None else objection.rule, now + LOOK_AGAIN_S)
        return None
    give_up_old(work, waiting)
    close_given_up(node, work, waiting.peer, now)  # with the next control letter (wire 1)
    return Ready(waiting, payload, to, waiting.released_at is None, None)


def control_objection(node: Node, work: Work, waiting: Waiting, now: int) -> Objection | None:
    """Why a control letter that was released before may not go again now, or None."""
    return _objection(node, work, waiting, _control_of(node, waiting)[1], now)


def _objection(node: Node, work: Work, waiting: Waiting, kind: str, now: int) -> Objection | None:
    stopped = waiting.thread_id is not None and _is_stopped(node, work, waiting.peer, waiting.thread_id)
    return at_control(kind, recipient_facts(node, waiting.peer, now), stopped)


def _control_of(node: Node, waiting: Waiting) -> tuple[bytes, str]:
    queued = node.seals.open_as(Queued, node.seals.node_key(), "outbox", waiting.letter_id, waiting.sealed)
    payload = bytes(queued.letter)
    control = decode(payload, CONTROL)
    return payload, "" if control is None else control.kind


def _is_stopped(node: Node, work: Work, peer: str, thread_id: str) -> bool:
    found = Book(node, work).file(peer, thread_id)
    return found is not None and is_ending(found.file.thread)
