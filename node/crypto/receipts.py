"""Signed receipts in slots of 4096 bytes, sealed so that only who knows the envelope's salt can read them.

slot = 1 || nonce 24 || XChaCha20-Poly1305(R 220 || SIG 3566, aad = eid) || random fill, or 2 || hint || random fill.
A receipt says *stored by the node*; what people do are letters. Sources: wire.md 4 and 13.
"""

import hashlib
import struct
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Final

import msgspec
import nacl.bindings
import nacl.exceptions

from node.crypto import labels
from node.crypto.batch import LEAVES, SIG_BYTES, Random, RootCache, Tree, sign_batch, verify_batch
from node.crypto.errors import BadReceipt, BadSignature
from node.crypto.kdf import derive
from node.crypto.statement import U64_LIMIT, ZERO_HASH, is_country
from node.crypto.suite import SUITE, SigningKey, VerifyingKey
from node.crypto.unshown import Unshown

SLOT_BYTES: Final = 4096
RECEIPT_BYTES: Final = 220
HINT_SIZE: Final = 1
HINT_BUSY: Final = 2
HINT_REFRESH: Final = 3

_MAGIC: Final = b"TRR1"
_RECEIPT: Final = struct.Struct(">4sBBBBH16s32s32s2s32sQQQ32sQ32s")
_NONCE_END: Final = 1 + 24
_SEALED_END: Final = _NONCE_END + RECEIPT_BYTES + SIG_BYTES + 16
_REASONS: Final = frozenset((*range(1, 41), *range(101, 136), *range(201, 208)))


class Status(IntEnum):
    """What became of one envelope at the node."""

    STORED = 1
    ALREADY_RECEIVED = 2
    REFUSED = 3
    EXPIRED = 4
    MALFORMED = 5
    UNSUPPORTED = 6
    CONFLICT = 7


