"""The jobs of one transaction: one that fails takes nothing with it.

What is marked to be gone back to, by a savepoint, is copied page by page as it is written. So jobs that may be run
again share one mark, and those that stand at the beginning of the transaction need none. Where one of them fails after
it wrote, all since the mark is undone, and the others run again, each with a mark of its own. Source: pitfalls P26.
"""

import sqlite3
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class MayBeUndone(Protocol):
    """A job: `again` says that it may be run again once it was undone and forgotten."""

    again: bool

    def forget(self) -> None:
        """Nothing of it follows any more."""
        ...


J = TypeVar("J", bound=MayBeUndone)


class Together(Generic[J]):
    """One transaction and what ran in it. `ran` runs a job: False where it failed and has to be undone."""

    def __init__(self, connection: sqlite3.Connection, ran: Callable[[J], bool]) -> None:
        self._connection, self._ran = connection, ran
        self._since: list[J] = []  # what was done since the mark: one job, or several that may all be run again
        self._marked = False  # by a savepoint; else the mark is the beginning of the transaction
        connection.execute("begin immediate")

    def run(self, job: J) -> None:
        """Run a job as part of the transaction; if it fails, it leaves nothing there, and the others all they did."""
        if self._since and not (job.again and self._since[-1].again):
            self._mark()
        changes = self._connection.total_changes
        if self._ran(job):
            self._since.append(job)
        elif self._connection.total_changes != changes:
            self._undo()

    def _mark(self) -> None:
        if self._marked:
            self._connection.execute("release job")
        self._connection.execute("savepoint job")
        self._since, self._marked = [], True

    def _undo(self) -> None:
        others = self._since
        self._back()
        for job in others:
            job.forget()
            self._mark()
            if not self._ran(job):
                self._back()
        if others:
            self._mark()

    def _back(self) -> None:
        if self._marked:
            self._connection.execute("rollback to job")
        else:
            self._connection.execute("rollback")
            self._connection.execute("begin immediate")
