"""Strict JSON and base64url for what is signed or sealed here: prekey bundles and office blocks.

Letters have their own, fuller reader; this one stands alone because nothing of ours is imported below crypto.
Source: wire.md 7, first paragraph.
"""

import base64
import binascii
import json
import re
import unicodedata
from typing import Final, NoReturn

from node.crypto.errors import BadText

MAX_DEPTH: Final = 16
_INTEGER_LIMIT: Final = 2**53
# Cc apart from U+000A, which free text may hold, and lone surrogates, which JSON's escapes can smuggle in.
_FORBIDDEN: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*")
_LOWER_HEX: Final = re.compile(r"(?:[0-9a-f]{2})*")

Json = dict[str, "Json"] | list["Json"] | str | int | bool | None


def read_json(data: bytes) -> dict[str, Json]:
    """The object in `data`, or BadText.

    Refuses: not UTF-8, a byte order mark, duplicate keys (compared after unescaping), floats, exponents, a minus,
    integers of 2^53 and more, lone surrogates, text not in NFC, control characters, more than 16 levels.
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except BadText:
        raise
    except (ValueError, RecursionError):
        raise BadText("text is not strict json in utf-8") from None
    if not isinstance(value, dict):
        raise BadText("outermost json value is not an object")
    _check(value, 1)
    return value


def write_json(value: object) -> bytes:
    """Compact JSON in UTF-8, keys in the order given. What is written once is never re-encoded to verify it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def to_base64url(data: bytes) -> str:
    """base64url without `=`."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of base64url without `=`, or BadText; unused bits must be zero, so each value has one spelling."""
    if not _BASE64URL.fullmatch(text):
        raise BadText("text is not base64url without padding")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise BadText("text is not base64url of whole bytes") from None
    if to_base64url(data) != text:
        raise BadText("unused bits of base64url are not zero")
    return data


def from_hex(text: str, length: int) -> bytes:
    """`length` bytes from lowercase hex, or BadText."""
    if len(text) != 2 * length or not _LOWER_HEX.fullmatch(text):
        raise BadText(f"text is not {length} bytes in lowercase hex")
    return bytes.fromhex(text)


def fields_of(value: Json, *names: str) -> list[Json]:
    """The values of exactly these keys, in this order; BadText when one is missing or another is there."""
    if not isinstance(value, dict) or set(value) != set(names):
        raise BadText(f"an object does not have exactly the keys {', '.join(names)}")
    return [value[name] for name in names]


def text_of(value: Json) -> str:
    """A string, or BadText."""
    if not isinstance(value, str):
        raise BadText("a value is not a string")
    return value


def integer_of(value: Json) -> int:
    """An integer (never a bool), or BadText."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadText("a value is not an integer")
    return value


def list_of(value: Json) -> list[Json]:
    """A list, or BadText."""
    if not isinstance(value, list):
        raise BadText("a value is not a list")
    return value


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise BadText("an object has the same key twice")
    return result


def _integer(digits: str) -> int:
    if digits.startswith("-") or len(digits) > 16 or int(digits) >= _INTEGER_LIMIT:
        raise BadText("an integer is negative or 2^53 or more")
    return int(digits)


def _no_number(_: str) -> NoReturn:
    raise BadText("a number is not a plain integer")


def _check(value: Json, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict | list):
        if depth > MAX_DEPTH:
            raise BadText(f"json is nested deeper than {MAX_DEPTH}")
        for key in value if isinstance(value, dict) else ():
            _check_text(key)
            if "\n" in key:
                raise BadText("a key holds a line break")
        for item in value.values() if isinstance(value, dict) else value:
            _check(item, depth + 1)


def _check_text(text: str) -> None:
    if _FORBIDDEN.search(text) or not unicodedata.is_normalized("NFC", text):
        raise BadText("text holds a control character or a lone surrogate, or is not in nfc")
