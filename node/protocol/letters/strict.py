"""Strict JSON: one text, one meaning, for every implementation that reads it.

Python's decoder takes the last of two equal keys, floats, NaN and lone surrogates; msgspec too takes the last of two
keys. So a letter passes here before it is typed. Source: wire.md 7 and 13; attacks 28, 29 and 61.
"""

import json
import re
import unicodedata
from typing import Final, NoReturn, TypeAlias

from node.errors import BadInput
from node.protocol.letters.codes import MALFORMED, UNSUPPORTED
from node.protocol.letters.scalars import MAX_INT

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"

MAX_DEPTH: Final = 16


class Malformed(BadInput):
    """The bytes are no letter: receipt status `malformed`. The sentence never holds a word of them."""

    status = MALFORMED


class Unsupported(BadInput):
    """A class or kind this version does not know: receipt status `unsupported`."""

    status = UNSUPPORTED


def parse(data: bytes, *, line_ends: bool = False) -> dict[str, Json]:
    """The object that `data` holds, or Malformed. Time and memory grow with its length only, whatever is in it.

    With `line_ends` a string (never a key) may hold U+000A: for free text, which stands in sealed blocks only.
    """
    text = _text(data)
    _check_depth(text)
    value = _decoded(text)
    if not isinstance(value, dict):
        raise Malformed("the outermost value is not an object; send one object")
    _check_strings(text, value, line_ends)
    return value


# What our encoder may have written and `parse` refuses: an escape, a sign, a fraction, an exponent, a large number.
# It begins with a set of characters, because the search for one of a set is what `re` does quickest.
_DOUBTFUL = re.compile(r"[\\:,\[](?:(?<=\\)|-|[0-9]{16,}|[0-9]+[.eE])")


def check_own(data: bytes) -> None:
    """The same for bytes that our encoder wrote from one struct, without building what they hold; Malformed.

    It repeats no key and writes JSON; what else may be wrong is looked for, and `parse` decides where there is doubt.
    """
    text = _text(data)
    if _DOUBTFUL.search(text) is not None:
        parse(data)
        return
    _check_depth(text)
    _check_unescaped(text)


def _text(data: bytes) -> str:
    try:
        return str(data, "utf-8")  # strict: no overlong form, no surrogate
    except UnicodeDecodeError as error:
        raise Malformed(f"byte {error.start} is not UTF-8; send UTF-8") from None


# Possessive and with the closing quote optional: an endless string is passed over once and never tried again.
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACKET = re.compile(r"[^\[\]{}]++")


def _check_depth(text: str) -> None:
    """Before the decoder runs, because it answers depth with recursion."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    # Without escapes every second piece between quotation marks is outside the strings; this is much faster.
    outside = _STRING.sub("", text) if "\\" in text else "".join(text.split('"')[::2])
    depth = 0
    for bracket in _NO_BRACKET.sub("", outside):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise Malformed(f"nested deeper than {MAX_DEPTH}; send fewer levels")


def _decoded(text: str) -> Json:
    try:
        value: Json = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        position = error.pos
    else:
        return value
    # Raised out here, so that the decoder's exception, which holds the whole text, is not carried along.
    raise Malformed(f"not JSON at character {position}; send one JSON object")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("a key stands twice in one object; send each key once")
    return found


def _integer(digits: str) -> int:
    if digits[0] == "-" or len(digits) > 16 or int(digits) > MAX_INT:
        raise Malformed(f"a number is negative or above {MAX_INT}; send integers from 0 to {MAX_INT}")
    return int(digits)


def _no_number(_: str) -> NoReturn:
    raise Malformed(f"a number has a fraction or an exponent, or is none; send integers from 0 to {MAX_INT}")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_no_number, parse_constant=_no_number
)

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")  # Unicode category Cc, all of it
_CONTROL_BUT_LINE_END = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_HIGH_CONTROL = re.compile("[\x7f-\x9f]")
_DELETE = "\x7f"  # the only one of them in ASCII


def _check_strings(text: str, value: Json, line_ends: bool) -> None:
    if "\\" not in text:
        # Nothing is escaped, so the strings are pieces of the text: the decoder has refused control characters below
        # 32 inside strings, UTF-8 has no surrogates, and a text in NFC has only pieces in NFC.
        _check_unescaped(text)
        return
    keys: list[str] = []
    strings: list[str] = []
    _collect(value, keys, strings)
    # Joined by a quotation mark, which combines with nothing.
    _check_plain('"'.join(keys), _CONTROL)
    _check_plain('"'.join(strings), _CONTROL_BUT_LINE_END if line_ends else _CONTROL)


def _check_unescaped(text: str) -> None:
    if not text.isascii() or _DELETE in text:
        _check_plain(text, _HIGH_CONTROL)


def _check_plain(text: str, control: re.Pattern[str]) -> None:
    if control.search(text):
        raise Malformed("a string holds a control character; send text without any")
    if text.isascii():
        return
    if _SURROGATE.search(text):
        raise Malformed("a string holds half a surrogate pair; send whole characters")
    if not unicodedata.is_normalized("NFC", text):
        raise Malformed("a string is not in Unicode normal form C; normalise before sending")


def _collect(value: Json, keys: list[str], strings: list[str]) -> None:
    """Every key and every string of `value`; at most 16 deep, which was checked."""
    if isinstance(value, str):
        strings.append(value)
    elif isinstance(value, dict):
        keys.extend(value)
        for item in value.values():
            _collect(item, keys, strings)
    elif isinstance(value, list):
        for item in value:
            _collect(item, keys, strings)
