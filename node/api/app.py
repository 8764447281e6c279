"""The JSON API as a web application: the table of routes, decoded, checked and answered in one place.

One of the three borders where every exception is caught. Logs hold the route's name and the class of an error, no more.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import Any, Final

import msgspec
from aiohttp import web

from node.api.call import Call, Route
from node.api.limits import ApiLimits, held_to
from node.api.openapi import description
from node.api.problems import MEDIA_TYPE, BadRequest, problem_of
from node.api.routes import ROUTES
from node.errors import NotFound, WrongRole
from node.log import get
from node.service.decoding import explained
from node.service.staff.callers import Caller, not_signed_in, who
from node.service.staff.first_things import must_have_two_steps
from node.service.staff.sign_in import Staff

MAX_BODY_BYTES: Final = 1 << 20
JSON: Final = "application/json"
BEARER: Final = "Bearer "
HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}

USUAL: Final = ApiLimits()
OWN: Final = "/sessions"  # signing in and out, and one's own password
Endpoint = Callable[[web.Request], Awaitable[web.Response]]
log = get()


def api_application(staff: Staff, limits: ApiLimits = USUAL, serves_operators: bool = True) -> web.Application:
    """The application to mount at `/api/v1`; without `serves_operators` they may only sign in and out here."""
    held = held_to(limits, staff.node.clock.monotonic, partial(_refusal, "limits"))
    app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[held])
    for route in ROUTES:
        app.router.add_route(route.method, route.path, _endpoint(staff, route, serves_operators))
    app.router.add_route("GET", "/openapi.json", _described)
    app.router.add_route("*", "/{rest:.*}", _nothing_here)
    return app


def _endpoint(staff: Staff, route: Route, serves_operators: bool) -> Endpoint:
    decoder = None if route.takes is None else msgspec.json.Decoder(route.takes)

    async def endpoint(request: web.Request) -> web.Response:
        try:
            comes_whole = request.content.is_eof()  # with its head, as nearly every body does
            caller = await _caller(staff, route, request)
            if caller and caller.actor.role == "operator" and not (serves_operators or route.path.startswith(OWN)):
                raise WrongRole("administration is not served on this listener; use the local one, see desk.admin")
            left_out = decoder is None or (route.may_be_empty and not request.body_exists)
            body = None if decoder is None or left_out else _decoded(decoder, route, await _body(request))
            if not (left_out or comes_whole):
                caller = await _caller(staff, route, request)  # whoever was shut out while it came is not heard
            query = None if route.query is None else msgspec.convert(dict(request.query), route.query, strict=False)
            return _answer(route, await route.handler(Call(staff, request.match_info, query, body, caller)))
        except Exception as error:  # noqa: BLE001 - the HTTP border: one answer for each error, none escapes
            return _refusal(route.name, error)

    return endpoint


def _decoded(decoder: "msgspec.json.Decoder[Any]", route: Route, raw: bytes) -> Any:
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise explained(error, of=route.takes) from None


async def _caller(staff: Staff, route: Route, request: web.Request) -> Caller | None:
    """Who asks; the role is judged before anything of the request is read."""
    if not route.roles:
        return None
    header = request.headers.get("Authorization", "")
    if not header.startswith(BEARER) or not header.isascii():
        raise not_signed_in()
    caller = await who(staff, header.removeprefix(BEARER).strip())
    if caller.actor.role not in route.roles:
        roles = ", ".join(route.roles)
        raise WrongRole(f"role is {caller.actor.role}; expected one of {roles}, ask a colleague who has it")
    if not route.path.startswith(OWN):
        await must_have_two_steps(staff, caller)
    return caller


async def _body(request: web.Request) -> bytes:
    """The body, of which not a byte more is read than may come."""
    if request.content_type != JSON:
        raise BadRequest("body is of another kind", 415, field="Content-Type", expected=JSON)
    parts, size = [], 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > MAX_BODY_BYTES:
            raise BadRequest(f"body is over {MAX_BODY_BYTES} bytes", 413, expected=f"at most {MAX_BODY_BYTES} bytes")
        parts.append(part)
    return b"".join(parts)


def _answer(route: Route, found: object) -> web.Response:
    if route.answers is None:
        return web.Response(status=204, headers=HEADERS)
    return web.Response(body=msgspec.json.encode(found), status=route.status, content_type=JSON, headers=HEADERS)


def _refusal(name: str, error: Exception) -> web.Response:
    problem, headers = problem_of(error)
    if problem.status >= 500:
        log.error("request failed", route=name, http_status=problem.status, error=error)
    else:
        log.info("request refused", route=name, http_status=problem.status, rule=problem.rule)
    body = msgspec.json.encode(problem)
    return web.Response(body=body, status=problem.status, content_type=MEDIA_TYPE, headers={**HEADERS, **headers})


async def _described(_: web.Request) -> web.Response:
    return web.Response(body=await asyncio.to_thread(_description), content_type=JSON, headers=HEADERS)


@cache
def _description() -> bytes:
    """Made when somebody asks for the first time: it takes longer than all the rest of this application."""
    return msgspec.json.encode(description(ROUTES))


async def _nothing_here(request: web.Request) -> web.Response:
    methods = ", ".join(await _methods(request))
    if not methods:
        return _refusal("unknown", NotFound("no such address; see openapi.json"))
    answer = _refusal("unknown", BadRequest("no such method at this address; see Allow", 405, expected=methods))
    answer.headers["Allow"] = methods
    return answer


async def _methods(request: web.Request) -> list[str]:
    """In which ways this address may be asked; none where it leads nowhere."""
    found = [await one.resolve(request) for one in request.app.router.resources()]
    return sorted(set().union(*(methods for _, methods in found)) - {"*"})
