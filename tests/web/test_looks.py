"""Who looked at a case, and what about it is marked as unusual. Source: interface C12; R24."""

import pytest

from node.service.cases.looks import MANY, MARKS
from node.store.work import Work
from node.web.words import WORDS
from tests.api.conftest import Desk
from tests.web.test_inbox import at, matter

NOON = 1_795_003_200 - 1_795_003_200 % 86_400 + 12 * 3600  # of a Wednesday
NIGHT_S, SUNDAY_S = 11 * 3600, 4 * 86_400


@pytest.fixture
async def xd(desk: Desk) -> Desk:
    """One country at noon on a working day, with two caseworkers."""
    desk.clock.step(NOON - desk.clock.now())
    await desk.sign_in("ana")
    for login in ("bea", "cleo"):
        await desk.add(login, "caseworker")
    return desk


def looked(desk: Desk, case: str, login: str, act: str = "identity_opened", outcome: str = "give_service") -> None:
    """Somebody looks; a minute passes."""
    node = desk.staff.node
    node.store.write_sync(
        lambda work: work.audit.append(node.now(), desk.users[login], act, case, rule="R24", outcome=outcome)
    )
    desk.clock.step(60)


def many(desk: Desk, user: str) -> None:
    """This person opens one letter after the other, of other cases."""
    now = desk.staff.node.now()

    def put(work: Work) -> None:
        for number in range(MANY):
            work.audit.append(now, user, "letter_opened", f"{number:032x}")

    desk.staff.node.store.write_sync(put)


async def marks(desk: Desk, case: str) -> list[tuple[str, list[str]]]:
    """Who looked and how it is marked, the oldest first."""
    await desk.sign_in("ana")
    names = {user: login for login, user in desk.users.items()}
    rows = (await desk.get("ana", f"/cases/{case}/looks")).json
    return [(names[one["who"]], one["marks"]) for one in reversed(rows["looks"] if isinstance(rows, dict) else rows)]


async def test_a_look_is_marked_at_night_and_on_a_day_off(xd: Desk):
    case = matter(xd, xd.users["bea"])
    looked(xd, case, "bea")
    xd.clock.step(NIGHT_S)
    looked(xd, case, "bea")
    xd.clock.step(SUNDAY_S - NIGHT_S)
    looked(xd, case, "bea")

    assert await marks(xd, case) == [("bea", []), ("bea", ["outside_hours"]), ("bea", ["outside_hours"])]


async def test_a_look_is_marked_when_the_case_was_a_colleagues_at_that_time(xd: Desk):
    """Whose it is now does not count; a coordinator's caseload is every case, nobody's case is anybody's."""
    case = matter(xd, None)
    looked(xd, case, "cleo")
    for to in ("bea", "cleo"):
        await xd.ask("ana", "PUT", f"/cases/{case}/owner", {"owner": xd.users[to]})
        looked(xd, case, "bea")
    looked(xd, case, "ana")
    found = await marks(xd, case)

    assert found == [
        ("cleo", []), ("ana", []), ("bea", []), ("ana", []), ("bea", ["beyond_caseload"]), ("ana", []),
    ]  # fmt: skip


async def test_breaking_the_glass_and_many_in_one_hour_are_marked(xd: Desk):
    """Each of many is marked; one fewer is a busy day."""
    xd.clock.step(3600 - xd.clock.now() % 3600)
    case = matter(xd, xd.users["bea"])
    looked(xd, case, "ana", "found_beyond", "in_danger")
    many(xd, xd.users["bea"])
    before = await marks(xd, case)
    looked(xd, case, "bea")
    looked(xd, case, "cleo", "note_written", "done")

    assert before == [("ana", ["break_glass"])]
    assert (await marks(xd, case))[1] == ("bea", ["many_at_once"])


async def test_the_page_names_colleagues_says_each_mark_and_shows_only_those_that_are_unusual(xd: Desk):
    case = matter(xd, xd.users["bea"])
    looked(xd, case, "bea")
    looked(xd, case, "ana", "found_beyond", "in_danger")
    ana = await at(xd, "ana")
    whole, marked = await ana.open(f"/desk/case/{case}/looks"), await ana.open(f"/desk/case/{case}/looks?marked=1")

    assert "Searched beyond their own cases" in whole.said and "Ana Invented" in whole.said
    assert "Names opened" in whole.said and "Names opened" not in marked.said
    assert f"/desk/case/{case}/print/sheet" in whole.links


def test_every_mark_has_its_sentence():
    assert {f"mark={one.name}" for one in MARKS} <= WORDS.keys()
    assert len({one.name for one in MARKS}) == len(MARKS)
