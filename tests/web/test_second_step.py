"""Codes by the clock and recovery codes: what a password alone opens no more."""

import re

import pyotp

from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser, Page

STEP_S = 30


def secret_on(page: Page) -> str:
    return next(one for one in page.words if re.fullmatch(r"[A-Z2-7]{32}", one))


def code_of(secret: str, desk: Desk, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(desk.clock.now() + steps * STEP_S)


def codes_on(page: Page) -> list[str]:
    return [one for one in page.words if re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", one)]


async def set_up(browser: Browser, desk: Desk) -> tuple[str, list[str]]:
    """A telephone with codes; returns its secret and the recovery codes that were shown."""
    page = await browser.open("/desk/me/codes")
    page = await browser.send(page, "/desk/me/codes", password=PASSWORD)
    secret = secret_on(page)
    page = await browser.send(page, "/desk/me/codes/confirm", code=code_of(secret, desk))
    return secret, codes_on(page)


async def sign_in(desk: Desk, code: str, password: str = PASSWORD) -> Page:
    browser = Browser(desk.client)
    page = await browser.open("/desk/sign-in")
    return await browser.send(page, "/desk/sign-in", login="ana", password=password, code=code)


async def test_once_set_up_each_sign_in_with_a_password_asks_for_a_code(ana: Browser, desk: Desk):
    """Issue 4, sign-in: password and code; errors never say which of them was wrong."""
    secret, _ = await set_up(ana, desk)
    desk.clock.step(STEP_S)

    without = await sign_in(desk, "")
    wrong_code = await sign_in(desk, "000000")
    wrong_password = await sign_in(desk, code_of(secret, desk), "not the password")
    right = await sign_in(desk, code_of(secret, desk))

    assert [one.status for one in (without, wrong_code, wrong_password, right)] == [401, 401, 401, 200]
    assert without.said == wrong_code.said == wrong_password.said
    assert right.url.path == "/desk/"


async def test_a_form_without_a_password_is_a_wrong_password_and_no_fault_of_ours(ana: Browser):
    """What a browser would not let be sent is sent by whoever tries."""
    for path, page in (("/desk/me/codes", "/desk/me/codes"), ("/desk/me/recovery", "/desk/me")):
        answer = await ana.send(await ana.open(page), path, password="")

        assert answer.status == 422 and "The password is wrong." in answer.said, path


async def test_a_code_works_once_and_none_before_it_works_after_it(ana: Browser, desk: Desk):
    """RFC 6238, 5.2: the last used half minute is kept, so that a code seen over a shoulder is worth nothing."""
    secret, _ = await set_up(ana, desk)
    first = code_of(secret, desk)  # typed at the set-up already
    desk.clock.step(STEP_S)
    second, third = code_of(secret, desk), code_of(secret, desk, 1)

    assert (await sign_in(desk, first)).status == 401
    assert (await sign_in(desk, third)).status == 200  # a telephone that is half a minute ahead
    assert (await sign_in(desk, second)).status == 401
    assert (await sign_in(desk, third)).status == 401


async def test_codes_are_not_guessed_either(ana: Browser, desk: Desk):
    """Every try counts as a wrong password does, though the password was right."""
    secret, _ = await set_up(ana, desk)
    desk.clock.step(STEP_S)

    assert [(await sign_in(desk, f"{n:06}")).status for n in range(6)] == [401] * 5 + [429]
    assert (await sign_in(desk, code_of(secret, desk))).status == 429


async def test_the_api_asks_for_the_code_too(ana: Browser, desk: Desk):
    """No way round by another door."""
    secret, _ = await set_up(ana, desk)
    desk.clock.step(STEP_S)
    body = {"login": "ana", "password": PASSWORD}

    assert (await desk.post(None, "/sessions", body)).status == 401
    answer = await desk.post(None, "/sessions", {**body, "code": code_of(secret, desk)})
    assert answer.status == 201 and answer.json["reads_names"] is True


async def test_a_recovery_code_lets_in_once_and_is_not_in_the_database(ana: Browser, desk: Desk):
    _, codes = await set_up(ana, desk)
    assert len(set(codes)) == 10

    assert (await sign_in(desk, codes[3])).status == 200
    assert (await sign_in(desk, codes[3])).status == 401
    assert (await sign_in(desk, codes[4].upper().replace("-", " "))).status == 200  # as somebody types it

    page = await ana.open("/desk/me")
    assert "8 codes are left." in page.said
    folder = desk.world["XD"].opened.node.store.folder
    disk = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert all(one.encode() not in disk and one.replace("-", "").encode() not in disk for one in codes)


async def test_the_secret_is_shown_as_a_picture_and_as_text_and_is_on_the_disk_sealed(ana: Browser, desk: Desk):
    """R38; a telephone without a camera copies the text. Nothing inline in the picture that the page forbids."""
    xd = ana
    page = await xd.send(await xd.open("/desk/me/codes"), "/desk/me/codes", password=PASSWORD)
    secret = secret_on(page)

    assert "<svg" in page.text and "style=" not in page.text
    folder = desk.world["XD"].opened.node.store.folder
    assert all(secret.encode() not in path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_setting_up_asks_for_the_password_and_a_code_that_fits(ana: Browser, desk: Desk):
    """Whoever sits down at an open desk does not make themselves at home there."""
    xd = ana
    page = await xd.open("/desk/me/codes")
    refused = await xd.send(page, "/desk/me/codes", password="not the password")
    assert refused.status == 422 and "The password is wrong" in refused.said

    page = await xd.send(page, "/desk/me/codes", password=PASSWORD)
    wrong = await xd.send(page, "/desk/me/codes/confirm", code="000000")
    assert wrong.status == 422 and "does not fit" in wrong.said
    assert (await sign_in(desk, "")).status == 200  # nothing is asked before it is set up


async def test_the_telephone_before_goes_on_until_the_new_one_is_set_up(ana: Browser, desk: Desk):
    xd = ana
    old, codes = await set_up(xd, desk)
    page = await xd.send(await xd.open("/desk/me/codes"), "/desk/me/codes", password=PASSWORD)
    new = secret_on(page)
    desk.clock.step(STEP_S)
    assert (await sign_in(desk, code_of(old, desk))).status == 200

    desk.clock.step(STEP_S)
    await xd.send(page, "/desk/me/codes/confirm", code=code_of(new, desk))
    desk.clock.step(STEP_S)

    assert (await sign_in(desk, code_of(old, desk))).status == 401
    assert (await sign_in(desk, codes[0])).status == 401  # the old list went with the old telephone
    assert (await sign_in(desk, code_of(new, desk))).status == 200


async def test_a_coordinator_who_gives_a_new_password_takes_the_lost_telephone_away(ana: Browser, desk: Desk):
    """I cannot sign in: one telephone call to a coordinator, whatever was lost."""
    await desk.add("bea", "caseworker")
    bea = Browser(desk.client)
    await bea.sign_in("bea", PASSWORD)
    await set_up(bea, desk)
    given = {"password": "another invented password"}

    await desk.put("ana", f"/users/{desk.users['bea']}/password", given)

    assert (await bea.sign_in("bea", given["password"])).url.path == "/desk/"


async def test_who_cannot_sign_in_reads_whom_to_phone(desk: Desk):
    """WCAG 3.2.6: the help stands in the same place, here with what the country's record says."""
    page = await Browser(desk.client).open("/desk/sign-in")

    assert "I cannot sign in" in page.said and "The office that runs this desk:" in page.said


async def test_new_recovery_codes_take_the_place_of_the_old(ana: Browser, desk: Desk):
    """The sheet may have been seen: whoever prints a new one makes the old one worth nothing."""
    _, old = await set_up(ana, desk)

    new = codes_on(await ana.send(await ana.open("/desk/me"), "/desk/me/recovery", password=PASSWORD))

    assert len(set(new)) == 10 and not set(new) & set(old)
    assert (await sign_in(desk, old[0])).status == 401
    assert (await sign_in(desk, new[0])).status == 200
