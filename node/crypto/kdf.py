"""HKDF-SHA256 (RFC 5869): the one way in which this program makes a key from a secret."""

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


def derive(secret: bytes, salt: bytes, info: bytes, size: int = KEY_BYTES) -> bytes:
    """`size` bytes from a secret, a salt and what they are for; ValueError beyond 8160."""
    return HKDF(hashes.SHA256(), size, salt=salt, info=info).derive(secret)
