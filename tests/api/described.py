"""What a route answered, held against the type that openapi.json is made of: for every answer of every test here."""

import re
from functools import cache
from typing import Any

import msgspec

from node.api.call import Route
from node.api.problems import MEDIA_TYPE, Problem
from node.api.routes import ROUTES


@cache
def routes_of(method: str) -> list[tuple[re.Pattern[str], Route]]:
    """Those of this method, the literal ones first: `/cases/assign` is no case."""
    rows = sorted((one for one in ROUTES if one.method == method), key=lambda one: one.path.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", one.path)), one) for one in rows]


def route_of(method: str, path: str) -> Route | None:
    """The row of the table that answers there."""
    address = path.partition("?")[0]
    return next((one for pattern, one in routes_of(method) if pattern.fullmatch(address)), None)


def must_be_as_described(method: str, path: str, status: int, kind: str, found: Any) -> None:
    """The status is one that the route tells, and the JSON has the shape of its type: nothing more, nothing else."""
    route = route_of(method, path)
    if status >= 400:
        assert kind.startswith(MEDIA_TYPE), f"{method} {path}: {status} as {kind}"
        msgspec.convert(found, Problem)
        assert set(found) <= set(Problem.__struct_fields__)
    elif route is not None:
        assert status == (204 if route.answers is None else route.status), f"{route.name}: {status}"
        if route.answers is None:
            assert found is None
            return
        read = msgspec.json.decode(msgspec.json.encode(msgspec.convert(found, route.answers)))
        assert (more := _more(read, found)) is None, f"{route.name} says more than its type, at {more}"


def _more(read: Any, found: Any, at: str = "$") -> str | None:
    """Where something was found that the type does not make of it; a default may have been left out."""
    if isinstance(found, dict) and isinstance(read, dict):
        inside = (_more(read[name], found[name], f"{at}.{name}") if name in read else f"{at}.{name}" for name in found)
        return next((one for one in inside if one), None)
    if isinstance(found, list) and isinstance(read, list) and len(read) == len(found):
        return next((one for pair in zip(read, found, strict=True) if (one := _more(*pair, f"{at}[]"))), None)
    return None if read == found else at
