"""Erasing a whole case, or one person of a family: two people, a coded ground, and nothing that opens it afterwards.

One person asks, another one who may see the case confirms; rows, keys and journal follow in that order.
Source: wire 11; R25, R28; H08, H26; GDPR 17.
"""

from typing import Literal

import msgspec

from node.errors import Conflict, NotAllowed, NotFound
from node.protocol.cases.case import person_of
from node.protocol.cases.without import check_nobody_waits
from node.protocol.letters.kinds import LETTER
from node.protocol.matters import STOPS
from node.protocol.retention import is_held
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.change import PersonId
from node.service.context import Node
from node.service.keep.forget import destroy_spent, forget_case, forget_key
from node.service.keep.notes import ErasedCase, note
from node.service.keep.one_person import forget_person, persons_by_token
from node.service.threads.book import Book, OpenCase, OpenFile
from node.service.threads.commands import Command
from node.service.threads.erasure import empty_log
from node.service.threads.files import is_over
from node.store.outbox import OPEN_STATES
from node.store.tasks import TaskRow
from node.store.work import Reader, Work

ERASURE = "erasure_second_person"
ErasureGround = Literal["she_asked", "retention_over", "court_order", "recorded_in_error", "died"]


class AskErasure(Command, frozen=True):
    """Erase a case, or one person of it; `person_id` null means all of it."""

    ground: ErasureGround
    person_id: PersonId | None = None


class AskedErasure(msgspec.Struct, frozen=True):
    """An erasure that waits for the second person, as its task keeps it sealed."""

    ground: ErasureGround
    person_id: str | None
    by: str


