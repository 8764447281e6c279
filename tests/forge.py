"""Envelopes made wrong on purpose, byte by byte: what the honest `seal_batch` would never write.

Everything is honest unless a field of `Forgery` says otherwise. Used by the attack tests and by tests/vectors/make.py.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from node.crypto import labels
from node.crypto.batch import Random, sign_batch
from node.crypto.envelope import commitment
from node.crypto.statement import Header, Statement
from node.crypto.suite import KemKey, SigningKey, seal
from tests.vectors_support import KEMS, SIGNING, seed

NOW = 1_795_000_000
LIFE = 14 * 86_400
EPOCH = 530_874_142_926_487
_WRAPPING = 40 + 1136


def honest_statement(
    sender: str, recipient: str, eid: bytes, salt: bytes, payload: bytes, letter_class: int = 1
) -> Statement:
    return Statement(
        letter_class=letter_class,
        epoch=EPOCH,
        eid=eid,
        sender=sender,
        recipient=recipient,
        sender_key=SIGNING[sender].key_id,
        recipient_key=KEMS[recipient].key_id,
        snapshot=seed("snapshot of the vectors"),
        seq=1,
        created_at=NOW,
        expires_at=NOW + LIFE,
        prev=bytes(32),
        log_size=0,
        log_root=bytes(32),
        root_version=1,
        commitment=commitment(salt, letter_class, payload),
    )


@dataclass(frozen=True)
class Forgery:
    """What to do wrong. `changes` are fields of S before it is signed; `after` are functions over the named bytes."""

    sender: str = "XD"
    recipient: str = "XA"
    payload: bytes = b'{"kind":"a test of the envelope, not a letter"}'
    letter_class: int = 1
    changes: Mapping[str, int | str | bytes] = field(default_factory=dict)
    signer: SigningKey = SIGNING["XD"]
    context: bytes = labels.CONTEXT_ENVELOPE
    sig: Callable[[bytes], bytes] = lambda sig: sig
    carried_payload: bytes | None = None
    length: int | None = None
    padding: Callable[[bytes], bytes] = lambda zeros: zeros
    size: int = 16_384
    sealed_to: KemKey | None = None
    header: Callable[[bytes], bytes] = lambda header: header
    envelope: Callable[[bytes], bytes] = lambda envelope: envelope
    random: Random = os.urandom


@dataclass(frozen=True)
class Forged:
    envelope: bytes
    statement: Statement
    s_bytes: bytes
    sig: bytes
    salt: bytes
    inner: bytes


def forge(how: Forgery) -> Forged:
    """The envelope that `how` describes. With Forgery() it is an honest one that must open."""
    made = stated(how)
    return sealed(how, made, sign_batch([made.s_bytes], how.signer, how.context, how.random)[0])


@dataclass(frozen=True)
class Stated:
    """What will be signed, the id that the header shows, and the salt of the commitment."""

    eid: bytes
    statement: Statement
    s_bytes: bytes
    salt: bytes


def stated(how: Forgery) -> Stated:
    """The statement of an envelope."""
    eid, salt = how.random(16), how.random(32)
    honest = honest_statement(how.sender, how.recipient, eid, salt, how.payload, how.letter_class)
    statement = msgspec.structs.replace(honest, **dict(how.changes))
    return Stated(eid, statement, statement.pack(), salt)


def sealed(how: Forgery, made: Stated, signature: bytes) -> Forged:
    """The envelope around a signed statement."""
    sig = how.sig(signature)
    payload = how.payload if how.carried_payload is None else how.carried_payload
    length = len(payload) if how.length is None else how.length
    start = made.s_bytes + sig + made.salt + length.to_bytes(4, "big") + payload
    inner = start + how.padding(bytes(how.size - _WRAPPING - len(start)))
    return Forged(enclose(inner, made.eid, how), made.statement, made.s_bytes, sig, made.salt, inner)


def enclose(inner: bytes, eid: bytes, how: Forgery) -> bytes:
    """Any INNER under a header, sealed to whom `how` says: also what a thief of an opened INNER can do."""
    key = how.sealed_to or KEMS[how.recipient]
    header = how.header(Header(key.kid, eid).pack())
    return how.envelope(header + seal(key.public, inner, labels.HPKE + header))


def flip(data: bytes, bit: int) -> bytes:
    """`data` with one bit changed."""
    at = bit // 8
    return data[:at] + bytes([data[at] ^ (1 << bit % 8)]) + data[at + 1 :]
