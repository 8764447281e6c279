"""Every envelope, batch and receipt vector of our wire, made by another implementation or by an earlier run of ours."""

import hashlib
import itertools
import json
from typing import Any

import pytest

from node.crypto.batch import RootCache
from node.crypto.envelope import EnvelopeRefused, open_envelope
from node.crypto.errors import BadBlock, BadBundle, BadReceipt
from node.crypto.fingerprints import fingerprint, matches
from node.crypto.office import BlockBinding, open_block, sealed_block
from node.crypto.prekeys import open_bundle
from node.crypto.receipts import Hint, Receipt, open_slot, unpack_receipt
from node.crypto.suite import kem_key_id
from tests.vectors_support import (
    OFFICES,
    PUBLISHED,
    VERIFYING,
    kem_key_for,
    load_all,
    needs_published,
    open_vector,
    sender_key_for,
    trm,
    unbase64,
)

ENVELOPES = trm("envelope")
BY_NAME = {vector["name"]: vector for vector in ENVELOPES}
# What the vectors call a field of S or R, where our name differs.
S_NAMES = {"class": "letter_class", "channel_epoch": "epoch"}
R_NAMES = {"recipient": "country", "recipient_key": "key_id", "time": "at", "channel_epoch": "epoch"}
R_FIXED = ("magic", "version", "suite", "zero")


