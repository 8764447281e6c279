"""She takes back what she allowed, and has her file erased: one page that says what is asked of whom, and two steps.

The first step chooses, the second shows what follows in every country and does it. Her file here goes once a colleague
confirmed it. No reason is asked anywhere. Source: interface C5; R20, R25; GDPR 7(3), 17, 19.
"""

from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, OpenTRMError
from node.service.cases import cases
from node.service.keep.erasing import AskErasure, ask_erasure, decide_erasure, waiting_erasures
from node.service.rights.endings import ANSWER_H, EndingView, endings
from node.service.threads.withdrawals import withdraw_consents
from node.web.pages.consent import offices_of
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.people import persons_of
from node.web.visit import Page, Visit

BASE: Final = "/case/{case}/take-back"


async def _begin(v: Visit) -> web.Response:
    return await _show(v)


async def _take_back(v: Visit) -> web.Response:
    """What was chosen is shown with what follows; the second press does it."""
    try:
        chosen = _chosen(v, await endings(v.node, v.actor, v.path["case"]))
        if v.typed("_step") != "do":
            return await _show(v, chosen=chosen)
        told = await withdraw_consents(v.node, v.actor, v.path["case"], [one.consent for one in chosen])
    except OpenTRMError as error:
        return await _show(v, status=422, error=problem(v, error))
    return v.go(f"/case/{v.path['case']}/take-back?told={told}")


async def _ask_erasure(v: Visit) -> web.Response:
    ask = AskErasure(ground="she_asked", person_id=v.typed("person_id") or None)
    try:
        await ask_erasure(v.node, v.actor, v.path["case"], ask)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _show(v, status=409, error=problem(v, error))
    return v.go(f"/case/{v.path['case']}/take-back#here")


async def _decide_erasure(v: Visit) -> web.Response:
    number, approve = v.path["pending"], v.typed("approve") == "yes"
    try:
        done = await decide_erasure(v.node, v.actor, v.path["case"], int(number) if number.isdecimal() else 0, approve)
    except OpenTRMError as error:
        return await _show(v, status=409, error=problem(v, error))
    return v.go("/" if done.done and done.person_id is None else f"/case/{v.path['case']}/take-back#here")


def _chosen(v: Visit, every: list[EndingView]) -> list[EndingView]:
    """What was ticked, or all of one person's; BadInput where nothing was."""
    ticked = set(v.ticked("consent"))
    chosen = [one for one in every if one.consent in ticked or v.typed("all") in ("yes", one.person_id)]
    if not chosen:
        raise BadInput(
            "nothing was chosen", field="consent", for_user=v.say("Tick what she takes back, or choose all of it.")
        )
    return chosen


async def _show(v: Visit, status: int = 200, **more: Any) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    facts = {"chosen": None, "told": v.query.get("told", ""), **more}
    return v.show(
        "take_back.html", status=status, case=case, people=persons_of(v, case),
        every=await endings(v.node, v.actor, case.case), hours=ANSWER_H,
        called={office.holder: office.name for _, office in offices_of(v)},
        erasures=await waiting_erasures(v.node, v.actor, case.case), **facts,
    )  # fmt: skip


TAKING_ALL_BACK: tuple[Page, ...] = (
    Page("GET", BASE, WORK, _begin),
    Page("POST", BASE, WORK, _take_back),
    Page("POST", BASE + "/erase", WORK, _ask_erasure),
    Page("POST", BASE + "/erase/{pending}", WORK, _decide_erasure),
)
