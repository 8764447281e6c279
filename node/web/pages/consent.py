"""Her consent by recipient and category: every office asked about by itself, nothing ticked before she said so.

One person at a time: one talk, and a record for each office that she allows something. What they asked for stands
first. A no needs one answer and nothing else. Source: interface C5; practice, the desk, H13, H26; R01, R22.
"""

from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, NotFound, OpenTRMError
from node.service.cases import cases, consents
from node.service.cases.consents import NewConsent
from node.service.cases.requests import CaseView, PersonView
from node.service.directory.called import called_in
from node.service.network.view import OfficeView, registry_view
from node.service.shown import Overtaken
from node.service.threads import reading
from node.service.threads.commands import ThreadView
from node.service.threads.forms import FormField, fields_of
from node.service.threads.told import categories_of, headings, levels_of, needed, purpose_for
from node.web import beside
from node.web.forms import NEEDED, Fields, asked
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.people import persons_of
from node.web.visit import Page, Visit
from node.web.words import N_, english

# Shown as they are, in this order; the grid, the office and the person have inputs of their own.
ABOUT_THE_TALK: Final = (
    "given_by", "capacity", "language", "interpreter", "interpreter_name", "interpreter_language", "method",
    "witness_name", "witness_role", "present", "spoken_to_alone", "understood_check", "alternatives_explained",
    "no_pressure_declared",
)  # fmt: skip
RARELY: Final = ("basis", "excluded", "valid_until", "evidence_hash")
OF_A_MATTER: Final = {"referral": ("enquiry", "referral")}  # a referral's offer and what follows go together
LABELS: Final = {
    "interpreter": N_("Who interpreted?"),
    "language": N_("In which language was it said?"),
    "present": N_("Who was in the room besides her?"),
    "method": N_("How did she give it?"),
}
WHAT_FOR: Final = english("purposes")
TEXT: Final = "1"  # the version of the text that is read to her


async def _consent(v: Visit) -> web.Response:
    case, thread = await _about(v)
    person = _person(v, case)
    preset = await _preset(v, person, thread)
    about = {"person_id": [person.person_id], "peer": preset["peer"]}
    is_same = all(v.kept.get(name) == value for name, value in about.items())
    typed = v.kept if is_same else preset
    return await _show(v, case, person, thread, typed, shown=typed.get(beside.SHOWN, [""])[-1])


async def _record(v: Visit) -> web.Response:
    case, thread = await _about(v)
    person = _person(v, case)
    shown = v.typed(beside.SHOWN)
    try:
        if v.typed("agrees") == "no":
            return v.go(f"/case/{case.case}/consent?no=1")
        made = await consents.record_consents(v.node, v.actor, case.case, _new(v, person, thread), shown)
    except Overtaken as error:
        return await _show(v, case, person, thread, v.form, status=409, error=error)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _show(v, case, person, thread, v.form, status=422, shown=shown, error=problem(v, error))
    return v.go(f"/case/{case.case}/consents/{made[0].consent}?recorded={len(made)}")


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
    asked_about = [thread.peer if thread else v.query.get("peer", ""), *v.query.get("also", "").split(",")]
    peers = list(dict.fromkeys(one for one in asked_about if one))
    purpose = v.query.get("purpose", "") or purpose_for(v.query.get("kind", "")) or ""
    child = person.treated_as_child
    purposes = [purpose] if purpose else list(OF_A_MATTER.get(thread.matter if thread else "referral", ()))
    return {
        "peer": peers,
        **{f"purposes.{peer}": purposes for peer in peers},
        "given_by": ["self_with_guardian" if child else "self"],
        "capacity": ["child_assent_recorded" if child else "adult"],
        "basis": ["consent"],
    }


async def _asked_for(v: Visit, person: PersonView, thread: ThreadView | None) -> frozenset[str]:
    """What they asked for about this person: the fields, by name."""
    if thread is None:
        return frozenset()
    tokens = {token for token, who in thread.persons.items() if who == person.person_id}
    return frozenset(one.field for one in await needed(v.node, v.actor, thread.thread) if one.person in tokens)


