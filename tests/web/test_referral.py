"""A referral from one browser to another and back, without a line of script: tasks, consent, check, send, answer."""

from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser, Page

AGREED = {
    "agrees": "yes", "language": "uk", "interpreter": "independent", "method": "written", "present": "caseworker",
    "spoken_to_alone": "yes", "understood_check": "yes", "alternatives_explained": "yes", "no_pressure_declared": "yes",
    "read_aloud": list("12345678"),
}  # fmt: skip


async def started(browser: Browser) -> str:
    """A new case; the path of its list of tasks."""
    page = await browser.open("/desk/start")
    page = await browser.send(
        page, "/desk/start", age_band="25-34", age_in_doubt="no", gender="woman", languages="uk", interpreter="yes"
    )
    assert page.url.path.endswith("/referral")
    return page.url.path


async def filled(browser: Browser, tasks: str, peer: str = "XA") -> Page:
    """Every task done but the last; the check page."""
    for name, typed in (
        ("kept-from", {"named": "no"}),
        ("where", {"needs": ["shelter", "health"], "urgency": "routine", "peer": peer}),
        ("consent", AGREED),
        ("names", {"given_name": "Зоряна", "safe_contact": "through the shelter desk"}),
    ):
        page = await browser.open(f"{tasks}/{name}")
        page = await browser.send(page, f"{tasks}/{name}", **typed)
        assert page.status == 200, page.said
    return await browser.open(f"{tasks}/check")


async def accepted(browser: Browser, thread: str) -> Page:
    """The other country accepts and says what it must know."""
    path = f"/desk/thread/{thread}/do/referral.accept"
    page = await browser.open(path)
    needed = [value for _, here in page.tags if (value := here.get("value")) and here.get("name") == "data_needed"]
    answers = {"organisation.id": "haven-of-xa", "data_needed": [one for one in needed if "given_name" in one]}
    page = await browser.send(
        page, path, fields=answers, services="safe-place", start_not_before="2026-12-20", meeting_modes="met_on_arrival"
    )
    assert "fields will leave this country" in page.said, page.said
    return await browser.send(page, path, _step="send")


