"""Taking back what was just sent: one button, while it has not left; what was typed is there again."""

from aiohttp import web

from node.errors import OpenTRMError
from node.service.cases.drafts import draft_again
from node.service.threads.taking_back import take_letter_back
from node.web.kept import written_at
from node.web.pages.roles import WORK
from node.web.pages.thread import show_thread
from node.web.visit import Page, Visit

REFERRAL, OPEN = "referral", "open."  # what drafts are of, beside acts on a thread


async def _take_back(v: Visit) -> web.Response:
    """Too late, somebody else's, or a newer one waits: the page of the matter says so, and shows how far it came."""
    letter, thread = v.path["letter"], v.typed("thread")
    try:
        done = await take_letter_back(v.node, v.actor, letter)
    except OpenTRMError as error:
        if not thread:
            raise
        return await show_thread(v, thread, status=409, error=error)
    ref = await draft_again(v.node, v.actor, done.case, letter)
    return v.go(_form_of(ref, done.case, done.thread) + "?back=1")


def _form_of(ref: str, case: str, thread: str) -> str:
    """Where what was typed stands again; the matter where nothing is kept of it."""
    if page := written_at(ref):
        return page
    if ref == REFERRAL:
        return f"/case/{case}/referral"
    if ref.startswith(OPEN):
        return f"/case/{case}/open/{ref.removeprefix(OPEN)}"
    return f"/thread/{thread}/do/{ref.partition(':')[2]}" if ref else f"/thread/{thread}"


TAKING_BACK: tuple[Page, ...] = (Page("POST", "/letter/{letter}/take-back", WORK, _take_back),)
