"""One timeline of a whole case: the letters of all its threads, both countries', and what our people recorded.

Each line says whose it is and when; each letter of ours how far it came. What waits for a second look stands in no
line (H17), and who opened what has a page of its own. Reads only. Source: interface C6.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from node.protocol.letters.scalars import Country
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.book import Book, OpenFile
from node.service.threads.commands import Command, LetterView
from node.service.threads.corrected import kept_letter
from node.service.threads.reading import READERS, timeline
from node.service.threads.times import calendar_of
from node.store.audit import AuditRow
from node.store.work import Reader

LETTER: Final = "letter"
CORRECTION: Final = "rectification"
CHANGED: Final = "case_changed"
# What of the log is told here; a change of the case by what it was.
TOLD: Final = frozenset({
    CHANGED, "case_opened", "case_taken", "consent_recorded", "consent_seconded", "consent_withdrawn",
    "identity_written", "note_written", "scan_attached", "scan_removed", "printed", "case_exported",
})  # fmt: skip
UNTOLD_RULES: Final = frozenset({"H17"})  # a second look shows nowhere
LINES_OF_ONE: Final = 1000
SHOWN: Final = 20

Of = Literal["all", "letters", "here"]


class TimelineQuery(Command, frozen=True):
    """Which lines: all, letters only, or what was recorded here; of one other country, if named; at most `limit`."""

    of: Of = "all"
    country: Country | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = 100


class TimelineLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened. `what`: `letter`, or a code of what was recorded.

    `country` is whose it is, `by` who of ours did it (user ids; `node` by itself), `organisation` the code of their
    organisation, of another country's only where it said who took the matter over. `peer` is the other country of the
    thread, null for what stays here. `at` in UTC seconds. `corrects`: the fields that a correction put right; their
    values are opened on its own page only.
    """

    at: int
    what: str
    country: str
    by: tuple[str, ...] = ()
    organisation: str = ""
    peer: str | None = None
    thread: str | None = None
    letter: LetterView | None = None
    corrects: tuple[str, ...] = ()


class CaseTimeline(msgspec.Struct, frozen=True, kw_only=True):
    """The newest lines first; `total` of them there are. `zones`: the wall clock of each other country of the case."""

    lines: list[TimelineLine]
    total: int
    zones: dict[str, str]


async def case_timeline(
    node: Node, actor: Actor, case_id: str, of: Of = "all", country: str | None = None, limit: int | None = SHOWN
) -> CaseTimeline:
    """The timeline of a case: all of it, letters only, or what was recorded here; of one other country, if named.

    What was recorded here is of no other country, so both asked for together give nothing.
    """
    actor.must_be(*READERS)
    return await node.store.read(lambda reader: _timeline(node, reader, actor, case_id, of, country, limit))


async def pulse(node: Node, actor: Actor, case_id: str, known: CaseTimeline | None = None) -> object:
    """What an open page of a case listens for: its newest lines (`known`, if they were read already), how they stand,
    whose it is, and that anything else of it changed.
    """
    actor.must_be(*READERS)

    def read(reader: Reader) -> object:
        case = Book(node, reader).case(may_work_on(reader, actor, case_id).case_id)
        newest = known or _timeline(node, reader, actor, case_id, "all", None, SHOWN)
        return newest, case.row.owner, case.row.changed_at

    return await node.store.read(read)


def _timeline(
    node: Node, reader: Reader, actor: Actor, case_id: str, of: Of, country: str | None, limit: int | None
) -> CaseTimeline:
    may_work_on(reader, actor, case_id)
    book = Book(node, reader)
    rows = reader.threads.of_case(case_id)
    files = [book.open_file(row) for row in rows if row.sealed is not None and country in (None, row.peer)]
    lines = [] if of == "here" else [line for found in files for line in _letters(node, reader, found)]
    if of != "letters" and country is None:
        consents = [row.consent_id for row in reader.cases.consents(case_id)]
        lines += _recorded(node, reader, (case_id, *consents, *(row.thread_id for row in rows)))
    lines.sort(key=lambda line: line.at)  # stable: what happened in one second stays in its order
    newest = lines[::-1] if limit is None else lines[: -limit - 1 : -1]
    zones = {row.peer: str(calendar_of(node, row.peer).zone) for row in rows}
    return CaseTimeline(lines=[_signed(reader, line) for line in newest], total=len(lines), zones=zones)


def _letters(node: Node, reader: Reader, found: OpenFile) -> Iterator[TimelineLine]:
    thread, peer = found.file.thread, found.row.peer
    theirs = (thread.shared.organisation or "") if thread.side == "opener" else ""
    for letter in timeline(node, reader, found):
        is_ours = letter.direction == "out"
        yield TimelineLine(
            at=letter.at, what=LETTER, country=node.country if is_ours else peer, peer=peer,
            organisation="" if is_ours else theirs, thread=found.row.thread_id, letter=letter,
            corrects=_corrects(node, reader, peer, letter),
        )  # fmt: skip


def _corrects(node: Node, reader: Reader, peer: str, letter: LetterView) -> tuple[str, ...]:
    if letter.kind != CORRECTION or letter.erased:
        return ()
    kept = kept_letter(node, reader, reader.letters.get(peer, letter.direction, letter.letter_id))
    return () if kept is None else tuple(dict.fromkeys(one.field for one in kept.disclosed))


def _signed(reader: Reader, line: TimelineLine) -> TimelineLine:
    """With who of ours wrote a letter, and the organisation of whoever did it: asked for what is shown only."""
    by = line.by
    if line.letter is not None and line.letter.direction == "out":
        wrote = reader.audit.lines(ref=line.letter.letter_id, limit=LINES_OF_ONE)
        by = tuple(row.actor for row in wrote if row.act in ("queued", "stop_queued"))[-1:]
    if not by:
        return line
    users = [reader.people.get(user) for user in by]
    organisations = list(dict.fromkeys(user.organisation for user in users if user is not None))
    return msgspec.structs.replace(line, by=by, organisation=", ".join(organisations))


def _recorded(node: Node, reader: Reader, refs: Iterable[str]) -> Iterator[TimelineLine]:
    """Lines of the log as they happened; where two people stood behind one thing it is one line."""
    found = [row for ref in refs for row in reader.audit.lines(ref=ref, limit=LINES_OF_ONE) if row.act in TOLD]
    told: dict[tuple[int, str, str], list[str]] = {}
    for row in sorted(found, key=lambda row: row.seq):
        what = _what(node, row)
        if what is not None:
            told.setdefault((row.at, what, row.ref), []).append(row.actor)
    for (at, what, _), by in told.items():
        yield TimelineLine(at=at, what=what, country=node.country, by=tuple(dict.fromkeys(by)))


def _what(node: Node, row: AuditRow) -> str | None:
    """The code of what a line tells; None for what is shown nowhere."""
    if row.act not in (CHANGED, "printed"):
        return row.act
    rule, _, event = node.seals.uncover(row.rule).partition(" ")
    if row.act == "printed":
        return f"printed_{event}"
    return None if rule in UNTOLD_RULES else event
