"""Attacks on envelopes, signatures and office blocks that must be refused (attacks 1-19, 28, 54, 55).

3 and 4 (replay) need the ledger and 5 and 6 a clock: they are tried at the node. Rows are those of wire.md 3.
"""

import os

import nacl.bindings
import nacl.exceptions
import pytest

from node.crypto import labels
from node.crypto.admission import admit_ed25519, admit_kem_public, admit_signing_public
from node.crypto.batch import RootCache, sign_batch, verify_batch
from node.crypto.envelope import SIZES, EnvelopeRefused, Opened, open_envelope
from node.crypto.errors import BadBlock, BadKey, BadSignature, BadText
from node.crypto.office import BlockBinding, BlockPerson, SealedBlock, open_block, seal_block
from node.crypto.suite import KemKey, SigningKey
from node.crypto.text import read_json
from tests.forge import Forgery, enclose, flip, forge
from tests.vectors_support import KEMS, OFFICES, SIGNING, VERIFYING, kem_key_for, seed, sender_key_for

SECOND_KEY = KemKey(seed("XA kem of the week before"))


def open_at(country: str, envelope: bytes, roots: RootCache | None = None) -> Opened:
    return open_envelope(envelope, country, kem_key_for(country), sender_key_for, roots or RootCache(8))


def row_of(envelope: bytes, country: str = "XA") -> int:
    """The row that refuses this envelope, row 10 included; 0 when none does."""
    try:
        open_at(country, envelope).content()
    except EnvelopeRefused as refused:
        return refused.row
    return 0


def test_an_honest_envelope_opens() -> None:
    """The forge itself is right: without this, every refusal below could have another cause."""
    forged = forge(Forgery())

    opened = open_at("XA", forged.envelope)

    assert opened.content() == Forgery().payload
    assert opened.statement == forged.statement


def test_any_flipped_bit_of_the_header_is_refused() -> None:
    """Attack 1: all 320 bits; nothing of the header is outside a check."""
    envelope = forge(Forgery()).envelope

    rows = [row_of(flip(envelope, bit)) for bit in range(320)]

    assert set(rows[:64]) == {1}  # magic, version, suite, flags
    assert set(rows[64:192]) == {2}  # kid
    assert set(rows[192:]) == {3}  # eid, bound by HPKE's info


def test_any_flipped_bit_of_what_is_sealed_is_refused() -> None:
    """Attack 1: a bit in every region: both halves of enc, the ciphertext of S, SIG, payload and padding, the tag."""
    envelope = forge(Forgery()).envelope
    regions = {"ml-kem": 40, "x25519": 40 + 1088, "S": 1160, "SIG": 1420, "salt": 4986, "padding": 9000, "tag": 16_368}

    for name, start in regions.items():
        for bit in (start * 8, start * 8 + 77):
            assert row_of(flip(envelope, bit)) == 3, name


@pytest.mark.parametrize("size", [0, 1, 39, 40, 1175, 16_383, 16_385, 65_535, 262_145, 300_000])
def test_a_wrong_size_is_refused_before_anything_else(size: int) -> None:
    """Attack 2: no key is looked up for it."""
    data = forge(Forgery()).envelope.ljust(size, b"\0")[:size]

    def never(_: bytes) -> None:
        raise AssertionError("a key was looked up")

    with pytest.raises(EnvelopeRefused) as refused:
        open_envelope(data, "XA", never, sender_key_for, RootCache(1))

    assert (refused.value.row, refused.value.hint) == (1, "size")


@pytest.mark.parametrize("size", SIZES[1:])
def test_an_envelope_stretched_to_another_class_does_not_open(size: int) -> None:
    """Attack 2: the size classes are no padding that a relay could add."""
    assert row_of(forge(Forgery()).envelope.ljust(size, b"\0")) == 3


def test_a_letter_cannot_be_sent_on_to_another_country() -> None:
    """Attack 7: XA opens XD's letter and re-seals it, signature and all, to XT: XT sees it was not for it."""
    forged = forge(Forgery())

    resealed = enclose(forged.inner, forged.statement.eid, Forgery(recipient="XT"))

    assert row_of(resealed, "XT") == 4


def test_a_letter_cannot_be_moved_to_another_key_of_the_same_country() -> None:
    """Attack 8: otherwise a key stolen from one week would serve to re-date another week's letters."""
    forged = forge(Forgery(sealed_to=SECOND_KEY))
    both = {SECOND_KEY.kid: SECOND_KEY, KEMS["XA"].kid: KEMS["XA"]}

    with pytest.raises(EnvelopeRefused) as refused:
        open_envelope(forged.envelope, "XA", both.get, sender_key_for, RootCache(8))

    assert refused.value.row == 4


