"""What waits for a person: answers due, letters nobody opened, tasks, letters that are held.

Everybody sees what belongs to their own cases; operators see what belongs to none. Why something is held for her
protection is not shown (H17). Source: interface, inbox by deadline; R24.
"""

from collections.abc import Iterator
from itertools import islice

import msgspec

from node.errors import NotAllowed, NotFound
from node.protocol.gate.facts import ActorRole
from node.service.access import whose
from node.service.actor import Actor
from node.service.cases.proposals import SECOND_PERSON
from node.service.context import Node
from node.service.directory.phone import Phones, PhoneView
from node.service.keep.erasing import ERASURE
from node.service.returns.standing import is_standing
from node.service.threads.book import Book
from node.service.threads.ladder import is_ours
from node.service.threads.narrow import EVERYTHING, Lens, Narrow, due_before, part_of
from node.service.threads.phoning import not_to_be_phoned
from node.service.threads.sight import LISTED, Sight
from node.store.letters import LetterRow
from node.store.threads import DeadlineRow, ThreadRow
from node.store.work import Reader, Work

DISCREET = "waits"
EVERY = 1_000_000
WALKED = 150  # rows of a list that is narrowed are looked at, the most pressing first
SCRIPT = (
    "I am calling from the office for victims of trafficking about letter {reference}, which waits for your answer. "
    "Please open it in your system and answer there; we say nothing of any person on the telephone."
)
# Tasks whose end is what a deadline waits for: that she was told, that the right values were taken over.
MEETS = {"tell_her_of_breach": "tell_her", "rectification_received": "rectify"}
WORKERS: tuple[ActorRole, ...] = ("caseworker", "coordinator", "machine")


class DueView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is expected by a time; `step` counts how far it was escalated.

    `started_at`: when its matter began. `owed_by`: the country that owes it. `phone` is there once another country's
    answer is overdue: phone them first, and `script` is what to say, which is nothing of her. Neither where nobody
    phones that country about her (R10, H04).
    """

    thread: str
    case: str
    peer: str
    letter: str
    code: str
    due_at: int
    started_at: int
    step: int
    overdue: bool
    owed_by: str
    phone: PhoneView | None
    script: str


class UnopenedView(msgspec.Struct, frozen=True, kw_only=True):
    """A received letter that nobody has opened."""

    letter: str
    thread: str
    case: str
    peer: str
    at: int


class HeldView(msgspec.Struct, frozen=True, kw_only=True):
    """A received letter that waits for a person; `why` is a rule, or only that it waits."""

    letter: str
    thread: str | None
    case: str | None
    peer: str
    at: int
    why: str


class TaskView(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person has to look at."""

    id: int
    code: str
    at: int
    case: str | None
    peer: str | None
    thread: str | None
    letter: str | None


class ThreadLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thread in a list."""

    thread: str
    case: str
    peer: str
    started_at: int
    changed_at: int


class Inbox(msgspec.Struct, frozen=True, kw_only=True):
    """What waits, the soonest first."""

    due: list[DueView]
    unopened: list[UnopenedView]
    held: list[HeldView]
    tasks: list[TaskView]


async def inbox(node: Node, actor: Actor, limit: int = LISTED, narrow: Narrow = EVERYTHING) -> Inbox:
    """What waits for this person, the most pressing first; at most `limit` of each list, narrowed if that is asked."""
    actor.must_be(*WORKERS)

    def read(reader: Reader) -> Inbox:
        lens = Lens(node, reader, actor, narrow)
        sight = Sight(reader, actor, limit if narrow == EVERYTHING else max(limit, WALKED))
        return Inbox(
            due=list(islice(_due(node, reader, sight, lens), limit)),
            unopened=list(islice(_unopened(reader, sight, lens), limit)),
            held=list(islice(_held(node, reader, sight, lens), limit)),
            tasks=list(islice(_tasks(node, sight, lens), limit)),
        )

    return await node.store.read(read)


def newest_waiting(node: Node, reader: Reader, actor: Actor) -> int:
    """When the newest of what waits for this person came or began to wait (UTC seconds); 0 while nothing does."""
    sight = Sight(reader, actor, EVERY)  # the lists begin with the oldest
    lens = Lens(node, reader, actor, EVERYTHING)
    unopened = [one.at for one in _unopened(reader, sight, lens)]
    held = [one.at for one in _held_rows(reader, sight)]
    tasks = [task.at for task in sight.tasks() if sight.task(task)]
    return max((*unopened, *held, *tasks), default=0)


def urgent_since(node: Node, reader: Reader, actor: Actor, since: int) -> bool:
    """Whether a letter came since then, to this person's cases, to which an answer is awaited within hours."""
    sight, lens = Sight(reader, actor, EVERY), Lens(node, reader, actor, Narrow(is_urgent=True))
    fresh = (one for one in _unopened(reader, sight, Lens(node, reader, actor, EVERYTHING)) if one.at > since)
    return any(lens.lets(one.peer, one.case, one.thread) for one in fresh)


async def list_threads(node: Node, actor: Actor) -> list[ThreadLine]:
    """Threads that have not ended, of cases this person may work on, newest change first."""
    actor.must_be(*WORKERS)

    def read(reader: Reader) -> list[ThreadLine]:
        sight = Sight(reader, actor)
        return [
            ThreadLine(
                thread=row.thread_id,
                case=row.case_id,
                peer=row.peer,
                started_at=row.started_at,
                changed_at=row.changed_at,
            )
            for row in reader.waiting.threads(whose(actor), LISTED)
            if sight.case(row.case_id)
        ]

    return await node.store.read(read)


