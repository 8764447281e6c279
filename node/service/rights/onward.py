"""To whom it went on from here, and what is done where another country says to whom it went on from there.

Onward is a new offer on a thread of its own, under a consent of hers recorded where she is: to another country, or back
to one she chooses; her origin is no party of it. Only whoever received it from another country has onward recipients;
the person's own country names none of its others, because no country learns which others were asked (R26).
Source: R28; GDPR 19; practice, acts to add (onward).
"""

from typing import Final

from node.protocol.cases.case import asked_to_be_unknown_to, asylum_blocks
from node.protocol.cases.safeguards import and_parents
from node.protocol.letters.decode import AnyLetter
from node.service.context import Node
from node.service.threads.book import Book, OpenFile
from node.store.work import Reader, Work

PASSED_ON: Final = "passed_on"
PASSED_ON_TO_CLOSED: Final = "passed_on_where_she_must_not_be_known"


def onward_files(node: Node, reader: Reader, found: OpenFile) -> list[OpenFile]:
    """R28: the threads of this case on which we told another country of her, having heard of her on this one."""
    if found.file.thread.side == "opener":
        return []
    book = Book(node, reader)
    rows = [row for row in reader.threads.of_case(found.row.case_id) if row.sealed is not None]
    files = [book.open_file(row) for row in rows if row.peer != found.row.peer]
    return [one for one in files if one.file.thread.side == "opener" and any(e.n for e in one.file.thread.entries)]


def onward_countries(node: Node, reader: Reader, found: OpenFile) -> tuple[str, ...]:
    """Their codes, in order."""
    return tuple(sorted({one.row.peer for one in onward_files(node, reader, found)}))


def passed_on(
    node: Node, work: Work, found: OpenFile, letter: AnyLetter, countries: tuple[str, ...], now: int
) -> None:  # fmt: skip
    """R28: the other country says to whom it went on; whoever works with her asks her whether she wanted that.

    Every letter forbids passing on, and only her consent over there allows it, which nobody here has seen. Where she
    must not be known a coordinator hears at once (R10); which of the two it is stands sealed.
    """
    if not countries or found.file.thread.side != "opener":
        return
    case = Book(node, work).case(found.row.case_id).case
    everybody = and_parents(case, case.persons)
    closed = any(
        asylum_blocks(one, country, now) or asked_to_be_unknown_to(one, country)
        for one in everybody
        for country in countries
    )
    code = node.seals.cover(PASSED_ON_TO_CLOSED if closed else PASSED_ON)
    work.tasks.add(code, now, case_id=found.row.case_id, peer=found.row.peer, thread_id=found.row.thread_id,
                   letter_id=letter.letter_id)  # fmt: skip
