"""Every change of a case: a form made from its type, and the page on which a second person reads what would change.

What a change needs and how many people it takes its table says; here is only under which heading it stands.
Source: practice, the desk; R24.
"""

import asyncio
from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import NotFound, OpenTRMError
from node.service.cases import cases
from node.service.cases.change import Change
from node.service.cases.change_forms import ChangeForm, change_form, read_change, said_by
from node.service.cases.confirming import decide_change, overtaken_by
from node.service.cases.replacing import shown_case, would_replace
from node.service.cases.requests import CaseView, PendingView
from node.service.returns.alarms import list_care
from node.service.returns.plans import list_returns
from node.service.shown import Overtaken
from node.web import beside
from node.web.forms import Fields, request_of
from node.web.kept import OF_THE_FORM
from node.web.organisations import Organisations
from node.web.pages.naming import whom_to_distrust
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.people import persons_of
from node.web.visit import Page, Visit
from node.web.words import N_

OWN_PAGE: Final = {"first_intake": "referral/kept-from"}  # asked person by person, so it has a page of its own
WHOM: Final = {"value": N_("Whom"), "target": N_("If you typed a code: what is it the code of?")}
LATE: Final = N_("What this replaces was recorded after it was asked for. Look at both, then confirm it or refuse it.")
PRESET: Final = ("person_id", "plan_id", "care_id", "thread", "persons", "parent", "country")


async def _ask(v: Visit) -> web.Response:
    shown = await shown_case(v.node, v.actor, v.path["case"])  # before what is shown: newer is asked about
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    form = change_form(v.path["name"])
    if form.name in OWN_PAGE:
        return v.go(f"/case/{case.case}/{OWN_PAGE[form.name]}")
    choices = await choices_of(v, case)
    preset = {**_preset(v, form, choices), **({"target": ["organisation"]} if form.asks("target") else {})}
    linked = {name: preset[name] for name in v.query if name in preset}
    typed = {**preset, beside.SHOWN: [shown], **v.kept, **linked}
    return _show(v, case, form, choices, typed)


async def _make(v: Visit) -> web.Response:
    """Made at once, or it waits for the second person; what was typed stays on the page where it does not fit."""
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    form = change_form(v.path["name"])
    if "_add" in v.form:
        return _show(v, case, form, await choices_of(v, case), v.form)
    try:
        change = read_change(form.name, request_of(form.fields, await _as_meant(v, form), v.speech.zone))
        done = await cases.change_case(v.node, v.actor, case.case, change, v.typed(beside.SHOWN) or None)
    except Overtaken:
        return await _both(v, case, form, change)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return _show(v, case, form, await choices_of(v, case), v.form, status=422, error=problem(v, error))
    if not done.done:
        return v.go(f"/case/{case.case}/pending/{done.pending}")
    plan = v.typed("plan_id") if form.asks("plan_id") else ""
    return v.go(f"/case/{case.case}/return/{plan}" if plan else f"/case/{case.case}?changed=1")


async def _both(v: Visit, case: CaseView, form: ChangeForm, change: Change) -> web.Response:
    """What a colleague recorded meanwhile, beside what would take its place; recorded only when asked for again."""
    shown = await shown_case(v.node, v.actor, case.case)  # before what is shown: newer is asked about once more
    rows = beside.rows_of(await would_replace(v.node, v.actor, case.case, change))
    typed = {name: list(values) for name, values in v.form.items() if name not in OF_THE_FORM} | {beside.SHOWN: [shown]}
    called = {value: says for several in (await choices_of(v, case)).values() for value, says in several}
    return beside.show(v, rows, v.say(beside.CHANGED), typed, f"/case/{case.case}/change/{form.name}", beside.RECORD,
                       called=called, persons=dict(persons_of(v, case)))  # fmt: skip


async def _pending(v: Visit) -> web.Response:
    return await _show_pending(v)


