"""The usability tests of the design, A1 to A9, as far as a machine can take them: real browser, real pages."""

import asyncio
from pathlib import Path

from playwright.async_api import CDPSession, Page, Route

from node.web.language import speech
from node.web.words import word
from tests.browser.conftest import Eyes
from tests.browser.places import Places
from tests.browser.steps import CONSENT, SAVE, WHO, fill_tasks, referred, start, tick

NAME = "Зоряна"


GUIDE = (Path(__file__).resolve().parents[2] / "docs/caseworker.md").read_text(encoding="utf-8")
MOST_CLICKS = 60  # a person needs some two seconds for each: two minutes of clicking, and three to read and ask


class Reader:
    """Somebody who does what the guide for caseworkers says, in the words of their own language."""

    def __init__(self, page: Page, language: str) -> None:
        self.page, self.speech, self.clicks = page, speech(language, "UTC"), 0

    async def press(self, label: str, of: str = "") -> None:
        """A link or button of the page that the guide names."""
        assert label in GUIDE, label
        said = word(self.speech, of, "act") if of else self.speech.say(label).partition("%")[0].strip()
        main = self.page.locator("main")
        found = main.get_by_role("link", name=said, exact=True).or_(main.get_by_role("button", name=said, exact=True))
        await found.first.click()
        self.clicks += 1

    async def sign(self) -> None:
        """Sign and send, whatever the country is called."""
        await self.page.locator("main form button.big").click()
        self.clicks += 1

    async def tick(self, **answers: str | list[str]) -> None:
        await tick(self.page, **answers)
        self.clicks += sum(1 if isinstance(one, str) else len(one) for one in answers.values())


async def test_the_guide_is_followed_word_for_word_in_ukrainian_and_answered_in_arabic(eyes: Eyes, places: Places):
    """Issue 4, done when: XD to XA and back with an answer, in two scripts and two directions, by the guide alone."""
    xd, xa = await eyes.person("XD", "uk"), await eyes.person("XA", "ar")
    assert await xd.get_attribute("html", "dir") == "ltr" and await xa.get_attribute("html", "dir") == "rtl"

    one = Reader(xd, "uk")
    await one.press("Start a referral")
    await one.tick(**WHO)
    await one.press("Save and go on")
    await one.press("Who must never hear of her")
    await one.tick(named="no")
    await one.press("Save and go on")
    await one.press("What she needs, how fast, and where")
    await one.tick(needs="shelter", urgency="routine", peer="XA")
    await one.press("Save and go on")
    await one.press("Her consent to ask there")
    await one.tick(**CONSENT)
    await one.press("Record consent")
    await one.press("Check and send")
    await one.sign()
    await xd.wait_for_url("**/thread/*")
    thread = xd.url.partition("?")[0].rpartition("/")[2]
    await eyes.delivered()

    other = Reader(xa, "ar")
    await xa.goto(eyes.url("XA"))
    await xa.locator(f'main a[href="/desk/thread/{thread}"]').first.click()
    await other.press("Read")
    await other.press("Back to the matter")
    await other.press("Accept", of="referral.accept")
    await xa.fill('[name="organisation.id"]:not([type="radio"])', "haven-of-xa")
    await xa.locator("[name=services]").first.check()  # XA says what it offers: see `places`
    await xa.fill("[name=start_not_before]", "2026-12-20")
    await other.tick(meeting_modes="met_on_arrival")
    await xa.locator('input[name="data_needed"][value$=".given_name"]').check()
    await other.press("Check")
    await other.sign()
    await xa.wait_for_url("**/thread/*")
    await eyes.delivered()

    await xd.goto(eyes.url("XD", f"/desk/thread/{thread}"))
    assert await xd.locator(".timeline li.in").count() == 1
    assert one.clicks + other.clicks <= MOST_CLICKS


