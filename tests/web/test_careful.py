"""The demo's user `careful`: her password opens nothing by itself, and the demo's second terminal tells her digits."""

from types import SimpleNamespace
from typing import Any, cast

from node.demo.careful import LOGIN, somebody_careful, what_she_needs
from node.demo.client import ApiClient
from node.demo.network import Network
from node.demo.switch import NO_TEXT, Switch
from node.service.staff.second_step import STEP_S
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser, Page


def network_of(desk: Desk) -> Network:
    """As much of a running demo as she needs: one country with its first coordinator, and its clock."""
    url = str(desk.client.make_url("/")).rstrip("/")
    node = SimpleNamespace(url=url, people={"coordinator": PASSWORD})
    client = lambda *_: ApiClient(url, "ana", PASSWORD)  # noqa: E731 - the demo's coordinator is ana here
    return cast(Network, SimpleNamespace(nodes={desk.code: node}, client=client, clock=desk.clock))


async def tried(desk: Desk, password: str, code: str) -> Page:
    browser = Browser(desk.client)
    page = await browser.open("/desk/sign-in")
    return await browser.send(page, "/desk/sign-in", login=LOGIN, password=password, code=code)


async def test_her_password_opens_the_desk_only_with_the_digits_that_the_demo_tells_and_once(desk: Desk):
    """Issue 4, sign-in: the second step as it is printed: the password, then `make demo CODE=TEXT`."""
    network: Any = network_of(desk)
    careful = await somebody_careful(network, desk.code)
    desk.clock.step(STEP_S)
    switch = Switch(network)

    alone = await tried(desk, careful.password, "")
    digits = await switch.ask(f"code {careful.secret}")
    opened = await tried(desk, careful.password, digits)
    again = await tried(desk, careful.password, digits)

    assert alone.status == 401 and len(digits) == 6 and digits.isdigit()
    assert (opened.status, opened.url.path) == (200, "/desk/")
    assert again.status == 401
    printed = "".join(what_she_needs(careful, "http://xd.localhost", "en"))
    assert careful.secret in printed and careful.password in printed and digits not in printed
    assert await switch.ask("code not-a-text") == NO_TEXT
