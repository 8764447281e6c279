"""One's own sign-ins, password and code of conduct; and somebody else's, for those who look after people."""

import re

from node.service.staff.conduct import VERSION
from node.web.guard import COOKIE
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser


async def signed_in(desk: Desk, login: str = "bea", password: str = PASSWORD) -> Browser:
    browser = Browser(desk.client)
    assert (await browser.sign_in(login, password)).status == 200
    return browser


async def ends(browser: Browser) -> list[str]:
    """The forms that end a single sign-in, as they stand on the page."""
    page = await browser.open("/desk/me")
    return [
        one["action"]
        for one in page.forms
        if one["action"].startswith("/desk/me/sign-ins/") and one["action"].endswith("/end")
    ]


async def is_in(browser: Browser) -> bool:
    return (await browser.open("/desk/me")).url.path == "/desk/me"


async def test_one_of_several_sign_ins_is_ended_and_the_others_go_on(desk: Desk):
    """Issue 4: sessions listed and revocable; the office key of the ended one leaves the memory."""
    await desk.add("bea", "caseworker")  # the API's sign-in is one of them
    first, second = await signed_in(desk), await signed_in(desk)
    assert len(await ends(first)) == 2
    held = len(desk.staff.offices)
    desk.clock.step(60)
    await second.open("/desk/me")  # seen last: stands first among the others

    page = await first.open("/desk/me")
    await first.send(page, (await ends(first))[0])

    assert [await is_in(one) for one in (first, second)] == [True, False]
    assert len(desk.staff.offices) == held - 1 and len(await ends(first)) == 1


async def test_all_others_end_at_once(desk: Desk):
    await desk.add("bea", "caseworker")
    first, second, third = [await signed_in(desk) for _ in range(3)]

    await first.send(await first.open("/desk/me"), "/desk/me/sign-ins/end-others")

    assert [await is_in(one) for one in (first, second, third)] == [True, False, False]
    assert (await desk.get("bea", "/sessions/me")).status == 401


async def test_nobody_ends_the_sign_in_of_another(desk: Desk, ana: Browser):
    """Object-level permission: another person's sign-in answers like one that does not exist."""
    await desk.add("bea", "caseworker")
    await desk.add("cleo", "caseworker")
    bea, cleo, other = await signed_in(desk), await signed_in(desk, "cleo"), await signed_in(desk, "cleo")
    theirs = (await ends(cleo))[0]
    csrf = (await bea.open("/desk/me")).form("/desk/lock")["_csrf"][0]

    foreign = await bea.post(theirs, [("_csrf", csrf)])
    unknown = await bea.post(f"/desk/me/sign-ins/{'0' * 32}/end", [("_csrf", csrf)])

    assert foreign.status == unknown.status == 404 and foreign.said == unknown.said
    assert await is_in(other)


async def test_a_changed_password_ends_every_sign_in_and_the_new_one_reads_names(desk: Desk):
    await desk.add("bea", "caseworker")
    first, second = await signed_in(desk), await signed_in(desk)
    page = await first.open("/desk/me/password")
    wrong = await first.send(
        page, "/desk/me/password", old="not it at all", new="a newer invented one", again="a newer invented one"
    )
    unlike = await first.send(page, "/desk/me/password", old=PASSWORD, new="a newer invented one", again="another")
    assert (wrong.status, unlike.status) == (422, 422) and "two ways" in unlike.said

    done = await first.send(
        page, "/desk/me/password", old=PASSWORD, new="a newer invented one", again="a newer invented one"
    )

    assert done.url.path == "/desk/sign-in" and not await is_in(second)
    assert (await desk.sign_in("bea", "a newer invented one")).json["reads_names"] is True


