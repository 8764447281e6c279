"""Who could help her: a need against every service of every country, with why each fits and why each other does not.

Asked here only: no other country learns that anybody looked. From a case its protection counts. Source: domain 5.11.
"""

from dataclasses import replace
from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput
from node.service.cases import cases
from node.service.cases.drafts import read_draft
from node.service.cases.requests import CaseView
from node.service.directory.asking import Matched, MatchWish, MissView, match
from node.service.threads.forms import fields_of
from node.web import beside
from node.web.forms import Fields, asked
from node.web.pages.referral import DRAFT, problem
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit
from node.web.words import N_

FIRST: Final = ("needs", "urgency", "age_band", "gender", "languages")
OURS: Final = ("case", "others")  # never typed in
SHOWN: Final = 100
LABELS: Final = {
    "interpreter": N_("Is a talk with an interpreter enough?"),
    "not_countries": N_("Countries that she does not want"),
}


async def _ask(v: Visit) -> web.Response:
    """The form; from a case that says already what she needs, the answer at once."""
    case = await _case(v)
    typed = {} if case is None else await _known(v, case)
    v = replace(v, made_from=await _mark(v, case))
    return await _found(v, case, typed) if typed.get("needs") else _show(v, case, typed)


async def _match(v: Visit) -> web.Response:
    case = await _case(v)
    return await _found(replace(v, made_from=await _mark(v, case)), case, v.form)


async def _found(v: Visit, case: CaseView | None, typed: Fields) -> web.Response:
    try:
        wish = asked(MatchWish, typed, v.speech.zone, case=None if case is None else case.case, others=False)
        found = await match(v.node, v.actor, wish)
    except (BadInput, msgspec.ValidationError) as error:
        return _show(v, case, typed, status=422, error=problem(v, error))
    return _show(v, case, typed, found=found, countries=_by_country(found), missed=_missed(found))


async def _choose(v: Visit) -> web.Response:
    """Ask this country: it stands in the referral then, beside what she needs."""
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    draft = await read_draft(v.node, v.actor, case.case, DRAFT)
    chosen = {name: list(v.form[name]) for name in ("peer", "needs", "urgency") if name in v.form}
    if chosen.get("peer", [""])[-1] not in v.node.view.countries:
        return await _match(v)
    where, typed = f"/case/{case.case}/referral/where", {**(draft.typed if draft else {}), **chosen}
    _, answer = await beside.save(v, case.case, DRAFT, typed, where)
    return answer or v.go(where)


async def _case(v: Visit) -> CaseView | None:
    """The case of the address; None where somebody asks without one."""
    return await cases.view_case(v.node, v.actor, v.path["case"]) if "case" in v.path else None


async def _mark(v: Visit, case: CaseView | None) -> str:
    """The mark of the referral that an answer of this page would change."""
    draft = None if case is None else await read_draft(v.node, v.actor, case.case, DRAFT)
    return "" if draft is None else draft.mark


async def _known(v: Visit, case: CaseView) -> dict[str, list[str]]:
    """What the case and its referral say already."""
    draft = await read_draft(v.node, v.actor, case.case, DRAFT)
    her, *others = case.persons
    said = {} if draft is None else {name: draft.typed.get(name, []) for name in ("needs", "urgency")}
    return {
        "age_band": [her.age_band], "gender": [her.gender], "languages": list(her.languages),
        "treated_as_child": ["yes" if her.treated_as_child else "no"], "interpreter": ["yes"],
        "dependants": [one.age_band for one in others],
        **{name: [one for one in values if one] for name, values in said.items()},
    }  # fmt: skip


def _by_country(found: Matched) -> list[tuple[str, list[Any], Any]]:
    """Countries in the order of their best service: its services, and whom to phone there."""
    phones = {one.country: one for one in found.phones}
    order = dict.fromkeys(one.country for one in found.matches)
    return [(code, [one for one in found.matches if one.country == code][:SHOWN], phones.get(code)) for code in order]


def _missed(found: Matched) -> list[MissView]:
    """What does not fit, the one that lacks least first."""
    return sorted(found.misses, key=lambda one: (len(one.reasons), one.country, one.service))[:SHOWN]


def _show(v: Visit, case: CaseView | None, typed: Fields, status: int = 200, **more: Any) -> web.Response:
    every = [one for one in fields_of(MatchWish) if one.name not in OURS]
    first = sorted((one for one in every if one.name in FIRST), key=lambda one: FIRST.index(one.name))
    return v.show(
        "match.html", status=status, case=case, typed=typed, first=first, labels=LABELS,
        rest=[one for one in every if one.name not in FIRST],
        action="/desk/match" if case is None else f"/desk/case/{case.case}/match",
        **{"found": None, "countries": [], "missed": [], **more},
    )  # fmt: skip


MATCH: tuple[Page, ...] = (
    Page("GET", "/match", WORK, _ask),
    Page("POST", "/match", WORK, _match),
    Page("GET", "/case/{case}/match", WORK, _ask),
    Page("POST", "/case/{case}/match", WORK, _match),
    Page("POST", "/case/{case}/match/ask", WORK, _choose),
)
