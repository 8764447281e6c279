"""From the fields of a letter to inputs on a page, and from what was typed back to a body.

Names of inputs are paths: `costs.0.item`. What was typed is shown again whatever is wrong with it. No rule is held
here: whether a body is right the use case says.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar, cast
from zoneinfo import ZoneInfo

import msgspec

from node.errors import BadInput
from node.service.threads.forms import FormField, fields_of
from node.web.words import N_

T = TypeVar("T")
Fields = Mapping[str, list[str]]  # what was typed: each field with all its values

ROWS: Final = 20
BETWEEN: Final = re.compile(r"[\s,;،؛]+")
NEEDED: Final = N_("Fill this in")
NOT_A_NUMBER: Final = N_("Type a number")
NOT_A_TIME: Final = N_("Give a day and a time")


def body_of(fields: tuple[FormField, ...], form: Fields, zone: ZoneInfo, prefix: str = "") -> dict[str, Any]:
    """What was typed as a body; BadInput for the first field that is missing or no number or time."""
    return {one.name: _value(one, form, zone, prefix + one.name) for one in fields}


def asked(kind: type[T], form: Fields, zone: ZoneInfo, **fixed: object) -> T:
    """What was typed as a request of this kind; what was left empty takes its default. BadInput, ValidationError.

    `fixed`: parts that the page knows itself; nothing is read from the form for them.
    """
    every: tuple[FormField, ...] = fields_of(cast(Any, kind))
    fields = tuple(one for one in every if one.name not in fixed)
    return msgspec.convert({**request_of(fields, form, zone), **fixed}, kind)


def request_of(fields: tuple[FormField, ...], form: Fields, zone: ZoneInfo) -> dict[str, Any]:
    """What was typed as the body of a request: what may be left out and was left empty is not in it."""
    return _without_blanks(fields, body_of(fields, form, zone))


def _without_blanks(fields: tuple[FormField, ...], body: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for one in fields:
        value = body[one.name]
        if value is None or (value == [] and one.optional):
            continue
        found[one.name] = _group_without_blanks(one, value) if one.shape == "group" else value
    return found


def _group_without_blanks(field: FormField, value: Any) -> Any:
    if field.many:
        return [_without_blanks(field.fields, row) for row in value]
    return _without_blanks(field.fields, value)


def rows_shown(form: Fields, path: str) -> list[int]:
    """Which rows of a repeated group are shown: those with something in them, and one more when asked for."""
    filled = [row for row in range(ROWS) if _any(form, f"{path}.{row}.")]
    wanted = path in form.get("_add", [])
    last = max(filled, default=-1)
    return [*filled, last + 1] if wanted or not filled else filled


def _value(field: FormField, form: Fields, zone: ZoneInfo, path: str) -> Any:
    if field.shape == "group":
        return _group(field, form, zone, path)
    given = list(_given(field, form, path))
    if not field.many:
        if not given:
            if field.optional:
                return None
            raise BadInput(NEEDED, field=path)
        return _single(field, given[-1], zone, path)
    if len(given) < field.least:
        raise BadInput(NEEDED, field=path)
    return [_single(field, one, zone, path) for one in given]


def _group(field: FormField, form: Fields, zone: ZoneInfo, path: str) -> Any:
    if not field.many:
        if field.optional and not _any(form, path + "."):
            return None
        return body_of(field.fields, form, zone, path + ".")
    rows = [row for row in range(ROWS) if _any(form, f"{path}.{row}.")]
    if len(rows) < field.least:
        raise BadInput(NEEDED, field=f"{path}.0.{field.fields[0].name}")
    return [body_of(field.fields, form, zone, f"{path}.{row}.") for row in rows]


def several(text: str) -> list[str]:
    """What was typed with commas between, in any script, or blanks."""
    return [one for one in BETWEEN.split(text) if one]


def _given(field: FormField, form: Fields, path: str) -> Iterator[str]:
    for value in form.get(path, []):
        if field.many and field.shape in ("code", "country", "language"):
            yield from several(value)
        elif value.strip():
            yield value.strip()


def _single(field: FormField, text: str, zone: ZoneInfo, path: str) -> Any:
    if field.shape == "yes_no":
        return text == "yes"
    if field.shape == "number":
        return _number(text, path)
    if field.shape == "time":
        return _seconds(text, zone, path)
    return text


def _number(text: str, path: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise BadInput(NOT_A_NUMBER, field=path)
    return int(text)


def _seconds(text: str, zone: ZoneInfo, path: str) -> int:
    """A wall-clock time of this country, such as `2026-12-01T14:30`, as UTC seconds."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(NOT_A_TIME, field=path) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


def _any(form: Fields, start: str) -> bool:
    return any(name.startswith(start) and any(one.strip() for one in values) for name, values in form.items())