async def test_an_operator_ends_somebodys_sign_ins_and_shuts_them_out(desk: Desk):
    for login, role in (("bea", "caseworker"), ("olaf", "operator")):
        await desk.add(login, role)
    bea, olaf = await signed_in(desk), await signed_in(desk, "olaf")
    user = desk.users["bea"]

    await olaf.send(await olaf.open("/desk/people"), f"/desk/people/{user}/end-sign-ins")
    assert not await is_in(bea)

    assert (await bea.sign_in("bea", PASSWORD)).status == 200
    page = await olaf.open("/desk/people")
    unsure = await olaf.send(page, f"/desk/people/{user}/disable")
    assert unsure.status == 422 and await is_in(bea)
    shut = await olaf.send(page, f"/desk/people/{user}/disable", sure="yes")
    assert "shut out" in shut.said and not await is_in(bea)
    assert (await bea.sign_in("bea", PASSWORD)).status == 401


async def test_nobody_shuts_out_themselves_or_the_last_coordinator(desk: Desk, ana: Browser):
    await desk.add("olaf", "operator")
    olaf, user = await signed_in(desk, "olaf"), desk.users["ana"]
    page = await olaf.open("/desk/people")

    refused = await olaf.send(page, f"/desk/people/{user}/disable", sure="yes")

    assert refused.status == 409 and await is_in(ana)


async def test_the_code_of_conduct_is_asked_for_once_and_recorded_with_its_version(desk: Desk):
    """C1: first sign-in; when it was accepted, and which text, is on record."""
    await desk.add("bea", "caseworker")
    browser = Browser(desk.client)
    page = await browser.open("/desk/sign-in?to=/desk/cases")
    page = await browser.send(page, "/desk/sign-in", login="bea", password=PASSWORD)
    assert page.url.path == "/desk/conduct"
    unread = await browser.send(page, "/desk/conduct")
    assert unread.status == 422

    done = await browser.send(page, "/desk/conduct", accepted="yes")

    assert done.url.path == "/desk/cases"
    at = desk.staff.node.store.read_sync(lambda reader: reader.credentials.accepted(desk.users["bea"], VERSION))
    assert at == desk.clock.now()
    again = Browser(desk.client)
    page = await again.send(await again.open("/desk/sign-in"), "/desk/sign-in", login="bea", password=PASSWORD)
    assert page.url.path == "/desk/"


async def test_the_id_of_a_sign_in_on_the_page_opens_nothing(desk: Desk):
    await desk.add("bea", "caseworker")
    bea = await signed_in(desk)
    shown = (await ends(bea))[0].split("/")[4]
    thief = Browser(desk.client)
    thief.cookies[COOKIE] = shown

    assert (await thief.open("/desk/me")).url.path == "/desk/sign-in"


async def test_a_coordinator_gives_a_new_password_on_the_telephone_and_names_are_read_again(desk: Desk, ana: Browser):
    """At-rest: lost password; a password that nobody chose, shown once, and only by who can open the names."""
    await desk.add("bea", "caseworker")
    bea, path = await signed_in(desk), f"/desk/people/{desk.users['bea']}/password"
    page = await ana.open("/desk/people")
    assert (await ana.send(page, path)).status == 422 and await is_in(bea)

    given = await ana.send(page, path, sure="yes")

    password = next(one for one in given.words if re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", one))
    assert not await is_in(bea) and (await desk.sign_in("bea")).status == 401
    assert (await desk.sign_in("bea", password)).json["reads_names"] is True


async def test_a_coordinator_whose_names_are_shut_gives_no_password(desk: Desk, ana: Browser):
    """The office key is given on by somebody who holds it now."""
    await desk.add("bea", "caseworker")
    hidden = await ana.send(await ana.open("/desk/people"), "/desk/with-her")
    page = await ana.send(hidden, "/desk/locked/show")
    page = await ana.open("/desk/people")

    refused = await ana.send(page, f"/desk/people/{desk.users['bea']}/password", sure="yes")

    assert refused.status == 409 and "Sign in again with your password" in refused.said
    assert (await desk.sign_in("bea")).status == 201
