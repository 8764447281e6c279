"""Numbers and phone scripts that everybody reads, signed in or not: the registry's public contacts, nothing of a case.

Source: practice, the desk: on-call numbers and a phone script readable without unlocking.
"""

from aiohttp import web

from node.service.safety.reach import phone_book
from node.web.visit import Page, Visit


async def _phones(v: Visit) -> web.Response:
    return v.show("phones.html", phones=await phone_book(v.node))


PHONES: tuple[Page, ...] = (Page("GET", "/phones", (), _phones, recognises=True),)
