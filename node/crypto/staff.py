"""Staff keys: each user has an X-Wing pair, wrapped under what only they know; the office seed is sealed to it.

wrap key = HKDF-SHA256(Argon2id(password) or passkey PRF output, salt = pepper, info); the login verifier is another
output of the same Argon2id. Signing out drops what was unwrapped. Source: at-rest.md, key hierarchy.
"""

import hmac
from dataclasses import dataclass

from node.crypto import labels
from node.crypto.batch import Random
from node.crypto.errors import OpenFailed
from node.crypto.kdf import derive
from node.crypto.suite import KEM_SEED_BYTES, KemKey, office_kid, seal
from node.crypto.vault import Dek, Secret, joined, open_wrap, seal_wrap


@dataclass(frozen=True, slots=True)
class WrapBinding:
    """What a wrap belongs to: a user, one of their credentials, the office key and the generation of the wrap."""

    user: str
    credential: str
    office_kid: bytes
    generation: int


def login_verifier(stretched: Secret, pepper: bytes, user: str) -> bytes:
    """The 32 bytes to store for sign-in. It tells nothing about the wrap key, though both come from one password."""
    return derive(stretched.value, pepper, labels.LOGIN + joined(user))


def login_is_right(stretched: Secret, pepper: bytes, user: str, stored: bytes) -> bool:
    """True when the password that was stretched is the user's, compared in constant time."""
    return hmac.compare_digest(login_verifier(stretched, pepper, user), stored)


def wrap_user_seed(seed: bytes, secret: Secret, pepper: bytes, binding: WrapBinding, random: Random) -> bytes:
    """A user's 32-byte X-Wing seed under their password or passkey: nonce 24 || ciphertext."""
    info = _info(binding)
    return seal_wrap(seed, info, Secret(derive(secret.value, pepper, info)), random)


def unwrap_user_key(wrapped: bytes, secret: Secret, pepper: bytes, binding: WrapBinding) -> KemKey:
    """The user's key pair for this sign-in, or OpenFailed: wrong password, pepper, user, credential or generation."""
    info = _info(binding)
    return KemKey(open_wrap(wrapped, info, Secret(derive(secret.value, pepper, info))))


def rewrap_user_seed(
    wrapped: bytes, old: tuple[Secret, WrapBinding], new: tuple[Secret, WrapBinding], pepper: bytes, random: Random
) -> bytes:
    """The same seed under another credential of the same user; OpenFailed as `unwrap_user_key`."""
    info = _info(old[1])
    seed = open_wrap(wrapped, info, Secret(derive(old[0].value, pepper, info)))
    return wrap_user_seed(seed, new[0], pepper, new[1], random)


def seal_office_seed(office_seed: bytes, user_public: bytes, binding: WrapBinding) -> bytes:
    """The office seed for a user, made by a signed-in coordinator from the user's public half alone."""
    return seal(user_public, office_seed, _seed_info(binding))


def open_office_seed(sealed: bytes, user_key: KemKey, binding: WrapBinding) -> KemKey:
    """The office key in this sign-in's memory; OpenFailed unless it is the key that the binding names."""
    return KemKey(read_office_seed(sealed, user_key, binding).value)


def read_office_seed(sealed: bytes, user_key: KemKey, binding: WrapBinding) -> Secret:
    """The office seed itself, for a sign-in that may give it to others; OpenFailed as `open_office_seed`."""
    seed = user_key.open(sealed, _seed_info(binding))
    if len(seed) != KEM_SEED_BYTES or KemKey(seed).office_kid != binding.office_kid:
        raise OpenFailed("sealed seed is not that of the office key it names")
    return Secret(seed)


def blind_index_key(office_seed: bytes) -> Secret:
    """The key of the search index's hashes: exact matches only, and only while a signed-in person holds the seed."""
    return Secret(derive(office_seed, b"", labels.BLIND_INDEX))


def row_mac_key(office_seed: bytes) -> Secret:
    """The key with which a signed-in person confirms rows that were written while the office vault was shut."""
    return Secret(derive(office_seed, b"", labels.ROW_MAC))


def search_dek(office_seed: bytes) -> Dek:
    """The data key of the search index itself."""
    return Dek(derive(office_seed, b"", labels.SEARCH_DEK))


def seal_older_seed(seed: bytes, newest_public: bytes) -> bytes:
    """The seed of an office key that was changed, for whoever holds the newest; its public half makes it."""
    return seal(newest_public, seed, _older_info(KemKey(seed).office_kid, office_kid(newest_public)))


def read_older_seed(sealed: bytes, newest: KemKey, kid: bytes) -> Secret:
    """That seed again; OpenFailed unless it is of the office key `kid`."""
    seed = newest.open(sealed, _older_info(kid, newest.office_kid))
    if len(seed) != KEM_SEED_BYTES or KemKey(seed).office_kid != kid:
        raise OpenFailed("sealed office seed is not that of the named key")
    return Secret(seed)


def _older_info(kid: bytes, newest_kid: bytes) -> bytes:
    return labels.OFFICE_OLDER + joined(kid, newest_kid)


def _info(binding: WrapBinding) -> bytes:
    return labels.OFFICE_WRAP + joined(binding.user, binding.credential, binding.office_kid, binding.generation)


def _seed_info(binding: WrapBinding) -> bytes:
    # A user may have several credentials, yet one pair: the seed is sealed to the pair, whatever the credential.
    return labels.OFFICE_SEED + joined(binding.user, binding.office_kid, binding.generation)
