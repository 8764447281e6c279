"""What signs the registry vectors: alike at every run, and as good as the library's to whoever verifies."""

from hashlib import sha512

import nacl.bindings
import pytest
from cryptography.hazmat.primitives.asymmetric import mldsa

from node.crypto.errors import BadSignature
from node.crypto.suite import SigningKey, VerifyingKey
from tests.vectors.fixed_keys import FixedRoleKey, FixedSigningKey, pair
from tests.vectors.mldsa import FixedMldsa
from tests.vectors_support import seed


@pytest.mark.parametrize("number", range(4))
def test_the_library_verifies_what_the_fixed_key_signed(number: int) -> None:
    """FIPS 204: the deterministic variant differs from the hedged one in nothing that a verifier can see."""
    message, of = f"message {number}".encode(), seed(f"fixed {number}")
    key, library = FixedMldsa(of), mldsa.MLDSA65PrivateKey.from_seed_bytes(of)

    signature = key.sign(message, b"a context")

    assert key.public == library.public_key().public_bytes_raw()
    assert signature == FixedMldsa(of).sign(message, b"a context")
    library.public_key().verify(signature, message, b"a context")


def test_a_fixed_message_key_is_the_composite_of_the_wire() -> None:
    """Wire 2: both halves, one context; another context does not verify."""
    key = FixedSigningKey(pair("XA"))
    signature = key.sign(b"a record", b"trm/v1/record")

    VerifyingKey(SigningKey(pair("XA")).public).verify(signature, b"a record", b"trm/v1/record")
    assert signature == key.sign(b"a record", b"trm/v1/record")
    with pytest.raises(BadSignature):
        VerifyingKey(key.public).verify(signature, b"a record", b"trm/v1/prekeys")


def test_a_fixed_role_key_signs_as_the_registry_wants_it() -> None:
    """TAP 21: "tuf" || 1 || SHA-512 for ML-DSA, the payload itself for Ed25519."""
    key = FixedRoleKey(pair("ada"))

    library = mldsa.MLDSA65PublicKey.from_public_bytes(key.public[:1952])
    library.verify(key.sign_mldsa(b"signed"), b"tuf\x01" + sha512(b"signed").digest())
    assert nacl.bindings.crypto_sign_open(key.sign_ed25519(b"signed") + b"signed", key.public[1952:]) == b"signed"
