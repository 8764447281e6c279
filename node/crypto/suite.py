"""Suite 1: X-Wing in HPKE for sealing, ML-DSA-65 with Ed25519 for signing; keys know their own ids.

Sources: wire.md 2 and 13, draft-ietf-hpke-pq (KEM 0x647a), draft-ietf-lamps-pq-composite-sigs
(id-MLDSA65-Ed25519-SHA512). Seeds are all that is ever stored; expanded keys live in these objects only.
"""

import hashlib
from functools import lru_cache
from typing import Final

import nacl.bindings
import nacl.exceptions
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mldsa, mlkem, x25519

from node.crypto import labels
from node.crypto.errors import BadKey, BadSignature, OpenFailed

SUITE: Final = 1
SIGNING_SEED_BYTES: Final = 64
SIGNING_PUBLIC_BYTES: Final = 1984
SIGNATURE_BYTES: Final = 3373
KEM_SEED_BYTES: Final = 32
KEM_PUBLIC_BYTES: Final = 1216
ENC_BYTES: Final = 1120
SEAL_OVERHEAD_BYTES: Final = ENC_BYTES + 16
KID_BYTES: Final = 16

_MLDSA_PUBLIC: Final = 1952
_MLDSA_SIGNATURE: Final = 3309
_MLKEM_PUBLIC: Final = 1184
_ED25519_SIGNATURE: Final = 64
_COMPOSITE_PREFIX: Final = b"CompositeAlgorithmSignatures2025"
_COMPOSITE_LABEL: Final = b"COMPSIG-MLDSA65-Ed25519-SHA512"
# 250 countries with message keys and prekeys would be 3 000; parsing one costs 0.1 ms, so fewer will do.
_PARSED_KEYS: Final = 1024

_HPKE: Final = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


def sig_key_id(public: bytes) -> bytes:
    """The 32-byte id of a composite public key of 1984 bytes."""
    return hashlib.sha256(labels.SIG_KID + public).digest()


@lru_cache(maxsize=_PARSED_KEYS)
def kem_key_id(public: bytes) -> bytes:
    """The 32-byte id of an X-Wing public key of 1216 bytes; its first 16 bytes are the kid in an envelope's header."""
    return hashlib.sha256(labels.KEM_KID + public).digest()


def office_kid(public: bytes) -> bytes:
    """The 32-byte id of an X-Wing public key in its use as an office key."""
    return hashlib.sha256(labels.OFFICE_KID + public).digest()


class SigningKey:
    """A composite private key, expanded once from 64 bytes: ML-DSA-65 seed, then Ed25519 seed."""

    __slots__ = ("_ed25519", "_mldsa", "key_id", "public")

    public: bytes
    key_id: bytes

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SIGNING_SEED_BYTES:
            raise BadKey(f"signing seed has {len(seed)} bytes; expected {SIGNING_SEED_BYTES}")
        self._mldsa = mldsa.MLDSA65PrivateKey.from_seed_bytes(seed[:32])
        ed25519_public, self._ed25519 = nacl.bindings.crypto_sign_seed_keypair(seed[32:])
        self.public = self._mldsa.public_key().public_bytes_raw() + ed25519_public
        self.key_id = sig_key_id(self.public)

    def sign(self, message: bytes, context: bytes) -> bytes:
        """3373 bytes over `message` in `context`. Two signatures of one message differ: ML-DSA signing is hedged."""
        prepared = _prepared(message, context)
        first = self._mldsa.sign(prepared, _COMPOSITE_LABEL)
        return first + nacl.bindings.crypto_sign(prepared, self._ed25519)[:_ED25519_SIGNATURE]


