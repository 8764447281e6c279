"""Deadlines that follow from letters: an answer owed by one side, and the opening of a letter by a person.

The protocol says what is awaited; here it becomes rows that a sweep can find. Source: domain 5.5, 5.13; wire 7
(urgency table).
"""

from collections.abc import Iterable
from typing import Final

from node.protocol.letters.decode import AnyLetter
from node.protocol.safety import IN_DANGER
from node.protocol.threads.deadlines import HOUR, REPLIES
from node.protocol.threads.thread import Awaited, Thread
from node.store.work import Work

REPLY, OPENED, CONFIRM = "reply", "opened", "confirm"
# What takes effect on arrival is no act of the tables, so that a missing answer to it is watched here (R20, R33).
ASKS_TO_CONFIRM: Final = frozenset({"consent.withdrawal", "erasure.request", "access.request"})
NO_ANSWER: Final = "no_answer_after_stop"


def expect(
    work: Work, case_id: str, thread: Thread, letter: AnyLetter, started: Iterable[Awaited], stopped: Iterable[Awaited]
) -> None:
    """What a letter of ours makes us wait for: its opening, and the answers it starts or settles.

    On a stopped thread no country answers in writing: instead of waiting, people are told so (H01).
    """
    peer = thread.peer
    # After a stop nobody tells that a letter was opened (wire 7); a danger has a ladder of its own.
    if not thread.stopped and letter.kind not in IN_DANGER:
        opened_by = letter.written_at + REPLIES["letter.opened"].within(letter.urgency).hours * HOUR
        work.deadlines.start(peer, letter.thread, letter.letter_id, OPENED, opened_by)
    if letter.kind in ASKS_TO_CONFIRM and thread.stopped:
        work.tasks.add(NO_ANSWER, letter.written_at, case_id=case_id, peer=peer, thread_id=letter.thread)
    elif letter.kind in ASKS_TO_CONFIRM and letter.reply_by is not None:
        work.deadlines.start(peer, letter.thread, letter.letter_id, CONFIRM, letter.reply_by)
    settle(work, peer, letter.thread, _with_time(started, letter), stopped)


def settle(work: Work, peer: str, thread_id: str, started: Iterable[Awaited], stopped: Iterable[Awaited]) -> None:
    """Start and stop the answers one side owes; those without a time start nothing."""
    for awaited in stopped:
        work.deadlines.meet(peer, thread_id, awaited.letter_id, REPLY)
    for awaited in started:
        if awaited.reply_by is not None:
            work.deadlines.start(peer, thread_id, awaited.letter_id, REPLY, awaited.reply_by)


def nothing_is_answered(work: Work, peer: str, thread_id: str, case_id: str, now: int) -> None:
    """The other country stopped the thread: it confirms nothing any more, so nobody waits for it (H01)."""
    rows = work.deadlines.of_thread(peer, thread_id)
    if any((row.code, row.state) == (CONFIRM, "open") for row in rows):
        work.deadlines.end_code(peer, thread_id, CONFIRM)
        work.tasks.add(NO_ANSWER, now, case_id=case_id, peer=peer, thread_id=thread_id)


def undone(
    work: Work, peer: str, thread_id: str, letter_id: str, started: Iterable[Awaited], stopped: Iterable[Awaited]
) -> None:
    """A letter of ours does not count after all: nobody will open it, and what it awaited or settled is as before."""
    work.deadlines.meet(peer, thread_id, letter_id, OPENED)
    work.deadlines.meet(peer, thread_id, letter_id, CONFIRM)
    settle(work, peer, thread_id, started, stopped)


def _with_time(started: Iterable[Awaited], letter: AnyLetter) -> list[Awaited]:
    """The release decides the time an answer is due: the queued draft had none yet."""
    return [
        Awaited(one.letter_id, one.owed_by, one.kinds, letter.reply_by) if one.letter_id == letter.letter_id else one
        for one in started
    ]