def ids(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def in_hex(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


@pytest.mark.parametrize("vector", [v for v in ENVELOPES if v["expect"]["ok"]], ids=ids)
def test_a_good_envelope_opens_to_what_its_vector_says(vector: dict[str, Any]) -> None:
    """Wire 2: every field of S, the payload, the salt and both hashes."""
    expect = vector["expect"]

    opened = open_vector(vector)

    assert {n: in_hex(getattr(opened.statement, S_NAMES.get(n, n))) for n in expect["S"]} == expect["S"]
    assert opened.content() == unbase64(expect["payload"])
    assert opened.salt.hex() == vector["salt"]
    assert (opened.s_hash.hex(), opened.envelope_hash.hex()) == (expect["s_hash"], expect["envelope_hash"])
    assert opened.statement.pack() == opened.s_bytes


def refused_with(rows: tuple[int, ...]) -> list[dict[str, Any]]:
    return [v for v in ENVELOPES if not v["expect"]["ok"] and v["expect"]["row"] in rows]


@pytest.mark.parametrize("vector", refused_with((1, 2, 3, 4, 5, 6)), ids=ids)
def test_a_bad_envelope_fails_at_its_row_with_the_right_hint(vector: dict[str, Any]) -> None:
    """Wire 3, rows 1-6: the first failing row decides, and the hint is `size` only at row 1."""
    with pytest.raises(EnvelopeRefused) as refused:
        open_vector(vector)

    assert refused.value.row == vector["expect"]["row"]
    assert refused.value.hint == ("size" if refused.value.row == 1 else "refresh")


@pytest.mark.parametrize("vector", refused_with((10,)), ids=ids)
def test_a_bad_payload_fails_at_row_10_only(vector: dict[str, Any]) -> None:
    """Wire 3, row 10: the envelope itself is verified, so the answer is a signed `malformed` and no hint."""
    opened = open_vector(vector)

    with pytest.raises(EnvelopeRefused) as refused:
        opened.content()

    assert (refused.value.row, refused.value.hint) == (10, None)


@pytest.mark.parametrize("vector", refused_with((8, 9, 11)), ids=ids)
def test_what_clocks_and_letters_refuse_passes_here(vector: dict[str, Any]) -> None:
    """Wire 3, rows 8, 9 and 11 need a clock, a record or the letters: rows 1-6 and 10 must not refuse for them."""
    opened = open_vector(vector)

    assert isinstance(opened.content(), bytes)


@pytest.mark.parametrize("vector", [v for v in trm("batch") if v["expect"]["ok"]], ids=ids)
def test_letters_of_one_batch_share_a_signature_and_a_chain(vector: dict[str, Any]) -> None:
    """Wire 2: one tree, one signature, seq and prev one after the other; the cache saves the later verifications."""
    roots = RootCache(8)
    country = vector["to"]

    opened = [
        open_envelope(unbase64(data), country, kem_key_for(country), sender_key_for, roots) for data in vector["bytes"]
    ]

    assert [o.s_hash.hex() for o in opened] == [letter["s_hash"] for letter in vector["expect"]["letters"]]
    assert [o.content() for o in opened] == [unbase64(one["payload"]) for one in vector["expect"]["letters"]]
    assert len({o.sig[193:] for o in opened}) == 1
    assert len({o.sig[0] for o in opened}) == len(opened)
    assert len(roots) == 1
    for before, after in itertools.pairwise(opened):
        assert after.statement.prev == before.s_hash


def open_receipt(vector: dict[str, Any]) -> Receipt | Hint:
    envelope = open_vector(BY_NAME[vector["for_envelope"]])
    return open_slot(
        unbase64(vector["bytes"]),
        envelope.statement.eid,
        bytes.fromhex(vector["salt"]),
        envelope.envelope_hash,
        envelope.s_hash,
        vector["from"],
        sender_key_for,
        RootCache(8),
    )


@pytest.mark.parametrize("vector", [v for v in trm("receipt") if v["expect"]["ok"]], ids=ids)
def test_a_good_receipt_opens_to_what_its_vector_says(vector: dict[str, Any]) -> None:
    """Wire 4: every field of R, and the hash that the next one names as its previous."""
    receipt = open_receipt(vector)

    assert isinstance(receipt, Receipt)
    fields = {n: v for n, v in vector["expect"]["R"].items() if n not in R_FIXED}
    assert {n: in_hex(getattr(receipt, R_NAMES.get(n, n))) for n in fields} == fields
    assert hashlib.sha256(receipt.pack()).hexdigest() == vector["expect"]["r_hash"]
    assert unpack_receipt(receipt.pack()) == receipt


@pytest.mark.parametrize("vector", [v for v in trm("receipt") if not v["expect"]["ok"]], ids=ids)
def test_a_bad_receipt_counts_as_none(vector: dict[str, Any]) -> None:
    """Wire 4 and 13: any wrong field or signature, and the sender treats it as no answer; a hint ends nothing."""
    try:
        answer = open_receipt(vector)
    except BadReceipt:
        return

    assert isinstance(answer, Hint)
    assert answer.code == vector["expect"].get("hint", answer.code)
    assert "receipt-hint" in vector["name"]


@pytest.mark.parametrize("vector", trm("prekeys"), ids=ids)
def test_a_prekey_bundle_is_judged_as_its_vector_says(vector: dict[str, Any]) -> None:
    """Wire 6: a bundle is used when signed, strict, nine ascending weeks of at most 8 days; otherwise refused."""
    country, expect = vector["from"], vector["expect"]
    data = unbase64(vector["bytes"])

    if not expect["ok"]:
        with pytest.raises(BadBundle):
            open_bundle(data, country, [VERIFYING[country]])
        return
    bundle = open_bundle(data, country, [VERIFYING["XT"], VERIFYING[country]])

    assert (bundle.serial, bundle.key_id.hex()) == (expect["serial"], expect["key"])
    got = [(e.epoch, e.not_before, e.not_after, kem_key_id(e.public).hex()) for e in bundle.epochs]
    assert got == [(e["epoch"], e["not_before"], e["not_after"], e["kid"]) for e in expect["epochs"]]


@pytest.mark.parametrize("vector", trm("office"), ids=ids)
def test_an_office_block_is_judged_as_its_vector_says(vector: dict[str, Any]) -> None:
    """Wire 8: the box in the letter's payload opens to the persons of the vector's JSON, or is refused."""
    letter, expect = json.loads(unbase64(vector["payload"])), vector["expect"]
    thread, letter_id = bytes.fromhex(letter["thread"]), bytes.fromhex(letter["letter_id"])
    binding = BlockBinding(vector["from"], vector["to"], thread, letter_id, letter["kind"])
    block = sealed_block(**letter["sealed_identity"])

    if not expect["ok"]:
        with pytest.raises(BadBlock):
            open_block(OFFICES[vector["to"]], block, binding)
        return
    opened = open_block(OFFICES[vector["to"]], block, binding)

    persons = [{"token": p.token, "fields": dict(p.fields)} for p in opened.persons]
    assert persons == json.loads(expect["json"])["persons"]
    assert block.identity_commit.hex() == expect["identity_commit"]


@pytest.mark.parametrize("vector", [v for v in trm("fingerprint") if "groups" in v["expect"]], ids=ids)
def test_a_fingerprint_is_the_twelve_groups_of_its_vector(vector: dict[str, Any]) -> None:
    """Registry, decided 2."""
    role_keys, record = unbase64(vector["role_keys"]), unbase64(vector["record"])

    assert fingerprint(role_keys, record) == vector["expect"]["groups"]
    assert matches(vector["expect"]["groups"].replace(" ", "\n"), role_keys, record)


def test_the_outsiders_vectors_ran_too() -> None:
    """Where they are absent a reader of the output should know it."""
    needs_published()

    assert len(load_all(PUBLISHED / "trm")) > 10
