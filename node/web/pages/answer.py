"""Accepting a referral: what was asked is preset, and what must be known of her is ticked field by field (R04)."""

from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, NotFound, OpenTRMError
from node.service.cases.drafts import sent_draft
from node.service.directory.views import view_entry
from node.service.threads import acts, reading
from node.service.threads.commands import Act, ThreadView
from node.service.threads.forms import FormField, form_of, told_after_acceptance
from node.service.threads.preview import preview_act
from node.web.forms import Fields, body_of
from node.web.kept import OF_THE_FORM
from node.web.pages.naming import named_in, our_organisations
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.people import called_of
from node.web.visit import ROOT, Page, Visit
from node.web.words import N_

ACCEPT: Final = "referral.accept"
TICKED: Final = frozenset({"persons", "data_needed"})  # asked for person by person, below
TYPED_TOO: Final = ("id",)  # an organisation that helps, and of which nobody signs in here
LABELS: Final = {
    "organisation.id": N_("Organisation that will care for her"),
    "services": N_("Which of your services will help her?"),
}  # fmt: skip
FIRST: Final = ("given_name", "safe_contact", "health_needs", "nationality", "birth_date")  # most often needed


async def _ask(v: Visit) -> web.Response:
    view, offer = await _offered(v)
    return await _form(v, view, offer, v.kept or _preset(v, offer))


async def _answer(v: Visit) -> web.Response:
    view, offer = await _offered(v)
    if v.typed("_step") == "edit" or "_add" in v.form:
        return await _form(v, view, offer, v.form)
    try:
        command = Act(kind=ACCEPT, body=msgspec.Raw(msgspec.json.encode(_body(v, offer))), undo_s=v.undo_s)
        if v.typed("_step") != "send":
            seen = await preview_act(v.node, v.actor, view.thread, view.peer, command)
            typed = {name: values for name, values in v.form.items() if name not in OF_THE_FORM}
            action = f"{ROOT}/thread/{view.thread}/do/{ACCEPT}"
            called = called_of(v.speech, _tokens(offer))
            named = await named_in(v, view)
            return v.show(
                "check_act.html", action=action, kind=ACCEPT, seen=seen, typed=typed, called=called, called_there=named
            )
        done = await acts.act(v.node, v.actor, view.thread, command)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _form(v, view, offer, v.form, status=422, error=problem(v, error))
    await sent_draft(v.node, v.actor, view.case, v.kept_as, done.letter_id if v.undo_s else None)
    return v.go(f"/thread/{view.thread}?sent=1")


async def _offered(v: Visit) -> tuple[ThreadView, dict[str, Any]]:
    """The thread and its offer, which is opened by this: whoever answers has read it."""
    view = await reading.view_thread(v.node, v.actor, v.path["thread"])
    first = next((one for one in view.letters if one.kind == "referral.offer"), None)
    if first is None:
        raise BadInput("no offer stands here", for_user=v.say("Nothing was offered in this matter."))
    return view, dict(await reading.open_letter(v.node, v.actor, first.letter_id))


async def _ours(v: Visit) -> dict[str, list[tuple[str, str]]]:
    """The organisations of our people, and services of our own published entry by name; codes are typed without one."""
    organisations = {"id": await our_organisations(v)}
    try:
        entry = await view_entry(v.node, v.node.country)
    except NotFound:
        return organisations
    services = [one.service for one in entry.services if one.service.status == "active"]
    by_name = [(one.id, one.name or one.id) for one in services]
    return organisations | ({"services": by_name} if by_name else {})


async def _form(
    v: Visit, view: ThreadView, offer: dict[str, Any], typed: Fields, status: int = 200, error: Any = None
) -> web.Response:
    option = next((one for one in view.options if one.kind == ACCEPT), None)
    asked_for = frozenset(offer["body"]["needs"])
    every = [one for one in form_of(ACCEPT) if one.name not in TICKED]
    fields = [_some_of(one, asked_for) if one.name == "needs" else one for one in every]
    unasked = [code for one in every if one.name == "needs" for code in one.choices if code not in asked_for]
    listed = told_after_acceptance()
    named = [*(one for one in listed if one[0] in FIRST), *(one for one in listed if one[0] not in FIRST)]
    return v.show(
        "accept.html", status=status, thread=view, offer=offer, option=option, fields=fields, unasked=unasked,
        typed=typed, error=error,
        tokens=_tokens(offer), named=named, first=FIRST, choices=await _ours(v),
        typed_too=TYPED_TOO, labels=LABELS,
        called=called_of(v.speech, _tokens(offer)),
    )  # fmt: skip


def _some_of(field: FormField, codes: frozenset[str]) -> FormField:
    """A list with what was asked for alone; the rest of it is folded away beneath."""
    return msgspec.structs.replace(field, choices=tuple(one for one in field.choices if one in codes))


def _tokens(offer: dict[str, Any]) -> list[str]:
    return [entry["token"] for entry in offer["consent"]]


def _preset(v: Visit, offer: dict[str, Any]) -> dict[str, list[str]]:
    """What was asked for, so that an answer is a matter of taking away."""
    return {
        "needs": list(offer["body"]["needs"]),
        "persons": _tokens(offer),
        "partial": ["no"],
        "organisation.id": [v.actor.organisation],
        "organisation.type": ["civil_society"],
        "contact_role": ["focal_point"],
        "retention_days": ["365"],
    }


def _body(v: Visit, offer: dict[str, Any]) -> dict[str, Any]:
    fields = tuple(one for one in form_of(ACCEPT) if one.name not in TICKED)
    body = body_of(fields, v.form, v.speech.zone)
    levels = dict(told_after_acceptance())
    needed = [one.partition(".")[::2] for one in v.ticked("data_needed")]
    known = set(_tokens(offer))
    body["persons"] = [one for one in v.ticked("persons") if one in known]
    body["data_needed"] = [
        {"person": token, "field": name, "level": levels[name]}
        for token, name in needed
        if token in known and name in levels
    ]
    if not body["persons"]:
        raise BadInput("nobody was accepted", field="persons", for_user=v.say("Choose who is accepted."))
    return body


ANSWER: tuple[Page, ...] = (
    Page("GET", f"/thread/{{thread}}/do/{ACCEPT}", WORK, _ask),
    Page("POST", f"/thread/{{thread}}/do/{ACCEPT}", WORK, _answer),
)
