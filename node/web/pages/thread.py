"""A matter with another country: one timeline of both sides with honest ticks, what may be done, and why not the rest.

Buttons come from the tables: what is allowed is asked, never known here. Source: interface C6, C7.
"""

from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, NotFound, OpenTRMError
from node.service.cases.drafts import drop_draft, read_draft, save_draft
from node.service.threads import acts, reading
from node.service.threads.commands import Act, FieldsOf, ThreadView
from node.service.threads.forms import form_of
from node.service.threads.preview import preview_act
from node.web.forms import body_of
from node.web.pages.case import REASONS
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit

INTERNAL: Final = frozenset({"_csrf", "_add", "_stay", "_step"})


async def _thread(v: Visit) -> web.Response:
    view = await reading.view_thread(v.node, v.actor, v.path["thread"])
    return v.show("thread.html", thread=view, sent=v.query.get("sent") == "1")


async def _letter(v: Visit) -> web.Response:
    """Reading is a post: it tells the other country that a person has it."""
    letter = await reading.open_letter(v.node, v.actor, v.path["letter"])
    return v.show("letter.html", letter=letter, reasons=REASONS, persons=None)


async def _identity(v: Visit) -> web.Response:
    letter_id = v.path["letter"]
    persons = await reading.open_identity(v.node, v.actor, letter_id, v.typed("reason"))
    letter = await reading.open_letter(v.node, v.actor, letter_id)
    return v.show("letter.html", letter=letter, reasons=REASONS, persons=persons)


async def _act(v: Visit) -> web.Response:
    view, kind = await _chosen(v)
    draft = await read_draft(v.node, v.actor, view.case, _ref(view, kind))
    return _form(v, view, kind, draft.typed if draft else {}, saved_at=draft.saved_at if draft else None)


async def _done(v: Visit) -> web.Response:
    """First what would leave is shown; only the second step sends. What was typed is saved at every step."""
    view, kind = await _chosen(v)
    typed = {name: list(values) for name, values in v.form.items() if name not in INTERNAL}
    await save_draft(v.node, v.actor, view.case, _ref(view, kind), typed)
    if v.typed("_stay"):
        return web.Response(status=204)
    if "_add" in v.form or v.typed("_step") == "edit":
        return _form(v, view, kind, v.form)
    try:
        command = _command(v, view, kind)
        if v.typed("_step") != "send":
            seen = await preview_act(v.node, v.actor, view.thread, view.peer, command)
            return v.show("check_act.html", thread=view, kind=kind, seen=seen, typed=typed)
        done = await acts.act(v.node, v.actor, view.thread, command)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return _form(v, view, kind, v.form, status=422, error=problem(v, error))
    await drop_draft(v.node, v.actor, view.case, _ref(view, kind))
    return v.go(f"/thread/{done.thread}?sent=1")


async def _stop(v: Visit) -> web.Response:
    if v.typed("sure") != "yes":
        raise BadInput("nobody said that they are sure", for_user=v.say("Tick that you are sure, then stop."))
    await acts.stop_thread(v.node, v.actor, v.path["thread"])
    return v.go(f"/thread/{v.path['thread']}")


async def _chosen(v: Visit) -> tuple[ThreadView, str]:
    view = await reading.view_thread(v.node, v.actor, v.path["thread"])
    kind = v.path["kind"]
    if kind not in {option.kind for option in view.options}:
        raise NotFound("no such act here", field="kind")
    return view, kind


def _form(v: Visit, view: ThreadView, kind: str, typed: Any, status: int = 200, **more: Any) -> web.Response:
    option = next(one for one in view.options if one.kind == kind)
    fields = form_of(kind)
    facts = {"saved_at": None, "error": None, **more}
    return v.show("act.html", status=status, thread=view, kind=kind, option=option, fields=fields, typed=typed, **facts)


def _command(v: Visit, view: ThreadView, kind: str) -> Act:
    fields = form_of(kind)
    body = body_of(fields, v.form, v.speech.zone) if fields else None
    disclose: dict[str, list[str]] = {}
    for one in v.ticked("_disclose"):
        token, _, name = one.partition(".")
        disclose.setdefault(view.persons.get(token, token), []).append(name)
    return Act(
        kind=kind, body=msgspec.Raw(msgspec.json.encode(body)),
        disclose=tuple(FieldsOf(person_id=who, fields=tuple(names)) for who, names in disclose.items()),
    )  # fmt: skip


def _ref(view: ThreadView, kind: str) -> str:
    return f"{view.thread}:{kind}"


THREAD: tuple[Page, ...] = (
    Page("GET", "/thread/{thread}", WORK, _thread),
    Page("POST", "/letter/{letter}", WORK, _letter),
    Page("POST", "/letter/{letter}/identity", WORK, _identity),
    Page("GET", "/thread/{thread}/do/{kind}", WORK, _act),
    Page("POST", "/thread/{thread}/do/{kind}", WORK, _done),
    Page("POST", "/thread/{thread}/stop", WORK, _stop),
)
