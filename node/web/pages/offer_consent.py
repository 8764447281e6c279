"""Her consent to ask one country: the text in her language beside the worker's, point by point, then yes or no.

For the offer alone: needs and age, nobody named. What is recorded names the version of the text that was shown.
Source: interface C5; practice, the desk.
"""

from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, NotAllowed
from node.service.cases import cases, consents
from node.service.cases.consent_talks import SHUT
from node.service.cases.consents import NewConsent
from node.service.cases.drafts import read_draft
from node.service.cases.requests import CaseView
from node.service.rights.texts import POINTS, Reading, Variant, reading_for, said
from node.service.shown import Overtaken
from node.service.threads.forms import fields_of
from node.web import beside
from node.web.forms import Fields
from node.web.pages.referral import BASE, DRAFT, countries_known, peer_of, problem
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit

OFFER_LEVELS: Final = ("L1",)
OFFER_CATEGORIES: Final = ("needs",)
FOR_A_CHILD: Final = ("self_with_guardian", "guardian", "child_protection")
EVERY_POINT: Final = tuple(str(number) for number in range(1, POINTS + 1))


async def _consent(v: Visit) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    return await _show(v, case)


async def _show(v: Visit, case: CaseView, shown: str = "", **more: Any) -> web.Response:
    """`shown`: of before, where what was typed then is shown once more; what came since was not read."""
    draft = await read_draft(v.node, v.actor, case.case, DRAFT)
    peer = peer_of(draft)
    kept = _kept(v, peer).get(beside.SHOWN, [""])[-1]
    # Before what is shown: newer is asked about.
    shown = shown or kept or await consents.shown_consents(v.node, v.actor, case.case)
    records = await consents.list_consents(v.node, v.actor, case.case)
    reading = await _reading(v, case)
    typed = _typed(v, peer, {"text": [reading.hers.code], "read_in": [_language(v, case)]})
    return v.show(
        "consent.html", shown=shown, case=case, peer=peer, records=records, typed=typed, reading=reading,
        points=_points(reading),
        said=said, read_in=_language(v, case), is_child=_is_child(case), for_a_child=FOR_A_CHILD,
        variant=_variant(v, case), choices=_spoken(v, case),
        field={one.name: one for one in fields_of(NewConsent)}, **more,
    )  # fmt: skip


def _typed(v: Visit, peer: str, read: dict[str, list[str]]) -> Fields:
    """What was just typed, else what was kept for this country; no point of another text is ticked."""
    kept = _kept(v, peer)
    is_same = all(kept.get(name) == value for name, value in read.items())
    return v.form or (kept if is_same else {name: values for name, values in kept.items() if name != "read_aloud"})


def _kept(v: Visit, peer: str) -> Fields:
    """What was kept for this country, on a page to which nothing was typed since."""
    return {} if v.form or v.kept.get("peer") != [peer] else v.kept


async def _reading(v: Visit, case: CaseView) -> Reading:
    return await reading_for(v.node, _language(v, case), v.speech.code, _variant(v, case))


def _points(reading: Reading) -> list[tuple[str, str, str]]:
    return list(zip(EVERY_POINT, reading.workers.points, reading.hers.points, strict=True))


def _language(v: Visit, case: CaseView) -> str:
    """The language it is read in: chosen above the text, else the first that she speaks."""
    asked = v.typed("read_in") or v.query.get("in", "") or v.kept.get("read_in", [""])[-1]
    plain = asked if asked.replace("-", "").isalpha() and asked.isascii() and len(asked) < 20 else ""
    return plain or next(iter(case.persons[0].languages), "en")


def _variant(v: Visit, case: CaseView) -> Variant:
    """Which text: an adult's, a child's, or the one for those who consent for a child."""
    if not _is_child(case):
        return "adult"
    asked = v.typed("variant") or v.query.get("for", "") or v.kept.get("variant", [""])[-1]
    return "guardian" if asked == "guardian" else "child"


def _is_child(case: CaseView) -> bool:
    return case.persons[0].treated_as_child


def _spoken(v: Visit, case: CaseView) -> dict[str, list[tuple[str, str]]]:
    languages = case.persons[0].languages
    return {"interpreter_language": [(one, v.speech.language(one)) for one in languages]} if languages else {}


async def _record(v: Visit) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    if v.typed("agrees") == "no":
        return v.go(f"/case/{case.case}/consent?no=1")
    try:
        version = await _version_read(v, case)
        said = [_offer_consent(v, case, person.person_id, version) for person in case.persons]
        records = msgspec.convert(said, list[NewConsent])
        await consents.record_consents(v.node, v.actor, case.case, records, v.typed(beside.SHOWN))
    except Overtaken as error:
        return await _show(v, case, status=409, error=error)
    except (BadInput, NotAllowed, msgspec.ValidationError) as error:
        return await _show(v, case, v.typed(beside.SHOWN), status=422, error=problem(v, error))
    return v.go(f"/case/{case.case}/referral")


async def _version_read(v: Visit, case: CaseView) -> str:
    """The version that was read, once she said yes and every point was read aloud; BadInput otherwise."""
    if v.typed("agrees") != "yes":
        raise BadInput(
            "she was not asked", field="agrees", for_user=v.say("Ask her, then choose yes or no."),
        )  # fmt: skip
    reading = await _reading(v, case)
    if v.typed("text") != reading.hers.code:
        raise BadInput(
            "the text is another one now", field="read_aloud",
            for_user=v.say("The text was changed meanwhile. Read this one to her."),
        )  # fmt: skip
    if set(v.ticked("read_aloud")) != set(EVERY_POINT):
        raise BadInput(
            "not every point was read", field="read_aloud", for_user=v.say("Read every point aloud, then tick it.")
        )
    return reading.hers.code


def _offer_consent(v: Visit, case: CaseView, person_id: str, version: str) -> dict[str, Any]:
    """Yes or no for the offer alone: needs and age, nobody named (practice, the desk)."""
    peer = v.typed("peer")
    country = next((one for one in countries_known(v) if one.country == peer), None)
    if country is None and peer not in dict(v.speech.countries()):
        raise BadInput("no country was chosen", field="peer", for_user=v.say("Choose the country first."))
    offices = country.offices if country else ()  # outside the network there is none
    holder = next((office.holder for office in offices if office.newest), None)
    child = _is_child(case)
    return {
        "person_id": person_id,
        "given_by": v.typed("given_by") or ("self_with_guardian" if child else "self"),
        "capacity": v.typed("capacity") or ("child_assent_recorded" if child else "adult"),
        "recipients": [{"country": peer, "organisation_type": "civil_society", "holder": holder}],
        "purposes": ["enquiry", "referral"],
        "levels": list(OFFER_LEVELS),
        "categories": list(OFFER_CATEGORIES),
        "language": v.typed("language"),
        "interpreter": v.typed("interpreter") or "none",
        "info_sheet_version": version,
        "method": v.typed("method") or "written",
        "understood_check": v.typed("understood_check") == "yes",
        "alternatives_explained": v.typed("alternatives_explained") == "yes",
        "no_pressure_declared": v.typed("no_pressure_declared") == "yes",
        "present": v.ticked("present"),
        "spoken_to_alone": v.typed("spoken_to_alone") == "yes",
        **{name: typed for name in SHUT if (typed := v.typed(name))},
    }


OFFER_CONSENT: tuple[Page, ...] = (
    Page("GET", BASE + "/consent", WORK, _consent),
    Page("POST", BASE + "/consent", WORK, _record),
)
