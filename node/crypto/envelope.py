"""Sealing letters into envelopes, and opening them in the receiver's order of checks (rows 1-6 and 10).

H 40 || HPKE(S 260 || SIG 3566 || salt 32 || u32 len || payload || zeros), 16, 64 or 256 KiB as a whole.
Sign, then seal: the signed S names both countries and the recipient's key, so it cannot be sent on to another.
Sources: wire.md 2, 3 and 13.
"""

import hashlib
import struct
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from node.crypto import labels
from node.crypto.batch import LEAVES, SIG_BYTES, Random, RootCache, Tree, verify_batch
from node.crypto.errors import BadSignature, CryptoError, OpenFailed
from node.crypto.statement import (
    HEADER_BYTES,
    STATEMENT_BYTES,
    Header,
    Statement,
    fault_of,
    unpack_header,
    unpack_statement,
)
from node.crypto.suite import KID_BYTES, SEAL_OVERHEAD_BYTES, KemKey, SigningKey, VerifyingKey, kem_key_id, seal
from node.crypto.unshown import Unshown

SIZES: Final = (16_384, 65_536, 262_144)

_SALT_AT: Final = STATEMENT_BYTES + SIG_BYTES
_LENGTH_AT: Final = _SALT_AT + 32
_PAYLOAD_AT: Final = _LENGTH_AT + 4
_WRAPPING: Final = HEADER_BYTES + SEAL_OVERHEAD_BYTES

Hint = Literal["size", "refresh"]


class EnvelopeRefused(CryptoError):
    """An envelope failed a row of wire.md 3.

    `row` is that row; `hint` is the unsigned answer for rows 1-6 and None for row 10, whose answer is the receipt
    `malformed`; `detail` is for the local log. At rows 5 and 6 `statement` says what the envelope claims about itself,
    so that its bytes can be parked and tried again after a refresh; nothing in it is verified.
    """

    def __init__(self, row: int, hint: Hint | None, detail: str, statement: Statement | None = None) -> None:
        super().__init__(f"envelope fails row {row}: {detail}")
        self.row = row
        self.hint = hint
        self.detail = detail
        self.statement = statement


class ChannelHead(msgspec.Struct, frozen=True):
    """Where a channel stands: its epoch, and seq and hash of the last S released (0 and zeros when there is none)."""

    epoch: int
    seq: int
    prev: bytes


class Draft(Unshown, msgspec.Struct, frozen=True):
    """What the sender decides about one envelope. `size` None takes the smallest class that holds the payload."""

    letter_class: int
    payload: bytes
    recipient: str
    recipient_public: bytes
    created_at: int
    expires_at: int
    snapshot: bytes
    log_size: int
    log_root: bytes
    root_version: int
    size: int | None = None


class Sealed(Unshown, msgspec.Struct, frozen=True):
    """One envelope and what its sender keeps: `salt` opens the receipt, `s_hash` is the next letter's `prev`."""

    eid: bytes
    envelope: bytes
    s_bytes: bytes
    sig: bytes
    salt: bytes
    s_hash: bytes
    envelope_hash: bytes
    seq: int


class Link(Unshown, msgspec.Struct, frozen=True):
    """One letter's place on the channel: its S, and the salt that the commitment in it was made with."""

    statement: Statement
    s_bytes: bytes
    salt: bytes
    s_hash: bytes


class Chained(Unshown, msgspec.Struct, frozen=True):
    """Drafts of one batch that have their numbers and wait for the signature; `head` is the channel after them."""

    links: tuple[Link, ...]
    tree: Tree
    head: ChannelHead


class Claimed(Unshown, msgspec.Struct, frozen=True):
    """An envelope that passed rows 1-5: what it says of itself, by anybody, before its signature was looked at."""

    statement: Statement
    s_bytes: bytes
    sig: bytes
    salt: bytes
    s_hash: bytes
    envelope_hash: bytes
    inner: bytes


