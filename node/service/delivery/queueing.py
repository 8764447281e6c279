"""Putting a letter into the outbox: one transaction with the decision that caused it.

What waits here has no number yet and leaves no trace if it is cancelled. Source: wire 1 (queue); delivery, outbox.
"""

from typing import Final

import msgspec

from node.crypto.vault import Dek
from node.protocol.gate.facts import ActorRole
from node.protocol.gate.once_told import OnceTold
from node.protocol.letters.codes import HelloReason, Urgency
from node.protocol.letters.control import Control, ControlBody, HelloBody, ReceivedUpTo
from node.protocol.letters.decode import AnyLetter, checked, encode
from node.protocol.letters.frame import ConsentEntry
from node.protocol.letters.kinds import CONTROL, LETTER
from node.service.context import Node
from node.store.outbox import Waiting
from node.store.work import Work

URGENCY_RANK: Final[dict[Urgency, int]] = {"life_threat": 0, "urgent": 1, "priority": 2, "routine": 3}
CONTROL_RANK: Final = 1


class Before(msgspec.Struct, frozen=True):
    """What the thread's file said of consents before a letter that can be taken back."""

    entries: tuple[ConsentEntry, ...]
    once: OnceTold


class Queued(msgspec.Struct, frozen=True):
    """What the outbox keeps of a letter until its release: the draft, and who decided it for whom.

    `letter` is the encoded letter with the numbers of a draft; `persons` maps its consent tokens to our person ids;
    `second` is who confirmed it where two people are needed. `before` is there while whoever sent it can take it back.
    """

    letter: msgspec.Raw
    actor: str
    actor_role: ActorRole
    persons: dict[str, str] = {}
    second: str = ""
    before: Before | None = None


def queue_letter(
    node: Node, work: Work, dek: Dek, case_id: str, peer: str, letter: AnyLetter, queued: Queued, due_at: int, now: int
) -> None:
    """Put a letter of a thread into the outbox; it is released when due, gate first.

    One that is due now leaves in this very transaction if its peer's worker is idle.
    """
    sealed = node.seals.seal(dek, "outbox", letter.letter_id, queued)
    work.outbox.put(
        Waiting(
            letter.letter_id,
            peer,
            letter.thread,
            case_id,
            LETTER,
            URGENCY_RANK[letter.urgency],
            "queued",
            sealed,
            now,
            due_at,
            None,
            None,
            None,
            None,
        )
    )
    handover = node.handovers.get(peer)
    if due_at <= now and handover is not None and handover.is_open:
        work.at_end(f"release {peer}", handover.last())
    else:
        work.after_commit(lambda: node.wake(peer))


def queue_control(
    node: Node, work: Work, peer: str, kind: str, body: ControlBody, now: int, about: str | None = None
) -> str:
    """Put a control letter into the outbox and return its id; `about` is the thread of a `letter.opened`.

    The first one to a peer in a channel epoch is preceded by the word why the epoch began (wire 1).
    """
    if work.peers.greeted(peer) != node.epoch:
        greet(node, work, peer, node.epoch, now)
    return _queue_control(node, work, peer, kind, body, now, about)


def greet(node: Node, work: Work, peer: str, epoch: int, now: int) -> None:
    """Tell a peer why our channel epoch began, and up to where we have what it sent in each of its own."""
    heads = work.channels.in_heads(peer)
    received = tuple(ReceivedUpTo(epoch=head.epoch, seq=head.seq) for head in heads if head.seq)
    reason: HelloReason = "restore" if work.meta.was_restored() else "init"
    # A peer that the backup did not know is greeted with its first control letter, and releases all of it again.
    work.peers.greet(peer, epoch)
    _queue_control(node, work, peer, "channel.hello", HelloBody(reason, received), now)


def _queue_control(
    node: Node, work: Work, peer: str, kind: str, body: ControlBody, now: int, about: str | None = None
) -> str:
    letter_id = node.random(16).hex()
    control: Control[ControlBody] = Control(kind=kind, letter_id=letter_id, body=body)
    queued = Queued(msgspec.Raw(checked(control)), "node", "machine")
    sealed = node.seals.seal(node.seals.node_key(), "outbox", letter_id, queued)
    work.outbox.put(
        Waiting(letter_id, peer, about, None, CONTROL, CONTROL_RANK, "queued", sealed, now, now, None, None, None, None)
    )
    work.after_commit(lambda: node.wake(peer))
    return letter_id


def draft_of(letter: AnyLetter, actor: str, actor_role: ActorRole, persons: dict[str, str], second: str = "") -> Queued:
    """The outbox form of a drafted letter, checked as its receiver will check it."""
    return Queued(msgspec.Raw(encode(letter)), actor, actor_role, persons, second)
