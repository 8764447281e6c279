"""What was said by telephone about a matter: one person records it, another confirms it; the number is the registry's.

Source: practice H32, off-network contact record.
"""

import asyncio
from typing import Any

import msgspec
from aiohttp import web

from node.errors import OpenTRMError
from node.service.safety import off_network
from node.service.safety.off_network import RecordContact
from node.service.safety.reach import phone_book
from node.service.threads.forms import fields_of
from node.service.threads.reading import view_thread
from node.web.forms import asked
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit


async def _contacts(v: Visit) -> web.Response:
    return await _show(v)


async def _record(v: Visit) -> web.Response:
    thread = v.path["thread"]
    await view_thread(v.node, v.actor, thread)
    try:
        command = asked(RecordContact, v.form, v.speech.zone, owner=None)
        await off_network.record_contact(v.node, v.actor, thread, command)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _show(v, status=422, error=problem(v, error))
    return v.go(f"/thread/{thread}/off-network")


async def _confirm(v: Visit) -> web.Response:
    thread, text = v.path["thread"], v.path["pending"]
    await view_thread(v.node, v.actor, thread)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
    try:
        await off_network.confirm_contact(v.node, v.actor, number)
    except OpenTRMError as error:
        return await _show(v, status=409, error=problem(v, error))
    return v.go(f"/thread/{thread}/off-network")


async def _show(v: Visit, **more: Any) -> web.Response:
    thread = await view_thread(v.node, v.actor, v.path["thread"])
    contacts, phones = await asyncio.gather(off_network.contacts_of(v.node, v.actor, thread.thread), phone_book(v.node))
    fields = [one for one in fields_of(RecordContact) if one.name != "owner"]
    open_to = await off_network.may_be_phoned(v.node, v.actor, thread.thread)
    phone = next((one for one in phones if open_to and one.country == thread.peer), None)
    return v.show("off_network.html", thread=thread, contacts=contacts, phone=phone, fields=fields, typed=v.form,
                  **more)  # fmt: skip


OFF_NETWORK: tuple[Page, ...] = (
    Page("GET", "/thread/{thread}/off-network", WORK, _contacts),
    Page("POST", "/thread/{thread}/off-network", WORK, _record),
    Page("POST", "/thread/{thread}/off-network/{pending}", WORK, _confirm),
)
