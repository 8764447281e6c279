"""*Stop* on the page of a matter: offered only where it would do something, and saying what."""

from typing import Final

import pytest

from node.errors import NotAllowed
from tests.api.conftest import Desk
from tests.web.browser import Browser
from tests.web.test_referral import filled, started
from tests.world import DAY_S

DECLINE: Final = {"reason": "no_capacity", "alternatives": [], "retry_after": []}


async def offered(browser: Browser) -> str:
    """A referral on its way; the path of its matter."""
    tasks = await started(browser)
    return (await browser.send(await filled(browser, tasks), f"{tasks}/check")).url.path


async def test_a_matter_that_both_know_has_ended_shows_no_stop_and_takes_none(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """H01: nothing follows an end that is known, and a second one would only be asked about."""
    xd, xa, world = browsers["XD"], browsers["XA"], desks["XD"].world
    page = await offered(xd)
    thread = page.rpartition("/")[2]
    await world.settle()
    await world["XA"].act(thread, "referral.decline", DECLINE)
    await world.settle()

    for one in (xd, xa):
        seen = await one.open(page)
        assert "Stop this matter" not in seen.said and "this thread has ended" in seen.said

    with pytest.raises(NotAllowed, match="the other country knows it"):
        await world["XA"].stop(thread)
    with pytest.raises(NotAllowed):
        await world["XD"].stop(thread)


async def test_a_stop_says_what_it_would_do_before_during_and_after(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """Where our own end may never have arrived a stop makes sure of it; where nothing left, nobody is told."""
    xd, xa, world = browsers["XD"], browsers["XA"], desks["XD"].world
    page = await offered(xd)
    thread = page.rpartition("/")[2]
    assert "it ends here, and the other country is told nothing" in (await xd.open(page)).said
    await world.settle()
    assert "The other country is told that it has ended, never why." in (await xd.open(page)).said

    world.fault = lambda *_: "lost"
    await world["XA"].act(thread, "referral.decline", DECLINE)
    await world.settle()
    seen = await xa.open(page)
    assert "It has ended already, but not everything that we sent was received." in seen.said
    await xa.send(seen, f"{page}/stop", sure="yes")
    world.fault = lambda *_: None
    await world.later(DAY_S)
    await world.later(DAY_S)

    assert [one.kind for one in (await world["XD"].view(thread)).letters] == ["referral.offer", "referral.ended"]
    assert "Stop this matter" not in (await xa.open(page)).said
