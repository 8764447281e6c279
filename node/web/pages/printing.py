"""Printing: what for, into which country, in which language; then a PDF, or the same paper as a page to print.

One address for every paper; each names its own questions and its own use case, which passes the gate and writes the
log. Nothing of her stands in an address or in the name of a file. Source: interface C5, C8, C10, C13; practice H15.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from aiohttp import web
from babel import Locale, UnknownLocaleError

from node.errors import BadInput, NotFound, OpenTRMError
from node.service.cases import cases
from node.service.cases.consents import view_consent
from node.service.cases.drafts import read_draft
from node.service.cases.requests import CaseView
from node.service.paper.consent_page import PrintConsent, consent_page
from node.service.paper.journey import PrintJourney, journey_card
from node.service.paper.printing import PAPERS, PURPOSES, Paper, Print
from node.service.paper.referral import referral_on_paper
from node.service.paper.release import release_paper
from node.service.returns.plans import list_returns
from node.service.rights.sheet import sheet
from node.service.rights.texts import Variant, said
from node.service.threads.preview import Preview
from node.web.guard import tell_given
from node.web.language import ENGLISH, LANGUAGES, own_name, speech
from node.web.pages.consent import offices_of
from node.web.pages.qr import qr_svg
from node.web.pages.referral import DRAFT, command_of, peer_of, problem
from node.web.pages.roles import WORK
from node.web.people import persons_of
from node.web.render import Helpers
from node.web.visit import Page, Visit
from node.web.words import N_

TITLES: Final[dict[Paper, str]] = {
    "consent": N_("Print the consent page"),
    "referral": N_("Print a paper referral"),
    "journey": N_("Print the card for the way"),
    "sheet": N_("Print her sheet: who holds what"),
    "release": N_("Print the paper for the authority"),
}
LEAVES: Final[frozenset[Paper]] = frozenset({"referral", "journey"})  # its country is known; `sheet` asks
PDF_NAME: Final = 'inline; filename="paper.pdf"'


@dataclass(frozen=True, slots=True)
class About:
    """What a paper is about, from its address: the country it goes to or tells of, a plan, a consent, a person."""

    case: CaseView
    paper: Paper
    person_id: str
    country: str = ""
    plan: str = ""
    consent: str = ""


Facts = dict[str, Any]


async def _ask(v: Visit) -> web.Response:
    return await _show(v, await _about(v))


async def _print(v: Visit) -> web.Response:
    about = await _about(v)
    try:
        facts = await MAKES[about.paper](v, about)
    except OpenTRMError as error:
        return await _show(v, about, status=409, error=problem(v, error))
    language = facts.get("written_in") or _language(v, about)
    return await paper_of(v, f"paper_{about.paper}.html", language, facts)


async def paper_of(v: Visit, template: str, language: str, facts: Facts) -> web.Response:
    """A paper in its language: as PDF, or as a page with one sentence where no PDF can be made."""
    spoken = speech(language if language in LANGUAGES else ENGLISH, v.speech.zone.key)
    body = v.templates.part(replace(v, speech=spoken), template, facts)
    whole: Facts = {"body": body, "paper_in": spoken}
    made = await v.templates.press.pdf(v.templates.part(v, "paper_alone.html", whole))
    if made is None:
        return v.show("paper_on_page.html", **whole)
    answer = web.Response(body=made, content_type="application/pdf", headers={"Content-Disposition": PDF_NAME})
    tell_given(answer, v.typed("_asked"))  # a browser that shows no PDF saves it, and the page stays
    return answer


async def _about(v: Visit) -> About:
    """NotFound for a paper, plan, consent or person that is not of this case."""
    paper = next((one for one in PAPERS if one == v.path["paper"]), None)
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    if paper is None:
        raise NotFound("no such paper", field="paper")
    person = v.typed("person_id") or v.query.get("person", "") or case.persons[0].person_id
    about = About(case, paper, person)
    if not any(one.person_id == person for one in case.persons):
        raise NotFound("no such person in this case", field="person")
    given = v.typed("consent") or v.query.get("consent", "")
    if paper == "journey":
        return await _with_plan(v, about)
    if paper == "consent" and given:
        record = await view_consent(v.node, v.actor, case.case, given)
        country = record.recipients[0].country
        return replace(about, person_id=record.person_id, consent=record.consent, country=country)
    if paper in ("consent", "referral"):
        draft = await read_draft(v.node, v.actor, case.case, DRAFT)
        return replace(about, country=peer_of(draft))
    return about


async def _with_plan(v: Visit, about: About) -> About:
    wanted = v.typed("plan") or v.query.get("plan", "")
    known = await list_returns(v.node, v.actor, about.case.case)
    plan = next((one for one in known if one.plan == wanted), None)
    if plan is None:
        raise NotFound("no such return plan in this case", field="plan")
    person = about.person_id if any(one.person_id == about.person_id for one in plan.persons) else ""
    return replace(about, plan=wanted, country=plan.country, person_id=person or plan.persons[0].person_id)


async def _show(v: Visit, about: About, status: int = 200, **more: Any) -> web.Response:
    return v.show(
        "print.html", status=status, case=about.case, about=about, title=TITLES[about.paper], typed=v.form,
        purposes=PURPOSES[about.paper], people=persons_of(v, about.case), countries=sorted(v.node.view.countries),
        spoken=_spoken(about), language=_language(v, about), can_pdf=v.templates.press.can, **more,
    )  # fmt: skip


def _spoken(about: About) -> list[tuple[str, str]]:
    """The languages to print in: those of the desk, and for her consent those that she speaks."""
    hers = [code for one in about.case.persons for code in one.languages] if about.paper == "consent" else []
    return [(code, _own_name(code)) for code in dict.fromkeys((*hers, *LANGUAGES))]


def _own_name(code: str) -> str:
    try:
        return own_name(code)
    except (UnknownLocaleError, ValueError):
        return str(Locale.parse(ENGLISH).languages.get(code, code))


def _language(v: Visit, about: About) -> str:
    """Chosen; else hers for what she reads, English for what goes abroad, the reader's own for the rest."""
    asked = v.typed("in") or v.query.get("in", "")
    if any(asked == code for code, _ in _spoken(about)):
        return asked
    hers = next((one.languages for one in about.case.persons if one.person_id == about.person_id), ())
    if about.paper in ("consent", "journey", "sheet"):
        return next((one for one in hers if about.paper == "consent" or one in LANGUAGES), v.speech.code)
    return ENGLISH if about.paper == "referral" else v.speech.code


