"""What people see of a return: its plan, its ten gates, the next three things and whose turn they are; and approval.

Source: domain 8 (return checklist); practice, the desk; R24.
"""

from typing import Final

import msgspec

from node.protocol.cases.case import Case
from node.protocol.cases.return_changes import approve
from node.protocol.cases.return_plan import Halt, Journey, PersonReturn, ReturnPlan, plan_towards
from node.protocol.gate.return_facts import exchanged
from node.protocol.gate.ten_gates import GateState, gates, next_things
from node.protocol.matters import matter_named
from node.protocol.threads import machine
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.returns.halting import return_threads
from node.service.shown import mark_of, must_be_as_shown
from node.service.threads.book import Book, OpenCase, OpenFile
from node.service.threads.files import facts_of
from node.store.work import Reader, Work

PLAN_CHANGED: Final = "The plan was changed meanwhile. Read it as it stands now, then approve it."


class ApprovalView(msgspec.Struct, frozen=True, kw_only=True):
    """Who let the plan go; `counts` is false once something that was approved has changed."""

    by: str
    organisation: str
    at: int
    counts: bool


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """A return plan with its gates; `thread` and `state` are those of its newest thread, if one was begun.

    `next`: what to do first, at most three things, whose turn it is and since when.
    """

    plan: str
    country: str
    opened_at: int
    changed_at: int
    persons: tuple[PersonReturn, ...]
    journey: Journey | None
    written_by: tuple[str, ...]
    approval: ApprovalView | None
    halted: Halt | None
    held_for_transit: bool
    ended_at: int | None
    thread: str | None
    state: str
    words: str
    gates: list[GateState]
    next: list[GateState]


async def list_returns(node: Node, actor: Actor, case_id: str) -> list[PlanView]:
    """The return plans of a case, oldest first."""

    def read(reader: Reader) -> list[PlanView]:
        may_work_on(reader, actor, case_id)
        book = Book(node, reader)
        case = book.case(case_id)
        return [_view(book, case, plan) for plan in case.case.returns]

    return await node.store.read(read)


async def approve_plan(node: Node, actor: Actor, case_id: str, plan_id: str, shown: str | None = None) -> PlanView:
    """A second person lets the plan go: never one who wrote it. Durable before it returns (R24, g10).

    `shown`: the mark of the plan on the page. Overtaken where the plan was changed since: nobody lets go what they
    have not read; None where no page was.
    """
    actor.must_be("caseworker", "coordinator")

    def do(work: Work) -> PlanView:
        now, book = node.now(), Book(node, work)
        may_work_on(work, actor, case_id)
        case = book.case(case_id)
        must_be_as_shown(shown, mark_of_plan(case.case, plan_id), PLAN_CHANGED)
        changed = approve(case.case, plan_id, actor.organisation, actor.user_id, now)
        case = book.put_case(case, changed.case, now)
        work.audit.append(now, actor.user_id, "case_changed", case_id, rule=node.seals.cover("R24 plan_approved"))
        return next(_view(book, case, plan) for plan in case.case.returns if plan.plan_id == plan_id)

    return await node.store.write(do)


async def shown_plan(node: Node, actor: Actor, case_id: str, plan_id: str) -> str:
    """The mark for a page that is made from a plan."""

    def read(reader: Reader) -> str:
        may_work_on(reader, actor, case_id)
        return mark_of_plan(Book(node, reader).case(case_id).case, plan_id)

    return await node.store.read(read)


def mark_of_plan(case: Case, plan_id: str) -> str:
    """The mark of what is approved with a plan."""
    return mark_of([one for one in case.returns if one.plan_id == plan_id])


def checklist(book: Book, found: OpenFile, now: int) -> list[GateState]:
    """The gates of the plan behind a return thread of ours; [] for any other thread."""
    thread = found.file.thread
    if thread.matter != "return" or thread.side != "opener":
        return []
    case = book.case(found.row.case_id)
    persons = tuple(who for one in case.case.threads if one.thread == thread.thread_id for who in one.persons)
    plan = plan_towards(case.case.returns, thread.peer, persons)
    return (
        [] if plan is None else gates(case.case, plan, book.consents(case), exchanged(facts_of(found.file), now), now)
    )


def _view(book: Book, case: OpenCase, plan: ReturnPlan) -> PlanView:
    now = book.node.now()
    threads = return_threads(book, case, plan)
    newest = threads[-1].file if threads else None
    state = "none" if newest is None else machine.state(newest.thread, now)
    said = exchanged(None if newest is None else facts_of(newest), now)
    found = gates(case.case, plan, book.consents(case), said, now)
    return PlanView(
        plan=plan.plan_id,
        country=plan.country,
        opened_at=plan.opened_at,
        changed_at=plan.changed_at,
        persons=plan.persons,
        journey=plan.journey,
        written_by=plan.authors,
        approval=_approval(plan),
        halted=plan.halt,
        held_for_transit=plan.held_for_transit,
        ended_at=plan.ended_at,
        thread=None if newest is None else newest.thread.thread_id,
        state=state,
        words=matter_named("return").words.get(state, state),
        gates=found,
        next=next_things(found) if plan.is_open else [],
    )


def _approval(plan: ReturnPlan) -> ApprovalView | None:
    one = plan.approval
    if one is None:
        return None
    return ApprovalView(by=one.by, organisation=one.organisation, at=one.at, counts=plan.is_approved)
