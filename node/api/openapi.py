"""OpenAPI 3.1 of the JSON API, made from the table of routes and the types: `python -m node.api.openapi FILE`."""

import inspect
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from node.api.call import Route
from node.api.problems import MEDIA_TYPE, Problem
from node.api.routes import ROUTES

PATH_NAMES: Final = {
    "alert": "the id of an alert: of its letter, or under which it waits",
    "plan": "a return plan of the case",
    "care": "care on the way, of the case",
    "case": "the id of a case of this node",
    "consent": "the id of a consent record",
    "country": "ISO 3166-1 alpha-2",
    "letter": "the id of a letter",
    "concern": "number of a concern about a country's node",
    "pending": "the number of a change that waits for a second person",
    "task": "the number of a task",
    "thread": "the id of a thread",
    "token": "the id of a token",
    "user": "the id of a user",
    "year": "a calendar year",
}


def description(routes: Sequence[Route]) -> dict[str, Any]:
    """The whole description. Deterministic: the same routes and types give the same text."""
    types = [one for route in routes for one in (route.takes, route.answers, route.query) if one is not None]
    schemas, components = msgspec.json.schema_components([*types, Problem], ref_template="#/components/schemas/{name}")
    of = dict(zip(map(repr, [*types, Problem]), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, of, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OpenTRM node",
            "version": "1",
            "summary": "What people and case systems of one country ask of their node",
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": {name: _tidy(one) for name, one in components.items()},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def text() -> str:
    """The description as the file in `docs/` holds it."""
    return json.dumps(description(ROUTES), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    """Without the indentation of the source, which only some versions of Python take out of a docstring."""
    return schema | {"description": inspect.cleandoc(schema["description"])} if "description" in schema else schema


def _operation(route: Route, of: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    says: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "x-roles": list(route.roles),
        "parameters": [*_path(route), *_query(route, of, components)],
        "responses": {str(route.status): _answers(route, of), "default": _problem(of)},
    }
    if not route.roles:
        says["security"] = []
    if route.takes is not None:
        content = {"application/json": {"schema": of[repr(route.takes)]}}
        says["requestBody"] = {"required": not route.may_be_empty, "content": content}
    return says


def _path(route: Route) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", route.path)
    return [
        {"name": name, "in": "path", "required": True, "description": PATH_NAMES[name], "schema": {"type": "string"}}
        for name in names
    ]


def _query(route: Route, of: dict[str, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    schema = components[of[repr(route.query)]["$ref"].rpartition("/")[2]]
    return [
        {"name": name, "in": "query", "required": name in schema.get("required", []), "schema": one}
        for name, one in schema["properties"].items()
    ]


def _answers(route: Route, of: dict[str, Any]) -> dict[str, Any]:
    if route.answers is None:
        return {"description": "done"}
    return {"description": "done", "content": {"application/json": {"schema": of[repr(route.answers)]}}}


def _problem(of: dict[str, Any]) -> dict[str, Any]:
    return {"description": "not done; see the problem", "content": {MEDIA_TYPE: {"schema": of[repr(Problem)]}}}


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
