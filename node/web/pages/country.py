"""One country: whom to phone, what it offers and how fresh that is, what it promises and what it keeps, and doubts.

Source: interface C10; domain 5.11.
"""

from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, NotFound, OpenTRMError
from node.service.directory.asking import CHALLENGE_REASONS, Challenge, challenge
from node.service.directory.views import view_entry
from node.service.network.compared import last_compared
from node.service.network.view import registry_view
from node.web.pages.entry_forms import LABELS
from node.web.pages.entry_said import sayer
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit

LEGAL: Final = (
    "recovery_days", "permits", "guardian_authority", "data_protection_authority", "safe_return_assessment",
)  # fmt: skip
GENERAL: Final = ("roles", "languages", "contacts", "hours", "on_call", "accepts")


async def _country(v: Visit) -> web.Response:
    return await _show(v)


async def _doubt(v: Visit) -> web.Response:
    try:
        said = msgspec.convert({"why": v.typed("why"), "service": v.typed("service") or None}, Challenge)
        await challenge(v.node, v.actor, v.path["country"], said)
    except (BadInput, msgspec.ValidationError) as error:
        return await _show(v, status=422, error=problem(v, error))
    except NotFound:
        raise
    except OpenTRMError as error:
        return await _show(v, status=409, error=error)
    return v.go(f"/countries/{v.path['country']}#doubts")


async def _show(v: Visit, status: int = 200, **more: Any) -> web.Response:
    code = v.path["country"]
    line = next((one for one in registry_view(v.node).countries if one.country == code), None)
    if line is None:
        raise NotFound("no such country in the registry", field="country")
    try:
        entry = await view_entry(v.node, code)
    except NotFound:
        entry = None
    compared = await last_compared(v.node, v.actor, code)
    kept = {} if entry is None else {one.kind: one for one in entry.measured}
    promised = {} if entry is None else {one.kind: one.working_days for one in entry.promises}
    return v.show(
        "country.html", status=status, line=line, entry=entry, kept=kept, promised=promised, said=sayer(v),
        labels=LABELS, compared=compared, general=GENERAL, legal=LEGAL, reasons=CHALLENGE_REASONS,
        kinds=[*{**promised, **kept}],
        typed=v.form, **more,
    )  # fmt: skip


COUNTRY: tuple[Page, ...] = (
    Page("GET", "/countries/{country}", WORK, _country),
    Page("POST", "/countries/{country}/doubt", WORK, _doubt),
)
