"""Scans of a signed paper at the desk: attached by content, read with a reason, gone with her to the last byte."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData

from node.service.cases.cases import change_case
from node.service.cases.confirming import decide_change
from node.service.cases.keep_requests import HoldForLaw
from node.service.scans.clean import cleaned
from node.service.scans.refused import MAX_FILE_BYTES
from tests.api.conftest import Desk
from tests.keeping import erase_case, second
from tests.pictures import MARK, jpeg, pdf, png
from tests.web.browser import Browser, Page
from tests.web.test_operator import at_work
from tests.web.test_referral import AGREED, started
from tests.world import DAY_S


@pytest.fixture
def desk(desks: dict[str, Desk]) -> Desk:
    """XD's desk; XA is there to be asked."""
    return desks["XD"]


@pytest.fixture
def ana(browsers: dict[str, Browser]) -> Browser:
    """XD's coordinator."""
    return browsers["XD"]


async def consent_page(ana: Browser) -> str:
    """A case whose person agreed; the path of the page of her consent."""
    tasks = await started(ana)
    for name, typed in (
        ("kept-from", {"named": "no"}),
        ("where", {"needs": ["shelter"], "urgency": "routine", "peer": "XA"}),
        ("consent", AGREED),
    ):
        await ana.send(await ana.open(f"{tasks}/{name}"), f"{tasks}/{name}", **typed)
    case = await ana.open(tasks.removesuffix("/referral"))
    return next(link for link in case.links if "/consents/" in link)


async def attached(ana: Browser, record: str, content: bytes, name: str = "her-name.jpg", **around: str) -> Page:
    form = FormData()
    form.add_field("_csrf", around.get("csrf") or (await ana.open(record)).form(f"{record}/scans")["_csrf"][0])
    form.add_field("file", content, filename=name, content_type="text/html")
    return await ana.post(f"{record}/scans", form)


async def downloaded(ana: Browser, record: str, **typed: str) -> Any:
    """(status, headers, bytes) of the last scan of a consent."""
    page = await ana.open(record)
    path = [str(one["action"]) for one in page.forms if str(one["action"]).endswith("/open")][-1]
    sent = {"_csrf": page.form(path)["_csrf"][0], **typed}
    origin = str(ana.client.make_url("/")).rstrip("/")
    kept = "; ".join(f"{name}={value}" for name, value in ana.cookies.items())
    async with ana.client.post(path, data=sent, headers={"Origin": origin, "Cookie": kept}) as answer:
        return answer.status, answer.headers, await answer.read()


def everywhere(desk: Desk) -> bytes:
    """Every byte of the node's folder."""
    folder: Path = desk.world.tmp / desk.code
    return b"".join(one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file())


async def test_a_scan_is_kept_clean_and_sealed_and_comes_back_as_a_file_to_whoever_says_why(desk: Desk, ana: Browser):
    """R24: logged with its reason before it is shown; the file's own name and what the camera said are nowhere."""
    record = await consent_page(ana)
    page = await ana.open(record)
    assert "No scan is attached" in page.said and "at most 5 MB" in page.said

    for content, kind in ((jpeg(), "jpeg"), (png(), "png"), (pdf(), "pdf")):
        page = await attached(ana, record, content)
        assert page.status == 200 and "Scan attached" in page.said, page.said

        status, headers, kept = await downloaded(ana, record, reason="give_service")

        assert (status, kept) == (200, cleaned(content)[1]) and MARK not in kept
        assert headers["Content-Disposition"] == f'attachment; filename="scan.{"jpg" if kind == "jpeg" else kind}"'
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
        assert headers["Content-Type"].endswith(kind)
    whole = everywhere(desk)
    assert cleaned(jpeg())[1][-200:] not in whole and b"her-name" not in whole
    looks = await ana.open(record.partition("/consents/")[0] + "/looks")
    assert looks.said.count("Signed paper opened") == 3 and "To help her" in looks.said


async def test_without_a_reason_a_scan_stays_shut(desk: Desk, ana: Browser):
    record = await consent_page(ana)
    await attached(ana, record, png())

    status, headers, body = await downloaded(ana, record)

    assert status == 409 and headers["Content-Type"].startswith("text/html") and b"PNG\r\n" not in body


async def test_what_is_no_scan_is_refused_beside_the_field_and_nothing_is_kept(desk: Desk, ana: Browser):
    """Issue 4, part 7: by content; an HTML page stays one, whatever it is called."""
    record = await consent_page(ana)

    for content, why in (
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "This is no JPEG, PNG or PDF"),
        (b"<!doctype html><script>1</script>", "This is no JPEG, PNG or PDF"),
        (b"", "The file is empty"),
        (jpeg()[:900], "The file is damaged"),
    ):
        page = await attached(ana, record, content, "scan.png")
        assert page.status == 422 and why in page.said, page.said
    page = await attached(ana, record, bytes(MAX_FILE_BYTES + 1))
    assert page.status == 422 and "too large" in page.said
    assert "No scan is attached" in (await ana.open(record)).said