def _new(v: Visit, person: PersonView, thread: ThreadView | None) -> list[NewConsent]:
    """A record for each office that she allows something; BadInput where she said yes to nothing."""
    if v.typed("agrees") != "yes":
        raise BadInput("she was not asked", field="agrees", for_user=v.say("Ask her, then choose yes or no."))
    allowed = [(peer, one) for peer, one in offices_of(v) if peer in v.ticked("peer") and _ticked(v, one.holder)]
    if not allowed:
        raise BadInput(
            "nothing was ticked for any office", field="categories",
            for_user=v.say("Tick what she allows, or choose no."),
        )  # fmt: skip
    return [_to_one(v, person, thread, peer, office) for peer, office in allowed]


def _ticked(v: Visit, holder: str) -> list[str]:
    ticked = set(v.ticked(f"categories.{holder}"))
    return [one.category for one in headings() if one.category in ticked]


def _to_one(v: Visit, person: PersonView, thread: ThreadView | None, peer: str, office: OfficeView) -> NewConsent:
    categories = _ticked(v, office.holder)
    purposes = v.ticked(f"purposes.{peer}")
    if not purposes:
        raise BadInput(NEEDED, field=f"purposes.{peer}")
    recipient = {
        "country": peer, "holder": office.holder,
        "organisation_type": v.typed(f"organisation_type.{office.holder}") or "civil_society",
        "organisation": (thread.organisation if thread and thread.peer == peer else None) or None,
    }  # fmt: skip
    return asked(
        NewConsent, v.form, v.speech.zone, person_id=person.person_id, recipients=[recipient], categories=categories,
        levels=levels_of(categories), purposes=purposes, info_sheet_version=TEXT, valid_from=None,
    )  # fmt: skip


def offices_of(v: Visit) -> list[tuple[str, OfficeView]]:
    """Every office abroad that may be named to her now, with its country."""
    view = registry_view(v.node)
    return [
        (one.country, office)
        for one in view.countries
        if one.country != v.node.country
        for office in one.offices
        if office.newest
    ]


async def _show(
    v: Visit, case: CaseView, person: PersonView, thread: ThreadView | None, typed: Fields, status: int = 200,
    shown: str = "", **more: Any,
) -> web.Response:  # fmt: skip
    """`shown`: of before, where what was typed then is shown once more; what came since was not read."""
    peers = typed.get("peer") or []
    shown = shown or await consents.shown_consents(v.node, v.actor, case.case)
    asked_for, every = await _asked_for(v, person, thread), offices_of(v)
    field = {one.name: one for one in fields_of(NewConsent)}
    called_there = await called_in(v.node, set(peers), v.speech.code, case.case)
    spoken = [(one, v.speech.language(one)) for one in person.languages]
    return v.show(
        "consent_grid.html", status=status, case=case, person=person, people=persons_of(v, case), thread=thread,
        typed=typed, peers=peers, called_there=called_there, offices=every, headings=headings(), asked_for=asked_for,
        wanted=categories_of(asked_for), field=field, talk=_some(field, ABOUT_THE_TALK), rarely=_some(field, RARELY),
        choices={"language": spoken, "interpreter_language": spoken} if spoken else {}, no=v.query.get("no") == "1",
        countries=sorted({at for at, _ in every}), shown=shown,
        labels=LABELS | {f"purposes.{one}": WHAT_FOR for one in peers}, **more,
    )  # fmt: skip


def _some(fields: dict[str, FormField], names: tuple[str, ...]) -> list[FormField]:
    return [fields[name] for name in names]


CONSENT: tuple[Page, ...] = (
    Page("GET", "/case/{case}/consent", WORK, _consent),
    Page("POST", "/case/{case}/consent", WORK, _record),
)
