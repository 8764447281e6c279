"""What was just sent can be taken back for a minute, by whoever sent it; nothing of it leaves. Source: interface C7."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from node.errors import Conflict
from node.protocol.taking_back import may_wait
from node.service.threads.book import Book
from node.service.threads.taking_back import GONE, take_letter_back
from node.web.settings import DeskSettings
from tests.api.conftest import PASSWORD, Desk
from tests.bench.network import ACCEPT
from tests.web.browser import Browser, Page
from tests.web.conftest import open_desk
from tests.web.test_operator import at_work
from tests.web.test_referral import accepted as accepts
from tests.web.test_referral import filled, started
from tests.world import DAY_S, HER, make_world

MINUTE = DeskSettings(undo_s=60)


@pytest.fixture
async def desk(tmp_path: Any, aiohttp_client: Any) -> AsyncIterator[Desk]:
    """XD, whose desk keeps for a minute what is sent; XA beside it."""
    world = make_world(tmp_path, "XD", "XA")
    yield await open_desk(world, "XD", aiohttp_client, MINUTE)
    await world.close()


@pytest.fixture
async def ana(desk: Desk) -> Browser:
    browser = Browser(desk.client)
    await browser.sign_in("ana", PASSWORD)
    return browser


async def sent(browser: Browser) -> tuple[Page, str]:
    """A referral that was just signed; the page of its matter, and the path to take it back."""
    tasks = await started(browser)
    page = await browser.send(await filled(browser, tasks), f"{tasks}/check")
    return page, next(str(one["action"]) for one in page.forms if str(one["action"]).endswith("/take-back"))


async def test_a_referral_is_taken_back_within_its_minute_and_nothing_of_it_leaves(desk: Desk, ana: Browser):
    """C7: what was typed is there again, her consent names no country as told, and no number is used up."""
    page, path = await sent(ana)
    case = next(link for link in page.links if link.startswith("/desk/case/"))
    await desk.world.settle()
    assert "Until then you can take it back" in page.said and "It is on its way" not in page.said

    back = await ana.send(page, path)
    await desk.world.later(120)

    assert back.url.path == f"{case}/referral" and "Nothing has left" in back.said
    assert desk.world.posted == []
    check = await ana.open(f"{case}/referral/check")
    assert "Only these 8 fields will leave this country" in check.said
    consents = (await desk.get("ana", f"/cases/{case.rpartition('/')[2]}/consents")).json
    assert [one["told"] for one in consents] == [[]]
    assert "Ended" in (await ana.open(page.url.path)).said
    again = await ana.send(check, f"{case}/referral/check")
    await desk.world.later(61)
    assert "received" in (await ana.open(again.url.path)).said


async def test_after_its_minute_it_has_left_and_that_is_said_in_plain_words(desk: Desk, ana: Browser):
    page, path = await sent(ana)

    await desk.world.later(61)
    late = await ana.send(page, path)

    assert late.status == 409 and GONE in late.said and "received" in late.said
    assert (await desk.post("ana", path.removeprefix("/desk").replace("/letter/", "/letters/"))).status == 409


async def test_taken_back_in_one_window_the_other_says_that_nothing_left(desk: Desk, ana: Browser):
    """It said that the letter had left: whoever pressed twice believed that the other country had it."""
    page, path = await sent(ana)
    await ana.send(page, path)

    again = await ana.send(page, path)

    assert again.status == 409 and "Nothing of it has left." in again.said and GONE not in again.said
    await desk.world.later(61)
    assert "not sent" in (await ana.open(page.url.path)).said


async def test_only_whoever_sent_it_takes_it_back(desk: Desk, ana: Browser):
    """A colleague of the case is told so; whoever does not see the case finds nothing."""
    bea, cleo = await at_work(desk, "bea", "caseworker"), await at_work(desk, "cleo", "caseworker")
    page, path = await sent(bea)
    seen = await ana.open(page.url.path)
    assert "Until then whoever sent it can take it back" in seen.said
    assert all(one["action"] != path for one in seen.forms)

    for browser, status in ((ana, 403), (cleo, 404)):
        csrf = (await browser.open("/desk/")).form("/desk/lock")["_csrf"][0]
        assert (await browser.post(path, [("_csrf", csrf)])).status == status
    await desk.world.later(61)

    assert "received" in (await bea.open(page.url.path)).said


async def test_a_restart_within_the_minute_changes_nothing(desk: Desk, ana: Browser):
    """Durable: the letter waits in the database, and leaves at its time from there."""
    await sent(ana)
    xd = await desk.world.restart("XD")
    await desk.world.settle()
    assert desk.world.posted == [] and xd.letters_to("XA") == {"queued": 1}

    await desk.world.later(61)

    assert xd.letters_to("XA") == {"receipted": 1}


@pytest.fixture
async def accepted(tmp_path: Any) -> AsyncIterator[tuple[Any, str]]:
    """A referral that XA accepted."""
    world = make_world(tmp_path, "XD", "XA")
    thread = (await world["XD"].offer("XA")).thread
    await world.settle()
    her = world["XD"].tokens(thread)[HER]
    needed = [{"person": her, "field": "given_name", "level": "L3"}]
    await world["XA"].act(thread, "referral.accept", {**ACCEPT, "persons": [her], "data_needed": needed})
    await world.settle()
    yield world, thread
    await world.close()


async def test_an_acceptance_taken_back_is_there_again_as_it_was_typed(tmp_path: Any, aiohttp_client: Any):
    """C7: whoever answers has the undo too, and goes on where they were."""
    world = make_world(tmp_path, "XD", "XA")
    xa = Browser((await open_desk(world, "XA", aiohttp_client, MINUTE)).client)
    await xa.sign_in("ana", PASSWORD)
    thread = (await world["XD"].offer("XA")).thread
    await world.settle()
    page = await accepts(xa, thread)
    path = next(str(one["action"]) for one in page.forms if str(one["action"]).endswith("/take-back"))

    back = await xa.send(page, path)

    form = f"/desk/thread/{thread}/do/referral.accept"
    assert back.url.path == form and "Nothing has left" in back.said
    assert back.form(form)["services"] == ["safe-place"]
    await world.close()


UPDATE: dict[str, Any] = {
    "status": "as_planned", "services_started": ["safe-place"], "services_stopped": [],
    "plan_review_date": ["2026-12-15"],
}  # fmt: skip


async def test_an_act_taken_back_leaves_the_thread_as_it_was(accepted: tuple[Any, str]):
    """What it stated of her consent is not stated, and her record names nothing as told beyond what was."""
    world, thread = accepted
    xd = world["XD"]
    case, was = (await xd.view(thread)).case, file_of(xd, thread)
    await xd.consent(case, "XA", valid_from=world.clock.now() + 1, valid_until=world.clock.now() + 50 * DAY_S)
    await xd.write_identity(case, {HER: {"given_name": "Zoryana"}})
    world.clock.step(60)
    disclosed = {HER: ["given_name"]}
    done = await xd.act(thread, "referral.disclose", {"complete": True}, disclose=disclosed, undo_s=60)
    assert file_of(xd, thread).entries != was.entries

    await take_letter_back(xd.node, xd.coordinator, done.letter_id)

    assert file_of(xd, thread) == was


async def test_what_she_takes_back_meanwhile_stays_taken_back(accepted: tuple[Any, str]):
    """R20: her withdrawal passes the letter that waits, and taking that one back revives nothing."""
    world, thread = accepted
    xd = world["XD"]
    case = (await xd.view(thread)).case
    (consent,) = xd.node.store.read_sync(lambda reader: [row.consent_id for row in reader.cases.consents(case)])
    done = await xd.act(thread, "referral.update", UPDATE, undo_s=60)
    await xd.withdraw(case, consent)
    await world.settle()

    assert [one.kind for one in (await world["XA"].view(thread)).letters][-1] == "consent.withdrawal"
    await take_letter_back(xd.node, xd.coordinator, done.letter_id)

    assert file_of(xd, thread).entries == ()


async def test_what_the_other_side_states_meanwhile_stays_stated(accepted: tuple[Any, str]):
    """R22, H26: whoever answers takes back their own letter, never what the country that refers her said since."""
    world, thread = accepted
    xd, xa = world["XD"], world["XA"]
    case, was = (await xd.view(thread)).case, file_of(xa, thread).entries
    done = await xa.act(thread, "referral.update", UPDATE, undo_s=600)
    await xd.consent(case, "XA", valid_from=world.clock.now() + 1, valid_until=world.clock.now() + 50 * DAY_S)
    await xd.write_identity(case, {HER: {"given_name": "Zoryana"}})
    world.clock.step(60)
    await xd.act(thread, "referral.disclose", {"complete": True}, disclose={HER: ["given_name"]})
    await world.settle()
    stated = file_of(xa, thread).entries
    assert stated != was

    await take_letter_back(xa.node, xa.coordinator, done.letter_id)

    assert file_of(xa, thread).entries == stated == file_of(xd, thread).entries


async def test_what_cannot_wait_takes_what_waits_along_in_its_order(accepted: tuple[Any, str]):
    """C7: a threat to life leaves at once, whatever was asked for, and nothing before it is lost or overtaken."""
    world, thread = accepted
    xd = world["XD"]
    await xd.act(thread, "referral.update", UPDATE, undo_s=60)

    await xd.act(thread, "referral.update", UPDATE | {"status": "changed"}, undo_s=60, urgency="life_threat")
    await world.settle()

    assert [one.n for one in (await world["XA"].view(thread)).letters if one.kind == "referral.update"] == [2, 3]


async def test_the_older_of_two_is_not_taken_from_under_the_newer(accepted: tuple[Any, str]):
    world, thread = accepted
    xd = world["XD"]
    first = await xd.act(thread, "referral.update", UPDATE, undo_s=60)
    second = await xd.act(thread, "referral.update", UPDATE, undo_s=60)

    with pytest.raises(Conflict):
        await take_letter_back(xd.node, xd.coordinator, first.letter_id)
    for done in (second, first):
        await take_letter_back(xd.node, xd.coordinator, done.letter_id)
    with pytest.raises(Conflict):
        await take_letter_back(xd.node, xd.coordinator, first.letter_id)


async def test_a_stop_that_waits_for_its_hour_is_not_taken_back(accepted: tuple[Any, str]):
    """H01: it leaves at the slot of the day; nothing about it can be told from what is done meanwhile."""
    world, thread = accepted
    xd = world["XD"]
    await xd.stop(thread)
    stop = next(one for one in (await xd.view(thread)).letters if one.kind == "referral.ended")

    assert stop.undo_until is None
    with pytest.raises(Conflict):
        await take_letter_back(xd.node, xd.coordinator, stop.letter_id)


def test_danger_stops_and_withdrawals_never_wait():
    for kind in ("safety.alert", "referral.ended", "return.stopped", "consent.withdrawal", "transit.stop"):
        assert not may_wait(kind, "routine"), kind
    assert not may_wait("referral.offer", "life_threat")
    assert may_wait("referral.offer", "urgent")


def file_of(country: Any, thread: str) -> Any:
    return country.node.store.read_sync(
        lambda reader: Book(country.node, reader).open_file(reader.threads.find(thread)).file
    )
