"""The desk: what needs an answer from us, what waits for others, tasks, drafts; in the order that its address names.

Each lane is read with the most pressing first, whatever its order: that decides what stands there (interface C2).
"""

from typing import Final

import msgspec
from aiohttp import web

from node.service.cases.drafts import my_drafts
from node.service.threads.desk import DueView, Inbox, UnopenedView, inbox, task_done
from node.web.kept import is_listed, written_at
from node.web.pages.filters import filters_of, narrow_of, query_of
from node.web.pages.notices import notices
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit

SORTS: Final = ("", "new", "country")  # by when it is due; the matter begun last; the country's name
LANE: Final = 30  # rows of each list that one page reads, the most pressing first


class Lanes(msgspec.Struct, frozen=True):
    """The four lanes of the desk, each with the most pressing first."""

    ours: list[DueView]
    theirs: list[DueView]
    inbox: Inbox


async def _desk(v: Visit) -> web.Response:
    if v.actor.role not in WORK:
        return v.show("other_role.html", notices=await notices(v))
    narrow = narrow_of(v)
    waiting = await inbox(v.node, v.actor, LANE, narrow)
    sort = sort if (sort := v.query.get("sort", "")) in SORTS else ""
    due, unopened = _ordered(v, waiting, sort)
    lanes = Lanes(
        ours=[one for one in due if one.owed_by == v.node.country],
        theirs=[one for one in due if one.owed_by != v.node.country],
        inbox=msgspec.structs.replace(waiting, unopened=unopened),
    )
    drafts = [one for one in await my_drafts(v.node, v.actor) if is_listed(one.ref)]
    return v.show(
        "desk.html", lanes=lanes, full=len(due) >= LANE, drafts=drafts,
        notices=await notices(v), filters=filters_of(v, "/", narrow, sort=sort), sort=sort,
        listed=v.with_query(**query_of(narrow)),
        written_at=written_at,
        sorts=[(code, v.with_query(**query_of(narrow), sort=code)) for code in SORTS],
    )  # fmt: skip


def _ordered(v: Visit, waiting: Inbox, sort: str) -> tuple[list[DueView], list[UnopenedView]]:
    if sort == "new":
        by_start = sorted(waiting.due, key=lambda one: -one.started_at)
        return by_start, sorted(waiting.unopened, key=lambda one: -one.at)
    due = sorted(waiting.due, key=lambda one: one.due_at)
    if sort != "country":
        return due, waiting.unopened
    name = v.speech.country
    return sorted(due, key=lambda one: name(one.peer)), sorted(waiting.unopened, key=lambda one: name(one.peer))


async def _done(v: Visit) -> web.Response:
    text = v.path["task"]
    await task_done(v.node, v.actor, int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0)
    return v.go("/")


DESK: tuple[Page, ...] = (
    Page("GET", "/", ("caseworker", "coordinator", "auditor", "operator"), _desk),
    Page("POST", "/tasks/{task}/done", WORK, _done),
)
