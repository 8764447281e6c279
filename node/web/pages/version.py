"""Version and upgrade: what runs here, what a newer version brings, and how to get there with a copy made first.

The steps are commands of the new program, so this page says them and takes none. Source: interface O9.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

from aiohttp import web

from node.service.upkeep.overview import overview
from node.service.upkeep.version import version_of
from node.web import health_lines
from node.web.pages.health import said
from node.web.pages.roles import RUN
from node.web.visit import Page, Visit

CHANGES: Final = Path(__file__).resolve().parents[3] / "CHANGELOG.md"  # beside the program, where it is a checkout
FOR_OPERATORS: Final = "**For operators**"
SHOWN: Final = 12


async def _version(v: Visit) -> web.Response:
    o, version = await overview(v.node, v.actor), await version_of(v.node, v.actor)
    backup = health_lines.of_backup(o)
    return v.show("version.html", version=version, backup=backup, says=said(v, backup), changes=changes())


@cache
def changes() -> tuple[str, ...]:
    """What the newest changes are to an operator, in English as they were written; nothing where there is no list."""
    try:
        text = CHANGES.read_text(encoding="utf-8")
    except OSError:
        return ()
    part = text.partition(FOR_OPERATORS)[2].partition("\n**")[0]
    return tuple(re.sub(r"[`*]", "", line[2:]) for line in part.splitlines() if line.startswith("- "))[:SHOWN]


VERSION: tuple[Page, ...] = (Page("GET", "/admin/version", RUN, _version),)
