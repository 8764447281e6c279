"""Prekey bundles: made, renewed, refused, and compared."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from node.crypto import labels
from node.crypto.errors import BadBundle
from node.crypto.prekeys import (
    EPOCH_STEP_SECONDS,
    Bundle,
    PrekeyEpoch,
    build_bundle,
    compare,
    first_prekeys,
    next_prekey,
    open_bundle,
)
from node.crypto.suite import KemKey
from node.crypto.text import to_base64url
from tests.forge import NOW
from tests.vectors_support import SIGNING, VERIFYING

PREKEYS = first_prekeys(100, NOW, os.urandom)
EPOCHS = [prekey.epoch for prekey in PREKEYS]
DATA = build_bundle("XA", 3, EPOCHS, SIGNING["XA"])


def opened(data: bytes = DATA) -> Bundle:
    return open_bundle(data, "XA", [VERIFYING["XA"]])


def resigned(change: Callable[[dict[str, Any]], object]) -> bytes:
    fields = json.loads(DATA[4:-3373])
    change(fields)
    return signed(json.dumps(fields).encode())


def signed(text: bytes) -> bytes:
    return len(text).to_bytes(4, "big") + text + SIGNING["XA"].sign(text, labels.CONTEXT_PREKEYS)


def test_a_bundle_comes_back_as_it_was_built() -> None:
    """Wire 6: nine epochs, 7 days apart, 8 days long; each seed opens what is sealed to its epoch."""
    bundle = opened()

    assert bundle.epochs == tuple(EPOCHS)
    assert (bundle.country, bundle.serial, bundle.key_id) == ("XA", 3, SIGNING["XA"].key_id)
    assert [KemKey(prekey.seed).public for prekey in PREKEYS] == [epoch.public for epoch in bundle.epochs]
    assert len({prekey.seed for prekey in PREKEYS}) == 9


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (-1, None),
        (0, 100),
        (EPOCH_STEP_SECONDS - 1, 100),
        (EPOCH_STEP_SECONDS, 101),
        (8 * 86400, 101),
        (8 * EPOCH_STEP_SECONDS, 108),
        (64 * 86400 - 1, 108),
        (64 * 86400, None),
    ],
)
def test_the_epoch_that_began_last_is_used(at: int, number: int | None) -> None:
    """Wire 6: half-open times; on the day of overlap the newer; none before the first and after the last."""
    epoch = opened().valid_at(NOW + at)

    assert (epoch.epoch if epoch else None) == number


def test_next_week_continues_the_row() -> None:
    """Wire 6: the oldest leaves, one comes, numbers and times go on."""
    following = next_prekey(EPOCHS[-1], os.urandom)

    data = build_bundle("XA", 4, [*EPOCHS[1:], following.epoch], SIGNING["XA"])

    assert opened(data).epochs[-1].epoch == 109
    assert following.epoch.not_before == EPOCHS[-1].not_before + EPOCH_STEP_SECONDS


def test_a_seed_outlives_its_epoch_by_the_longest_letter_and_two_days() -> None:
    """Wire 6."""
    assert EPOCHS[0].erase_at(14 * 86_400) == NOW + (8 + 14 + 2) * 86_400


def test_the_serial_decides_between_bundles() -> None:
    """Wire 6: lower ignored; same serial with other bytes ignored and alarmed."""
    known = opened()
    again = opened(build_bundle("XA", 3, EPOCHS, SIGNING["XA"]))
    older, newer = (opened(build_bundle("XA", serial, EPOCHS, SIGNING["XA"])) for serial in (2, 4))

    assert [compare(known, other) for other in (known, again, older, newer)] == ["same", "conflict", "older", "newer"]
    assert compare(None, older) == "newer"


def first(fields: dict[str, Any]) -> Any:
    return fields["epochs"][0]


BAD_CONTENT: dict[str, Callable[[dict[str, Any]], object]] = {
    "version": lambda f: f.update(v=2),
    "version true": lambda f: f.update(v=True),
    "country": lambda f: f.update(country="XT"),
    "key": lambda f: f.update(key="00" * 32),
    "unknown field": lambda f: f.update(note=""),
    "missing field": lambda f: f.pop("serial"),
    "serial text": lambda f: f.update(serial="3"),
    "serial negative": lambda f: f.update(serial=-1),
    "serial float": lambda f: f.update(serial=3.0),
    "serial too big": lambda f: f.update(serial=2**53),
    "eight epochs": lambda f: f["epochs"].pop(),
    "ten epochs": lambda f: f["epochs"].append(f["epochs"][-1]),
    "epochs swapped": lambda f: f["epochs"].reverse(),
    "epoch number twice": lambda f: first(f).update(epoch=101),
    "epoch of nine days": lambda f: first(f).update(not_after=NOW + 9 * 86_400),
    "epoch empty": lambda f: first(f).update(not_after=NOW),
    "epoch moved": lambda f: first(f).update(not_before=NOW - 1),
    "key twice": lambda f: first(f).update(public=f["epochs"][1]["public"]),
    "key cut": lambda f: first(f).update(public=first(f)["public"][:-4]),
    "key padded": lambda f: first(f).update(public=first(f)["public"] + "="),
    "key of low order": lambda f: first(f).update(public=to_base64url(EPOCHS[0].public[:-32] + bytes(32))),
    "epochs no list": lambda f: f.update(epochs={}),
}


@pytest.mark.parametrize("name", BAD_CONTENT)
def test_a_signed_bundle_with_wrong_content_is_refused(name: str) -> None:
    """Wire 6 and 13: the signature is right, the content is not; a sender must not seal to it."""
    with pytest.raises(BadBundle):
        opened(resigned(BAD_CONTENT[name]))


def test_duplicate_keys_in_a_signed_bundle_are_refused() -> None:
    """Attack 61 for bundles: two readers must not see two serials."""
    text = DATA[4:-3373].replace(b'"serial":3', b'"serial":9,"seri\\u0061l":3')

    with pytest.raises(BadBundle, match="twice"):
        opened(signed(text))


@pytest.mark.parametrize(
    "data",
    [b"", DATA[:3], DATA[:-1], DATA + b"\0", b"\xff" + DATA[1:], DATA[:-1] + bytes([DATA[-1] ^ 1]), bytes(70_000)],
    ids=["empty", "cut length", "cut", "longer", "length field", "signature", "huge"],
)
def test_damaged_bytes_are_refused(data: bytes) -> None:
    """Wire 6: nothing follows the signature, and nothing is read before it verifies."""
    with pytest.raises(BadBundle):
        opened(data)


def test_a_bundle_of_another_signer_or_context_is_refused() -> None:
    """Attack 9 and 11 for bundles."""
    text = DATA[4:-3373]
    other_context = len(text).to_bytes(4, "big") + text + SIGNING["XA"].sign(text, labels.CONTEXT_RECORD)

    with pytest.raises(BadBundle, match="not signed"):
        open_bundle(DATA, "XA", [VERIFYING["XT"], VERIFYING["XD"]])
    with pytest.raises(BadBundle, match="not signed"):
        opened(other_context)
    with pytest.raises(BadBundle, match="another"):
        open_bundle(DATA, "XT", [VERIFYING["XA"]])


def test_wrong_epochs_are_not_even_signed() -> None:
    """What a peer would refuse must fail at home."""
    wrong: list[list[PrekeyEpoch]] = [EPOCHS[:8], EPOCHS[::-1], [replace(EPOCHS[0], public=bytes(1216)), *EPOCHS[1:]]]

    for epochs in wrong:
        with pytest.raises(BadBundle):
            build_bundle("XA", 1, epochs, SIGNING["XA"])
