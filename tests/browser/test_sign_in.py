"""Signing in with a passkey, locking, and leaving in a hurry, in a real browser with a device that is none."""

import asyncio
from typing import Any

from playwright.async_api import Page, Route

from tests.api.conftest import PASSWORD
from tests.browser.conftest import Eyes
from tests.browser.steps import start, tick

DEVICE = {
    "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip
SIGN_IN = 'form[action="/desk/sign-in"] button'
BY_PASSKEY = 'form[action="/desk/sign-in/passkey"] button'


async def device_of(page: Page, *, has_prf: bool) -> Any:
    """A device with a fingerprint that is always the right one; what talks to the browser about it."""
    talk = await page.context.new_cdp_session(page)
    await talk.send("WebAuthn.enable")
    await talk.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, "hasPrf": has_prf}})
    return talk


def by_name(eyes: Eyes, path: str) -> str:
    """The same desk by a name: passkeys hold for names."""
    return eyes.url("XD", path).replace("127.0.0.1", "localhost")


async def with_passkey(eyes: Eyes, *, has_prf: bool) -> Page:
    """Somebody who has just made a passkey, and is signed out again."""
    login = await eyes.colleague("XD")
    page = await eyes.window("XD", path="/desk/sign-in")
    await device_of(page, has_prf=has_prf)
    await page.goto(by_name(eyes, "/desk/sign-in?to=%2Fdesk%2Fme%2Fpasskeys"))
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await page.click(SIGN_IN)
    await page.wait_for_url("**/desk/me/passkeys")
    await page.fill("#f-password", PASSWORD)
    await page.click('form[data-passkey="add"] button')
    await page.wait_for_selector(".codes li")
    assert await page.locator(".codes li").count() == 10
    await page.goto(by_name(eyes, "/desk/me"))
    await page.click('form[action="/desk/sign-out"] button')
    await page.wait_for_url("**/desk/sign-in")
    return page


async def unfold(page: Page) -> None:
    """Open what is folded away."""
    await page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")


async def test_a_passkey_signs_in_and_opens_names_where_the_device_has_prf(eyes: Eyes):
    """Issue 4, sign-in: user verified, discoverable, PRF; no login and no password is typed."""
    page = await with_passkey(eyes, has_prf=True)

    await page.click(BY_PASSKEY)
    await page.wait_for_url("**/desk/")

    assert await page.locator('a[href^="/desk/names-shut"]').count() == 0


async def test_a_passkey_without_prf_says_that_names_ask_for_the_password(eyes: Eyes):
    page = await with_passkey(eyes, has_prf=False)
    await page.click(BY_PASSKEY)
    await page.wait_for_url("**/desk/")

    await page.click('a[href^="/desk/names-shut"]')
    await page.fill("#password", PASSWORD)
    await page.click('form[action="/desk/names-shut"] button')
    await page.wait_for_url("**/desk/")

    assert await page.locator('a[href^="/desk/names-shut"]').count() == 0


async def test_a_passkey_unlocks_and_the_same_field_is_there(eyes: Eyes):
    page = await with_passkey(eyes, has_prf=True)
    await page.click(BY_PASSKEY)
    await page.wait_for_url("**/desk/")
    await page.click("#lock button")
    await page.wait_for_url("**/desk/locked?*")

    await page.click('form[action="/desk/locked/passkey"] button')

    await page.wait_for_url("**/desk/")
    assert await page.locator('main a[href="/desk/start"]').count() == 1


async def test_a_device_that_says_no_leaves_the_password(eyes: Eyes):
    """What the device refuses is told in a sentence; the form beside it still works."""
    page = await eyes.window("XD")
    talk = await device_of(page, has_prf=True)
    await page.goto(by_name(eyes, "/desk/sign-in"))
    await talk.send("WebAuthn.disable")
    await page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('no')); }")

    await page.click(BY_PASSKEY)
    await page.wait_for_selector(".passkey-wrong:not([hidden])")
    await page.fill("#login", "ana")
    await page.fill("#password", PASSWORD)
    await page.click(SIGN_IN)

    await page.wait_for_url("**/desk/")
    assert await page.locator('main a[href="/desk/start"]').count() == 1


