"""Four medical facts about somebody who cannot speak, to the country that treats her; looked at again within 24 hours.

Source: practice H20.
"""

import asyncio
from typing import Any

import msgspec
from aiohttp import web

from node.errors import OpenTRMError
from node.service.cases.cases import view_case
from node.service.safety.alerts import send_medical
from node.service.safety.reach import phone_book
from node.service.safety.requests import SendMedical
from node.service.threads.forms import fields_of
from node.service.threads.phoning import closed_even_in_danger
from node.service.threads.reading import view_thread
from node.web.forms import asked
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.people import persons_of
from node.web.visit import Page, Visit

FOLLOWS = ("thread", "office")


async def _medical(v: Visit) -> web.Response:
    return await _show(v)


async def _send(v: Visit) -> web.Response:
    thread = (await view_thread(v.node, v.actor, v.path["thread"])).thread
    try:
        command = asked(SendMedical, v.form, v.speech.zone, thread=thread, office=None)
        done = await send_medical(v.node, v.actor, command)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _show(v, status=422, error=problem(v, error))
    return v.go(f"/alerts/{done.letter_id}?sent=1")


async def _show(v: Visit, **more: Any) -> web.Response:
    thread = await view_thread(v.node, v.actor, v.path["thread"])
    case, phones, closed = await asyncio.gather(
        view_case(v.node, v.actor, thread.case), phone_book(v.node),
        closed_even_in_danger(v.node, v.actor, thread.case),
    )  # fmt: skip
    phone = next((one for one in phones if one.country == thread.peer and one.country not in closed), None)
    persons = persons_of(v, case)
    typed = v.form or {"person_id": [persons[0][0]]}
    return v.show(
        "medical.html", thread=thread, phone=phone,
        fields=[one for one in fields_of(SendMedical) if one.name not in FOLLOWS], typed=typed,
        choices={"person_id": persons}, **more,
    )  # fmt: skip


MEDICAL: tuple[Page, ...] = (
    Page("GET", "/thread/{thread}/medical", WORK, _medical),
    Page("POST", "/thread/{thread}/medical", WORK, _send),
)