class Opened(Claimed, frozen=True):
    """An envelope that passed rows 1-6: it is from the named sender and for us; its payload is not yet judged."""

    def content(self) -> bytes:
        """The payload, after row 10: length, padding all zero, commitment; EnvelopeRefused(10) otherwise."""
        length = int.from_bytes(self.inner[_LENGTH_AT:_PAYLOAD_AT], "big")
        end = _PAYLOAD_AT + length
        if end > len(self.inner):
            raise EnvelopeRefused(10, None, "length is beyond the capacity of the size class")
        # bytes.count is 200 times faster than any() over the padding.
        if self.inner.count(0, end) != len(self.inner) - end:
            raise EnvelopeRefused(10, None, "padding is not all zero")
        payload = self.inner[_PAYLOAD_AT:end]
        if commitment(self.salt, self.statement.letter_class, payload) != self.statement.commitment:
            raise EnvelopeRefused(10, None, "payload is not the one that was signed")
        return payload


def capacity(size: int) -> int:
    """How many payload bytes an envelope of `size` bytes holds."""
    return size - _WRAPPING - _PAYLOAD_AT


def smallest_size(payload_len: int) -> int:
    """The smallest envelope that holds so many bytes; ValueError beyond 257 106, larger things are attachments."""
    for size in SIZES:
        if payload_len <= capacity(size):
            return size
    raise ValueError(f"payload has {payload_len} bytes; the limit is {capacity(SIZES[-1])}, send an attachment")


def commitment(salt: bytes, letter_class: int, payload: bytes) -> bytes:
    """What S says about the payload; without the salt it tells nothing, so erasing both leaves S as evidence."""
    return hashlib.sha256(labels.PAYLOAD + salt + struct.pack(">HI", letter_class, len(payload)) + payload).digest()


def seal_batch(
    head: ChannelHead, sender: str, drafts: Sequence[Draft], key: SigningKey, random: Random
) -> list[Sealed]:
    """Envelopes for 1 to 64 drafts to one country, numbered and chained from `head`, under one signature.

    The next head is (head.epoch, last seq, last s_hash). ValueError for drafts to different countries, for more than
    a tree holds, and for a payload that its size class does not hold. Nothing is released by calling this.
    """
    chained = chain_batch(head, sender, drafts, key.key_id, random)
    return seal_chained(drafts, chained, key.sign(chained.tree.message, labels.CONTEXT_ENVELOPE))


def chain_batch(head: ChannelHead, sender: str, drafts: Sequence[Draft], key_id: bytes, random: Random) -> Chained:
    """The first half of `seal_batch`: numbers, ids and the tree to be signed, as `CONTEXT_ENVELOPE`."""
    if not 1 <= len(drafts) <= LEAVES or len({draft.recipient for draft in drafts}) != 1:
        raise ValueError(f"a batch holds 1 to {LEAVES} drafts to one country")
    salts = [random(32) for _ in drafts]
    links = []
    for draft, salt in zip(drafts, salts, strict=True):
        statement = _statement(draft, sender, key_id, salt, random(16), head)
        s_bytes = statement.pack()
        head = ChannelHead(head.epoch, statement.seq, hashlib.sha256(s_bytes).digest())
        links.append(Link(statement, s_bytes, salt, head.prev))
    return Chained(tuple(links), Tree([link.s_bytes for link in links], random), head)


def seal_chained(drafts: Sequence[Draft], chained: Chained, signature: bytes) -> list[Sealed]:
    """The second half: the same drafts sealed, once the tree's composite signature is there."""
    sigs = chained.tree.signed(signature)
    return [_seal_one(*parts) for parts in zip(drafts, chained.links, sigs, strict=True)]


def read_header(data: bytes) -> Header:
    """Row 1: the header of an envelope of a right size, or EnvelopeRefused(1)."""
    if len(data) not in SIZES:
        raise EnvelopeRefused(1, "size", f"envelope has {len(data)} bytes; expected one of {SIZES}")
    header = unpack_header(data)
    if header is None:
        raise EnvelopeRefused(1, "size", "magic, version, suite or flags are not TRM1, 1, 1, 0")
    return header