async def _decide(v: Visit) -> web.Response:
    case_id, approve = v.path["case"], v.typed("decision") == "approve"
    try:
        await decide_change(v.node, v.actor, case_id, _number(v.path["pending"]), approve, shown=v.typed(beside.SHOWN))
    except Overtaken:
        return await _show_pending(v, status=409)  # which says it, and shows both
    except OpenTRMError as error:
        return await _show_pending(v, status=409, error=problem(v, error))
    return v.go(f"/case/{case_id}?changed={'1' if approve else 'no'}")


async def choices_of(v: Visit, case: CaseView) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen on a form about this case: its persons, plans, care on the way and matters."""
    plans, care = await asyncio.gather(list_returns(v.node, v.actor, case.case), list_care(v.node, v.actor, case.case))
    persons = persons_of(v, case)
    return {
        **dict.fromkeys(("person_id", "persons", "parent"), persons),
        "plan_id": [(one.plan, v.speech.country(one.country)) for one in plans if one.ended_at is None],
        "care_id": [(one.care, v.speech.when(one.opened_at)) for one in care if one.ended_at is None],
        "thread": [(one.thread, f"{v.speech.country(one.peer)} {one.thread[:8]}") for one in case.threads],
        "value": [(value, label) for value, (_, label) in (await whom_to_distrust(v)).items()],
    }


async def _as_meant(v: Visit, form: ChangeForm) -> Fields:
    """Whom two people distrust is of the kind that the list says; only a typed code needs the question."""
    known = await whom_to_distrust(v) if form.asks("target") else {}
    return {**v.form, "target": [known[v.typed("value")][0]]} if v.typed("value") in known else v.form


def _preset(v: Visit, form: ChangeForm, choices: dict[str, list[tuple[str, str]]]) -> dict[str, list[str]]:
    """What the link said, else the only thing that can be chosen."""
    found = {}
    for name in (one.name for one in form.fields if one.name in PRESET):
        known = [value for value, _ in choices.get(name, [])]
        wanted = v.query.get(name, "")
        if wanted and (wanted in known or name == "country"):
            found[name] = [wanted]
        elif len(known) == 1:
            found[name] = known
    return found


def _show(
    v: Visit, case: CaseView, form: ChangeForm, choices: dict[str, list[tuple[str, str]]], typed: Fields,
    status: int = 200, **more: Any,
) -> web.Response:  # fmt: skip
    if form.asks("target"):
        form, more = msgspec.structs.replace(form, fields=form.fields[::-1]), {"labels": WHOM, **more}
    return v.show("change.html", status=status, case=case, form=form, choices=choices, typed=typed, anywhere=True,
                  typed_too=("value",), **more)  # fmt: skip


async def _show_pending(v: Visit, **more: Any) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    waiting = _waiting(case, _number(v.path["pending"]))
    late = await overtaken_by(v.node, v.actor, case.case, waiting.id)
    choices = await choices_of(v, case)
    called = dict(choices["person_id"] + choices["plan_id"] + choices["care_id"] + choices["thread"])
    name = str(waiting.change.__struct_config__.tag)
    said = said_by(waiting.change)
    if "target" in said:
        called[said["value"]] = Organisations(v, {}).distrusted(said["target"], said["value"])
    return v.show("pending.html", case=case, waiting=waiting, name=name, said=said, called=called,
                  rows=beside.rows_of(late.rows), shown=late.mark, late=v.say(LATE), persons=dict(choices["person_id"]),
                  **more)  # fmt: skip


def _waiting(case: CaseView, number: int) -> PendingView:
    found = next((one for one in case.waits_for_second if one.id == number), None)
    if found is None:
        raise NotFound("no such change waits in this case", field="pending")
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


CHANGES: tuple[Page, ...] = (
    Page("GET", "/case/{case}/change/{name}", WORK, _ask),
    Page("POST", "/case/{case}/change/{name}", WORK, _make),
    Page("GET", "/case/{case}/pending/{pending}", WORK, _pending),
    Page("POST", "/case/{case}/pending/{pending}", WORK, _decide),
)