async def test_a1_a_referral_needs_few_pages(eyes: Eyes):
    """A1: tasks 1, 2, 3 and 6 within nine page loads."""
    page = await eyes.person("XD")
    loads = 0

    def count(_: object) -> None:
        nonlocal loads
        loads += 1

    page.on("load", count)
    await page.click('a[href="/desk/start"]')
    await tick(page, age_band="25-34", age_in_doubt="no", gender="woman", languages="uk", interpreter="yes")
    await page.click(SAVE)
    await page.wait_for_url("**/referral")
    for link, answers in (
        ("kept-from", {"named": "no"}),
        ("where", {"needs": "shelter", "urgency": "routine", "peer": "XA"}),
    ):
        await page.click(f'a[href$="/{link}"]')
        await tick(page, **answers)
        await page.click(SAVE)
        await page.wait_for_url("**/referral")

    assert loads <= 9 - 3  # consent and its way back, and the check page, are the other three


async def test_a3_a_whole_referral_works_with_script_switched_off(eyes: Eyes):
    page = await eyes.person("XD", java_script_enabled=False)

    await fill_tasks(page, await start(page))
    await page.click(SAVE)

    assert "/thread/" in page.url


async def test_a5_what_was_typed_is_on_the_server_before_it_is_sent(eyes: Eyes):
    """Nothing typed before the last field is lost: another window finds it a second later."""
    page = await eyes.person("XD")
    tasks = await start(page)
    await page.goto(f"{tasks}/where")
    async with page.expect_response(lambda answer: answer.status == 204 and "peer=XA" in str(answer.request.post_data)):
        await tick(page, needs=["shelter", "legal"], peer="XA")  # a slow machine saves what is ticked so far before

    other = await eyes.person("XD")
    await other.goto(f"{tasks}/where")

    assert await other.is_checked('input[name="needs"][value="legal"]')
    assert await other.is_checked('input[name="peer"][value="XA"]')


async def test_a5_without_an_answer_the_page_says_so_posts_nothing_and_saves_afterwards(eyes: Eyes):
    """Bad input, issue 4: a lost connection loses at most the last field."""
    page = await eyes.person("XD")
    tasks = await start(page)
    await page.goto(f"{tasks}/kept-from")
    await page.context.set_offline(True)
    await tick(page, named="no")
    await page.wait_for_selector("#no-answer:visible")
    await page.click(SAVE)
    assert page.url.endswith("/kept-from") and await page.is_checked('input[value="no"]')

    async with page.expect_response(lambda answer: answer.status == 204):
        await page.context.set_offline(False)

    await page.wait_for_selector("#no-answer", state="hidden")
    await page.click(SAVE)
    await page.wait_for_url("**/referral")


async def test_a5_a_form_that_is_not_saved_as_it_is_typed_is_not_lost_in_a_node_that_ended_either(eyes: Eyes):
    """The page asks before the button is pressed: the first tick after the end of the node says it."""
    page = await eyes.person("XD")
    await page.click('a[href="/desk/start"]')
    await page.route("**/*", lambda route: route.abort())  # as from a process that was killed: the network is there
    await tick(page, **WHO)
    await page.wait_for_selector("#no-answer:visible")
    await page.click(SAVE)
    assert page.url.endswith("/start") and await page.is_checked('input[name="gender"][value="woman"]')

    await page.unroute("**/*")
    await page.wait_for_selector("#no-answer", state="hidden")
    await page.click(SAVE)

    await page.wait_for_url("**/referral")


async def test_a5_what_is_being_recorded_is_not_kept_once_more_as_a_draft(eyes: Eyes):
    """A slow answer to a form just typed into: the pause after the last key ends meanwhile, and posts nothing."""
    page = await eyes.person("XD")
    await start(page)
    await page.click('a[href$="/referral/kept-from"]')
    posted: list[bool] = []
    over = asyncio.Event()

    async def slowly(route: Route) -> None:
        posted.append("_stay=1" in (route.request.post_data or ""))
        if not posted[-1]:
            await asyncio.wait_for(over.wait(), 10)
        await route.continue_()

    async def is_over(route: Route) -> None:
        over.set()
        await route.fulfill(status=204)

    # No clock can be moved in a page that is being left: a pause as long, begun later, ends after the page's own.
    await page.evaluate("addEventListener('submit', () => setTimeout(() => fetch('/pause-is-over'), 1000))")
    await page.route("**/pause-is-over", is_over)
    await page.route("**/referral/kept-from", slowly)
    await tick(page, named="no")
    await page.click(SAVE)
    await page.wait_for_url("**/referral")

    assert posted == [False]


