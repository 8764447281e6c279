"""What a second person sees before confirming: where what a change replaces is not what it was, both stand there.

Source: R24; interface, finding 3.
"""

import msgspec

from node.errors import OpenTRMError
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.cases import proposal_of
from node.service.cases.life import make_change
from node.service.cases.replacing import SOMEBODY_ELSE, Replaced, mark_of_replaced, replaced, unseen
from node.service.context import Node
from node.service.threads.book import Book
from node.store.work import Reader


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
