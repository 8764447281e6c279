"""The keys of the registry vectors: by label as in README.md, and signing the same bytes at every run."""

from functools import cache
from hashlib import sha512

import nacl.bindings

from node.crypto.rolekeys import RoleKey
from node.crypto.suite import KemKey, SigningKey, _prepared
from tests.registry_world import NodeKeys
from tests.vectors.mldsa import FixedMldsa
from tests.vectors_support import seed

LABEL = b"COMPSIG-MLDSA65-Ed25519-SHA512"


class FixedSigningKey(SigningKey):
    """A message key."""

    def __init__(self, of: bytes) -> None:
        super().__init__(of)
        self._fixed = FixedMldsa(of[:32])
        self._ed = nacl.bindings.crypto_sign_seed_keypair(of[32:])[1]

    def sign(self, message: bytes, context: bytes) -> bytes:
        prepared = _prepared(message, context)
        return self._fixed.sign(prepared, LABEL) + nacl.bindings.crypto_sign(prepared, self._ed)[:64]


class FixedRoleKey(RoleKey):
    """The two keys of a maintainer, a country's role or the publisher."""

    def __init__(self, of: bytes) -> None:
        super().__init__(of)
        self._fixed = FixedMldsa(of[:32])

    def sign_mldsa(self, payload: bytes) -> bytes:
        return self._fixed.sign(b"tuf\x01" + sha512(payload).digest())


class FixedNodeKeys(NodeKeys):
    """A country's keys."""

    @property
    def message(self) -> SigningKey:
        return signing(self.message_seed)

    @property
    def office(self) -> KemKey:
        return KemKey(self.office_seed)

    @property
    def role(self) -> RoleKey:
        return role(self.role_seed)


def pair(name: str) -> bytes:
    """The two seeds of a hybrid signing key: ML-DSA-65, then Ed25519."""
    return seed(f"{name} mldsa") + seed(f"{name} ed25519")


@cache
def signing(of: bytes) -> SigningKey:
    return FixedSigningKey(of)


@cache
def role(of: bytes) -> RoleKey:
    return FixedRoleKey(of)


def keys_of(code: str) -> NodeKeys:
    """Message key, fallback, office, next message key and role key of a country."""
    return FixedNodeKeys(
        pair(code), seed(f"{code} fallback"), seed(f"{code} office"), pair(f"{code} next"), pair(f"{code} role")
    )
