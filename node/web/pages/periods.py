"""Every period that is counted, and the rule and law it rests on. Nothing of any case. Source: interface C9, O7."""

from aiohttp import web

from node.service.upkeep.periods import law_of, periods, rules_in
from node.web.pages.roles import EVERYBODY
from node.web.visit import Page, Visit


async def _periods(v: Visit) -> web.Response:
    found = await periods(v.node, v.staff.limits)
    return v.show("periods.html", found=found, law_of=law_of, rules_in=rules_in)


PERIODS: tuple[Page, ...] = (Page("GET", "/periods", EVERYBODY, _periods),)
