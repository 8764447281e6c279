"""Starting a referral as a list of tasks: who, from whom it is kept, what and where, her consent, her names, check.

Every task is saved on the server when it is left. Nothing here decides whether it may go: the check page shows what the
gate says, each point with the task that opens it. Source: interface C4, C5; practice, the desk.
"""

import asyncio
from dataclasses import replace
from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, OpenTRMError
from node.service.cases import cases, consents
from node.service.cases.drafts import Draft, read_draft, save_draft, sent_draft
from node.service.cases.requests import CaseView, FirstIntakeAnswered, NewCase, NewPerson, WriteIdentity
from node.service.directory.views import list_entries
from node.service.finding.search import LONGEST, possible_matches
from node.service.network.view import registry_view
from node.service.shown import Overtaken, must_be_as_shown
from node.service.threads.commands import OpenReferral
from node.service.threads.forms import FormField, fields_of, told_after_acceptance
from node.service.threads.opening import open_referral
from node.service.threads.preview import Missing, Preview, preview_referral
from node.web import beside
from node.web.forms import Fields, several
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit
from node.web.words import N_

DRAFT: Final = "referral"
DONE: Final = N_("Done")
LEFT: Final = N_("To do")
SEALED: Final = N_("Kept here, sealed")
CHANGED: Final = N_("What this referral asks for was changed meanwhile. Read what would leave now, then send it.")
WAITS: Final = N_("Can wait until they accept")
NAMES: Final = (
    "given_name",
    "family_name",
    "name_used",
    "birth_date",
    "nationality",
    "safe_contact",
    "safe_contact_times",
)
WHERE: Final = ("peer", "needs", "urgency", "reason", "region", "accessibility", "safety_codes", "earliest_date")
ASKED: Final = ("peer", "needs", "urgency")  # asked for before anything is sent: none says that it may be empty
# Which task puts right what a rule says; anything else is put right in the case.
OPENS: Final = {
    "H05": "kept-from", "R22": "consent", "R23": "consent", "R01": "consent", "R11": "consent", "R13": "case",
    "R19": "consent", "R20": "consent", "H13": "consent", "H10": "consent", "H17": "case",
    "where": "where", "R39": "where",
}  # fmt: skip


class Task(msgspec.Struct, frozen=True):
    """One task of the list: where it is, what it is called, and how far it is."""

    path: str
    title: str
    status: str
    optional: bool = False


async def _start(v: Visit) -> web.Response:
    return v.show("start.html", fields=_person_fields(), typed=v.form)


async def _begin(v: Visit) -> web.Response:
    try:
        person = msgspec.convert(_person(v), NewPerson)
        made = await cases.create_case(v.node, v.actor, NewCase(persons=(person,)))
    except (BadInput, msgspec.ValidationError) as error:
        return v.show("start.html", status=422, fields=_person_fields(), typed=v.form, error=problem(v, error))
    if v.typed("known_as"):
        named: dict[str, dict[str, str | None]] = {
            made.persons[0].person_id: {"name_used": v.typed("known_as")[:LONGEST]}
        }
        await cases.write_names(v.node, v.actor, made.case, WriteIdentity(persons=named))
    await save_draft(v.node, v.actor, made.case, DRAFT, {})  # so that it is found again on the desk
    return v.go(f"/case/{made.case}/referral")


async def _tasks(v: Visit) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    matches = await possible_matches(v.staff, v.caller, case.case)
    return v.show("tasks.html", case=case, tasks=await _list(v, case), matches=matches)


async def _list(v: Visit, case: CaseView) -> list[Task]:
    draft, records, named = await asyncio.gather(
        read_draft(v.node, v.actor, case.case, DRAFT),
        consents.list_consents(v.node, v.actor, case.case),
        cases.names_version(v.node, v.actor, case.case),
    )
    where = draft is not None and not _missing(draft.typed)
    peer = peer_of(draft)
    agreed = any(one.counts and any(to.country == peer for to in one.recipients) for one in records)
    kept = case.first_intake_answered_at is not None
    return [
        Task("kept-from", N_("Who must never hear of her"), DONE if kept else LEFT),
        Task("where", N_("What she needs, how fast, and where"), DONE if where else LEFT),
        Task("consent", N_("Her consent to ask there"), DONE if agreed else LEFT),
        Task("names", N_("Names and safe contact"), SEALED if named else WAITS, optional=True),
        Task("check", N_("Check and send"), N_("Shows what is missing")),
    ]


async def _kept_from(v: Visit) -> web.Response:
    return _ask_kept_from(v, await cases.view_case(v.node, v.actor, v.path["case"]), v.kept)


def _ask_kept_from(v: Visit, case: CaseView, typed: Any, error: BadInput | None = None) -> web.Response:
    """Her answer is asked again with what is recorded in sight: an answer adds to it and takes nothing away."""
    recorded = sorted({code for person in case.persons for code in person.blocked_countries})
    return v.show("kept_from.html", status=422 if error else 200, case=case, countries=countries_known(v),
                  recorded=recorded, typed=typed, error=error)  # fmt: skip


