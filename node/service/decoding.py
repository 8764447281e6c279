"""What is wrong with JSON that somebody sent, as field, found and expected: never what they typed.

msgspec's own sentence may hold a value or a name; of it only what comes from our types is kept.
"""

import re
from difflib import get_close_matches
from typing import Any, Final, get_args

import msgspec

from node.errors import BadInput
from node.protocol.letters.scalars import Base64Url, Code, Country, Date, Hash, Id, Language, Token32
from node.service.cases.change import PersonId
from node.service.shapes import fields_at, fields_below
from node.service.staff.book import Login

_PATH = re.compile(r" - at (?:`key` in )?`(\$[^`]*)`$")
_KINDS = re.compile(r"^Expected `([^`]+)`, got `([a-z-]+)`")
_MISSING = re.compile(r"^Object missing required field `([^`]+)`")
_UNKNOWN = re.compile(r"^Object contains unknown field `(.*)`$", re.DOTALL)
_LENGTH = re.compile(r"^`(array|str)` of length ([<>]=) (\d+)$")
_LIMIT = re.compile(r"^Expected (`[a-z| ]+` .+)$")
_PATTERN = re.compile(r"^`str` matching regex '(.*)'$", re.DOTALL)
_WRITTEN: Final[
    dict[str, str]
] = {  # what a person is told where a text has another form; a program reads the pattern in the description
    repr(meta.pattern)[1:-1]: meta.description
    for one in (Base64Url, Code, Country, Date, Hash, Id, Language, Login, PersonId, Token32)
    for meta in get_args(one)[1:]
}


def explained(error: msgspec.ValidationError, inside: str = "", of: Any = None) -> BadInput:
    """The error for a caller; `inside` is the path of what was decoded, such as `body`, and `of` its type."""
    text = str(error)
    hit = _PATH.search(text)
    path = ".".join(filter(None, (inside, _dotted(hit.group(1)) if hit else "")))
    text = text[: hit.start()] if hit else text
    if match := _KINDS.match(text):
        return _wrong(path, match.group(2), match.group(1))
    if match := _MISSING.match(text):
        return _wrong(".".join(filter(None, (path, match.group(1)))), "nothing", "a value")
    if match := _UNKNOWN.match(text):
        return _unknown(path, match.group(1), of, hit.group(1) if hit else "$")
    if match := _LIMIT.match(text):
        return _wrong(path, "another value", _limit(match.group(1)))
    return _wrong(path, "another value", "one of the listed codes")


def _unknown(path: str, name: str, of: Any, at: str) -> BadInput:
    """A field that is not there. It is named where it is one of our own words, or nearly: anything else may be hers."""
    there = () if of is None else fields_at(of, at)
    expected = f"only these fields: {', '.join(there)}" if there else "only the fields that the schema lists"
    if near := get_close_matches(name, there, 1):
        return _wrong(".".join(filter(None, (path, name))), f"a field called {name}", f"{near[0]}, perhaps")
    if of is not None and name in fields_below(of):
        return _wrong(".".join(filter(None, (path, name))), f"{name}, which stands elsewhere", expected)
    return _wrong(path, "a field of another name", expected)


def _limit(said: str) -> str:
    """A length or a form in words; other limits as they are: `int` >= 1 is read by programs too."""
    if (form := _PATTERN.match(said)) and form[1] in _WRITTEN:
        return _WRITTEN[form[1]]
    hit = _LENGTH.match(said)
    if hit is None:
        return said.replace("`", "")
    what, unit = ("a list", "entries") if hit[1] == "array" else ("a text", "characters")
    return f"{what} of at {'least' if hit[2] == '>=' else 'most'} {hit[3]} {unit}"


def _wrong(path: str, found: str, expected: str) -> BadInput:
    field = path or "body"
    says = f"{field} cannot be used: found {found}, expected {expected}"
    return BadInput(says, field=field, found=found, expected=expected)


def _dotted(path: str) -> str:
    """`$.persons[0].age_band` as `persons.0.age_band`; keys that somebody typed are not named."""
    return re.sub(r"\[(\d+|\.\.\.)\]", lambda hit: "" if hit[1] == "..." else f".{hit[1]}", path).lstrip("$").strip(".")
