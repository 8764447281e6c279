"""What is wrong with JSON that somebody sent, as field, found and expected: never what they typed.

msgspec's own sentence may hold a value or a name; of it only what comes from our types is kept.
"""

import re

import msgspec

from node.errors import BadInput

_PATH = re.compile(r" - at (?:`key` in )?`(\$[^`]*)`$")
_KINDS = re.compile(r"^Expected `([^`]+)`, got `([a-z-]+)`")
_MISSING = re.compile(r"^Object missing required field `([^`]+)`")
_LENGTH = re.compile(r"^`(array|str)` of length ([<>]=) (\d+)$")
_LIMIT = re.compile(r"^Expected (`[a-z| ]+` .+)$")


def explained(error: msgspec.ValidationError, inside: str = "") -> BadInput:
    """The error for a caller; `inside` is the path of what was decoded, such as `body`."""
    text = str(error)
    hit = _PATH.search(text)
    path = ".".join(filter(None, (inside, _dotted(hit.group(1)) if hit else "")))
    text = text[: hit.start()] if hit else text
    if match := _KINDS.match(text):
        return _wrong(path, match.group(2), match.group(1))
    if match := _MISSING.match(text):
        return _wrong(".".join(filter(None, (path, match.group(1)))), "nothing", "a value")
    if text.startswith("Object contains unknown field"):
        return _wrong(path, "a field of another name", "only the fields that the schema lists")
    if match := _LIMIT.match(text):
        return _wrong(path, "another value", _limit(match.group(1)))
    return _wrong(path, "another value", "one of the listed codes")


def _limit(said: str) -> str:
    """A length in words; other limits as they are: `int` >= 1 is read by programs too."""
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