async def _keep_from(v: Visit) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    answer, named = v.typed("named"), v.ticked("blocked")
    if answer == "no" and named:
        says = v.say("You chose that she named none, and ticked countries. Ask her, then choose one answer.")
        return _ask_kept_from(v, case, v.form, BadInput("none and some", field="named", for_user=says))
    if answer != "no" and not (answer == "yes" and named):
        says = v.say("Ask her, then choose one answer.")
        return _ask_kept_from(v, case, v.form, BadInput("nobody was asked", field="named", for_user=says))
    blocked = {person.person_id: tuple(named) for person in case.persons}
    await cases.change_case(v.node, v.actor, case.case, FirstIntakeAnswered(blocked=blocked))
    return v.go(f"/case/{case.case}/referral")


async def _where(v: Visit) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    draft = await read_draft(v.node, v.actor, case.case, DRAFT)
    v = replace(v, made_from=draft.mark if draft else "")
    return await _show_where(
        v, case, draft.typed if draft else {}, saved_at=draft.saved_at if draft and draft.mark else None
    )


async def _show_where(v: Visit, case: CaseView, typed: Any, **more: Any) -> web.Response:
    entries = {one.country: one for one in await list_entries(v.node)}
    fields = [_asked(one) for one in fields_of(OpenReferral) if one.name in WHERE and one.name != "peer"]
    return v.show("where.html", case=case, typed=typed, fields=fields, countries=countries_known(v), entries=entries,
                  **{"saved_at": None, **more})  # fmt: skip


async def _save_where(v: Visit) -> web.Response:
    """Saved whatever is in it; what is wrong is said on the check page."""
    case_id = v.path["case"]
    _, answer = await beside.save(v, case_id, DRAFT, _typed(v, WHERE), f"/case/{case_id}/referral/where")
    return answer or v.go(f"/case/{case_id}/referral")


async def _names(v: Visit) -> web.Response:
    return await _show_names(v)


async def _show_names(v: Visit, **more: Any) -> web.Response:
    """What was just typed, where it was not saved; what is written already is opened with a reason only (R24)."""
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    v = replace(v, made_from=str(await cases.names_version(v.node, v.actor, case.case)))
    rest = [name for name, _ in told_after_acceptance() if name not in NAMES]
    return v.show("names.html", case=case, names=NAMES, more=rest, typed=v.form, **more)


async def _write_names(v: Visit) -> web.Response:
    """Only what was typed is written; a field left empty stays as it was."""
    case_id, person = v.path["case"], v.typed("person_id")
    every = (*NAMES, *(name for name, _ in told_after_acceptance()))
    named: dict[str, str | None] = {name: v.typed(name) for name in every if v.typed(name)}
    mark, shown = v.typed(beside.FROM), _number(v.typed(beside.FROM))
    try:
        if named:
            done = await cases.write_names(v.node, v.actor, case_id, WriteIdentity(persons={person: named}), shown)
            mark = str(done.version)
    except Overtaken as error:
        return beside.not_saved(v) if v.typed("_stay") else await _show_names(v, status=409, error=error)
    return beside.saved(mark) if v.typed("_stay") else v.go(f"/case/{case_id}/referral")


async def _check(v: Visit) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    return await _show_check(v, case)


async def _show_check(v: Visit, case: CaseView, **more: Any) -> web.Response:
    """What would leave, or what is missing: the tasks not done first, then what the gate says."""
    draft = await read_draft(v.node, v.actor, case.case, DRAFT)  # before what is shown: newer is refused, never older
    v = replace(v, made_from=draft.mark if draft else "")
    seen, tasks = await asyncio.gather(_preview(v, case), _list(v, case))
    todo = [one for one in tasks if one.status == LEFT and one.path != "check"]
    opens = {one.rule: OPENS.get(one.rule, "case") for one in seen.missing}
    return v.show("check.html", case=case, seen=seen, todo=todo, opens=opens,
                  on_paper=bool(seen.peer) and seen.peer not in v.node.view.countries, **more)  # fmt: skip


async def _send(v: Visit) -> web.Response:
    case = await cases.view_case(v.node, v.actor, v.path["case"])
    try:
        draft = await read_draft(v.node, v.actor, case.case, DRAFT)
        must_be_as_shown(v.typed(beside.FROM), draft.mark if draft else "", v.say(CHANGED))
        command = _command(v, draft)
        if command.peer not in v.node.view.countries:
            return v.go(f"/case/{case.case}/print/referral")
        done = await open_referral(v.node, v.actor, case.case, command)
    except OpenTRMError as error:
        return await _show_check(v, case, status=409, error=error)
    await sent_draft(v.node, v.actor, case.case, DRAFT, done.letter_id if v.undo_s else None)
    return v.go(f"/thread/{done.thread}?sent=1")