@pytest.mark.parametrize(
    ("how", "row"),
    [
        (Forgery(signer=SIGNING["XT"]), 6),
        (Forgery(signer=SIGNING["XT"], changes={"sender_key": SIGNING["XT"].key_id}), 5),
        (Forgery(changes={"sender": "XT"}), 5),
        (Forgery(sender="XT", signer=SIGNING["XD"]), 6),
        (Forgery(changes={"sender": "XA", "sender_key": SIGNING["XA"].key_id}, signer=SIGNING["XA"]), 4),
    ],
    ids=["its key id, my key", "my key id", "my country, its key", "as another", "as yourself"],
)
def test_a_country_cannot_sign_as_another(how: Forgery, row: int) -> None:
    """Attack 9: every way for a registered country to pass as another, or as the receiver itself."""
    assert row_of(forge(how).envelope) == row


HALVES = {"ed25519 zero": (-64, 0), "ml-dsa zero": (-3373, -64), "all zero": (-3373, 0)}


@pytest.mark.parametrize("name", HALVES)
def test_neither_half_of_a_signature_can_be_left_out(name: str) -> None:
    """Attack 10: an attacker who breaks one of the two algorithms has nothing."""
    start, end = HALVES[name]

    def zeroed(sig: bytes) -> bytes:
        stop = len(sig) + end
        return sig[:start] + bytes(-start + end) + sig[stop:]

    assert row_of(forge(Forgery(sig=zeroed)).envelope) == 6


def test_a_half_of_another_signature_of_the_same_key_does_not_fit() -> None:
    """Attack 10: two honest signatures cannot be mixed, for both halves cover one message."""
    other = forge(Forgery()).sig

    def mixed(sig: bytes) -> bytes:
        return sig[:-64] + other[-64:]

    assert row_of(forge(Forgery(sig=mixed)).envelope) == 6


@pytest.mark.parametrize("context", [labels.CONTEXT_RECEIPT, labels.CONTEXT_PREKEYS, labels.CONTEXT_RECORD, b""])
def test_a_signature_for_another_purpose_is_no_signature(context: bytes) -> None:
    """Attack 11: what a country signs as a receipt, bundle or record can never count as a letter."""
    assert row_of(forge(Forgery(context=context)).envelope) == 6


LOW_ORDER = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
]


@pytest.mark.parametrize("point", LOW_ORDER)
def test_a_low_order_or_non_canonical_ed25519_key_is_never_admitted(point: str) -> None:
    """Attack 12: with such a key one signature fits every message, so its owner could disown them all."""
    with pytest.raises(BadKey, match="ed25519"):
        admit_ed25519(bytes.fromhex(point))
    with pytest.raises(BadKey, match="ed25519"):
        admit_signing_public(SIGNING["XD"].public[:1952] + bytes.fromhex(point))


def test_the_one_signature_for_all_messages_does_not_verify() -> None:
    """Attack 12, behind the admission: even an identity point that slipped in verifies nothing."""
    identity = bytes.fromhex(LOW_ORDER[0])

    for message in (b"one", b"two"):
        with pytest.raises(nacl.exceptions.BadSignatureError):
            nacl.bindings.crypto_sign_open(identity + bytes(32) + message, identity)


@pytest.mark.parametrize("at", [0, 1, 600, 1149])
def test_an_ml_kem_key_with_a_coefficient_out_of_range_is_never_admitted(at: int) -> None:
    """Attack 13: the modulus check of FIPS 203."""
    public = bytearray(KEMS["XA"].public)
    public[at : at + 2] = b"\xff\xff"

    with pytest.raises(BadKey, match="coefficient"):
        admit_kem_public(bytes(public))


@pytest.mark.parametrize("point", ["00" * 32, "01" + "00" * 31, "ed" + "ff" * 30 + "7f", "ff" * 32])
def test_an_x25519_half_of_low_order_or_other_spelling_is_never_admitted(point: str) -> None:
    """Wire 13: an all-zero result would leave ML-KEM alone to protect the letter."""
    with pytest.raises(BadKey, match="x25519"):
        admit_kem_public(KEMS["XA"].public[:1184] + bytes.fromhex(point))


