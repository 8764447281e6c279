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
from node.web.words import N_

SORTS: Final = ("", "new", "country")  # by when it is due; the matter begun last; the country's name
LANE: Final = 30  # rows of each list that one page reads, the most pressing first

# Forms that are kept and are neither a change nor an act, by the end of their address.
FORMS: Final = {
    "consent": N_("Her consent"), "breach": N_("Letters were exposed"), "answer": N_("Answer"),
    "complaint": N_("Answer to a complaint"),
}  # fmt: skip


class HalfWritten(msgspec.Struct, frozen=True):
    """A draft: in which case, on which page it is written, what that page is called, and when it was saved."""

    case: str
    path: str
    what: str
    saved_at: int


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
        "desk.html", lanes=lanes, full=len(due) >= LANE,
        drafts=[_half_written(v, one.case_id, one.ref, one.saved_at) for one in drafts],
        notices=await notices(v), filters=filters_of(v, "/", narrow, sort=sort), sort=sort,
        listed=v.with_query(**query_of(narrow)),
        sorts=[(code, v.with_query(**query_of(narrow), sort=code)) for code in SORTS],
    )  # fmt: skip


def _half_written(v: Visit, case: str, ref: str, saved_at: int) -> HalfWritten:
    """Where it is written is in its name; what it is called there is told beside it."""
    where = written_at(ref)
    if where:
        return HalfWritten(case, where, _called(v, where), saved_at)
    if ref.startswith("open."):
        return HalfWritten(case, f"/case/{case}/open/{ref[5:]}", v.word(ref[5:], "act"), saved_at)
    if ":" in ref:
        thread, _, kind = ref.partition(":")
        return HalfWritten(case, f"/thread/{thread}/do/{kind}", v.word(kind, "act"), saved_at)
    return HalfWritten(case, f"/case/{case}/{ref}", v.say("Referral"), saved_at)


def _called(v: Visit, where: str) -> str:
    name = where.rpartition("/")[2]
    if "/change/" in where:
        return v.word(name, "change")
    return v.say(FORMS[name]) if name in FORMS else v.word(name, "act")


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
