"""What went a moment ago is not said again: whoever heard no answer, because the node died, asks a second time.

A command that its tables refuse a second time needs no help; this is for those that may well come again later, word for
word. Source: issue 2, crash tests: nothing is doubled.
"""

from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_safety import AcknowledgedBody, SafetyUpdateBody
from node.protocol.letters.decode import AnyLetter
from node.service.context import Node
from node.service.delivery.queueing import Queued
from node.service.threads.book import Book, OpenFile
from node.service.threads.keeping import decode_kept
from node.store.work import Reader

A_MOMENT_S = 600


def said_already(node: Node, reader: Reader, found: OpenFile, letter: AnyLetter, now: int) -> bool:
    """Whether we said just this on this thread in the last ten minutes, and it counts.

    Of an alert only the last word is looked at: a danger that lessened and grows again is news.
    """
    thread = found.file.thread
    ours = [
        one
        for one in (*thread.entries, *thread.queued)
        if one.side == thread.side and one.kind == letter.kind and one.status == "applied"
        and one.written_at > now - A_MOMENT_S
    ]  # fmt: skip
    bodies = (_body(node, reader, found, one.letter_id) for one in reversed(ours))
    if isinstance(letter.body, SafetyUpdateBody | AcknowledgedBody):
        alert = letter.body.alert
        return letter.body == next((one for one in bodies if getattr(one, "alert", "") == alert), None)
    return letter.body in bodies


def _body(node: Node, reader: Reader, found: OpenFile, letter_id: str) -> Body | None:
    """What a letter of ours says, that waits or was released; None where nothing is left of it."""
    row, waiting = reader.letters.get(found.row.peer, "out", letter_id), reader.outbox.get(letter_id)
    if row is not None and row.sealed is not None:
        return decode_kept(Book(node, reader).payload(row)).body
    if waiting is None or waiting.sealed is None:
        return None
    queued = node.seals.open_as(Queued, found.dek, "outbox", letter_id, waiting.sealed)
    return decode_kept(bytes(queued.letter)).body
