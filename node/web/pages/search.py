"""Search: one box, posted so that no name stands in an address, and what may be meant with the reason for each.

Source: interface C11; issue 4.
"""

from typing import Any

from aiohttp import web

from node.errors import OpenTRMError
from node.service.finding.search import BEYOND_REASONS, search
from node.service.staff.people import list_colleagues
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit


async def _ask(v: Visit) -> web.Response:
    return _show(v)


async def _found(v: Visit) -> web.Response:
    """What was typed and found stands in the answer to this post only."""
    try:
        result = await search(v.staff, v.caller, v.typed("wanted"), v.typed("reason"))
    except OpenTRMError as error:
        return _show(v, status=422, error=error)
    return _show(v, result=result, names=await list_colleagues(v.staff, v.caller))


def _show(v: Visit, status: int = 200, **facts: Any) -> web.Response:
    known: dict[str, Any] = {"result": None, "names": {}, "wanted": v.typed("wanted"), "reasons": BEYOND_REASONS}
    return v.show("search.html", status=status, **{**known, **facts})


SEARCH: tuple[Page, ...] = (
    Page("GET", "/search", WORK, _ask),
    Page("POST", "/search", WORK, _found),
)
