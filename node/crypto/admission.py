"""Which public keys may ever be used: checked once, when a record or a bundle brings them.

A key of low order verifies one signature for every message (envelope.md 1.4), so a country could disown what it
signed. Non-canonical spellings would give one key two ids. Source: wire.md 2 and 13, attacks 12 and 13.
"""

from typing import Final

import nacl.bindings
from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

from node.crypto.errors import BadKey
from node.crypto.suite import KEM_PUBLIC_BYTES, SIGNING_PUBLIC_BYTES

_P: Final = 2**255 - 19
_MLDSA_PUBLIC: Final = 1952
_MLKEM_PUBLIC: Final = 1184
_ANY_SCALAR: Final = x25519.X25519PrivateKey.from_private_bytes(b"\x07" * 32)


def admit_ed25519(public: bytes) -> None:
    """BadKey unless these 32 bytes are a canonical point of the prime-order group."""
    if len(public) != 32 or not nacl.bindings.crypto_core_ed25519_is_valid_point(public):
        raise BadKey("ed25519 key is of low order, not canonical, or no point; ask its owner for a new key")


def admit_signing_public(public: bytes) -> None:
    """BadKey unless these 1984 bytes are ML-DSA-65 || an admissible Ed25519 key."""
    if len(public) != SIGNING_PUBLIC_BYTES:
        raise BadKey(f"signing key has {len(public)} bytes; expected {SIGNING_PUBLIC_BYTES}")
    admit_ed25519(public[_MLDSA_PUBLIC:])


def admit_kem_public(public: bytes) -> None:
    """BadKey unless these 1216 bytes are ML-KEM-768 with coefficients below q || X25519 that gives a shared secret."""
    if len(public) != KEM_PUBLIC_BYTES:
        raise BadKey(f"kem key has {len(public)} bytes; expected {KEM_PUBLIC_BYTES}")
    try:
        mlkem.MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC])
    except ValueError:
        raise BadKey("kem key has an ml-kem coefficient out of range; ask its owner for a new key") from None
    _admit_x25519(public[_MLKEM_PUBLIC:])


def _admit_x25519(public: bytes) -> None:
    if int.from_bytes(public, "little") >= _P:
        raise BadKey("x25519 half of the kem key is not canonical; ask its owner for a new key")
    try:
        _ANY_SCALAR.exchange(x25519.X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise BadKey("x25519 half of the kem key is of low order; ask its owner for a new key") from None
