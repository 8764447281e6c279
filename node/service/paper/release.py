"""The paper for the authority that detains her: her release into our care is asked for, by whom, and whom to phone.

Her name and the authority's reference are written by hand: the paper bears neither. Source: R17; practice H25.
"""

from collections.abc import Callable

import msgspec

from node.errors import BadInput, NotAllowed
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.paper.printing import Mark, Print, mark
from node.service.threads.book import Book
from node.service.way_out import Out, let_out
from node.store.work import Work


class ReleasePaper(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on the paper: our focal point by name and number."""

    mark: Mark
    names: dict[str, str]
    contact: str
    out_of_hours: str


async def release_paper(node: Node, actor: Actor, case_id: str, asked: Print) -> ReleasePaper:
    """The paper, noted in the log; NotAllowed where nobody of the case is detained."""
    actor.must_be("caseworker", "coordinator")
    if asked.to != node.country:
        raise BadInput("this paper is for an authority here", field="to", expected=node.country, rule="H15")
    own = node.view.country(node.country)

    def leaving(work: Work) -> tuple[Out, Callable[[], ReleasePaper]]:
        may_work_on(work, actor, case_id)
        if not Book(node, work).case(case_id).case.place_is_detention:
            raise NotAllowed(
                "nobody of this case is detained; record that first",
                for_user="Record first that she is detained. Then print the paper for the authority.",
            )  # fmt: skip
        out = Out(case_id, "release_paper", node.country, node.now())
        return out, lambda: ReleasePaper(
            mark=mark(node, work, actor, case_id, "release", asked),
            names={} if own is None else dict(own.record.authority.names),
            contact="" if own is None else own.record.authority.contact,
            out_of_hours="" if own is None else own.record.out_of_hours,
        )  # fmt: skip

    return await let_out(node, actor, leaving)
