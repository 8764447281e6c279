"""Strict text, office blocks, fingerprints, proofs of possession, and the keys themselves."""

import os

import pytest

from node.crypto import fingerprints, pop, text
from node.crypto.errors import BadBlock, BadKey, BadSignature, BadText, OpenFailed
from node.crypto.office import (
    BlockAttachment,
    BlockBinding,
    BlockPerson,
    SealedBlock,
    open_block,
    seal_block,
    sealed_block,
)
from node.crypto.suite import KemKey, SigningKey, VerifyingKey, kem_key_id, office_kid, seal, sig_key_id, verifying_key
from tests.vectors_support import KEMS, OFFICES, SIGNING, VERIFYING, seed

BAD_JSON = {
    "list": b"[]",
    "text": b'"a"',
    "nothing": b"",
    "trailing": b'{"a":1} x',
    "bom": b"\xef\xbb\xbf{}",
    "not utf-8": b'{"a":"\xff"}',
    "overlong": b'{"a":"\xc0\xaf"}',
    "duplicate": b'{"a":1,"a":1}',
    "duplicate escaped": b'{"a":1,"\\u0061":1}',
    "duplicate deep": b'{"b":[{"a":1,"a":1}]}',
    "float": b'{"a":1.0}',
    "exponent": b'{"a":1e3}',
    "minus": b'{"a":-1}',
    "minus zero": b'{"a":-0}',
    "leading zero": b'{"a":01}',
    "2^53": b'{"a":9007199254740992}',
    "nan": b'{"a":NaN}',
    "infinity": b'{"a":-Infinity}',
    "surrogate": b'{"a":"\\ud800"}',
    "not nfc": '{"a":"e\u0301"}'.encode(),
    "not nfc key": '{"e\u0301":1}'.encode(),
    "escaped control": b'{"a":"\\u0000"}',
    "raw control": b'{"a":"\t"}',
    "c1 control": '{"a":"\u0085"}'.encode(),
    "line in key": b'{"a\\n":1}',
    "depth 17": b'{"a":' + b"[" * 16 + b"]" * 16 + b"}",
}


@pytest.mark.parametrize("name", BAD_JSON)
def test_json_that_is_not_strict_is_refused(name: str) -> None:
    """Wire 7, first paragraph."""
    with pytest.raises(BadText):
        text.read_json(BAD_JSON[name])


def test_json_that_is_strict_is_read() -> None:
    """Wire 7: whitespace around, escapes, pairs of surrogates, line feeds in text, 2^53 - 1, depth 16."""
    deep = b'{"a":' + b"[" * 15 + b"]" * 15 + b"}"

    read = text.read_json(b' \n{"a":"\\u00e9\\n\\ud83d\\ude00","b":9007199254740991,"c":[true,null]}\t')

    assert read == {"a": "\u00e9\n\U0001f600", "b": 2**53 - 1, "c": [True, None]}
    assert list(text.read_json(deep)) == ["a"]


def test_base64url_has_one_spelling() -> None:
    """Wire 7: no `=`, unused bits zero, nothing but its alphabet."""
    assert text.from_base64url(text.to_base64url(b"\xff\xfe")) == b"\xff\xfe"
    for bad in ("__4=", "__5", "_", "+/4", "__4\n", " __4", "\u0661"):
        with pytest.raises(BadText):
            text.from_base64url(bad)


def test_hex_is_lowercase_and_of_its_length() -> None:
    """Wire 7."""
    assert text.from_hex("00ff", 2) == b"\x00\xff"
    for bad in ("00FF", "00f", "00ff00", "0 ff", "00fg"):
        with pytest.raises(BadText):
            text.from_hex(bad, 2)


BINDING = BlockBinding("XD", "XA", seed("thread", 16), seed("letter", 16), "referral.disclose")
PERSONS = [BlockPerson(seed("token", 16).hex(), {"given_name": "\u00d6mer Invented", "note": "two\nlines"})]
FILES = [BlockAttachment(seed("key"), "text/plain", "an invented file.txt", seed("hash"))]


