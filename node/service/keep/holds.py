"""What is kept although its time would come: legal holds, and what she asked to keep for her claims.

A coordinator reads the ground and who decided; whoever only runs the node learns how many there are, and until when.
Source: R25, H34; interface O8.
"""

import msgspec

from node.service.actor import Actor
from node.service.context import Node
from node.service.keep.dates import date_changed
from node.service.threads.book import Book
from node.store.work import Reader

SHOWN = 200


class HoldView(msgspec.Struct, frozen=True, kw_only=True):
    """One case of which nothing is erased before `until`.

    `ground`, `by` (the two people), `at` and `at_her_request` are null or empty for an operator: they are content.
    """

    case: str
    until: int
    ground: str | None = None
    by: list[str] = []
    at: int | None = None
    at_her_request: int | None = None


class Holds(msgspec.Struct, frozen=True, kw_only=True):
    """How many cases are held, and the first of them, whose hold ends soonest."""

    cases: int
    holds: list[HoldView]


async def list_holds(node: Node, actor: Actor) -> Holds:
    """Every hold that stands, the one that ends soonest first."""
    actor.must_be("coordinator", "operator")
    await date_changed(node)
    return await node.store.read(lambda reader: _holds(node, reader, actor))


def _holds(node: Node, reader: Reader, actor: Actor) -> Holds:
    rows = reader.dates.kept(node.now(), SHOWN)
    reads = actor.role == "coordinator"
    views = [_view(node, reader, *row) if reads else HoldView(case=row[0], until=row[1]) for row in rows]
    return Holds(cases=reader.dates.count_kept(node.now()), holds=views)


def _view(node: Node, reader: Reader, case_id: str, until: int) -> HoldView:
    kept = Book(node, reader).case(case_id).case.retention
    hold, wish = kept.hold, kept.kept_at_her_request_until
    if hold is None:
        return HoldView(case=case_id, until=until, at_her_request=wish)
    return HoldView(
        case=case_id, until=until, ground=hold.ground, by=list(hold.by), at=hold.at, at_her_request=wish
    )  # fmt: skip
