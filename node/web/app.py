"""The desk as a web application: the table of pages, who may see each, and one place where every error becomes a page.

One of the borders where every exception is caught. Logs hold the page's name and the class of an error, no more.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qs

from aiohttp import web
from aiohttp.typedefs import Middleware

from node.errors import NotFound, NotSignedIn, OpenTRMError, TryLater, WrongRole
from node.log import get
from node.service.staff.callers import Caller, who
from node.service.staff.first_things import FirstThing, comes_first
from node.service.staff.locks import standing
from node.service.staff.sign_in import Staff
from node.service.threads.times import zone_of
from node.web import kept
from node.web.administration import Administration
from node.web.assets import serve_static
from node.web.forms import Fields
from node.web.guard import (
    ATTEMPT_COOKIE,
    COOKIE,
    CSRF_FIELD,
    HEADERS,
    LANGUAGE_COOKIE,
    csrf_of,
    masked,
    must_be_ours,
    must_prove,
    site_of,
    take_cookie,
)
from node.web.language import chosen, speech
from node.web.live import Pause, add_live
from node.web.packed import may_be_packed, pack
from node.web.pages import PAGES
from node.web.render import NO_SETTINGS, Templates
from node.web.settings import DeskSettings
from node.web.troubles import trouble
from node.web.uploads import MULTIPART, read_upload
from node.web.visit import ROOT, Page, Visit

MAX_FORM_BYTES: Final = 256 * 1024
MAX_FIELDS: Final = 2000
FORM: Final = "application/x-www-form-urlencoded"
NOTHING: Final[Mapping[str, list[str]]] = {}
ALONE: Final = Administration()
BEFORE_WORK: Final = ("/me", "/conduct", "/sign-out", "/lock", "/here")  # what is open before that: one's own sign-in
MANAGING: Final = ("/admin", "/people")  # where the pages of administration begin

Endpoint = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = get()


def desk_application(
    staff: Staff, middlewares: tuple[Middleware, ...] = (), pause: Pause | None = None,
    settings: DeskSettings = NO_SETTINGS,
    administration: Administration = ALONE,
) -> web.Application:  # fmt: skip
    """The application to mount at `/desk`; `pause` is how long an open desk waits between two looks."""
    app = web.Application(client_max_size=MAX_FORM_BYTES, middlewares=list(middlewares))
    templates = Templates(settings)
    for page in PAGES:
        app.router.add_route(page.method, page.path, _endpoint(staff, templates, page, administration))
    app.router.add_get("/static/{hash}/{name}", serve_static)
    add_live(app, staff, pause)
    nowhere = Page("*", "/{rest:.*}", (), _nowhere)
    app.router.add_route("*", nowhere.path, _endpoint(staff, templates, nowhere, administration))
    return app


def _endpoint(staff: Staff, templates: Templates, page: Page, administration: Administration) -> Endpoint:
    async def endpoint(request: web.Request) -> web.StreamResponse:
        visit = replace(_stranger(staff, templates, request), administration=administration)
        try:
            answer = await _answer(staff, templates, page, request, visit)
        except NotSignedIn:
            answer = await _sign_in_first(visit, request)
        except Exception as error:  # noqa: BLE001 - the HTTP border: one page for each error, none escapes
            _note(page, error)
            answer = trouble(await _recognised(visit), error)
        answer.headers.update({name: value for name, value in HEADERS.items() if name not in answer.headers})
        if may_be_packed(page, request):
            pack(answer, staff.node.random)
        return answer

    return endpoint


async def _answer(
    staff: Staff, templates: Templates, page: Page, request: web.Request, stranger: Visit
) -> web.StreamResponse:
    """The checks of every page, in order; nothing of a request is read before they say who it is from."""
    # 1. posted by a page of ours
    if request.method == "POST":
        must_be_ours(request)
    comes_whole = request.content.is_eof()  # with its head, as most forms do
    # 2. who is there, and whether their role may see this page
    token = request.cookies.get(COOKIE, "")
    caller = await _caller(staff, page, token)
    if caller and caller.actor.role == "operator" and page.path.startswith(MANAGING):
        _must_be_here(stranger.administration)
    # 3. what comes before any work: the code of conduct, a second step
    if caller and page.roles and not page.path.startswith(BEFORE_WORK) and (first := await comes_first(staff, caller)):
        return _sent_to(first, stranger, request)
    # 4. the form, and its proof that this sign-in showed it
    form, file = await _posted(page, request) if request.method == "POST" else (NOTHING, b"")
    if not comes_whole:
        caller = await _caller(staff, page, token)  # whoever was shut out, or locked it, while it came is not heard
    proof = csrf_of(token)
    if request.method == "POST" and caller is not None:
        must_prove((form.get(CSRF_FIELD) or [""])[-1], proof)
    visit = Visit(
        staff,
        templates,
        stranger.speech,
        request.match_info,
        request.query,
        form,
        stranger.here,
        token,
        masked(proof, staff.node.random(len(proof))) if caller else "",
        caller,
        site_of(request),
        request.cookies.get(ATTEMPT_COOKIE, ""),
    )
    return await kept.answered(replace(visit, administration=stranger.administration, file=file), page)


async def _recognised(stranger: Visit) -> Visit:
    """The visit with whoever is signed in: a page of an error has every door too, "Danger now" above all."""
    caller = await _perhaps(stranger.staff, stranger.token)
    if caller is None:
        return stranger
    proof = csrf_of(stranger.token)
    return replace(stranger, signed_in=caller, csrf=masked(proof, stranger.node.random(len(proof))))


async def _perhaps(staff: Staff, token: str) -> Caller | None:
    try:
        return await who(staff, token)
    except Exception:  # noqa: BLE001 - still the HTTP border: what failed before may fail again, and the page comes
        return None


async def _caller(staff: Staff, page: Page, token: str) -> Caller | None:
    if not page.roles:
        return await _perhaps(staff, token) if page.recognises else None
    caller = await who(staff, token)
    if caller.is_machine:
        raise NotSignedIn("a case system's token opens no page; sign in as a person")
    if caller.actor.role not in page.roles:
        raise WrongRole(
            f"role is {caller.actor.role}; this page is for {', '.join(page.roles)}",
            for_user="This page is for colleagues with another role. Ask your coordinator.",
        )
    return caller


def _sent_to(first: FirstThing, stranger: Visit, request: web.Request) -> web.Response:
    if first == "second_step":
        return stranger.go("/me")
    return stranger.go("/conduct" + stranger.with_query(to=stranger.here if request.method == "GET" else ""))


def _must_be_here(administration: Administration) -> None:
    """An operator's pages are not on the listener that everybody reaches, unless the configuration says so."""
    if not administration.serves_operators:
        raise WrongRole(
            "administration is not served on this listener; see desk.admin",
            for_user="Administration is served on the machine of the node only, at another address. See the handbook.",
        )


