"""Halting a return: a code for us, the one stop for the others, and what waited is gone. Source: R31, H01."""

import msgspec

from node.errors import NotFound
from node.protocol.cases.return_changes import halt, plan_of
from node.protocol.cases.return_plan import HaltReason, ReturnPlan
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.book import Book, OpenCase, OpenFile
from node.service.threads.commands import Command
from node.service.threads.ending import end_contact
from node.store.work import Reader, Work


class HaltReturn(Command, frozen=True):
    """Halt a return; the reason stays here."""

    reason: HaltReason


class Halted(msgspec.Struct, frozen=True, kw_only=True):
    """What a halt did: the threads that get the one stop, by their ids; all with that country that tell of her."""

    stopped: list[str]


async def halt_return(node: Node, actor: Actor, case_id: str, plan_id: str, command: HaltReturn) -> Halted:
    """Halt: nothing of this return goes on from now. One person, at once. Durable before it returns."""
    actor.must_be("caseworker", "coordinator")

    def do(work: Work) -> Halted:
        now, book = node.now(), Book(node, work)
        may_work_on(work, actor, case_id)
        case = book.case(case_id)
        changed = halt(case.case, plan_id, command.reason, actor.user_id, now)
        case = book.put_case(case, changed.case, now)
        plan = plan_of(case.case, plan_id)
        assert plan is not None
        # The reason is written into the case, which is sealed; the audit says only that it was halted.
        work.audit.append(now, actor.user_id, "case_changed", case_id, rule=node.seals.cover("R31 return_halted"))
        threads = return_threads(book, case, plan)
        return Halted(stopped=end_contact(node, work, case, threads, actor.user_id, "R31", now))

    return await node.store.write(do)


def return_threads(book: Book, case: OpenCase, plan: ReturnPlan) -> list[OpenFile]:
    """The return threads that this plan is about, oldest first: with its country, about its persons."""
    persons = {row.person_id for row in plan.persons}
    found = []
    for one in case.case.threads:
        if one.country == plan.country and persons & set(one.persons):
            file = book.file(one.country, one.thread)
            if file is not None and file.file.thread.matter == "return":
                found.append(file)
    return found


def plan_in(reader: Reader, node: Node, case_id: str, plan_id: str) -> ReturnPlan:
    """The plan of a case, or NotFound."""
    plan = plan_of(Book(node, reader).case(case_id).case, plan_id)
    if plan is None:
        raise NotFound("no such return plan in this case; choose one of its plans", field="plan")
    return plan
