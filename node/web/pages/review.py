"""Who may come in, by organisation: last seen, who stands in; and the quarterly review that a coordinator signs.

Inviting, keys and shutting out stand on the page of people. Source: interface O5.
"""

from typing import Any

from aiohttp import web

from node.errors import BadInput, Conflict
from node.service.staff.book import Backup
from node.service.staff.people import set_backup
from node.service.staff.review import access_review, sign_review
from node.web.pages.roles import OVERSEE, WORK
from node.web.visit import Page, Visit
from node.web.words import N_

NOT_LOOKED = N_("Tick that you looked at each of them.")


async def _review(v: Visit) -> web.Response:
    return await _show(v)


async def _sign(v: Visit) -> web.Response:
    text = v.typed("users")
    try:
        if v.typed("looked") != "yes":
            raise BadInput("not ticked", field="looked", for_user=NOT_LOOKED)
        await sign_review(v.staff, v.caller, int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1)
    except (BadInput, Conflict) as error:
        beside = BadInput(error.message, field="looked", for_user=error.for_user)
        return await _show(v, status=422, error=beside)
    return v.go("/admin/people")


async def _backup(v: Visit) -> web.Response:
    try:
        await set_backup(v.staff, v.caller, v.path["user"], Backup(backup=v.typed("backup") or None))
    except BadInput as error:
        return await _show(v, status=422, error=error)
    return v.go("/admin/people")


async def _show(v: Visit, **more: Any) -> web.Response:
    found = await access_review(v.staff, v.caller)
    names = {one.user: one.name or one.login for one in found.users}
    inside = [one for one in found.users if one.disabled_at is None]
    return v.show(
        "review.html", review=found, names=names, inside=inside, left=[one for one in found.users if one.disabled_at],
        organisations=sorted({one.organisation for one in inside}),
        stand_ins=[one for one in inside if one.role in WORK], **more,
    )  # fmt: skip


REVIEW: tuple[Page, ...] = (
    Page("GET", "/admin/people", OVERSEE, _review),
    Page("POST", "/admin/people/sign", ("coordinator",), _sign),
    Page("POST", "/admin/people/{user}/backup", ("coordinator",), _backup),
)
