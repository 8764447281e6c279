"""A letter's number, and the letter as it will travel: decided at its release, from the thread as it is then."""

import msgspec

from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.frame import is_stop
from node.protocol.threads import machine
from node.protocol.threads.outcome import Cancelled, Released
from node.protocol.threads.thread import Thread
from node.service.context import Node
from node.service.threads.files import ThreadFile
from node.service.threads.times import times_of


def numbered(
    node: Node, peer: str, letter: AnyLetter, file: ThreadFile, now: int
) -> tuple[Released | Cancelled, AnyLetter]:
    """What the tables say to the release of a queued letter, and the letter with number and times if it goes."""
    if not is_stop(letter):  # a stop keeps the moment of its slot and the opening letter's times (H01)
        letter = msgspec.structs.replace(letter, **times_of(node, peer, letter, file, now))
    released = machine.release(_timed(file.thread, letter), letter.letter_id, now)
    if isinstance(released, Cancelled):
        return released, letter
    written_at = letter.written_at if is_stop(letter) else released.written_at
    final = msgspec.structs.replace(letter, n=released.n, seen=released.seen, void=released.void, written_at=written_at)
    return released, final


def _timed(thread: Thread, letter: AnyLetter) -> Thread:
    """The thread with the times that this letter will carry, so that both sides show the same end of the thread."""
    queued = tuple(
        msgspec.structs.replace(entry, reply_by=letter.reply_by, thread_ends=letter.thread_ends)
        if entry.letter_id == letter.letter_id
        else entry
        for entry in thread.queued
    )
    return msgspec.structs.replace(thread, queued=queued)
