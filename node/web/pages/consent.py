"""Her consent by recipient and category: preset to what is needed, all else off, for exactly one office; and its end.

One person at a time: one talk, one record. Taking it back is one button, at every point, without a reason.
Source: interface C5; practice, the desk, H13, H26; R01, R20-R22.
"""

import asyncio
from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, NotFound, OpenTRMError
from node.service.cases import cases, consents
from node.service.cases.consents import ConsentView, NewConsent
from node.service.cases.requests import CaseView, PersonView
from node.service.network.view import registry_view
from node.service.paper.printing import told_on_paper
from node.service.scans.keeping import scans_of
from node.service.threads import reading
from node.service.threads.commands import ThreadView, Withdraw
from node.service.threads.forms import FormField, fields_of
from node.service.threads.told import categories_of, headings, levels_of, needed, purpose_for
from node.service.threads.withdrawals import withdraw_consent
from node.web.forms import Fields, asked
from node.web.pages.case import REASONS
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.people import persons_of
from node.web.visit import Page, Visit
from node.web.words import N_

# Shown as they are, in this order; the grid, the office and the person have inputs of their own.
ABOUT_THE_TALK: Final = (
    "given_by", "capacity", "language", "interpreter", "method", "present", "spoken_to_alone", "understood_check",
    "alternatives_explained", "no_pressure_declared",
)  # fmt: skip
RARELY: Final = ("basis", "excluded", "valid_until", "evidence_hash")
OF_A_MATTER: Final = {"referral": ("enquiry", "referral")}  # a referral's offer and what follows go together
LABELS: Final = {
    "interpreter": N_("Who interpreted?"),
    "language": N_("In which language was it said?"),
    "present": N_("Who was in the room besides her?"),
    "method": N_("How did she give it?"),
}
TEXT: Final = "1"  # the version of the text that is read to her


async def _consent(v: Visit) -> web.Response:
    case, thread = await _about(v)
    person = _person(v, case)
    preset = await _preset(v, person, thread)
    about = {"person_id": [person.person_id], "peer": preset["peer"]}
    is_same = all(v.kept.get(name) == value for name, value in about.items())
    return await _show(v, case, person, thread, v.kept if is_same else preset)


async def _record(v: Visit) -> web.Response:
    case, thread = await _about(v)
    person = _person(v, case)
    try:
        if v.typed("agrees") != "yes":
            raise BadInput(
                "she did not agree", field="agrees",
                for_user=v.say("Without her yes nothing is sent. She is helped here all the same."),
            )  # fmt: skip
        made = await consents.record_consent(v.node, v.actor, case.case, _new(v, person, thread))
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _show(v, case, person, thread, v.form, status=422, error=problem(v, error))
    return v.go(f"/case/{case.case}/consents/{made.consent}?recorded=1")


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


async def _about(v: Visit) -> tuple[CaseView, ThreadView | None]:
    """The case, and the matter for which she is asked, if the link named one of this case."""
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    wanted = v.typed("thread") or v.query.get("thread", "")
    if not any(one.thread == wanted for one in case.threads):
        return case, None
    return case, await reading.view_thread(v.node, v.actor, wanted)


def _person(v: Visit, case: CaseView) -> PersonView:
    wanted = v.typed("person_id") or v.query.get("person", "") or case.persons[0].person_id
    found = next((one for one in case.persons if one.person_id == wanted), None)
    if found is None:
        raise NotFound("no such person in this case", field="person")
    return found


async def _preset(v: Visit, person: PersonView, thread: ThreadView | None) -> dict[str, list[str]]:
    """What is needed and no more; who gives it as the case has her."""
    peer = thread.peer if thread else v.query.get("peer", "")
    purpose = v.query.get("purpose", "") or purpose_for(v.query.get("kind", "")) or ""
    child = person.treated_as_child
    preset = {
        "peer": [peer],
        "purposes": [purpose] if purpose else list(OF_A_MATTER.get(thread.matter if thread else "referral", ())),
        "categories": ["needs"],
        "given_by": ["self_with_guardian" if child else "self"],
        "capacity": ["child_assent_recorded" if child else "adult"],
        "basis": ["consent"],
    }
    if thread is not None:
        tokens = {token for token, who in thread.persons.items() if who == person.person_id}
        wanted = [one.field for one in await needed(v.node, v.actor, thread.thread) if one.person in tokens]
        preset["categories"] += sorted(categories_of(wanted))
    return preset


