"""A matter with another country: one timeline of both sides with honest ticks, what may be done, and why not the rest.

Buttons come from the tables: what is allowed is asked, never known here. Source: interface C6, C7.
"""

from dataclasses import replace
from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, NotFound, OpenTRMError
from node.service.cases.drafts import read_draft, sent_draft
from node.service.rights.asked import asked_to_erase
from node.service.shown import mark_of
from node.service.staff.reasons import reason_given
from node.service.threads import acts, reading
from node.service.threads.away import whom_to_phone
from node.service.threads.commands import Act, FieldsOf, ThreadView
from node.service.threads.corrected import Persons
from node.service.threads.forms import carried_by, form_of
from node.service.threads.preview import preview_act
from node.service.threads.told import needed
from node.web import beside
from node.web.forms import body_of
from node.web.kept import OF_THE_FORM
from node.web.pages.case import REASONS
from node.web.pages.doors import act_path, door_of, has_page
from node.web.pages.naming import named_in, our_organisations
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.people import called_of
from node.web.visit import ROOT, Page, Visit
from node.web.words import word

ERASED: Final = "erasure.confirm"
ANSWERS_NEED: Final = frozenset({"referral.disclose"})  # it tells what the acceptance asked for


async def _thread(v: Visit) -> web.Response:
    return await show_thread(v, v.path["thread"])


async def show_thread(v: Visit, thread: str, status: int = 200, **more: Any) -> web.Response:
    """The page of a matter."""
    view = await reading.view_thread(v.node, v.actor, thread)
    doors = {one.gate: door_of(one.clears, view.case, view.peer, "", view.thread) for one in view.next}
    away = await whom_to_phone(v.node, v.actor, view.thread) if view.away else None
    return v.show(
        "thread.html", away=away, thread=view, sent=v.query.get("sent") == "1", noted=v.query.get("noted") == "1",
        doors=doors, mark=mark_of(view),
        written={kind: act_path(view.thread, kind) for kind in _kinds(view) if has_page(kind)}, status=status, **more,
    )  # fmt: skip


def _kinds(view: ThreadView) -> list[str]:
    return [*(one.kind for one in view.options), *view.owed]


async def _letter(v: Visit) -> web.Response:
    """Reading is a post: it tells the other country that a person has it."""
    return await _show_letter(v, None)


async def _identity(v: Visit) -> web.Response:
    """Names stand in the answer to this post only; who and why was logged before."""
    opened = await reading.open_sealed(v.node, v.actor, v.path["letter"], v.typed("reason"))
    return await _show_letter(v, opened.persons, opened.before)


async def _show_letter(v: Visit, persons: Persons | None, before: Persons | None = None) -> web.Response:
    """Every kind in words: persons by their place, newer versions and what it waits for beside it."""
    letter: dict[str, Any] = dict(await reading.open_letter(v.node, v.actor, v.path["letter"]))
    view = await reading.view_thread(v.node, v.actor, letter["thread"])
    here = next((one for one in view.letters if one.letter_id == letter["letter_id"]), None)
    tokens = [*view.persons, *(entry["token"] for entry in letter.get("consent", ()))]
    called = called_of(v.speech, list(dict.fromkeys(tokens)))
    given = await reason_given(v.staff, v.caller, view.case)
    newer = [one for one in view.letters if here is not None and one.letter_id in here.corrected_by]
    return v.show("letter.html", letter=letter, here=here, thread=view, newer=newer, reasons=REASONS, given=given,
                  persons=persons, before=before or {}, called=called,
                  called_there=await named_in(v, view))  # fmt: skip


async def _act(v: Visit) -> web.Response:
    view, kind = await _chosen(v)
    if act_path(view.thread, kind) != f"/thread/{view.thread}/do/{kind}":
        return v.go(act_path(view.thread, kind))
    draft = await read_draft(v.node, v.actor, view.case, _ref(view, kind))
    typed = draft.typed if draft else await _preset(v, view, kind)
    v = replace(v, made_from=draft.mark if draft else "")
    return await _form(v, view, kind, typed, saved_at=draft.saved_at if draft else None)


