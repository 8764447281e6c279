"""A mail that says nothing, to whoever wished one: when, how often, to whom. Issue 4, live without noise."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from node import pager
from node.pager import Pager
from node.service.actor import Actor
from node.service.safety.alarms import About, raise_alarm
from node.service.staff.mail_wishes import has_danger, mails_due
from node.store.work import Reader
from tests.api.conftest import PASSWORD, Desk
from tests.unit.test_pager import MailServer, mail_server, section
from tests.web.browser import Browser

HERS = "ana@office.example"
WHEN = {"style": "at_once", "quiet_from": "20", "quiet_until": "7"}  # a browser sends what is chosen on the page
NOON = 1_795_003_200 - 1_795_003_200 % 86_400 + 12 * 3600


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as taking:
        yield taking


@pytest.fixture
async def xd(desks: dict[str, Desk]) -> Desk:
    """XD at noon, with a mail server."""
    desk = desks["XD"]
    desk.staff.node.page_by = ("mail",)
    desk.clock.step(NOON - desk.clock.now())
    await desk.sign_in("ana")
    await desks["XA"].sign_in("ana")
    return desk


async def wish(desk: Desk, address: str = HERS, login: str = "ana", **more: str) -> Any:
    """Write an address, and when, into the form of one's own page."""
    browser = Browser(desk.client)
    await browser.sign_in(login, PASSWORD)
    return await browser.send(await browser.open("/desk/me"), "/desk/me/mail", address=address, fields=WHEN | more)


async def at_hour(desks: dict[str, Desk], hour: int) -> None:
    """The clock moves on to this hour; whoever writes signs in again."""
    xd = desks["XD"]
    xd.clock.step((hour * 3600 - xd.clock.now() % 86_400) % 86_400)
    await desks["XA"].sign_in("ana")


async def letter_comes(desks: dict[str, Desk], urgency: str = "routine") -> None:
    """XA refers somebody to XD, some minutes later."""
    xa = desks["XA"]
    xa.clock.step(120)
    case = await xa.case("ana")
    await xa.done("ana", f"/cases/{case['case']}/consents", xa.consent_body(case, "XD"), 201)
    await xa.done(
        "ana", f"/cases/{case['case']}/referrals", {"peer": "XD", "needs": ["shelter"], "urgency": urgency}, 201
    )
    await xa.world.settle()


async def turn(desk: Desk, server: MailServer) -> list[str]:
    """The sweep runs; to whom mail has gone by now."""
    await Pager(desk.staff.node, section(server.port)).send_wished()
    return [to for to, _ in server.mails]


async def test_a_new_letter_is_told_once_until_she_was_at_the_desk_again(
    desks: dict[str, Desk], xd: Desk, server: MailServer
) -> None:
    """R38: no country, no case, no word of what it is about."""
    await wish(xd)
    before = await turn(xd, server)
    await letter_comes(desks)
    after = await turn(xd, server)
    await letter_comes(desks)
    again = await turn(xd, server)
    xd.clock.step(60)
    await xd.get("ana", "/inbox")
    looked = await turn(xd, server)
    await letter_comes(desks)

    assert (before, after, again, looked) == ([], [HERS], [HERS], [HERS])
    assert await turn(xd, server) == [HERS, HERS]
    text = server.mails[0][1].split("\r\n\r\n", 1)[1]
    assert text.removesuffix("\r\n.\r\n").strip() == "Something waits at your desk. Please sign in."


async def test_nobody_is_mailed_at_night(desks: dict[str, Desk], xd: Desk, server: MailServer) -> None:
    """What waits is told in the morning; who cannot wait is called by the roster."""
    await wish(xd)
    xd.clock.step(12 * 3600)
    await xd.sign_in("ana")
    await desks["XA"].sign_in("ana")
    await letter_comes(desks)
    at_night = await turn(xd, server)
    xd.clock.step(10 * 3600)

    assert at_night == []
    assert await turn(xd, server) == [HERS]


async def test_quiet_hours_are_ones_own(desks: dict[str, Desk], xd: Desk, server: MailServer) -> None:
    """C15: over noon for her; the same hour twice means never quiet."""
    page = await wish(xd, quiet_from="10", quiet_until="14")
    await letter_comes(desks)
    quiet = await turn(xd, server)
    await wish(xd, quiet_from="5", quiet_until="5")
    await letter_comes(desks)
    never = await turn(xd, server)
    wrong = await wish(xd, quiet_from="24")

    assert page.status == 200 and (quiet, never) == ([], [HERS])
    assert wrong.status == 422 and "Choose an hour from the list." in wrong.text


async def test_a_digest_comes_once_in_the_hour_in_which_quiet_ends(
    desks: dict[str, Desk], xd: Desk, server: MailServer
) -> None:
    """C15: whatever came, one mail, and none at any other hour."""
    await wish(xd, style="digest")
    await letter_comes(desks)
    await letter_comes(desks)
    at_once = await turn(xd, server)
    await at_hour(desks, 6)
    early = await turn(xd, server)
    await at_hour(desks, 7)
    first = await turn(xd, server)
    xd.clock.step(1200)

    assert (at_once, early, first, await turn(xd, server)) == ([], [], [HERS], [HERS])


