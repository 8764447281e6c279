"""The desk: what needs an answer from us, what waits for others, tasks, drafts. And the board of deadlines."""

from typing import Final

import msgspec
from aiohttp import web

from node.service.cases.drafts import my_drafts
from node.service.threads.desk import DueView, Inbox, inbox, task_done
from node.web.kept import is_listed
from node.web.pages.notices import notices
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit
from node.web.words import N_

DAY_S: Final = 86_400
LANE, BOARD = 30, 200  # rows that one page reads of each list, the most pressing first
COLUMNS: Final = (
    (N_("Overdue"), 0),
    (N_("Within 24 hours"), DAY_S),
    (N_("Within three days"), 3 * DAY_S),
    (N_("Within a week"), 7 * DAY_S),
)


class Lanes(msgspec.Struct, frozen=True):
    """The four lanes of the desk, each with the most pressing first."""

    ours: list[DueView]
    theirs: list[DueView]
    inbox: Inbox


async def _desk(v: Visit) -> web.Response:
    if v.actor.role not in WORK:
        return v.show("other_role.html", notices=await notices(v))
    waiting = await inbox(v.node, v.actor, LANE)
    due = sorted(waiting.due, key=lambda one: one.due_at)
    lanes = Lanes(
        ours=[one for one in due if one.owed_by == v.node.country],
        theirs=[one for one in due if one.owed_by != v.node.country],
        inbox=waiting,
    )
    drafts = [one for one in await my_drafts(v.node, v.actor) if is_listed(one.ref)]
    return v.show(
        "desk.html", lanes=lanes, full=len(due) >= LANE, drafts=drafts,
        notices=await notices(v),
    )  # fmt: skip


async def _deadlines(v: Visit) -> web.Response:
    due, now = sorted((await inbox(v.node, v.actor, BOARD)).due, key=lambda one: one.due_at), v.node.now()
    columns: list[tuple[str, list[DueView]]] = []
    start: float = float("-inf")
    for name, end in (*COLUMNS, (N_("Later"), float("inf"))):
        columns.append((name, [one for one in due if start < one.due_at - now <= end]))
        start = end
    return v.show("deadlines.html", columns=columns)


async def _done(v: Visit) -> web.Response:
    text = v.path["task"]
    await task_done(v.node, v.actor, int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0)
    return v.go("/")


DESK: tuple[Page, ...] = (
    Page("GET", "/", ("caseworker", "coordinator", "auditor", "operator"), _desk),
    Page("GET", "/deadlines", WORK, _deadlines),
    Page("POST", "/tasks/{task}/done", WORK, _done),
)
