"""After a restore: what may leave, and the two people who answer for a case where the journal is missing.

A backup knows nothing of what was blocked, withdrawn, stopped or erased after it was made. Until the journal has told
it, or two people have, nothing about a person is released; safety excepted. Source: H08.
"""

import msgspec

from node.errors import Conflict, NotAllowed
from node.protocol.gate.facts import AfterRestore
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.commands import Command
from node.store.work import Reader, Work

HOLD = "restore_hold"  # when the database was restored; while it stands the journal has not been replayed
STOP = "stop"
COMPARE_TASK = "case_to_compare"
COMPARE = "compare"  # a case that changed after the backup in what the journal does not tell


class CaseCompared(Command, frozen=True):
    """What two people say of a case of a restored node: they compared it with what they know, and it is as it was.

    Record first what is missing: asylum, closed countries, withdrawals, stops.
    """

    protection_checked: bool
    consents_checked: bool
    stops_checked: bool


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """How a case stands after a restore; `free` when it may go on."""

    case: str
    restored_at: int | None
    first_by: str | None
    second_by: str | None
    free: bool


class Unanswered(msgspec.Struct, frozen=True, kw_only=True):
    """What is left to compare after a restore; `restored_at` is null while every case is free but those named."""

    restored_at: int | None
    cases: int
    waiting: list[Answered]


def after_restore(reader: Reader, case_id: str, thread_id: str | None) -> AfterRestore:
    """What the gate must know: nobody answered yet, the thread was stopped after the backup, or nothing of it."""
    stopped, held = reader.restored.standing(thread_id or "", case_id, HOLD)
    if stopped and thread_id is not None:
        return "stopped"
    if not held:
        return "no"
    found = reader.restored.answered(case_id)
    return "no" if found is not None and found.second_by is not None else "unanswered"


async def view_answer(node: Node, actor: Actor, case_id: str) -> Answered:
    """How a case stands after a restore."""

    def read(reader: Reader) -> Answered:
        may_work_on(reader, actor, case_id)
        return _answered(reader, case_id)

    return await node.store.read(read)


async def list_unanswered(node: Node, actor: Actor, limit: int = 200) -> Unanswered:
    """Every case that two people still have to answer for: all of them where the journal was missing."""
    actor.must_be("coordinator")

    def read(reader: Reader) -> Unanswered:
        hold = reader.meta.get(HOLD)
        if not isinstance(hold, int):
            some = [_answered(reader, case) for case in reader.restored.to_compare() if _is_there(reader, case)]
            return Unanswered(restored_at=None, cases=len(some), waiting=some[:limit])
        waiting = [_answered(reader, case) for case in reader.restored.unanswered(limit)]
        return Unanswered(restored_at=hold, cases=reader.restored.count_unanswered(), waiting=waiting)

    return await node.store.read(read)


def _is_there(reader: Reader, case_id: str) -> bool:
    row = reader.cases.get(case_id)
    return row is not None and row.dek is not None


async def answer_for_case(node: Node, actor: Actor, case_id: str, answer: CaseCompared) -> Answered:
    """One person answers for a case, then another one; only then does it go on."""
    actor.must_be("caseworker", "coordinator")
    if not (answer.protection_checked and answer.consents_checked and answer.stops_checked):
        raise NotAllowed(
            "all three have to be compared; record what is missing, then answer", rule="H08",
            for_user="Compare protection, consents and stops with what you know, then answer again.",
        )  # fmt: skip
    return await node.store.write(lambda work: _answer(node, work, actor, case_id))


def _answer(node: Node, work: Work, actor: Actor, case_id: str) -> Answered:
    may_work_on(work, actor, case_id)
    if not work.restored.standing("", case_id, HOLD)[1]:
        raise Conflict("this node waits for no answer; nothing was restored, or the journal was replayed")
    now, found = node.now(), work.restored.answered(case_id)
    if found is not None and found.first_by == actor.user_id and found.second_by is None:
        raise NotAllowed(
            "this needs two different people and got one", rule="H08",
            for_user="A second person has to answer for this case. Ask a colleague to sign in.",
        )  # fmt: skip
    if found is None:
        work.restored.answer(case_id, actor.user_id, None, now)
    elif found.second_by is None:
        work.restored.answer(case_id, found.first_by, actor.user_id, now)
        for task in work.tasks.of_case(case_id, COMPARE_TASK):
            work.tasks.done(task.id, actor.user_id, now)
    work.audit.append(now, actor.user_id, "restored_case_answered", case_id, rule="H08")
    for peer in work.outbox.busy_peers():
        work.after_commit(lambda peer=peer: node.wake(peer))  # type: ignore[misc]
    return _answered(work, case_id)


def _answered(reader: Reader, case_id: str) -> Answered:
    hold, found = reader.meta.get(HOLD), reader.restored.answered(case_id)
    return Answered(
        case=case_id,
        restored_at=hold if isinstance(hold, int) else reader.restored.never_since(COMPARE, case_id),
        first_by=None if found is None else found.first_by,
        second_by=None if found is None else found.second_by,
        free=after_restore(reader, case_id, None) == "no",
    )
