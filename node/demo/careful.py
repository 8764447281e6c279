"""Somebody at the demo's first desk whose password alone does not open it: her codes were set up in her browser.

Made as people do it, on the pages, so that what the demo shows is what they do. Source: issue 4, the demo; sign-in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import aiohttp

from node.demo.network import DemoNode, Network, new_password
from node.errors import Unavailable

LOGIN: Final = "careful"
FIELD: Final = re.compile(r'name="(_csrf|version)" value="([^"]+)"')
SECRET: Final = re.compile(r'class="secret">([A-Z2-7]+)<')
SEE_OTHER: Final = 303
SAYS: Final = {
    "en": """
Somebody whose password does not suffice: {desk}, user {login}, password {password}.
A second terminal in this folder tells the six digits, new ones every half minute; each works once:
    make demo CODE={secret}
""",
    "uk": """
Людина, якій самого пароля не досить: {desk}, користувач {login}, пароль {password}.
Шість цифр з її телефона скаже другий термінал у цій теці, нові щопівхвилини; кожні діють один раз:
    make demo CODE={secret}
""",
}


@dataclass(frozen=True)
class Careful:
    """Where she signs in, and what the demo prints of her."""

    code: str
    password: str
    secret: str


async def somebody_careful(network: Network, code: str) -> Careful:
    """A caseworker of this country who has accepted the code of conduct and set up codes by the clock."""
    from node.service.staff.second_step import STEP_S, code_by_the_clock  # half of the program, for this one alone

    node, password = network.nodes[code], new_password()
    async with network.client(code, "coordinator") as coordinator:
        body = {"login": LOGIN, "password": password, "role": "caseworker", "organisation": "focal-point"}
        await coordinator.post("users", body)
    async with _Browser(node) as browser:
        await browser.post("/desk/sign-in", "", login=LOGIN, password=password, code="", to="")
        await browser.post("/desk/conduct", await browser.page("/desk/conduct"), accepted="yes", to="")
        await browser.post("/desk/me/codes", await browser.page("/desk/me/codes"), password=password)
        page = await browser.page("/desk/me/codes")
        found = SECRET.search(page)
        secret = found[1] if found else ""
        before = network.clock.now() - STEP_S  # a code works once: that of this half minute is left to whoever tries it
        digits = code_by_the_clock(secret, before) or ""
        await browser.post("/desk/me/codes/confirm", page, code=digits)
    return Careful(code, password, secret)


def what_she_needs(careful: Careful, desk: str, language: str) -> Iterator[str]:
    """What is printed of her."""
    yield SAYS[language].format(desk=desk, login=LOGIN, password=careful.password, secret=careful.secret)


class _Browser:
    """Her browser: it keeps its cookies, and posts what stands on a page."""

    def __init__(self, node: DemoNode) -> None:
        self._url = node.url
        self._cookies: dict[str, str] = {}
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    async def __aenter__(self) -> "_Browser":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def page(self, path: str) -> str:
        """A page as text."""
        return await self._ask("GET", path, {})

    async def post(self, path: str, page: str, **typed: str) -> None:
        """What was typed into a form of this page."""
        await self._ask("POST", path, {**dict(FIELD.findall(page)), **typed})

    async def _ask(self, method: str, path: str, typed: dict[str, str]) -> str:
        kept = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": kept, "Origin": self._url}
        async with self._http.request(
            method, self._url + path, data=typed or None, headers=headers, allow_redirects=False
        ) as answer:
            text = await answer.text()
            self._cookies |= {name: morsel.value for name, morsel in answer.cookies.items()}
        if answer.status not in (200, SEE_OTHER):
            raise Unavailable(f"a page of the desk answered {answer.status}; see the log of its node")
        return text