class VerifyingKey:
    """A composite public key, parsed once. Admission (low order, canonical) is checked in `node.crypto.admission`."""

    __slots__ = ("_ed25519", "_mldsa", "key_id", "public")

    public: bytes
    key_id: bytes

    def __init__(self, public: bytes) -> None:
        if len(public) != SIGNING_PUBLIC_BYTES:
            raise BadKey(f"signing key has {len(public)} bytes; expected {SIGNING_PUBLIC_BYTES}")
        self._mldsa = mldsa.MLDSA65PublicKey.from_public_bytes(public[:_MLDSA_PUBLIC])
        self._ed25519 = public[_MLDSA_PUBLIC:]
        self.public = public
        self.key_id = sig_key_id(public)

    def verify(self, signature: bytes, message: bytes, context: bytes) -> None:
        """Both halves must verify, or BadSignature."""
        if len(signature) != SIGNATURE_BYTES:
            raise BadSignature(f"signature has {len(signature)} bytes; expected {SIGNATURE_BYTES}")
        prepared = _prepared(message, context)
        try:
            # PyNaCl, not cryptography: the latter accepts keys and signatures of low order (envelope.md 1.4).
            nacl.bindings.crypto_sign_open(signature[_MLDSA_SIGNATURE:] + prepared, self._ed25519)
            self._mldsa.verify(signature[:_MLDSA_SIGNATURE], prepared, _COMPOSITE_LABEL)
        except (nacl.exceptions.BadSignatureError, InvalidSignature):
            raise BadSignature("signature does not verify under the named key") from None


class KemKey:
    """An X-Wing private key, expanded once from its 32-byte seed.

    `before`: keys that this one followed, newest first; they still open what was sealed to them, and nothing is sealed
    to them any more.
    """

    __slots__ = ("_private", "before", "key_id", "office_kid", "public")

    before: tuple["KemKey", ...]
    public: bytes
    key_id: bytes
    office_kid: bytes

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEM_SEED_BYTES:
            raise BadKey(f"kem seed has {len(seed)} bytes; expected {KEM_SEED_BYTES}")
        expanded = hashlib.shake_256(seed).digest(96)
        first = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        second = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        self._private = hpke.MLKEM768X25519PrivateKey(first, second)
        self.before = ()
        self.public = first.public_key().public_bytes_raw() + second.public_key().public_bytes_raw()
        self.key_id = kem_key_id(self.public)
        self.office_kid = office_kid(self.public)

    @property
    def kid(self) -> bytes:
        """The 16 bytes that an envelope's header carries."""
        return self.key_id[:KID_BYTES]

    def of(self, office_kid: bytes) -> "KemKey | None":
        """The key of that office id: this one, or one that it followed."""
        return next((key for key in (self, *self.before) if key.office_kid == office_kid), None)

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """The plaintext of `seal(self.public, plaintext, info)`, or OpenFailed: wrong key or info, any flipped bit."""
        try:
            return _HPKE.decrypt(sealed, self._private, info)
        except (InvalidTag, ValueError):
            raise OpenFailed("sealed bytes do not open with this key and binding") from None


def seal(public: bytes, plaintext: bytes, info: bytes) -> bytes:
    """HPKE base mode, single shot: enc 1120 || ciphertext || tag 16. BadKey when `public` is no X-Wing key."""
    try:
        return _HPKE.encrypt(plaintext, _kem_public(public), info)
    except ValueError:
        raise BadKey("kem key gives no shared secret; it must not have been admitted") from None


@lru_cache(maxsize=_PARSED_KEYS)
def verifying_key(public: bytes) -> VerifyingKey:
    """The parsed form of a composite public key, remembered for the last 1024 keys."""
    return VerifyingKey(public)


@lru_cache(maxsize=_PARSED_KEYS)
def _kem_public(public: bytes) -> hpke.MLKEM768X25519PublicKey:
    if len(public) != KEM_PUBLIC_BYTES:
        raise BadKey(f"kem key has {len(public)} bytes; expected {KEM_PUBLIC_BYTES}")
    try:
        first = mlkem.MLKEM768PublicKey.from_public_bytes(public[:_MLKEM_PUBLIC])
    except ValueError:
        raise BadKey("kem key has an ml-kem coefficient out of range; ask the country for a correct key") from None
    return hpke.MLKEM768X25519PublicKey(first, x25519.X25519PublicKey.from_public_bytes(public[_MLKEM_PUBLIC:]))


def _prepared(message: bytes, context: bytes) -> bytes:
    """M' of the composite draft: prefix || label || u8 len(ctx) || ctx || SHA-512(message)."""
    digest = hashlib.sha512(message).digest()
    return _COMPOSITE_PREFIX + _COMPOSITE_LABEL + bytes([len(context)]) + context + digest
