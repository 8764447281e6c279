"""A case: its people without names, its threads, her consents, who looked, and the opening of names with a reason."""

import asyncio
import re
from functools import partial
from typing import Any, Final

import msgspec
from aiohttp import web

from node.service.cases import cases, consents
from node.service.cases.change_forms import change_forms
from node.service.cases.heading import case_head
from node.service.cases.looks import who_looked
from node.service.cases.requests import PersonView, SetOwner
from node.service.cases.timeline import SHOWN, CaseTimeline, Of, case_timeline, pulse
from node.service.directory.called import called_in
from node.service.keep.restored import view_answer
from node.service.returns.plans import list_returns
from node.service.shown import mark_of
from node.service.staff.people import list_colleagues, list_users
from node.service.staff.reasons import reason_given
from node.web.pages.headings import headed
from node.web.pages.roles import WORK
from node.web.people import persons_of
from node.web.told import told
from node.web.visit import Page, Visit

COUNTRY: Final = re.compile("[A-Z]{2}")
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
    head, line, names = await asyncio.gather(
        case_head(v.node, v.actor, case_id), _timeline(v, case_id), list_colleagues(v.staff, v.caller)
    )
    is_usual = not v.query.get("of") and v.query.get("all") != "1"
    beat = await pulse(v.node, v.actor, case_id, line if is_usual else None)
    records, returns, given, people, restored = await asyncio.gather(
        consents.list_consents(v.node, v.actor, case_id),
        list_returns(v.node, v.actor, case_id),
        reason_given(v.staff, v.caller, case_id),
        colleagues(v),
        view_answer(v.node, v.actor, case_id),
    )
    countries = {one.peer for one in case.threads} | {v.node.country}
    facts = {
        "called_there": await called_in(v.node, countries, v.speech.code, case_id),
        "persons": None,
        "earlier": [],
        "changed": v.query.get("changed", ""),
        **more,
    }
    return v.show(
        "case.html", case=case, consents=records, returns=returns, reasons=REASONS,
        headings=headed(change_forms(), case.without_use),
        called=dict(persons_of(v, case)), given=given, colleagues=people, restored=restored,
        head=head, timeline=line, names=names, mark=mark_of(beat), of=v.query.get("of", ""),
        told=partial(told, v.speech),
        **facts,
    )  # fmt: skip


async def _timeline(v: Visit, case_id: str) -> CaseTimeline:
    """The newest of everything; of letters, of what was recorded here or of one country where a link asks for it."""
    asked = v.query.get("of", "")
    of: Of = "letters" if asked == "letters" else "here" if asked == "here" else "all"
    country = asked if COUNTRY.fullmatch(asked) else None
    limit = None if v.query.get("all") == "1" else SHOWN
    return await case_timeline(v.node, v.actor, case_id, of, country, limit)


async def colleagues(v: Visit) -> list[tuple[str, str]]:
    """Whom a coordinator may give a case to; nobody for a caseworker, who may take an open one."""
    if v.actor.role != "coordinator":
        return []
    users = await list_users(v.staff, v.caller)
    return [(one.user, one.name) for one in users if one.role in WORK and one.disabled_at is None]


async def _own(v: Visit) -> web.Response:
    await cases.set_owner(v.node, v.actor, v.path["case"], SetOwner(owner=v.typed("owner") or None))
    return v.go(f"/case/{v.path['case']}?changed=1")


async def _open_names(v: Visit) -> web.Response:
    """Names stand in the answer to this post only: no address leads to them, and a reload asks again."""
    opened = await cases.read_names(v.node, v.actor, v.path["case"], v.typed("reason"))
    return await _show(v, persons=opened.persons, earlier=opened.earlier)


async def _looks(v: Visit) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    looks = await who_looked(v.node, v.actor, case.case)
    names, is_marked = await list_colleagues(v.staff, v.caller), v.query.get("marked") == "1"
    shown = [one for one in looks if one.marks] if is_marked else looks
    return v.show("looks.html", case=case, looks=shown, names=names, is_marked=is_marked)


async def _facts(v: Visit) -> web.Response:
    """What is recorded, in words; that something waits for a second look is shown nowhere (H17)."""
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    persons = [(called, recorded(one)) for one, (_, called) in zip(case.persons, persons_of(v, case), strict=True)]
    named = ("trafficking_status", "first_intake_answered_at", "place_is_detention", "distrust", "retention")
    of_case = {name: msgspec.to_builtins(getattr(case, name)) for name in named}
    called = dict(persons_of(v, case))
    names = await list_colleagues(v.staff, v.caller)
    return v.show(
        "facts.html", case=case, persons=persons, of_case=_said(of_case), called=called, names=names,
        earlier=case.earlier,
    )  # fmt: skip


def recorded(person: PersonView) -> dict[str, Any]:
    """What is recorded of a person, less her number and what is shown nowhere (H17)."""
    plain: dict[str, Any] = msgspec.to_builtins(person)
    return _said({name: value for name, value in plain.items() if name not in ("person_id", "held_for_review")})


def _said(facts: dict[str, Any]) -> dict[str, Any]:
    """Less what nobody has recorded."""
    plain = {name: _said(one) if isinstance(one, dict) else one for name, one in facts.items()}
    return {name: one for name, one in plain.items() if one not in (None, [], (), {}, "", False)}


CASE: tuple[Page, ...] = (
    Page("GET", "/cases", WORK, _cases),
    Page("GET", "/case/{case}", WORK, _case),
    Page("POST", "/case/{case}/owner", WORK, _own),
    Page("POST", "/case/{case}/names", WORK, _open_names),
    Page("GET", "/case/{case}/looks", WORK, _looks),
    Page("GET", "/case/{case}/facts", WORK, _facts),
)
