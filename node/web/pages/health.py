"""Health: one page that says how each part of the node fares, and behind every red line what to do.

Queues: what waits to leave, with nothing of what it says. Source: interface O3, O4.
"""

from typing import Any

from aiohttp import web
from markupsafe import Markup

from node.service.upkeep.key_state import key_state
from node.service.upkeep.overview import overview
from node.web import health_lines, health_rows, key_lines
from node.web.health_lines import Line
from node.web.pages.roles import OVERSEE, RUN
from node.web.render import A_TIME, NO_CHOICES, Helpers, left_to_right
from node.web.visit import Page, Visit


async def _health(v: Visit) -> web.Response:
    o, m = await overview(v.node, v.actor), v.administration.machine()
    parts = [*health_lines.lines(o, m), *key_lines.gravest(await key_state(v.node, v.actor))]
    peers = [(one, health_rows.of_peer(o, one)) for one in o.peers]
    jobs = [(one, health_rows.of_job(one)) for one in m.jobs]
    every = [*parts, *(line for _, line in peers), *(line for _, line in jobs)]
    return v.show(
        "health.html", parts=parts, peers=peers, jobs=jobs, worst=health_lines.worst(every), open_tasks=o.open_tasks,
        says=lambda line: said(v, line),
    )  # fmt: skip


def said(v: Visit, line: Line) -> Markup:
    """A line's sentence with its values: moments in words, numbers left-to-right, the rest as it is."""
    helpers = Helpers(v, NO_CHOICES)
    values: dict[str, Any] = {name: _value(helpers, value) for name, value in line.values.items()}
    return Markup(v.say(line.says, **values)) if values else Markup.escape(v.say(line.says))  # noqa: S704 - escaped by say


def _value(helpers: Helpers, value: object) -> object:
    if isinstance(value, int):
        return helpers.when(value) if value > A_TIME else left_to_right(value)
    text = str(value)
    return left_to_right(text) if text[:1].isdigit() else helpers.visit.say(text)


async def _first(v: Visit) -> web.Response:
    """Where the pages of administration begin for a role."""
    return v.go("/admin/health" if v.actor.role in RUN else "/admin/audit")


HEALTH: tuple[Page, ...] = (
    Page("GET", "/admin", OVERSEE, _first),
    Page("GET", "/admin/health", RUN, _health),
)
