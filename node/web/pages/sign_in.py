"""Signing in, signing out, leaving in a hurry, and the choice of a language."""

from typing import Final

from aiohttp import web

from node.errors import NotSignedIn, TryLater
from node.service.staff.book import SignedIn, SignIn
from node.service.staff.conduct import has_accepted
from node.service.staff.locks import end_any
from node.service.staff.sign_in import sign_in
from node.web.guard import COOKIE, LANGUAGE_COOKIE, LEAVE, YEAR_S, give_cookie, take_cookie
from node.web.language import LANGUAGES
from node.web.pages.roles import EVERYBODY
from node.web.visit import ROOT, Page, Visit

MAX_LOGIN: Final = 64
MAX_PASSWORD: Final = 256
MAX_CODE: Final = 64


async def _ask(v: Visit) -> web.Response:
    return v.show("sign_in.html", to=way_back(v.query.get("to", "")), login="")


async def _sign_in(v: Visit) -> web.Response:
    login, password, code = v.typed("login"), v.secret("password"), v.typed("code")
    to = way_back(v.typed("to"))
    try:
        if (
            not login
            or not password
            or max(len(login) - MAX_LOGIN, len(password) - MAX_PASSWORD, len(code) - MAX_CODE) > 0
        ):
            raise NotSignedIn("nothing to sign in with", for_user="Type your login and your password.")
        started = await sign_in(v.staff, SignIn(login=login, password=password, code=code))
    except (NotSignedIn, TryLater) as error:
        return v.show("sign_in.html", status=status_of(error), to=to, login=login, error=error)
    return await welcome(v, started, to)


async def welcome(v: Visit, started: SignedIn, to: str) -> web.Response:
    """Where a sign-in leads: to the code of conduct until it is accepted, then where somebody wanted to go."""
    if await has_accepted(v.staff, started.user):
        answer = v.go(on_to(to))
    else:
        answer = v.go("/conduct" + v.with_query(to=to))
    give_cookie(answer, COOKIE, started.token)
    return answer


async def _sign_out(v: Visit) -> web.Response:
    await end_any(v.staff, v.token)
    answer = v.go("/sign-in")
    take_cookie(answer, COOKIE)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


async def _leave(v: Visit) -> web.Response:
    """Away from here at once, signed in or locked; nothing of the desk stays in the browser but its history."""
    if v.token:
        await end_any(v.staff, v.token)
    return _left(v)


async def _gone(v: Visit) -> web.Response:
    return _left(v)


def _left(v: Visit) -> web.Response:
    answer = v.show("left.html")
    take_cookie(answer, COOKIE)
    answer.headers.update(LEAVE)
    return answer


async def _language(v: Visit) -> web.Response:
    wanted, to = v.typed("language"), way_back(v.typed("to"))
    answer = v.go(on_to(to))
    if wanted in LANGUAGES:
        give_cookie(answer, LANGUAGE_COOKIE, wanted, YEAR_S)
    return answer


def way_back(to: str) -> str:
    """Where to go on: a page of this desk, or nothing."""
    plain = to.startswith(ROOT + "/") and not any(one in to for one in ("\\", "\r", "\n"))
    return to if plain and not to.startswith((ROOT + "/sign-in", ROOT + "/locked")) else ""


def on_to(to: str) -> str:
    """The same as a path below the desk; the desk itself for nothing."""
    return to.removeprefix(ROOT) if to else "/"


def status_of(error: Exception) -> int:
    """429 where somebody has to wait, 401 where something is wrong."""
    return 429 if isinstance(error, TryLater) else 401


SIGN_IN: tuple[Page, ...] = (
    Page("GET", "/sign-in", (), _ask),
    Page("POST", "/sign-in", (), _sign_in),
    Page("POST", "/sign-out", EVERYBODY, _sign_out),
    Page("POST", "/leave", (), _leave),
    Page("GET", "/left", (), _gone),
    Page("POST", "/language", (), _language),
)
