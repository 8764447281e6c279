"""Comparing the keys of a country by telephone, group by group. Source: interface O2 and the wireframe of 4.6."""

from typing import Any

from aiohttp import web

from node.errors import BadInput, NotFound
from node.service.network.compared import last_compared, note_compared
from node.service.network.view import country_view
from node.service.staff.people import list_users
from node.web.pages.roles import RUN
from node.web.visit import Page, Visit
from node.web.words import N_

NOT_ALL = N_("Tick each group when you hear it. If one is different, say so below.")


async def _keys(v: Visit) -> web.Response:
    return await _show(v)


async def _compared(v: Visit) -> web.Response:
    country, heard = v.path["country"], v.typed("fingerprint")
    same = v.typed("decision") != "different"
    if same and len(set(v.ticked("heard"))) < len(heard.split()):
        return await _show(v, status=422, error=BadInput("not every group", field="groups", for_user=NOT_ALL))
    try:
        await note_compared(v.node, v.actor, country, heard, same)
    except BadInput as error:
        return await _show(v, status=422, error=error)
    return v.go(f"/admin/keys/{country}")


async def _show(v: Visit, status: int = 200, **more: Any) -> web.Response:
    country = country_view(v.node, v.path["country"])
    if country.country == v.node.country:
        raise NotFound("no such country in the registry; check the code", field="country")
    users = await list_users(v.staff, v.caller)
    return v.show(
        "keys.html", status=status, line=country, groups=list(enumerate(country.fingerprint.split(), 1)),
        ours=country_view(v.node, v.node.country).fingerprint.split(), typed=v.form,
        last=await last_compared(v.node, v.actor, country.country),
        names={one.user: one.name or one.login for one in users}, **more,
    )  # fmt: skip


KEYS: tuple[Page, ...] = (
    Page("GET", "/admin/keys/{country}", RUN, _keys),
    Page("POST", "/admin/keys/{country}", RUN, _compared),
)
