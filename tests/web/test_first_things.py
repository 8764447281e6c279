"""What comes before any work: the code of conduct and a second step; nobody walks round either. Issue 4, sign-in."""

from dataclasses import replace
from pathlib import Path

import pyotp
import pytest

from node.config import parsed, two_steps
from node.web.pages import PAGES
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser
from tests.web.test_second_step import set_up

OPEN = ("/me", "/conduct", "/sign-out", "/lock", "/here")
SAYS = "Before you go on: your password is all that keeps others out."


def working(method: str) -> list[str]:
    """Every page of a coordinator that is more than her own sign-in, with something in the place of what it names."""
    return [
        "/desk" + "/".join("a1" * 16 if part.startswith("{") else part for part in page.path.split("/"))
        for page in PAGES
        if page.method == method and "coordinator" in page.roles and not page.path.startswith(OPEN)
    ]


@pytest.fixture
def strict(desk: Desk) -> Desk:
    """A desk where a password alone opens nothing."""
    desk.staff.limits = replace(desk.staff.limits, two_steps=True)
    return desk


async def test_with_a_password_alone_every_page_leads_to_where_a_second_step_is_set_up(strict: Desk, ana: Browser):
    """A password seen over a shoulder shows nothing of anybody, and changes nothing."""
    commits = strict.staff.node.store.commits
    shown = {path: await ana.open(path) for path in working("GET")}
    posted = {path: await ana.post(path, []) for path in working("POST")}

    assert len(shown) > 40 and len(posted) > 40
    assert {page.url.path for page in (*shown.values(), *posted.values())} == {"/desk/me"}
    assert all(SAYS in page.text for page in shown.values())
    assert strict.staff.node.store.commits == commits


async def test_once_codes_are_set_up_the_desk_opens(strict: Desk, ana: Browser):
    """The way on stands where somebody was sent."""
    page = await ana.open("/desk/")
    assert "/desk/me/codes" in page.links
    await set_up(ana, strict)

    page = await ana.open("/desk/")

    assert page.url.path == "/desk/"
    assert SAYS not in page.text


async def test_the_interface_for_programs_asks_for_it_too(strict: Desk, ana: Browser):
    """The same people come in there; a sign-in with a code is let through, a case system's own token as well."""
    refused = await strict.get("ana", "/inbox")
    assert (refused.status, (await strict.get("ana", "/sessions/me")).status) == (409, 200)
    assert "sign in at the desk once" in refused.json["detail"]
    secret, _ = await set_up(ana, strict)
    strict.clock.step(30)
    body = {"login": "ana", "password": PASSWORD, "code": pyotp.TOTP(secret).at(strict.clock.now())}
    strict.tokens["ana"] = (await strict.post(None, "/sessions", body)).json["token"]

    assert (await strict.get("ana", "/inbox")).status == 200


async def test_nobody_works_before_the_code_of_conduct_was_accepted(desk: Desk):
    """Signing in asks for it, and typing another address leads back to it, with the way on kept."""
    await desk.add("bea", "caseworker")
    browser = Browser(desk.client)
    page = await browser.open("/desk/sign-in")
    await browser.send(page, "/desk/sign-in", login="bea", password=PASSWORD)

    shown = {path: (await browser.open(path)).url.path for path in ("/desk/", "/desk/start", "/desk/danger")}
    page = await browser.open("/desk/countries")
    page = await browser.send(page, "/desk/conduct", accepted="yes")

    assert set(shown.values()) == {"/desk/conduct"}
    assert page.url.path == "/desk/countries"


@pytest.mark.parametrize(
    ("country", "said", "is_asked"),
    [("DE", "", True), ("XD", "", False), ("XD", "required", True), ("DE", "asked", False)],
)
def test_real_countries_ask_for_two_steps_unless_they_say_otherwise(country: str, said: str, is_asked: bool):
    """Where all people are invented, a password will do."""
    mirrors = 'mirrors = ["https://mirror.example/"]\nroot_file = "/tmp/root.json"'
    text = f'[node]\ncountry = "{country}"\ndata_dir = "/tmp"\n[registry]\n{mirrors}\n[desk]\nsecond_step = "{said}"\n'
    found = parsed(text, Path("/tmp/node.toml")).config

    assert two_steps(found) is is_asked
