"""Letters with a door of their own on a thread: an answer to a question, a correction, what is held, a complaint.

Each is asked from its own use case; the forms come from the types of its requests. Source: R27, R28, R33; GDPR 15, 16.
"""

from typing import Any

import msgspec
from aiohttp import web

from node.errors import BadInput, OpenTRMError
from node.service.cases.cases import list_cases
from node.service.cases.pseudonym import pseudonym
from node.service.evidence.export import export
from node.service.information import looked
from node.service.information.answers import AnyAnswer, Confirm, FoundNothing, NeedMore
from node.service.rights import access, complaints, corrections
from node.service.rights.access import AnswerAccess
from node.service.rights.asked import asked_for_access
from node.service.rights.complaints import AnswerComplaint
from node.service.rights.corrections import Correct
from node.service.threads import reading
from node.service.threads.commands import ActDone, ThreadView
from node.service.threads.forms import fields_of, told_after_acceptance
from node.web.forms import asked, request_of
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.people import called_of
from node.web.visit import Page, Visit
from node.web.words import word

PARTS = (FoundNothing, Confirm, NeedMore)  # answers of which more is asked than the word itself


async def _question(v: Visit) -> web.Response:
    return await _show_question(v, await _thread(v))


async def _answer(v: Visit) -> web.Response:
    """What was found stays here unless it may be said; then one word leaves at its time (R27)."""
    view = await _thread(v)
    if "_add" in v.form:
        return await _show_question(v, view)
    try:
        chosen = v.typed("answer")
        part = next((one for one in PARTS if one.__struct_config__.tag == chosen), None)
        body = {} if part is None else request_of(fields_of(part), v.form, v.speech.zone)
        command: AnyAnswer = msgspec.convert({"answer": chosen, **body}, AnyAnswer)
        done = await looked.answer(v.staff, v.caller, view.thread, command)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _show_question(v, view, status=422, error=problem(v, error))
    return _sent(v, done)


async def _show_question(v: Visit, view: ThreadView, status: int = 200, **more: Any) -> web.Response:
    cases = await list_cases(v.node, v.actor, 50)
    choices = {
        "case": [(one.case, f"{pseudonym(one.case)} {one.case[:8]}") for one in cases.cases if not one.erased],
        "missing": [(name, word(v.speech, name)) for name, _ in told_after_acceptance()],
    }
    parts = {str(one.__struct_config__.tag): fields_of(one) for one in PARTS}
    return v.show(
        "answer.html", status=status, thread=view, parts=parts, typed=v.form or v.kept, choices=choices, **more
    )


async def _wrong(v: Visit) -> web.Response:
    return await _show_wrong(v, await _thread(v))


async def _correct(v: Visit) -> web.Response:
    """First the letter is chosen, then which of its fields were wrong; the right values stand in the case."""
    view = await _thread(v)
    letter = v.typed("letter")
    ours = {one.letter_id for one in view.letters if one.direction == "out" and one.has_identity}
    try:
        if letter not in ours:
            raise BadInput("no letter was chosen", field="letter", for_user=v.say("Choose the letter that was wrong."))
        ticked = v.ticked("field")
        if not ticked:
            opened = await reading.open_letter(v.node, v.actor, letter)
            return await _show_wrong(v, view, letter=letter, carried=opened["disclosed"])
        persons: dict[str, list[str]] = {}
        for token, _, name in (one.partition(".") for one in ticked):
            persons.setdefault(view.persons.get(token, token), []).append(name)
        named = [{"person_id": who, "fields": names} for who, names in persons.items()]
        command = msgspec.convert({"letter": letter, "persons": named}, Correct)
        done = await corrections.correct(v.node, v.actor, view.thread, command)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _show_wrong(v, view, status=422, error=problem(v, error))
    return _sent(v, done)


async def _show_wrong(v: Visit, view: ThreadView, status: int = 200, **more: Any) -> web.Response:
    ours = [one for one in view.letters if one.direction == "out" and one.has_identity and not one.erased]
    facts = {"letter": "", "carried": [], "called": called_of(v.speech, list(view.persons)), **more}
    return v.show("correct.html", status=status, thread=view, ours=ours, **facts)


async def _access(v: Visit) -> web.Response:
    return await _show_access(v, await _thread(v))


async def _tell(v: Visit) -> web.Response:
    view = await _thread(v)
    try:
        command = asked(AnswerAccess, v.form, v.speech.zone)
        done = await access.answer(v.node, v.actor, view.thread, command)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _show_access(v, view, status=422, error=problem(v, error))
    return _sent(v, done)


async def _show_access(v: Visit, view: ThreadView, status: int = 200, **more: Any) -> web.Response:
    requests = await asked_for_access(v.node, v.actor, view.thread)
    return v.show("access.html", status=status, thread=view, requests=requests, **more)


async def _complaint(v: Visit) -> web.Response:
    return _show_complaint(v, await _thread(v))


async def _decide(v: Visit) -> web.Response:
    view = await _thread(v)
    try:
        command = asked(AnswerComplaint, v.form, v.speech.zone)
        done = await complaints.answer(v.node, v.actor, view.thread, command)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return _show_complaint(v, view, status=422, error=problem(v, error))
    return _sent(v, done)


def _show_complaint(v: Visit, view: ThreadView, status: int = 200, **more: Any) -> web.Response:
    fields = fields_of(AnswerComplaint)
    return v.show("complaint.html", status=status, thread=view, fields=fields, typed=v.form or v.kept, **more)


async def _evidence(v: Visit) -> web.Response:
    return v.show("evidence.html", thread=await _thread(v), countries=sorted(v.node.view.countries))


async def _export(v: Visit) -> web.Response:
    """Signed statements and receipts, nothing of the content; through the gate, like every way out (H15)."""
    view = await _thread(v)
    if v.typed("to") not in v.node.view.countries:
        raise BadInput(
            "no country was chosen", field="to", for_user=v.say("Choose where it goes; here is a choice too.")
        )
    made = await export(v.node, v.actor, view.thread, v.typed("to"))
    return v.download(made, "application/json", "evidence.json")


async def _thread(v: Visit) -> ThreadView:
    return await reading.view_thread(v.node, v.actor, v.path["thread"])


def _sent(v: Visit, done: ActDone) -> web.Response:
    return v.go(f"/thread/{done.thread}?{'sent' if done.letter_id else 'noted'}=1")


RIGHTS: tuple[Page, ...] = (
    Page("GET", "/thread/{thread}/answer", WORK, _question),
    Page("POST", "/thread/{thread}/answer", WORK, _answer),
    Page("GET", "/thread/{thread}/correct", WORK, _wrong),
    Page("POST", "/thread/{thread}/correct", WORK, _correct),
    Page("GET", "/thread/{thread}/access", WORK, _access),
    Page("POST", "/thread/{thread}/access", WORK, _tell),
    Page("GET", "/thread/{thread}/complaint", WORK, _complaint),
    Page("POST", "/thread/{thread}/complaint", WORK, _decide),
    Page("GET", "/thread/{thread}/evidence", WORK, _evidence),
    Page("POST", "/thread/{thread}/evidence", WORK, _export),
)
