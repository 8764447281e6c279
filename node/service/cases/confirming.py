"""What a second person sees before confirming a change, and how it is confirmed or refused.

Where what a change replaces is not what it was when it was asked for, both stand there first. Source: R24; interface,
finding 3.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from node.errors import NotAllowed, OpenTRMError
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.cases import carry_out, case_view
from node.service.cases.life import make_change
from node.service.cases.proposals import proposal_of, refuse
from node.service.cases.replacing import SOMEBODY_ELSE, Replaced, mark_of_replaced, must_be_as_asked, replaced, unseen
from node.service.cases.requests import Changed
from node.service.context import Node
from node.service.threads.book import Book
from node.service.threads.commands import Command
from node.store.work import Reader, Work


class ConfirmChange(Command, frozen=True):
    """`shown`: the mark of what was read (`OvertakenBy`); needed where any of it is newer than what was asked."""

    shown: Annotated[str, Meta(max_length=64)] | None = None


class OvertakenBy(msgspec.Struct, frozen=True):
    """`rows`: what it would replace, where any of it was recorded after it was asked for; `mark` says all was seen."""

    rows: list[Replaced]
    mark: str


async def overtaken_by(node: Node, actor: Actor, case_id: str, pending: int) -> OvertakenBy:
    """What was recorded since this change was asked for and would go; nothing is changed."""

    def read(reader: Reader) -> OvertakenBy:
        may_work_on(reader, actor, case_id)
        book = Book(node, reader)
        case = book.case(case_id)
        asked = proposal_of(node, reader, case, pending)
        second = SOMEBODY_ELSE if asked.by == actor.user_id else actor.user_id
        try:
            made = make_change(book, case, asked.change, (asked.by, second), node.now())
        except OpenTRMError:  # it is refused by now: whoever confirms it is told why
            return OvertakenBy([], "")
        rows = replaced(case.case, made.case)
        return OvertakenBy(rows if unseen(asked.stood, case.case, made.case) else [], mark_of_replaced(rows))

    return await node.store.read(read)


async def decide_change(
    node: Node, actor: Actor, case_id: str, pending: int, approve: bool, shown: str | None = None
) -> Changed:
    """A second person confirms or refuses what the first asked for; whoever asked may only take it back.

    `shown`: the mark of the page (`overtaken_by`). Overtaken where this would take the place of what was recorded since
    it was asked for, and the page did not show that.
    """
    actor.must_be("caseworker", "coordinator")
    return await node.store.write(lambda work: _decide(node, work, actor, case_id, pending, approve, shown))


def _decide(
    node: Node, work: Work, actor: Actor, case_id: str, pending: int, approve: bool, shown: str | None
) -> Changed:
    may_work_on(work, actor, case_id)
    now, book = node.now(), Book(node, work)
    case = book.case(case_id)
    waiting = proposal_of(node, work, case, pending)
    if not approve:
        refuse(work, case_id, pending, actor.user_id, now)
        return Changed(done=False, pending=None, case=case_view(book, case))
    by = (waiting.by, actor.user_id)
    if len(set(by)) < 2:
        raise NotAllowed(
            "this needs two different people and got one",
            rule="R24",
            for_user="A second person has to confirm this. Ask a colleague to sign in.",
        )
    changed = make_change(book, case, waiting.change, by, now)
    must_be_as_asked(waiting.stood, shown, case.case, changed.case)
    work.tasks.done(pending, actor.user_id, now)
    return carry_out(work, book, case, changed, now)
