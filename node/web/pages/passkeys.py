"""Passkeys: signing in, unlocking, adding and removing. The one part of the desk that needs script, and says so."""

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from node.errors import BadInput, Conflict, NotFound, NotSignedIn, OpenTRMError, TryLater
from node.service.staff.book import MAX_PASSWORD
from node.service.staff.locks import standing
from node.service.staff.passkeys import (
    add_passkey,
    begin_adding,
    begin_sign_in,
    begin_unlock,
    my_passkeys,
    remove_passkey,
    sign_in_by_passkey,
    unlock_by_passkey,
)
from node.web.guard import ATTEMPT_COOKIE, give_cookie, take_cookie
from node.web.pages.roles import EVERYBODY
from node.web.pages.sign_in import on_to, status_of, way_back, welcome
from node.web.visit import Page, Visit
from node.web.words import N_

ATTEMPT_S: Final = 300
NO_NAME: Final = N_("Passkeys need an address with a name. This desk was opened by its number. Use your password.")
NOT_NOW: Final = N_("This did not work. Use your password.")


async def _begin(v: Visit) -> web.Response:
    attempt = v.node.random(32).hex()
    answer = await _asked(v, _ready(begin_sign_in(v.staff, v.site, attempt)))
    give_cookie(answer, ATTEMPT_COOKIE, attempt, ATTEMPT_S)
    return answer


async def _sign_in(v: Visit) -> web.Response:
    to = way_back(v.typed("to"))
    try:
        started = await sign_in_by_passkey(v.staff, v.site, v.attempt, v.typed("credential"), v.typed("prf"))
    except (NotSignedIn, TryLater) as error:
        return v.show("sign_in.html", status=status_of(error), to=to, login="", error=error)
    answer = await welcome(v, started, to)
    take_cookie(answer, ATTEMPT_COOKIE)
    return answer


async def _begin_unlock(v: Visit) -> web.Response:
    return await _asked(v, begin_unlock(v.staff, v.site, v.token))


async def _unlock(v: Visit) -> web.Response:
    to = way_back(v.typed("to"))
    try:
        await unlock_by_passkey(v.staff, v.site, v.token, v.typed("credential"), v.typed("prf"))
    except NotSignedIn as error:
        stands = await standing(v.staff, v.token)
        if stands == "over":
            return v.go("/sign-in" + v.with_query(to=to))
        return v.show("locked.html", status=401, to=to, is_hidden=stands == "hidden", error=error)
    return v.go(on_to(to))


async def _mine(v: Visit) -> web.Response:
    return await _shown(v)


async def _shown(v: Visit, error: OpenTRMError | None = None) -> web.Response:
    status = 200 if error is None else 422
    return v.show("my_passkeys.html", status=status, error=error, passkeys=await my_passkeys(v.staff, v.caller))


async def _begin_adding(v: Visit) -> web.Response:
    password = v.secret("password")[:MAX_PASSWORD]
    return await _asked(v, begin_adding(v.staff, v.caller, v.site, v.token, password))


async def _add(v: Visit) -> web.Response:
    try:
        codes = await add_passkey(
            v.staff, v.caller, v.site, v.token, v.secret("password")[:MAX_PASSWORD], v.typed("credential"),
            v.typed("prf"), v.typed("name"),
        )  # fmt: skip
    except (BadInput, TryLater) as error:
        return await _shown(v, error)
    return v.show("recovery_codes.html", codes=codes) if codes else v.go("/me/passkeys")


async def _remove(v: Visit) -> web.Response:
    try:
        await remove_passkey(v.staff, v.caller, v.path["passkey"], v.secret("password")[:MAX_PASSWORD])
    except NotFound:
        raise
    except (BadInput, TryLater) as error:
        return await _shown(v, error)
    return v.go("/me/passkeys")


async def _asked(v: Visit, options: Awaitable[str]) -> web.Response:
    """What the script hands to the browser, or a sentence that it shows."""
    if _is_number(v.site):
        _unused(options)
        return web.json_response({"says": v.say(NO_NAME)}, status=409)
    try:
        return web.Response(text=await options, content_type="application/json")
    except (BadInput, Conflict, NotSignedIn, TryLater) as error:
        return web.json_response({"says": v.say(error.for_user or NOT_NOW)}, status=422)


async def _ready(options: str) -> str:
    return options


def _unused(options: Awaitable[str]) -> None:
    close: Callable[[], None] | None = getattr(options, "close", None)
    if close is not None:
        close()


def _is_number(site: str) -> bool:
    try:
        ip_address(urlsplit(site).hostname or "")
    except ValueError:
        return False
    return True


PASSKEYS: tuple[Page, ...] = (
    Page("POST", "/sign-in/passkey/begin", (), _begin),
    Page("POST", "/sign-in/passkey", (), _sign_in),
    Page("POST", "/locked/passkey/begin", (), _begin_unlock),
    Page("POST", "/locked/passkey", (), _unlock),
    Page("GET", "/me/passkeys", EVERYBODY, _mine),
    Page("POST", "/me/passkeys/begin", EVERYBODY, _begin_adding),
    Page("POST", "/me/passkeys", EVERYBODY, _add),
    Page("POST", "/me/passkeys/{passkey}/remove", EVERYBODY, _remove),
)
