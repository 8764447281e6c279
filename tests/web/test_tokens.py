"""Case systems are let in and shut out on a page; and what is held is listed, to a coordinator with its ground."""

import re
from typing import Any

from node.service.context import DAY_S
from tests.api.conftest import Desk
from tests.web.browser import Browser
from tests.web.test_operator import at_work

PATH = "/desk/admin/tokens"


async def asked(desk: Desk, token: str) -> int:
    """What the API answers a case system that asks who it is."""
    async with desk.client.get("/api/v1/sessions/me", headers={"Authorization": f"Bearer {token}"}) as answer:
        return int(answer.status)


async def test_a_token_is_shown_once_works_and_is_shut_out_by_an_operator(desk: Desk, ana: Browser):
    page = await ana.open(PATH)
    assert "No case system comes in here." in page.said
    made = await ana.send(page, PATH, label="national-register", days="30")
    token = str(re.search(r'class="secret"><bdi dir="ltr">([^<]+)<', made.text)[1])  # type: ignore[index]

    assert await asked(desk, token) == 200
    again = await ana.open(PATH)
    assert token not in again.text and "national-register" in again.said and "reads no names" in again.said
    assert "Last used: never" not in again.said

    olaf = await at_work(desk, "olaf", "operator")
    page = await olaf.open(PATH)
    assert "Make a token" not in page.said
    shut = await olaf.send(page, next(one["action"] for one in page.forms if "revoke" in str(one["action"])))
    assert "Shut out or run out" in shut.said and await asked(desk, token) == 401


async def test_a_token_that_reads_names_says_so_and_one_without_a_label_is_refused(ana: Browser):
    page = await ana.open(PATH)
    wrong = await ana.send(page, PATH, label="two words", days="30")
    made = await ana.send(page, PATH, label="register", days="90", reads_names="yes")

    assert wrong.status == 422 and "Use letters, digits" in wrong.said
    assert made.status == 200 and "reads names" in made.said


async def held(desk: Desk, until: int) -> str:
    """A case that two people hold for a court."""
    case = (await desk.case("bea"))["case"]
    hold: dict[str, Any] = {"change": "hold_for_law", "ground": "criminal_proceedings", "until": until}
    waits = await desk.done("bea", f"/cases/{case}/changes", hold)
    await desk.done("ana", f"/cases/{case}/changes/{waits['pending']}/approve", {})
    desk.clock.step(2)  # a case is dated once the second of its change is over
    return str(case)


async def test_a_hold_is_listed_with_ground_people_and_end_and_its_lifting_asks_two(desk: Desk, ana: Browser):
    """R25; an operator learns that there is one, and until when."""
    await desk.add("bea", "caseworker")
    assert "Nothing is held." in (await ana.open("/desk/admin/retention")).said
    case = await held(desk, desk.clock.now() + 90 * DAY_S)

    page = await ana.open("/desk/admin/retention")
    olaf = await (await at_work(desk, "olaf", "operator")).open("/desk/admin/retention")

    assert "What is held (1)" in page.said and "Criminal proceedings" in page.said and "Ana Invented" in page.said
    lift = f"/desk/case/{case}/change/lift_legal_hold"
    assert lift in page.links
    assert "What is held (1)" in olaf.said and case[:8] in olaf.said
    assert "Criminal proceedings" not in olaf.said and "Ana Invented" not in olaf.said and lift not in olaf.links
    waits = await ana.send(await ana.open(lift), lift)
    assert "/pending/" in waits.url.path


async def test_a_hold_whose_time_is_over_is_not_listed(desk: Desk, ana: Browser):
    await desk.add("bea", "caseworker")
    await held(desk, desk.clock.now() + 100)
    desk.clock.step(200)

    assert "Nothing is held." in (await ana.open("/desk/admin/retention")).said