def test_an_office_block_carries_persons_and_attachments() -> None:
    """Wire 8: through the letter's three texts and back; the box is a multiple of 512 and the overhead."""
    block = seal_block(OFFICES["XA"].public, BINDING, PERSONS, FILES, os.urandom)

    opened = open_block(OFFICES["XA"], sealed_block(**block.as_letter_fields()), BINDING)

    assert (list(opened.persons), list(opened.attachments)) == (PERSONS, FILES)
    assert (len(block.box) - 1136) % 512 == 0
    assert "Invented" not in repr(block) + repr(opened) + repr(FILES)


def test_two_blocks_of_one_person_have_nothing_in_common() -> None:
    """Wire 8: the salt hides a name from who would guess it against the commitment."""
    one, other = (seal_block(OFFICES["XA"].public, BINDING, PERSONS, [], os.urandom) for _ in range(2))

    assert one.identity_commit != other.identity_commit
    assert one.box != other.box


@pytest.mark.parametrize(
    "persons",
    [
        [BlockPerson("not a token", {})],
        [BlockPerson("00" * 16, {"name": "e\u0301"})],
        [BlockPerson("00" * 16, {"name": "a\x00b"})],
    ],
    ids=["token", "not nfc", "control character"],
)
def test_a_block_that_nobody_could_read_is_not_sent(persons: list[BlockPerson]) -> None:
    """What the reader must refuse fails at the reader or, better, at the writer's desk."""
    with pytest.raises((BadText, BadBlock)):
        block = seal_block(OFFICES["XA"].public, BINDING, persons, [], os.urandom)
        open_block(OFFICES["XA"], block, BINDING)


def sealed_plain(plain: bytes, commit: bytes) -> SealedBlock:
    kid = OFFICES["XA"].office_kid
    info = b"trm/v1/office\0" + b"XDXA" + BINDING.thread + BINDING.letter_id + kid
    return SealedBlock(kid, commit, seal(OFFICES["XA"].public, plain, info))


@pytest.mark.parametrize(
    ("plain", "message"),
    [
        (bytes(511), "multiple"),
        (b"", "multiple"),
        (bytes(32) + (477).to_bytes(4, "big") + bytes(476), "beyond"),
        (bytes(36) + bytes(475) + b"\1", "not zero"),
        (bytes(512), "commits"),
    ],
    ids=["size", "empty", "length", "padding", "commitment"],
)
def test_a_malformed_block_is_refused(plain: bytes, message: str) -> None:
    """Wire 8: every refusal of the opener, in its order."""
    with pytest.raises(BadBlock, match=message):
        open_block(OFFICES["XA"], sealed_plain(plain, bytes(32)), BINDING)


@pytest.mark.parametrize("field", ["office_kid", "identity_commit", "box"])
def test_a_sealed_identity_that_is_not_well_formed_is_refused(field: str) -> None:
    """Wire 8: 64 hex digits, 64 hex digits, base64url."""
    fields = seal_block(OFFICES["XA"].public, BINDING, PERSONS, [], os.urandom).as_letter_fields()

    with pytest.raises(BadBlock, match="well formed"):
        sealed_block(**{**fields, field: fields[field] + "="})


KEYS, RECORD = SIGNING["XD"].public, b'{"v":1}'
PRINTED = fingerprints.fingerprint(KEYS, RECORD)


def test_a_fingerprint_is_typed_as_heard() -> None:
    """Registry, decided 2: spaces, lines and dashes as the person likes, digits of any script."""
    arabic = PRINTED.translate({ord("0") + i: 0x0660 + i for i in range(10)})

    for typed in (PRINTED, PRINTED.replace(" ", ""), PRINTED.replace(" ", "\n  "), PRINTED.replace(" ", " - "), arabic):
        assert fingerprints.matches(typed, KEYS, RECORD)