def test_an_all_zero_x25519_result_fails_row_3() -> None:
    """Wire 13: also when it comes from the sender's ephemeral key."""
    envelope = forge(Forgery()).envelope

    assert row_of(envelope[: 40 + 1088] + bytes(32) + envelope[40 + 1120 :]) == 3


def test_who_steals_our_opening_key_cannot_write_to_us_as_another() -> None:
    """Attack 14 (key-compromise impersonation): the thief can open and seal to XA, yet not sign as XD."""
    thief = SigningKey(seed("a thief's own key", 64))
    captured = forge(Forgery())

    own_letter = forge(Forgery(signer=thief)).envelope
    own_key_named = forge(Forgery(signer=thief, changes={"sender_key": thief.key_id})).envelope
    old_sig = forge(Forgery(sig=lambda _: captured.sig)).envelope

    assert [row_of(own_letter), row_of(own_key_named), row_of(old_sig)] == [6, 5, 6]


@pytest.mark.parametrize(
    "how",
    [
        Forgery(carried_payload=b'{"kind":"b test of the envelope, not a letter"}'),
        Forgery(carried_payload=b""),
        Forgery(changes={"letter_class": 2}),
        Forgery(length=46),
        Forgery(length=48),
    ],
    ids=["other payload", "no payload", "other class", "one byte less", "one byte more"],
)
def test_a_payload_that_was_not_signed_is_refused(how: Forgery) -> None:
    """Attack 15: the commitment covers salt, class, length and every byte."""
    assert row_of(forge(how).envelope) == 10


@pytest.mark.parametrize("at", [0, 1, 5000, -1])
def test_padding_is_no_hiding_place(at: int) -> None:
    """Attack 16: any bit of the padding, first and last byte included."""

    def marked(zeros: bytes) -> bytes:
        marks = bytearray(zeros)
        marks[at] = 1
        return bytes(marks)

    assert row_of(forge(Forgery(padding=marked)).envelope) == 10


@pytest.mark.parametrize("length", [11_347, 2**31, 2**32 - 1])
def test_a_length_beyond_the_class_is_refused(length: int) -> None:
    """Attack 16, wire 3 row 10: nothing is allocated for it."""
    assert row_of(forge(Forgery(length=length)).envelope) == 10


@pytest.mark.parametrize("suite", [0, 2, 255])
def test_another_suite_is_refused_at_once(suite: int) -> None:
    """Attack 17: even when everything inside is right for it there is no fallback."""
    forged = forge(Forgery(header=lambda h: h[:5] + bytes([suite]) + h[6:]))

    assert row_of(forged.envelope) == 1


@pytest.mark.parametrize("name", ["version", "suite"])
def test_version_and_suite_inside_must_be_those_outside(name: str) -> None:
    """Attack 18: the signed statement decides; an outer relabelling shows."""
    assert row_of(forge(Forgery(changes={name: 2})).envelope) == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": 0},
        {"seq": 2**53},
        {"epoch": 2**53},
        {"created_at": 2**64 - 1},
        {"expires_at": 2**53},
        {"log_size": 2**53},
        {"log_root": b"\x01" * 32},
        {"sender": "x1"},
        {"eid": b"\x00" * 16},
        {"recipient": "XT"},
    ],
    ids=lambda changes: str(next(iter(changes))),
)
def test_a_statement_that_no_honest_sender_writes_is_refused(changes: dict[str, int | str | bytes]) -> None:
    """Wire 3 row 4 and 13: numbers below 2^53, seq from 1, no log root without a log, the header's eid, our country."""
    assert row_of(forge(Forgery(changes=changes)).envelope) == 4


def test_junk_under_an_observed_eid_does_not_shut_out_the_letter() -> None:
    """Attack 19: junk fails before anything is remembered; only a verified statement may claim an eid."""
    real = forge(Forgery())
    thief = SigningKey(seed("a thief's own key", 64))
    roots = RootCache(8)
    junk = [
        real.envelope[:40] + os.urandom(16_344),
        forge(Forgery(signer=thief, changes={"eid": real.statement.eid})).envelope,
    ]

    for envelope in junk:
        with pytest.raises(EnvelopeRefused):
            open_at("XA", envelope, roots)

    assert len(roots) == 0
    assert open_at("XA", real.envelope, roots).content() == Forgery().payload


def test_a_bomb_of_nested_json_is_refused_with_bounded_memory() -> None:
    """Attack 28, for what crypto itself reads: depth, duplicates, numbers; no crash of the interpreter."""
    bombs = [
        b'{"a":' * 1_000_000,
        b"[" * 1_000_000,
        b'{"a":' + b"[" * 17 + b"]" * 17 + b"}",
        b'{"a":' + b"9" * 5000 + b"}",
    ]

    for bomb in bombs:
        with pytest.raises(BadText):
            read_json(bomb)


