"""The page of a case: its head in words, and one timeline over all its threads. Source: interface C6."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from node.protocol.cases.changes import suspect_coercion
from node.protocol.consent.standing import SOON_S, consent_standing
from node.service.cases.case_notes import write_note
from node.service.cases.heading import case_head
from node.service.cases.timeline import case_timeline
from node.service.threads.book import Book
from tests.api.conftest import PASSWORD, Desk
from tests.bench.network import ACCEPT
from tests.web.browser import Browser
from tests.web.conftest import open_desk
from tests.web.test_operator import at_work
from tests.world import DAY_S, HER, make_world


@pytest.fixture
async def both(tmp_path: Any, aiohttp_client: Any) -> AsyncIterator[tuple[Desk, str, str]]:
    """XD, whose case has a matter with XA, accepted there, and one with XB that nobody has received."""
    world = make_world(tmp_path, "XD", "XA", "XB")
    xd = world["XD"]
    desk = await open_desk(world, "XD", aiohttp_client)
    offered = await xd.offer("XA")
    await world.settle()
    await world["XA"].act(offered.thread, "referral.accept", {**ACCEPT, "persons": [xd.tokens(offered.thread)[HER]]})
    await world.settle()
    world.clock.step(60)
    case = (await xd.view(offered.thread)).case
    world.fault = lambda sender, recipient, envelopes: "lost"
    await write_note(xd.node, xd.coordinator, case, "phone on Tuesday")
    world.clock.step(60)
    await xd.consent(case, "XB")
    await xd.offer("XB", case)
    await world.settle()
    yield desk, case, offered.thread
    await world.close()


async def test_one_timeline_holds_both_countries_letters_and_what_was_recorded_here(both: tuple[Desk, str, str]):
    """C6: whose it is, when here and there, and how far it came: nothing is called sent that was not received."""
    desk, case, thread = both
    ana = Browser(desk.client)
    await ana.sign_in("ana", PASSWORD)

    page = await ana.open(f"/desk/case/{case}")

    said = page.said[page.said.index("Timeline") :]
    assert said.index("queued") < said.index("Note written") < said.index("Acceptance") < said.index("received")
    assert "nobody here has opened it" in said and "Borduria" in said and "Arvenia" in said
    assert f"/desk/thread/{thread}" in page.links


async def test_the_timeline_is_narrowed_by_links(both: tuple[Desk, str, str]):
    desk, case, _ = both
    ana = Browser(desk.client)
    await ana.sign_in("ana", PASSWORD)

    letters = await ana.open(f"/desk/case/{case}?of=letters")
    here = await ana.open(f"/desk/case/{case}?of=here")
    other = await ana.open(f"/desk/case/{case}?of=XB")
    odd = await ana.open(f"/desk/case/{case}?of=%3Cb%3E")

    def timeline(page: Any) -> str:
        return str(page.text[page.text.index('id="timeline"') : page.text.index('id="changes"')])

    assert "Note written" not in timeline(letters) and "Acceptance" in timeline(letters)
    assert "Note written" in timeline(here) and "Acceptance" not in timeline(here)
    assert "Acceptance" not in timeline(other) and "queued" in timeline(other)
    assert odd.status == 200 and "<b>" not in odd.text


async def test_the_head_of_a_case_says_consent_danger_and_what_is_due_in_words(both: tuple[Desk, str, str]):
    """C6: text, never colour alone; "nothing recorded" is not called safe."""
    desk, case, _ = both
    ana = Browser(desk.client)
    await ana.sign_in("ana", PASSWORD)

    page = await ana.open(f"/desk/case/{case}")

    assert "Her consent holds until" in page.said
    assert "that does not mean that she is safe" in page.said
    assert "Due next" in page.said or "Nothing is due" in page.said


async def test_the_other_sides_consent_stands_at_the_head_of_their_case(both: tuple[Desk, str, str]):
    """What XD states of her consent is what XA's people see, with its end."""
    desk, _, thread = both
    xa = desk.world["XA"]
    case = (await xa.view(thread)).case

    head = await case_head(xa.node, xa.coordinator, case)

    assert head.consent is not None and head.consent.standing == "holds"