def test_a_wrong_group_is_named() -> None:
    """Attack 41: right papers, wrong key: the group that differs is shown, and it does not match."""
    groups = PRINTED.split()
    groups[4] = f"{(int(groups[4]) + 1) % 100_000:05d}"

    assert fingerprints.wrong_groups(" ".join(groups), KEYS, RECORD) == [5]
    assert not fingerprints.matches(" ".join(groups), KEYS, RECORD)
    assert fingerprints.wrong_groups(PRINTED, KEYS, RECORD) == []
    assert not fingerprints.matches(PRINTED, KEYS, RECORD + b" ")


@pytest.mark.parametrize("typed", ["", "12345", PRINTED + "0", PRINTED[:-1], PRINTED[:-1] + "x", "abc"])
def test_what_is_no_fingerprint_says_what_is_missing(typed: str) -> None:
    """A person mistypes: tell them how many digits were found."""
    with pytest.raises(BadText, match="typed"):
        fingerprints.matches(typed, KEYS, RECORD)


def test_a_proof_of_possession_binds_country_record_keys_and_nonce() -> None:
    """Registry, decided 7."""
    nonce = seed("nonce")
    proof = pop.proof_bytes("XA", RECORD, KEYS, nonce)
    signature = pop.sign_proof(SIGNING["XA"], proof)

    pop.verify_proof(VERIFYING["XA"], signature, proof)

    others = [
        ("XD", RECORD, KEYS, nonce),
        ("XA", b"{}", KEYS, nonce),
        ("XA", RECORD, b"", nonce),
        ("XA", RECORD, KEYS, seed("n")),
    ]
    for other in others:
        with pytest.raises(BadSignature):
            pop.verify_proof(VERIFYING["XA"], signature, pop.proof_bytes(*other))
    with pytest.raises(ValueError, match="32 bytes"):
        pop.proof_bytes("XA", RECORD, KEYS, b"short")


def test_only_the_claimed_key_opens_the_challenge() -> None:
    """Registry, decided 7: sealed to the KEM key or the office key, for one country."""
    sealed = pop.seal_nonce(OFFICES["XA"].public, "XA", seed("nonce"))

    assert pop.open_nonce(OFFICES["XA"], "XA", sealed) == seed("nonce")
    with pytest.raises(OpenFailed):
        pop.open_nonce(KEMS["XA"], "XA", sealed)
    with pytest.raises(OpenFailed):
        pop.open_nonce(OFFICES["XA"], "XD", sealed)


def test_keys_know_their_ids() -> None:
    """Wire 2 and 8: one id for each use; the same X-Wing key has another id as an office key."""
    key = KEMS["XA"]

    assert key.key_id == kem_key_id(key.public)
    assert key.kid == key.key_id[:16]
    assert key.office_kid == office_kid(key.public) != key.key_id
    assert SIGNING["XA"].key_id == VERIFYING["XA"].key_id == sig_key_id(SIGNING["XA"].public)
    assert verifying_key(SIGNING["XA"].public) is verifying_key(SIGNING["XA"].public)


def test_keys_of_a_wrong_size_are_refused() -> None:
    """A cut or swapped key file must fail here, not at the first letter."""
    for make in (SigningKey, VerifyingKey, KemKey):
        with pytest.raises(BadKey, match="expected"):
            make(b"short")
    with pytest.raises(BadKey, match="expected"):
        seal(b"short", b"", b"")
    with pytest.raises(BadKey, match="coefficient"):
        seal(b"\xff" * 1216, b"", b"")
    with pytest.raises(BadKey, match="no shared secret"):
        seal(KEMS["XA"].public[:1184] + bytes(32), b"", b"")


def test_sealing_binds_its_info() -> None:
    """HPKE: another info, another key or a cut message does not open."""
    sealed = seal(KEMS["XA"].public, b"plain", b"info")

    assert KEMS["XA"].open(sealed, b"info") == b"plain"
    for key, data, info in (
        (KEMS["XD"], sealed, b"info"),
        (KEMS["XA"], sealed, b"inf"),
        (KEMS["XA"], sealed[:9], b"info"),
    ):
        with pytest.raises(OpenFailed):
            key.open(data, info)