async def test_a6_a_letter_is_queued_until_the_other_country_has_it_and_then_received_by_itself(eyes: Eyes):
    """A6: nothing is called sent that was not received; the open page learns of it without being loaded again."""
    page = await eyes.person("XD")
    await page.goto(eyes.url("XD", f"/desk/thread/{await referred(eyes)}"))
    ticks = page.locator(".timeline .ticks").first
    assert "queued" in await ticks.inner_text()

    await eyes.delivered()

    await page.wait_for_function("() => document.querySelector('.timeline .ticks').textContent.includes('received')")


async def test_a7_a_name_stands_in_no_address_and_no_title(eyes: Eyes):
    page = await eyes.person("XD")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    tasks = await start(page)
    await page.goto(f"{tasks}/names")
    await page.fill("#f-given_name", NAME)
    await page.click(SAVE)
    await page.goto(tasks.removesuffix("/referral"))
    await page.click("button[value=give_service]")

    assert NAME in await page.inner_text("main")
    assert NAME not in await page.title()
    assert all(NAME not in url and "%D0%97" not in url for url in seen)


async def test_a8_nobody_there_for_ten_minutes_and_the_content_is_gone(eyes: Eyes):
    page = await eyes.person("XD")
    await page.clock.install()
    tasks = await start(page)
    await page.goto(f"{tasks}/where")

    await page.clock.fast_forward(11 * 60 * 1000)
    await page.wait_for_url("**/desk/locked?to=*")

    assert await page.locator('input[name="needs"]').count() == 0
    await page.goto(f"{tasks}/where")
    assert "/desk/locked" in page.url


async def test_a9_a_reference_keeps_its_order_in_a_page_from_right_to_left(eyes: Eyes):
    """Finding 8 of the design: `2026-0042` must not become `0042-2026`."""
    xa = await eyes.person("XA", "ar")
    thread = await referred(eyes)
    await eyes.delivered()
    await xa.goto(eyes.url("XA", f"/desk/thread/{thread}"))

    shown = xa.locator("h1 bdi").last
    assert await shown.inner_text() == thread[:8]
    assert await shown.evaluate("one => getComputedStyle(one).direction") == "ltr"
    first, last = await shown.evaluate(
        """one => { const text = one.firstChild, place = at => { const r = document.createRange();
        r.setStart(text, at); r.setEnd(text, at + 1); return r.getBoundingClientRect().left; };
        return [place(0), place(7)]; }"""
    )
    assert first < last


async def test_every_page_is_light(eyes: Eyes):
    """Issue 4, numbers: 60 KB at first, 15 KB when it is loaded again; nothing from another origin."""
    page = await eyes.person("XD")
    for path in ("/desk/", "/desk/cases", "/desk/deadlines", "/desk/countries", "/desk/start"):
        first, again = await loaded(eyes, page, path)
        assert sum(first.values()) <= 60_000, (path, first)
        assert sum(again.values()) <= 15_000, (path, again)


async def loaded(eyes: Eyes, page: Page, path: str) -> tuple[dict[str, int], dict[str, int]]:
    """Bytes on the wire for each address that a page needs: with nothing stored, and then loaded again.

    The browser counts them as they come: an answer cannot be asked for its body once its page was left.
    """
    talk = await page.context.new_cdp_session(page)
    await talk.send("Network.enable")
    await talk.send("Network.clearBrowserCache")
    found = await _counted(page, talk, eyes.url("XD", path)), await _counted(page, talk, eyes.url("XD", path))
    await talk.detach()
    assert all(url.startswith(eyes.url("XD", "/")) for sizes in found for url in sizes)
    return found


async def _counted(page: Page, talk: CDPSession, url: str) -> dict[str, int]:
    urls: dict[str, str] = {}
    sizes: dict[str, int] = {}
    asked = lambda told: urls.update({told["requestId"]: told["request"]["url"]})  # noqa: E731
    came = lambda told: sizes.update({urls[told["requestId"]]: int(told["encodedDataLength"])})  # noqa: E731
    talk.on("Network.requestWillBeSent", asked)
    talk.on("Network.loadingFinished", came)
    await page.goto(url)
    talk.remove_listener("Network.requestWillBeSent", asked)
    talk.remove_listener("Network.loadingFinished", came)
    return {url: size for url, size in sizes.items() if not url.startswith("data:")}