BINDING = BlockBinding("XD", "XA", seed("thread", 16), seed("letter", 16), "referral.disclose")
PERSON = BlockPerson(seed("token", 16).hex(), {"given_name": "Invented"})


def transplanted(**changes: str | bytes) -> BlockBinding:
    names = ("sender", "recipient", "thread", "letter_id", "kind")
    return BlockBinding(**{name: changes.get(name, getattr(BINDING, name)) for name in names})


@pytest.mark.parametrize(
    "other",
    [
        transplanted(sender="XT"),
        transplanted(recipient="XT"),
        transplanted(thread=seed("other thread", 16)),
        transplanted(letter_id=seed("other letter", 16)),
        transplanted(kind="referral.offer"),
    ],
    ids=["sender", "recipient", "thread", "letter", "kind"],
)
def test_an_office_block_does_not_open_in_another_letter(other: BlockBinding) -> None:
    """Attack 54: a country that received a block cannot pass it off as its own, nor move it between threads."""
    block = seal_block(OFFICES["XA"].public, BINDING, [PERSON], [], os.urandom)

    with pytest.raises(BadBlock):
        open_block(OFFICES["XA"], block, other)

    assert open_block(OFFICES["XA"], block, BINDING).persons == (PERSON,)


def test_an_office_block_must_be_the_one_that_the_letter_commits_to() -> None:
    """Attack 54: who knows the office's public key cannot swap in a block of their own."""
    block = seal_block(OFFICES["XA"].public, BINDING, [PERSON], [], os.urandom)
    swapped = seal_block(OFFICES["XA"].public, BINDING, [BlockPerson(PERSON.token, {})], [], os.urandom)

    with pytest.raises(BadBlock, match="commits"):
        open_block(OFFICES["XA"], SealedBlock(block.office_kid, block.identity_commit, swapped.box), BINDING)
    with pytest.raises(BadBlock, match="another office key"):
        open_block(OFFICES["XT"], block, BINDING)


def test_a_known_root_with_other_signature_bytes_is_verified_anew() -> None:
    """Attack 55: the cache remembers a signature, not a root; every one of its bytes counts."""
    roots, leaves = RootCache(8), [b"first", b"second"]
    first, second = sign_batch(leaves, SIGNING["XD"], labels.CONTEXT_ENVELOPE, os.urandom)
    verify_batch(leaves[0], first, VERIFYING["XD"], labels.CONTEXT_ENVELOPE, roots)

    for bit in (193 * 8, (193 + 3309) * 8, len(second) * 8 - 1):
        with pytest.raises(BadSignature):
            verify_batch(leaves[1], flip(second, bit), VERIFYING["XD"], labels.CONTEXT_ENVELOPE, roots)

    verify_batch(leaves[1], second, VERIFYING["XD"], labels.CONTEXT_ENVELOPE, roots)
    assert len(roots) == 1


def test_a_known_root_serves_neither_another_signer_nor_another_purpose() -> None:
    """Attack 55: the cache key holds context and signer too."""
    roots = RootCache(8)
    sig = sign_batch([b"leaf"], SIGNING["XD"], labels.CONTEXT_ENVELOPE, os.urandom)[0]
    verify_batch(b"leaf", sig, VERIFYING["XD"], labels.CONTEXT_ENVELOPE, roots)

    with pytest.raises(BadSignature):
        verify_batch(b"leaf", sig, VERIFYING["XT"], labels.CONTEXT_ENVELOPE, roots)
    with pytest.raises(BadSignature):
        verify_batch(b"leaf", sig, VERIFYING["XD"], labels.CONTEXT_RECEIPT, roots)


def test_a_node_of_the_tree_cannot_pass_as_a_leaf() -> None:
    """Wire 2: leaves and nodes are hashed with different first bytes, so 64 bytes of a path are never a statement."""
    sig = sign_batch([b"leaf"], SIGNING["XD"], labels.CONTEXT_ENVELOPE, os.urandom)[0]
    shorter = bytes([sig[0] >> 1]) + sig[33:193] + bytes(32) + sig[193:]

    for data in (sig[1:65], b"\1" + sig[1:65], b"leaf"):
        with pytest.raises(BadSignature):
            verify_batch(data, shorter, VERIFYING["XD"], labels.CONTEXT_ENVELOPE, RootCache(1))