async def test_a_person_is_referred_and_accepted_between_two_browsers(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """A3 of the usability tests: everything works with script switched off."""
    xd, xa = browsers["XD"], browsers["XA"]
    tasks = await started(xd)
    check = await filled(xd, tasks)
    assert "Only these 8 fields will leave this country" in check.said
    assert "How fast Within two weeks" in check.said  # it stands on the letter, outside its body
    assert "Зоряна" not in check.text
    sent = await xd.send(check, f"{tasks}/check")
    assert "It is on its way" in sent.said
    await desks["XD"].world.settle()

    desk = await xa.open("/desk/")
    assert "New letter, nobody has opened it" in desk.said
    thread = sent.url.path.rpartition("/")[2]
    assert f"/desk/thread/{thread}" in desk.links
    answered = await accepted(xa, thread)
    await desks["XD"].world.settle()

    assert "Once what waits here was received: Accepted" in answered.said
    here = await xd.open(f"/desk/thread/{thread}")
    assert "Accepted" in here.said and "received" in here.said and "opened by a person" in here.said


async def test_the_check_page_says_what_is_missing_and_leads_there(browsers: dict[str, Browser]):
    """Practice, the desk: it opens and lists what is missing, each a link."""
    xd = browsers["XD"]
    tasks = await started(xd)
    nothing = await xd.open(f"{tasks}/check")
    assert f"{tasks}/where" in nothing.links
    page = await xd.open(f"{tasks}/where")
    await xd.send(page, f"{tasks}/where", needs=["shelter"], urgency="routine", peer="XA")

    check = await xd.open(f"{tasks}/check")

    assert "no consent of this person names that country" in check.said
    assert f"{tasks}/consent" in check.links
    assert all(form["action"] != f"{tasks}/check" for form in check.forms)


async def test_what_the_check_page_asks_for_never_says_that_it_may_be_left_out(browsers: dict[str, Browser]):
    """A first-day user left "how fast" empty, because "if it applies" stood beside it; nothing is taken for granted."""
    xd = browsers["XD"]
    tasks = await started(xd)
    where = await xd.open(f"{tasks}/where")

    left = await xd.send(where, f"{tasks}/where", needs=["shelter"], peer="XA")

    before_the_rest = where.said.partition("More, if it matters")[0]
    assert "How fast" in before_the_rest and "if it applies" not in before_the_rest
    assert "What she needs, how fast, and where To do" in left.said, left.said
    assert f"{tasks}/where" in (await xd.open(f"{tasks}/check")).links
    await xd.send(await xd.open(f"{tasks}/where"), f"{tasks}/where", urgency="urgent", region="nowhere at all")
    check = await xd.open(f"{tasks}/check")
    assert "Fill in what is marked. Put it right" in check.said and f"{tasks}/where" in check.links  # never a silent no


async def test_a_no_is_not_recorded_as_a_yes(browsers: dict[str, Browser], desks: dict[str, Desk]):
    """R11: without her yes nothing is sent, and nothing is written down that says she agreed."""
    xd = browsers["XD"]
    tasks = await started(xd)
    page = await xd.open(f"{tasks}/where")
    await xd.send(page, f"{tasks}/where", needs=["shelter"], peer="XA")
    page = await xd.open(f"{tasks}/consent")

    said = await xd.send(page, f"{tasks}/consent", agrees="no")

    assert said.status == 200 and "helped here all the same" in said.said
    assert (await desks["XD"].get("ana", f"/cases/{tasks.split('/')[3]}/consents")).json == []


async def test_what_was_typed_is_shown_again_with_the_error_beside_its_field(
    browsers: dict[str, Browser], desks: dict[str, Desk]
):
    xd, xa = browsers["XD"], browsers["XA"]
    tasks = await started(xd)
    sent = await xd.send(await filled(xd, tasks), f"{tasks}/check")
    await desks["XD"].world.settle()
    thread = sent.url.path.rpartition("/")[2]
    path = f"/desk/thread/{thread}/do/referral.accept"
    page = await xa.open(path)

    wrong = await xa.send(page, path, fields={"organisation.id": "haven-of-xa"}, services="safe-place")

    assert wrong.status == 422
    assert wrong.form(path)["organisation.id"] == ["haven-of-xa"] and wrong.form(path)["services"] == ["safe-place"]
    assert any(here.get("id") == "e-start_not_before" for _, here in wrong.tags)


async def test_a_referral_that_was_only_begun_is_found_again_among_the_drafts(browsers: dict[str, Browser]):
    """Whoever is called away after the first task comes back to it from the desk."""
    xd = browsers["XD"]
    tasks = await started(xd)

    desk = await xd.open("/desk/")

    assert tasks in desk.links and "Drafts (1)" in desk.said


async def test_who_will_care_for_her_is_chosen_from_our_organisations_or_typed(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """Nobody has to know a code: those of our people stand there, one's own preset; another can be named."""
    xd, xa = browsers["XD"], browsers["XA"]
    body = {"login": "sam", "password": PASSWORD, "role": "caseworker", "organisation": "shelter-north"}
    await desks["XA"].done("ana", "/users", body, 201)
    tasks = await started(xd)
    sent = await xd.send(await filled(xd, tasks), f"{tasks}/check")
    await desks["XD"].world.settle()
    path = f"/desk/thread/{sent.url.path.rpartition('/')[2]}/do/referral.accept"

    page = await xa.open(path)
    again = await xa.send(page, path, fields={"organisation.id": ["haven", "another-one"]})

    offered = [here["value"] for _, here in page.tags if here.get("name") == "organisation.id"]
    assert offered == ["haven", "shelter-north", ""] and page.form(path)["organisation.id"] == ["haven", ""]
    assert again.status == 422 and again.form(path)["organisation.id"][-1] == "another-one"


async def test_after_back_the_check_page_says_that_it_was_sent(browsers: dict[str, Browser]):
    """It said that everything was missing, and a hurried colleague would have asked the same country twice."""
    xd = browsers["XD"]
    tasks = await started(xd)
    check = await filled(xd, tasks)
    assert "a matter is under way" not in check.said
    sent = await xd.send(check, f"{tasks}/check")

    back, again = await xd.open(f"{tasks}/check"), await xd.open(tasks)

    for page in (back, again):
        assert "In this case a matter is under way: Arvenia" in page.said and sent.url.path in page.links


async def test_the_list_of_tasks_says_that_a_name_was_kept(browsers: dict[str, Browser]):
    """It never shows the name; whoever typed it is not left to wonder."""
    xd = browsers["XD"]
    tasks = await started(xd)
    assert "Can wait until they accept" in (await xd.open(tasks)).said

    after = await xd.send(await xd.open(f"{tasks}/names"), f"{tasks}/names", given_name="Зоряна")

    assert "Kept here, sealed" in after.said and "Зоряна" not in after.text


async def test_a_matter_is_not_stopped_by_an_empty_press_and_its_page_stays(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """Errors stand beside the field: a page that only says what is wrong loses the place."""
    xd = browsers["XD"]
    tasks = await started(xd)
    thread = (await xd.send(await filled(xd, tasks), f"{tasks}/check")).url.path
    await desks["XD"].world.settle()

    refused = await xd.send(await xd.open(thread), f"{thread}/stop")

    assert refused.status == 422 and "Tick that you are sure, then stop." in refused.said
    assert "Timeline" in refused.said and "#f-sure" in refused.links
    assert "Offered, waits for an answer" in (await xd.open(thread)).said


async def test_a_first_day_colleague_reads_nothing_that_says_nothing(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """Usability: no empty line of a letter, no need unfolded that nobody asked for, no "nothing sent" beside "sent"."""
    xd, xa = browsers["XD"], browsers["XA"]
    start = await xd.open("/desk/start")
    assert "everything else may stay unknown" in start.said and "if it applies" not in start.said
    tasks = await started(xd)
    assert "Save and go on saved" not in (await xd.open(f"{tasks}/where")).said
    sent = await xd.send(await filled(xd, tasks), f"{tasks}/check")
    assert "It is on its way" in sent.said and "Nothing sent yet" not in sent.said
    await desks["XD"].world.settle()

    thread = sent.url.path
    matter = await xa.open(thread)
    letter = await xa.send(matter, next(one["action"] for one in matter.forms if "/letter/" in str(one["action"])))
    accept = await xa.open(f"{thread}/do/referral.accept")

    assert "–" not in letter.words and "What she needs" in letter.said
    folded = accept.text.partition('name="needs"')[2].partition("<details")[2].partition("</details>")[0]
    assert 'value="addiction"' in folded and 'value="shelter"' not in folded
    assert accept.form(f"{thread}/do/referral.accept")["needs"] == ["shelter", "health"]
