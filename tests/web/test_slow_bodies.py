"""A request whose body comes slowly: whoever was shut out, or locked the desk, before its end is not heard any more.

Who asks is looked at before a body is read; without a second look somebody who is shut out would still have every
request that they began to send. Source: R24; interface C14.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from node.api import app as api
from node.service.staff import locks
from node.service.staff.callers import who
from node.web import app as web
from node.web.guard import COOKIE
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser

HER = {"persons": [{"age_band": "25-34"}]}


def noted(monkeypatch: Any, module: Any) -> asyncio.Event:
    """Set once somebody was recognised."""
    seen, look = asyncio.Event(), module.who

    async def looked(*given: Any) -> Any:
        found = await look(*given)
        seen.set()
        return found

    monkeypatch.setattr(module, "who", looked)
    return seen


async def slowly(data: bytes, seen: asyncio.Event, happens: Callable[[], Awaitable[object]]) -> AsyncIterator[bytes]:
    """The first byte; what happens once its sender was recognised; then the others."""
    yield data[:1]
    await seen.wait()
    await happens()
    yield data[1:]


def cases(desk: Desk) -> int:
    return len(desk.staff.node.store.read_sync(lambda reader: reader.spent.keys_of_cases()))


async def test_what_somebody_sends_who_is_shut_out_meanwhile_is_not_done(desk: Desk, monkeypatch: Any) -> None:
    await desk.add("bea", "caseworker")
    seen = noted(monkeypatch, api)

    async def shut_out() -> None:
        await desk.done("ana", f"/users/{desk.users['bea']}/disable")

    answer = await desk.ask(
        "bea", "POST", "/cases", data=slowly(json.dumps(HER).encode(), seen, shut_out),
        headers={"Content-Type": "application/json"},
    )  # fmt: skip

    assert answer.status == 401
    assert cases(desk) == 0


@pytest.mark.parametrize("locked", [True, False])
async def test_a_form_that_ends_after_its_desk_was_locked_leads_to_the_lock(
    desk: Desk, monkeypatch: Any, locked: bool
) -> None:
    """One that comes slowly, and nothing happens meanwhile, is done."""
    browser = Browser(desk.client)
    await browser.sign_in("ana", PASSWORD)
    page = await browser.open("/desk/people")
    fields = {**page.form("/desk/people/invite"), "role": ["auditor"], "organisation": ["haven"]}
    ana, seen = await who(desk.staff, browser.cookies[COOKIE]), noted(monkeypatch, web)

    async def happens() -> None:
        if locked:
            await locks.lock(desk.staff, ana)

    body = slowly(urlencode(fields, doseq=True).encode(), seen, happens)
    answer = await browser.post("/desk/people/invite", body, **{"Content-Type": web.FORM})

    made = desk.staff.node.store.read_sync(lambda reader: reader.invitations.all_open(desk.staff.node.now()))
    assert (answer.url.path == "/desk/locked", len(made)) == ((True, 0) if locked else (False, 1))
