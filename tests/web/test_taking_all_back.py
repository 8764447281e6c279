"""Taking everything back: what is asked of whom is read before it is done; her file here goes with two people."""

from tests.api.conftest import Desk
from tests.web.browser import Browser
from tests.web.test_changes import case_of
from tests.web.test_consent import taken
from tests.web.test_danger import colleague
from tests.web.test_returns import agrees


async def test_what_is_asked_of_whom_is_shown_before_it_is_done(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """C5, R20: two steps, no reason; the other country hears of it at once."""
    case, thread = await taken(desks, browsers)
    xd, path = browsers["XD"], f"{case}/take-back"
    page = await xd.open(path)
    assert "what it got from us: 1 letter" in page.said and "within 72 hours" in page.said
    nothing = await xd.send(page, path)
    assert nothing.status == 422 and "Tick what she takes back" in nothing.said

    person = next(value for form in page.forms for name, value in form["buttons"] if name == "all")
    shown = await xd.send(page, path, all=person)
    assert "This follows" in shown.said and "She takes it back" not in (await browsers["XA"].open(thread)).said
    done = await xd.send(shown, path, _step="do")

    assert "Every country that had it is told" in done.said
    assert "Nothing of what she allowed still stands" in done.said
    sheet = await xd.send(await xd.open(f"{case}/sheet"), f"{case}/sheet")
    assert "What she allowed" in sheet.said and "taken back" in sheet.said
    await desks["XD"].world.settle()
    assert "She took her consent back" in (await browsers["XA"].open(thread)).said


async def test_a_country_that_was_told_nothing_is_asked_nothing(browsers: dict[str, Browser]):
    xd = browsers["XD"]
    case = await case_of(xd)
    await agrees(xd, case, ["enquiry"])

    page = await xd.open(f"{case}/take-back")

    assert "nothing was sent there" in page.said and "within 72 hours" not in page.said


async def test_towards_a_country_she_is_protected_from_nothing_is_promised(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R10, H16: the withdrawal does not leave; she is asked first."""
    case, _ = await taken(desks, browsers)
    xd = desks["XD"]
    fear = {"change": "set_tie", "country": "XA", "kind": "nationality", "feared": "yes"}
    person = (await xd.get("ana", f"/cases/{case.rpartition('/')[2]}")).json["persons"][0]["person_id"]
    await xd.done("ana", f"/cases/{case.rpartition('/')[2]}/changes", fear | {"person_id": person})

    page = await browsers["XD"].open(f"{case}/take-back")

    assert "nothing about her goes there, not this either" in page.said and "within 72 hours" not in page.said


async def test_nobody_is_told_to_phone_a_country_she_fears_about_a_paper(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R10, H15: a call is a way out like a letter; the paper was given before anybody knew whom she fears."""
    case, _ = await taken(desks, browsers)
    xd, name, ana = desks["XD"], case.rpartition("/")[2], browsers["XD"]
    node = xd.staff.node
    said = node.seals.cover("H15 XA")
    await node.store.write(
        lambda work: work.audit.append(node.now(), "node", "way_out", name, rule=said, outcome="file")
    )
    (one,) = (await xd.get("ana", f"/cases/{name}/consents")).json
    assert "on paper too: phone them" in (await ana.open(f"{case}/take-back")).said
    fear = {"change": "set_tie", "country": "XA", "kind": "nationality", "feared": "yes"}
    await xd.done("ana", f"/cases/{name}/changes", fear | {"person_id": one["person_id"]})

    before = await ana.open(f"{case}/take-back")
    await xd.done("ana", f"/cases/{name}/consents/{one['consent']}/withdraw", {})
    after = await ana.open(f"{case}/consents/{one['consent']}")

    assert "phone them" not in before.said and "Phone them" not in after.said


async def test_her_file_here_is_erased_by_two_people_from_the_same_page(desk: Desk, ana: Browser):
    """R25, GDPR 17: whoever asked cannot confirm; afterwards the case is gone."""
    case = await case_of(ana)
    path = f"{case}/take-back"
    asked = await ana.send(await ana.open(path), f"{path}/erase")
    assert "waits for a second person" in asked.said and "Erase it for ever" not in asked.said
    bea = await colleague(desk)
    page = await bea.open(path)
    action = next(str(one["action"]) for one in page.forms if "/erase/" in str(one["action"]))
    alone = await ana.post(action, [("_csrf", asked.forms[-1]["fields"]["_csrf"][0]), ("approve", "yes")])
    assert alone.status == 409

    await bea.send(page, action, approve="yes")

    assert "erased" in (await bea.open("/desk/cases")).said or (await bea.open(case)).status == 404


async def test_a_file_that_a_country_works_with_is_not_erased(desks: dict[str, Desk], browsers: dict[str, Browser]):
    case, _ = await taken(desks, browsers)
    path = f"{case}/take-back"

    refused = await browsers["XD"].send(await browsers["XD"].open(path), f"{path}/erase")

    assert refused.status == 409 and "Another country still works with this case" in refused.said


async def test_the_case_leads_to_it_by_one_name_only(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """Whoever looks for it finds one way, and it is the one that says what follows, and erases (WCAG 2.4.4)."""
    case, _ = await taken(desks, browsers)

    page = await browsers["XD"].open(case)

    assert f"{case}/take-back" in page.links and page.said.count("She takes it back") == 1
