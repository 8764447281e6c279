"""Passkeys without a browser: a key made here answers as a device would. With one: tests/browser."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from node.service.staff.challenges import LIFE_S
from node.web.guard import COOKIE
from tests.api.conftest import IDLE_S, PASSWORD, Desk
from tests.web.authenticator import PRESENT, VERIFIED, Device
from tests.web.browser import Browser, Page

SITE = "https://desk.example"


@dataclass
class Place:
    """One desk under a name, and somebody in front of it."""

    desk: Desk
    browser: Browser

    async def posted(self, path: str, browser: Browser | None = None, **typed: str) -> Page:
        """A form of this desk, as a browser at its own address would post it."""
        who = browser or self.browser
        csrf = await self._csrf(who)
        body = [("_csrf", csrf), *typed.items()]
        return await who.post(path, body, Origin=SITE, Host="desk.example")

    async def _csrf(self, who: Browser) -> str:
        if not who.cookies.get(COOKIE):
            return ""
        page = await who.open("/desk/me")
        return next((one["fields"]["_csrf"][0] for one in page.forms if one["fields"].get("_csrf")), "")

    async def added(self, device: Device, password: str = PASSWORD) -> Page:
        """A passkey on this device."""
        options = await self.posted("/desk/me/passkeys/begin", password=password)
        if options.status != 200:
            return options
        given = {"password": password, "name": "my key", **device.create(options.text)}
        return await self.posted("/desk/me/passkeys", None, **given)

    async def signed_in(self, device: Device, browser: Browser) -> Page:
        options = await self.posted("/desk/sign-in/passkey/begin", browser)
        return await self.posted("/desk/sign-in/passkey", browser, **device.get(options.text))

    def stranger(self) -> Browser:
        return Browser(self.desk.client)


@pytest.fixture
def place(desk: Desk, ana: Browser) -> Place:
    return Place(desk, ana)


async def test_a_passkey_signs_in_and_opens_the_names(place: Place):
    """Issue 4: user verified, no attestation, discoverable; PRF unlocks the office key where the device has it."""
    device, new = Device(SITE), place.stranger()
    made = await place.added(device)
    assert "Recovery codes" in made.said  # the device can be lost
    held = len(place.desk.staff.offices)

    page = await place.signed_in(device, new)

    assert page.url.path == "/desk/" and "Names are shut." not in page.said
    assert len(place.desk.staff.offices) == held + 1
    assert "opens names" in (await place.browser.open("/desk/me/passkeys")).said


async def test_what_is_asked_of_the_device_says_nothing_of_what_the_desk_is_for(place: Place):
    options = await place.posted("/desk/me/passkeys/begin", password=PASSWORD)
    asked: dict[str, Any] = json.loads(options.text)

    assert asked["rp"] == {"name": "Work desk", "id": "desk.example"}
    assert asked["attestation"] == "none"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"


async def test_a_passkey_without_prf_asks_for_the_password_before_names_are_shown(place: Place):
    """At-rest: a passkey without PRF asks for the password before names are shown."""
    device, new = Device(SITE, has_prf=False), place.stranger()
    await place.added(device)
    assert "asks for your password before names are shown" in (await place.browser.open("/desk/me/passkeys")).said

    page = await place.signed_in(device, new)

    assert page.url.path == "/desk/" and "Names are shut." in page.said
    opened = await new.send(await new.open("/desk/names-shut"), "/desk/names-shut", password=PASSWORD)
    assert "Names are shut." not in opened.said


async def test_after_a_new_password_the_passkey_asks_for_it_once_and_opens_names_again(place: Place):
    """A new password makes new keys; what the passkey gave is put to use with the next password typed."""
    device, ana, own = Device(SITE), place.browser, "a newer invented password"
    page = await place.added(device)
    page = await ana.open("/desk/me/password")
    await ana.send(page, "/desk/me/password", old=PASSWORD, new=own, again=own)
    first, second = place.stranger(), place.stranger()

    assert "Names are shut." in (await place.signed_in(device, first)).said
    await first.send(await first.open("/desk/names-shut"), "/desk/names-shut", password=own)

    assert "Names are shut." not in (await place.signed_in(device, second)).said


async def test_once_there_is_a_passkey_a_password_alone_lets_nobody_in(place: Place):
    """Whoever learns the password needs the device, or a code of the printed list."""
    made = await place.added(Device(SITE))
    code = next(one for one in made.words if one.count("-") == 3)
    page = await place.stranger().open("/desk/sign-in")

    alone = await place.stranger().send(page, "/desk/sign-in", login="ana", password=PASSWORD)
    listed = await place.stranger().send(page, "/desk/sign-in", login="ana", password=PASSWORD, code=code)

    assert (alone.status, listed.status) == (401, 200)


async def test_a_passkey_unlocks_the_desk_of_the_same_person_only(place: Place):
    device, other, ana = Device(SITE), Device(SITE), place.browser
    await place.added(device)
    await place.desk.add("bea", "caseworker")
    bea = Browser(place.desk.client)
    await bea.sign_in("bea", PASSWORD)
    await Place(place.desk, bea).added(other)
    page = await ana.send(await ana.open("/desk/cases"), "/desk/lock")
    assert page.url.path == "/desk/locked"

    options = await ana.post("/desk/locked/passkey/begin", [], Origin=SITE, Host="desk.example")
    foreign = [(name, value) for name, value in other.get(options.text).items()]
    refused = await ana.post("/desk/locked/passkey", foreign, Origin=SITE, Host="desk.example")
    assert refused.status == 401 and (await ana.open("/desk/")).url.path == "/desk/locked"

    options = await ana.post("/desk/locked/passkey/begin", [], Origin=SITE, Host="desk.example")
    own = [*device.get(options.text).items(), ("to", "/desk/cases")]
    opened = await ana.post("/desk/locked/passkey", own, Origin=SITE, Host="desk.example")
    assert opened.url.path == "/desk/cases" and "Names are shut." not in opened.said


async def refused(place: Place, device: Device, browser: Browser | None = None) -> bool:
    who = browser or place.stranger()
    page = await place.signed_in(device, who)
    return page.status == 401 and "did not work here" in page.said and not who.cookies.get(COOKIE)


async def test_a_passkey_used_on_another_address_is_refused(place: Place):
    """Phishing: the browser signs for the address it shows, and that is not ours."""
    device = Device(SITE)
    await place.added(device)
    for site in ("https://desk.example.evil.example", "https://desk.example:8443", "http://desk.example"):
        device.site = site
        assert await refused(place, device)

    device.site = SITE
    assert not await refused(place, device)


async def test_a_device_that_did_not_verify_its_owner_is_refused(place: Place):
    """A stolen key without a finger or a PIN opens nothing; nor is one made so."""
    device = Device(SITE)
    await place.added(device)
    device.flags = PRESENT
    assert await refused(place, device)

    made = await place.added(Device(SITE, flags=PRESENT))
    assert made.status == 422 and "was not made" in made.said
    assert device.flags | VERIFIED == PRESENT | VERIFIED


async def test_a_challenge_is_answered_once_in_time_and_by_the_attempt_that_asked(place: Place):
    device, one, other = Device(SITE), place.stranger(), place.stranger()
    await place.added(device)

    options = await place.posted("/desk/sign-in/passkey/begin", one)
    answer = device.get(options.text)
    await place.posted("/desk/sign-in/passkey/begin", other)
    assert (await place.posted("/desk/sign-in/passkey", other, **answer)).status == 401  # of another browser
    assert (await place.posted("/desk/sign-in/passkey", one, **answer)).status == 200
    attempt = one.cookies
    one.cookies = {name: value for name, value in attempt.items() if name != COOKIE}
    assert (await place.posted("/desk/sign-in/passkey", one, **answer)).status == 401  # a second time

    options = await place.posted("/desk/sign-in/passkey/begin", other)
    place.desk.clock.step(LIFE_S)
    assert (await place.posted("/desk/sign-in/passkey", other, **device.get(options.text))).status == 401  # too late


async def test_a_copied_passkey_is_found_by_its_counter(place: Place):
    """WebAuthn, 6.1.1: a counter that does not grow is the sign of a copy."""
    device = Device(SITE)
    await place.added(device)
    device.count = 5
    assert not await refused(place, device)

    device.count = 2

    assert await refused(place, device)


async def test_an_answer_to_unlock_is_no_answer_to_sign_in(place: Place):
    """A challenge is for one purpose."""
    device, ana, thief = Device(SITE), place.browser, place.stranger()
    await place.added(device)
    await ana.send(await ana.open("/desk/"), "/desk/lock")
    options = await ana.post("/desk/locked/passkey/begin", [], Origin=SITE, Host="desk.example")
    thief.cookies["__Host-attempt"] = ana.cookies[COOKIE]

    page = await place.posted("/desk/sign-in/passkey", thief, **device.get(options.text))

    assert page.status == 401


async def test_adding_and_removing_ask_for_the_password(place: Place):
    device, ana = Device(SITE), place.browser
    assert (await place.added(device, "not the password")).status == 422
    await place.added(device)
    page = await ana.open("/desk/me/passkeys")
    path = next(one["action"] for one in page.forms if one["action"].endswith("/remove"))

    assert (await ana.send(page, path, password="not the password")).status == 422
    assert not await refused(place, device)
    await ana.send(page, path, password=PASSWORD)

    assert await refused(place, device)


async def test_nobody_removes_the_passkey_of_another(place: Place):
    device = Device(SITE)
    await place.added(device)
    page = await place.browser.open("/desk/me/passkeys")
    path = next(one["action"] for one in page.forms if one["action"].endswith("/remove"))
    await place.desk.add("bea", "caseworker")
    bea = Browser(place.desk.client)
    await bea.sign_in("bea", PASSWORD)

    answer = await place.posted(path, bea, password=PASSWORD)

    assert answer.status == 404 and not await refused(place, device)


async def test_somebody_shut_out_or_given_a_new_password_has_no_passkey_any_more(place: Place):
    device, other = Device(SITE), Device(SITE)
    for login, one in (("bea", device), ("cleo", other)):
        await place.desk.add(login, "caseworker")
        browser = Browser(place.desk.client)
        await browser.sign_in(login, PASSWORD)
        await Place(place.desk, browser).added(one)
    await place.desk.put("ana", f"/users/{place.desk.users['bea']}/password", {"password": "given by telephone"})
    await place.desk.done("ana", f"/users/{place.desk.users['cleo']}/disable")

    assert await refused(place, device) and await refused(place, other)


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", "not json", '{"id": "x"}', "x" * 20_000])
async def test_what_is_no_answer_of_a_device_is_refused_like_a_wrong_one(place: Place, credential: str):
    browser = place.stranger()
    await place.posted("/desk/sign-in/passkey/begin", browser)

    page = await place.posted("/desk/sign-in/passkey", browser, credential=credential, prf="")

    assert page.status == 401


async def test_a_desk_opened_by_its_number_says_that_passkeys_need_a_name(place: Place):
    page = await place.browser.post(
        "/desk/sign-in/passkey/begin", [], Origin="http://127.0.0.1:8700", Host="127.0.0.1:8700"
    )

    assert page.status == 409 and "need an address with a name" in page.text


async def test_the_office_key_goes_with_a_lock_whatever_opened_it(place: Place):
    device, new = Device(SITE), place.stranger()
    await place.added(device)
    await place.signed_in(device, new)
    held = len(place.desk.staff.offices)
    place.desk.clock.step(IDLE_S + 1)
    await place.desk.staff.sweep()

    assert len(place.desk.staff.offices) < held
    assert (await new.open("/desk/")).url.path == "/desk/locked"


async def test_a_coordinator_is_asked_for_two_passkeys_until_there_are_two(place: Place):
    """Issue 4: administrators have two, since one may be lost."""
    asks = "Your role needs two passkeys"
    await place.added(Device(SITE))
    assert asks in (await place.browser.open("/desk/")).said

    await place.added(Device(SITE))

    assert asks not in (await place.browser.open("/desk/")).said
