"""docs/protocol.md alone is enough: its shapes and tables, read back, are the schemas and the rows of the program.

Source: issue 2, Documents; docs/protocol.md 16 and 17.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from node.protocol.letters.kinds import KINDS, Kind
from node.protocol.letters.scalars import MAX_INT
from node.protocol.letters.schemas import schema
from node.protocol.matters import MATTERS
from node.wire_page import PAGE

WORDS = {  # the table of values above the shapes: what each word is in a schema
    "id": "16 bytes, lowercase hex",
    "hash": "32 bytes, lowercase hex",
    "bytes32": "32 bytes, base64url without padding",
    "bytes": "base64url without padding",
    "time": "UTC seconds since 1970",
    "date": "YYYY-MM-DD, a day of the calendar",
    "code": "a code, never free text",
    "language": "BCP 47",
    "country": "ISO 3166-1 alpha-2",
    "currency": "ISO 4217",
    "service_id": "the category and a number",
    "name": "a short name without digits",
}
Shape = Any  # nested tuples, lists and dicts


@cache
def _part(name: str) -> str:
    found = re.search(rf"<!-- made: {name} -->\n(.*?)<!-- /made -->", PAGE.read_text(encoding="utf-8"), re.S)
    assert found
    return found[1]


@cache
def _lines() -> dict[str, str]:
    """Every entry of the shapes by its name, its lines joined again."""
    text = re.sub(r"\n {4}", " ", _part("shapes").strip("`\n"))
    return dict(re.split(r": | = ", line, maxsplit=1) for line in text.splitlines() if line)


def _from_page(text: str, names: dict[str, str]) -> Shape:
    """What a reader of the page makes of one value."""
    if text.endswith("?"):
        return "or null", _from_page(text[:-1], names)
    if text.startswith("["):
        inner, limits = re.fullmatch(r"\[(.*?)(?: (\d+\.\.\d*))?\]", text).groups()  # type: ignore[union-attr]
        return "list", limits or "0..", _from_page(inner, names)
    if text.startswith("{"):
        return dict(_fields(text[1:-1], names))
    if text in names:
        return _from_page(names[text], names)
    if re.fullmatch(r"\d+\.\.\d*", text):
        return "integer", text
    return text if text in {*WORDS, "bool", "reason"} else ("one of", frozenset(text.split(" | ")))


def _fields(text: str, names: dict[str, str]) -> Iterator[tuple[str, Shape]]:
    for field in text.split(", ") if text else ():
        key, value = field.split(": ", 1)
        yield key, _from_page(value, names)


def _from_schema(value: dict[str, Any], parts: dict[str, Any]) -> Shape:
    """The same of a JSON Schema."""
    match value:
        case {"$ref": reference}:
            return _from_schema(parts[reference.rpartition("/")[2]], parts)
        case {"anyOf": [inner, {"type": "null"}]}:
            return "or null", _from_schema(inner, parts)
        case {"enum": codes}:
            return ("one of", frozenset(codes)) if isinstance(codes[0], str) else _reasons(codes)
        case {"type": "array", "items": inner}:
            limits = f"{value.get('minItems', 0)}..{value.get('maxItems', '')}"
            return "list", limits, _from_schema(inner, parts)
        case {"type": "object", "properties": properties, "required": required, "additionalProperties": False}:
            assert set(required) == set(properties)
            return {key: _from_schema(inner, parts) for key, inner in properties.items()}
        case {"type": "boolean"}:
            return "bool"
        case {"const": _}:
            return value
    return _scalar(value)


def _scalar(value: dict[str, Any]) -> Shape:
    said = value.get("description", "").partition(":")[0]
    for word, description in WORDS.items():
        if said == description:
            return word
    high = "" if value["maximum"] == MAX_INT else value["maximum"]
    return "integer", f"{value['minimum']}..{high}"


def _reasons(codes: list[int]) -> str:
    assert set(codes) == {*range(1, 41), *range(101, 136), *range(201, 208)}
    return "reason"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_the_page_says_of_a_letter_what_its_schema_says(kind: Kind) -> None:
    """Every field, list, limit and code: whoever has only the page writes the letters that we read."""
    whole, names = schema(kind), {name: line for name, line in _lines().items() if "." not in name}
    frame = names["Letter" if kind.letter_class == 1 else "Control"]
    body = _lines()[kind.name]

    read = dict(_fields(frame[1:-1].replace("its kind", "bool").replace("its body", "bool"), names))
    read["kind"] = {"const": kind.name}
    read["body"] = {"const": None} if body == "null" else _from_page(body, names)
    expected = _from_schema({k: v for k, v in whole.items() if k != "$defs"}, whole.get("$defs", {}))
    fixed = {"handling"} if kind.stop or kind.bare else set()
    fixed |= {key for key, value in expected.items() if isinstance(value, dict) and "const" in value}

    assert fixed - {"kind", "body"} == (_fixed(kind) if kind.stop or kind.bare else set())
    assert {k: v for k, v in read.items() if k not in fixed} == {k: v for k, v in expected.items() if k not in fixed}
    assert (read["kind"], read["body"]) == (expected["kind"], expected["body"])


def _fixed(kind: Kind) -> set[str]:
    """What section 10 says is fixed in a stop, and section 16 in a bare kind."""
    fixed = {"in_reply_to", "relates_to", "reply_by", "sealed_identity", "consent", "disclosed", "attachments"}
    return fixed | {"urgency", "handling", "lawful_basis"} | ({"void"} if kind.stop else set())


def test_every_word_of_the_shapes_stands_in_the_table_of_values() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## 16.")[2].partition("<!-- made: shapes -->")[0]
    explained = set(re.findall(r"[a-z_0-9]+", " ".join(row.split("|")[1] for row in table.splitlines() if "| " in row)))

    assert {*WORDS, "bool", "reason"} <= explained


def test_the_page_has_every_row_of_the_machine() -> None:
    """Read back from the page, state by state: the rows that both countries' programs decide by."""
    for matter in (matter for matter in MATTERS.values() if matter.unordered is None):
        section = _part("acts").partition(f"**{matter.name}**")[2].partition("**")[0]
        read = {
            (state, side, *act)
            for state, *sides in (_cells(row) for row in section.splitlines() if row.startswith("| ") and "`" in row)
            for side, cell in zip(("opener", "responder"), sides, strict=True)
            for act in re.findall(r"`([a-z._]+)`(\*?) ?(yes|no|) → ([a-z_]+)", cell)
        }

        assert read == {(r.state, r.side, r.kind, "*" if r.guards else "", r.case, r.gives) for r in matter.rules}, (
            matter.name
        )


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_the_page_names_every_pair_of_which_the_responder_comes_first() -> None:
    read = {
        (opener, responder)
        for opener, after in re.findall(r"^- `([a-z._]+)`: after (.*)$", _part("crossings"), re.M)
        for responder in re.findall(r"`([a-z._]+)`", after)
    }

    assert read == {
        (row.opener, row.responder)
        for matter in MATTERS.values()
        for row in matter.crossings
        if row.first == "responder"
    }


def test_nothing_in_the_page_has_to_be_looked_up_in_another() -> None:
    """Schemas and handbook are named once, as the same said again; vectors are the one other source."""
    links = set(re.findall(r"\]\(((?!#)[^)]+)\)", PAGE.read_text(encoding="utf-8")))
    others = {link for link in links if not link.startswith("schemas/")}

    assert others == {"../tests/vectors/README.md", "../HANDBOOK.md", "threat-model.md"}
    assert PAGE.read_text(encoding="utf-8").count("HANDBOOK.md") == 1
