"""What is typed on the pages of our own entry, as parts of it; and a part as what is typed."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from node.errors import BadInput
from node.service.directory.draft import General, ServiceFacts
from node.service.directory.publishing import CONTACT_ROLES, MOST_DAYS
from node.service.threads.forms import FormField, fields_of
from node.web.forms import NOT_A_NUMBER, NOT_A_TIME, Fields, body_of, several
from node.web.visit import Visit
from node.web.words import N_

WEEKDAYS: Final = range(1, 8)
RANGES: Final = range(4)  # before and after a break, and as many as an entry may hold
NAMES: Final = ("guardian_authority", "data_protection_authority")
OPENS_FIRST: Final = N_("Give both times, the earlier one first.")
LABELS: Final[dict[str, str]] = {
    "roles": N_("What this country is for people on the way"),
    "accepts": N_("What it takes letters about"),
    "on_call": N_("Is somebody on call at all hours?"),
    "category": N_("What the service is for"),
    "name": N_("Its name: no address, no number, nothing that says where"),
    "provider": N_("Who runs it"),
    "status": N_("Does it work now?"),
    "capacity": N_("How much room there is"),
    "starts_within": N_("How soon somebody can come"),
    "min_age": N_("From which age, in years"),
    "max_age": N_("Up to which age, in years"),
    "genders": N_("Who may come"),
    "interpretation": N_("Are other languages interpreted?"),
    "accessibility": N_("What the place offers"),
    "dependants": N_("Who may come along, by age"),
    "eligibility": N_("What comes first"),
    "duration_days": N_("For how many days at most"),
    "recovery_days": N_("Days of the recovery period"),
    "permits": N_("Permits that she can get"),
    "guardian_authority": N_("Who appoints guardians"),
    "data_protection_authority": N_("Who hears complaints about data"),
    "safe_return_assessment": N_("Is the risk assessed before a return is offered?"),
    "hours": N_("Office hours"),
    "contacts": N_("Who can be reached, in which languages"),
    "promises": N_("How soon it promises to answer, in working days"),
    "languages": N_("Languages"),
    "assured_date": N_("When somebody last made sure"),
}


def named(*names: str, of: Any) -> list[FormField]:
    """These fields of a type, in this order."""
    every = {one.name: one for one in fields_of(of)}
    return [every[name] for name in names]


def typed_of(part: Any) -> dict[str, list[str]]:
    """The plain fields of a part as a form has them; its lists of groups are typed in their own way."""
    facts: dict[str, Any] = {} if part is None else msgspec.to_builtins(part)
    return {name: _words(value) for name, value in facts.items() if not _is_group(value)}


def general_typed(general: General | None) -> dict[str, list[str]]:
    """All of a country's general part as its form has it."""
    typed = typed_of(general)
    for contact in () if general is None else general.contacts:
        typed.setdefault(f"contacts.{contact.role}", []).extend(contact.languages)
    for promise in () if general is None else general.promises:
        typed[f"promises.{promise.kind}"] = [str(promise.working_days)]
    for day in WEEKDAYS:
        hours = [one for one in (() if general is None else general.hours) if one.weekday == day]
        for place, one in zip(RANGES, hours, strict=False):
            typed[f"hours.{day}.{place}"] = [clock_of(one.opens), clock_of(one.closes)]
    return typed


def general_of(form: Fields, v: Visit) -> General:
    """What was typed. BadInput, ValidationError."""
    plain = body_of(tuple(named("roles", "languages", "on_call", "accepts", of=General)), form, v.speech.zone)
    contacts = [
        {"role": role, "languages": codes} for role in CONTACT_ROLES if (codes := _codes(form, f"contacts.{role}"))
    ]
    if len(contacts) < 2:
        raise BadInput("too few contacts", field="contacts", for_user=v.say("Name two at least, each with a language."))
    return msgspec.convert({**plain, "contacts": contacts, "hours": _hours(form), "promises": _promises(form)}, General)


def legal_facts(form: Fields, v: Visit, of: Any) -> Any:
    """What was typed of the law. BadInput, ValidationError."""
    plain = tuple(one for one in fields_of(of) if one.name not in NAMES)
    names = {name: [text] if (text := v.typed(name)) else [] for name in NAMES}
    return msgspec.convert({**body_of(plain, form, v.speech.zone), **names}, of)


def service_of(form: Fields, v: Visit) -> ServiceFacts:
    """What was typed of a service. BadInput, ValidationError."""
    plain = tuple(one for one in fields_of(ServiceFacts) if one.name != "assured")
    facts = {name: value for name, value in body_of(plain, form, v.speech.zone).items() if value is not None}
    return msgspec.convert({**facts, "assured": v.typed("assured") == "yes"}, ServiceFacts)


def clock_of(minutes: int) -> str:
    """Minutes after midnight as a clock has them; a form has no 24:00."""
    return "23:59" if minutes >= 1440 else f"{minutes // 60:02}:{minutes % 60:02}"


def _hours(form: Fields) -> list[dict[str, int]]:
    found = []
    for day in WEEKDAYS:
        for place in RANGES:
            times = [one for one in form.get(f"hours.{day}.{place}", []) if one.strip()]
            if times:
                found.append(_between(day, times, f"hours.{day}.{place}"))
    return found


def _between(day: int, times: list[str], path: str) -> dict[str, int]:
    minutes = [_minutes(one, path) for one in times]
    if len(minutes) != 2 or minutes[0] >= minutes[1]:
        raise BadInput("hours are the wrong way round", field=path, for_user=OPENS_FIRST)
    return {"weekday": day, "opens": minutes[0], "closes": 1440 if minutes[1] == 1439 else minutes[1]}


def _minutes(text: str, path: str) -> int:
    hours, _, minutes = text.strip()[:5].partition(":")
    if not (hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()):
        raise BadInput(NOT_A_TIME, field=path)
    if int(hours) > 23 or int(minutes) > 59:
        raise BadInput(NOT_A_TIME, field=path)
    return int(hours) * 60 + int(minutes)


def _promises(form: Fields) -> list[dict[str, Any]]:
    found = []
    for kind in MOST_DAYS:
        text = (form.get(f"promises.{kind}") or [""])[-1].strip()
        if text and not (text.isascii() and text.isdigit() and len(text) < 4):
            raise BadInput(NOT_A_NUMBER, field=f"promises.{kind}")
        if text:
            found.append({"kind": kind, "working_days": int(text)})
    return found


def _codes(form: Fields, path: str) -> list[str]:
    """Languages that were ticked, and those that were typed by their codes."""
    return list(dict.fromkeys(code for text in form.get(path, []) for code in several(text)))


def _is_group(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _words(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
