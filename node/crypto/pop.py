"""Proof that a country holds the keys of the record it asks to join with.

A maintainer's nonce is sealed to the key in question; who opens it signs it with the message key and the role keys.
Source: registry.md, decided 7.
"""

import hashlib

from node.crypto import labels
from node.crypto.suite import KemKey, SigningKey, VerifyingKey, seal


def proof_bytes(country: str, record: bytes, role_keys: bytes, nonce: bytes) -> bytes:
    """What the message key (context labels.CONTEXT_POP) and the role keys sign.

    `record` are the bytes of record.json, `role_keys` ML-DSA-65 public 1952 || Ed25519 public 32, `nonce` 32 bytes.
    """
    if len(country) != 2 or len(nonce) != 32:
        raise ValueError("a proof needs a country of two letters and a nonce of 32 bytes")
    return (
        labels.POP
        + country.encode("ascii")
        + hashlib.sha256(record).digest()
        + hashlib.sha256(role_keys).digest()
        + nonce
    )


def seal_nonce(public: bytes, country: str, nonce: bytes) -> bytes:
    """The challenge, sealed to the KEM key or the office key that `country` claims."""
    return seal(public, nonce, labels.POP_NONCE + country.encode("ascii"))


def open_nonce(key: KemKey, country: str, sealed: bytes) -> bytes:
    """The 32-byte nonce, or OpenFailed."""
    return key.open(sealed, labels.POP_NONCE + country.encode("ascii"))


def sign_proof(key: SigningKey, proof: bytes) -> bytes:
    """The message key's 3373 bytes over `proof_bytes(...)`."""
    return key.sign(proof, labels.CONTEXT_POP)


def verify_proof(key: VerifyingKey, signature: bytes, proof: bytes) -> None:
    """BadSignature unless the holder of `key` signed exactly this proof."""
    key.verify(signature, proof, labels.CONTEXT_POP)
