"""A list narrowed: urgent, due today, mine, nobody's, one kind of matter, one country; any of them together.

What plain columns know narrows the query; kind and urgency stand sealed in a thread's file, which is opened for that.
Source: interface C2, C3.
"""

from datetime import datetime, time, timedelta
from typing import Final, Literal

import msgspec

from node.protocol.letters.codes import Urgency
from node.protocol.matters import MATTERS
from node.protocol.threads.deadlines import IN_HOURS
from node.service.access import whose
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.book import Book
from node.service.threads.files import ThreadFile
from node.service.threads.times import calendar_of
from node.store.narrowed import Part
from node.store.threads import ThreadRow
from node.store.work import Reader

Whose = Literal["", "mine", "nobody"]
LATER: Final = 1 << 62  # than any time
KINDS: Final = tuple(MATTERS)  # of a matter


class Narrow(msgspec.Struct, frozen=True, kw_only=True):
    """What is left in a list; a field that is empty narrows nothing."""

    whose: Whose = ""
    peer: str = ""
    kind: str = ""
    is_urgent: bool = False
    is_today: bool = False

    @property
    def reads_files(self) -> bool:
        """Whether threads have to be opened to know which are left."""
        return bool(self.kind or self.is_urgent)


EVERYTHING: Final = Narrow()


def part_of(narrow: Narrow, actor: Actor) -> Part:
    """What of it the plain columns can tell."""
    return Part(actor.user_id if narrow.whose == "mine" else whose(actor), narrow.whose, narrow.peer)


def end_of_today(node: Node) -> int:
    """The next midnight on this country's clock (UTC seconds)."""
    zone = calendar_of(node, node.country).zone
    tomorrow = datetime.fromtimestamp(node.now(), zone).date() + timedelta(days=1)
    return int(datetime.combine(tomorrow, time(), zone).timestamp())


def due_before(node: Node, narrow: Narrow) -> int:
    """Before when something is due to be left in the list."""
    return end_of_today(node) if narrow.is_today else LATER


def is_urgent(urgency: Urgency) -> bool:
    """Whether an answer is awaited within hours."""
    return urgency in IN_HOURS


class Lens:
    """Looks at one row after the other; what it opened or read it does not read again."""

    def __init__(self, node: Node, reader: Reader, actor: Actor, narrow: Narrow) -> None:
        self._book = Book(node, reader)
        self._reader = reader
        self._actor = actor
        self.narrow = narrow

    def file(self, row: ThreadRow) -> ThreadFile | None:
        """The thread's file; None where nothing of it is left."""
        return None if row.sealed is None else self._book.open_file(row).file

    def lets_thread(self, row: ThreadRow) -> bool:
        """Whether a matter of one of the cases that were asked for is left: what only its file tells."""
        if not self.narrow.reads_files:
            return True
        file = self.file(row)
        if file is None or (self.narrow.is_urgent and not is_urgent(file.urgency)):
            return False
        return self.narrow.kind in ("", file.thread.matter)

    def lets(self, peer: str | None, case_id: str | None, thread_id: str | None) -> bool:
        """Whether anything else that waits is left, by the country, case and thread it is about."""
        narrow = self.narrow
        if narrow == EVERYTHING:
            return True
        if narrow.is_today or (narrow.peer and peer != narrow.peer):  # that has no time by which it is due
            return False
        if narrow.whose and not self._is_whose(case_id):
            return False
        if not narrow.reads_files:
            return True
        row = None if peer is None or thread_id is None else self._reader.threads.get(peer, thread_id)
        return row is not None and self.lets_thread(row)

    def _is_whose(self, case_id: str | None) -> bool:
        row = None if case_id is None else self._reader.cases.get(case_id)
        return row is not None and row.owner == (self._actor.user_id if self.narrow.whose == "mine" else None)
