"""Queues without content, the audit and whether it is whole, what is erased soon, the settings. Source: O4, O6-O8."""

from functools import partial
from typing import Any, Final

from aiohttp import web

from node.service.keep.holds import list_holds
from node.service.keep.sweep import certificates, falls_due
from node.service.staff.people import list_colleagues, list_users
from node.service.upkeep.hands import try_now
from node.service.upkeep.oversight import audit_of, on_the_way, queues, verify_audit
from node.web import words_audit
from node.web.csv_table import as_table
from node.web.pages.roles import AUDIT, OVERSEE, RUN
from node.web.visit import Page, Visit

SHOWN: Final = 200
LINES: Final = 100
DOWNLOADED: Final = 20_000
AUDIT_HEAD: Final = ("line", "at", "actor", "act", "ref", "rule", "outcome", "hash")


async def _queues(v: Visit) -> web.Response:
    letters = await on_the_way(v.node, v.actor, SHOWN)
    return v.show(
        "queues.html", letters=letters, peers=(await queues(v.node, v.actor)).peers, full=len(letters) >= SHOWN
    )


async def _try_now(v: Visit) -> web.Response:
    await try_now(v.node, v.actor, v.path["country"])
    return v.go("/admin/queues")


async def _audit(v: Visit) -> web.Response:
    return await _lines(v, verified=None)


async def _verify(v: Visit) -> web.Response:
    return await _lines(v, verified=await verify_audit(v.node, v.actor))


async def _lines(v: Visit, **more: Any) -> web.Response:
    act, ref, text = (v.query.get(name, "").strip() for name in ("act", "ref", "before"))
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    page = await audit_of(v.node, v.actor, act[:80], ref[:80], before, LINES)
    names = {one.user: one.login for one in await list_users(v.staff, v.caller)}
    older = v.with_query(act=act, ref=ref, before=str(page.before or ""))
    return v.show(
        "audit.html", page=page, names=names, act=act, ref=ref, older=older, acts=_acts(v, act),
        says=partial(v.word, of="audited"), ends=words_audit.ENDS, **more,
    )  # fmt: skip


def _acts(v: Visit, asked: str) -> list[tuple[str, str]]:
    """Every act with its sentence, in the order of the reader's alphabet; an old one that was asked for too."""
    codes = {*words_audit.ACTS, *filter(None, [asked[:80]])}
    return sorted(((code, v.word(code, "audited")) for code in codes), key=lambda one: one[1].casefold())


async def _download(v: Visit) -> web.Response:
    """The newest lines, of one act or thing or all, as a table: opaque ids as they stand, nobody's name."""
    page = await audit_of(v.node, v.actor, v.typed("act")[:80], v.typed("ref")[:80], None, DOWNLOADED)
    rows = [(one.seq, one.at, one.actor, one.act, one.ref, one.rule, one.outcome, one.hash) for one in page.lines]
    return as_table(v, "audit", AUDIT_HEAD, rows)


async def _retention(v: Visit) -> web.Response:
    due = None if v.actor.role == "auditor" else await falls_due(v.node, v.actor)
    held = None if v.actor.role == "auditor" else await list_holds(v.node, v.actor)
    names = await list_colleagues(v.staff, v.caller) if v.actor.role == "coordinator" else {}
    return v.show(
        "retention.html", due=due, held=held, names=names, certificates=await certificates(v.node, v.actor, 50)
    )


async def _settings(v: Visit) -> web.Response:
    return v.show("settings.html", values=v.administration.settings())


OVERSIGHT: tuple[Page, ...] = (
    Page("GET", "/admin/queues", RUN, _queues),
    Page("POST", "/admin/queues/{country}/now", RUN, _try_now),
    Page("GET", "/admin/audit", AUDIT, _audit),
    Page("POST", "/admin/audit", AUDIT, _verify),
    Page("POST", "/admin/audit/table", AUDIT, _download),
    Page("GET", "/admin/retention", OVERSEE, _retention),
    Page("GET", "/admin/settings", RUN, _settings),
)
