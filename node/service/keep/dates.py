"""Writing down when payloads and cases must be gone, whenever a case or one of its threads changed.

The dates follow from `node.protocol.retention`; only they stand in plain columns, so that a sweep finds what is due
without opening anything. Source: R25, H34.
"""

from functools import partial

from node.protocol.retention import LONGEST_WORD_S, ThreadDates, case_due, has_arrived, kept_longer_until, payload_due
from node.protocol.threads.thread import promised_days
from node.service.context import AHEAD_S, DAY_S, Node
from node.service.threads.book import Book, OpenCase, OpenFile
from node.service.threads.files import ThreadFile, is_over
from node.store.threads import ThreadRow
from node.store.work import Work

CURSOR_AT, CURSOR_CASE = "dated_at", "dated_case"
LATE_S = 3600  # a change carries the time at which it was begun: what is looked at reaches so far back
BATCH = 100
TURN_S = 0.01  # one transaction takes no longer, so that a letter that comes meanwhile waits for little


async def date_changed(node: Node) -> int:
    """Date every case that changed since the last time, or shortly before; how many. Safe to repeat, in short
    transactions.
    """
    await node.store.write(lambda work: _step_back(work, node.now()))
    done = 0
    while batch := await node.store.write(lambda work: _date_batch(node, work)):
        done += batch
    return done


def _step_back(work: Work, now: int) -> None:
    """Begin a little before what was dated last; where our clock was set back since, before it can have been wrong."""
    at = work.meta.get(CURSOR_AT)
    if isinstance(at, int):
        work.meta.put(CURSOR_AT, at - LATE_S if at <= now else now - AHEAD_S - DAY_S)
        work.meta.put(CURSOR_CASE, "")


def date_case(node: Node, work: Work, case: OpenCase) -> None:
    """Date a case and the payloads of its threads by what is known now."""
    kept, dates = case.case.retention, []
    for row in work.threads.of_case(case.id):
        file = None if row.sealed is None else Book(node, work).open_file(row).file
        one = _dates_of(work, row, file)
        dates.append(one)
        work.dates.put_letters(row.peer, row.thread_id, "in", payload_due(kept, one.word, one.ended_at))
    due = case_due(kept, dates)
    work.dates.put_case(case.id, due)
    work.dates.put_kept(case.id, kept_longer_until(kept) or None)
    for row in work.threads.of_case(case.id):  # what we wrote ourselves goes with the case
        work.dates.put_letters(row.peer, row.thread_id, "out", due)


def _dates_of(work: Work, row: ThreadRow, file: ThreadFile | None) -> ThreadDates:
    thread = None if file is None else file.thread
    return ThreadDates(
        ended_at=row.ended_at if thread is not None else row.changed_at,
        sender_word=work.dates.sender_word(row.peer, row.thread_id),
        came_from_abroad=thread is not None and thread.side == "responder",
        arrived=thread is not None and has_arrived(thread.shared),
        promised_days=None if thread is None else promised_days(thread),
    )


async def end_expired(node: Node) -> int:
    """Threads whose time ran out while nobody wrote: they ended then. How many; safe to repeat.

    Or whose last letter is so old that nothing of it is kept, whatever end the other country named: over here only, for
    what both nodes show of the thread does not follow from it (R25).
    """
    ended, after = 0, ("", "")
    while True:
        last, count = await node.store.write(partial(_expired_batch, node, after))
        ended += count
        if last is None:
            return ended
        after = last


def _expired_batch(node: Node, after: tuple[str, str], work: Work) -> tuple[tuple[str, str] | None, int]:
    now, began, count, last = node.now(), node.clock.monotonic(), 0, None
    for peer, thread_id in work.dates.quiet_threads(now - DAY_S, after, BATCH):
        found, last = Book(node, work).file(peer, thread_id), (peer, thread_id)
        ended_at = None if found is None else _ended_at(work, found, now)
        if ended_at is not None:
            work.dates.ended(peer, thread_id, ended_at, now)
            count += 1
        if node.clock.monotonic() - began > TURN_S:
            break
    return last, count


def _ended_at(work: Work, found: OpenFile, now: int) -> int | None:
    """When a thread ended by itself, by its own time or by our bound (R25); None while it goes on."""
    ends = found.file.thread.shared.thread_ends
    if is_over(found.file, now):
        return min(now, ends or now)
    if now < found.row.started_at + LONGEST_WORD_S:
        return None
    silent = (work.dates.last_letter_at(found.row.peer, found.row.thread_id) or found.row.changed_at) + LONGEST_WORD_S
    return silent if silent <= now else None


def _date_batch(node: Node, work: Work) -> int:
    at, after = work.meta.get(CURSOR_AT), work.meta.get(CURSOR_CASE)
    # Only seconds that are over: what changes later in this one would be passed by.
    changed = work.dates.changed(
        at if isinstance(at, int) else 0, after if isinstance(after, str) else "", node.now(), BATCH
    )
    began, done = node.clock.monotonic(), 0
    for changed_at, case_id in changed:
        row = work.cases.get(case_id)
        if row is not None and row.dek is not None:
            date_case(node, work, Book(node, work).case(case_id))
        work.meta.put(CURSOR_AT, changed_at)
        work.meta.put(CURSOR_CASE, case_id)
        done += 1
        if node.clock.monotonic() - began > TURN_S:
            break
    return done
