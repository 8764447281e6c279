"""Scans of a signed paper with a consent: attached, opened with a reason, taken away.

A scan is in the answer to a post only, as a file to keep or to throw away: no address leads to it, no page shows it.
Source: issue 4, part 7; interface C5.
"""

from typing import Final

from aiohttp import web

from node.errors import OpenTRMError
from node.service.scans.clean import ScanKind
from node.service.scans.keeping import attach_scan, open_scan, remove_scan
from node.service.scans.refused import MAX_FILE_BYTES
from node.web.pages.consent_one import show_one
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit

SERVED: Final[dict[ScanKind, tuple[str, str]]] = {
    "jpeg": ("image/jpeg", "scan.jpg"), "png": ("image/png", "scan.png"), "pdf": ("application/pdf", "scan.pdf"),
}  # fmt: skip


async def _attach(v: Visit) -> web.Response:
    try:
        await attach_scan(v.node, v.actor, v.path["case"], v.path["consent"], v.file)
    except OpenTRMError as error:
        return await show_one(v, status=422, error=problem(v, error))
    return v.go(_here(v))


async def _open(v: Visit) -> web.Response:
    ids = v.path["case"], v.path["consent"], v.path["scan"]
    try:
        found = await open_scan(v.node, v.actor, *ids, v.typed("reason"))
    except OpenTRMError as error:
        return await show_one(v, status=409, error=problem(v, error))
    kind, name = SERVED[found.kind]
    return v.download(found.content, kind, name)


async def _remove(v: Visit) -> web.Response:
    await remove_scan(v.node, v.actor, v.path["case"], v.path["consent"], v.path["scan"])
    return v.go(_here(v))


def _here(v: Visit) -> str:
    return f"/case/{v.path['case']}/consents/{v.path['consent']}"


SCANS: tuple[Page, ...] = (
    Page("POST", "/case/{case}/consents/{consent}/scans", WORK, _attach, MAX_FILE_BYTES),
    Page("POST", "/case/{case}/consents/{consent}/scans/{scan}/open", WORK, _open),
    Page("POST", "/case/{case}/consents/{consent}/scans/{scan}/remove", WORK, _remove),
)
