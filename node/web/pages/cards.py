"""What she carries, and a call from abroad: the card's code and her word, calling her back, what was told then.

A card is shown once, in the answer to the post that made it. Source: practice H18.
"""

from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import OpenTRMError
from node.service.cases.cases import view_case
from node.service.rights import cards
from node.service.rights.cards import CheckCard, RecordCall, TakePaper
from node.service.threads.forms import fields_of
from node.web.forms import asked
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.people import persons_of
from node.web.visit import Page, Visit
from node.web.words import N_

OF_PAPER: Final = {
    "wanted": N_("What would she like to take?"), "safe_to_carry": N_("Is it safe to carry a paper there?"),
    "asked_alone": N_("Was she asked alone?"), "to": N_("Into which country does she carry it?"),
}  # fmt: skip


async def _paper(v: Visit) -> web.Response:
    return await _show_paper(v)


async def _take(v: Visit) -> web.Response:
    try:
        taken = await cards.take_paper(v.node, v.actor, v.path["case"], asked(TakePaper, v.form, v.speech.zone))
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _show_paper(v, status=422, error=problem(v, error))
    return await _show_paper(v, taken=taken)


async def _show_paper(v: Visit, **more: Any) -> web.Response:
    case = await view_case(v.node, v.actor, v.path["case"])
    persons = persons_of(v, case)
    typed = v.form or {"person_id": [persons[0][0]], "wanted": ["kept_here"]}
    countries = [(code, v.speech.country(code)) for code in sorted(v.node.view.countries)]
    choices = {"person_id": persons, "to": countries}
    facts = {"taken": None, **more}
    return v.show("paper.html", case=case, fields=fields_of(TakePaper), typed=typed, choices=choices, labels=OF_PAPER,
                  **facts)  # fmt: skip


async def _caller(v: Visit) -> web.Response:
    return v.show("caller.html", fields=fields_of(CheckCard), typed=v.form, found=None)


async def _check(v: Visit) -> web.Response:
    """A wrong code and a wrong word are answered alike; nothing is told on the line on which somebody calls."""
    try:
        found = await cards.check_card(v.node, v.actor, asked(CheckCard, v.form, v.speech.zone))
    except (OpenTRMError, msgspec.ValidationError) as error:
        shown = problem(v, error)
        return v.show("caller.html", status=422, fields=fields_of(CheckCard), typed={}, found=None, error=shown)
    calls = [one for one in fields_of(RecordCall) if one.name != "code"]
    return v.show("caller.html", fields=(), typed={}, found=found, calls=calls, code=v.typed("code"))


async def _call(v: Visit) -> web.Response:
    await view_case(v.node, v.actor, v.path["case"])
    await cards.record_call(v.node, v.actor, v.path["case"], asked(RecordCall, v.form, v.speech.zone))
    return v.go(f"/case/{v.path['case']}?changed=1")


CARDS: tuple[Page, ...] = (
    Page("GET", "/case/{case}/paper", WORK, _paper),
    Page("POST", "/case/{case}/paper", WORK, _take),
    Page("POST", "/case/{case}/call", WORK, _call),
    Page("GET", "/caller", WORK, _caller),
    Page("POST", "/caller", WORK, _check),
)
