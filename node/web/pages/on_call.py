"""Who is called at night, whether our promise to be there stands, and the drills that test it, ours and theirs.

Drills of other countries are answered among the alerts, where whoever is called looks first. Source: practice H21.
"""

import asyncio
from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import OpenTRMError
from node.service.decoding import explained
from node.service.safety import on_call
from node.service.safety.on_call import NEEDED, SetOnCall, StartDrill
from node.service.safety.promise import PROMISE_S
from node.service.staff.people import list_users
from node.web.pages.roles import RUN, WORK
from node.web.visit import Page, Visit

KEEPERS: Final = ("coordinator",)


async def _roster(v: Visit) -> web.Response:
    return await _show(v)


async def _set(v: Visit) -> web.Response:
    facts: dict[str, Any] = {name: v.typed(name) for name in ("user", "position", "mail", "phone")}
    try:
        command = msgspec.convert({**facts, "unlocks_away": v.typed("unlocks_away") == "yes"}, SetOnCall)
        await on_call.set_on_call(v.node, v.actor, command)
    except msgspec.ValidationError as error:
        return await _show(v, status=422, error=explained(error))
    except OpenTRMError as error:
        return await _show(v, status=422, error=error)
    return v.go("/on-call")


async def _drop(v: Visit) -> web.Response:
    await on_call.drop_on_call(v.node, v.actor, v.path["user"])
    return v.go("/on-call")


async def _drill(v: Visit) -> web.Response:
    try:
        await on_call.start_drill(v.node, v.actor, msgspec.convert({"peer": v.typed("peer")}, StartDrill))
    except msgspec.ValidationError as error:
        return await _show(v, status=422, error=explained(error))
    except OpenTRMError as error:
        return await _show(v, status=409, error=error)
    return v.go("/on-call#drills")


async def _show(v: Visit, **more: Any) -> web.Response:
    roster, users = await asyncio.gather(on_call.roster(v.node, v.actor), list_users(v.staff, v.caller))
    last = roster.last_drill_at
    return v.show(
        "on_call.html", roster=roster, typed=v.form, needed=NEEDED,
        away=sum(one.unlocks_away for one in roster.people),
        drilled=last is not None and v.node.now() - last <= PROMISE_S,
        names={one.user: one.name or one.login for one in users},
        free=[one for one in users if one.disabled_at is None and one.role in WORK],
        peers=sorted(code for code in v.node.view.countries if code != v.node.country), at=v.node.now(), **more,
    )  # fmt: skip


ON_CALL: tuple[Page, ...] = (
    Page("GET", "/on-call", RUN, _roster),
    Page("POST", "/on-call", KEEPERS, _set),
    Page("POST", "/on-call/drill", KEEPERS, _drill),
    Page("POST", "/on-call/{user}/drop", KEEPERS, _drop),
)
