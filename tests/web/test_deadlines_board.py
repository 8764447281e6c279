"""The board of deadlines by kind, what is done once an answer is late, and the page of every period.

Source: interface C9, O7.
"""

import pytest
from msgspec.structs import replace

from node.protocol.ladders import LADDERS
from node.protocol.threads import machine
from node.protocol.threads.deadlines import REPLIES
from node.protocol.threads.thread import Awaited
from node.service.cases.pseudonym import pseudonym
from node.service.threads.book import Book
from node.service.upkeep.periods import FIXED, law_of, rules_in
from node.store.work import Work
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser
from tests.web.test_inbox import HOUR_S, at, matter
from tests.world import DAY_S


def owed(desk: Desk, case: str, by: str) -> tuple[str, str]:
    """Let an answer be owed on the matter of a case by this side; the thread and the letter."""
    node = desk.staff.node

    def put(work: Work) -> tuple[str, str]:
        book = Book(node, work)
        row = work.threads.of_case(case)[0]
        found = book.open_file(row)
        awaited = (Awaited(found.file.opening, by, ("referral.accept",), None),)  # type: ignore[arg-type]
        thread = machine.open_thread(row.thread_id, row.peer, "opener", found.file.thread.matter)
        shared = replace(thread.shared, awaited=awaited)
        book.put_file(found, replace(found.file, thread=replace(thread, shared=shared)), node.now())
        return row.thread_id, found.file.opening

    return node.store.write_sync(put)


@pytest.fixture
async def xd(desks: dict[str, Desk]) -> Desk:
    """XD, where ana coordinates and bea works on cases."""
    await desks["XD"].add("bea", "caseworker")
    return desks["XD"]


@pytest.fixture
def late(xd: Desk) -> tuple[str, str, str]:
    """A case of bea's whose answer XA owes since an hour: the case, its thread, the letter."""
    case = matter(xd, xd.users["bea"], due_s=-HOUR_S)
    return case, *owed(xd, case, "responder")


async def test_the_board_has_a_lane_for_each_kind_and_says_whose_turn_it_is(xd: Desk, late: tuple[str, str, str]):
    ours = matter(xd, xd.users["bea"], kind="information", due_s=2 * DAY_S)
    owed(xd, ours, "opener")
    page = await (await at(xd, "bea")).open("/desk/deadlines")
    said = page.said

    assert [one for one in ("Referrals", "Questions without a name") if one in said] == [
        "Referrals", "Questions without a name",
    ]  # fmt: skip
    lane = said[said.rindex("Questions without a name") :]
    assert pseudonym(ours) in lane and "our turn" in lane and pseudonym(late[0]) not in lane
    assert f"/desk/thread/{late[1]}/late" in page.links
    assert said.count("Escalate") == 1  # what is ours to answer is not escalated abroad


async def test_a_late_answer_is_escalated_step_by_step_up_to_the_coordinator(xd: Desk, late: tuple[str, str, str]):
    """Domain 5.13: a person takes the next step early; who did stands there, and the last step is the clock's alone."""
    _, thread, letter = late
    bea, path = await at(xd, "bea"), f"/desk/thread/{thread}/late"
    shown = await bea.open(path)
    for _ in range(3):
        page = await bea.send(await bea.open(path), path)
    refused = await bea.post(path, [("_csrf", page.form("/desk/lock")["_csrf"][0]), ("letter", letter)])
    tasks = xd.staff.node.store.read_sync(lambda reader: [one.code for one in reader.tasks.open()])
    lines = xd.staff.node.store.read_sync(lambda reader: reader.audit.lines(ref=letter))

    assert "Phone" in shown.said and letter[:8] in shown.said and "the caseworker looks" in shown.said
    assert "Told here, and noted. Now phone them." in page.said and "the coordinator looks" in page.said
    assert "Your coordinator was told already." in page.said
    assert refused.status == 409
    assert {f"overdue_reply_{who}" for who in ("caseworker", "backup", "coordinator")} == set(tasks)
    assert [one.actor for one in lines if one.act == "escalated"] == [xd.users["bea"]] * 3


async def test_what_is_not_late_or_ours_or_a_colleagues_is_not_escalated(xd: Desk, late: tuple[str, str, str]):
    await xd.add("cleo", "caseworker")
    soon, ours = matter(xd, None), matter(xd, None, due_s=-HOUR_S)
    places = [owed(xd, soon, "responder"), owed(xd, ours, "opener")]
    ana, cleo = await at(xd, "ana"), await at(xd, "cleo")
    csrf = (await ana.open("/desk/")).form("/desk/lock")["_csrf"][0]
    for thread, letter in places:
        page = await ana.open(f"/desk/thread/{thread}/late")
        assert "Nothing of theirs is late here." in page.said
        answer = await ana.post(f"/desk/thread/{thread}/late", [("_csrf", csrf), ("letter", letter)])
        assert answer.status == 409

    foreign, unknown = await cleo.open(f"/desk/thread/{late[1]}/late"), await cleo.open(f"/desk/thread/{'0' * 32}/late")

    assert (foreign.status, foreign.said) == (unknown.status, unknown.said) and foreign.status == 404


async def test_every_period_of_the_tables_stands_on_its_page_with_what_it_rests_on(xd: Desk):
    """Read from the tables: a row that is added there stands here."""
    await xd.add("olaf", "operator")
    olaf = Browser(xd.client)
    await olaf.sign_in("olaf", PASSWORD)
    page = await olaf.open("/desk/periods")

    assert page.status == 200
    rows = [tag for tag, here in page.tags if tag == "th" and here.get("scope") == "row"]
    assert len(rows) == len(REPLIES) + 4 + len(LADDERS) + len(FIXED) + 3
    assert "CETS 197 art 13" in page.said and "10 years" in page.said
    olaf.language = "uk"
    assert "5 робочих днів" in (await olaf.open("/desk/periods")).said


def test_every_period_names_a_rule():
    named = [rules_in(row.source) for row in REPLIES.values()]
    named += [one.rules for one in FIXED] + [one.rules for one in LADDERS.values()]

    assert all(named)
    assert law_of(("R09", "H22"), "GDPR 12(3): 30 days") == ["GDPR 12(3)", "CETS 197 art 13"]
