"""Who could help her: matches and misses with their reasons, on a page; and what nobody may learn from it."""

import pytest

from node.service.directory.publishing import publish_entry, send_entries
from tests.api.conftest import Desk
from tests.unit.service.test_directory import own
from tests.web.browser import Browser
from tests.web.test_operator import at_work
from tests.web.test_referral import started

NEEDS = {"needs": ["shelter"], "urgency": "routine"}
HERS = {"age_band": "25-34", "gender": "woman", "languages": "uk"}


@pytest.fixture
async def offered(desks: dict[str, Desk]) -> dict[str, Desk]:
    """XA offers a shelter for women; XD knows of it."""
    xa = desks["XA"].world["XA"]
    await publish_entry(xa.node, xa.coordinator, own())
    await send_entries(xa.node)
    await desks["XA"].world.settle()
    return desks


async def test_a_need_finds_services_with_their_reasons_and_misses_with_theirs(
    offered: dict[str, Desk], browsers: dict[str, Browser]
):
    """Domain 5.11: no case is needed, and nothing is posted."""
    xd, posted = browsers["XD"], len(offered["XD"].world.posted)
    page = await xd.open("/desk/match")

    fits = await xd.send(page, "/desk/match", **NEEDS, **HERS)
    lacks = await xd.send(page, "/desk/match", **NEEDS, **HERS | {"gender": "man", "age_band": "12-15"})
    nothing = await xd.send(page, "/desk/match", needs=[], **HERS)

    assert "Haven of the first days" in fits.said and "Somebody there speaks her language" in fits.said
    assert "There is little room" in fits.said and "made sure of" in fits.said and "What fits (1)" in fits.said
    assert "No service that we know of fits." in lacks.said
    assert "Not for her age ; Not for her gender" in lacks.said.replace(";", " ; ").replace("  ", " ")
    assert nothing.status == 422
    assert len(offered["XD"].world.posted) == posted


async def test_a_case_brings_what_is_known_of_her_and_a_country_is_asked_with_one_press(
    offered: dict[str, Desk], browsers: dict[str, Browser]
):
    xd = browsers["XD"]
    tasks = await started(xd)
    path = tasks.removesuffix("/referral") + "/match"
    page = await xd.open(path)
    assert page.form(path)["age_band"] == ["25-34"] and page.form(path)["gender"] == ["woman"]

    found = await xd.send(page, path, **NEEDS)
    chosen = await xd.send(found, f"{path}/ask")

    assert chosen.url.path == f"{tasks}/where"
    form = chosen.form(f"{tasks}/where")
    assert "XA" in form["peer"] and form["needs"] == ["shelter"] and form["urgency"] == ["routine"]
    assert "What fits (1)" in (await xd.open(path)).said, "what she needs is known now: the answer at once"


async def test_r10_sender_a_country_that_must_not_hear_of_her_is_left_out_of_what_fits(
    offered: dict[str, Desk], browsers: dict[str, Browser]
):
    xd = browsers["XD"]
    tasks = await started(xd)
    page = await xd.open(f"{tasks}/kept-from")
    await xd.send(page, f"{tasks}/kept-from", named="yes", blocked=["XA"])
    path = tasks.removesuffix("/referral") + "/match"

    found = await xd.send(await xd.open(path), path, **NEEDS)

    assert "What fits (0)" in found.said and "Left out: this country must not hear of her" in found.said
    assert f"{path}/ask" not in found.text


async def test_an_operator_has_no_such_page(desk: Desk):
    olaf = await at_work(desk, "olaf", "operator")
    assert (await olaf.open("/desk/match")).status == 403
