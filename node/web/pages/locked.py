"""Locking and going on: the content is gone from the screen, the way back to the same field is kept."""

from aiohttp import web

from node.errors import NotAllowed, NotSignedIn, TryLater
from node.service.staff.locks import end_any, hide, lock, open_names, show_again, standing, unlock
from node.web.guard import COOKIE, take_cookie
from node.web.pages.roles import EVERYBODY
from node.web.pages.sign_in import MAX_PASSWORD, on_to, status_of, way_back
from node.web.visit import Page, Visit


async def _lock(v: Visit) -> web.Response:
    await lock(v.staff, v.caller)
    return v.go("/locked" + v.with_query(to=way_back(v.typed("to"))))


async def _with_her(v: Visit) -> web.Response:
    """ "I am with the person": nothing can be read, one tap goes on."""
    await hide(v.staff, v.caller)
    return v.go("/locked" + v.with_query(to=way_back(v.typed("to"))))


async def _here(v: Visit) -> web.Response:
    """Somebody is there and types; asking is enough."""
    return web.Response(status=204)


async def _ask(v: Visit) -> web.Response:
    to, stands = way_back(v.query.get("to", "")), await standing(v.staff, v.token)
    if stands == "open":
        return v.go(on_to(to))
    if stands == "over":
        return v.go("/sign-in" + v.with_query(to=to))
    return v.show("locked.html", to=to, is_hidden=stands == "hidden")


async def _unlock(v: Visit) -> web.Response:
    to = way_back(v.typed("to"))
    try:
        await unlock(v.staff, v.token, v.secret("password")[: MAX_PASSWORD + 1])
    except (NotSignedIn, TryLater) as error:
        stands = await standing(v.staff, v.token)
        if stands == "over":
            return v.go("/sign-in" + v.with_query(to=to))
        return v.show("locked.html", status=status_of(error), to=to, is_hidden=stands == "hidden", error=error)
    return v.go(on_to(to))


async def _show(v: Visit) -> web.Response:
    to = way_back(v.typed("to"))
    try:
        await show_again(v.staff, v.token)
    except NotSignedIn:
        return v.go("/locked" + v.with_query(to=to))
    return v.go(on_to(to))


async def _end(v: Visit) -> web.Response:
    await end_any(v.staff, v.token)
    answer = v.go("/sign-in")
    take_cookie(answer, COOKIE)
    return answer


async def _names(v: Visit) -> web.Response:
    return v.show("names_shut.html", to=way_back(v.query.get("to", "")))


async def _open_names(v: Visit) -> web.Response:
    to = way_back(v.typed("to"))
    try:
        await open_names(v.staff, v.caller, v.secret("password")[: MAX_PASSWORD + 1])
    except (NotSignedIn, NotAllowed, TryLater) as error:
        return v.show("names_shut.html", status=status_of(error), to=to, error=error)
    return v.go(on_to(to))


LOCKED: tuple[Page, ...] = (
    Page("POST", "/lock", EVERYBODY, _lock),
    Page("POST", "/with-her", EVERYBODY, _with_her),
    Page("POST", "/here", EVERYBODY, _here),
    Page("GET", "/locked", (), _ask),
    Page("POST", "/locked", (), _unlock),
    Page("POST", "/locked/show", (), _show),
    Page("POST", "/locked/end", (), _end),
    Page("GET", "/names-shut", EVERYBODY, _names),
    Page("POST", "/names-shut", EVERYBODY, _open_names),
)