def _new(v: Visit, person: PersonView, thread: ThreadView | None) -> NewConsent:
    peer, holder = v.typed("peer"), v.typed("holder")
    office = next((one for at, one in _offices(v) if (at, one.holder) == (peer, holder)), None)
    if office is None:
        raise BadInput("no office was chosen", field="holder", for_user=v.say("Ask her which office, then choose it."))
    ticked = set(v.ticked("categories"))
    categories = [one.category for one in headings() if one.category in ticked]
    recipient = {
        "country": peer, "organisation_type": v.typed("organisation_type") or "civil_society", "holder": office.holder,
        "organisation": (thread.organisation if thread and thread.peer == peer else None) or None,
    }  # fmt: skip
    return asked(
        NewConsent, v.form, v.speech.zone, person_id=person.person_id, recipients=[recipient], categories=categories,
        levels=levels_of(categories), purposes=[*v.ticked("purposes")], info_sheet_version=TEXT, valid_from=None,
    )  # fmt: skip


def _offices(v: Visit) -> list[tuple[str, Any]]:
    view = registry_view(v.node)
    return [
        (one.country, office)
        for one in view.countries
        if one.country != v.node.country
        for office in one.offices
        if office.usable_now
    ]


async def _show(
    v: Visit, case: CaseView, person: PersonView, thread: ThreadView | None, typed: Fields, status: int = 200,
    **more: Any,
) -> web.Response:  # fmt: skip
    peer = (typed.get("peer") or [""])[-1]
    asked_for = set() if thread is None else {one.field for one in await needed(v.node, v.actor, thread.thread)}
    field = {one.name: one for one in fields_of(NewConsent)}
    return v.show(
        "consent_grid.html", status=status, case=case, person=person, people=persons_of(v, case), thread=thread,
        typed=typed, peer=peer, offices=[one for at, one in _offices(v) if at == peer], headings=headings(),
        asked_for=asked_for, field=field, talk=_some(field, ABOUT_THE_TALK), rarely=_some(field, RARELY),
        choices={"language": [(one, v.speech.language(one)) for one in person.languages]} if person.languages else {},
        countries=sorted({at for at, _ in _offices(v)}), labels=LABELS, **more,
    )  # fmt: skip


def _some(fields: dict[str, FormField], names: tuple[str, ...]) -> list[FormField]:
    return [fields[name] for name in names]


async def show_one(v: Visit, **more: Any) -> web.Response:
    """One consent record, with the scans of its paper."""
    case, record, on_paper, scans = await asyncio.gather(
        cases.view_case(v.node, v.actor, v.path["case"]),
        consents.view_consent(v.node, v.actor, v.path["case"], v.path["consent"]),
        told_on_paper(v.node, v.actor, v.path["case"]),
        scans_of(v.node, v.actor, v.path["case"], v.path["consent"]),
    )
    people = persons_of(v, case)
    others = [one for one in people if one[0] != record.person_id]
    return v.show(
        "consent_one.html", case=case, one=record, said=_said(record), labels=LABELS,
        called=dict(people) | {office.holder: office.name for _, office in _offices(v)}, others=others,
        withdraw=_narrowed(record), recorded=v.query.get("recorded") == "1", told=v.query.get("told", ""),
        typed=v.form, on_paper=[one for one in on_paper if one.country in {to.country for to in record.recipients}],
        scans=scans, reasons=REASONS, **more,
    )  # fmt: skip


def _narrowed(record: ConsentView) -> tuple[FormField, ...]:
    """What can be taken back of this record: what it allows, nothing else."""
    allows = {"purposes": record.purposes, "levels": record.levels}
    return tuple(msgspec.structs.replace(one, choices=allows[one.name]) for one in fields_of(Withdraw))


def _said(record: ConsentView) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(record)
    hidden = ("consent", "counts", "faults", "recorded_by", "seconded_by", "renewals", "info_sheet_version", "told")
    return {name: one for name, one in plain.items() if name not in hidden and one not in (None, [], (), "")}


CONSENT: tuple[Page, ...] = (
    Page("GET", "/case/{case}/consent", WORK, _consent),
    Page("POST", "/case/{case}/consent", WORK, _record),
    Page("GET", "/case/{case}/consents/{consent}", WORK, _one),
    Page("POST", "/case/{case}/consents/{consent}/second", WORK, _second),
    Page("POST", "/case/{case}/consents/{consent}/withdraw", WORK, _withdraw),
)
