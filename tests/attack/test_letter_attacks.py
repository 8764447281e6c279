"""Attacks 28, 29 and 61 of attacks.md: what somebody who can sign may put into a payload."""

import tracemalloc

import pytest

from node.protocol.letters.decode import decode
from node.protocol.letters.kinds import KINDS, LETTER
from node.protocol.letters.strict import Malformed, Unsupported
from tests.letters_support import document, to_bytes

MIB = 1024 * 1024
BOMBS = {
    "10^6 arrays": b"[" * 1_000_000,
    "10^6 arrays, closed": b"[" * 1_000_000 + b"]" * 1_000_000,
    "10^6 objects": b'{"a":' * 1_000_000,
    "10^6 arrays inside a letter": b'{"kind":"referral.offer","body":' + b"[" * 1_000_000,
    "arrays behind escaped quotes": b'{"\\"":"\\"","a":' + b"[" * 1_000_000,
    "open string of escapes": b'{"a":[[[[[[[[[[[[[[[[["' + b'\\"' * 500_000,
    "10^6 quotation marks": b'"' * 1_000_000,
    "number of 10^6 digits": b'{"n":' + b"9" * 1_000_000 + b"}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_attack_28_depth_and_length_are_refused_with_bounded_memory(name):
    """28: 10^6 nested JSON -> strict decode refuses, bounded memory: a few copies of the text, no tree of it."""
    bomb = BOMBS[name]
    tracemalloc.start()
    try:
        with pytest.raises(Malformed):
            decode(bomb, LETTER)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 20 * len(bomb) + 4 * MIB


def test_attack_28_nothing_in_a_payload_is_ever_unpacked():
    """28: decompression bomb: a compressed payload is simply no JSON."""
    import gzip

    with pytest.raises(Malformed):
        decode(gzip.compress(to_bytes(document("referral.offer"))), LETTER)


def test_attack_29_an_unknown_kind_is_unsupported_and_an_extra_field_malformed():
    """29 with wire.md 13, which wins: kind known (unsupported), then fields (malformed)."""
    offer = document("referral.offer")

    with pytest.raises(Unsupported):
        decode(to_bytes(offer | {"kind": "referral.summon"}), LETTER)
    with pytest.raises(Malformed) as extra:
        decode(to_bytes(offer | {"police_file": "17"}), LETTER)

    assert not isinstance(extra.value, Unsupported)


@pytest.mark.parametrize("kind", KINDS)
def test_attack_61_a_key_twice_is_malformed_at_every_depth(kind):
    """61: two readers would take two different values; both spellings of the key count, equal values too."""
    payload = to_bytes(document(kind))
    starts = [index for index, byte in enumerate(payload) if byte == ord("{") and payload[index + 1] != ord("}")]

    for start in starts:
        first_key = payload[start + 1 : payload.index(b":", start) + 1]
        value = b"null,"
        spellings = (first_key, b'"\\u%04x' % first_key[1] + first_key[2:])
        for again in spellings:
            doubled = payload[: start + 1] + again + value + payload[start + 1 :]
            with pytest.raises(Malformed, match="twice"):
                decode(doubled, KINDS[kind].letter_class)
