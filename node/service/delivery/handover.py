"""From the transaction in which a letter was decided straight to the worker that posts it, while that worker is idle.

The letter is released at the end of the same transaction, gate first, and its bytes are handed on at the commit: one
commit and two changes of thread less than asking the database what is due. Nothing depends on it. What is not handed on
stands in the database, where the worker looks whenever it is woken. Source: wire 1 (release); issue 2, speed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import msgspec

from node.store.outbox import EnvelopeRow
from node.store.work import Last, Work


class Handed(msgspec.Struct, frozen=True):
    """Envelopes released in commit number `commit`, at `at_s` (monotonic seconds)."""

    rows: list[EnvelopeRow]
    commit: int
    at_s: float


@dataclass(slots=True)
class Handover:
    """One worker's open hand. `release` releases what is due, `wake` makes the worker look; both are its own.

    Opened by the worker while it waits with nothing due; the first release closes it again, so that at most one batch
    lies here, and whatever is decided after it waits for its turn without a number.
    """

    release: Callable[[Work], list[EnvelopeRow]]
    wake: Callable[[], None]
    monotonic: Callable[[], float]
    is_open: bool = False
    herald: Callable[[list[EnvelopeRow]], object] | None = None  # told, on the writing thread, what is being committed
    _handed: list[Handed] = field(default_factory=list)

    def last(self) -> Last:
        """What a transaction that queues a letter for now does at its end."""
        return Last(self.release_at_once, self._given)

    def release_at_once(self, work: Work) -> list[EnvelopeRow]:
        """Release what is due, if the hand is still open; closes it."""
        if not self.is_open:
            return []
        self.is_open = False
        rows = self.release(work)
        if rows and self.herald is not None:
            work.at_commit(partial(self.herald, rows))
        return rows

    def take(self) -> list[Handed]:
        """What was handed on since, in the order of release; the worker's from now on."""
        taken, self._handed = self._handed, []
        return taken

    def _given(self, rows: list[EnvelopeRow] | None, commit: int) -> None:
        # Crash here, or before: the letters are released and not posted; the worker of the next start asks the gate.
        if rows:
            self._handed.append(Handed(rows, commit, self.monotonic()))
        self.wake()
