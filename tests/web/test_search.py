"""Search across scripts, the search beyond one's own cases, and the hint that she is here already. C11; issue 4."""

from typing import Any

from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser, Page


async def named(browser: Browser, name: str) -> str:
    """A case that was begun with what she calls herself; its id."""
    page = await browser.open("/desk/start")
    tasks = await browser.send(page, "/desk/start", age_band="25-34", languages=["uk"], known_as=name)
    return tasks.url.path.split("/")[3]


async def searched(browser: Browser, wanted: str, **more: str) -> Page:
    return await browser.send(await browser.open("/desk/search"), "/desk/search", wanted=wanted, **more)


async def colleague(desk: Desk, login: str) -> Browser:
    await desk.add(login, "caseworker")
    browser = Browser(desk.client)
    await browser.sign_in(login, PASSWORD)
    return browser


def leads_to(page: Page) -> set[str]:
    return {link.rsplit("/", 1)[1] for link in page.links if link.startswith("/desk/case/")}


async def test_a_name_is_found_in_another_script_and_never_shown(desk: Desk, ana: Browser):
    """C11: the reason stands beside each; the name itself only inside the case, with a reason."""
    case = await named(ana, "Оксана Шевченко")

    page = await searched(ana, "Oksana Shevchenko")

    assert leads_to(page) == {case} and "the same name" in page.said
    assert "Оксана" not in page.text and page.url.path == "/desk/search" and not page.url.query


async def test_a_case_is_found_by_reference_two_words_and_number(desk: Desk, ana: Browser):
    case = await named(ana, "Nino")
    names = await ana.open(f"/desk/case/{case}/referral/names")
    await ana.send(names, f"/desk/case/{case}/referral/names", safe_contact="+380 44 555 01 02, evenings")
    words = (await ana.open(f"/desk/case/{case}")).said

    assert leads_to(await searched(ana, case[:8])) == {case}
    assert leads_to(await searched(ana, "0445550102")) == {case}
    pseudonym = next(word for word in words.split() if word.count("-") == 1 and word.replace("-", "").isalpha())
    assert leads_to(await searched(ana, pseudonym.replace("-", " "))) == {case}


async def test_a_colleagues_case_is_found_only_with_a_reason_and_then_told(desk: Desk, ana: Browser):
    """Break-glass: it says whom to ask, opens nothing, stands on the case and is told to the coordinator."""
    bea, cleo = await colleague(desk, "bea"), await colleague(desk, "cleo")
    case = await named(bea, "Fatima Hassan")

    without = await searched(cleo, "فاطمة حسن")
    beyond = await searched(cleo, "فاطمة حسن", reason="in_danger")

    assert "Possible matches (0)" in without.said
    assert "name sounds alike, 99" in beyond.said and "Ask bea." in beyond.said and leads_to(beyond) == set()
    assert (await cleo.open(f"/desk/case/{case}")).status == 404
    assert "Found by a colleague" in (await bea.open(f"/desk/case/{case}/looks")).said
    desk_of_ana = await ana.open("/desk/")
    assert "A colleague searched beyond their own cases" in desk_of_ana.said
    assert "cleo" in (await ana.open("/desk/admin/audit?act=searched_beyond")).said
    assert "A colleague searched beyond" not in (await cleo.open("/desk/")).said


async def test_whoever_searches_beyond_too_often_is_sent_to_a_coordinator(desk: Desk):
    cleo = await colleague(desk, "cleo")
    for _ in range(20):
        assert (await searched(cleo, "Somebody", reason="in_danger")).status == 200

    page = await searched(cleo, "Somebody", reason="in_danger")

    assert page.status == 422 and "Ask a coordinator to look." in page.said
    assert (await searched(cleo, "Somebody")).status == 200


async def test_a_new_case_says_that_she_may_be_here_already(desk: Desk, ana: Browser):
    """The hint at task 1: only of cases that this person may see."""
    bea, cleo = await colleague(desk, "bea"), await colleague(desk, "cleo")
    first = await named(bea, "Nguyễn Thị Hương")

    again, other = await named(bea, "阮氏香"), await named(cleo, "阮氏香")

    page = await bea.open(f"/desk/case/{again}/referral")
    assert "Possible match" in page.said and first in leads_to(page)
    assert "Possible match" not in (await cleo.open(f"/desk/case/{other}/referral")).said


async def test_names_leave_the_memory_with_the_last_key_and_with_an_erasure(desk: Desk, ana: Browser):
    """At-rest: dropped with the last sign-in; forgotten with any erasure; read again when next asked."""
    case = await named(ana, "Oksana Shevchenko")
    names = desk.staff.offices.names
    await searched(ana, "Oksana")
    assert len(names) == 1

    desk.staff.node.forget_opened()
    assert len(names) == 0
    assert leads_to(await searched(ana, "Oksana Shevchenko")) == {case}

    for digest in list(desk.staff.offices._held):
        desk.staff.offices.drop(digest)
    assert len(names) == 0


async def test_a_search_is_logged_without_what_was_typed_and_no_file_holds_a_name(desk: Desk, ana: Browser):
    await named(ana, "Zuzannacanary Dlouha")
    await searched(ana, "Zuzannacanary")

    lines: list[Any] = desk.staff.node.store.read_sync(lambda reader: reader.audit.lines(limit=50))
    assert "searched" in {line.act for line in lines} and not any("canary" in str(line) for line in lines)
    files = [path for path in desk.staff.node.store.folder.rglob("*") if path.is_file()]
    assert files and not any(b"canary" in path.read_bytes().lower() for path in files)
