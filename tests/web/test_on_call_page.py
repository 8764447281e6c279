"""The roster and its drills, whom we distrust, and concerns, in a browser without script. Practice H14, H21."""

import re

from node.service.safety import on_call
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser
from tests.web.test_operator import at_work


async def on_roster(desk: Desk, browser: Browser, login: str, **typed: str) -> str:
    """Somebody is put on the roster; what the page says then."""
    await desk.add(login, "caseworker")
    form = {"position": "first", "mail": f"{login}@office.example", "user": desk.users[login], **typed}
    page = await browser.send(await browser.open("/desk/on-call"), "/desk/on-call", **form)
    assert page.status == 200, page.said
    return page.said


async def test_a_roster_of_two_who_can_unlock_and_a_drill_answered_make_the_promise(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """H21: what is missing is said until nothing is; a drill is answered among the alerts."""
    xd, xa = desks["XD"], desks["XA"]
    first = await on_roster(xd, browsers["XD"], "bea", unlocks_away="yes")
    second = await on_roster(xd, browsers["XD"], "cleo", unlocks_away="yes", position="back_up", phone="+00 17")
    page = await browsers["XA"].open("/desk/on-call")
    started = await browsers["XA"].send(page, "/desk/on-call/drill", peer="XD")
    await xd.world.settle()
    waits = await browsers["XD"].open("/desk/on-call")
    drill = (await on_call.roster(xd.staff.node, xd.world["XD"].coordinator)).drills[0].drill
    alert = await browsers["XD"].open(f"/desk/alerts/{drill}")
    await browsers["XD"].send(alert, f"/desk/alerts/{drill}/answer_drill")
    await xd.world.settle()

    assert "there are 1" in first and "there are 1" not in second
    assert "bea@office.example" in second and "+00 17" in second
    assert "An answer is expected until" in started.said and "Answer it among the alerts" in waits.said
    assert "Our promise stands" in (await browsers["XD"].open("/desk/on-call")).said
    assert "Answered within the hour, with names open." in (await browsers["XA"].open("/desk/on-call")).said
    assert xa.users


async def test_a_second_drill_within_a_day_is_refused_with_the_reason(browsers: dict[str, Browser]):
    for _ in range(2):
        page = await browsers["XD"].open("/desk/on-call")
        page = await browsers["XD"].send(page, "/desk/on-call/drill", peer="XA")

    assert page.status == 409
    assert "within a day" in page.said


async def test_what_cannot_be_an_address_is_said_beside_the_field_and_nothing_typed_is_lost(desk: Desk, ana: Browser):
    await desk.add("bea", "caseworker")
    page = await ana.open("/desk/on-call")

    page = await ana.send(page, "/desk/on-call", user=desk.users["bea"], mail="no address", phone="+00 17")

    assert page.status == 422
    assert 'value="no address"' in page.text and 'value="+00 17"' in page.text
    assert "Nobody. When a letter about danger comes at night" in page.said


async def test_somebody_is_taken_off_the_roster_and_an_operator_only_looks(desk: Desk, ana: Browser):
    await on_roster(desk, ana, "bea")
    oz = await at_work(desk, "oz", "operator")
    shown = await oz.open("/desk/on-call")

    page = await ana.send(await ana.open("/desk/on-call"), f"/desk/on-call/{desk.users['bea']}/drop")

    assert "bea@office.example" in shown.said and not any("/on-call" in str(one["action"]) for one in shown.forms)
    assert "bea@office.example" not in page.said


async def test_two_people_distrust_a_country_and_trust_it_again(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """H14: one proposes, another confirms; who asked may only take it back; nobody over there hears of it."""
    xd = desks["XD"]
    ana, bea = browsers["XD"], await at_work(desks["XD"], "bea", "caseworker")
    before = len(xd.world.posted)
    page = await ana.send(await ana.open("/desk/trust"), "/desk/trust", whom="country:XA")
    number = re.search(r"/desk/trust/(\d+)", page.text)[1]  # type: ignore[index]
    alone = await ana.post(
        f"/desk/trust/{number}", [("_csrf", page.forms[-1]["fields"]["_csrf"][0]), ("decision", "confirm")]
    )
    seen = await bea.open("/desk/trust")
    done = await bea.send(seen, f"/desk/trust/{number}", decision="confirm")

    assert "Confirm it" not in page.text and alone.status == 409 and "Confirm it" in seen.text
    assert "Propose to trust again" in done.said
    assert set(xd.staff.node.distrusted.countries) == {"XA"}
    assert len(xd.world.posted) == before


async def test_an_organisation_does_not_decide_about_itself_and_nothing_is_chosen_is_said(desk: Desk, ana: Browser):
    page = await ana.open("/desk/trust")
    own = await ana.send(page, "/desk/trust", whom="member:haven")
    nothing = await ana.send(page, "/desk/trust", whom="")

    assert own.status == 409 and "Two colleagues of another one have to decide." in own.said
    assert nothing.status == 422 and "Choose whom, or write the code" in nothing.said


async def test_a_concern_has_a_file_once_a_second_coordinator_stands_behind_it(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """H14: signed by the node, nobody in it; caseworkers do not see it."""
    xd, ana = desks["XD"], browsers["XD"]
    page = await ana.open("/desk/trust")
    page = await ana.send(page, "/desk/concerns", country="XA", code="nobody_answers", since="2026-10-01T00:00")
    assert page.status == 200, page.said
    second = await at_work(xd, "dora", "coordinator")
    waiting = await second.open("/desk/trust")
    action = next(str(one["action"]) for one in waiting.forms if str(one["action"]).startswith("/desk/concerns/"))
    signed = await second.send(waiting, action)
    bea = await at_work(xd, "bea", "caseworker")

    assert "It waits for a second person" in page.said
    assert '"nobody_answers"' in signed.text.replace("&#34;", '"')
    assert "Concerns for the maintainers" not in (await bea.open("/desk/trust")).said


async def test_two_people_write_to_a_country_on_an_old_registry(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """Registry 4.6: the page of the countries says it; one proposes after a call, another confirms."""
    xd = desks["XD"]
    fresh = await browsers["XD"].open("/desk/countries")
    xd.clock.step(8 * 86_400)
    ana, bea = Browser(xd.client), await at_work_later(xd, "bea")
    await ana.sign_in("ana", PASSWORD)
    page = await ana.open("/desk/countries")
    without = await ana.send(page, "/desk/countries/old-sends", peer="XA")
    page = await ana.send(page, "/desk/countries/old-sends", peer="XA", phoned="yes")
    seen = await bea.open("/desk/countries")
    done = await bea.send(seen, "/desk/countries/old-sends/XA", decision="confirm")

    assert "not seen for a week" not in fresh.said and "not seen for a week" in page.said
    assert without.status == 409 and "Phone their desk first" in without.said
    assert "waits for a second person" in page.said and "Confirm it" not in page.said
    assert "Confirm it" in seen.said and "is written to" in done.said
    assert set(xd.staff.node.stale_override) == {"XA"}


async def at_work_later(desk: Desk, login: str) -> Browser:
    """The same as `at_work`, after every sign-in has ended."""
    assert (await desk.sign_in("ana")).status == 201
    return await at_work(desk, login, "caseworker")