async def test_h17_a_second_look_stands_in_no_line(both: tuple[Desk, str, str]):
    """H17: that something waits for a second look is shown nowhere, and no line of the timeline tells it."""
    desk, case, _ = both
    here = desk.world["XD"]

    def hold(work: Any) -> None:
        book, now = Book(here.node, work), here.node.now()
        was = book.case(case)
        changed = suspect_coercion(was.case, HER, "coordinator-1", now)
        book.put_case(was, changed.case, now)
        for line in changed.audit:
            said = here.node.seals.cover(f"{line.rule} {line.event}")
            work.audit.append(now, "coordinator-1", "case_changed", case, rule=said)

    before = await case_timeline(here.node, here.coordinator, case, limit=None)
    await here.node.store.write(hold)

    assert await case_timeline(here.node, here.coordinator, case, limit=None) == before


async def test_the_timeline_of_somebody_elses_case_is_not_there(both: tuple[Desk, str, str]):
    desk, case, _ = both
    await at_work(desk, "cleo", "caseworker")

    for path in ("timeline", "head"):
        assert (await desk.get("cleo", f"/cases/{case}/{path}")).status == 404
        assert (await desk.get("ana", f"/cases/{case}/{path}")).status == 200


def test_consent_that_leaves_out_a_country_of_an_open_matter_is_not_green():
    """C6, R22: amber while a country is left out or the end is near, red where nothing counts."""
    far = {"XA": 100 * DAY_S, "XB": 200 * DAY_S}

    assert consent_standing(far, (), 0).standing == "holds"
    assert consent_standing(far, ("XB",), 0).until == 200 * DAY_S
    left_out = consent_standing(far, ("XA", "XC"), 0)
    assert (left_out.standing, left_out.without) == ("ends_soon", ("XC",))
    assert consent_standing({"XA": SOON_S - 1}, ("XA",), 0).standing == "ends_soon"
    gone = consent_standing({"XA": 5}, ("XA",), 5)
    assert (gone.standing, gone.until, gone.without) == ("missing", None, ("XA",))


async def test_a_name_that_was_written_anew_shows_what_stood_before_and_nothing_that_was_taken_out(desk: Desk):
    """C6: a correction is a new version; who, and until when. What she had taken out does not come back this way."""
    case = await desk.case("ana")
    her, base = case["persons"][0]["person_id"], f"/cases/{case['case']}"
    ana = Browser(desk.client)
    await ana.sign_in("ana", PASSWORD)
    for name, used in (("Zoriana", "Zo"), ("Zoryana", "Zo"), ("Zoryana", None), ("Zoryana-Maria", "Zora")):
        await desk.put("ana", f"{base}/identity", {"persons": {her: {"given_name": name, "name_used": used}}})
        desk.clock.step(60)

    path = f"/desk/case/{case['case']}"
    page = await ana.send(await ana.open(path), f"{path}/names", reason="give_service")
    told = await desk.done("ana", f"{base}/identity/open", {"reason": "give_service"})

    shown = [page.text.index(one) for one in ("Zoryana-Maria</bdi>", "<del><bdi>Zoriana<", "<del><bdi>Zoryana<")]
    assert shown == sorted(shown)
    assert "Ana Invented" in page.said and "<del><bdi>Zo<" not in page.text
    assert [(one["value"], one["by"]) for one in told["earlier"]] == [
        ("Zoriana", desk.users["ana"]), ("Zoryana", desk.users["ana"])
    ]  # fmt: skip


async def test_the_sections_of_a_case_are_reached_by_links_that_lead_somewhere(both: tuple[Desk, str, str]):
    """C6: tabs as links, without script: each anchor is on the page."""
    desk, case, _ = both
    ana = Browser(desk.client)
    await ana.sign_in("ana", PASSWORD)

    page = await ana.open(f"/desk/case/{case}")

    anchors = {link[1:] for link in page.links if link.startswith("#") and link != "#main"}
    assert anchors == {"timeline", "matters", "people", "consent", "changes"}
    assert anchors <= {here.get("id") for _, here in page.tags}