class Hint(msgspec.Struct, frozen=True):
    """An unsigned answer: 1 size, 2 busy, 3 refresh. It may cause a retry or a registry refresh, never an end."""

    code: int


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the answering node signs: `country`, `key_id`, `epoch` and the chain are its own.

    `reason` is non-zero exactly with status REFUSED. `eid` is that of the envelope answered, except with
    ALREADY_RECEIVED: there the one first committed. `at` is UTC seconds.
    """

    status: int
    reason: int
    eid: bytes
    envelope_hash: bytes
    s_hash: bytes
    country: str
    key_id: bytes
    at: int
    log_size: int
    log_root: bytes
    epoch: int = 0
    index: int = 0
    prev: bytes = ZERO_HASH

    def pack(self) -> bytes:
        return _RECEIPT.pack(
            _MAGIC,
            1,
            SUITE,
            self.status,
            0,
            self.reason,
            self.eid,
            self.envelope_hash,
            self.s_hash,
            self.country.encode("ascii"),
            self.key_id,
            self.at,
            self.epoch,
            self.index,
            self.prev,
            self.log_size,
            self.log_root,
        )


class ReceiptHead(msgspec.Struct, frozen=True):
    """Where the chain of receipts to one peer stands: epoch, index and hash of the last R (0 and zeros at first)."""

    epoch: int
    index: int
    prev: bytes

    def link(self, receipt: Receipt) -> tuple[Receipt, "ReceiptHead"]:
        """`receipt` as the next of this chain, and the head after it."""
        linked = msgspec.structs.replace(receipt, epoch=self.epoch, index=self.index + 1, prev=self.prev)
        return linked, ReceiptHead(self.epoch, linked.index, hashlib.sha256(linked.pack()).digest())


class ReceiptDraft(Unshown, msgspec.Struct, frozen=True):
    """A receipt, already linked, with the eid and salt of the envelope that it answers."""

    receipt: Receipt
    eid: bytes
    salt: bytes


class SealedReceipt(msgspec.Struct, frozen=True):
    """The bytes to answer with and to keep, byte for byte, for every later copy of the envelope."""

    slot: bytes
    r_bytes: bytes
    sig: bytes
    r_hash: bytes


def unpack_receipt(data: bytes) -> Receipt:
    """R from its 220 bytes; BadReceipt when any field is one that no honest node writes."""
    if len(data) != RECEIPT_BYTES:
        raise BadReceipt(f"receipt has {len(data)} bytes; expected {RECEIPT_BYTES}")
    magic, version, suite, status, zero, reason, *rest = _RECEIPT.unpack(data)
    if (magic, version, suite, zero) != (_MAGIC, 1, SUITE, 0):
        raise BadReceipt("receipt does not begin with TRR1, version 1, suite 1")
    eid, envelope_hash, s_hash, country, key_id, at, epoch, index, prev, log_size, log_root = rest
    receipt = Receipt(
        status=status,
        reason=reason,
        eid=eid,
        envelope_hash=envelope_hash,
        s_hash=s_hash,
        country=country.decode("ascii", "replace"),
        key_id=key_id,
        at=at,
        epoch=epoch,
        index=index,
        prev=prev,
        log_size=log_size,
        log_root=log_root,
    )
    _check_fields(receipt)
    return receipt


class Ahead(Unshown, msgspec.Struct, frozen=True):
    """Receipts as they will most probably be, and the signature over their tree, which is being made elsewhere.

    It comes to nothing, and leaves this process never, unless the receipts turn out to be exactly these.
    """

    packed: list[bytes]
    tree: Tree
    signature: Callable[[], bytes]


def seal_receipts(
    drafts: Sequence[ReceiptDraft], key: SigningKey, random: Random, ahead: Ahead | None = None
) -> list[SealedReceipt]:
    """Slots for the receipts of one group commit, in order; one signature for each 64 of them."""
    for draft in drafts:
        _check_fields(draft.receipt)
        if draft.receipt.key_id != key.key_id:
            raise ValueError("receipt names another key than the one that signs it")
    sealed: list[SealedReceipt] = []
    for start in range(0, len(drafts), LEAVES):
        group = drafts[start : start + LEAVES]
        packed = [draft.receipt.pack() for draft in group]
        sigs = _signatures(packed, key, random, ahead)
        sealed += [_seal_one(*parts, random) for parts in zip(group, packed, sigs, strict=True)]
    return sealed


def _signatures(packed: list[bytes], key: SigningKey, random: Random, ahead: Ahead | None) -> list[bytes]:
    if ahead is not None and ahead.packed == packed:
        return ahead.tree.signed(ahead.signature())
    return sign_batch(packed, key, labels.CONTEXT_RECEIPT, random)


def hint_slot(hint: int, random: Random) -> bytes:
    """A slot that carries only a hint, of the same size as a receipt."""
    if hint not in (HINT_SIZE, HINT_BUSY, HINT_REFRESH):
        raise ValueError(f"hint is {hint}; expected 1, 2 or 3")
    return bytes([2, hint]) + random(SLOT_BYTES - 2)


def open_slot(
    slot: bytes,
    eid: bytes,
    salt: bytes,
    envelope_hash: bytes,
    s_hash: bytes,
    recipient: str,
    key_for: Callable[[str, bytes], VerifyingKey | None],
    roots: RootCache,
) -> Receipt | Hint:
    """The verified answer of `recipient` to our envelope, or BadReceipt when anything at all is wrong.

    `key_for` gives the key with that 32-byte id if the verified registry lists it for that country.
    """
    answer = open_evidence(slot, eid, salt, envelope_hash, s_hash, recipient, key_for, roots)
    return answer if isinstance(answer, Hint) else answer[0]


def open_evidence(
    slot: bytes,
    eid: bytes,
    salt: bytes,
    envelope_hash: bytes,
    s_hash: bytes,
    recipient: str,
    key_for: Callable[[str, bytes], VerifyingKey | None],
    roots: RootCache,
) -> tuple[Receipt, bytes] | Hint:
    """The same, with R || SIG beside the receipt: what stays as proof when the salt is erased. Source: wire.md 11."""
    # 1 size and kind
    if len(slot) != SLOT_BYTES:
        raise BadReceipt(f"slot has {len(slot)} bytes; expected {SLOT_BYTES}")
    if slot[0] == 2:
        return _hint(slot[1])
    if slot[0] != 1:
        raise BadReceipt("slot holds neither a receipt nor a hint")
    # 2 it opens with what only the two of us know
    opened = _open(slot, eid, salt)
    # 3 the fields, and that they are about this envelope
    r_bytes, sig = opened[:RECEIPT_BYTES], opened[RECEIPT_BYTES:]
    receipt = unpack_receipt(r_bytes)
    if (receipt.envelope_hash, receipt.s_hash, receipt.country) != (envelope_hash, s_hash, recipient):
        raise BadReceipt("receipt is about another envelope or from another country")
    if receipt.eid != eid and receipt.status != Status.ALREADY_RECEIVED:
        raise BadReceipt("receipt names another eid")
    # 4 the signature of the country we wrote to
    key = key_for(receipt.country, receipt.key_id)
    if key is None or key.key_id != receipt.key_id:
        raise BadReceipt("receipt is signed by a key that our registry does not list for that country")
    try:
        verify_batch(r_bytes, sig, key, labels.CONTEXT_RECEIPT, roots)
    except BadSignature:
        raise BadReceipt("receipt's signature does not verify") from None
    return receipt, opened


def evidence(slot: bytes, eid: bytes, salt: bytes) -> bytes:
    """R || SIG of a slot that `open_slot` accepted: what stays as proof when the salt is erased. Source: wire.md 11."""
    return _open(slot, eid, salt)


def _hint(code: int) -> Hint:
    if code not in (HINT_SIZE, HINT_BUSY, HINT_REFRESH):
        raise BadReceipt(f"hint is {code}; expected 1, 2 or 3")
    return Hint(code)


def _check_fields(r: Receipt) -> None:
    if not 1 <= r.status <= len(Status):
        raise BadReceipt(f"status is {r.status}; expected 1 to 7")
    if (r.status == Status.REFUSED) != (r.reason != 0) or (r.reason and r.reason not in _REASONS):
        raise BadReceipt(f"reason {r.reason} does not go with status {r.status}")
    if max(r.at, r.epoch, r.index, r.log_size) >= U64_LIMIT:
        raise BadReceipt("a number in the receipt is 2^53 or more")
    if r.index < 1 or (r.index == 1 and r.prev != ZERO_HASH) or (r.log_size == 0 and r.log_root != ZERO_HASH):
        raise BadReceipt("index, previous hash or log root contradict each other")
    if not is_country(r.country):
        raise BadReceipt("country in the receipt is not two letters A-Z")


def _slot_key(eid: bytes, salt: bytes) -> bytes:
    return derive(salt, eid, labels.RECEIPT_SEAL)


def _seal_one(draft: ReceiptDraft, r_bytes: bytes, sig: bytes, random: Random) -> SealedReceipt:
    nonce = random(24)
    key = _slot_key(draft.eid, draft.salt)
    sealed = nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(r_bytes + sig, draft.eid, nonce, key)
    slot = b"\x01" + nonce + sealed + random(SLOT_BYTES - _SEALED_END)
    return SealedReceipt(slot, r_bytes, sig, hashlib.sha256(r_bytes).digest())


def _open(slot: bytes, eid: bytes, salt: bytes) -> bytes:
    sealed, nonce = slot[_NONCE_END:_SEALED_END], slot[1:_NONCE_END]
    key = _slot_key(eid, salt)
    try:
        return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, eid, nonce, key)
    except nacl.exceptions.CryptoError:
        raise BadReceipt("slot does not open with this envelope's salt") from None