def _asked(v: Visit, to: str) -> dict[str, Any]:
    purposes = PURPOSES[next(one for one in PAPERS if one == v.path["paper"])]
    purpose = next((one for one in purposes if one == v.typed("purpose")), None)
    if purpose is None:
        raise BadInput("no purpose", field="purpose", for_user=v.say("Choose what it is printed for."))
    return {"purpose": purpose, "to": to}


async def _consent(v: Visit, about: About) -> Facts:
    if not about.country:
        raise BadInput("no country", field="peer", for_user=v.say("First say which country is to be asked."))
    language = _language(v, about)
    child = next(one.treated_as_child for one in about.case.persons if one.person_id == about.person_id)
    variant: Variant = ("guardian" if v.typed("for") == "guardian" else "child") if child else "adult"
    made = await consent_page(v.node, v.actor, about.case.case, PrintConsent(
        **_asked(v, v.node.country), person_id=about.person_id, country=about.country, language=language,
        workers=v.speech.code, variant=variant, consent=about.consent,
    ))  # fmt: skip
    hers = made.reading.hers.language if made.reading.hers.language in LANGUAGES else ENGLISH
    spoken = speech(hers, v.speech.zone.key)
    ours = speech(made.reading.workers.language if made.reading.workers.language in LANGUAGES else ENGLISH,
                  v.speech.zone.key)  # fmt: skip
    stands_for = f"{made.record.consent} {made.seal}" if made.record else made.seal
    return {
        "page": made, "mark": made.mark, "said": said, "read_in": language, "written_in": hers,
        "qr": qr_svg(stands_for), "offices": {office.holder: office.name for _, office in offices_of(v)},
        "ours": Helpers(replace(v, speech=ours), {}), "hers": Helpers(replace(v, speech=spoken), {}),
    }  # fmt: skip


async def _referral(v: Visit, about: About) -> Facts:
    offer = await command_of(v, about.case)
    to = v.node.country if v.typed("purpose") == "own_file" else offer.peer
    made = await referral_on_paper(v.node, v.actor, about.case.case, offer, Print(**_asked(v, to)))
    if isinstance(made, Preview):
        first = made.missing[0]
        raise BadInput(first.says, rule=first.rule or None, for_user=f"{first.says}: {first.next}")
    return {"page": made, "mark": made.mark}


async def _journey(v: Visit, about: About) -> Facts:
    asked = PrintJourney(**_asked(v, about.country), person_id=about.person_id, plan=about.plan)
    made = await journey_card(v.node, v.actor, about.case.case, asked)
    there = speech(_in_ours(_language(v, about)), made.zone)
    return {"page": made, "mark": made.mark, "there": there}


def _in_ours(language: str) -> str:
    return language if language in LANGUAGES else ENGLISH


async def _sheet(v: Visit, about: About) -> Facts:
    asked = _asked(v, v.typed("to") or v.node.country)
    made = await sheet(v.node, v.actor, about.case.case, asked["to"], asked["purpose"])
    return {"page": made, "mark": made.mark}


async def _release(v: Visit, about: About) -> Facts:
    made = await release_paper(v.node, v.actor, about.case.case, Print(**_asked(v, v.node.country)))
    return {"page": made, "mark": made.mark}


MAKES: Final[dict[Paper, Callable[[Visit, About], Awaitable[Facts]]]] = {
    "consent": _consent, "referral": _referral, "journey": _journey, "sheet": _sheet, "release": _release,
}  # fmt: skip
PRINTING: tuple[Page, ...] = (
    Page("GET", "/case/{case}/print/{paper}", WORK, _ask),
    Page("POST", "/case/{case}/print/{paper}", WORK, _print),
)
