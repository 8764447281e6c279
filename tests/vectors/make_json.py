"""Strict JSON as vectors: one text, one meaning (docs/protocol.md 8), shown on the smallest control letter."""

import json
from collections.abc import Iterator

from tests.forge import NOW
from tests.vectors.made import Vector, b64, vector
from tests.vectors_support import seed

OPENED = json.dumps(
    {
        "kind": "letter.opened",
        "letter_id": seed("json letter", 16).hex(),
        "body": {"letter_id": seed("the letter that was opened", 16).hex(), "opened_at": NOW},
    },
    separators=(",", ":"),
).encode()
TIME = str(NOW).encode()
ID = seed("json letter", 16).hex().encode()
DEEP = b'{"kind":"letter.opened","letter_id":' + b"[" * 16 + b"]" * 16 + b"}"

GOOD: dict[str, bytes] = {
    "white-space-between-tokens": b"\r\n\t " + OPENED.replace(b":", b" : ").replace(b",", b" ,\n") + b" \n",
    "escapes-in-key-and-value": OPENED.replace(b'"kind":"letter', rb'"k\u0069nd":"\u006cetter'),
    "keys-in-another-order": json.dumps(dict(reversed(json.loads(OPENED).items()))).encode(),
    "largest-integer": OPENED.replace(TIME, b"9007199254740991"),
    "zero": OPENED.replace(TIME, b"0"),
}
BAD: dict[str, bytes] = {
    "empty": b"",
    "array": b"[" + OPENED + b"]",
    "two-objects": OPENED + OPENED,
    "byte-order-mark": b"\xef\xbb\xbf" + OPENED,
    "zero-byte-at-the-end": OPENED + b"\0",
    "comment": OPENED + b"// opened",
    "comma-at-the-end": OPENED[:-1] + b",}",
    "utf-16": OPENED.decode().encode("utf-16-le"),
    "overlong-utf-8": OPENED.replace(b"letter.opened", b"letter\xc0\xaeopened"),
    "byte-that-is-no-utf-8": OPENED.replace(b"letter.opened", b"letter.opened\xff"),
    "same-key-twice": OPENED.replace(b'"kind"', b'"kind":"letter.refused","kind"'),
    "same-key-twice-escaped": OPENED.replace(b'"kind"', rb'"k\u0069nd":"letter.refused","kind"'),
    "same-key-twice-inside": OPENED.replace(b'"opened_at"', b'"opened_at":1,"opened_at"'),
    "lone-surrogate": OPENED.replace(b"letter.opened", rb"letter.opened\ud800"),
    "not-nfc": OPENED.replace(b"letter.opened", rb"le\u0301tter.opened"),
    "control-character": OPENED.replace(b"letter.opened", rb"letter.opened\u0007"),
    "line-end-outside-a-block": OPENED.replace(b"letter.opened", rb"letter.opened\n"),
    "integer-2to53": OPENED.replace(TIME, b"9007199254740992"),
    "negative": OPENED.replace(TIME, b"-1"),
    "minus-zero": OPENED.replace(TIME, b"-0"),
    "fraction": OPENED.replace(TIME, TIME + b".0"),
    "exponent": OPENED.replace(TIME, b"1e9"),
    "leading-zero": OPENED.replace(TIME, b"0" + TIME),
    "not-a-number": OPENED.replace(TIME, b"NaN"),
    "number-as-text": OPENED.replace(TIME, b'"' + TIME + b'"'),
    "true-as-a-number": OPENED.replace(TIME, b"true"),
    "key-missing": OPENED.replace(b',"opened_at":' + TIME, b""),
    "key-unknown": OPENED.replace(b'"opened_at"', b'"note":"","opened_at"'),
    "null-where-none-may-be": OPENED.replace(TIME, b"null"),
    "hex-in-capitals": OPENED.replace(ID, ID.upper()),
    "hex-one-digit-short": OPENED.replace(ID, ID[1:]),
    "depth-17": DEEP,
    "depth-never-closed": b'{"kind":' * 5000,
}  # fmt: skip


def strict_json() -> Iterator[Vector]:
    for name, payload in GOOD.items():
        yield vector(f"own-letter-json-{name}", "letter", "XD", "XA", **{"class": 2}, bytes=b64(payload), expect=OK)
    for name, payload in BAD.items():
        more = {"class": 2, "bytes": b64(payload), "expect": MALFORMED}
        yield vector(f"own-letter-bad-json-{name}", "letter", "XD", "XA", **more)


OK = {"ok": True}
MALFORMED = {"ok": False, "row": 11, "status": "malformed"}