async def test_an_emergency_is_stronger_than_quiet_hours_for_coordinators_and_those_on_call(
    desks: dict[str, Desk], xd: Desk, server: MailServer
) -> None:
    """C15: once for each; a caseworker who is not on call is left to sleep, and the mail says no more than any."""
    for login in ("bea", "cleo"):
        await xd.add(login, "caseworker")
        await wish(xd, f"{login}@office.example", login)
    await wish(xd, style="digest")
    place = {"user": xd.users["cleo"], "position": "first", "unlocks_away": False, "mail": "c@office.example"}
    await xd.put("ana", "/on-call", place)
    await at_hour(desks, 23)
    await letter_comes(desks)
    routine = await turn(xd, server)
    await letter_comes(desks, "urgent")
    urgent = await turn(xd, server)

    assert routine == []
    assert sorted(urgent) == ["ana@office.example", "cleo@office.example"]
    assert await turn(xd, server) == urgent
    texts = {text.split("\r\n\r\n", 1)[1].removesuffix("\r\n.\r\n").strip() for _, text in server.mails}
    assert texts == {"Something waits at your desk. Please sign in."}


async def test_an_emergency_that_comes_while_a_mail_is_being_sent_is_told(
    desks: dict[str, Desk], xd: Desk, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was not looked for when that mail was decided: a server may take a minute for it."""
    await wish(xd)
    await letter_comes(desks)
    loop, send = asyncio.get_running_loop(), pager.send_mails

    def slowly(*given: Any) -> str:
        said = send(*given)
        asyncio.run_coroutine_threadsafe(letter_comes(desks, "life_threat"), loop).result(20)
        xd.clock.step(60)
        return said

    monkeypatch.setattr(pager, "send_mails", slowly)
    first = await turn(xd, server)
    monkeypatch.setattr(pager, "send_mails", send)

    assert (first, await turn(xd, server), await turn(xd, server)) == ([HERS], [HERS] * 2, [HERS] * 2)


async def test_who_may_not_see_it_is_not_told_of_it(desks: dict[str, Desk], xd: Desk, server: MailServer) -> None:
    """A caseworker learns nothing of a colleague's case, somebody shut out nothing at all."""
    for login in ("bea", "cleo"):
        await xd.add(login, "caseworker")
        await wish(xd, f"{login}@office.example", login)
    case = await xd.case("bea")
    await xd.done("bea", f"/cases/{case['case']}/consents", xd.consent_body(case, "XA"), 201)
    offered = await xd.done("bea", f"/cases/{case['case']}/referrals", {"peer": "XA", "needs": ["shelter"]}, 201)
    await xd.world.settle()
    xd.clock.step(120)
    declined = {"kind": "referral.decline", "body": {"reason": "no_capacity", "alternatives": [], "retry_after": []}}
    asked = await desks["XA"].post("ana", f"/threads/{offered['thread']}/acts", declined)
    assert asked.status == 201, asked.json
    await xd.world.settle()

    assert await turn(xd, server) == ["bea@office.example"]
    await xd.done("ana", f"/users/{xd.users['bea']}/disable", {})
    assert await mails_due(xd.staff.node) == []


async def test_r24_a_danger_of_a_colleagues_case_wakes_nobody_who_may_not_see_it(xd: Desk) -> None:
    """R24: on the roster or not; whom it does not concern learns nothing, not even that something is."""
    for login in ("bea", "cleo"):
        await xd.add(login, "caseworker")
    node, case = xd.staff.node, (await xd.case("bea"))["case"]
    about = About("XA", None, None, case)
    node.store.write_sync(lambda work: raise_alarm(node, work, "call", "ab" * 16, "danger_now", node.now(), about))

    def told(reader: Reader) -> list[bool]:
        return [has_danger(node, reader, Actor(xd.users[login], "caseworker"), 0) for login in ("bea", "cleo")]

    assert node.store.read_sync(told) == [True, False]


async def test_a_mail_that_could_not_be_sent_is_sent_at_the_next_turn(
    desks: dict[str, Desk], xd: Desk, server: MailServer
) -> None:
    await wish(xd)
    await letter_comes(desks)
    server.refuse = True
    refused = await turn(xd, server)
    server.refuse = False

    assert (refused, await turn(xd, server)) == ([], [HERS])


@pytest.mark.parametrize("wrong", ["ana", "a@b\r\nBcc: c@d", "one@x, two@y", "@office.example"])
async def test_what_is_no_address_is_refused_beside_the_field(xd: Desk, wrong: str) -> None:
    page = await wish(xd, wrong)

    assert page.status == 422
    assert "Write one address, with an @ in it." in page.text
    assert await mails_due(xd.staff.node) == []


async def test_an_address_is_kept_sealed_and_shown_to_its_owner_alone(xd: Desk) -> None:
    """R38: no address in a plain column, the audit, or another person's page; an empty field ends it."""
    page = await wish(xd)
    rows = xd.staff.node.store.read_sync(lambda reader: list(reader.connection.iterdump()))
    ended = await wish(xd, "")

    assert HERS in page.text
    assert not any(HERS in row or HERS.encode().hex() in row.lower() for row in rows)
    assert HERS not in ended.text


async def test_a_node_without_a_mail_server_says_so_and_sends_nothing(
    desks: dict[str, Desk], xd: Desk, server: MailServer
) -> None:
    await wish(xd)
    await letter_comes(desks)
    xd.staff.node.page_by = ()

    assert await turn(xd, server) == []
    assert "This node sends no mail." in (await wish(xd)).text
