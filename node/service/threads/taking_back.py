"""A letter is taken back by whoever sent it, while it is not sealed: nothing has left, and nobody abroad hears of it.

One transaction: either the release has it, or this has. A crash leaves the letter waiting, and it goes when its time
has come. Source: interface C7.
"""

from typing import Final

import msgspec

from node.errors import Conflict, NotFound, WrongRole
from node.protocol.consent.scope import after_withdrawal
from node.protocol.gate.facts import duty_of
from node.protocol.letters.kinds import LETTER
from node.protocol.taking_back import ENDS_THE_NEED
from node.protocol.threads import machine
from node.protocol.threads.thread import after_stop, withdrawals
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.delivery.queueing import Before, Queued
from node.service.threads.book import Book, OpenFile
from node.service.threads.files import ThreadFile
from node.service.threads.stops import never_said, queue_stop
from node.store.outbox import Waiting
from node.store.work import Work

GONE: Final = "It has left already, and cannot be taken back. Correct it, or stop this matter."
NEVER_LEFT: Final = "It was taken back already, or is not needed any more. Nothing of it has left."
NOT_YOURS: Final = "Only whoever sent it can take it back. Ask them, or stop this matter."
NOT_ASKED: Final = (
    "That country was not asked yet and learns nothing. What was to be asked is taken back, and this matter ends."
)
NEWER: Final = "You sent something newer in this matter. Take that back first."


class TakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: the thread it was written for, its case, and whether the thread ended with it."""

    thread: str
    case: str
    ended: bool


async def take_letter_back(node: Node, actor: Actor, letter_id: str) -> TakenBack:
    """Take back a letter that waits to be sealed. Durable before it returns.

    NotFound for a letter of somebody else's case, WrongRole for one that a colleague sent, Conflict once it has left.
    """
    actor.must_be("caseworker", "coordinator", "machine")
    return await node.store.write(lambda work: _take_back(node, work, actor, letter_id))


def waits_until(node: Node, found: OpenFile, waiting: Waiting) -> tuple[int, str] | None:
    """Until when a letter can be taken back (UTC seconds), and by whom; None for one that cannot."""
    if waiting.state != "queued" or waiting.released_at is not None or waiting.due_at <= waiting.queued_at:
        return None  # most letters: nothing is opened for them
    queued = _queued(node, found, waiting)
    return None if queued.before is None else (waiting.due_at, queued.actor)


def hurry(node: Node, work: Work, found: OpenFile, kind: str, now: int) -> None:
    """What could still be taken back on this thread goes now: a letter that cannot wait comes after it, in its order.

    What takes effect whatever its number passes by instead, and hurries nothing.
    """
    if not found.file.thread.queued or after_stop(kind):
        return
    for one in _waiting(work, found):
        if waits_until(node, found, one) is not None:
            work.outbox.goes_now(one.letter_id, now)


def _waiting(work: Work, found: OpenFile) -> list[Waiting]:
    """What waits on this thread, in the order in which it was decided; a long matter has few of them."""
    rows = (work.outbox.get(entry.letter_id) for entry in found.file.thread.queued)
    return [row for row in rows if row is not None]


def without_the_needless(node: Node, work: Work, found: OpenFile, kind: str, now: int) -> OpenFile:
    """R04: what could still be taken back and tells something of her goes no more where this act ends the need for it.

    Nothing of it has left, and nothing is said of it. What only tells a fact, such as that she set out, goes.
    """
    if kind not in ENDS_THE_NEED:
        return found
    for one in reversed(_waiting(work, found)):
        entries = {entry.letter_id: entry for entry in found.file.thread.queued}
        if one.letter_id not in entries or one.letter_id == found.file.opening or waits_until(node, found, one) is None:
            continue
        before = _queued(node, found, one).before
        if before is None or not duty_of(entries[one.letter_id].kind).discloses:
            continue
        never_said(Book(node, work), found, _tokens(before), now)
        thread = machine.cancel(found.file.thread, (one.letter_id,)).thread
        file = msgspec.structs.replace(_as_before(found.file, before), thread=thread)
        found = Book(node, work).put_file(found, file, now)
        work.outbox.end(one.letter_id, "cancelled", now)
        work.audit.append(now, "node", "taken_back", one.letter_id, rule="R04")
    return found


def never_asked(node: Node, work: Work, actor: Actor, found: OpenFile, kind: str, now: int) -> bool:
    """R04: a question that has not left never leaves where this act ends the need for it; the matter ends here."""
    waiting = work.outbox.get(found.file.opening) if kind in ENDS_THE_NEED else None
    waits = any(entry.letter_id == found.file.opening for entry in found.file.thread.queued)
    if waiting is None or not waits or any(entry.n for entry in found.file.thread.entries):
        return False
    before = _queued(node, found, waiting).before or Before((), found.file.once)
    _undo(node, work, actor, found, before, waiting, now)
    work.audit.append(now, actor.user_id, "taken_back", waiting.letter_id, rule="R04")
    return True


def _take_back(node: Node, work: Work, actor: Actor, letter_id: str) -> TakenBack:
    now, book = node.now(), Book(node, work)
    waiting = work.outbox.get(letter_id)
    # 1. a letter of a case that is theirs
    if waiting is None or waiting.letter_class != LETTER or waiting.case_id is None or waiting.thread_id is None:
        raise NotFound("no such letter here; check the reference", field="letter")
    may_work_on(work, actor, waiting.case_id, "letter")
    # 2. still here: the release is a transaction of the same writer
    found = book.file(waiting.peer, waiting.thread_id)
    if waiting.state == "cancelled" and waiting.released_at is None:
        raise Conflict("this letter was not to be sent any more, and never left", for_user=NEVER_LEFT)
    if found is None or waiting.state != "queued" or waiting.sealed is None or waiting.released_at is not None:
        raise Conflict("this letter has left, or was not to be sent any more", for_user=GONE)
    queued = _queued(node, found, waiting)
    if queued.before is None:
        raise Conflict("this letter leaves at its own time and cannot be taken back", for_user=GONE)
    # 3. by whoever sent it
    if queued.actor != actor.user_id:
        raise WrongRole("somebody else sent this letter; only they can take it back", for_user=NOT_YOURS)
    # 4. nothing was decided upon it
    if found.file.thread.queued[-1].letter_id != letter_id:
        raise Conflict("a newer letter of this thread waits; take that one back first", for_user=NEWER)
    ended = _undo(node, work, actor, found, queued.before, waiting, now)
    work.audit.append(now, actor.user_id, "taken_back", letter_id, rule="C7")
    return TakenBack(thread=waiting.thread_id, case=waiting.case_id, ended=ended)


def _undo(
    node: Node, work: Work, actor: Actor, found: OpenFile, before: Before, waiting: Waiting, now: int
) -> bool:  # fmt: skip
    """The thread as it was without the letter; True where nothing is left of it: it ends here, and nobody is told."""
    book, letter_id, peer, thread_id = Book(node, work), waiting.letter_id, waiting.peer, found.row.thread_id
    file = found.file
    if file.thread.side == "opener":  # nobody else states consent, and what the opener states is not ours to undo
        never_said(book, found, _tokens(before), now)
        file = _as_before(file, before)
    file = _without_reason(file)
    if letter_id == file.opening:
        queue_stop(node, work, book.put_file(found, file, now), actor.user_id, "C7", now)
        return True
    thread = machine.cancel(file.thread, (letter_id,)).thread
    book.put_file(found, msgspec.structs.replace(file, thread=thread), now)
    work.outbox.end(letter_id, "cancelled", now)
    work.outbox.turn_comes(peer, thread_id, now)
    return False


def _as_before(file: ThreadFile, before: Before) -> ThreadFile:
    """What the letter stated is not stated any more; what she took back since stays taken back (R20)."""
    entries = before.entries
    for gone in withdrawals(file.thread):
        entries = after_withdrawal(entries, gone.token, gone.purposes, gone.levels)
    return msgspec.structs.replace(file, entries=entries, once=before.once)


def _without_reason(file: ThreadFile) -> ThreadFile:
    """A no that is taken back leaves nothing of why it was said."""
    is_no = file.thread.queued[-1].kind.endswith("decline")
    return msgspec.structs.replace(file, local_reason="") if is_no else file


def _tokens(before: Before) -> frozenset[str]:
    """Those that were said before the letter: what only this letter carried is forgotten."""
    return frozenset(entry.token for entry in before.entries)


def _queued(node: Node, found: OpenFile, waiting: Waiting) -> Queued:
    return node.seals.open_as(Queued, found.dek, "outbox", waiting.letter_id, waiting.sealed)
