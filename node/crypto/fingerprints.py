"""Twelve groups of five digits that two people read to each other to be sure of a country's keys and record.

Typed as heard; words and QR codes come second. Source: registry.md, decided 2.
"""

import hashlib
import hmac
import unicodedata
from typing import Final

from node.crypto import labels
from node.crypto.errors import BadText

GROUPS: Final = 12
DIGITS: Final = 5


def fingerprint(role_keys: bytes, record: bytes) -> str:
    """`04272 79921 ...` over ML-DSA-65 public 1952 || Ed25519 public 32, and the bytes of record.json."""
    digest = hashlib.sha512(labels.FINGERPRINT + role_keys + record).digest()
    return " ".join(_group(digest[DIGITS * i : DIGITS * i + DIGITS]) for i in range(GROUPS))


def read_typed(text: str) -> str:
    """What a person typed as heard, in the printed form: spaces, dashes and lines where they like, any script's digits.

    BadText says how many digits were found.
    """
    kept = [c for c in text if not (c.isspace() or c in "-.,;_" or unicodedata.category(c) in ("Pd", "Cf"))]
    if not all(c.isdecimal() for c in kept):
        raise BadText("something other than digits was typed; type the twelve groups of five digits as heard")
    digits = "".join(str(unicodedata.decimal(c)) for c in kept)
    if len(digits) != GROUPS * DIGITS:
        raise BadText(f"{len(digits)} digits were typed; expected {GROUPS * DIGITS}, twelve groups of five")
    return " ".join(digits[i : i + DIGITS] for i in range(0, len(digits), DIGITS))


def matches(typed: str, role_keys: bytes, record: bytes) -> bool:
    """True when what was typed is the fingerprint of these keys and this record; BadText when it is none at all."""
    return hmac.compare_digest(read_typed(typed), fingerprint(role_keys, record))


def wrong_groups(typed: str, role_keys: bytes, record: bytes) -> list[int]:
    """The groups, counted from 1, in which what was typed differs: empty when it matches."""
    pairs = zip(read_typed(typed).split(), fingerprint(role_keys, record).split(), strict=True)
    return [number for number, (heard, true) in enumerate(pairs, start=1) if heard != true]


def _group(five: bytes) -> str:
    return f"{int.from_bytes(five, 'big') % 10**DIGITS:0{DIGITS}d}"