async def _preview(v: Visit, case: CaseView) -> Preview:
    try:
        command = await command_of(v, case)
        return await preview_referral(v.node, v.actor, case.case, command)
    except BadInput as error:
        missing = Missing(rule="where", says=error.for_user or error.message, next="")
        return Preview(kind="referral.offer", peer="", missing=(missing,))


async def command_of(v: Visit, case: CaseView) -> OpenReferral:
    """What the draft asks for; BadInput for what is missing in it."""
    return _command(v, await read_draft(v.node, v.actor, case.case, DRAFT))


def _command(v: Visit, draft: Draft | None) -> OpenReferral:
    typed = draft.typed if draft else {}
    one = {name: filled[-1] for name, values in typed.items() if (filled := [each for each in values if each])}
    if _missing(typed):
        raise BadInput(
            "a need, how fast or the country is missing",
            field="where",
            for_user=v.say("Say what she needs, how fast, and which country to ask."),
        )
    facts: dict[str, Any] = {
        "peer": one["peer"],
        "needs": [code for code in typed["needs"] if code],
        "urgency": one["urgency"],
        "undo_s": v.undo_s,
    }
    for name in ("accessibility", "safety_codes"):
        facts[name] = [code for code in typed.get(name, []) if code]
    facts |= {name: one[name] for name in ("reason", "region", "earliest_date") if name in one}
    try:
        return msgspec.convert(facts, OpenReferral)
    except msgspec.ValidationError as error:
        raise BadInput(
            "something in the draft cannot be used", field="where", for_user=str(problem(v, error).for_user)
        ) from None


def _missing(typed: Fields) -> list[str]:
    """What the task of needs and country leaves open, of what is asked for."""
    return [name for name in ASKED if not any(typed.get(name, []))]


def _asked(field: FormField) -> FormField:
    """The field as its page shows it: what is asked for later does not say that it may stay empty."""
    return msgspec.structs.replace(field, optional=False, least=1) if field.name in ASKED else field


def peer_of(draft: Draft | None) -> str:
    """The country that the draft asks: of those in the registry, or one outside the network."""
    named = [] if draft is None else draft.typed.get("peer", [])
    return next((one for one in reversed(named) if one), "")


def countries_known(v: Visit) -> list[Any]:
    """Every country of the registry but our own, by name."""
    known = [one for one in registry_view(v.node).countries if one.country != v.node.country]
    return sorted(known, key=lambda one: v.speech.country(one.country))


def problem(v: Visit, error: Exception) -> BadInput:
    """What is wrong with a form, as one error with the field it belongs to; what was typed is never in it."""
    if isinstance(error, BadInput):
        return error
    if isinstance(error, OpenTRMError):
        return BadInput(error.message, rule=getattr(error, "rule", None), for_user=error.for_user)
    _, _, where = str(error).rpartition(" - at `$.")
    field = where.rstrip("`").replace("[...]", "").replace("[", ".").replace("]", "")
    return BadInput("the form is incomplete", field=field, for_user=v.say("Fill in what is marked."))


def _person_fields() -> list[FormField]:
    """The page says once that all but the age may stay unknown; no field says it again."""
    wanted = ("age_band", "age_in_doubt", "gender", "languages", "interpreter")
    return [msgspec.structs.replace(one, optional=False, least=1) for one in fields_of(NewPerson) if one.name in wanted]


def _person(v: Visit) -> dict[str, Any]:
    if not v.typed("age_band"):
        raise BadInput("no age", field="age_band", for_user=v.say("Choose an age; a guess will do."))
    return {
        "age_band": v.typed("age_band"),
        "age_in_doubt": v.typed("age_in_doubt") == "yes",
        "gender": v.typed("gender") or "not_stated",
        "languages": [one for text in v.ticked("languages") for one in several(text)],
        "interpreter": v.typed("interpreter") == "yes",
    }


def _number(text: str) -> int:
    """The version a page was made from; one that never was where it names none, so that nothing is written unseen."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _typed(v: Visit, names: tuple[str, ...]) -> dict[str, list[str]]:
    return {name: list(v.form[name]) for name in names if name in v.form}


BASE: Final = "/case/{case}/referral"
REFERRAL: tuple[Page, ...] = (
    Page("GET", "/start", WORK, _start),
    Page("POST", "/start", WORK, _begin),
    Page("GET", BASE, WORK, _tasks),
    Page("GET", BASE + "/kept-from", WORK, _kept_from),
    Page("POST", BASE + "/kept-from", WORK, _keep_from),
    Page("GET", BASE + "/where", WORK, _where),
    Page("POST", BASE + "/where", WORK, _save_where),
    Page("GET", BASE + "/names", WORK, _names),
    Page("POST", BASE + "/names", WORK, _write_names),
    Page("GET", BASE + "/check", WORK, _check),
    Page("POST", BASE + "/check", WORK, _send),
)
