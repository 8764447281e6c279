"""Two windows at one draft, in a real browser: what is saved as it is typed takes its mark along."""

from playwright.async_api import Page, Route

from tests.browser.conftest import Eyes
from tests.browser.steps import SAVE, start, tick


async def opened(eyes: Eyes) -> tuple[Page, Page]:
    """Two windows on the same task of one referral."""
    mine = await eyes.person("XD")
    tasks = await start(mine)
    theirs = await mine.context.new_page()
    for page in (mine, theirs):
        await page.goto(f"{tasks}/where")
    return mine, theirs


async def test_the_window_that_is_late_is_told_in_words_and_sees_both_when_it_saves(eyes: Eyes):
    """C4, finding 3: never silently the last one; the form says so while it is typed."""
    mine, theirs = await opened(eyes)
    async with mine.expect_response(lambda answer: answer.status == 204):
        await tick(mine, needs="shelter")
    async with mine.expect_response(lambda answer: answer.status == 204):  # from the mark of what it saved before
        await tick(mine, needs="health")

    async with theirs.expect_response(lambda answer: answer.status == 409):
        await tick(theirs, needs="legal")
    await theirs.wait_for_function("() => document.querySelector('.saved').textContent.includes('saved meanwhile')")
    await theirs.click(SAVE)

    await theirs.wait_for_selector("table")
    assert "What stands" in await theirs.inner_text("main") and "Legal help" in await theirs.inner_text("main")
    await theirs.click("main form button")
    await theirs.wait_for_url("**/referral")
    await mine.click(SAVE)
    await mine.wait_for_selector("table")  # and the first is asked in its turn


async def test_a_button_pressed_while_a_save_is_on_its_way_waits_for_it_and_is_asked_nothing(eyes: Eyes):
    """On a slow line what was typed after the last save is newer than its mark: nobody is asked about themselves."""
    mine, _ = await opened(eyes)
    held: list[Route] = []

    async def slowly(route: Route) -> None:
        if "_stay=1" in (route.request.post_data or "") and not held:
            held.append(route)
        else:
            await route.continue_()

    await mine.route("**/referral/where", slowly)
    async with mine.expect_request(lambda asked: "_stay=1" in (asked.post_data or "")):
        await tick(mine, needs="shelter")
    await tick(mine, needs="health", urgency="routine", peer="XA")
    await mine.click(SAVE)
    await held[0].continue_()

    await mine.wait_for_url("**/referral")
