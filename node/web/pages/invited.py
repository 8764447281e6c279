"""Whoever was invited makes their own sign-in: the code, then login, password and the code of conduct.

The code comes out of the link's `#` by script, or is typed by hand; it is posted, and stands in no address.
"""

from typing import Final

import msgspec
from aiohttp import web

from node.errors import BadInput, Conflict, NotAllowed, OpenTRMError, TryLater
from node.service.staff.book import NewUser, SignIn
from node.service.staff.invitations import join, look_at
from node.service.staff.sign_in import sign_in
from node.web.guard import COOKIE, LANGUAGE_COOKIE, YEAR_S, give_cookie
from node.web.language import LANGUAGES
from node.web.pages.me import must_be_good
from node.web.visit import Page, Visit
from node.web.words import N_

BAD_LOGIN: Final = N_("Two to 64 small letters, digits and . _ - only.")
TAKEN: Final = N_("Somebody has this login already. Choose another.")
NOT_READ: Final = N_("Read the code of conduct, then tick that you agree.")


async def _ask(v: Visit) -> web.Response:
    return v.show("invited.html")


async def _look(v: Visit) -> web.Response:
    try:
        invitation = await look_at(v.staff, v.typed("code"))
    except NotAllowed as error:
        return v.show("invited.html", status=401, error=error)
    return v.show("join.html", invitation=invitation, code=v.typed("code"), login="", name="")


async def _join(v: Visit) -> web.Response:
    code, login, name, password = v.typed("code"), v.typed("login"), v.typed("name"), v.secret("new")
    try:
        invitation = await look_at(v.staff, code)
    except NotAllowed as error:
        return v.show("invited.html", status=401, error=error)
    try:
        _must_fit(v, login, name, password)
        joined = await join(v.staff, code, login, password, name)
    except Conflict:
        return _again(v, invitation, BadInput("login is taken", field="login", for_user=TAKEN))
    except (BadInput, NotAllowed, TryLater) as error:
        return _again(v, invitation, error)
    answer = v.show("recovery_codes.html", codes=joined.codes)
    started = await sign_in(v.staff, SignIn(login=login, password=password))
    give_cookie(answer, COOKIE, started.token)
    if v.typed("language") in LANGUAGES:
        give_cookie(answer, LANGUAGE_COOKIE, v.typed("language"), YEAR_S)
    return answer


def _must_fit(v: Visit, login: str, name: str, password: str) -> None:
    must_be_good(password, v.secret("again"))
    try:
        msgspec.convert(
            {"login": login, "password": password, "role": "auditor", "organisation": "x", "name": name}, NewUser
        )
    except msgspec.ValidationError:
        raise BadInput("login cannot be used", field="login", for_user=BAD_LOGIN) from None
    if v.typed("accepted") != "yes":
        raise BadInput("not accepted", field="accepted", for_user=NOT_READ)


def _again(v: Visit, invitation: object, error: OpenTRMError) -> web.Response:
    return v.show(
        "join.html", status=422, invitation=invitation, code=v.typed("code"), login=v.typed("login"),
        name=v.typed("name"), error=error,
    )  # fmt: skip


INVITED: tuple[Page, ...] = (
    Page("GET", "/invited", (), _ask),
    Page("POST", "/invited", (), _look),
    Page("POST", "/join", (), _join),
)
