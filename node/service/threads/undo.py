"""What happens here when a letter of ours was refused or cannot be delivered: undone, and seen by our people.

Source: wire 7 (the sender undoes its act when it is refused); pitfalls P14, P30.
"""

import msgspec

from node.protocol.letters.codes import REASON_NAMES, STATUS_NAMES
from node.protocol.letters.kinds import LETTER
from node.protocol.threads import machine
from node.service.context import Node
from node.service.returns.watch import follow
from node.service.threads.book import Book
from node.service.threads.expectations import undone
from node.store.outbox import EnvelopeRow
from node.store.work import Work


def undo_refused(node: Node, work: Work, peer: str, letter_id: str, reason: int, now: int) -> None:
    """Fold the thread without a refused letter and ask a person to look; `reason` is the receipt's."""
    waiting = work.outbox.get(letter_id)
    if waiting is None or waiting.thread_id is None or waiting.peer != peer:
        return
    book = Book(node, work)
    found = book.file(peer, waiting.thread_id)
    if found is None:
        return
    outcome = machine.refused_by_peer(found.file.thread, letter_id, reason)
    book.put_file(found, msgspec.structs.replace(found.file, thread=outcome.thread), now)
    undone(work, peer, waiting.thread_id, letter_id, outcome.started, outcome.stopped)
    follow(node, work, peer, waiting.thread_id, now)
    work.outbox.end(letter_id, "refused", now, None, reason)
    work.tasks.add(
        "letter_refused", now, case_id=waiting.case_id, peer=peer, thread_id=waiting.thread_id, letter_id=letter_id
    )
    work.audit.append(now, "node", "refused_by_peer", letter_id, rule=REASON_NAMES.get(reason, ""), outcome="undone")


def parked(node: Node, work: Work, peer: str, row: EnvelopeRow, status: int, now: int) -> None:
    """A permanent signed answer that no retry can change: the letter is parked for a person, and its act undone."""
    work.outbox.end(row.letter_id, "parked", now, status)
    waiting = work.outbox.get(row.letter_id)
    found = None if waiting is None or waiting.thread_id is None else Book(node, work).file(peer, waiting.thread_id)
    if row.letter_class == LETTER and found is not None:
        # The peer kept nothing of it, not even its number: our next letter must say that this number is void.
        outcome = machine.given_up(found.file.thread, (row.letter_id,))
        Book(node, work).put_file(found, msgspec.structs.replace(found.file, thread=outcome.thread), now)
        undone(work, peer, found.row.thread_id, row.letter_id, outcome.started, outcome.stopped)
        follow(node, work, peer, found.row.thread_id, now)
    work.tasks.add(
        f"letter_{STATUS_NAMES[status]}",
        now,
        case_id=None if found is None else found.row.case_id,
        peer=peer,
        thread_id=None if found is None else found.row.thread_id,
        letter_id=row.letter_id,
    )
    work.audit.append(now, "node", "parked", row.letter_id, outcome=STATUS_NAMES[status])
