"""Whom two people distrust for everybody, and concerns for the maintainers of the registry. Source: practice H14."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, OpenTRMError
from node.service.safety import concerns
from node.service.safety.concerns import ConcernView, RaiseConcern
from node.service.safety.distrusting import Distrust, decide_distrust, distrust_list, propose_distrust
from node.service.staff.people import list_colleagues, list_organisations
from node.service.threads.forms import fields_of
from node.web.forms import asked
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit
from node.web.words import N_

KEEPERS: Final = ("coordinator",)
NUMBER_DIGITS: Final = 15
WHICH: Final = N_("Choose whom, or write the code of an organisation abroad.")


async def _trust(v: Visit) -> web.Response:
    return await _show(v)


async def _propose(v: Visit) -> web.Response:
    target, _, value = v.typed("whom").partition(":")
    if v.typed("organisation"):
        target, value = "organisation", v.typed("organisation")

    async def propose() -> None:
        try:
            command = msgspec.convert({"target": target, "value": value, "is_on": v.typed("is_on") != "no"}, Distrust)
        except msgspec.ValidationError:
            raise BadInput("no such target or value", field="whom", for_user=WHICH) from None
        await propose_distrust(v.node, v.actor, command)

    return await _done(v, propose)


async def _decide(v: Visit) -> web.Response:
    is_confirmed = v.typed("decision") == "confirm"
    return await _done(v, lambda: decide_distrust(v.node, v.actor, _number(v), is_confirmed))


async def _raise(v: Visit) -> web.Response:
    return await _done(
        v, lambda: concerns.raise_concern(v.node, v.actor, asked(RaiseConcern, v.form, v.speech.zone))
    )  # fmt: skip


async def _sign(v: Visit) -> web.Response:
    return await _done(v, lambda: concerns.sign(v.node, v.actor, _number(v)))


async def _done(v: Visit, do: Callable[[], Awaitable[object]]) -> web.Response:
    try:
        await do()
    except msgspec.ValidationError as error:
        return await _show(v, status=422, error=problem(v, error))
    except OpenTRMError as error:
        return await _show(v, status=422 if isinstance(error, BadInput) else 409, error=error)
    return v.go("/trust")


async def _show(v: Visit, **more: Any) -> web.Response:
    listed, said, names, ours = await asyncio.gather(
        distrust_list(v.node, v.actor), _concerns(v), list_colleagues(v.staff, v.caller),
        list_organisations(v.staff, v.caller),
    )  # fmt: skip
    others = {code: one for code, one in sorted(v.node.view.countries.items()) if code != v.node.country}
    offices = {key.office_kid.hex(): (code, key.holder) for code, one in others.items() for key in one.office_keys}
    return v.show(
        "trust.html", listed=listed, concerns=said, names=names, ours=ours, others=list(others), offices=offices,
        fields=fields_of(RaiseConcern), typed=v.form, **more,
    )  # fmt: skip


async def _concerns(v: Visit) -> list[ConcernView]:
    return await concerns.concerns(v.node, v.actor) if v.actor.role in KEEPERS else []


def _number(v: Visit) -> int:
    text = v.path["pending"]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS else 0


TRUST: tuple[Page, ...] = (
    Page("GET", "/trust", WORK, _trust),
    Page("POST", "/trust", WORK, _propose),
    Page("POST", "/trust/{pending}", WORK, _decide),
    Page("POST", "/concerns", KEEPERS, _raise),
    Page("POST", "/concerns/{pending}/sign", KEEPERS, _sign),
)
