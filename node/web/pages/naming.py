"""Organisations and services by name on pages of a matter: letters carry their codes. Source: interface C6, C7."""

from node.service.directory.called import Called, called_in
from node.service.staff.people import list_organisations
from node.service.threads.commands import ThreadView
from node.web.visit import Visit


async def named_in(v: Visit, view: ThreadView) -> dict[str, Called]:
    """Those of the country that takes her in, which are the ones that letters name."""
    return await _of(v, view.peer if view.side == "opener" else v.node.country)


async def our_organisations(v: Visit) -> list[tuple[str, str]]:
    """The organisations of our people, to choose from."""
    called = (await _of(v, v.node.country))[v.node.country].organisations
    return [(one, called.get(one, one)) for one in await list_organisations(v.staff, v.caller)]


async def _of(v: Visit, country: str) -> dict[str, Called]:
    return await called_in(v.node, {country}, v.speech.code)
