"""Alarms: raised in the transaction that causes them, climbed by a sweep, ended by people alone.

What is due stands in the database, so a restart goes on where the ladder stood. A call says nothing but that something
waits. An alarm on a thread for which people are being called already joins that ladder: one call for a thread and step.
Source: domain 5.10; R02, R32; practice H21, H22.
"""

from dataclasses import dataclass

from node.protocol.ladders import LADDERS, PAGE_GAP_S, STILL_OPEN_S, LadderName, Position
from node.service.context import Node
from node.store.alarms import AlarmRow
from node.store.work import Work

BATCH = 50  # a flood holds the one writer for some 50 ms at a time
NODE = "node"


@dataclass(frozen=True, slots=True)
class About:
    """Where an alarm belongs, in ids; all of it may be missing."""

    peer: str | None = None
    thread_id: str | None = None
    letter_id: str | None = None
    case_id: str | None = None


def raise_alarm(
    node: Node, work: Work, ladder: LadderName, ref: str, code: str, now: int, about: About, *, by: str = NODE,
    asked_by: str | None = None, sealed: bytes | None = None,
) -> bool:  # fmt: skip
    """Call people until one of them has it. `code` becomes the task, "" none; one ladder about one `ref` only once.

    True when it is new. `ref` is an id or a country, never words. `asked_by`: whose wish `by` confirmed, if two did.
    """
    rungs = LADDERS[ladder]
    has_thread = about.peer is not None and about.thread_id is not None
    joins = work.alarms.on_thread(ladder, about.peer or "", about.thread_id or "") if has_thread else None
    step, next_at = (joins.step, joins.next_at) if joins else (0, now + rungs.step(0).after_s)
    row = AlarmRow(
        0, ladder, ref, about.peer, about.thread_id, about.letter_id, about.case_id, node.seals.cover(code), by, now,
        now + rungs.due_s, step, next_at, None, None, None, None, sealed, asked_by,
    )  # fmt: skip
    new = work.alarms.add(row)
    if new:
        work.audit.append(now, by, "alarm_raised", ref, outcome=node.seals.cover(ladder))
        if joins is not None:
            _task(node, work, row, "", now)
        work.after_commit(node.on_alarm)
    return new


def acknowledged(
    node: Node, work: Work, ladder: LadderName, ref: str, by: str, now: int, peer: str | None = None
) -> bool:
    """A person has it: nobody is called any more, and every day somebody is asked whether it is over.

    With `peer` only an alarm of that country. False when there is none.
    """
    row = work.alarms.get(ladder, ref)
    if row is None or row.closed_at is not None or (peer is not None and row.peer != peer):
        return False
    if row.acknowledged_at is None:
        work.alarms.acknowledge(row.id, by, now, now + STILL_OPEN_S)
        work.audit.append(now, by, "alarm_acknowledged", ref, outcome=node.seals.cover(ladder))
    return True


def closed(node: Node, work: Work, ladder: LadderName, ref: str, outcome: str, by: str, now: int) -> bool:
    """It is over. False when there is no such open alarm."""
    row = work.alarms.get(ladder, ref)
    if row is None or row.closed_at is not None:
        return False
    work.alarms.close(row.id, outcome, now)
    work.audit.append(now, by, "alarm_closed", ref, outcome=node.seals.cover(f"{ladder} {outcome}"))
    return True


def thread_is_quiet(node: Node, work: Work, peer: str, thread_id: str, by: str, now: int) -> None:
    """What called people about this thread without any letter is over: she was heard, say (R32)."""
    for row in work.alarms.without_letter("call", peer, thread_id):
        closed(node, work, "call", row.ref, "over", by, now)


def nobody_phones(node: Node, work: Work, peer: str, thread_id: str, now: int) -> None:
    """This country may hear nothing of her any more: nobody is asked to telephone it about an alert of ours (R10)."""
    for row in work.alarms.open_on("answer", peer, thread_id):
        closed(node, work, "answer", row.ref, "not_to_be_told", NODE, now)


def nobody_answers(node: Node, work: Work, peer: str, thread_id: str, now: int) -> None:
    """The thread was stopped, so no word will come about an alert of ours: somebody telephones now, not in an hour."""
    for row in work.alarms.open_on("answer", peer, thread_id):
        hurried(node, work, "answer", row.ref, now)


def grew(node: Node, work: Work, ladder: LadderName, ref: str, now: int) -> None:
    """It grew worse: people are called again as for a new one."""
    row = work.alarms.get(ladder, ref)
    if row is not None and row.closed_at is None:
        work.alarms.anew(row.id, now)
        work.after_commit(node.on_alarm)


def hurried(node: Node, work: Work, ladder: LadderName, ref: str, now: int) -> None:
    """The next step is taken now: a letter about danger cannot leave, say."""
    row = work.alarms.get(ladder, ref)
    if row is not None and row.closed_at is None and row.acknowledged_at is None:
        work.alarms.hurry(row.id, now)
        work.after_commit(node.on_alarm)


async def climb(node: Node) -> int:
    """Take every step that is due, whatever the registry says of our clock (H22); how many. Safe to repeat."""
    now, taken = node.now(), 0
    while True:
        rows, steps = await node.store.write(lambda work: _climb(node, work, now))
        taken += steps
        if rows < BATCH:
            return taken


def _climb(node: Node, work: Work, now: int) -> tuple[int, int]:
    """One batch. Crash after it: the steps are taken and the calls wait in their table."""
    rows = work.alarms.due(now, BATCH)
    quiet: dict[Position, int] = {}
    counts: dict[Position, int] = {}
    taken = 0
    for row in rows:
        rungs = LADDERS[row.ladder]  # type: ignore[index]
        if row.acknowledged_at is not None:
            _task(node, work, row, "still_open", now)
            work.alarms.climbed(row.id, row.step, now + STILL_OPEN_S)
            continue
        step = rungs.step(row.step)
        for position in step.pages:
            quiet.setdefault(position, work.pages.quiet_until(position, PAGE_GAP_S) if node.page_by else 0)
        waits = max((quiet[position] for position in step.pages), default=0)
        if waits > now:  # they were called a moment ago; this one is in the next call
            work.alarms.climbed(row.id, row.step, waits)
            continue
        for position in step.pages:
            counts[position] = counts.get(position, 0) + 1
        _task(node, work, row, step.task, now)
        work.audit.append(
            now,
            NODE,
            "alarm_step",
            row.ref,
            outcome=node.seals.cover(f"{row.ladder} {min(row.step, len(rungs.steps) - 1)}"),
        )
        work.alarms.climbed(row.id, row.step + 1, rungs.after(row.step, row.raised_at, now))
        taken += 1
    for position, count in counts.items():
        for channel in node.page_by:
            work.pages.ask(channel, position, count, now)
    if counts:
        work.after_commit(node.on_page)
    return len(rows), taken


def _task(node: Node, work: Work, row: AlarmRow, suffix: str, now: int) -> None:
    """One open task for a thread and step, so that a flood does not bury the others."""
    code = node.seals.uncover(row.code)
    if not code:  # whoever raised it makes tasks of its own
        return
    work.tasks.add(
        f"{code}_{suffix}" if suffix else code,
        now,
        case_id=row.case_id,
        peer=row.peer,
        thread_id=row.thread_id,
        letter_id=row.letter_id if row.thread_id is None else None,
    )
