"""Beginning any other matter from a case: which kind, which country, its form from its type, what would leave, send.

What the case knows of her is not asked again. Letters that have a page of their own lead there. Source: interface C4;
issue 4, opening kinds.
"""

from dataclasses import replace
from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, NotFound, OpenTRMError
from node.service.cases import cases
from node.service.cases.drafts import read_draft, sent_draft
from node.service.cases.requests import CaseView
from node.service.threads.commands import FieldsOf, OpenThread
from node.service.threads.doors import OPENING
from node.service.threads.forms import FormField, carried_by, fields_of, opening_form
from node.service.threads.opening import open_thread
from node.service.threads.preview import Preview, preview_thread
from node.service.threads.told import purpose_for
from node.web import beside
from node.web.forms import Fields, body_of
from node.web.kept import OF_THE_FORM
from node.web.pages.referral import countries_known, problem
from node.web.pages.roles import WORK
from node.web.people import persons_of
from node.web.visit import ROOT, Page, Visit
from node.web.words import N_

URGENCY: Final = N_("How fast do you need the answer?")
OWN_PAGE: Final = {"referral.offer": "/case/{case}/referral"}


async def _choose(v: Visit) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    kinds = [(kind, OWN_PAGE[kind].format(case=case.case) if kind in OWN_PAGE else f"/case/{case.case}/open/{kind}")
             for kind in OPENING]  # fmt: skip
    return v.show("open.html", case=case, kinds=kinds)


async def _ask(v: Visit) -> web.Response:
    case, kind = await _chosen(v)
    if kind in OWN_PAGE:
        return v.go(OWN_PAGE[kind].format(case=case.case))
    draft = await read_draft(v.node, v.actor, case.case, _ref(kind))
    preset = {"_peer": [v.query["peer"]]} if "peer" in v.query else {}
    persons = {"_persons": [one.person_id for one in case.persons]}
    v = replace(v, made_from=draft.mark if draft else "")
    return _show(v, case, kind, {**persons, **(draft.typed if draft else {}), **preset})


async def _done(v: Visit) -> web.Response:
    """First what would leave is shown; only the second step sends. What was typed is saved at every step."""
    case, kind = await _chosen(v)
    typed = {name: list(values) for name, values in v.form.items() if name not in OF_THE_FORM}
    back = f"/case/{case.case}/open/{kind}"
    v, answer = await beside.save(v, case.case, _ref(kind), typed, back, called=dict(persons_of(v, case)))
    if answer is not None:
        return answer
    if "_add" in v.form or v.typed("_step") == "edit":
        return _show(v, case, kind, v.form)
    try:
        command = _command(v, case, kind)
        if v.typed("_step") != "send":
            seen = await preview_thread(v.node, v.actor, case.case, command)
            return _check(v, case, kind, seen, typed)
        done = await open_thread(v.node, v.actor, case.case, command)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return _show(v, case, kind, v.form, status=422, error=problem(v, error))
    await sent_draft(v.node, v.actor, case.case, _ref(kind), done.letter_id if v.undo_s else None)
    return v.go(f"/thread/{done.thread}?sent=1")


async def _chosen(v: Visit) -> tuple[CaseView, str]:
    case, kind = await cases.view_case(v.node, v.actor, v.path["case"]), v.path["kind"]
    if kind not in OPENING:
        raise NotFound("no matter begins with this letter", field="kind")
    return case, kind


def _command(v: Visit, case: CaseView, kind: str) -> OpenThread:
    peer = v.typed("_peer")
    if peer not in {one.country for one in countries_known(v)}:
        raise BadInput("no country was chosen", field="_peer", for_user=v.say("Choose the country first."))
    body = body_of(opening_form(kind), v.form, v.speech.zone)
    disclose: dict[str, list[str]] = {}
    for one in v.ticked("_disclose"):
        who, _, name = one.partition(".")
        disclose.setdefault(who, []).append(name)
    facts: dict[str, Any] = {
        "peer": peer,
        "kind": kind,
        "persons": tuple(one.person_id for one in case.persons if one.person_id in v.ticked("_persons")),
        "disclose": tuple(FieldsOf(person_id=who, fields=tuple(names)) for who, names in disclose.items()),
        "urgency": v.typed("_urgency") or "routine",
        "relates_to": v.typed("_relates_to") or None,
        "undo_s": v.undo_s,
    }
    return msgspec.convert({**facts, "body": msgspec.Raw(msgspec.json.encode(body))}, OpenThread)


def _show(v: Visit, case: CaseView, kind: str, typed: Fields, status: int = 200, **more: Any) -> web.Response:
    return v.show(
        "open_form.html", status=status, case=case, kind=kind, fields=opening_form(kind), typed=typed,
        countries=countries_known(v), people=persons_of(v, case), urgency=_urgency(),
        told=carried_by(kind), labels={"_urgency": URGENCY}, **more,
    )  # fmt: skip


def _check(v: Visit, case: CaseView, kind: str, seen: Preview, typed: Fields) -> web.Response:
    consent = f"/case/{case.case}/consent?peer={seen.peer}&purpose={purpose_for(kind) or ''}"
    return v.show(
        "check_open.html",
        action=f"{ROOT}/case/{case.case}/open/{kind}",
        case=case,
        kind=kind,
        seen=seen,
        typed=typed,
        consent=consent,
        called=dict(persons_of(v, case)),
    )


def _urgency() -> FormField:
    return next(msgspec.structs.replace(one, name="_urgency") for one in fields_of(OpenThread) if one.name == "urgency")


def _ref(kind: str) -> str:
    return f"open.{kind}"


OPEN: tuple[Page, ...] = (
    Page("GET", "/case/{case}/open", WORK, _choose),
    Page("GET", "/case/{case}/open/{kind}", WORK, _ask),
    Page("POST", "/case/{case}/open/{kind}", WORK, _done),
)
