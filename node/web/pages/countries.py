"""Countries and what they offer: useful with no case at all."""

from aiohttp import web

from node.service.directory.views import list_entries
from node.service.network.view import registry_view
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit


async def _countries(v: Visit) -> web.Response:
    entries = {one.country: one for one in await list_entries(v.node)}
    return v.show("countries.html", registry=registry_view(v.node), entries=entries)


COUNTRIES: tuple[Page, ...] = (Page("GET", "/countries", WORK, _countries),)
