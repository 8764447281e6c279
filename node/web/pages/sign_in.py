"""Signing in, signing out, leaving in a hurry, and the choice of a language."""

from typing import Final

from aiohttp import web

from node.errors import NotSignedIn, TryLater
from node.service.staff.book import SignIn
from node.service.staff.callers import sign_out
from node.service.staff.sign_in import sign_in
from node.web.guard import COOKIE, LANGUAGE_COOKIE, LEAVE, YEAR_S, give_cookie, take_cookie
from node.web.language import LANGUAGES
from node.web.pages.roles import EVERYBODY
from node.web.visit import ROOT, Page, Visit

MAX_LOGIN: Final = 64
MAX_PASSWORD: Final = 256


async def _ask(v: Visit) -> web.Response:
    return v.show("sign_in.html", to=_back(v.query.get("to", "")), login="", locked=v.query.get("locked") == "1")


async def _sign_in(v: Visit) -> web.Response:
    login, password = v.typed("login"), (v.form.get("password") or [""])[-1]
    to = _back(v.typed("to"))
    try:
        if not login or not password or len(login) > MAX_LOGIN or len(password) > MAX_PASSWORD:
            raise NotSignedIn("nothing to sign in with", for_user=v.say("Type your login and your password."))
        started = await sign_in(v.staff, SignIn(login=login, password=password))
    except (NotSignedIn, TryLater) as error:
        status = 429 if isinstance(error, TryLater) else 401
        return v.show("sign_in.html", status=status, to=to, login=login, locked=False, error=error)
    answer = v.go(to.removeprefix(ROOT) if to else "/")
    give_cookie(answer, COOKIE, started.token)
    return answer


async def _sign_out(v: Visit) -> web.Response:
    await sign_out(v.staff, v.caller)
    answer = v.go("/sign-in")
    take_cookie(answer, COOKIE)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


async def _lock(v: Visit) -> web.Response:
    """The office key leaves the memory, the content the screen; the way back is kept."""
    await sign_out(v.staff, v.caller)
    answer = v.go("/sign-in?locked=1")
    take_cookie(answer, COOKIE)
    return answer


async def _leave(v: Visit) -> web.Response:
    """Away from here at once, whoever is signed in; nothing of the desk stays in the browser but its history."""
    if v.signed_in is not None:
        await sign_out(v.staff, v.signed_in)
    answer = v.show("left.html")
    take_cookie(answer, COOKIE)
    answer.headers.update(LEAVE)
    return answer


async def _language(v: Visit) -> web.Response:
    wanted, to = v.typed("language"), _back(v.typed("to"))
    answer = v.go(to.removeprefix(ROOT) if to else "/")
    if wanted in LANGUAGES:
        give_cookie(answer, LANGUAGE_COOKIE, wanted, YEAR_S)
    return answer


def _back(to: str) -> str:
    """Where to go on: a page of this desk, or nothing."""
    plain = to.startswith(ROOT + "/") and not any(one in to for one in ("\\", "\r", "\n"))
    return to if plain and not to.startswith(ROOT + "/sign-in") else ""


SIGN_IN: tuple[Page, ...] = (
    Page("GET", "/sign-in", (), _ask),
    Page("POST", "/sign-in", (), _sign_in),
    Page("POST", "/sign-out", EVERYBODY, _sign_out),
    Page("POST", "/lock", EVERYBODY, _lock),
    Page("POST", "/leave", EVERYBODY, _leave),
    Page("GET", "/left", (), _leave),
    Page("POST", "/language", (), _language),
)
