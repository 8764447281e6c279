"""A case saved as a file, with a purpose and a line in its log; and the deadlines as a calendar that names nobody.

Source: interface C9, C13; H15.
"""

from aiohttp import web

from node.errors import OpenTRMError
from node.service.cases import cases
from node.service.evidence.case_file import FILE_PURPOSES, export_case
from node.service.threads.desk import inbox
from node.web.calendar_file import calendar
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit

BOARD = 200


async def _ask(v: Visit) -> web.Response:
    return await _show(v)


async def _save(v: Visit) -> web.Response:
    try:
        made = await export_case(v.node, v.actor, v.path["case"], v.typed("purpose"))
    except OpenTRMError as error:
        return await _show(v, status=409, error=problem(v, error))
    return v.download(made, "application/json", "case.json")


async def _show(v: Visit, status: int = 200, **more: object) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    return v.show("export.html", status=status, case=case, purposes=FILE_PURPOSES, typed=v.form, **more)


async def _calendar(v: Visit) -> web.Response:
    """Posted, so that no address that somebody could subscribe to leads to it."""
    due = (await inbox(v.node, v.actor, BOARD)).due
    title = v.say("Something is due at the work desk")
    title = f"{v.say('TRAINING')}: {title}" if v.node.training else title  # it lies beside real ones on a telephone
    return v.download(calendar(v.node, title, due), "text/calendar", "deadlines.ics")


EXPORT: tuple[Page, ...] = (
    Page("GET", "/case/{case}/export", WORK, _ask),
    Page("POST", "/case/{case}/export", WORK, _save),
    Page("POST", "/deadlines/calendar", WORK, _calendar),
)
