"""What a browser is told about every page, and what the desk refuses from anybody but its own pages."""

import re
from typing import Any

import pytest

from node.web.guard import COOKIE, HEADERS
from node.web.pages import PAGES
from node.web.visit import Page as Row
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser
from tests.web.test_referral import filled, started

UNKNOWN = dict.fromkeys(("case", "thread", "letter"), "0" * 32) | {
    "pending": "999999",
    "task": "999999",
    "kind": "referral.update",
    "text": "en-adult-99",
    "alert": "0" * 32,
    "act": "acknowledge",
    "sign_in": "0" * 32,
    "user": "0" * 32,
    "invitation": "0" * 32,
    "passkey": "0" * 32,
    "name": "detained",
    "plan": "0" * 16,
    "country": "XQ",
    "service": "shelter-99",
    "token": "0" * 32,
    "care": "0" * 16,
    "consent": "0" * 32,
    "paper": "sheet",
    "scan": "0" * 32,
}
OBJECTS = ("case", "thread", "letter", "alert")
ROLES = ("caseworker", "coordinator", "auditor", "operator")
KEPT_OPEN = {
    "GET /phones", "GET /sign-in", "POST /sign-in", "POST /leave", "GET /left", "POST /language",
    "GET /locked", "POST /locked", "POST /locked/show", "POST /locked/end",
    "GET /invited", "POST /invited", "POST /join",
    "POST /sign-in/passkey", "POST /sign-in/passkey/begin", "POST /locked/passkey", "POST /locked/passkey/begin",
}  # fmt: skip
ENDS = ("/sign-out", "/lock", "/with-her")


def row_id(row: Row) -> str:
    return f"{row.method} {row.path}"


def path_of(row: Row, values: dict[str, str]) -> str:
    return "/desk" + re.sub(r"\{(\w+)\}", lambda hit: values[hit[1]], row.path)


async def ask(browser: Browser, row: Row, values: dict[str, str]) -> Any:
    if row.method == "GET":
        return await browser.open(path_of(row, values))
    own = await browser.open("/desk/")
    csrf = next((form["fields"]["_csrf"][0] for form in own.forms if "_csrf" in form["fields"]), "")
    return await browser.post(path_of(row, values), [("_csrf", csrf), ("reason", "give_service"), ("sure", "yes")])


@pytest.fixture
async def staffed(desks: dict[str, Desk]) -> dict[str, Browser]:
    """A browser for each role at XD; bea owns cases that cleo may not see."""
    desk, found = desks["XD"], {}
    for login, role in (("bea", "caseworker"), ("cleo", "caseworker"), ("dora", "auditor"), ("olaf", "operator")):
        await desk.add(login, role)
        found[login] = Browser(desk.client)
        await found[login].sign_in(login, PASSWORD)
    found["ana"] = Browser(desk.client)
    await found["ana"].sign_in("ana", PASSWORD)
    return found


def test_only_the_way_in_is_open_to_strangers():
    assert {row_id(row) for row in PAGES if not row.roles} == KEPT_OPEN


async def test_without_a_sign_in_every_page_leads_to_the_sign_in(desks: dict[str, Desk]):
    browser = Browser(desks["XD"].client)
    for row in (one for one in PAGES if one.roles):
        page = await (
            browser.open(path_of(row, UNKNOWN)) if row.method == "GET" else browser.post(path_of(row, UNKNOWN), [])
        )
        assert page.url.path == "/desk/sign-in", row_id(row)


async def test_a_page_is_shown_to_the_roles_of_its_row_and_to_no_other(staffed: dict[str, Browser]):
    logins = {"caseworker": "bea", "coordinator": "ana", "auditor": "dora", "operator": "olaf"}
    wrong = {}
    for role in ROLES:
        for row in (one for one in PAGES if one.roles and one.path not in ENDS):
            page = await ask(staffed[logins[role]], row, UNKNOWN)
            if (page.status == 403) == (role in row.roles):
                wrong[role, row_id(row)] = page.status
    assert wrong == {}


