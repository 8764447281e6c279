"""Our own entry of the directory: what we offer, written by coordinators part by part, and published by one of them.

What others doubted stands first; what would change is said before it is published. There is no field for a place.
Source: interface O7, C10; domain 5.11; R29.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, Conflict, OpenTRMError
from node.service.directory import writing
from node.service.directory.draft import DraftView, General, LegalFacts, ServiceFacts, view_draft
from node.service.directory.publishing import CONTACT_ROLES, MOST_DAYS
from node.service.staff.people import list_colleagues
from node.service.threads.forms import fields_of
from node.web.forms import Fields
from node.web.pages import entry_forms as forms
from node.web.pages.entry_said import sayer, weekday
from node.web.pages.referral import problem
from node.web.visit import Page, Visit

COORDINATOR: Final = ("coordinator",)
NEW: Final = "new"
SERVICE: Final = (
    "category", "name", "provider", "status", "capacity", "starts_within", "min_age", "max_age", "genders",
    "languages", "interpretation", "accessibility", "dependants", "eligibility", "duration_days",
)  # fmt: skip


async def _entry(v: Visit) -> web.Response:
    return await _show(v)


async def _show(v: Visit, status: int = 200, **more: Any) -> web.Response:
    view = await view_draft(v.node, v.actor)
    names = await list_colleagues(v.staff, v.caller)
    return v.show(
        "directory.html", status=status, view=view, draft=view.draft, names=names, said=sayer(v), labels=forms.LABELS,
        general=General.__struct_fields__, **more,
    )  # fmt: skip


def _does(act: Callable[[Visit], Awaitable[object]]) -> Callable[[Visit], Awaitable[web.Response]]:
    """A button of the page: done, or the page again with the reason."""

    async def do(v: Visit) -> web.Response:
        try:
            await act(v)
        except OpenTRMError as error:
            return await _show(v, status=409 if isinstance(error, Conflict) else 422, error=error)
        return v.go("/directory")

    return do


async def _general(v: Visit) -> web.Response:
    view = await view_draft(v.node, v.actor)
    return _show_general(v, view, forms.general_typed(view.draft.general))


def _show_general(v: Visit, view: DraftView, typed: Any, **more: Any) -> web.Response:
    rows = {day: [n for n in forms.RANGES if n < 2 or any(typed.get(f"hours.{day}.{n}", []))] for day in forms.WEEKDAYS}
    return v.show(
        "directory_general.html", draft=view.draft, typed=typed, labels=forms.LABELS, rows=rows, most=MOST_DAYS,
        fields=forms.named("roles", "languages", "accepts", "on_call", of=General), roles=CONTACT_ROLES,
        days=[(day, weekday(v, day)) for day in forms.WEEKDAYS], **more,
    )  # fmt: skip


async def _save_general(v: Visit) -> web.Response:
    try:
        await writing.write_general(v.node, v.actor, _edit(v), forms.general_of(v.form, v))
    except (BadInput, msgspec.ValidationError) as error:
        view = await view_draft(v.node, v.actor)
        return _show_general(v, view, v.form, status=422, error=problem(v, error))
    return v.go("/directory")


async def _legal(v: Visit) -> web.Response:
    view = await view_draft(v.node, v.actor)
    return _show_legal(v, view, forms.typed_of(view.draft.legal))


def _show_legal(v: Visit, view: DraftView, typed: Any, **more: Any) -> web.Response:
    fields = fields_of(LegalFacts)
    return v.show("directory_legal.html", draft=view.draft, typed=typed, labels=forms.LABELS, fields=fields,
                  names=forms.NAMES, **more)  # fmt: skip


async def _save_legal(v: Visit) -> web.Response:
    try:
        await writing.write_legal(v.node, v.actor, _edit(v), forms.legal_facts(v.form, v, LegalFacts))
    except (BadInput, msgspec.ValidationError) as error:
        return _show_legal(v, await view_draft(v.node, v.actor), v.form, status=422, error=problem(v, error))
    return v.go("/directory")


async def _service(v: Visit) -> web.Response:
    view = await view_draft(v.node, v.actor)
    service = None if v.path["service"] == NEW else writing.service_in(view.draft, v.path["service"])
    return _show_service(v, view, forms.typed_of(service))


def _show_service(v: Visit, view: DraftView, typed: Any, **more: Any) -> web.Response:
    known = next((one for one in view.draft.services if one.id == v.path["service"]), None)
    doubts = (
        [] if view.published is None else [one for one in view.published.challenges if one.service == v.path["service"]]
    )
    fields = [one for one in forms.named(*SERVICE, of=ServiceFacts) if known is None or one.name != "category"]
    return v.show("directory_service.html", draft=view.draft, typed=typed, labels=forms.LABELS, fields=fields,
                  known=known, doubts=doubts, at=v.path["service"], **more)  # fmt: skip


async def _save_service(v: Visit) -> web.Response:
    view = await view_draft(v.node, v.actor)
    is_new = v.path["service"] == NEW
    known = None if is_new else writing.service_in(view.draft, v.path["service"])
    form: Fields = v.form if known is None else dict(v.form) | {"category": [str(known.category)]}
    try:
        facts = forms.service_of(form, v)
        await writing.write_service(v.node, v.actor, _edit(v), None if known is None else known.id, facts)
    except (BadInput, msgspec.ValidationError) as error:
        return _show_service(v, view, form, status=422, error=problem(v, error))
    return v.go("/directory#services")


async def _drop_service(v: Visit) -> None:
    await writing.drop_service(v.node, v.actor, _edit(v), v.path["service"])


def _edit(v: Visit) -> int:
    text = v.typed("edit")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1


DIRECTORY: tuple[Page, ...] = (
    Page("GET", "/directory", COORDINATOR, _entry),
    Page("POST", "/directory/publish", COORDINATOR, _does(lambda v: writing.publish_draft(v.node, v.actor, _edit(v)))),
    Page("POST", "/directory/drop", COORDINATOR, _does(lambda v: writing.drop_entry_draft(v.node, v.actor, _edit(v)))),
    Page("POST", "/directory/assure", COORDINATOR, _does(lambda v: writing.assure_entry(v.node, v.actor))),
    Page("GET", "/directory/general", COORDINATOR, _general),
    Page("POST", "/directory/general", COORDINATOR, _save_general),
    Page("GET", "/directory/legal", COORDINATOR, _legal),
    Page("POST", "/directory/legal", COORDINATOR, _save_legal),
    Page("GET", "/directory/services/{service}", COORDINATOR, _service),
    Page("POST", "/directory/services/{service}", COORDINATOR, _save_service),
    Page("POST", "/directory/services/{service}/drop", COORDINATOR, _does(_drop_service)),
)