def open_envelope(
    data: bytes,
    country: str,
    kem_key_for: Callable[[bytes], KemKey | None],
    sender_key_for: Callable[[str, bytes], VerifyingKey | None],
    roots: RootCache,
    claimed: Callable[[Claimed], None] | None = None,
) -> Opened:
    """Rows 1-6 in their order, for the node of `country`; EnvelopeRefused names the first row that fails.

    `kem_key_for` gives our key for a 16-byte kid, None when it is not ours or is erased. `sender_key_for` gives the
    key with that 32-byte id if the verified registry lists it for that country, in any status. `claimed` hears of what
    passed rows 1-5: nothing that it does may leave this process or stay before row 6.
    """
    # 1 size class, magic, version, suite, flags
    header = read_header(data)
    # 2 a key of ours
    key = kem_key_for(header.kid)
    if key is None:
        raise EnvelopeRefused(2, "refresh", "no key of ours has this kid")
    # 3 it opens, with the whole header bound
    try:
        inner = key.open(data[HEADER_BYTES:], labels.HPKE + data[:HEADER_BYTES])
    except OpenFailed:
        raise EnvelopeRefused(3, "refresh", "envelope does not open") from None
    # 4 S is about this envelope and for us
    said = _claimed(inner, data)
    fault = _misdirected(said.statement, header, country, key)
    if fault is not None:
        raise EnvelopeRefused(4, "refresh", fault)
    # 5 a key that the registry lists for the country that claims to send
    sender_key = sender_key_for(said.statement.sender, said.statement.sender_key)
    if sender_key is None or sender_key.key_id != said.statement.sender_key:
        raise EnvelopeRefused(5, "refresh", "sender's key is not in our registry for that country", said.statement)
    if claimed is not None:
        claimed(said)
    # 6 the signature, before anything of the payload is looked at
    try:
        verify_batch(said.s_bytes, said.sig, sender_key, labels.CONTEXT_ENVELOPE, roots)
    except BadSignature as error:
        raise EnvelopeRefused(6, "refresh", str(error), said.statement) from None
    return Opened(*msgspec.structs.astuple(said))


def _claimed(inner: bytes, data: bytes) -> Claimed:
    s_bytes = inner[:STATEMENT_BYTES]
    return Claimed(
        statement=unpack_statement(s_bytes),
        s_bytes=s_bytes,
        sig=inner[STATEMENT_BYTES:_SALT_AT],
        salt=inner[_SALT_AT:_LENGTH_AT],
        s_hash=hashlib.sha256(s_bytes).digest(),
        envelope_hash=hashlib.sha256(data).digest(),
        inner=inner,
    )


def _misdirected(statement: Statement, header: Header, country: str, key: KemKey) -> str | None:
    if (statement.version, statement.suite, statement.eid) != (1, 1, header.eid):
        return "version, suite or eid inside differ from the header"
    fault = fault_of(statement)
    if fault is not None:
        return fault
    if statement.sender == country:
        return "sender is our own country"
    if statement.recipient != country:
        return "recipient is another country"
    if statement.recipient_key != key.key_id:
        return "recipient's key is not the one that opened it"
    return None


def _statement(draft: Draft, sender: str, key_id: bytes, salt: bytes, eid: bytes, head: ChannelHead) -> Statement:
    """S of one draft, as the next after `head`."""
    return Statement(
        letter_class=draft.letter_class,
        epoch=head.epoch,
        eid=eid,
        sender=sender,
        recipient=draft.recipient,
        sender_key=key_id,
        recipient_key=kem_key_id(draft.recipient_public),
        snapshot=draft.snapshot,
        seq=head.seq + 1,
        created_at=draft.created_at,
        expires_at=draft.expires_at,
        prev=head.prev,
        log_size=draft.log_size,
        log_root=draft.log_root,
        root_version=draft.root_version,
        commitment=commitment(salt, draft.letter_class, draft.payload),
    )


def _seal_one(draft: Draft, link: Link, sig: bytes) -> Sealed:
    statement = link.statement
    size = smallest_size(len(draft.payload)) if draft.size is None else draft.size
    if size not in SIZES or len(draft.payload) > capacity(size):
        raise ValueError(f"payload has {len(draft.payload)} bytes; an envelope of {size} bytes does not hold it")
    inner = link.s_bytes + sig + link.salt + len(draft.payload).to_bytes(4, "big") + draft.payload
    header = Header(statement.recipient_key[:KID_BYTES], statement.eid).pack()
    padded = inner.ljust(size - _WRAPPING, b"\0")
    envelope = header + seal(draft.recipient_public, padded, labels.HPKE + header)
    return Sealed(
        eid=statement.eid,
        envelope=envelope,
        s_bytes=link.s_bytes,
        sig=sig,
        salt=link.salt,
        s_hash=link.s_hash,
        envelope_hash=hashlib.sha256(envelope).digest(),
        seq=statement.seq,
    )
