"""The board of deadlines: everything expected, by the kind of its matter. Source: interface C9."""

import msgspec

from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.desk import DueView, due_view
from node.service.threads.narrow import EVERYTHING, Lens, Narrow, due_before, part_of
from node.service.threads.sight import Sight
from node.store.work import Reader


class BoardLine(msgspec.Struct, frozen=True):
    """One thing that is expected, and the kind of matter it is about; "" where only its end has arrived."""

    due: DueView
    kind: str


async def board(node: Node, actor: Actor, limit: int, narrow: Narrow = EVERYTHING) -> list[BoardLine]:
    """Everything expected in this person's cases, the soonest first; at most `limit`."""
    actor.must_be("caseworker", "coordinator")

    def read(reader: Reader) -> list[BoardLine]:
        sight, lens, now = Sight(reader, actor), Lens(node, reader, actor, narrow), node.now()
        found = []
        for row in reader.narrowed.due(part_of(narrow, actor), due_before(node, narrow), (0, 0), limit):
            thread = reader.threads.get(row.peer, row.thread_id)
            if thread is not None and sight.case(thread.case_id) and lens.lets_thread(thread):
                file = lens.file(thread)
                kind = "" if file is None else file.thread.matter
                found.append(BoardLine(due_view(node, reader, row, thread, now), kind))
        return found

    return await node.store.read(read)
