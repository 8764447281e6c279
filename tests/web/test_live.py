"""An open desk hears that something changed, and nothing else; listening keeps nobody signed in."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from html import unescape
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from node.web.app import desk_application
from node.web.guard import COOKIE
from node.web.live import Live
from tests.api.conftest import IDLE_S, PASSWORD, Desk

Listen = Callable[..., Any]


class Pause:
    """A pause that ends when the test says so."""

    def __init__(self) -> None:
        self._turns: asyncio.Queue[None] = asyncio.Queue()

    async def __call__(self) -> None:
        await self._turns.get()

    def over(self) -> None:
        self._turns.put_nowait(None)


@pytest.fixture
async def listening(desks: dict[str, Desk], aiohttp_client: Any) -> tuple[TestClient[Any, Any], Pause]:
    """XD's desk, which looks again when the test says so."""
    pause, app = Pause(), web.Application()
    app.add_subapp("/desk", desk_application(desks["XD"].staff, pause=pause))
    return await aiohttp_client(app), pause


@asynccontextmanager
async def stream(client: TestClient[Any, Any], token: str, query: str = "") -> AsyncIterator[ClientResponse]:
    async with client.get(f"/desk/live{query}", headers={"Cookie": f"{COOKIE}={token}"}) as answer:
        yield answer


async def test_a_letter_that_arrives_is_told_in_one_word(desks: dict[str, Desk], listening: Any):
    xd, xa = desks["XD"], desks["XA"]
    client, pause = listening
    async with stream(client, xd.tokens["ana"]) as news:
        assert news.content_type == "text/event-stream" and await news.content.readuntil(b"\n\n") == b": \n\n"
        case = await xa.case("ana")
        await xa.done("ana", f"/cases/{case['case']}/consents", xa.consent_body(case, "XD"), 201)
        await xa.done("ana", f"/cases/{case['case']}/referrals", {"peer": "XD", "needs": ["shelter"]}, 201)
        await xd.world.settle()

        pause.over()

        assert await news.content.readuntil(b"\n\n") == b"event: changed\ndata:\n\n"


async def test_what_changed_between_the_page_and_its_first_look_is_told_at_once(desks: dict[str, Desk], listening: Any):
    """A receipt that comes while the page is on its way to the browser: the tick appears all the same."""
    xd = desks["XD"]
    client, _ = listening
    case = await xd.case("ana")
    await xd.done("ana", f"/cases/{case['case']}/consents", xd.consent_body(case, "XA"), 201)
    offer = {"peer": "XA", "needs": ["shelter"]}
    thread = (await xd.done("ana", f"/cases/{case['case']}/referrals", offer, 201))["thread"]
    query = await listens_with(client, xd.tokens["ana"], thread)
    async with stream(client, xd.tokens["ana"], query) as news:
        assert await news.content.readuntil(b"\n\n") == b": \n\n"
    await xd.world.settle()

    async with stream(client, xd.tokens["ana"], query) as news:
        assert await news.content.readuntil(b"\n\n") == b"event: changed\ndata:\n\n"


async def test_what_changes_while_the_stream_begins_is_told_with_the_next_look(
    desks: dict[str, Desk], listening: Any, monkeypatch: Any
):
    """Between the look at what this person sees and the first answer: nothing else may happen for hours."""
    xd, (client, pause), real = desks["XD"], listening, Live._tell
    case = await xd.case("ana")
    await xd.done("ana", f"/cases/{case['case']}/consents", xd.consent_body(case, "XA"), 201)

    async def told(self: Live, *given: Any) -> None:
        await xd.done("ana", f"/cases/{case['case']}/referrals", {"peer": "XA", "needs": ["shelter"]}, 201)
        await real(self, *given)

    monkeypatch.setattr(Live, "_tell", told)
    async with stream(client, xd.tokens["ana"], f"?case={case['case']}") as news:
        assert await news.content.readuntil(b"\n\n") == b": \n\n"
        pause.over()

        assert await asyncio.wait_for(news.content.readuntil(b"\n\n"), 5) == b"event: changed\ndata:\n\n"


async def test_an_open_case_hears_of_a_new_letter_and_of_nothing_else(desks: dict[str, Desk], listening: Any):
    """C6: the same as the desk; another case's letter is no news here, and a colleague's case is not listened to."""
    xd, (client, pause) = desks["XD"], listening
    await xd.add("bea", "caseworker")
    case, other = await xd.case("ana"), await xd.case("ana")
    async with client.get(f"/desk/case/{case['case']}", headers={"Cookie": f"{COOKIE}={xd.tokens['ana']}"}) as page:
        (query,) = re.findall('data-live="([^"]+)"', await page.text())
    async with stream(client, xd.tokens["ana"], unescape(query)) as news:
        assert await news.content.readuntil(b"\n\n") == b": \n\n"
        for one, heard in ((other, b": \n\n"), (case, b"event: changed\ndata:\n\n")):
            await xd.done("ana", f"/cases/{one['case']}/consents", xd.consent_body(one, "XA"), 201)
            await xd.done("ana", f"/cases/{one['case']}/referrals", {"peer": "XA", "needs": ["shelter"]}, 201)
            for _ in range(10):
                pause.over()
            assert await news.content.readuntil(b"\n\n") == heard
    await xd.done("ana", "/cases/assign", {"cases": [case["case"]], "owner": xd.users["ana"]})
    for asked in (unescape(query), f"?case={'0' * 32}&seen=0"):  # hers not, or none at all: the same
        async with stream(client, xd.tokens["bea"], asked) as answer:
            assert await answer.content.read() == b"event: changed\ndata:\n\n"


