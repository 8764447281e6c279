"""The board of deadlines: a lane for each kind of matter, by how soon; and what is done once an answer is late.

Source: interface C9.
"""

from typing import Any, Final

from aiohttp import web

from node.errors import NotAllowed
from node.service.staff.people import list_colleagues
from node.service.threads.board import BoardLine, board
from node.service.threads.desk import DueView
from node.service.threads.escalating import escalate, view_late
from node.service.threads.narrow import KINDS
from node.web.pages.filters import filters_of, narrow_of
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit
from node.web.words import N_

DAY_S: Final = 86_400
BOARD: Final = 200  # rows that the board reads, the most pressing first
COLUMNS: Final = (
    (N_("Overdue"), 0),
    (N_("Within 24 hours"), DAY_S),
    (N_("Within three days"), 3 * DAY_S),
    (N_("Within a week"), 7 * DAY_S),
)

Column = tuple[str, list[DueView]]


async def _deadlines(v: Visit) -> web.Response:
    narrow = narrow_of(v)
    lines = await board(v.node, v.actor, BOARD, narrow)
    lanes = [(kind, _columns(lines, kind, v.node.now())) for kind in (*KINDS, "")]
    return v.show(
        "deadlines.html", lanes=[(kind, columns) for kind, columns in lanes if any(due for _, due in columns)],
        filters=filters_of(v, "/deadlines", narrow), full=len(lines) >= BOARD,
    )  # fmt: skip


def _columns(lines: list[BoardLine], kind: str, now: int) -> list[Column]:
    """What of one kind is due in each column."""
    columns: list[Column] = []
    start: float = float("-inf")
    for name, end in (*COLUMNS, (N_("Later"), float("inf"))):
        columns.append((name, [one.due for one in lines if one.kind == kind and start < one.due.due_at - now <= end]))
        start = end
    return columns


async def _late(v: Visit) -> web.Response:
    return await _show_late(v)


async def _show_late(v: Visit, status: int = 200, **more: Any) -> web.Response:
    late = await view_late(v.node, v.actor, v.path["thread"])
    names = await list_colleagues(v.staff, v.caller)
    return v.show("late.html", status=status, late=late, names=names, told=v.query.get("told") == "1", **more)


async def _escalate(v: Visit) -> web.Response:
    try:
        await escalate(v.node, v.actor, v.path["thread"], v.typed("letter"))
    except NotAllowed as error:
        return await _show_late(v, 409, error=error)
    return v.go(f"/thread/{v.path['thread']}/late?told=1")


DEADLINES: tuple[Page, ...] = (
    Page("GET", "/deadlines", WORK, _deadlines),
    Page("GET", "/thread/{thread}/late", WORK, _late),
    Page("POST", "/thread/{thread}/late", WORK, _escalate),
)
