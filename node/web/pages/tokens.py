"""Tokens of case systems: who let which machine in, for how long, whether it reads names, when it last came.

Source: interface, operator conventions; at-rest, two vaults; R40.
"""

from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, OpenTRMError
from node.service.staff.book import NewToken
from node.service.staff.people import list_users
from node.service.staff.tokens import list_tokens, make_token, revoke_token
from node.web.pages.roles import RUN
from node.web.visit import Page, Visit
from node.web.words import N_

COORDINATOR: Final = ("coordinator",)
DAYS: Final = (30, 90, 180, 366)
BAD_LABEL: Final = N_("Use letters, digits, - . and _ only, at most 64.")


async def _tokens(v: Visit) -> web.Response:
    return await _show(v)


async def _make(v: Visit) -> web.Response:
    days = v.typed("days")
    facts = {"label": v.typed("label"), "reads_names": v.typed("reads_names") == "yes"}
    if days.isascii() and days.isdigit() and len(days) < 4:
        facts["days"] = int(days)
    try:
        made = await make_token(v.staff, v.caller, msgspec.convert(facts, NewToken))
    except msgspec.ValidationError:
        return await _show(v, status=422, error=BadInput("no such label", field="label", for_user=BAD_LABEL))
    except OpenTRMError as error:
        return await _show(v, status=409, error=error)
    return await _show(v, made=made)


async def _revoke(v: Visit) -> web.Response:
    await revoke_token(v.staff, v.caller, v.path["token"])
    return v.go("/admin/tokens")


async def _show(v: Visit, status: int = 200, **more: Any) -> web.Response:
    tokens, users = await list_tokens(v.staff, v.caller), await list_users(v.staff, v.caller)
    now = v.node.now()
    open_ones = [one for one in tokens if one.revoked_at is None and (one.ends_at is None or one.ends_at > now)]
    return v.show(
        "tokens.html", status=status, tokens=open_ones, ended=[one for one in tokens if one not in open_ones],
        names={one.user: one.name or one.login for one in users}, days=DAYS, typed=v.form, site=v.site,
        **{"made": None, **more},
    )  # fmt: skip


TOKENS: tuple[Page, ...] = (
    Page("GET", "/admin/tokens", RUN, _tokens),
    Page("POST", "/admin/tokens", COORDINATOR, _make),
    Page("POST", "/admin/tokens/{token}/revoke", RUN, _revoke),
)
