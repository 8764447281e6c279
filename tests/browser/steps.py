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
