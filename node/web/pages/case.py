"""A case: its people without names, its threads, her consents, who looked, and the opening of names with a reason."""

import asyncio
from typing import Any

from aiohttp import web

from node.errors import OpenTRMError
from node.service.cases import cases, consents
from node.service.returns.plans import list_returns
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit

REASONS = ("prepare_reception", "arrange_meeting", "give_service", "keep_safe", "person_asked")


async def _cases(v: Visit) -> web.Response:
    before = v.query.get("before", "")
    page = await cases.list_cases(v.node, v.actor, 50, int(before) if before.isascii() and before.isdigit() else None)
    return v.show("cases.html", page=page)


async def _case(v: Visit) -> web.Response:
    return await _show(v)


async def _show(v: Visit, **more: Any) -> web.Response:
    case_id = v.path["case"]
    case = await cases.view_case(v.node, v.actor, case_id)
    records, returns = await asyncio.gather(
        consents.list_consents(v.node, v.actor, case_id), list_returns(v.node, v.actor, case_id)
    )
    facts = {"persons": None, **more}
    return v.show("case.html", case=case, consents=records, returns=returns, reasons=REASONS, **facts)


async def _open_names(v: Visit) -> web.Response:
    """Names stand in the answer to this post only: no address leads to them, and a reload asks again."""
    opened = await cases.read_names(v.node, v.actor, v.path["case"], v.typed("reason"))
    return await _show(v, persons=opened.persons)


async def _looks(v: Visit) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    looks = await cases.who_looked(v.node, v.actor, case.case)
    return v.show("looks.html", case=case, looks=looks)


async def _decide(v: Visit) -> web.Response:
    text, approve = v.path["pending"], v.typed("decision") == "approve"
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
    try:
        await cases.decide_change(v.node, v.actor, v.path["case"], number, approve)
    except OpenTRMError as error:
        return await _show(v, status=409, error=error)
    return v.go(f"/case/{v.path['case']}")


CASE: tuple[Page, ...] = (
    Page("GET", "/cases", WORK, _cases),
    Page("GET", "/case/{case}", WORK, _case),
    Page("POST", "/case/{case}/names", WORK, _open_names),
    Page("GET", "/case/{case}/looks", WORK, _looks),
    Page("POST", "/case/{case}/pending/{pending}", WORK, _decide),
)
