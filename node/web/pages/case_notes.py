"""Notes of colleagues on a case: written in one field, read with a reason, in the answer to a post only."""

from typing import Any

from aiohttp import web

from node.errors import OpenTRMError
from node.service.cases import cases
from node.service.cases.case_notes import MAX_CHARACTERS, note_lines, open_notes, write_note
from node.service.staff.reasons import reason_given
from node.web.pages.case import REASONS
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit


async def _notes(v: Visit) -> web.Response:
    return await _show(v)


async def _write(v: Visit) -> web.Response:
    try:
        await write_note(v.node, v.actor, v.path["case"], v.typed("text"))
    except OpenTRMError as error:
        return await _show(v, status=422, error=problem(v, error))
    return v.go(f"/case/{v.path['case']}/notes?written=1")


async def _read(v: Visit) -> web.Response:
    try:
        opened = await open_notes(v.node, v.actor, v.path["case"], v.typed("reason"))
    except OpenTRMError as error:
        return await _show(v, status=409, error=problem(v, error))
    return await _show(v, notes=opened)


async def _show(v: Visit, status: int = 200, **more: Any) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    facts: dict[str, Any] = {
        "notes": await note_lines(v.node, v.actor, case.case), "reasons": REASONS, "most": MAX_CHARACTERS,
        "given": await reason_given(v.staff, v.caller, case.case), "written": v.query.get("written") == "1",
    }  # fmt: skip
    return v.show("case_notes.html", status=status, case=case, typed=v.form, **{**facts, **more})


CASE_NOTES: tuple[Page, ...] = (
    Page("GET", "/case/{case}/notes", WORK, _notes),
    Page("POST", "/case/{case}/notes", WORK, _write),
    Page("POST", "/case/{case}/notes/read", WORK, _read),
)
