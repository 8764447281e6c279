"""One consent record: what it allows, its scans, who interpreted or witnessed it, its second person, and its end.

Taking it back is one button, at every point, without a reason. Source: interface C5; R20, R24; practice H10.
"""

import asyncio
from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import OpenTRMError
from node.service.cases import cases, consents
from node.service.cases.consent_talks import has_talk, open_talk
from node.service.cases.consents import ConsentView
from node.service.directory.called import called_in
from node.service.paper.printing import told_on_paper
from node.service.scans.keeping import scans_of
from node.service.staff.reasons import reason_given
from node.service.threads.commands import Withdraw
from node.service.threads.forms import FormField, fields_of
from node.service.threads.withdrawals import withdraw_consent
from node.web.forms import asked
from node.web.pages.case import REASONS
from node.web.pages.consent import LABELS, offices_of
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.people import persons_of
from node.web.visit import Page, Visit

ON_PAPER: Final = ("written", "thumbprint")  # of these a paper can be scanned


async def _one(v: Visit) -> web.Response:
    return await show_one(v)


async def _second(v: Visit) -> web.Response:
    try:
        await consents.second_consent(v.node, v.actor, v.path["case"], v.path["consent"])
    except OpenTRMError as error:
        return await show_one(v, status=409, error=problem(v, error))
    return v.go(f"/case/{v.path['case']}/consents/{v.path['consent']}")


async def _withdraw(v: Visit) -> web.Response:
    """No reason is asked; with nothing ticked all of it ends."""
    try:
        command = asked(Withdraw, v.form, v.speech.zone)
        told = await withdraw_consent(v.node, v.actor, v.path["case"], v.path["consent"], command)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await show_one(v, status=422, error=problem(v, error))
    return v.go(f"/case/{v.path['case']}/consents/{v.path['consent']}?told={told}")


async def _talk(v: Visit) -> web.Response:
    """Who helped is the answer to a post: that it was read is logged first."""
    try:
        opened = await open_talk(v.node, v.actor, v.path["case"], v.path["consent"], v.typed("reason"))
    except OpenTRMError as error:
        return await show_one(v, status=409, error=problem(v, error))
    return await show_one(v, opened=opened)


async def show_one(v: Visit, **more: Any) -> web.Response:
    """One consent record, with the scans of its paper."""
    case, record, on_paper, scans, talk, given = await asyncio.gather(
        cases.view_case(v.node, v.actor, v.path["case"]),
        consents.view_consent(v.node, v.actor, v.path["case"], v.path["consent"]),
        told_on_paper(v.node, v.actor, v.path["case"]),
        scans_of(v.node, v.actor, v.path["case"], v.path["consent"]),
        has_talk(v.node, v.actor, v.path["case"], v.path["consent"]),
        reason_given(v.staff, v.caller, v.path["case"]),
    )
    people = persons_of(v, case)
    others = [one for one in people if one[0] != record.person_id]
    countries = {to.country for to in record.recipients}
    return v.show(
        "consent_one.html", case=case, one=record, said=_said(record), labels=LABELS,
        called=dict(people) | {office.holder: office.name for _, office in offices_of(v)} | _as_she_was_told(record),
        others=others, called_there=await called_in(v.node, countries, v.speech.code, case.case),
        withdraw=_narrowed(record), recorded=v.query.get("recorded", ""), told=v.query.get("told", ""),
        typed=v.form, on_paper=[one for one in on_paper if one.country in countries],
        scans=scans, reasons=REASONS,
        talk=talk, given=given, is_on_paper=record.method in ON_PAPER,
        **{"opened": None, **more},
    )  # fmt: skip


def _narrowed(record: ConsentView) -> tuple[FormField, ...]:
    """What can be taken back of this record: what it allows, nothing else."""
    allows = {"purposes": record.purposes, "levels": record.levels}
    return tuple(msgspec.structs.replace(one, choices=allows[one.name]) for one in fields_of(Withdraw))


def _as_she_was_told(record: ConsentView) -> dict[str, str]:
    """The offices under the names that they had when she was asked."""
    return {to.holder: to.offices[0].holder for to in record.recipients if to.holder and to.offices}


def _said(record: ConsentView) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(record)
    for to in plain["recipients"]:
        del to["offices"]  # their names stand where the key would
    hidden = ("consent", "counts", "faults", "recorded_by", "seconded_by", "renewals", "info_sheet_version", "told")
    return {name: one for name, one in plain.items() if name not in hidden and one not in (None, [], (), "")}


CONSENT_ONE: tuple[Page, ...] = (
    Page("GET", "/case/{case}/consents/{consent}", WORK, _one),
    Page("POST", "/case/{case}/consents/{consent}/second", WORK, _second),
    Page("POST", "/case/{case}/consents/{consent}/talk", WORK, _talk),
    Page("POST", "/case/{case}/consents/{consent}/withdraw", WORK, _withdraw),
)