async def _posted(page: Page, request: web.Request) -> tuple[Fields, bytes]:
    if page.takes_bytes and request.content_type == MULTIPART:
        return await read_upload(request, page.takes_bytes)
    return await _form(request), b""


async def _form(request: web.Request) -> Fields:
    if request.content_type != FORM:
        raise NotFound("the form is of another kind")
    body = await request.read()  # held to the application's size
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)


def _stranger(staff: Staff, templates: Templates, request: web.Request) -> Visit:
    wanted = request.cookies.get(LANGUAGE_COOKIE, "")
    language = chosen(wanted, request.headers.get("Accept-Language", ""))
    spoken = speech(language, zone_of(staff.node))
    token = request.cookies.get(COOKIE, "")
    here = request.rel_url.raw_path_qs if request.method == "GET" else ROOT + "/"
    return Visit(staff, templates, spoken, request.match_info, request.query, NOTHING, here, token)


async def _sign_in_first(visit: Visit, request: web.Request) -> web.Response:
    """To the sign-in, or to the lock where it is only locked, and then back to the same page.

    What was posted is not sent again by itself.
    """
    here = request.rel_url.raw_path_qs if request.method == "GET" else ""
    back = visit.with_query(to=here if here.startswith(ROOT) else "")
    token = request.cookies.get(COOKIE, "")
    if token and await standing(visit.staff, token) in ("locked", "hidden"):
        return visit.go("/locked" + back)
    answer = visit.go("/sign-in" + back)
    if token:
        take_cookie(answer, COOKIE)
    return answer


def _note(page: Page, error: Exception) -> None:
    if isinstance(error, OpenTRMError | web.HTTPException):
        log.info("page refused", route=page.name, error=error, rule=getattr(error, "rule", None))
    else:
        log.error("page failed", route=page.name, error=error)


async def _nowhere(visit: Visit) -> web.Response:
    raise NotFound("no such page", for_user="There is no such page. Go to the desk and choose from there.")


def refused(staff: Staff) -> Callable[[Exception], web.Response]:
    """For those who ask too much: a short page without a template, so that it costs nothing."""

    def answer(error: Exception) -> web.Response:
        wait_s = error.retry_after_s if isinstance(error, TryLater) else None
        headers = {**HEADERS, "Retry-After": str(wait_s or 5)}
        return web.Response(
            status=429, text="Too many requests from here. Wait a minute, then load again.\n", headers=headers
        )

    return answer
