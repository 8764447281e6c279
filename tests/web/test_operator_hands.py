"""What an operator does: try a country again, compare keys by telephone, take the audit away, ask for help."""

import csv
import io

from node.errors import NotFound
from node.service.upkeep.hands import try_now
from node.store.work import Work
from tests.api.conftest import Desk
from tests.web.browser import Browser
from tests.web.test_operator import at_work, under_way


async def test_a_country_that_did_not_answer_is_tried_again_now(desks: dict[str, Desk], browsers: dict[str, Browser]):
    """O4: the pause ends, what was noted stays, and no case is shown."""
    desk = desks["XD"]
    case = await under_way(desk, browsers["XD"])
    node, later = desk.staff.node, desk.clock.now() + 9_000

    def failed(work: Work) -> None:
        work.peers.failed("XA", desk.clock.now(), "transport", later)

    await node.store.write(failed)
    olaf = await at_work(desk, "olaf", "operator")
    page = await olaf.open("/desk/admin/queues")
    assert "Try again now" in page.said

    await olaf.send(page, "/desk/admin/queues/XA/now")

    row = await node.store.read(lambda reader: reader.peers.get("XA"))
    assert (row.tries, row.next_try_at) == (1, desk.clock.now())
    assert node.wake_event("XA").is_set() and case not in page.text
    dora = await at_work(desk, "dora", "auditor")
    assert (
        "Asked for a country to be tried again now</a>" in (await dora.open("/desk/admin/audit?act=tried_again")).text
    )
    for code in ("XD", "XQ"):
        try:
            await try_now(node, desk.world["XD"].coordinator, code)
        except NotFound:
            continue
        raise AssertionError(code)


async def test_keys_are_compared_group_by_group_and_what_differs_becomes_a_task(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """O2: not until all twelve are ticked; a record that changed meanwhile is not what was heard."""
    xd, path = browsers["XD"], "/desk/admin/keys/XA"
    olaf = await at_work(desks["XD"], "olaf", "operator")
    page = await olaf.open(path)
    groups = desks["XD"].staff.node.view.countries["XA"].fingerprint.split()
    ours = desks["XD"].staff.node.view.countries["XD"].fingerprint.split()
    assert all(one in page.said for one in (*groups, *ours)) and "Nobody here has compared them yet." in page.said

    some = await olaf.send(page, path, heard=["1", "2"], decision="same")
    all_of_them = await olaf.send(page, path, heard=[str(n) for n in range(1, 13)], decision="same")
    other = await olaf.send(page, path, fingerprint="00000 11111", heard=["1", "2"], decision="same")
    assert some.status == 422 and "Tick each group when you hear it." in some.said
    assert "All twelve were the same: olaf" in all_of_them.said
    assert other.status == 422 and "changed while you compared them" in other.said
    assert "Its keys were compared by telephone:" in (await xd.open("/desk/countries/XA")).said

    different = await olaf.send(await olaf.open(path), path, decision="different")
    assert "They were different:" in different.said
    assert path in (await xd.open("/desk/")).links
    assert (await olaf.open("/desk/admin/keys/XD")).status == 404


async def test_the_audit_is_taken_away_as_a_table_with_opaque_ids(desk: Desk):
    """O6: as it stands, and of one act only where that was asked for."""
    dora = await at_work(desk, "dora", "auditor")
    page = await dora.open("/desk/admin/audit?act=user_added")
    answer = await dora.send(page, "/desk/admin/audit/table")
    whole = await dora.send(await dora.open("/desk/admin/audit"), "/desk/admin/audit/table")

    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert {row["act"] for row in rows} == {"user_added"} and rows[0]["ref"] == desk.users["dora"]
    assert len(list(csv.DictReader(io.StringIO(whole.text.lstrip("\ufeff"))))) > len(rows)
    assert "dora" not in answer.text and len(rows[0]["hash"]) == 64


async def test_the_text_for_whoever_helps_says_how_it_fares_and_nothing_else(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """O3: no case, no address, no telephone number, no key."""
    desk = desks["XD"]
    case = await under_way(desk, browsers["XD"])
    olaf = await at_work(desk, "olaf", "operator")

    page = await olaf.open("/desk/admin/health/text")

    text = page.text.partition("<textarea")[2].partition("</textarea>")[0]
    assert "opentrm " in text and "country XA: active, waits" in text and "registry fresh" in text
    country = desk.staff.node.view.countries["XA"]
    secret = (case, case[:8], country.record.authority.contact, country.fingerprint[:11], "http", "olaf", "@")
    assert [one for one in secret if one in text] == []
