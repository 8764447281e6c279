"""Hybrid keys in TUF: one Ed25519 and one ML-DSA-65 key per holder, admitted before they count.

python-tuf trusts the key ids written in a file; two ids for one key would count one holder twice. So an id must be the
hash of its key, and each key has one spelling. Source: registry.md 4.2 and 4.4.
"""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from securesystemslib.formats import encode_canonical

from node.crypto.admission import admit_ed25519
from node.crypto.errors import BadKey
from node.crypto.rolekeys import MLDSA_PUBLIC_BYTES, RoleKey, mldsa_from_pem, mldsa_pem
from node.crypto.suite import SIGNING_PUBLIC_BYTES
from registry.errors import BadRegistryKey
from registry.tuftypes import Key, SecretsHandler, Signature, Signer, SSlibKey

_ED25519: Final = ("ed25519", "ed25519")
_MLDSA: Final = ("ml-dsa", "ml-dsa-65/1")
_REMEMBERED: Final = 1024  # ids: more keys than a registry names; the same ones come with every refresh


class HalfSigner(Signer):
    """Signs TUF metadata with one half of a role key."""

    def __init__(self, role_key: RoleKey, public_key: SSlibKey) -> None:
        self._role_key = role_key
        self._public_key = public_key

    @property
    def public_key(self) -> SSlibKey:
        """The half's public key with its id."""
        return self._public_key

    @classmethod
    def from_priv_key_uri(
        cls, priv_key_uri: str, public_key: Key, secrets_handler: SecretsHandler | None = None
    ) -> "HalfSigner":
        """Not offered: private keys come from sealed files only (registry.keyfiles)."""
        raise NotImplementedError("role keys are opened by registry.keyfiles")

    def sign(self, payload: bytes) -> Signature:
        """The signature of this half over `payload`."""
        ed25519 = self._public_key.keytype == _ED25519[0]
        sign = self._role_key.sign_ed25519 if ed25519 else self._role_key.sign_mldsa
        return Signature(self._public_key.keyid, sign(payload).hex())


def ed25519_key(public: bytes) -> SSlibKey:
    """The TUF form of 32 bytes; BadRegistryKey when the point is not admissible."""
    return SSlibKey(_ed25519_id(public), *_ED25519, {"public": public.hex()})


def key_pair(public: bytes) -> tuple[SSlibKey, SSlibKey]:
    """The Ed25519 and the ML-DSA-65 key of `public` = ML-DSA-65 1952 || Ed25519 32, admitted."""
    if len(public) != SIGNING_PUBLIC_BYTES:
        raise BadRegistryKey(f"role keys have {len(public)} bytes; expected {SIGNING_PUBLIC_BYTES}")
    pem = mldsa_pem(public[:MLDSA_PUBLIC_BYTES])
    return ed25519_key(public[MLDSA_PUBLIC_BYTES:]), SSlibKey(_key_id(_MLDSA, pem), *_MLDSA, {"public": pem})


def signers(role_key: RoleKey) -> tuple[HalfSigner, HalfSigner]:
    """One signer for each half: Ed25519, ML-DSA-65."""
    first, second = key_pair(role_key.public)
    return HalfSigner(role_key, first), HalfSigner(role_key, second)


def admit_pair(keys: Iterable[Key]) -> bytes:
    """ML-DSA-65 1952 || Ed25519 32 of exactly one key of each kind, or BadRegistryKey.

    Checks: kinds, one spelling, point not of low order, id = hash of the key, no further fields.
    """
    found = list(keys)
    by_kind = {(key.keytype, key.scheme): key for key in found}
    if len(found) != 2 or set(by_kind) != {_ED25519, _MLDSA}:
        raise BadRegistryKey("a role needs exactly one ed25519 and one ml-dsa-65 key; ask its holder for both")
    public = _mldsa_bytes(by_kind[_MLDSA]) + _ed25519_bytes(by_kind[_ED25519])
    for admitted in key_pair(public):
        if by_kind[(admitted.keytype, admitted.scheme)] != admitted:
            raise BadRegistryKey("a key's id is not the hash of the key, or it has extra fields; write the key again")
    return public


def admit_online(key: Key) -> None:
    """BadRegistryKey unless this is an admissible Ed25519 key under its own id."""
    if (key.keytype, key.scheme) != _ED25519 or ed25519_key(_ed25519_bytes(key)) != key:
        raise BadRegistryKey("the online key is not an ed25519 key under its own id")


def _ed25519_bytes(key: Key) -> bytes:
    text = str(key.keyval.get("public", ""))
    try:
        public = bytes.fromhex(text)
    except ValueError:
        public = b""
    if len(public) != 32 or public.hex() != text:
        raise BadRegistryKey("ed25519 key is not 32 bytes in lowercase hex")
    return public


def _mldsa_bytes(key: Key) -> bytes:
    try:
        return mldsa_from_pem(str(key.keyval.get("public", "")))
    except BadKey as error:
        raise BadRegistryKey(str(error)) from None


@lru_cache(maxsize=_REMEMBERED)
def _ed25519_id(public: bytes) -> str:
    """The id of an admitted key; BadRegistryKey when the point is not admissible."""
    try:
        admit_ed25519(public)
    except BadKey as error:
        raise BadRegistryKey(str(error)) from None
    return _key_id(_ED25519, public.hex())


@lru_cache(maxsize=_REMEMBERED)
def _key_id(kind: tuple[str, str], public: str) -> str:
    canonical = encode_canonical({"keytype": kind[0], "scheme": kind[1], "keyval": {"public": public}})
    assert isinstance(canonical, str)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
