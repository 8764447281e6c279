"""The thread that an alert goes out on: the one that tells of the persons already, or one of its own.

On a thread both sides know whom a token means, so no name is needed. Another person in danger always gets a thread of
that person's own (H35). Source: wire 7; DECISIONS, safety letters ride or open.
"""

from dataclasses import dataclass

from node.errors import BadInput
from node.protocol.cases.case import Case, CaseThread, Person
from node.protocol.cases.changes import open_thread as note_thread
from node.protocol.safety import SAFETY_MATTER
from node.protocol.threads import machine
from node.protocol.threads.thread import Thread
from node.service.actor import Actor
from node.service.context import Node
from node.service.safety.requests import RaiseAlert
from node.service.threads.book import Book, OpenCase, OpenFile
from node.service.threads.files import ThreadFile
from node.service.threads.times import retention_until
from node.store.work import Work


@dataclass(frozen=True, slots=True)
class Place:
    """The thread an alert goes out on, and whom its tokens mean."""

    case: OpenCase
    found: OpenFile
    tokens: dict[str, str]  # person id -> token


def tokens_of(file: ThreadFile, case: Case) -> dict[str, str]:
    """Person id -> token on a thread: ours as we drew them, theirs in the order of the persons it was opened with."""
    if file.persons:
        return {person: token for token, person in file.persons.items()}
    on_thread = next((one.persons for one in case.threads if one.thread == file.thread.thread_id), ())
    return dict(zip(on_thread, (entry.token for entry in file.entries), strict=False))


def place_of(
    node: Node, work: Work, actor: Actor, case: OpenCase, persons: list[Person], command: RaiseAlert, letter_id: str,
    now: int,
) -> Place:  # fmt: skip
    """The thread for this alert, opened if there is none; BadInput where the named one does not tell of them."""
    wanted = {person.person_id for person in persons}
    if command.about != "another_person":
        for found in _threads_with(node, work, case, command):
            tokens = tokens_of(found.file, case.case)
            if wanted <= set(tokens):
                return Place(case, found, tokens)
    if command.thread is not None:
        raise BadInput("that thread does not tell of these persons; leave it out to open one", field="thread")
    return _own_thread(node, work, actor, case, persons, command, letter_id, now)


def _threads_with(node: Node, work: Work, case: OpenCase, command: RaiseAlert) -> list[OpenFile]:
    """Threads of this case of which that country has heard, the newest first; the one that was named, if any."""
    rows = [row for row in work.threads.of_case(case.id) if row.peer == command.peer and row.sealed is not None]
    files = [Book(node, work).open_file(row) for row in reversed(rows)]
    return [one for one in files if _is_heard(one.file.thread) and command.thread in (None, one.row.thread_id)]


def _is_heard(thread: Thread) -> bool:
    """Whether that country has heard of the thread, or will by an alert that waits in the outbox."""
    if thread.closed_here:
        return False
    return any(e.n for e in thread.entries) or (thread.matter == SAFETY_MATTER.name and bool(thread.queued))


def _own_thread(
    node: Node, work: Work, actor: Actor, case: OpenCase, persons: list[Person], command: RaiseAlert, letter_id: str,
    now: int,
) -> Place:  # fmt: skip
    thread_id = node.random(16).hex()
    tokens = {person.person_id: node.random(16).hex() for person in persons}
    thread = machine.open_thread(thread_id, command.peer, "opener", SAFETY_MATTER.name)
    noted = note_thread(case.case, CaseThread(thread_id, command.peer, now, tuple(tokens)), actor.user_id, now)
    case = Book(node, work).put_case(case, noted.case, now)
    file = ThreadFile(
        thread, persons={token: person for person, token in tokens.items()}, opening=letter_id, urgency=command.urgency,
        retention_until=retention_until(now),
    )  # fmt: skip
    return Place(case, Book(node, work).new_file(case, file, now), tokens)
