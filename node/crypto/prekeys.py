"""Prekey bundles: nine signed weekly X-Wing keys, so that a node stolen later opens no old letter.

Bundle = u32 len || JSON || composite signature 3373 over the JSON bytes. A seed is erased at `erase_at` and is in no
backup. Source: wire.md 6 and 13.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from node.crypto import labels
from node.crypto.admission import admit_kem_public
from node.crypto.batch import Random
from node.crypto.errors import BadBundle, BadKey, BadSignature, BadText
from node.crypto.suite import KEM_SEED_BYTES, SIGNATURE_BYTES, KemKey, SigningKey, VerifyingKey
from node.crypto.text import (
    Json,
    fields_of,
    from_base64url,
    from_hex,
    integer_of,
    list_of,
    read_json,
    text_of,
    to_base64url,
    write_json,
)

EPOCHS: Final = 9
EPOCH_STEP_SECONDS: Final = 7 * 86_400
EPOCH_LIFE_SECONDS: Final = 8 * 86_400
ERASE_GRACE_SECONDS: Final = 2 * 86_400
MAX_BUNDLE_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class PrekeyEpoch:
    """One week's key: valid from `not_before` up to, not including, `not_after` (UTC seconds)."""

    epoch: int
    not_before: int
    not_after: int
    public: bytes = field(repr=False)

    def erase_at(self, max_life: int) -> int:
        """When its seed must be gone: letters sealed on its last day may live `max_life` seconds, and two days."""
        return self.not_after + max_life + ERASE_GRACE_SECONDS


@dataclass(frozen=True, slots=True)
class Prekey:
    """An epoch with the 32-byte seed that opens what is sealed to it."""

    epoch: PrekeyEpoch
    seed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified bundle; `raw` are its bytes as served."""

    country: str
    key_id: bytes
    serial: int
    epochs: tuple[PrekeyEpoch, ...]
    raw: bytes = field(repr=False)

    def valid_at(self, now: int) -> PrekeyEpoch | None:
        """The epoch to seal to: of several valid at `now` (UTC seconds) the one that began last; None if none is."""
        valid = [epoch for epoch in self.epochs if epoch.not_before <= now < epoch.not_after]
        return max(valid, key=lambda epoch: epoch.not_before, default=None)


def first_prekeys(number: int, not_before: int, random: Random) -> list[Prekey]:
    """Nine fresh weekly prekeys, numbered from `number`, the first valid from `not_before`."""
    return [_prekey(number + i, not_before + i * EPOCH_STEP_SECONDS, random) for i in range(EPOCHS)]


def next_prekey(last: PrekeyEpoch, random: Random) -> Prekey:
    """The prekey of the week after `last`: next week's bundle drops its oldest epoch and adds this one."""
    return _prekey(last.epoch + 1, last.not_before + EPOCH_STEP_SECONDS, random)


def build_bundle(country: str, serial: int, epochs: Sequence[PrekeyEpoch], key: SigningKey) -> bytes:
    """The signed bytes to serve; BadBundle when the epochs are not nine ascending weeks."""
    _check_epochs(epochs)
    text = write_json(
        {
            "v": 1,
            "country": country,
            "key": key.key_id.hex(),
            "serial": serial,
            "epochs": [_epoch_fields(epoch) for epoch in epochs],
        }
    )
    return len(text).to_bytes(4, "big") + text + key.sign(text, labels.CONTEXT_PREKEYS)


def open_bundle(data: bytes, country: str, keys: Sequence[VerifyingKey]) -> Bundle:
    """The bundle of `country`, verified with one of its message `keys` before it is understood; BadBundle otherwise."""
    # 1 size: nothing follows the signature
    if len(data) > MAX_BUNDLE_BYTES or len(data) != 4 + int.from_bytes(data[:4], "big") + SIGNATURE_BYTES:
        raise BadBundle(f"bundle has {len(data)} bytes, not what its length field says")
    text, signature = data[4:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
    # 2 signature over the bytes as received
    key = _signer(text, signature, keys)
    # 3 strict reading
    try:
        version, named, key_id, serial, epochs = fields_of(read_json(text), "v", "country", "key", "serial", "epochs")
        if (integer_of(version), text_of(named), from_hex(text_of(key_id), 32)) != (1, country, key.key_id):
            raise BadBundle("bundle is of another version or country, or names another key than its signer")
        bundle = Bundle(country, key.key_id, integer_of(serial), tuple(map(_read_epoch, list_of(epochs))), data)
    except BadText as error:
        raise BadBundle(f"bundle is not strict: {error}") from None
    # 4 nine ascending weeks, each with an admissible key
    _check_epochs(bundle.epochs)
    return bundle


def compare(known: Bundle | None, offered: Bundle) -> Literal["newer", "same", "older", "conflict"]:
    """What to do with an offered bundle: use it, ignore it, or (same serial, other bytes) ignore it with an alarm."""
    if known is None or offered.serial > known.serial:
        return "newer"
    if offered.serial < known.serial:
        return "older"
    return "same" if offered.raw == known.raw else "conflict"


def _prekey(number: int, not_before: int, random: Random) -> Prekey:
    seed = random(KEM_SEED_BYTES)
    return Prekey(PrekeyEpoch(number, not_before, not_before + EPOCH_LIFE_SECONDS, KemKey(seed).public), seed)


def _epoch_fields(epoch: PrekeyEpoch) -> dict[str, object]:
    return {
        "epoch": epoch.epoch,
        "not_before": epoch.not_before,
        "not_after": epoch.not_after,
        "public": to_base64url(epoch.public),
    }


def _read_epoch(value: Json) -> PrekeyEpoch:
    number, not_before, not_after, public = fields_of(value, "epoch", "not_before", "not_after", "public")
    return PrekeyEpoch(
        integer_of(number), integer_of(not_before), integer_of(not_after), from_base64url(text_of(public))
    )


def _signer(text: bytes, signature: bytes, keys: Sequence[VerifyingKey]) -> VerifyingKey:
    for key in keys:
        try:
            key.verify(signature, text, labels.CONTEXT_PREKEYS)
        except BadSignature:
            continue
        return key
    raise BadBundle("bundle is not signed by a message key of that country")


def _check_epochs(epochs: Sequence[PrekeyEpoch]) -> None:
    if len(epochs) != EPOCHS:
        raise BadBundle(f"bundle has {len(epochs)} epochs; expected {EPOCHS}")
    for epoch in epochs:
        if not 0 < epoch.not_after - epoch.not_before <= EPOCH_LIFE_SECONDS:
            raise BadBundle("an epoch is empty or longer than 8 days")
        try:
            admit_kem_public(epoch.public)
        except BadKey as error:
            raise BadBundle(f"epoch {epoch.epoch}: {error}") from None
    for one, other in itertools.pairwise(epochs):
        if other.epoch <= one.epoch or other.not_before - one.not_before != EPOCH_STEP_SECONDS:
            raise BadBundle("epochs do not ascend 7 days apart")
    if len({epoch.public for epoch in epochs}) != EPOCHS:
        raise BadBundle("two epochs have the same key")
