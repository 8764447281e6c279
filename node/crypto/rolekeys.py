"""The two halves of a hybrid key, used one by one: what TUF metadata is signed with, by maintainers and countries.

The registry counts an ML-DSA-65 and an Ed25519 signature as two signatures of one person, so it needs the halves and
not the composite of `suite`. Verification is python-tuf's own. Sources: registry.md 4.2, TAP 21 for the ML-DSA payload.
"""

import base64
import binascii
import hashlib
from typing import Final

import nacl.bindings
from cryptography.hazmat.primitives.asymmetric import mldsa

from node.crypto.errors import BadKey
from node.crypto.suite import SIGNING_SEED_BYTES

MLDSA_PUBLIC_BYTES: Final = 1952
# SubjectPublicKeyInfo of id-ml-dsa-65 is always this prefix and the raw key: DER leaves no choice.
_SPKI_PREFIX: Final = bytes.fromhex("308207b2300b0609608648016503040312038207a100")
_BEGIN: Final = "-----BEGIN PUBLIC KEY-----\n"
_END: Final = "-----END PUBLIC KEY-----\n"


class RoleKey:
    """A private key of one maintainer or one country role, from 64 bytes: ML-DSA-65 seed, then Ed25519 seed."""

    __slots__ = ("_ed25519", "_mldsa", "public")

    public: bytes  # ML-DSA-65 1952 || Ed25519 32, as a fingerprint wants it

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SIGNING_SEED_BYTES:
            raise BadKey(f"role key seed has {len(seed)} bytes; expected {SIGNING_SEED_BYTES}")
        self._mldsa = mldsa.MLDSA65PrivateKey.from_seed_bytes(seed[:32])
        ed25519_public, self._ed25519 = nacl.bindings.crypto_sign_seed_keypair(seed[32:])
        self.public = self._mldsa.public_key().public_bytes_raw() + ed25519_public

    def sign_mldsa(self, payload: bytes) -> bytes:
        """3309 bytes over the TAP 21 form of `payload`: "tuf" || 1 || SHA-512(payload), empty context."""
        return self._mldsa.sign(b"tuf\x01" + hashlib.sha512(payload).digest())

    def sign_ed25519(self, payload: bytes) -> bytes:
        """64 bytes over `payload`."""
        return nacl.bindings.crypto_sign(payload, self._ed25519)[:64]


def mldsa_pem(public: bytes) -> str:
    """The one PEM spelling of an ML-DSA-65 public key of 1952 bytes."""
    if len(public) != MLDSA_PUBLIC_BYTES:
        raise BadKey(f"ml-dsa-65 key has {len(public)} bytes; expected {MLDSA_PUBLIC_BYTES}")
    text = base64.b64encode(_SPKI_PREFIX + public).decode("ascii")
    lines = "".join(text[i : i + 64] + "\n" for i in range(0, len(text), 64))
    return _BEGIN + lines + _END


def mldsa_from_pem(pem: str) -> bytes:
    """The 1952 bytes, or BadKey for another key or another spelling of this one."""
    try:
        data = base64.b64decode(pem.removeprefix(_BEGIN).removesuffix(_END))
    except (binascii.Error, ValueError):
        data = b""
    public = data[len(_SPKI_PREFIX) :]
    if len(public) != MLDSA_PUBLIC_BYTES or mldsa_pem(public) != pem:
        raise BadKey("ml-dsa-65 key is not in its one PEM spelling; ask its owner to write it again")
    return public
