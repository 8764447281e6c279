"""Her rights over a whole case: who holds what about her, asking every country, and telling of an exposure.

Source: R28, R33; GDPR 15, 33; practice H18.
"""

import asyncio
from typing import Any

import msgspec
from aiohttp import web

from node.errors import OpenTRMError
from node.service.cases import cases
from node.service.rights import access, breach
from node.service.rights.breach import ReportBreach
from node.service.rights.sheet import sheet
from node.service.threads.commands import LetterView
from node.service.threads.forms import fields_of
from node.service.threads.reading import view_thread
from node.web.forms import asked
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit

LEADS = ("coordinator",)


async def _sheet(v: Visit) -> web.Response:
    return await _show_sheet(v)


async def _shown(v: Visit) -> web.Response:
    """That somebody looked is logged before it is shown, so it is the answer to a post."""
    try:
        found = await sheet(v.node, v.actor, v.path["case"], v.typed("to") or v.node.country)
    except OpenTRMError as error:
        return await _show_sheet(v, status=409, error=problem(v, error))
    return await _show_sheet(v, sheet=found)


async def _ask_all(v: Visit) -> web.Response:
    done = await access.ask_everybody(v.node, v.actor, v.path["case"])
    return v.go(f"/case/{v.path['case']}/sheet?asked={done.asked}")


async def _breach(v: Visit) -> web.Response:
    return await _show_breach(v)


async def _report(v: Visit) -> web.Response:
    try:
        done = await breach.report_breach(v.node, v.actor, asked(ReportBreach, v.form, v.speech.zone))
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _show_breach(v, status=422, error=problem(v, error))
    return v.go(f"/case/{v.path['case']}/breach?told={done.notices}")


async def _show_sheet(v: Visit, **more: Any) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    facts = {"sheet": None, "asked": v.query.get("asked", ""), **more}
    return v.show("sheet.html", case=case, countries=sorted(v.node.view.countries), **facts)


async def _show_breach(v: Visit, **more: Any) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    views = await asyncio.gather(*(view_thread(v.node, v.actor, one.thread) for one in case.threads))
    letters = [
        (one.letter_id, v.speech.row(v.word(one.kind or "letter"), v.speech.country(view.peer), _when(v, one)))
        for view in views
        for one in view.letters
        if not one.erased
    ]
    facts = {"told": v.query.get("told", ""), **more}
    return v.show(
        "breach.html", case=case, fields=fields_of(ReportBreach), choices={"letters": letters},
        typed=v.form or v.kept, **facts,
    )  # fmt: skip


def _when(v: Visit, letter: LetterView) -> str:
    return v.speech.row(v.speech.when(letter.at), letter.letter_id[:8])


RIGHTS_CASE: tuple[Page, ...] = (
    Page("GET", "/case/{case}/sheet", WORK, _sheet),
    Page("POST", "/case/{case}/sheet", WORK, _shown),
    Page("POST", "/case/{case}/ask-all", WORK, _ask_all),
    Page("GET", "/case/{case}/breach", LEADS, _breach),
    Page("POST", "/case/{case}/breach", LEADS, _report),
)
