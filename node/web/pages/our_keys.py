"""Our keys: what the registry has, what waits for it, what to do; twelve groups to read aloud. Source: interface O2."""

from aiohttp import web

from node.service.upkeep.key_state import key_state
from node.web import health_lines, key_lines
from node.web.pages.health import said
from node.web.pages.roles import RUN
from node.web.visit import Page, Visit


async def _our_keys(v: Visit) -> web.Response:
    state = await key_state(v.node, v.actor)
    parts = key_lines.lines(state)
    return v.show(
        "our_keys.html", parts=parts, worst=health_lines.worst(parts), groups=state.groups.split(),
        says=lambda line: said(v, line),
    )  # fmt: skip


OUR_KEYS: tuple[Page, ...] = (Page("GET", "/admin/our-keys", RUN, _our_keys),)
