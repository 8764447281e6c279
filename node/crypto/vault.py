"""The node vault: the key-encryption key (KEK), the sealed key file, data keys for each case, sealed columns.

KEK (Argon2id passphrase or a 32-byte key file) -> a key for each case -> its control and identity data keys -> columns.
The identity key is sealed to the office as well, so root on a locked node reads no name. Source: at-rest.md.
"""

import hashlib
import hmac
import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import msgspec
import nacl.bindings
import nacl.exceptions
import nacl.pwhash.argon2id as argon2id
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from node.crypto import labels
from node.crypto.batch import Random
from node.crypto.errors import BadKey, BadText, OpenFailed
from node.crypto.suite import KemKey, office_kid, seal
from node.crypto.text import from_base64url, read_json, text_of, to_base64url, write_json

KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
_NONCE: Final = 12
_LONG_NONCE: Final = 24
_KEYRING_HEAD: Final = struct.Struct(">4sBBII16s24s")
_KEYRING_MAGIC: Final = b"TRMK"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs: Argon2id passes and memory."""

    passes: int
    memory_bytes: int


# Moderate is half a second and 256 MiB; interactive, for small machines, 85 ms and 64 MiB; smallest is for tests only.
MODERATE: Final = Cost(argon2id.OPSLIMIT_MODERATE, argon2id.MEMLIMIT_MODERATE)
INTERACTIVE: Final = Cost(argon2id.OPSLIMIT_INTERACTIVE, argon2id.MEMLIMIT_INTERACTIVE)
SMALLEST: Final = Cost(argon2id.OPSLIMIT_MIN, argon2id.MEMLIMIT_MIN)
# A tampered key file must not take the machine down: 2 GiB and 64 passes at most.
_MOST: Final = Cost(64, 2**31)


@dataclass(frozen=True, slots=True)
class KekSource:
    """How the KEK of a key file is had: from a passphrase with this salt and cost, or from a file of 32 bytes."""

    kind: Literal["passphrase", "key-file"]
    salt: bytes = bytes(SALT_BYTES)
    cost: Cost = Cost(0, 0)


class Secret:
    """32 bytes that never show in a log or a traceback."""

    __slots__ = ("_cipher", "value")

    def __init__(self, value: bytes) -> None:
        if len(value) != KEY_BYTES:
            raise BadKey(f"a key has {len(value)} bytes; expected {KEY_BYTES}")
        self.value = value
        self._cipher: ChaCha20Poly1305 | None = None

    @property
    def cipher(self) -> ChaCha20Poly1305:
        """The cipher under this key, made when it is first needed: making it costs as much as sealing a column."""
        if self._cipher is None:
            self._cipher = ChaCha20Poly1305(self.value)
        return self._cipher

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class Kek(Secret):
    """The key-encryption key of one node."""


class CaseKey(Secret):
    """What wraps the data keys of one case; kept apart from the database, so that destroying it erases every copy."""


class Dek(Secret):
    """The data key of one case, or of the search index; its deletion is the erasure."""


class Place(msgspec.Struct, frozen=True):
    """Where a sealed column stands; a value moved to another place does not open."""

    table: str
    row: str
    column: str
    version: int


def stretch(password: str, salt: bytes, cost: Cost) -> Secret:
    """Argon2id of a password or passphrase: the only hash of it that is ever made. BadKey for an empty one."""
    if not password or len(salt) != SALT_BYTES:
        raise BadKey(f"a password must not be empty and its salt has {SALT_BYTES} bytes")
    return Secret(
        nacl.bindings.crypto_pwhash_alg(
            KEY_BYTES,
            password.encode("utf-8"),
            salt,
            cost.passes,
            cost.memory_bytes,
            nacl.bindings.crypto_pwhash_ALG_ARGON2ID13,
        )
    )


def kek_from_passphrase(passphrase: str, source: KekSource) -> Kek:
    """The KEK; a wrong passphrase gives a wrong KEK, which `open_keyring` notices."""
    return Kek(stretch(passphrase, source.salt, source.cost).value)


def kek_from_key_file(data: bytes) -> Kek:
    """The KEK from the 32 bytes of a key file; BadKey for any other length."""
    return Kek(data)


def seal_keyring(entries: dict[str, bytes], kek: Kek, source: KekSource, random: Random) -> bytes:
    """The sealed key file: message seed, prekey seeds, pepper and the like, by name.

    "TRMK" || version || kind || u32 passes || u32 memory in KiB || salt 16 || nonce 24 || XChaCha20-Poly1305(JSON).
    """
    kind = 1 if source.kind == "passphrase" else 2
    memory_kib = source.cost.memory_bytes // 1024
    nonce = random(_LONG_NONCE)
    head = _KEYRING_HEAD.pack(_KEYRING_MAGIC, 1, kind, source.cost.passes, memory_kib, source.salt, nonce)
    text = write_json({name: to_base64url(value) for name, value in entries.items()})
    return head + _seal_long(text, labels.KEYRING + head, nonce, kek.value)


def keyring_source(data: bytes) -> KekSource:
    """What is needed to open a sealed key file: read before the passphrase is asked for."""
    if len(data) < _KEYRING_HEAD.size:
        raise OpenFailed("key file is cut off; restore it from its own backup")
    magic, version, kind, passes, memory_kib, salt, _ = _KEYRING_HEAD.unpack_from(data)
    if (magic, version) != (_KEYRING_MAGIC, 1) or kind not in (1, 2):
        raise OpenFailed("key file is not one of this version; restore it from its own backup")
    cost = Cost(passes, memory_kib * 1024)
    if kind == 2:
        return KekSource("key-file", salt, cost)
    if not (1 <= passes <= _MOST.passes and SMALLEST.memory_bytes <= cost.memory_bytes <= _MOST.memory_bytes):
        raise OpenFailed("key file asks for an impossible passphrase cost; restore it from its own backup")
    return KekSource("passphrase", salt, cost)


def open_keyring(data: bytes, kek: Kek) -> dict[str, bytes]:
    """All entries, or OpenFailed as a whole: nothing starts with half of its keys."""
    keyring_source(data)
    head, sealed = data[: _KEYRING_HEAD.size], data[_KEYRING_HEAD.size :]
    try:
        text = _open_long(sealed, labels.KEYRING + head, head[-_LONG_NONCE:], kek.value)
        return {name: from_base64url(text_of(value)) for name, value in read_json(text).items()}
    except (OpenFailed, BadText):
        raise OpenFailed("key file does not open: wrong passphrase or key, or the file is damaged") from None


def new_dek(random: Random) -> Dek:
    """A fresh data key."""
    return Dek(random(KEY_BYTES))


def wrap_control_dek(dek: Dek, kek: Secret, case: str, version: int, random: Random) -> bytes:
    """The control key of a case under its case key: readable while the node runs, so that rules work at night."""
    return _seal_short(dek.value, _aad("control-dek", case, version), kek, random)


def unwrap_control_dek(wrapped: bytes, kek: Secret, case: str, version: int) -> Dek:
    """The control key, or OpenFailed for another case, version or KEK."""
    return Dek(_open_short(wrapped, _aad("control-dek", case, version), kek))


def wrap_identity_dek(dek: Dek, kek: Secret, office_public: bytes, case: str, version: int, random: Random) -> bytes:
    """The identity key of a case, sealed to the office and then under the case key. Needs only the public half."""
    sealed = seal(office_public, dek.value, _office_info(case, version, office_kid(office_public)))
    return _seal_short(sealed, _aad("identity-dek", case, version), kek, random)


def unwrap_identity_dek(wrapped: bytes, kek: Secret, office: KemKey, case: str, version: int) -> Dek:
    """The identity key, while a signed-in person holds the office key; OpenFailed otherwise.

    What was written before the office key was changed opens with the one that it was sealed to.
    """
    return _identity_dek(_open_short(wrapped, _aad("identity-dek", case, version), kek), office, case, version)[0]


def reseal_identity_dek(wrapped: bytes, kek: Secret, office: KemKey, case: str, version: int, random: Random) -> bytes:
    """The same identity key sealed to the newest office key; the same bytes where it is sealed to that one already."""
    aad = _aad("identity-dek", case, version)
    dek, by = _identity_dek(_open_short(wrapped, aad, kek), office, case, version)
    if by is office:
        return wrapped
    return _seal_short(seal(office.public, dek.value, _office_info(case, version, office.office_kid)), aad, kek, random)


def _identity_dek(sealed: bytes, office: KemKey, case: str, version: int) -> tuple[Dek, KemKey]:
    for key in (office, *office.before):
        try:
            return Dek(key.open(sealed, _office_info(case, version, key.office_kid))), key
        except OpenFailed:
            continue
    raise OpenFailed("identity key does not open with this office key, nor with one that it followed")


def rewrap_identity_dek(wrapped: bytes, old: Secret, new: Secret, case: str, version: int, random: Random) -> bytes:
    """The same identity key under another case key; its inner half stays sealed to the office."""
    aad = _aad("identity-dek", case, version)
    return _seal_short(_open_short(wrapped, aad, old), aad, new, random)


def seal_field(dek: Dek, place: Place, plaintext: bytes, random: Random) -> bytes:
    """nonce 12 || ChaCha20-Poly1305, bound to table, row, column and version."""
    return _seal_short(plaintext, _place_aad(place), dek, random)


def open_field(dek: Dek, place: Place, sealed: bytes) -> bytes:
    """The plaintext, or OpenFailed when it was sealed for another place or is damaged."""
    return _open_short(sealed, _place_aad(place), dek)


def keyed_hash(secret: Secret, data: bytes) -> bytes:
    """HMAC-SHA256: the blind index of a normalised value, or the MAC of a row, each under its own key."""
    return hmac.digest(secret.value, data, hashlib.sha256)


def keyed_hash_matches(secret: Secret, data: bytes, mac: bytes) -> bool:
    """True when `mac` is the keyed hash of `data`, compared in constant time."""
    return hmac.compare_digest(keyed_hash(secret, data), mac)


def seal_wrap(plaintext: bytes, aad: bytes, key: Secret, random: Random) -> bytes:
    """nonce 24 || XChaCha20-Poly1305, for wraps outside cases (staff keys)."""
    nonce = random(_LONG_NONCE)
    return nonce + _seal_long(plaintext, aad, nonce, key.value)


def open_wrap(wrapped: bytes, aad: bytes, key: Secret) -> bytes:
    """The plaintext of `seal_wrap`, or OpenFailed."""
    return _open_long(wrapped[_LONG_NONCE:], aad, wrapped[:_LONG_NONCE], key.value)


def joined(*parts: str | bytes | int) -> bytes:
    """Parts of any length, each with its u16 length in front, so that no two lists give the same bytes."""
    encoded = [_encoded(part) for part in parts]
    return b"".join(len(part).to_bytes(2, "big") + part for part in encoded)


def _encoded(part: str | bytes | int) -> bytes:
    if isinstance(part, int):
        return part.to_bytes(4, "big")
    return part.encode("utf-8") if isinstance(part, str) else part


def _aad(table: str, case: str, version: int) -> bytes:
    return joined(table, case, version)


def _place_aad(place: Place) -> bytes:
    row = place.row.encode("utf-8")
    return _place_head(place.table) + len(row).to_bytes(2, "big") + row + _place_tail(place.column, place.version)


@lru_cache(maxsize=256)
def _place_head(table: str) -> bytes:
    return joined(table)


@lru_cache(maxsize=256)
def _place_tail(column: str, version: int) -> bytes:
    return joined(column, version)


def _office_info(case: str, version: int, kid: bytes) -> bytes:
    return labels.OFFICE_DEK + joined(case, version, kid)


def _seal_short(plaintext: bytes, aad: bytes, key: Secret, random: Random) -> bytes:
    nonce = random(_NONCE)
    return nonce + key.cipher.encrypt(nonce, plaintext, aad)


def _open_short(sealed: bytes, aad: bytes, key: Secret) -> bytes:
    try:
        return key.cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], aad)
    except (InvalidTag, ValueError):
        raise OpenFailed("sealed value does not open here with this key") from None


def _seal_long(plaintext: bytes, aad: bytes, nonce: bytes, key: bytes) -> bytes:
    return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, aad, nonce, key)


def _open_long(sealed: bytes, aad: bytes, nonce: bytes, key: bytes) -> bytes:
    if len(nonce) != _LONG_NONCE or len(sealed) < 16:
        raise OpenFailed("sealed value is cut off")
    try:
        return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, aad, nonce, key)
    except nacl.exceptions.CryptoError:
        raise OpenFailed("sealed value does not open here with this key") from None
