"""Ending all contact about somebody with a country: a stop never comes alone where other threads tell of her too.

Asylum closes a country, so every thread with it ends at once. If an illness ended only one of them, two stops at one
slot would say what one does not; so whatever the cause, the same threads end. What had ended before gets no stop, which
would come for asylum only, and falls silent with the others. Source: H01, R10.
"""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from node.protocol.gate.gate import Gate
from node.protocol.letters.codes import NOT_IN_THIS_STATE
from node.protocol.matter import Refusal
from node.protocol.matters import matter_named
from node.protocol.on_the_way import is_moving
from node.protocol.threads import machine
from node.protocol.threads.outcome import ActNotAllowed
from node.service.context import Node
from node.service.threads.book import Book, OpenCase, OpenFile
from node.service.threads.files import is_over
from node.service.threads.keeping import decode_kept
from node.service.threads.stops import is_ending, queue_stop, stop_is_suppressed
from node.store.outbox import Waiting
from node.store.threads import DeadlineRow
from node.store.work import Reader, Work

ON_THE_WAY_OUT: Final = frozenset({"queued", "held", "released"})
# End it here alone, because nothing ever left; end it in both countries; make sure that an end of ours is heard there.
StopWould = Literal["nothing", "ends_here", "ends", "makes_sure"]
HEARD: Final = Refusal(
    NOT_IN_THIS_STATE, "this thread has ended, and the other country knows it", machine.NOTHING_TO_DO, "H01"
)
ABOUT: Final = "about"
BESIDE: Final = frozenset({"complaint", "safety"})  # these end with the others, and tie no further person to them


def end_contact(
    node: Node, work: Work, case: OpenCase, seeds: Iterable[OpenFile], actor: str, rule: str, now: int
) -> list[str]:
    """Queue the stop on these threads of one country and on all that `told_of_with` adds; the threads, by id.

    H01: a thread whose automatic stop two people suppressed ends only where a person names it. Safe to repeat.
    """
    named = {found.row.thread_id for found in seeds}
    stopped = []
    for found in told_of_with(node, work, case, named):
        # Read again: the stop of a return also ends what depends on it.
        fresh = Book(node, work).file(found.row.peer, found.row.thread_id)
        if fresh is not None and not may_end(work, fresh, now):
            _falls_silent(node, work, fresh, now)
        if fresh is None or not may_end(work, fresh, now):
            continue
        by_hand = actor != "node" and found.row.thread_id in named
        if not by_hand and stop_is_suppressed(case.case, found.row.thread_id):
            continue
        queue_stop(node, work, fresh, actor, rule, now)
        stopped.append(fresh.row.thread_id)
    return stopped


def _falls_silent(node: Node, work: Work, found: OpenFile, now: int) -> None:
    """What had ended before gets no stop, and from now on no answer either: asylum would hold it, an illness not."""
    thread = found.file.thread
    if is_over(found.file, now) and not thread.stop_decided:
        quiet = msgspec.structs.replace(thread, stop_decided=True)
        Book(node, work).put_file(found, msgspec.structs.replace(found.file, thread=quiet), now)


def end_by_gate(node: Node, work: Work, waiting: Waiting, gate: Gate, now: int) -> None:
    """The gate found that this thread must end; the stop it queues says nothing of why.

    Where it is only consent that was taken back this thread ends alone, because she closed no country; and H02: not
    before she is where she travels to.
    """
    found = None if waiting.thread_id is None else Book(node, work).file(waiting.peer, waiting.thread_id)
    if found is None or not machine.allowed(found.file.thread, now)[-1].allowed:
        return
    case = Book(node, work).case(found.row.case_id)
    if {one.rule for one in gate.objections if one.ends_thread} != {"R20"}:
        end_contact(node, work, case, (found,), "node", "H01", now)
    elif not is_moving(found.file.thread) and not stop_is_suppressed(case.case, found.row.thread_id):
        queue_stop(node, work, found, "node", "H01", now)


def watch_what_it_is_about(work: Work, begun: OpenFile, letter_id: str, now: int) -> None:
    """Whatever another country begins about a thread is looked at by the next sweep, not before its answer: else the
    time of the answer says that a stop of ours waits for its slot (attack 57). Everything begun so has this deadline.
    """
    work.deadlines.start(begun.row.peer, begun.row.thread_id, letter_id, ABOUT, now)


def end_if_about_ended(node: Node, work: Work, row: DeadlineRow, now: int) -> None:
    """What another country begins about a thread that we stopped ends at the next slot by the same stop, unanswered:
    so does a complaint, which people here deal with all the same. Whatever ended the earlier thread (H01).
    """
    work.deadlines.meet(row.peer, row.thread_id, row.letter_id, ABOUT)
    book, kept = Book(node, work), work.letters.get(row.peer, "in", row.letter_id)
    if kept is None or kept.sealed is None:
        return
    relates_to, found = decode_kept(book.payload(kept)).relates_to, book.file(row.peer, row.thread_id)
    earlier = None if relates_to is None else book.file(row.peer, relates_to)
    if earlier is None or found is None or not earlier.file.thread.stop_decided or not may_end(work, found, now):
        return
    queue_stop(node, work, found, "node", "H01", now)


def told_of_with(node: Node, reader: Reader, case: OpenCase, named: set[str]) -> list[OpenFile]:
    """These threads and every other one of the case that tells the same country of the same persons, oldest first."""
    countries = {one.country for one in case.case.threads if one.thread in named}
    book = Book(node, reader)
    files = [(one, book.file(one.country, one.thread)) for one in case.case.threads if one.country in countries]
    known = [(one, file) for one, file in files if file is not None]
    persons = {person for one, _ in known if one.thread in named for person in one.persons}
    grown = True
    while grown:
        more = {
            person
            for one, file in known
            if file.file.thread.matter not in BESIDE and persons & set(one.persons)
            for person in one.persons
        }
        grown = not more <= persons
        persons |= more
    return [file for one, file in known if one.thread in named or persons & set(one.persons)]


def stop_would(reader: Reader, found: OpenFile, now: int) -> StopWould:
    """What a stop by hand would do now; "nothing" where none may be queued, or the other country knows of the end."""
    thread = found.file.thread
    if not matter_named(thread.matter).stop or not may_end(reader, found, now):
        return "nothing"
    if not any(entry.n for entry in thread.entries):
        return "ends_here"
    return "makes_sure" if is_over(found.file, now) else "ends"


def refuse_if_heard(reader: Reader, found: OpenFile, now: int) -> None:
    """No second end after one that the other country has: its people would ask why, and H01 gives no answer."""
    if machine.allowed(found.file.thread, now)[-1].allowed and not may_end(reader, found, now):
        raise ActNotAllowed(HEARD.why, HEARD.reason, HEARD.opens_with, HEARD.rule)


def may_end(reader: Reader, found: OpenFile, now: int) -> bool:
    """Whether a stop may still be queued, and would tell the other country anything: not after the end it knows of."""
    thread = found.file.thread
    if is_ending(thread) or not machine.allowed(thread, now)[-1].allowed:
        return False
    letters = reader.outbox.of_thread(found.row.peer, thread.thread_id)
    return not is_over(found.file, now) or any(one.state in ON_THE_WAY_OUT for one in letters)