async def test_a8_after_ten_minutes_without_anybody_nothing_is_on_the_page_and_then_the_same_field(eyes: Eyes):
    """A8, C14: asked at eight minutes, locked at ten; what was typed is kept; unlocking leads to the same field."""
    # So high that nothing scrolls: a browser tells of that a frame later, and whoever scrolls is there.
    page = await eyes.person("XD", viewport={"width": 1000, "height": 4000})
    tasks = await start(page)
    await page.clock.install()
    await page.goto(f"{tasks}/where")
    await tick(page, needs=["shelter"])
    await unfold(page)
    await page.fill("[name=region]", "XA-KEPT")

    await page.clock.fast_forward("08:30")
    await page.wait_for_selector("#idle[open]")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#idle:not([open])", state="attached")
    await page.focus("[name=region]")
    await page.clock.fast_forward("10:30")
    await page.wait_for_url("**/desk/locked?*")

    assert "XA-KEPT" not in await page.content() and "Shelter" not in await page.content()
    await page.fill("#password", PASSWORD)
    await page.click('form[action="/desk/locked"] button')
    await page.wait_for_url("**/where#*")
    assert await page.input_value("[name=region]") == "XA-KEPT"
    assert await page.evaluate("location.hash.slice(1) === document.querySelector('[name=region]').id")


async def test_with_the_person_one_tap_goes_on_and_the_draft_is_there(eyes: Eyes):
    page = await eyes.person("XD")
    tasks = await start(page)
    await page.goto(f"{tasks}/where")
    await unfold(page)
    await page.fill("[name=region]", "XA-KEPT")

    await page.click('form[action="/desk/with-her"] button')
    await page.wait_for_url("**/desk/locked?*")
    assert "XA-KEPT" not in await page.content()
    await page.click('form[action="/desk/locked/show"] button')
    await page.wait_for_url("**/where*")

    assert await page.input_value("[name=region]") == "XA-KEPT"
    assert await page.locator('a[href^="/desk/names-shut"]').count() == 1


async def test_one_locked_window_covers_the_others(eyes: Eyes):
    page = await eyes.person("XD")
    other = await page.context.new_page()
    await other.goto(eyes.url("XD", "/desk/cases"))

    await page.click("#lock button")

    await other.wait_for_url("**/desk/locked?*")
    assert await other.locator('main a[href^="/desk/case/"]').count() == 0


async def test_a_window_that_hears_twice_that_it_is_locked_goes_to_the_lock_once(eyes: Eyes):
    """From its stream, and from the answer to its own button: a second start would break the first one off."""
    page = await eyes.person("XD")
    other = await page.context.new_page()
    await other.goto(eyes.url("XD", "/desk/cases"))
    asked: list[str] = []
    heard, told = asyncio.Event(), asyncio.Event()

    async def locks(route: Route) -> None:
        answer = await route.fetch()
        await asyncio.wait_for(heard.wait(), 10)  # the stream was quicker
        await route.fulfill(response=answer)

    async def covers(route: Route) -> None:
        asked.append(route.request.url)
        heard.set()
        await asyncio.wait_for(told.wait(), 10)  # the answer is there too: the other window hears of it from this one
        await route.continue_()

    await page.route("**/desk/lock", locks)
    await page.route("**/desk/locked?*", covers)
    other.on("request", lambda one: told.set() if "/desk/locked?" in one.url else None)

    await page.click("#lock button")

    await page.wait_for_url("**/desk/locked?*")
    assert len(asked) == 1


async def test_shift_three_times_leaves_at_once_and_back_shows_nothing(eyes: Eyes):
    """C14: the sign-in is over, the browser forgets what it stored, and the page before is not shown again."""
    page = await eyes.person("XD")
    await page.goto(eyes.url("XD", "/desk/cases"))

    for _ in range(3):
        await page.keyboard.press("Shift")
    await page.wait_for_url("**/desk/left")
    await page.go_back()
    await page.wait_for_url("**/desk/sign-in*")

    assert await page.context.cookies() == []


async def test_shift_in_a_word_leaves_nothing(eyes: Eyes):
    page = await eyes.person("XD")
    for _ in range(3):
        await page.keyboard.press("Shift+A")

    assert page.url.endswith("/desk/")


async def test_the_exit_button_works_with_script_switched_off(eyes: Eyes):
    page = await eyes.person("XD", java_script_enabled=False)

    async with page.expect_response("**/desk/leave") as waiting:
        await page.click("#leave button")
    answer = await waiting.value

    assert await answer.header_value("clear-site-data") == '"cache", "cookies", "storage"'
    await page.goto(eyes.url("XD"))
    assert "/desk/sign-in" in page.url


async def test_a_link_of_an_invitation_fills_the_code_in_and_out_of_the_address(eyes: Eyes):
    page = await eyes.window("XD")
    await page.goto(eyes.url("XD", "/desk/invited") + "#abcd-efgh-ijkl-mnop")

    assert await page.input_value("#code") == "abcd-efgh-ijkl-mnop"
    assert page.url.endswith("/desk/invited")
