"""A return from a browser: begun, its gates with a door each, her wish, the opening letter, halt, a changed mind."""

from node.demo.return_bodies import PASSING
from tests.api.conftest import Desk
from tests.web.browser import Browser, Page
from tests.web.test_changes import case_of
from tests.web.test_danger import colleague

WISH = {
    "voluntary": "yes", "in_her_words": "yes", "spoken_to_alone": "yes", "advocate": "lawyer",
    "advocate_present": "yes", "alternatives_explained": "yes", "staying_explained": "yes",
}  # fmt: skip
TALK = {
    "agrees": "yes", "language": "uk", "interpreter": "independent", "method": "written", "present": "caseworker",
    "spoken_to_alone": "yes", "understood_check": "yes", "alternatives_explained": "yes", "no_pressure_declared": "yes",
}  # fmt: skip


def allows(page: Page, path: str, *categories: str) -> dict[str, list[str]]:
    """These categories and no others ticked for the first office of the page."""
    office = next(name for name in page.form(path) if name.startswith("categories."))
    return {office: list(categories)}


async def begun(browser: Browser) -> tuple[str, str]:
    """A case of somebody who thinks of returning to XA; the paths of the case and of the plan."""
    case = await case_of(browser)
    page = await browser.open(f"{case}/change/begin_return")
    page = await browser.send(page, f"{case}/change/begin_return", country="XA")
    assert "Recorded" in page.said, page.said
    return case, next(link for link in page.links if link.startswith(f"{case}/return/"))


async def agrees(browser: Browser, case: str, purposes: list[str], peer: str = "XA") -> Page:
    """She agrees to this, in a talk of her own."""
    page = await browser.open(f"{case}/consent?peer={peer}")
    path = f"{case}/consent"
    return await browser.send(page, path, **{f"purposes.{peer}": purposes}, **allows(page, path, "needs"), **TALK)


async def test_the_next_three_things_each_lead_to_what_clears_them(browsers: dict[str, Browser]):
    """Practice, the desk: next three things, whose turn, since when; each red gate has a button."""
    xd = browsers["XD"]
    _, plan = await begun(xd)

    page = await xd.open(plan)

    assert "Next three things" in page.said and "her own wish is not recorded" in page.said
    doors = [link for link in page.links if "/change/record_wish?" in link]
    assert doors
    page = await xd.open(doors[0])
    page = await xd.send(page, doors[0].partition("?")[0], **WISH)
    assert page.url.path == plan and "her own wish is not recorded" not in page.said


async def test_every_change_of_a_plan_can_be_reached_from_it(browsers: dict[str, Browser]):
    xd = browsers["XD"]
    _, plan = await begun(xd)
    page = await xd.open(plan)
    for link in [one for one in page.links if "/change/" in one and "plan_id=" in one]:
        assert (await xd.open(link)).status == 200, link


async def test_she_changes_her_mind_with_one_button(browsers: dict[str, Browser]):
    """R21: at every point, without a reason."""
    xd = browsers["XD"]
    case, plan = await begun(xd)
    page = await xd.open(plan)

    page = await xd.send(page, f"{case}/change/take_back_wish")

    assert page.url.path == plan and "she does not wish to go" in page.said


async def test_a_halt_keeps_its_reason_here(browsers: dict[str, Browser]):
    """R31, H01: one person, at once."""
    xd = browsers["XD"]
    _, plan = await begun(xd)
    page = await xd.open(plan)
    reason = next(here["value"] for _, here in page.tags if here.get("name") == "reason")

    page = await xd.send(page, f"{plan}/halt", reason=reason)

    assert "The reason stays here" in page.said and f"{plan}/halt" not in page.text


