"""To whom it went on from here: the countries of other threads of the case that we opened ourselves.

Only whoever received it from another country has onward recipients; the person's own country names none of its others,
because no country learns which others were asked (R26). Source: R28; GDPR 19.
"""

from node.service.context import Node
from node.service.threads.book import Book, OpenFile
from node.store.work import Reader


def onward_files(node: Node, reader: Reader, found: OpenFile) -> list[OpenFile]:
    """The threads of this case on which we told another country of her, having heard of her on this one."""
    if found.file.thread.side == "opener":
        return []
    book = Book(node, reader)
    rows = [row for row in reader.threads.of_case(found.row.case_id) if row.sealed is not None]
    files = [book.open_file(row) for row in rows if row.peer != found.row.peer]
    return [one for one in files if one.file.thread.side == "opener" and any(e.n for e in one.file.thread.entries)]


def onward_countries(node: Node, reader: Reader, found: OpenFile) -> tuple[str, ...]:
    """Their codes, in order."""
    return tuple(sorted({one.row.peer for one in onward_files(node, reader, found)}))
