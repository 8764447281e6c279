"""How much a peer may make us keep: letters that wait on one thread for an earlier number.

An honest country has few of them, for as long as a lost letter takes. One that numbers far ahead would fill the
database with letters that never count. What is too much is answered `busy`, leaves no row of any kind, and is judged
anew when it is posted again. Source: wire 3 (row 8 answers the same), 7 (n, seen); attack 20.
"""

from typing import Final

from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.frame import is_stop
from node.protocol.threads.thread import after_stop, entry_named
from node.service.context import Node
from node.service.threads.book import Book
from node.store.work import Work

MAX_WAITING: Final = 64


def waits_too_far_ahead(node: Node, work: Work, peer: str, letter: AnyLetter) -> bool:
    """Whether this letter would be one too many that waits on its thread.

    Never for what takes effect on arrival, for a letter that is known, for the next number, nor for one that says that
    the missing number is void, because those let the others go on; the last may be as many again, and no more.
    """
    if letter.n <= MAX_WAITING or is_stop(letter) or after_stop(letter.kind):
        return False
    found = Book(node, work).file(peer, letter.thread)
    if found is None:
        return False
    thread = found.file.thread
    if letter.n <= thread.turn or entry_named(thread, letter.letter_id) is not None:
        return False
    waiting = sum(entry.status == "waiting" for entry in thread.entries)
    return waiting >= (2 * MAX_WAITING if thread.turn in letter.void else MAX_WAITING)