async def test_what_belongs_to_a_colleague_answers_like_what_does_not_exist(
    staffed: dict[str, Browser], desks: dict[str, Desk]
):
    """Object-level permission on every page with an object."""
    bea, cleo = staffed["bea"], staffed["cleo"]
    tasks = await started(bea)
    await bea.send(await filled(bea, tasks), f"{tasks}/check")
    await desks["XD"].world.settle()
    case = tasks.split("/")[3]
    shown = await desks["XD"].get("ana", f"/cases/{case}")
    thread = shown.json["threads"][0]["thread"]
    letter = (await desks["XD"].get("ana", f"/threads/{thread}")).json["letters"][0]["letter_id"]
    values = {**UNKNOWN, "case": case, "thread": thread, "letter": letter}
    differ = {}
    theirs = [one for one in PAGES if "caseworker" in one.roles]
    for row in (one for one in theirs if any(f"{{{name}}}" in one.path for name in OBJECTS)):
        foreign, unknown = await ask(cleo, row, values), await ask(cleo, row, UNKNOWN)
        if not (foreign.status == unknown.status == 404 and foreign.said == unknown.said):
            differ[row_id(row)] = (foreign.status, unknown.status)
    assert differ == {}


async def test_every_answer_carries_the_strict_headers_and_nothing_inline(staffed: dict[str, Browser]):
    """CSP without exceptions holds only where no page needs one."""
    ana = staffed["ana"]
    tasks = await started(ana)
    values = {**UNKNOWN, "case": tasks.split("/")[3]}
    for row in (one for one in PAGES if one.method == "GET"):
        page = (
            await ana.open(path_of(row, values))
            if row.path != "/left"
            else await Browser(ana.client).open("/desk/left")
        )
        assert {name: page.headers[name] for name in HEADERS} == HEADERS, row_id(row)
        assert not [
            tag for tag, here in page.tags if tag == "style" or "style" in here or any(a.startswith("on") for a in here)
        ]
        assert all("src" in here for tag, here in page.tags if tag == "script")
        assert not [link for link in page.links if "//" in link], row_id(row)


async def test_the_cookie_is_for_this_host_alone_and_no_script(desks: dict[str, Desk]):
    client = desks["XD"].client
    origin = str(client.make_url("/")).rstrip("/")
    body = {"login": "ana", "password": PASSWORD}
    async with client.post("/desk/sign-in", data=body, headers={"Origin": origin}, allow_redirects=False) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(COOKIE + "=")
    for part in ("HttpOnly", "Secure", "SameSite=Strict", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {},
    ],
)
async def test_a_form_from_elsewhere_is_refused_before_it_is_read(staffed: dict[str, Browser], headers: dict[str, str]):
    """CSRF: the browser itself says where a form came from."""
    ana = staffed["ana"]
    kept = f"{COOKIE}={ana.cookies[COOKIE]}"
    async with ana.client.post(
        "/desk/start", data={"age_band": "25-34"}, headers={"Cookie": kept, **headers}
    ) as answer:
        assert answer.status == 409


async def test_a_form_without_its_proof_is_refused(staffed: dict[str, Browser], desks: dict[str, Desk]):
    ana = staffed["ana"]
    before = (await desks["XD"].get("ana", "/cases")).json["cases"]
    for proof in ("", "x" * 43):
        assert (await ana.post("/desk/start", [("_csrf", proof), ("age_band", "25-34")])).status == 409
    assert (await desks["XD"].get("ana", "/cases")).json["cases"] == before


async def test_the_way_back_after_a_sign_in_never_leaves_the_desk(desks: dict[str, Desk]):
    browser = Browser(desks["XD"].client)
    for to in ("https://elsewhere.example/", "//elsewhere.example", "/desk/../api", "/desk/\\x", "/desk/sign-in"):
        page = await browser.open("/desk/sign-in")
        page = await browser.send(page, "/desk/sign-in", login="ana", password=PASSWORD, to=to)
        assert page.url.host == browser.client.make_url("/").host and page.url.path.startswith(("/desk/", "/api"))


async def test_leaving_in_a_hurry_ends_the_sign_in_and_clears_the_browser(staffed: dict[str, Browser]):
    ana = staffed["ana"]
    token = ana.cookies[COOKIE]
    page = await ana.open("/desk/")

    left = await ana.send(page, "/desk/leave")

    assert left.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    ana.cookies[COOKIE] = token
    assert (await ana.open("/desk/")).url.path == "/desk/sign-in"


async def test_a_draft_is_on_the_disk_but_cannot_be_read_there(staffed: dict[str, Browser], desks: dict[str, Desk]):
    """R38: what somebody typed is sealed with its case."""
    ana = staffed["ana"]
    tasks = await started(ana)
    page = await ana.open(f"{tasks}/where")
    await ana.send(page, f"{tasks}/where", needs=["shelter"], peer="XA", region="XA-CANARY")

    again = await ana.open(f"{tasks}/where")

    assert again.form(f"{tasks}/where")["region"] == ["XA-CANARY"]
    folder = desks["XD"].world["XD"].opened.node.store.folder
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files and all(b"XA-CANARY" not in path.read_bytes() for path in files)
