"""What a decision of the machine gives back: the new thread, and what a service has to store and do with it."""

from typing import Literal

import msgspec

from node.errors import NotAllowed
from node.protocol.threads.thread import Awaited, Status, Thread


class Option(msgspec.Struct, frozen=True):
    """One act of our side on a thread: whether it can be done now and, if not, why not and what would open it.

    `rule` is its source, or the rule that forbids it now.
    """

    kind: str
    allowed: bool
    rule: str
    why: str
    opens_with: str


class Outcome(msgspec.Struct, frozen=True):
    """What follows from an act of ours, to be stored in one transaction.

    `cancels`: queued letters of ours that must not go out any more. `give_up`: letters already released whose bytes are
    posted no longer, if no receipt has come; tell `given_up` which. `applied` and `undone`: letters that count now, or
    no longer. `started` and `stopped`: answers that one side owes now, or no longer. `audit`: (event, letter id) lines.
    """

    thread: Thread
    cancels: tuple[str, ...] = ()
    give_up: tuple[str, ...] = ()
    applied: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    started: tuple[Awaited, ...] = ()
    stopped: tuple[Awaited, ...] = ()
    audit: tuple[tuple[str, str], ...] = ()


class Released(msgspec.Struct, frozen=True):
    """A letter of ours got its number: these values go into its payload, for ever."""

    thread: Thread
    n: int
    seen: int
    void: tuple[int, ...]
    written_at: int
    started: tuple[Awaited, ...] = ()
    stopped: tuple[Awaited, ...] = ()


class Cancelled(msgspec.Struct, frozen=True):
    """A letter of ours can no longer be sent; it left no trace, and the person who wrote it reads `why`."""

    thread: Thread
    reason: int
    why: str


class Verdict(msgspec.Struct, frozen=True):
    """What a received letter meets: the receipt (`stored` also for `waiting`) and what changed.

    `reason` is non-zero only with `refused`. `effect` is what became of the letter itself. `late_refusals` are letters
    receipted before as stored and refused now that their turn came; `letter.refused` tells the peer.
    """

    status: Literal["stored", "waiting", "refused"]
    thread: Thread | None
    effect: Status = "applied"
    reason: int = 0
    applied: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    late_refusals: tuple[tuple[str, int], ...] = ()
    started: tuple[Awaited, ...] = ()
    stopped: tuple[Awaited, ...] = ()


class Changes(msgspec.Struct, frozen=True):
    """What differs between a thread before and after: letters that count now or no longer, answers owed or settled."""

    applied: tuple[str, ...]
    undone: tuple[str, ...]
    started: tuple[Awaited, ...]
    stopped: tuple[Awaited, ...]


def changes(before: Thread, now: Thread, besides: str = "") -> Changes:
    """Compare two versions of a thread; the letter `besides` is left out, as its fate is told otherwise."""
    started, stopped = awaited_changes(before.shared.awaited, now.shared.awaited)
    if before.entries is now.entries:
        return Changes((), (), started, stopped)
    was = {e.letter_id: e.status for e in before.entries}
    moved = [(e.letter_id, e.status, was.get(e.letter_id)) for e in now.entries if e.letter_id != besides]
    applied = tuple(name for name, status, old in moved if status == "applied" != old)
    undone = tuple(name for name, status, old in moved if old == "applied" != status)
    return Changes(applied, undone, started, stopped)


def awaited_changes(
    before: tuple[Awaited, ...], now: tuple[Awaited, ...]
) -> tuple[tuple[Awaited, ...], tuple[Awaited, ...]]:
    """The answers that are owed now and were not, and those no longer owed."""
    return tuple(a for a in now if a not in before), tuple(a for a in before if a not in now)


class ActNotAllowed(NotAllowed):
    """The tables do not allow this act now. `reason` is the number of wire.md 4, the message says why.

    `for_user` says besides what would open it.
    """

    def __init__(self, why: str, reason: int, opens_with: str, rule: str) -> None:
        super().__init__(why, rule=rule, for_user=f"{why}: {opens_with}")
        self.reason = reason