async def _done(v: Visit) -> web.Response:
    """First what would leave is shown; only the second step sends. What was typed is saved at every step."""
    view, kind = await _chosen(v)
    typed = {name: list(values) for name, values in v.form.items() if name not in OF_THE_FORM}
    called = called_of(v.speech, list(view.persons) or view.tokens or _whom(typed))
    back = f"/thread/{view.thread}/do/{kind}"
    v, answer = await beside.save(v, view.case, _ref(view, kind), typed, back, called=called)
    if answer is not None:
        return answer
    if "_add" in v.form or v.typed("_step") == "edit":
        return await _form(v, view, kind, v.form)
    try:
        command = await _command(v, view, kind)
        if v.typed("_step") != "send":
            seen = await preview_act(v.node, v.actor, view.thread, view.peer, command)
            action = f"{ROOT}/thread/{view.thread}/do/{kind}"
            named = await named_in(v, view)
            return v.show(
                "check_act.html", action=action, kind=kind, seen=seen, typed=typed, called=called, called_there=named
            )
        done = await acts.act(v.node, v.actor, view.thread, command)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _form(v, view, kind, v.form, status=422, error=problem(v, error))
    await sent_draft(v.node, v.actor, view.case, _ref(view, kind), done.letter_id if v.undo_s else None)
    return v.go(f"/thread/{done.thread}?{'sent' if done.letter_id else 'noted'}=1")


async def _stop(v: Visit) -> web.Response:
    if v.typed("sure") != "yes":
        says = v.say("Tick that you are sure, then stop.")
        unsure = BadInput("nobody said that they are sure", field="sure", for_user=says)
        return await show_thread(v, v.path["thread"], status=422, error=unsure)
    await acts.stop_thread(v.node, v.actor, v.path["thread"])
    return v.go(f"/thread/{v.path['thread']}")


async def _chosen(v: Visit) -> tuple[ThreadView, str]:
    view = await reading.view_thread(v.node, v.actor, v.path["thread"])
    kind = v.path["kind"]
    if kind not in {*(option.kind for option in view.options), *view.owed}:
        raise NotFound("no such act here", field="kind")
    return view, kind


async def _preset(v: Visit, view: ThreadView, kind: str) -> dict[str, list[str]]:
    """What was asked for: fields she allows, items to erase; all else is off."""
    if kind in ANSWERS_NEED:
        items = await needed(v.node, v.actor, view.thread)
        return {"_disclose": [f"{one.person}.{one.field}" for one in items if one.allowed]}
    asked = await asked_to_erase(v.node, v.actor, view.thread) if kind == ERASED else None
    if asked is None:
        return {}
    found = {"token": [asked.token], "onward": list(asked.onward)}
    for row, item in enumerate(asked.items):
        found |= {f"items.{row}.letter_id": [item.letter_id], f"items.{row}.levels": list(item.levels)}
    return found


def _choices(v: Visit, view: ThreadView, kind: str, called: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Persons and letters of this matter by what people call them, so that nobody copies a reference."""
    theirs = kind == ERASED  # what we erase came from them; everything else is about what we sent
    listed = [one for one in view.letters if (one.direction == "in") == theirs and not one.erased]
    letters = [
        (one.letter_id, v.speech.row(word(v.speech, one.kind or "letter"), v.speech.when(one.at))) for one in listed
    ]
    persons = list(called.items())
    choices = dict.fromkeys(("letter_id", "supersedes", "letters"), letters)
    return {name: several for name, several in {**choices, "token": persons, "person": persons}.items() if several}


def _whom(typed: Any) -> list[str]:
    """The person whom the form is about already, where the thread names nobody any more: she took her consent back."""
    return [str(one) for one in typed.get("token", [])]


async def _form(v: Visit, view: ThreadView, kind: str, typed: Any, status: int = 200, **more: Any) -> web.Response:
    option = next((one for one in view.options if one.kind == kind), None)
    fields = form_of(kind)
    asked = await needed(v.node, v.actor, view.thread) if kind in ANSWERS_NEED else []
    others = carried_by(kind) if kind not in ANSWERS_NEED else ()
    facts = {"saved_at": None, "error": None, "needed": asked, "others": others, **more}
    called = called_of(v.speech, list(view.persons) or view.tokens or _whom(typed))
    choices = {**_choices(v, view, kind, called), "id": await our_organisations(v)}
    facts |= {"called": called, "choices": choices, "typed_too": ("id",), "called_there": await named_in(v, view)}
    return v.show("act.html", status=status, thread=view, kind=kind, option=option, fields=fields, typed=typed, **facts)


async def _command(v: Visit, view: ThreadView, kind: str) -> Act:
    asked = await asked_to_erase(v.node, v.actor, view.thread) if kind == ERASED else None
    fields = form_of(kind)
    body = body_of(fields, v.form, v.speech.zone)
    disclose: dict[str, list[str]] = {}
    for one in v.ticked("_disclose"):
        token, _, name = one.partition(".")
        disclose.setdefault(view.persons.get(token, token), []).append(name)
    return Act(
        kind=kind, body=msgspec.Raw(msgspec.json.encode(body)), in_reply_to=asked.letter if asked else None,
        disclose=tuple(FieldsOf(person_id=who, fields=tuple(names)) for who, names in disclose.items()),
        undo_s=v.undo_s,
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
