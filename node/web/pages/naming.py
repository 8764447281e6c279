"""Organisations and services by name on pages of a matter: letters carry their codes. Source: interface C6, C7."""

from node.service.directory.called import Called, called_in
from node.service.staff.people import list_organisations
from node.service.threads.commands import ThreadView
from node.web.organisations import Organisations
from node.web.visit import Visit


async def named_in(v: Visit, view: ThreadView) -> dict[str, Called]:
    """Those of the country that takes her in, which are the ones that letters name."""
    country = view.peer if view.side == "opener" else v.node.country
    return await called_in(v.node, {country}, v.speech.code, view.case)


async def our_organisations(v: Visit) -> list[tuple[str, str]]:
    """The organisations of our people, to choose from."""
    country = v.node.country
    called = Organisations(v, await called_in(v.node, {country}, v.speech.code))
    return [(one, called.option(one, country)) for one in await list_organisations(v.staff, v.caller)]


async def whom_to_distrust(v: Visit) -> dict[str, tuple[str, str]]:
    """Countries, offices that read names there, and organisations of ours: by value its target, and its name."""
    ours = {one: ("organisation", label) for one, label in await our_organisations(v)}
    return {**Organisations(v, {}).abroad(), **ours}
