"""The statistics of a finished year: made once, in the middle of January, suppressed before they are stored.

Made once, because two counts of a year that is still growing would show by their difference who came in between; and
because what is erased later must not change them. Everybody is counted, whatever her consent says of `statistics`:
that purpose is for what goes beyond such counts. Source: R35; R25 (only aggregates stay).
"""

from datetime import UTC, datetime

import msgspec

from node.errors import NotFound
from node.protocol.letters.decode import decode_again
from node.protocol.letters.frame import Letter
from node.protocol.statistics.people import Counted, YearStatistics, counted, year_of
from node.protocol.statistics.suppression import Shown
from node.service.context import Node
from node.service.threads.book import Book
from node.store.threads import ThreadRow
from node.store.work import Reader, Work

__all__ = ["Shown", "YearStatistics", "list_years", "make_year", "year_statistics"]

PREFIX = "statistics."
MADE_ON = (1, 15)  # letters of December have arrived by then


async def make_year(node: Node) -> None:
    """Make last year's statistics if it is time and nobody has; safe to repeat."""
    today = datetime.fromtimestamp(node.now(), UTC)
    year = today.year - 1
    if (today.month, today.day) < MADE_ON:
        return
    if node.store.read_sync(lambda reader: reader.meta.get(f"{PREFIX}{year}")) is None:
        await node.store.write(lambda work: _make(node, work, year))


async def list_years(node: Node) -> list[int]:
    """The years that were made, newest first."""
    found = await node.store.read(lambda reader: reader.meta.settings(PREFIX))
    return sorted((int(name.removeprefix(PREFIX)) for name in found), reverse=True)


async def year_statistics(node: Node, year: int) -> YearStatistics:
    """One finished year; NotFound for one that was not made, the running one among them."""
    data = await node.store.read(lambda reader: reader.meta.get(f"{PREFIX}{year}"))
    if not isinstance(data, bytes):
        raise NotFound("no statistics of this year; a year is counted once, in the middle of the January after it")
    return msgspec.json.decode(data, type=YearStatistics)


def _make(node: Node, work: Work, year: int) -> None:
    first, end = (int(datetime(one, 1, 1, tzinfo=UTC).timestamp()) for one in (year, year + 1))
    people = [one for row in work.threads.begun(first, end) for one in _people(node, work, row)]
    made = year_of(year, people, node.now())
    work.meta.put(f"{PREFIX}{year}", msgspec.json.encode(made))
    work.audit.append(node.now(), "node", "statistics_made", str(year), rule="R35")


def _people(node: Node, reader: Reader, row: ThreadRow) -> list[Counted]:
    book = Book(node, reader)
    file = book.open_file(row).file
    direction = "out" if file.thread.side == "opener" else "in"
    kept = reader.letters.get(row.peer, direction, file.opening)
    if kept is None or kept.sealed is None:
        return []  # it never left, or was erased: nobody is counted
    letter = decode_again(book.payload(kept))
    body = letter.body if isinstance(letter, Letter) else None
    return counted(row.case_id, file.thread.matter, "sent" if direction == "out" else "received", body)
