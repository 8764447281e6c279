"""Tasks that nobody ticks off: an overdue arrival, care on the way. They end with what they are about. R32, H07.

Their codes are covered, so a bare disk does not tell who is on the way.
"""

from typing import Final

from node.service.context import Node
from node.service.threads.book import OpenFile
from node.store.tasks import TaskRow
from node.store.work import Reader, Work

ALARM, CARE = "arrival_overdue", "care_on_the_way"
STANDING: Final = (ALARM, CARE)  # and what begins with one of them: the steps of its ladder


def ask_somebody(node: Node, work: Work, found: OpenFile, code: str, now: int, letter_id: str | None = None) -> None:
    """A task with a covered code, unless the same one is open already."""
    same = tasks_of(node, work, found.row.case_id, found.row.thread_id, code)
    if not any((one.letter_id, node.seals.uncover(one.code)) == (letter_id, code) for one in same):
        work.tasks.add(
            code,
            now,
            case_id=found.row.case_id,
            peer=found.row.peer,
            thread_id=found.row.thread_id,
            letter_id=letter_id,
        )


def end_tasks(node: Node, work: Work, case_id: str, thread_id: str, code: str, by: str, now: int) -> None:
    """End the tasks of a code and its ladder on a thread, because what they were about has ended."""
    for task in tasks_of(node, work, case_id, thread_id, code):
        work.tasks.done(task.id, by, now)


def tasks_of(node: Node, reader: Reader, case_id: str, thread_id: str, code: str) -> list[TaskRow]:
    """The open tasks of a code, and of its ladder, on a thread."""
    here = [one for one in reader.tasks.open_of_case(case_id) if one.thread_id == thread_id]
    return [one for one in here if node.seals.uncover(one.code).startswith(code)]


def is_standing(code: str) -> bool:
    """Whether a task of this code ends only with what it is about."""
    return code.startswith(STANDING)
