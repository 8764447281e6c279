"""Leaving in a hurry, to where the node says: with script and without it, under the same strict headers."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from node.config import DeskSection
from node.web.guard import HEADERS
from node.web.settings import DeskSettings
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser
from tests.web.conftest import open_desk
from tests.world import make_world

AWAY = DeskSettings("https://weather.example/", "Duty desk", "+00 000 000")


@pytest.fixture
async def away(tmp_path: Any, aiohttp_client: Any) -> AsyncIterator[Desk]:
    """A desk whose exit leads to the weather."""
    world = make_world(tmp_path, "XD")
    yield await open_desk(world, "XD", aiohttp_client, AWAY)
    await world.close()


async def test_the_exit_leads_where_the_node_says_without_script_too(away: Desk):
    """C14: a neutral page that the node sets; the browser goes on by itself, and forgets what it stored."""
    browser = Browser(away.client)
    page = await browser.sign_in("ana", PASSWORD)
    assert next(here for tag, here in page.tags if tag == "body")["data-exit"] == AWAY.exit_url

    left = await browser.send(page, "/desk/leave")

    assert {"http-equiv": "refresh", "content": f"0;url={AWAY.exit_url}"} in [here for _, here in left.tags]
    assert left.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert {name: left.headers[name] for name in HEADERS} == HEADERS


async def test_where_nothing_is_set_the_exit_is_a_blank_page_of_our_own(desk: Desk, ana: Browser):
    left = await ana.send(await ana.open("/desk/"), "/desk/leave")

    assert left.status == 200 and not any(tag == "meta" and "http-equiv" in here for tag, here in left.tags)


async def test_whom_to_phone_stands_where_nobody_can_sign_in(away: Desk):
    """WCAG 3.2.6."""
    page = await Browser(away.client).open("/desk/sign-in")

    assert "Phone Duty desk: +00 000 000" in page.said and "Help: phone Duty desk. +00 000 000" in page.said


@pytest.mark.parametrize(
    "wrong", ["http://weather.example", "javascript:alert(1)", 'https://x"y', "https://x;url=y", "//x", "https://a b"]
)
def test_an_exit_that_is_no_plain_address_is_refused_at_the_start(wrong: str):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"exit_url": wrong}, DeskSection)