async def test_who_may_not_see_a_case_any_more_hears_one_last_word(desks: dict[str, Desk], listening: Any):
    """The stream ends in order, and nothing of what others do with the case is heard on it."""
    xd, (client, pause) = desks["XD"], listening
    for login in ("bea", "cleo"):
        await xd.add(login, "caseworker")
    case = (await xd.case("bea"))["case"]
    async with stream(client, xd.tokens["bea"], f"?case={case}") as news:
        assert await news.content.readuntil(b"\n\n") == b": \n\n"
        await xd.done("ana", "/cases/assign", {"cases": [case], "owner": xd.users["cleo"]})
        pause.over()

        assert await news.content.read() == b"event: changed\ndata:\n\n"


async def test_h14_receiver_who_is_shut_out_while_listening_hears_one_last_word(desks: dict[str, Desk], listening: Any):
    """H14: two people decided it a moment ago; an open page learns no more of the case than a new one."""
    xd, (client, pause) = desks["XD"], listening
    await xd.add("bea", "caseworker")
    case, node = (await xd.case("bea"))["case"], xd.staff.node
    row = node.store.read_sync(lambda reader: reader.people.get(xd.users["bea"]))
    assert row is not None
    async with stream(client, xd.tokens["bea"], f"?case={case}") as news:
        assert await news.content.readuntil(b"\n\n") == b": \n\n"
        await node.store.write(lambda work: work.distrusts.shut_out(case, row.organisation, True))
        pause.over()

        assert await asyncio.wait_for(news.content.read(), 5) == b"event: changed\ndata:\n\n"


async def test_a_listening_page_keeps_no_office_key(desks: dict[str, Desk], listening: Any, monkeypatch: Any):
    """At rest: where names are shut the key leaves the memory, however long a window stays open."""
    xd, (client, _), held = desks["XD"], listening, []
    real = Live._tell

    async def told(self: Live, answer: Any, caller: Any, *rest: Any) -> None:
        held.append(caller.actor.office)
        await real(self, answer, caller, *rest)

    monkeypatch.setattr(Live, "_tell", told)
    async with stream(client, xd.tokens["ana"]) as news:
        await news.content.readuntil(b"\n\n")

    assert held == [None]


async def listens_with(client: TestClient[Any, Any], token: str, thread: str) -> str:
    """What the page of this thread begins to listen with."""
    async with client.get(f"/desk/thread/{thread}", headers={"Cookie": f"{COOKIE}={token}"}) as page:
        (found,) = re.findall('data-live="([^"]+)"', await page.text())
    return unescape(found)


async def test_what_concerns_a_colleague_is_told_to_nobody_else(desks: dict[str, Desk], listening: Any):
    xd = desks["XD"]
    client, pause = listening
    for login in ("bea", "cleo"):
        await xd.add(login, "caseworker")
    case = await xd.case("bea")
    await xd.done("bea", f"/cases/{case['case']}/consents", xd.consent_body(case, "XA"), 201)
    async with stream(client, xd.tokens["cleo"]) as news:
        await news.content.readuntil(b"\n\n")
        await xd.done("bea", f"/cases/{case['case']}/referrals", {"peer": "XA", "needs": ["shelter"]}, 201)
        await xd.world.settle()
        for _ in range(10):
            pause.over()

        assert await news.content.readuntil(b"\n\n") == b": \n\n"


async def test_listening_keeps_no_sign_in_alive(desks: dict[str, Desk], listening: Any):
    xd = desks["XD"]
    client, pause = listening
    async with stream(client, xd.tokens["ana"]) as news:
        await news.content.readuntil(b"\n\n")
        xd.clock.step(IDLE_S + 1)
        pause.over()

        assert await news.content.readuntil(b"\n\n") == b"event: locked\ndata:\n\n"
        assert await news.content.read() == b""


async def test_strangers_hear_nothing_and_are_told_not_to_come_again(desks: dict[str, Desk], listening: Any):
    client, _ = listening
    await desks["XD"].add("olaf", "operator")
    operator = (await desks["XD"].sign_in("olaf", PASSWORD)).json["token"]
    for token, query in ((operator, ""), (desks["XD"].tokens["ana"], f"?thread={'0' * 32}")):
        async with stream(client, token, query) as answer:
            assert answer.status == 204


async def test_a_page_whose_sign_in_ended_before_its_first_look_is_locked(desks: dict[str, Desk], listening: Any):
    """Signed out in another window, or its time is up: 204 would leave what it shows on the screen."""
    client, _ = listening
    for token in ("", "0" * 43):
        async with stream(client, token) as answer:
            assert await answer.content.read() == b"event: locked\ndata:\n\n"


async def test_a_case_given_away_before_the_first_look_of_its_page_is_told_too(desks: dict[str, Desk], listening: Any):
    """R24: the page was drawn, the case was given to somebody else, and only then the page listens."""
    xd, (client, _) = desks["XD"], listening
    for login in ("bea", "cleo"):
        await xd.add(login, "caseworker")
    case = (await xd.case("bea"))["case"]
    await xd.done("ana", "/cases/assign", {"cases": [case], "owner": xd.users["cleo"]})
    async with stream(client, xd.tokens["bea"], f"?case={case}&seen={'0' * 16}") as news:
        assert await news.content.read() == b"event: changed\ndata:\n\n"


async def test_the_node_ends_its_streams_when_it_ends(desks: dict[str, Desk], listening: Any):
    client, _ = listening
    async with stream(client, desks["XD"].tokens["ana"]) as news:
        await news.content.readuntil(b"\n\n")

        await client.server.close()

        assert await news.content.read() == b""
