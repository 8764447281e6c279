"""Two countries with their desks, and people in front of them whose browsers run no script."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from node.api.app import api_application
from node.crypto.vault import SMALLEST
from node.service.staff.book import NewUser
from node.service.staff.conduct import accepted
from node.service.staff.people import first_user
from node.service.staff.sign_in import SignInLimits, Staff
from node.web.administration import Administration
from node.web.app import ALONE, desk_application
from node.web.render import NO_SETTINGS
from node.web.settings import DeskSettings
from tests.api.conftest import IDLE_S, MAX_S, PASSWORD, Desk
from tests.web.browser import Browser
from tests.world import World, make_world

LOOK_S = 0.1  # how soon an open desk learns of something new


async def open_desk(
    world: World, code: str, aiohttp_client: Any, settings: DeskSettings = NO_SETTINGS,
    administration: Administration = ALONE,
) -> Desk:  # fmt: skip
    """The API and the pages of one country, with its first coordinator, ana, signed in at the API."""
    opened = world[code].opened
    staff = Staff(opened.node, opened.pepper, SMALLEST, SignInLimits(IDLE_S, MAX_S))
    first = NewUser(login="ana", password=PASSWORD, role="coordinator", organisation="haven", name="Ana Invented")
    user = first_user(staff, first, world[code].office_seed)
    opened.node.store.write_sync(lambda work: accepted(staff, work, user))  # she has read the code of conduct
    app = web.Application()
    app.add_subapp("/api/v1", api_application(staff))
    app.add_subapp("/desk", desk_application(
        staff, pause=lambda: asyncio.sleep(LOOK_S), settings=settings, administration=administration
    ))  # fmt: skip
    desk = Desk(world, code, staff, await aiohttp_client(app))
    assert (await desk.sign_in("ana")).status == 201
    return desk


@pytest.fixture
async def desks(tmp_path: Any, aiohttp_client: Any) -> AsyncIterator[dict[str, Desk]]:
    """Two countries, XD and XA."""
    world = make_world(tmp_path, "XD", "XA")
    yield {code: await open_desk(world, code, aiohttp_client) for code in ("XD", "XA")}
    await world.close()


@pytest.fixture
async def browsers(desks: dict[str, Desk]) -> dict[str, Browser]:
    """Ana's browser in each country, signed in."""
    found = {}
    for code, desk in desks.items():
        found[code] = Browser(desk.client)
        assert (await found[code].sign_in("ana", PASSWORD)).status == 200
    return found


@pytest.fixture
async def desk(tmp_path: Any, aiohttp_client: Any) -> AsyncIterator[Desk]:
    """One country, XD: for what needs no other."""
    world = make_world(tmp_path, "XD")
    yield await open_desk(world, "XD", aiohttp_client)
    await world.close()


@pytest.fixture
async def ana(desk: Desk) -> Browser:
    """The first coordinator of that one country in front of her desk."""
    browser = Browser(desk.client)
    assert (await browser.sign_in("ana", PASSWORD)).status == 200
    return browser
