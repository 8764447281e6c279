"""The inbox: every matter that goes on, narrowed, sorted, turned page by page; and many cases given to a colleague.

Source: interface C3.
"""

import asyncio
from typing import Any, Final

from aiohttp import web

from node.errors import BadInput
from node.service.cases.assigning import assign_cases
from node.service.staff.people import list_colleagues
from node.service.threads.going_on import Sort, list_matters, place_of
from node.web.pages.case import colleagues
from node.web.pages.filters import filters_of, narrow_of, query_of
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit
from node.web.words import N_

SHOWN: Final = 50
SORTS: Final[dict[str, Sort]] = {"": "due", "new": "new"}
NOBODY: Final = "nobody"  # in a form: the case is left open for any caseworker
NOT_GIVEN: Final = {
    "unknown": N_("There is no such case here for you."),
    "erased": N_("It was erased."),
    "kept_from": N_("Two people decided that this colleague’s organisation sees nothing of it."),
}


async def _inbox(v: Visit) -> web.Response:
    return await _shown(v, dict(v.query))


async def _shown(v: Visit, asked: dict[str, str], status: int = 200, **more: Any) -> web.Response:
    narrow, sort = narrow_of(v, asked), asked.get("sort", "")
    sort = sort if sort in SORTS else ""
    after = asked.get("after", "")
    after = after if place_of(after, SORTS[sort]) else ""
    page, names, people = await asyncio.gather(
        list_matters(v.node, v.actor, narrow, SORTS[sort], after, SHOWN),
        list_colleagues(v.staff, v.caller),
        colleagues(v),
    )
    here = query_of(narrow)
    done = asked.get("done", "")
    facts = {"error": None, "refused": {}, "given": 0, **more}
    return v.show(
        "inbox.html", status=status, page=page, names=names, people=people, sort=sort,
        filters=filters_of(v, "/inbox", narrow, sort=sort),
        sorts=[(code, v.with_query(**here, sort=code)) for code in SORTS],
        on=v.with_query(**here, sort=sort, after=page.after or ""),
        kept=here | {"sort": sort, "after": after}, not_given=NOT_GIVEN, nobody=NOBODY,
        done=int(done) if done.isascii() and done.isdigit() and len(done) < 4 else 0,
        **facts,
    )  # fmt: skip


async def _assign(v: Visit) -> web.Response:
    asked = {name: v.typed(name) for name in ("urgent", "today", "whose", "kind", "country", "sort", "after")}
    cases, owner = v.ticked("case"), v.typed("owner")
    try:
        if not cases or not owner:
            raise BadInput(
                "no case or no colleague was chosen",
                field="owner" if cases else "case",
                for_user=N_("Tick at least one case, and choose a colleague."),
            )
        refused = await assign_cases(v.node, v.actor, cases, None if owner == NOBODY else owner)
    except BadInput as error:
        return await _shown(v, asked, 422, error=error)
    given = len(set(cases)) - len(refused)
    if refused:
        return await _shown(v, asked, refused=refused, given=given)
    return v.go("/inbox" + v.with_query(**asked, done=str(given)))


INBOX: tuple[Page, ...] = (
    Page("GET", "/inbox", WORK, _inbox),
    Page("POST", "/inbox/assign", ("coordinator",), _assign),
)