async def list_tasks(node: Node, actor: Actor) -> list[TaskView]:
    """Open tasks this person may deal with, oldest first."""
    return await node.store.read(
        lambda reader: list(_tasks(node, Sight(reader, actor), Lens(node, reader, actor, EVERYTHING)))
    )


async def task_done(node: Node, actor: Actor, task_id: int) -> None:
    """Say that a task was dealt with; a change that waits for a second person is decided in its case instead."""
    actor.must_be("caseworker", "coordinator", "operator")

    def done(work: Work) -> None:
        task = work.tasks.get(task_id)
        if task is None or task.done_at is not None or not Sight(work, actor).task(task):
            raise NotFound("no such open task here", field="task")
        if task.code == "searched_beyond":
            actor.must_be("coordinator")
        if task.code in (SECOND_PERSON, ERASURE):
            raise NotAllowed("a second person confirms or refuses this change in its case", rule="R24")
        if is_standing(node.seals.uncover(task.code)):
            raise NotAllowed(
                "this task ends with what it is about, and is not ticked off",
                rule="R32",
                for_user="This stays until she is heard, or two people end it in her case.",
            )
        work.tasks.done(task_id, actor.user_id, node.now())
        if task.peer is not None and task.letter_id is not None and task.code in MEETS:
            work.deadlines.meet(task.peer, task.thread_id, task.letter_id, MEETS[task.code])
        work.audit.append(
            node.now(),
            actor.user_id,
            "task_done",
            task.letter_id or task.thread_id or task.case_id or "",
            outcome=node.seals.cover(task.code),
        )

    await node.store.write(done)


def _due(node: Node, reader: Reader, sight: Sight, lens: Lens) -> Iterator[DueView]:
    now, phones = node.now(), Phones(node, reader)
    for row in _due_rows(node, reader, sight, lens):
        thread = reader.threads.get(row.peer, row.thread_id)
        if thread is not None and sight.case(thread.case_id) and lens.lets_thread(thread):
            yield due_view(node, reader, row, thread, now, phones)


def _due_rows(node: Node, reader: Reader, sight: Sight, lens: Lens) -> list[DeadlineRow]:
    if lens.narrow == EVERYTHING:
        return reader.waiting.deadlines(sight.user, sight.limit)
    part = part_of(lens.narrow, sight.actor)
    return reader.narrowed.due(part, due_before(node, lens.narrow), (0, 0), sight.limit)


def due_view(
    node: Node, reader: Reader, row: DeadlineRow, thread: ThreadRow, now: int, phones: Phones | None = None
) -> DueView:
    """One thing that is expected, as a list shows it; without `phones` it names no number to phone."""
    ours = _is_ours(node, reader, row, thread)
    late = phones is not None and not ours and row.due_at < now
    phoned = late and not_to_be_phoned(node, reader, thread.case_id, row.peer, now) is None
    return DueView(
        thread=row.thread_id,
        case=thread.case_id,
        peer=row.peer,
        letter=row.letter_id,
        code=row.code,
        due_at=row.due_at,
        started_at=thread.started_at,
        step=row.step,
        overdue=row.due_at < now,
        owed_by=node.country if ours else row.peer,
        phone=phones.of(row.peer) if phoned and phones is not None else None,
        script=SCRIPT.format(reference=row.letter_id[:8]) if phoned else "",
    )


def _is_ours(node: Node, reader: Reader, row: DeadlineRow, thread: ThreadRow) -> bool:
    return is_ours(None if thread.sealed is None else Book(node, reader).open_file(thread).file, row)


def _unopened(reader: Reader, sight: Sight, lens: Lens) -> Iterator[UnopenedView]:
    for peer, letter_id, thread_id, case_id, at in reader.waiting.unopened(sight.user, sight.limit):
        if case_id is not None and sight.case(case_id) and lens.lets(peer, case_id, thread_id):
            yield UnopenedView(letter=letter_id, thread=thread_id, case=case_id, peer=peer, at=at)


def _held(node: Node, reader: Reader, sight: Sight, lens: Lens) -> Iterator[HeldView]:
    for row in _held_rows(reader, sight):
        if lens.lets(row.peer, row.case_id, row.thread_id):
            yield HeldView(
                letter=row.letter_id,
                thread=row.thread_id,
                case=row.case_id,
                peer=row.peer,
                at=row.at,
                why=node.seals.uncover(row.held_code) if row.held_code else DISCREET,
            )


def _held_rows(reader: Reader, sight: Sight) -> list[LetterRow]:
    rows = reader.waiting.held(sight.user, sight.limit)
    return [row for row in rows if sight.case(row.case_id) or (row.case_id is None and sight.sees_all)]


def _tasks(node: Node, sight: Sight, lens: Lens) -> Iterator[TaskView]:
    for task in sight.tasks():
        if sight.task(task) and lens.lets(task.peer, task.case_id, task.thread_id):
            yield TaskView(
                id=task.id,
                code=node.seals.uncover(task.code),
                at=task.at,
                case=task.case_id,
                peer=task.peer,
                thread=task.thread_id,
                letter=task.letter_id,
            )