class ErasureView(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure: `pending` is its number while it waits for the second person."""

    case: str
    person_id: str | None
    ground: ErasureGround
    proposed_by: str
    pending: int | None
    done: bool


async def ask_erasure(node: Node, actor: Actor, case_id: str, ask: AskErasure) -> ErasureView:
    """Propose an erasure; nothing is erased before a second person confirms. NotAllowed says what has to end first."""
    actor.must_be("caseworker", "coordinator")
    return await node.store.write(lambda work: _ask(node, work, actor, case_id, ask))


async def waiting_erasures(node: Node, actor: Actor, case_id: str) -> list[ErasureView]:
    """The erasure of a case that waits for a second person, if there is one."""

    def read(reader: Reader) -> list[ErasureView]:
        may_work_on(reader, actor, case_id)
        found = _waiting(node, reader, Book(node, reader).case(case_id))
        return [] if found is None else [_view(case_id, found[1], pending=found[0].id, done=False)]

    return await node.store.read(read)


async def decide_erasure(node: Node, actor: Actor, case_id: str, pending: int, approve: bool) -> ErasureView:
    """A second person, not the one who asked, confirms or refuses. Durable, and gone from file, log and copies, before
    it returns.
    """
    actor.must_be("caseworker", "coordinator")
    shown = await node.store.write(lambda work: _decide(node, work, actor, case_id, pending, approve))
    if shown.done:
        # Crash here: the rows are gone; the key that opens older copies goes at the next start or sweep.
        await destroy_spent(node)
        await empty_log(node)
    return shown


def may_be_erased(node: Node, work: Work, case_id: str, now: int) -> bool:
    """Whether every thread of a case is over and everything that was to leave has left: True when it may be erased."""
    try:
        _check_over(node, work, case_id, None, now)
    except NotAllowed:
        return False
    return True


def _ask(node: Node, work: Work, actor: Actor, case_id: str, ask: AskErasure) -> ErasureView:
    may_work_on(work, actor, case_id)
    now, case = node.now(), Book(node, work).case(case_id)
    if _waiting(node, work, case) is not None:
        raise Conflict("an erasure of this case waits for a second person already; decide that one first")
    _check(node, work, case, ask.person_id, ask.ground, now)
    asked = AskedErasure(ask.ground, ask.person_id, actor.user_id)
    work.tasks.add(ERASURE, now, case_id=case_id, sealed=node.seals.seal(case.dek, "task", case_id, asked))
    work.audit.append(now, actor.user_id, "erasure_asked", case_id, rule="R25", outcome=node.seals.cover(ask.ground))
    found = _waiting(node, work, case)
    assert found is not None, "it was just added"
    return _view(case_id, asked, pending=found[0].id, done=False)


def _decide(node: Node, work: Work, actor: Actor, case_id: str, pending: int, approve: bool) -> ErasureView:
    may_work_on(work, actor, case_id)
    now, case = node.now(), Book(node, work).case(case_id)
    found = _waiting(node, work, case)
    if found is None or found[0].id != pending:
        raise NotFound("no such erasure waits in this case; read the case again", field="pending")
    task, asked = found
    if not approve:
        work.tasks.done(task.id, actor.user_id, now)
        work.audit.append(now, actor.user_id, "erasure_refused", case_id, rule="R25", outcome="refused")
        return _view(case_id, asked, pending=None, done=False)
    if asked.by == actor.user_id:
        raise NotAllowed(
            "this needs two different people and got one", rule="R25",
            for_user="A second person has to confirm this. Ask a colleague to sign in.",
        )  # fmt: skip
    _check(node, work, case, asked.person_id, asked.ground, now)
    work.tasks.done(task.id, actor.user_id, now)
    if asked.person_id is None:
        erase_here(node, work, case_id, actor.user_id, asked.ground, now)
    else:
        forget_person(node, work, case, asked.person_id, actor, asked.ground, now)
    return _view(case_id, asked, pending=None, done=True)


def erase_here(node: Node, work: Work, case_id: str, by: str, ground: str, now: int) -> None:
    """Destroy a whole case in this transaction; what has no receipt is posted no more, but for the stop."""
    for thread in work.threads.of_case(case_id):
        found = Book(node, work).file(thread.peer, thread.thread_id)
        if found is not None:
            _give_up_rest(work, found, now)
    note(node, work, ErasedCase(at=now, case=case_id))
    forget_key(node, work, forget_case(work, case_id, now))
    work.audit.append(now, by, "case_erased", case_id, rule="R25", outcome=node.seals.cover(ground))


def _check(node: Node, work: Work, case: OpenCase, person_id: str | None, ground: str, now: int) -> None:
    """1 the person is there; 2 no legal hold; 3 she did not ask to keep it; 4 nobody is cared for
    on the way or searched for; 5 nobody waits in another country.
    """
    if person_id is not None and person_of(case.case, person_id) is None:
        raise NotFound("no such person in this case; choose one of its persons", field="person_id")
    if person_id is not None and len(case.case.persons) == 1:
        raise NotAllowed("this is the only person of the case; erase the whole case", rule="H26")
    kept = case.case.retention
    if is_held(kept, now):
        raise NotAllowed(
            "a legal hold is on this case; two people lift it first, or it ends by itself", rule="R25",
            for_user="A legal hold is on this case. Nothing is erased before it ends.",
        )  # fmt: skip
    if (kept.kept_at_her_request_until or 0) > now and ground == "retention_over":
        raise NotAllowed("she asked to keep this case for a claim; ask her before it is erased", rule="H34")
    if ground != "died":
        check_nobody_waits(case.case, person_id)
    _check_over(node, work, case.id, person_id, now)


def _check_over(node: Node, work: Work, case_id: str, person_id: str | None, now: int) -> None:
    for thread in work.threads.of_case(case_id):
        found = Book(node, work).file(thread.peer, thread.thread_id)
        if found is None or (person_id is not None and _is_without(node, work, found, person_id)):
            continue
        _must_be_over(work, found, now)


def _is_without(node: Node, work: Work, found: OpenFile, person_id: str) -> bool:
    """Whether a thread does not concern a person, or she took back all that she allowed on it."""
    book = Book(node, work)
    case = book.case(found.row.case_id).case
    noted = next((one.persons for one in case.threads if one.thread == found.row.thread_id), ())
    hers = {token for token, who in persons_by_token(book, found, noted).items() if who == person_id}
    if not hers:
        return person_id not in noted
    return not any(entry.token in hers for entry in found.file.entries)


def _must_be_over(work: Work, found: OpenFile, now: int) -> None:
    peer, thread = found.row.peer, found.file.thread
    waiting = [one for one in work.outbox.of_thread(peer, thread.thread_id) if one.letter_class == LETTER]
    unsent = [one for one in waiting if one.state in ("queued", "held") and one.released_at is None]
    if unsent or (found.row.ended_at is None and not is_over(found.file, now)):
        raise NotAllowed(
            "a thread of this case is open, or a letter of it has not left; end it first", rule="R25",
            for_user="Another country still works with this case. End that, wait until the letter left, then erase.",
        )  # fmt: skip


def _give_up_rest(work: Work, found: OpenFile, now: int) -> None:
    """What has no receipt is posted no more, but for the stop: the other country must hear that it is over."""
    thread = found.file.thread
    stops = {entry.letter_id for entry in thread.entries if entry.kind in STOPS}
    for waiting in work.outbox.of_thread(found.row.peer, thread.thread_id):
        if waiting.letter_class != LETTER or waiting.state not in OPEN_STATES or waiting.letter_id in stops:
            continue
        for envelope in work.outbox.envelopes_of(waiting.letter_id):
            work.outbox.give_up(envelope.eid)
        work.outbox.end(waiting.letter_id, "given_up", now)


def _waiting(node: Node, reader: Reader, case: OpenCase) -> tuple[TaskRow, AskedErasure] | None:
    for task in reader.tasks.of_case(case.id, ERASURE):
        return task, node.seals.open_as(AskedErasure, case.dek, "task", case.id, task.sealed)
    return None


def _view(case_id: str, asked: AskedErasure, *, pending: int | None, done: bool) -> ErasureView:
    return ErasureView(
        case=case_id, person_id=asked.person_id, ground=asked.ground, proposed_by=asked.by, pending=pending, done=done
    )
