"""Danger now in a browser without script: four fields, the number in sight, a second person, the end of an alert."""

from node.web.guard import COOKIE
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser, Page
from tests.web.test_referral import started

FOUR = {"dangers": ["violence"], "peer": "XA", "for_hours": "24", "safe_contact": "ask for the blue door"}


async def raised(browser: Browser, **typed: object) -> Page:
    """An alert about a new case; the page of the alert."""
    case = (await started(browser)).split("/")[3]
    page = await browser.open(f"/desk/danger?case={case}")
    return await browser.send(page, "/desk/danger", case=case, **{**FOUR, **typed})


async def test_four_fields_send_an_alert_and_the_number_stands_there_while_it_travels(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """Practice, the desk: Danger now, 4 fields, 60 seconds, the phone number shown while it sends."""
    form = await browsers["XD"].open("/desk/danger")
    contact = next(one for one in desks["XD"].staff.node.view.countries.values() if one.code == "XA").record
    assert contact.authority.contact in form.said

    sent = await raised(browsers["XD"])

    assert sent.status == 200 and "It is on its way" in sent.said
    assert contact.authority.contact in sent.said and "I say nothing of any person" in sent.said
    assert "blue door" not in sent.text
    await desks["XD"].world.settle()
    there = await browsers["XA"].open("/desk/alerts")
    assert "Violence" in there.said and sent.url.path in there.links


async def test_every_page_of_somebody_signed_in_leads_to_danger_now(browsers: dict[str, Browser]):
    for path in ("/desk/", "/desk/cases", "/desk/countries", "/desk/start", "/desk/alerts"):
        assert "/desk/danger" in (await browsers["XD"].open(path)).links


async def test_an_alert_is_taken_up_updated_and_stood_down_over_there(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """H21: a person there says what happens now, and the other side hears of it."""
    sent = await raised(browsers["XD"])
    path, xa = sent.url.path, browsers["XA"]
    await desks["XD"].world.settle()
    page = await xa.open(path)
    assert f"{path}/review" not in page.text and f"{path}/confirm" not in page.text

    page = await xa.send(page, f"{path}/acknowledge", fields={"action": "acting"})
    assert "the other country is told" in page.said and "taken up" in page.said
    page = await xa.send(page, f"{path}/update", status="found")
    assert page.status == 200
    page = await xa.send(page, f"{path}/stand_down", reason="found_safe")

    assert page.url.path == "/desk/alerts" and path not in page.links
    await desks["XD"].world.settle()
    assert "taken up" in (await browsers["XD"].open(path)).said


async def test_the_second_look_is_another_persons_and_says_whether_she_knows(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R02: within 24 hours, and never by whoever sent it."""
    sent = await raised(browsers["XD"])
    path = sent.url.path
    own = await browsers["XD"].send(sent, f"{path}/review", outcome="justified", informed="raises_risk")
    assert own.status == 422 and "neither asked for this nor sent it" in own.said
    bea = await colleague(desks["XD"])

    page = await bea.send(await bea.open(path), f"{path}/review", outcome="justified", informed="raises_risk")

    assert page.url.path == "/desk/alerts"
    page = await bea.open(path)
    assert "She has not been told yet" in page.said and f"{path}/informed" in page.text


async def test_an_alert_about_another_person_waits_for_a_second_one_who_reads_what_would_go(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """H35: two people; the page of the second says in words what would be sent."""
    waits = await raised(browsers["XD"], about="another_person")
    path = waits.url.path
    assert "It waits for a second person" in waits.said and "somebody else has to confirm it" in waits.said
    contact = desks["XD"].staff.node.view.countries["XA"].record.authority.contact
    said, _, _ = waits.said.partition("Help: phone")  # our own office's contact, which is the same in these tests
    assert contact not in said and "Tell nobody there anything" in said
    proof = waits.form(f"{path}/refuse")["_csrf"][0]
    alone = await browsers["XD"].post(f"{path}/confirm", [("_csrf", proof)])
    assert alone.status == 422 and "A second person has to confirm this" in alone.said
    bea = await colleague(desks["XD"])
    page = await bea.open(path)
    assert "Violence" in page.said and "blue door" not in page.text

    sent = await bea.send(page, f"{path}/confirm")

    assert "It is on its way" in sent.said and sent.url.path != path
    assert (await bea.open(path)).status == 404


async def test_what_is_missing_is_said_and_what_was_typed_stays(browsers: dict[str, Browser]):
    page = await browsers["XD"].open("/desk/danger")

    wrong = await browsers["XD"].send(page, "/desk/danger", peer="XA", safe_contact="ask for the blue door")

    assert wrong.status == 422 and "Choose one" in wrong.said
    assert wrong.form("/desk/danger")["peer"] == ["XA"]
    assert wrong.form("/desk/danger")["safe_contact"] == ["ask for the blue door"]


async def test_numbers_and_what_to_say_are_read_without_a_sign_in_and_nothing_of_a_case(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """Practice, the desk: on-call numbers and a phone script readable while locked."""
    case = (await started(browsers["XD"])).split("/")[3]
    stranger = Browser(desks["XD"].client)

    page = await stranger.open("/desk/phones")

    assert page.status == 200 and COOKIE not in stranger.cookies
    for country in desks["XD"].staff.node.view.countries.values():
        assert country.record.authority.contact in page.said
    assert "I say nothing of any person on the telephone" in page.said
    assert case not in page.text and case[:8] not in page.text
    assert "/desk/phones" in (await stranger.open("/desk/sign-in?locked=1")).links


async def test_whoever_is_signed_in_keeps_danger_now_beside_the_numbers_and_a_locked_desk_has_neither(
    browsers: dict[str, Browser],
):
    """Issue 4, under pressure: "Danger now" on every page; what anybody may read tells a locked window of no desk."""
    xd = browsers["XD"]

    page = await xd.open("/desk/phones")
    assert "/desk/danger" in page.links and "/desk/sign-in" not in page.links
    await xd.send(page, "/desk/lock")
    locked = await xd.open("/desk/phones")

    assert locked.status == 200 and "I say nothing of any person" in locked.said
    assert "/desk/danger" not in locked.links and "/desk/cases" not in locked.links


async def test_a_call_beside_the_network_is_recorded_by_one_and_confirmed_by_another(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """H32: the number is the registry's, never typed; it counts once a second person confirmed it."""
    sent = await raised(browsers["XD"])
    thread = next(link for link in sent.links if link.startswith("/desk/thread/"))
    path = f"{thread}/off-network"
    page = await browsers["XD"].open(path)

    page = await browsers["XD"].send(
        page, path, who="duty officer", number="out_of_hours", said="they go there tonight", is_plan="no"
    )

    assert "they go there tonight" in page.said and "It waits for a second person" in page.said
    number = desks["XD"].staff.node.view.countries["XA"].record.out_of_hours
    assert number in page.said
    bea = await colleague(desks["XD"])
    page = await bea.open(path)
    confirm = next(str(form["action"]) for form in page.forms if str(form["action"]).startswith(f"{path}/"))
    page = await bea.send(page, confirm)
    assert "Confirmed by a second person" in page.said


async def colleague(desk: Desk, login: str = "cora") -> Browser:
    """The browser of another coordinator of the same country."""
    await desk.add(login, "coordinator")
    browser = Browser(desk.client)
    await browser.sign_in(login, PASSWORD)
    return browser


async def test_an_alert_that_the_second_person_refuses_goes_nowhere(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """H35: one of two says no; nothing leaves, and nobody there reads that there was anything."""
    path = (await raised(browsers["XD"], about="another_person")).url.path
    bea = await colleague(desks["XD"])

    refused = await bea.send(await bea.open(path), f"{path}/refuse")

    assert refused.status == 200 and (await bea.open(path)).status == 404
    await desks["XD"].world.settle()
    assert "Violence" not in (await browsers["XA"].open("/desk/alerts")).said
    assert desks["XD"].world["XD"].letters_to("XA") == {}