async def test_nobody_approves_a_plan_without_a_journey_and_a_second_person_does(
    browsers: dict[str, Browser], desks: dict[str, Desk]
):
    """R24, g10: who wrote it never approves it."""
    xd = browsers["XD"]
    case, plan = await begun(xd)
    path = f"{case}/change/plan_journey"
    page = await xd.open(f"{path}?plan_id={plan.rpartition('/')[2]}")
    page = await xd.send(page, path, window_starts_at="2027-03-01T10:00", window_ends="2027-03-02T10:00")
    assert page.url.path == plan, page.said
    own = await xd.send(page, f"{plan}/approve")
    assert own.status == 409 and own.url.path.startswith(plan)
    bea = await colleague(desks["XD"])

    page = await bea.send(await bea.open(plan), f"{plan}/approve")

    assert page.url.path == plan and "a second person approved the plan" in page.said


async def test_the_request_for_a_return_shows_what_would_leave_and_is_sent(
    browsers: dict[str, Browser], desks: dict[str, Desk]
):
    """The opening letter of a return goes through the same check page as everything else."""
    xd = browsers["XD"]
    case, plan = await begun(xd)
    page = await xd.open(f"{case}/referral/kept-from")
    await xd.send(page, f"{case}/referral/kept-from", named="no")
    page = await xd.open(f"{case}/change/record_wish?plan_id={plan.rpartition('/')[2]}")
    await xd.send(page, f"{case}/change/record_wish", **WISH)
    for name, typed in (
        ("record_proceedings", {"advised_by_lawyer": "yes", "compensation_checked": "yes", "heard": "not_needed"}),
        ("set_recovery", {"until": "2026-01-01T00:00"}),
    ):
        page = await xd.open(f"{case}/change/{name}?plan_id={plan.rpartition('/')[2]}")
        await xd.send(page, f"{case}/change/{name}", **typed)
    path = f"{case}/open/return.request"
    page = await xd.open(f"{path}?peer=XA")
    asked = {
        "wish": "written", "wish_date": "2026-11-20", "alternatives_explained": "yes", "spoken_to_alone": "yes",
        "advocate": "lawyer", "at_liberty": "yes", "medical": "none", "reasons": "family",
    }  # fmt: skip
    missing = await xd.send(page, path, **asked)
    assert "no consent of this person names that country" in missing.said
    assert any("/consent?peer=XA&purpose=" in link for link in missing.links)
    await agrees(xd, case, ["enquiry", "travel"])

    page = await xd.open(path)
    check = await xd.send(page, path, **asked)

    assert "fields will leave this country" in check.said, check.said
    sent = await xd.send(check, path, _step="send")
    assert "It is on its way" in sent.said, sent.said
    await desks["XD"].world.settle()
    assert sent.url.path in (await browsers["XA"].open("/desk/")).links
    assert "matter with this country" in (await xd.open(plan)).said


async def test_a_passage_that_nobody_was_asked_for_is_not_said_to_be_called_off_there(
    browsers: dict[str, Browser], desks: dict[str, Desk]
):
    """R04: its request could still be taken back, so nothing leaves, and the page says so."""
    xd, desk = browsers["XD"], desks["XD"]
    case, plan = await begun(xd)
    wish = next(link for link in (await xd.open(plan)).links if "/change/record_wish?" in link)
    await xd.send(await xd.open(wish), wish.partition("?")[0], **WISH)
    page = await xd.open(f"{case}/referral/kept-from")
    await xd.send(page, f"{case}/referral/kept-from", named="no")
    await agrees(xd, case, ["enquiry", "transit"])
    starts = desk.world.clock.now() + 30 * 86_400
    body = {**PASSING, "window_starts_at": starts, "window_ends": starts + 3600}
    asked = {"peer": "XA", "kind": "transit.request", "body": body, "undo_s": 600}
    opened = (await desk.post("ana", f"/cases/{case.rpartition('/')[2]}/threads", asked)).json
    path = f"/desk/thread/{opened['thread']}/do/transit.cancel"

    page = await xd.send(await xd.open(path), path)  # it has no field to fill in
    assert "Record it here, and send nothing" in page.said and "Sign and send" not in page.said
    assert "Nothing goes to Arvenia" in page.said and "was not asked yet" in page.said
    assert "will leave this country" not in page.said and "check and send" not in page.said
    page = await xd.send(page, path, _step="send")

    assert "Nothing goes to the other country now" in page.said and "on its way" not in page.said
