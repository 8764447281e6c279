"""Danger now: four fields, sixty seconds, the telephone number in sight before and while it is sent.

Whether it may go, and whether a second person is needed, the use case says. Source: practice, the desk, H35; R02.
"""

import asyncio
from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, OpenTRMError
from node.service.cases.cases import list_cases, view_case
from node.service.safety.alerts import raise_alert
from node.service.safety.listing import open_alerts
from node.service.safety.reach import phone_book
from node.service.safety.requests import RaiseAlert
from node.service.threads.forms import fields_of, told_in_alert
from node.service.threads.phoning import closed_even_in_danger
from node.web.forms import Fields, asked
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit
from node.web.words import N_

HOUR_S: Final = 3600
LASTS: Final = (("2", N_("Two hours")), ("24", N_("A day")), ("72", N_("Three days")), ("168", N_("A week or longer")))
FOUR: Final = ("dangers", "peer", "until", "safe_contact", "justification")
NEVER_ASKED: Final = ("persons", "thread", "names", "names_needed", "office")  # these follow, or stand by the names
PRESET: Final[Fields] = {
    "for_hours": ["24"], "justification": ["no_time_to_ask"], "urgency": ["life_threat"], "about": ["the_person"],
    "setting": ["not_known"],
}  # fmt: skip


async def _danger(v: Visit) -> web.Response:
    chosen = {"case": [v.query["case"]]} if "case" in v.query else {}
    return await _show(v, {**PRESET, **chosen})


async def _send(v: Visit) -> web.Response:
    """Straight to the alert's own page, which has the number and what to say."""
    try:
        case, command = v.typed("case"), await _command(v)
        done = await raise_alert(v.node, v.actor, case, command)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _show(v, v.form, status=422, error=problem(v, error))
    return v.go(f"/alerts/{done.pending or done.letter_id}?sent=1")


async def _command(v: Visit) -> RaiseAlert:
    hours = v.typed("for_hours")
    for name, missing in (("case", v.typed("case")), ("peer", v.typed("peer")), ("until", hours)):
        if not missing:
            raise BadInput("something is missing", field=name, for_user=v.say("Choose one."))
    if hours not in dict(LASTS):
        raise BadInput("no such time", field="until", for_user=v.say("Choose one."))
    fixed: dict[str, Any] = dict.fromkeys(("persons", "names"), ())
    fixed |= {"thread": None, "office": None, "until": v.node.now() + int(hours) * HOUR_S}
    if names := [one for one in v.ticked("name") if one in told_in_alert()]:
        her = (await view_case(v.node, v.actor, v.typed("case"))).persons[0]
        fixed["names"] = ({"person_id": her.person_id, "fields": names},)
    return asked(RaiseAlert, v.form, v.speech.zone, **fixed)


async def _show(v: Visit, typed: Fields, **more: Any) -> web.Response:
    cases, phones, alerts = await asyncio.gather(
        list_cases(v.node, v.actor, 50), phone_book(v.node), open_alerts(v.node, v.actor)
    )
    chosen = (typed.get("case") or [""])[-1]
    listed = [one for one in cases.cases if not one.erased]
    listed = [one for one in listed if one.case == chosen] or listed
    about = chosen if any(one.case == chosen for one in listed) else ""
    closed = await closed_even_in_danger(v.node, v.actor, about) if about else frozenset[str]()
    fields = {one.name: one for one in fields_of(RaiseAlert)}
    rest = [one for name, one in fields.items() if name not in (*FOUR, *NEVER_ASKED)]
    return v.show(
        "danger.html", cases=listed, phones=phones, closed=closed, open=len(alerts), field=fields, more=rest,
        lasts=LASTS, names=told_in_alert(), typed=typed, **more,
    )  # fmt: skip


DANGER: tuple[Page, ...] = (
    Page("GET", "/danger", WORK, _danger),
    Page("POST", "/danger", WORK, _send),
)