async def test_she_signs_on_the_screen_and_it_is_kept_as_a_scan_is(eyes: Eyes, places: Places):
    """C5: drawn in a field of our own script, under the strict policy of the page; nothing to keep before a stroke."""
    page = await eyes.person("XD")
    await page.goto(eyes.url("XD", places.path("/case/{case}/consents/{consent}")))
    kept, keep = await page.locator("#scans .rows > li").count(), page.locator("[data-sign] button").first
    assert await keep.is_disabled()
    field = page.locator("[data-sign] canvas")
    await field.scroll_into_view_if_needed()
    box = await field.bounding_box()
    assert box is not None

    await page.mouse.move(box["x"] + 50, box["y"] + 50)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 150, box["y"] + 90, steps=4)
    await page.mouse.up()
    async with page.expect_navigation():
        await keep.click()

    assert await page.locator("#scans .rows > li").count() == kept + 1
    assert eyes.faults == []


async def test_an_open_case_learns_of_a_letter_keeps_what_is_unfolded_and_takes_nothing_that_is_typed(eyes: Eyes):
    """C6: live as the desk is. Where somebody types, a sentence says that there is more, and the page stays."""
    page, typing = await eyes.person("XD"), await eyes.person("XD")
    thread = await referred(eyes)
    await page.goto(eyes.url("XD", f"/desk/thread/{thread}"))
    case = await page.locator('main a[href^="/desk/case/"]').first.get_attribute("href")
    for one in (page, typing):
        await one.goto(eyes.url("XD", str(case)))
    await page.click("#changes summary >> nth=0")
    await typing.click("summary:has-text('work')") if await typing.locator(
        "details:not([open]) > form"
    ).count() else None
    await typing.select_option("#f-owner", index=0)
    await typing.dispatch_event("#f-owner", "input")

    await eyes.delivered()

    await page.wait_for_function("() => document.querySelector('.timeline .ticks').textContent.includes('received')")
    assert await page.locator("#changes details[open]").count() == 1
    await typing.wait_for_selector("#news:not([hidden])")
    assert "received" not in await typing.locator(".timeline .ticks").first.inner_text()


async def test_a_case_that_was_given_to_somebody_else_goes_from_the_page_that_is_open(eyes: Eyes):
    """R24: nobody reads on in what is not theirs any more, only because the page stands there."""
    login, other = await eyes.colleague("XD", "caseworker"), await eyes.colleague("XD", "caseworker")
    page = await eyes.person("XD", login=login)
    tasks = await start(page)
    case = tasks.removesuffix("/referral")
    await page.goto(case)
    desk = eyes.desks["XD"]
    await desk.sign_in("ana")
    await desk.sign_in(other)
    body = {"cases": [case.rpartition("/")[2]], "owner": desk.users[other]}
    await desk.done("ana", "/cases/assign", body)

    await page.locator("main", has_text="There is nothing here").wait_for()
    assert await page.locator("#timeline").count() == 0


async def test_what_takes_longer_than_a_second_says_so_until_it_is_there(eyes: Eyes):
    """Issue 4, live without noise: a page that is slow, and a file that is slow and leaves the page where it is."""
    page = await eyes.person("XD")
    tasks = await start(page)
    case, held = tasks.removesuffix("/referral"), asyncio.Event()
    await page.goto(f"{case}/export")

    async def slow(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.context.route("**/export", slow)
    await page.check("main input[name=purpose] >> nth=0")
    await page.evaluate(
        "document.querySelector('main form[data-file]').target = '_blank'"
    )  # this page stays to be seen
    try:
        await page.evaluate("document.querySelector('main form[data-file] button').click()")
        assert await page.is_hidden("#working")
        await page.wait_for_selector("#working:not([hidden])", timeout=5000)
    finally:
        held.set()
    await page.wait_for_selector("#working", state="hidden", timeout=5000)
