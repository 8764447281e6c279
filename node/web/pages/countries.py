"""Countries and what they offer: useful with no case at all; and writing to one although the registry is old."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from node.errors import BadInput, OpenTRMError
from node.service.directory.views import list_entries
from node.service.network.old_registry import SendOnOldRegistry, decide_old_send, old_sends, propose_old_send
from node.service.network.view import registry_view
from node.service.staff.people import list_colleagues
from node.web.map import dots, land
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit
from node.web.words import N_

NO_COUNTRY = N_("Choose a country.")


async def _countries(v: Visit) -> web.Response:
    return await _show(v)


async def _propose(v: Visit) -> web.Response:
    peer = v.typed("peer")

    async def propose() -> None:
        if peer not in v.node.view.countries:
            raise BadInput("no such country", field="peer", for_user=NO_COUNTRY)
        await propose_old_send(v.node, v.actor, SendOnOldRegistry(peer=peer, phoned=v.typed("phoned") == "yes"))

    return await _done(v, propose)


async def _decide(v: Visit) -> web.Response:
    is_confirmed = v.typed("decision") == "confirm"
    return await _done(v, lambda: decide_old_send(v.node, v.actor, v.path["country"], is_confirmed))


async def _done(v: Visit, do: Callable[[], Awaitable[object]]) -> web.Response:
    try:
        await do()
    except OpenTRMError as error:
        return await _show(v, error, 422 if isinstance(error, BadInput) else 409)
    return v.go("/countries#old")


async def _show(v: Visit, error: OpenTRMError | None = None, status: int = 200) -> web.Response:
    entries, decided, names = await asyncio.gather(
        list_entries(v.node), old_sends(v.node, v.actor), list_colleagues(v.staff, v.caller)
    )
    registry = registry_view(v.node)
    return v.show(
        "countries.html", status=status, error=error, registry=registry, names=names,
        entries={one.country: one for one in entries}, decided={one.peer: one for one in decided},
        land=land(), dots=dots(registry.countries, v.node.country),
    )  # fmt: skip


COUNTRIES: tuple[Page, ...] = (
    Page("GET", "/countries", WORK, _countries),
    Page("POST", "/countries/old-sends", WORK, _propose),
    Page("POST", "/countries/old-sends/{country}", WORK, _decide),
)
