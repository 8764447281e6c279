"""Matters that go on, as a list that is narrowed, sorted and turned page by page.

A matter stands in it once, with who has seen its newest letter and what it needs next: by the soonest thing that is
expected on it, or by when it began. Where a kind or urgency is asked for, threads are opened to know; one page looks at
so many at the most, and says where it stopped. Source: interface C2, C3.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal

import msgspec

from node.errors import BadInput
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.desk import WORKERS, DueView, due_view
from node.service.threads.narrow import LATER, Lens, Narrow, due_before, is_urgent, part_of
from node.service.threads.sight import Sight
from node.store.threads import DeadlineRow, ThreadRow
from node.store.work import Reader

Sort = Literal["due", "new"]
Place = tuple[int, str]  # behind which row a page begins: its time, and the id or number that stands beside it
BATCH: Final = 100
LOOKED: Final = 300  # rows that one page looks at
LAST: Final = "g"  # behind every id
FORMS: Final[Mapping[Sort, re.Pattern[str]]] = {"due": re.compile("[0-9]{1,18}"), "new": re.compile("[0-9a-f]{1,64}")}
OPENED: Final = "letter_opened"  # as the audit names it
OPENINGS: Final = 20  # lines of the audit that are read to know who has seen a letter
# What a matter needs: a letter read, our answer, somebody whose it is, patience; or nothing.
Needs = Literal["open", "act", "take", "wait", "nothing"]


class MatterLine(msgspec.Struct, frozen=True, kw_only=True):
    """One matter: what about, how urgent, whose, what is expected next, of whom, and when (`due_at`, UTC seconds).

    `seen_by`: the people here who have opened the newest letter that came; `needs`: what it needs from somebody here.
    """

    thread: str
    case: str
    peer: str
    kind: str
    urgent: bool
    started_at: int
    owner: str | None
    unopened: bool
    seen_by: list[str]
    needs: Needs
    due: str
    due_at: int | None
    owed_by: str


class MatterPage(msgspec.Struct, frozen=True):
    """A page of them; `after` is where the next begins, null behind the last.

    `stopped`: not for a full page, but after so many looks.
    """

    lines: list[MatterLine]
    after: str | None
    stopped: bool


Row = tuple[Place, ThreadRow | None, DeadlineRow | None]


async def list_matters(
    node: Node, actor: Actor, narrow: Narrow, sort: Sort = "due", after: str = "", limit: int = 50
) -> MatterPage:
    """One page of the matters that this person may work on; BadInput where `after` is no place of this order."""
    actor.must_be(*WORKERS)
    place = place_of(after, sort)
    if after and place is None:
        raise BadInput(
            "no page ends there", field="after", expected="the `after` of the page before, in the same order"
        )
    return await node.store.read(lambda reader: _Page(node, reader, actor, narrow).turn(sort, place, limit))


def place_of(text: str, sort: Sort) -> Place | None:
    """The place that the `after` of a page names; None for what is none in this order."""
    at, _, beside = text.partition(".")
    is_ours = at.isascii() and at.isdigit() and len(at) < 16 and FORMS[sort].fullmatch(beside)
    return (int(at), beside) if is_ours else None


class _Page:
    """One page in the making."""

    def __init__(self, node: Node, reader: Reader, actor: Actor, narrow: Narrow) -> None:
        self._node, self._reader, self._narrow = node, reader, narrow
        self._part, self._before = part_of(narrow, actor), due_before(node, narrow)
        self._sight, self._lens = Sight(reader, actor), Lens(node, reader, actor, narrow)

    def turn(self, sort: Sort, after: Place | None, limit: int) -> MatterPage:
        """The lines behind a place."""
        lines: list[MatterLine] = []
        behind = after
        rows = self._by_due(after) if sort == "due" else self._newest(after)
        # A row that this person may not see is no place where a page ends, and no reason to say that there is more.
        theirs = ((place, one, due) for place, one, due in rows if one is not None and self._sight.case(one.case_id))
        for looked, (place, thread, due) in enumerate(theirs):
            if looked == LOOKED or len(lines) == limit:
                return MatterPage(lines, behind and f"{behind[0]}.{behind[1]}", stopped=len(lines) < limit)
            behind = place
            if self._lens.lets_thread(thread):
                line = self._line(thread, due)
                lines += [] if line is None else [line]
        return MatterPage(lines, None, stopped=False)

    def _by_due(self, after: Place | None) -> Iterator[Row]:
        place = (0, 0) if after is None else (after[0], int(after[1]))
        while rows := self._reader.narrowed.due(self._part, self._before, place, BATCH):
            for row in rows:
                place = (row.due_at, row.id)
                yield (row.due_at, str(row.id)), self._reader.threads.get(row.peer, row.thread_id), row

    def _newest(self, after: Place | None) -> Iterator[Row]:
        place: Place = (LATER, LAST) if after is None else after
        while rows := self._reader.narrowed.newest(self._part, place, BATCH):
            for row in rows:
                place = (row.started_at, row.thread_id)
                yield place, row, None

    def _soonest(self, thread: ThreadRow) -> DeadlineRow | None:
        rows = self._reader.deadlines.of_thread(thread.peer, thread.thread_id)
        return min((one for one in rows if one.state == "open"), key=lambda one: (one.due_at, one.id), default=None)

    def _line(self, thread: ThreadRow, found_by: DeadlineRow | None) -> MatterLine | None:
        """The matter; None where it stands elsewhere, by something that is due sooner, or is not due in time."""
        due = self._soonest(thread)
        if found_by is not None and (due is None or due.id != found_by.id):
            return None
        if self._narrow.is_today and (due is None or due.due_at >= self._before):
            return None
        file, case = self._lens.file(thread), self._reader.cases.get(thread.case_id)
        expected = None if due is None else due_view(self._node, self._reader, due, thread, self._node.now())
        unopened = self._reader.narrowed.has_unopened(thread.peer, thread.thread_id)
        owner = None if case is None else case.owner
        return MatterLine(
            thread=thread.thread_id, case=thread.case_id, peer=thread.peer,
            kind="" if file is None else file.thread.matter,
            urgent=file is not None and is_urgent(file.urgency),
            started_at=thread.started_at,
            owner=owner,
            unopened=unopened,
            seen_by=self._seen_by(thread),
            needs=_needs(unopened, owner, expected, self._node.country),
            due="" if expected is None else expected.code,
            due_at=None if expected is None else expected.due_at,
            owed_by="" if expected is None else expected.owed_by,
        )  # fmt: skip

    def _seen_by(self, thread: ThreadRow) -> list[str]:
        letter = self._reader.narrowed.newest_in(thread.peer, thread.thread_id)
        lines = [] if letter is None else self._reader.audit.lines(ref=letter, limit=OPENINGS)
        return list(dict.fromkeys(one.actor for one in reversed(lines) if one.act == OPENED))


def _needs(unopened: bool, owner: str | None, due: DueView | None, country: str) -> Needs:
    if unopened:
        return "open"
    if due is not None and due.owed_by == country:
        return "act"
    if owner is None:
        return "take"
    return "nothing" if due is None else "wait"
