"""After a restore: the cases that wait, and for each what two people compare with what they know and answer for.

A backup forgot what was blocked, withdrawn or stopped since; what is missing is recorded first. Source: H08.
"""

import asyncio
from typing import Any

from aiohttp import web

from node.errors import OpenTRMError
from node.service.cases import cases, consents
from node.service.keep.restored import CaseCompared, answer_for_case, list_unanswered, view_answer
from node.service.staff.people import list_colleagues
from node.web.pages.case import recorded
from node.web.pages.roles import WORK
from node.web.people import persons_of
from node.web.visit import Page, Visit

COMPARED = CaseCompared.__struct_fields__


async def _all(v: Visit) -> web.Response:
    names = await list_colleagues(v.staff, v.caller)
    return v.show("restored.html", found=await list_unanswered(v.node, v.actor), names=names)


async def _one(v: Visit) -> web.Response:
    return await _show(v)


async def _answer(v: Visit) -> web.Response:
    compared = CaseCompared(**{name: v.typed(name) == "yes" for name in COMPARED})
    try:
        await answer_for_case(v.node, v.actor, v.path["case"], compared)
    except OpenTRMError as error:
        return await _show(v, status=409, error=error)
    return v.go(f"/case/{v.path['case']}/restored")


async def _show(v: Visit, status: int = 200, **more: Any) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    answer, records, names = await asyncio.gather(
        view_answer(v.node, v.actor, case.case), consents.list_consents(v.node, v.actor, case.case),
        list_colleagues(v.staff, v.caller),
    )  # fmt: skip
    persons = [(called, recorded(one)) for one, (_, called) in zip(case.persons, persons_of(v, case), strict=True)]
    return v.show(
        "restored_case.html", status=status, case=case, answer=answer, consents=records, names=names, persons=persons,
        called=dict(persons_of(v, case)), typed=v.form, **more,
    )  # fmt: skip


RESTORED: tuple[Page, ...] = (
    Page("GET", "/restored", ("coordinator",), _all),
    Page("GET", "/case/{case}/restored", WORK, _one),
    Page("POST", "/case/{case}/restored", WORK, _answer),
)
