"""A locked desk: nothing comes from the server, and the same person goes on in the same field."""

from node.web.guard import COOKIE
from tests.api.conftest import IDLE_S, MAX_S, PASSWORD, Desk
from tests.web.browser import Browser
from tests.web.test_referral import started

HOUR_S = 3600


async def test_a_locked_desk_shows_nothing_until_the_password_is_given_and_then_the_same_field(
    ana: Browser, desk: Desk
):
    """C14: unlock by the password returns to the same field; the office key left the memory meanwhile."""
    tasks = await started(ana)
    page, held = await ana.open(f"{tasks}/where"), len(desk.staff.offices)

    locked = await ana.send(page, "/desk/lock", to=f"{tasks}/where#f-region")

    assert locked.url.path == "/desk/locked" and locked.url.query["to"] == f"{tasks}/where#f-region"
    assert len(desk.staff.offices) == held - 1
    assert (await ana.open(f"{tasks}/where")).url.path == "/desk/locked"
    wrong = await ana.send(locked, "/desk/locked", password="not the password")
    assert wrong.status == 401 and wrong.form("/desk/locked")["to"] == [f"{tasks}/where#f-region"]
    again = await ana.send(wrong, "/desk/locked", password=PASSWORD)
    assert again.status == 200 and ana.address == f"{tasks}/where#f-region"
    assert len(desk.staff.offices) == held


async def test_after_a_while_without_anybody_the_desk_is_locked_by_itself(ana: Browser, desk: Desk):
    """At-rest: dropped with nobody asking; the content is not sent to whoever sits down then."""
    tasks = await started(ana)
    held = len(desk.staff.offices)
    desk.clock.step(IDLE_S + 1)
    await desk.staff.sweep()
    assert len(desk.staff.offices) < held

    page = await ana.open(f"{tasks}/where")

    assert page.url.path == "/desk/locked" and page.url.query["to"] == f"{tasks}/where"
    assert (await ana.send(page, "/desk/locked", password=PASSWORD)).url.path == f"{tasks}/where"


async def test_no_page_says_anything_while_it_is_locked(ana: Browser):
    """The lock page tells not even who locked it."""
    page = await ana.send(await ana.open("/desk/"), "/desk/lock")

    assert "ana" not in page.said.lower().split() and not page.form("/desk/locked").get("login")
    for path in ("/desk/", "/desk/cases", "/desk/me", "/desk/deadlines", "/desk/names-shut"):
        assert (await ana.open(path)).url.path == "/desk/locked"


async def test_a_locked_sign_in_is_no_sign_in_for_the_api(ana: Browser, desk: Desk):
    await ana.send(await ana.open("/desk/"), "/desk/lock")
    desk.tokens["locked"] = ana.cookies[COOKIE]

    assert (await desk.get("locked", "/sessions/me")).status == 401


async def test_only_the_person_who_locked_it_unlocks_it(ana: Browser, desk: Desk):
    await desk.add("bea", "caseworker")
    await desk.put("ana", f"/users/{desk.users['bea']}/password", {"password": "the password of bea"})
    locked = await ana.send(await ana.open("/desk/"), "/desk/lock")

    assert (await ana.send(locked, "/desk/locked", password="the password of bea")).status == 401


async def test_wrong_passwords_at_the_lock_are_counted_like_those_of_a_sign_in(ana: Browser):
    locked = await ana.send(await ana.open("/desk/"), "/desk/lock")
    tried = [(await ana.send(locked, "/desk/locked", password=f"guess {n}")).status for n in range(6)]

    assert tried == [401] * 5 + [429]


async def test_a_sign_in_that_is_over_is_not_unlocked(ana: Browser, desk: Desk):
    locked = await ana.send(await ana.open("/desk/"), "/desk/lock")
    desk.clock.step(MAX_S)

    page = await ana.send(locked, "/desk/locked", password=PASSWORD)

    assert page.url.path == "/desk/sign-in"


async def test_with_the_person_one_tap_goes_on_and_names_ask_for_the_password(ana: Browser, desk: Desk):
    """Practice, the desk: keeps the draft, hides content, one tap for 60 minutes; the office key is dropped."""
    tasks = await started(ana)
    page, held = await ana.open(f"{tasks}/where"), len(desk.staff.offices)
    await ana.send(page, f"{tasks}/where", needs=["shelter"], peer="XA", region="XA-KEPT")

    hidden = await ana.send(await ana.open(f"{tasks}/where"), "/desk/with-her")
    assert (await ana.open(f"{tasks}/where")).url.path == "/desk/locked"
    assert len(desk.staff.offices) == held - 1
    desk.clock.step(HOUR_S - 1)
    on = await ana.send(hidden, "/desk/locked/show")

    assert on.url.path == f"{tasks}/where" and on.form(f"{tasks}/where")["region"] == ["XA-KEPT"]
    assert "Names are shut." in on.said and len(desk.staff.offices) < held
    opened = await ana.send(await ana.open("/desk/names-shut"), "/desk/names-shut", password=PASSWORD)
    assert "Names are shut." not in opened.said


async def test_after_an_hour_with_the_person_the_password_is_asked_for(ana: Browser, desk: Desk):
    hidden = await ana.send(await ana.open("/desk/"), "/desk/with-her")
    desk.clock.step(HOUR_S)

    page = await ana.send(hidden, "/desk/locked/show")

    assert page.url.path == "/desk/locked" and all(one["action"] != "/desk/locked/show" for one in page.forms)
    assert (await ana.open("/desk/")).url.path == "/desk/locked"
    assert (await ana.send(page, "/desk/locked", password=PASSWORD)).url.path == "/desk/"


async def test_one_tap_opens_nothing_that_was_locked(ana: Browser):
    page = await ana.send(await ana.open("/desk/"), "/desk/lock")

    tried = await ana.post("/desk/locked/show", [])

    assert tried.url.path == "/desk/locked" and (await ana.open("/desk/")).url.path == "/desk/locked"
    assert page.status == 200


async def test_somebody_else_at_a_locked_desk_signs_in_as_themselves(ana: Browser, desk: Desk):
    token = ana.cookies[COOKIE]
    page = await ana.send(await ana.open("/desk/"), "/desk/lock")

    out = await ana.send(page, "/desk/locked/end")

    assert out.url.path == "/desk/sign-in" and not ana.cookies[COOKIE]
    ana.cookies[COOKIE] = token
    assert (await ana.open("/desk/")).url.path == "/desk/sign-in"


async def test_leaving_in_a_hurry_works_while_it_is_locked(ana: Browser):
    token = ana.cookies[COOKIE]
    await ana.send(await ana.open("/desk/"), "/desk/lock")

    left = await ana.post("/desk/leave", [])

    assert left.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    ana.cookies[COOKIE] = token
    assert (await ana.open("/desk/")).url.path == "/desk/sign-in"


async def test_somebody_who_types_is_there(ana: Browser, desk: Desk):
    """The script says once a minute that keys are pressed; nothing else comes back."""
    csrf = (await ana.open("/desk/")).form("/desk/lock")["_csrf"][0]
    for _ in range(3):
        desk.clock.step(IDLE_S - 1)
        assert (await ana.post("/desk/here", [("_csrf", csrf)])).status == 204

    assert (await ana.open("/desk/")).url.path == "/desk/"
