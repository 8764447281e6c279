"""What people do at the desk, as steps that several tests take."""

from playwright.async_api import Page

from tests.browser.conftest import Eyes
from tests.web.test_referral import filled, started

CONSENT: dict[str, str | list[str]] = {
    "agrees": "yes", "language": "uk", "interpreter": "independent", "method": "written", "present": "caseworker",
    "spoken_to_alone": "yes", "understood_check": "yes", "alternatives_explained": "yes", "no_pressure_declared": "yes",
    "read_aloud": list("12345678"),
}  # fmt: skip
WHO = {"age_band": "25-34", "age_in_doubt": "no", "gender": "woman", "languages": "uk", "interpreter": "yes"}
SAVE = "main form button:not(.plain)"


async def tick(page: Page, **answers: str | list[str]) -> None:
    """Tick these answers, by the name of the field."""
    for name, values in answers.items():
        for value in [values] if isinstance(values, str) else values:
            await page.check(f'input[name="{name}"][value="{value}"]')


async def start(page: Page) -> str:
    """A new case; the address of its list of tasks."""
    await page.click('a[href="/desk/start"]')
    await tick(page, **WHO)
    await page.click(SAVE)
    await page.wait_for_url("**/referral")
    return page.url


async def fill_tasks(page: Page, tasks: str, peer: str = "XA") -> None:
    """Every task but the last; ends on the check page."""
    await page.goto(f"{tasks}/kept-from")
    await tick(page, named="no")
    await page.click(SAVE)
    await page.goto(f"{tasks}/where")
    await tick(page, needs=["shelter", "health"], urgency="routine", peer=peer)
    await page.click(SAVE)
    await page.goto(f"{tasks}/consent")
    await tick(page, **CONSENT)
    await page.click(SAVE)
    await page.goto(f"{tasks}/check")


async def referred(eyes: Eyes) -> str:
    """Somebody was offered to XA, by hand and without a browser; the thread."""
    hand = await eyes.hand("XD")
    tasks = await started(hand)
    sent = await hand.send(await filled(hand, tasks), f"{tasks}/check")
    return sent.url.path.rpartition("/")[2]


async def refer(page: Page) -> str:
    """Offer somebody to XA in this window; the thread."""
    await fill_tasks(page, await start(page))
    await page.click(SAVE)
    await page.wait_for_url("**/thread/*")
    return page.url.partition("?")[0].rpartition("/")[2]


async def accept(eyes: Eyes, page: Page, thread: str, *fields: str) -> None:
    """The other country accepts and asks for these fields."""
    await page.goto(eyes.url("XA", f"/desk/thread/{thread}/do/referral.accept"))
    await page.fill('[name="organisation.id"]', "haven-of-xa")
    offered = page.locator("[name=services][type=checkbox]")  # those of its own entry, once there is one
    await (offered.first.check() if await offered.count() else page.fill("[name=services]", "safe-place"))
    await page.fill("[name=start_not_before]", "2026-12-20")
    await tick(page, meeting_modes="met_on_arrival")
    for name in fields:
        await page.check(f'input[name="data_needed"][value$=".{name}"]')
    await page.click(SAVE)
    await page.click("button[value=send]")
    await page.wait_for_url("**/thread/*")
