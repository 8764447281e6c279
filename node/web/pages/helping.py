"""A text for whoever helps from outside: how the node fares, with nothing of any case, person, address or key.

Levels and names of parts, counts and ages, never a value of the configuration. Source: interface O3.
"""

import platform
from collections.abc import Iterator
from importlib import metadata

from aiohttp import web

from node.service.upkeep.overview import Machine, Overview, overview
from node.web import health_lines, health_rows
from node.web.pages.roles import RUN
from node.web.visit import Page, Visit


async def _text(v: Visit) -> web.Response:
    o, m = await overview(v.node, v.actor), v.administration.machine()
    return v.show("helping.html", text="\n".join(lines_of(o, m, [one.origin for one in v.administration.settings()])))


def lines_of(o: Overview, m: Machine, origins: list[str]) -> Iterator[str]:
    """One line for each part; in English, because whoever helps may speak no other language of the desk."""
    yield f"opentrm {metadata.version('opentrm')}, python {platform.python_version()}, {platform.machine()}"
    yield f"at {o.now}, registry {o.registry}, seen {o.now - o.registry_at} s ago"
    for line in health_lines.lines(o, m):
        yield f"{line.level}: {line.name}: {line.says.partition('%')[0].strip()}"
    for peer in o.peers:
        waits = "nothing waits" if peer.oldest_at is None else f"waits {o.now - peer.oldest_at} s, {peer.tries} tries"
        yield f"{health_rows.of_peer(o, peer).level}: country {peer.peer}: {peer.standing}, {waits}"
    for job in m.jobs:
        ended = "never" if job.age_s is None else f"{job.age_s} s ago"
        yield f"{health_rows.of_job(job).level}: job {job.name}: ended {ended}, {job.failures} failures"
    yield f"tasks {o.open_tasks}, settings changed {sum(one != 'default' for one in origins)}"


HELPING: tuple[Page, ...] = (Page("GET", "/admin/health/text", RUN, _text),)
