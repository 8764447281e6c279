"""The shapes of all letters as text, for docs/protocol.md: what the JSON Schemas say, short enough to be read.

Made from the schemas themselves, so whoever has the page alone has every field, list and limit of them; a test reads
the text back and compares. `T?` is null or T, `[T]` a list, `[T 1..]` one of at least one, a word a code of that name.
"""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from node.protocol.letters.code_lists import CODE_LISTS
from node.protocol.letters.kinds import KINDS, Kind
from node.protocol.letters.scalars import MAX_INT
from node.protocol.letters.schemas import BEYOND, Schema, answers, schema

WIDTH: Final = 150
FRAME: Final = {1: "Letter", 2: "Control"}
NAMED: Final = {  # the description of a value in the schemas: its word on the page
    "16 bytes, lowercase hex": "id",
    "32 bytes, lowercase hex": "hash",
    "32 bytes, base64url without padding": "bytes32",
    "base64url without padding": "bytes",
    "UTC seconds since 1970": "time",
    "YYYY-MM-DD, a day of the calendar": "date",
    "a code, never free text": "code",
    "BCP 47": "language",
    "ISO 3166-1 alpha-2": "country",
    "ISO 4217": "currency",
    "the category and a number": "service_id",
    "a short name without digits": "name",
}


def shapes() -> Iterator[str]:
    """Lines: which body each kind has, the frames, every structure, and the lists of codes used more than once."""
    all_of = {kind.name: schema(kind) for kind in KINDS.values()}
    parts = {name: part for one in all_of.values() for name, part in one.get("$defs", {}).items()}
    lists = _lists([*all_of.values()])
    yield "```"
    yield from _bodies()
    yield ""
    for number, name in FRAME.items():
        kind = next(k for k in KINDS.values() if k.letter_class == number and not k.stop and not k.bare)
        yield from _structure(name, all_of[kind.name], lists)
    for name, part in sorted(parts.items()):
        yield from _structure(name, part, lists)
    yield ""
    for values, name in sorted(lists.items(), key=lambda item: item[1]):
        yield from _wrapped(f"{name} = {' | '.join(values)}")
    yield "```"
    yield ""


def beyond() -> Iterator[str]:
    """Lines: what a shape cannot say, and the answers to each question of `referral.info`."""
    yield from BEYOND
    yield from answers()
    yield ""


def _bodies() -> Iterator[str]:
    for kind in KINDS.values():
        yield f"{kind.name}: {_body(kind)}"


def _body(kind: Kind) -> str:
    return "null" if kind.stop else kind.body.__name__


def _structure(name: str, part: Schema, lists: dict[tuple[str, ...], str]) -> Iterator[str]:
    fields = ", ".join(f"{key}: {_field(name, key, value, lists)}" for key, value in part["properties"].items())
    yield from _wrapped(f"{name} = {{{fields}}}")


def _field(name: str, key: str, value: Schema, lists: dict[tuple[str, ...], str]) -> str:
    fixed = {"kind": "its kind", "body": "its body"} if name in FRAME.values() else {}
    return fixed.get(key) or _value(value, lists)


def _value(value: Schema, lists: dict[tuple[str, ...], str]) -> str:
    if "$ref" in value:
        return str(value["$ref"]).rpartition("/")[2]
    if "anyOf" in value:  # only ever a value or null
        return f"{_value(value['anyOf'][0], lists)}?"
    if "enum" in value:
        return _codes(value["enum"], lists)
    if value["type"] == "array":
        return f"[{_value(value['items'], lists)}{_limits(value)}]"
    return _scalar(value)


def _codes(values: list[Any], lists: dict[tuple[str, ...], str]) -> str:
    if not isinstance(values[0], str):
        return "reason"  # section 5 has them all
    return lists.get(tuple(values)) or " | ".join(values)


def _limits(value: Schema) -> str:
    low, high = value.get("minItems", 0), value.get("maxItems", "")
    return f" {low}..{high}" if low or high else ""


def _scalar(value: Schema) -> str:
    if "minimum" in value and "description" not in value:
        low, high = value["minimum"], value["maximum"]
        return f"{low}.." if high == MAX_INT else f"{low}..{high}"
    if value["type"] == "boolean":
        return "bool"
    said = value["description"].partition(":")[0]
    return NAMED.get(said) or f"{value['minimum']}..{value['maximum']}"


def _lists(schemas: list[Schema]) -> dict[tuple[str, ...], str]:
    """The lists of codes that stand in two places or more, with the name that the program has for each."""
    parts = {name: part for one in schemas for name, part in one.get("$defs", {}).items()}
    found = Counter(_enums([parts, schemas[0]["properties"]]))
    return {values: CODE_LISTS[frozenset(values)].name for values, times in found.items() if times > 1}


def _enums(value: Any) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        if isinstance(value.get("enum"), list) and isinstance(value["enum"][0], str):
            yield tuple(value["enum"])
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _enums(one)


def _wrapped(line: str) -> Iterable[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