async def test_a_hundred_megabytes_are_refused_before_they_are_read(desk: Desk, ana: Browser):
    record = await consent_page(ana)
    origin = str(ana.client.make_url("/")).rstrip("/")
    kept = "; ".join(f"{name}={value}" for name, value in ana.cookies.items())
    head = {
        "Origin": origin, "Cookie": kept, "Content-Length": "100000000",
        "Content-Type": "multipart/form-data; boundary=b",
    }  # fmt: skip
    given: list[int] = []

    async def endless() -> Any:
        given.append(1)
        yield bytes(1024)
        await asyncio.Event().wait()  # whoever answers now has not waited for the rest

    async with ana.client.post(f"{record}/scans", data=endless(), headers=head) as answer:
        assert answer.status == 422 and "The file is too large" in await answer.text()
    assert given == [1] and "No scan is attached" in (await ana.open(record)).said


async def test_a_scan_is_posted_by_our_own_page_only_and_is_nobody_elses(desk: Desk, ana: Browser):
    """Object-level: a caseworker who may not see the case finds neither consent nor scan."""
    record = await consent_page(ana)
    assert (await attached(ana, record, png(), csrf="x" * 43)).status >= 400
    bea, cleo = await at_work(desk, "bea", "caseworker"), await at_work(desk, "cleo", "caseworker")
    hers = await consent_page(bea)
    await attached(bea, hers, png())
    shut = [str(one["action"]) for one in (await bea.open(hers)).forms if "/scans/" in str(one["action"])]
    csrf = (await cleo.open("/desk/")).form("/desk/lock")["_csrf"][0]

    assert len(shut) == 2
    for path in (f"{hers}/scans", *shut):
        page = await cleo.post(path, [("_csrf", csrf), ("reason", "give_service")])
        assert page.status == 404, path
    foreign = shut[0].replace(hers, record)  # her scan under another case of one who may see both
    assert (await ana.post(foreign, [("_csrf", (await ana.open("/desk/")).form("/desk/lock")["_csrf"][0])])).status in (
        404, 409,
    )  # fmt: skip


async def test_a_wrong_paper_is_removed_and_only_it(desk: Desk, ana: Browser):
    record = await consent_page(ana)
    await attached(ana, record, png())
    await attached(ana, record, jpeg())
    page = await ana.open(record)
    first = next(str(one["action"]) for one in page.forms if str(one["action"]).endswith("/remove"))

    page = await ana.send(page, first)

    assert page.said.count("Scan attached") == 1
    assert (await downloaded(ana, record, reason="keep_safe"))[2] == cleaned(jpeg())[1]


async def test_r25_sender_under_a_legal_hold_no_scan_is_removed(desk: Desk, ana: Browser):
    """R25: what a court may ask for stays; the right paper stands beside the wrong one."""
    record, here = await consent_page(ana), desk.world["XD"]
    await attached(ana, record, png())
    page, case = await ana.open(record), record.split("/")[3]
    remove = next(str(one["action"]) for one in page.forms if str(one["action"]).endswith("/remove"))
    ask = HoldForLaw(ground="civil_claim", until=desk.clock.now() + DAY_S)
    asked = await change_case(here.node, here.coordinator, case, ask)
    assert asked.pending is not None
    await decide_change(here.node, second(here), case, asked.pending, approve=True)

    refused = await ana.send(page, remove)

    assert refused.status >= 400 and "A legal hold is on this case" in refused.said
    assert (await ana.open(record)).said.count("Scan attached") == 1


async def test_r25_a_scan_is_gone_with_her_and_an_older_copy_opens_it_no_more(desk: Desk, ana: Browser):
    """R25, wire 11: no row, no sealed byte in file or log; the key that opened the copy is destroyed."""
    record = await consent_page(ana)
    await attached(ana, record, jpeg())
    here, backup = desk.world["XD"], desk.world.tmp / "old.db"
    here.node.store.backup(backup)
    with closing(sqlite3.connect(backup)) as old:
        dek, sealed = old.execute("select dek, sealed from scan").fetchone()

    await erase_case(here, record.split("/")[3])

    assert sealed[40:400] not in everywhere(desk) and dek[:60] not in everywhere(desk)
    assert not here.node.seals.case_keys.exists(dek[:16])
