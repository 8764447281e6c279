"""Voluntary return: a plan, its ten gates, what opens each, approval, halting, and that she changed her mind.

The gates and what clears them are asked from the use case; this page only knows on which address each door stands.
Source: interface C8; practice, the desk, H23; R07, R24, R31.
"""

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
from aiohttp import web

from node.errors import NotFound, OpenTRMError
from node.service.cases import cases
from node.service.cases.change_forms import change_forms
from node.service.cases.requests import CaseView
from node.service.returns import alarms, halting, plans
from node.service.returns.halting import HaltReturn
from node.service.returns.plans import PlanView
from node.service.shown import Overtaken
from node.service.threads.doors import OPENING
from node.service.threads.forms import fields_of
from node.web.beside import FROM
from node.web.forms import asked
from node.web.pages.case import REASONS
from node.web.pages.doors import door_of
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.people import persons_of
from node.web.visit import Page, Visit

OPENS: tuple[str, ...] = ("return.request", "transit.request")


async def _plan(v: Visit) -> web.Response:
    return await _show(v)


async def _approve(v: Visit) -> web.Response:
    try:
        await plans.approve_plan(v.node, v.actor, v.path["case"], v.path["plan"], v.typed(FROM))
    except OpenTRMError as error:
        return await _show(v, status=409, error=problem(v, error))
    return _again(v)


async def _halt(v: Visit) -> web.Response:
    await _found(v)
    try:
        await halting.halt_return(
            v.node, v.actor, v.path["case"], v.path["plan"], asked(HaltReturn, v.form, v.speech.zone)
        )
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _show(v, status=422, error=problem(v, error))
    return _again(v)


async def _care(v: Visit) -> web.Response:
    return await _show_care(v)


async def _place(v: Visit) -> web.Response:
    """Where she sleeps tonight: written, sealed, and not shown again without a reason."""
    place = v.typed("place")
    if place:
        command = alarms.WritePlace(place=place[:2000])
        try:
            await alarms.write_place(v.node, v.actor, v.path["case"], v.path["care"], command, v.typed(FROM))
        except Overtaken as error:
            return await _show_care(v, status=409, error=error)
    else:
        await cases.view_case(v.node, v.actor, v.path["case"])
    return v.go(f"/case/{v.path['case']}/care")


async def _open_place(v: Visit) -> web.Response:
    """The place stands in the answer to this post only; who and why is logged before."""
    shown = await alarms.open_place(v.node, v.actor, v.path["case"], v.typed("reason"))
    return await _show_care(v, place=shown.place or v.say("Nobody has written it down."))


async def _show(v: Visit, **more: Any) -> web.Response:
    shown = await plans.shown_plan(v.node, v.actor, v.path["case"], v.path["plan"])  # before what is shown
    v = replace(v, made_from=shown)
    case, plan = await _found(v)
    persons = dict(persons_of(v, case))
    going = [(one.person_id, persons.get(one.person_id, "")) for one in plan.persons]
    shut = [one for one in plan.gates if not one.is_open]
    doors = {one.gate: door_of(one.clears, case.case, plan.country, plan.plan, plan.thread) for one in shut}
    return v.show(
        "return.html", case=case, plan=plan, going=going, doors=doors, halt=fields_of(HaltReturn), typed=v.form,
        changes=[one for one in change_forms().values() if one.asks("plan_id")],
        opens=_openings(plan), **more,
    )  # fmt: skip


def _openings(plan: PlanView) -> list[tuple[str, str]]:
    """Matters that a plan begins: with its country while none is under way, and with each country on the way."""
    home = [] if plan.thread else [(OPENS[0], plan.country)]
    through = plan.journey.through if plan.journey else ()
    return [one for one in [*home, *((OPENS[1], country) for country in through)] if one[0] in OPENING]


async def _found(v: Visit) -> tuple[CaseView, PlanView]:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    known = await plans.list_returns(v.node, v.actor, case.case)
    plan = next((one for one in known if one.plan == v.path["plan"]), None)
    if plan is None:
        raise NotFound("no such return plan in this case", field="plan")
    return case, plan


async def _show_care(v: Visit, **more: Any) -> web.Response:
    case_id = v.path["case"]
    case, care = await asyncio.gather(
        cases.view_case(v.node, v.actor, case_id), alarms.list_care(v.node, v.actor, case_id)
    )
    facts = {"reasons": REASONS, "typed": v.typed("place"), "typed_for": v.path.get("care", ""), "place": None, **more}
    return v.show("care.html", case=case, care=care, **facts)


def _again(v: Visit) -> web.Response:
    return v.go(f"/case/{v.path['case']}/return/{v.path['plan']}")


RETURNS: tuple[Page, ...] = (
    Page("GET", "/case/{case}/return/{plan}", WORK, _plan),
    Page("POST", "/case/{case}/return/{plan}/approve", WORK, _approve),
    Page("POST", "/case/{case}/return/{plan}/halt", WORK, _halt),
    Page("GET", "/case/{case}/care", WORK, _care),
    Page("POST", "/case/{case}/care/{care}/place", WORK, _place),
    Page("POST", "/case/{case}/place", WORK, _open_place),
)
