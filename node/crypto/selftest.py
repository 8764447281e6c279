"""Known answers at start: a node whose libraries lack a primitive, or get one wrong, must not start.

Call `self_test` before anything else of ours is imported: a library that is too old fails on import, and only here
does that become one clear sentence. Source: envelope.md 1.1, attack 53.
"""

import base64
from typing import TYPE_CHECKING, Final

from node.crypto import selftest_data as known
from node.crypto.errors import BadSignature, MissingPrimitive, OpenFailed

if TYPE_CHECKING:
    from node.crypto.suite import VerifyingKey

_ADVICE: Final = "install the cryptography wheel 50 or newer (it brings OpenSSL 3.5 or newer) and PyNaCl 1.6.2 or newer"


def self_test() -> None:
    """Silent when signing, sealing and their ids give the known answers; MissingPrimitive with one sentence if not."""
    _check_library()
    # Imported only now, for it raises when the library knows the names but its OpenSSL cannot do them.
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        _check_signing()
        _check_sealing()
    except UnsupportedAlgorithm:
        raise MissingPrimitive(f"the OpenSSL of this machine cannot do X-Wing or ML-DSA; {_ADVICE}") from None


def _check_library() -> None:
    try:
        import node.crypto.suite  # noqa: F401 - here and not above: it is the import that fails on an old library
    except (ImportError, AttributeError):
        raise MissingPrimitive(f"this machine's libraries lack X-Wing or ML-DSA; {_ADVICE}") from None


def _check_signing() -> None:
    from node.crypto.suite import SigningKey, VerifyingKey

    key = SigningKey(bytes(range(64)))
    if key.key_id.hex() != known.SIGNING_KEY_ID:
        raise MissingPrimitive(f"ML-DSA-65 or Ed25519 makes another key than the standard; {_ADVICE}")
    public, signature = VerifyingKey(key.public), base64.b64decode(known.SIGNATURE)
    try:
        public.verify(signature, known.MESSAGE, known.CONTEXT)
        public.verify(key.sign(known.MESSAGE, known.CONTEXT), known.MESSAGE, known.CONTEXT)
    except BadSignature:
        raise MissingPrimitive(f"ML-DSA-65 with Ed25519 does not verify a known signature; {_ADVICE}") from None
    for at in (0, len(signature) - 1):
        if _verifies(public, signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :]):
            raise MissingPrimitive(f"a false signature verifies; {_ADVICE}")


def _verifies(key: "VerifyingKey", signature: bytes) -> bool:
    try:
        key.verify(signature, known.MESSAGE, known.CONTEXT)
    except BadSignature:
        return False
    return True


def _check_sealing() -> None:
    from node.crypto.suite import KemKey, seal

    key = KemKey(bytes(range(32)))
    if key.key_id.hex() != known.KEM_KEY_ID:
        raise MissingPrimitive(f"X-Wing makes another key than the standard; {_ADVICE}")
    try:
        opened = key.open(base64.b64decode(known.SEALED), known.CONTEXT)
        again = key.open(seal(key.public, known.MESSAGE, known.CONTEXT), known.CONTEXT)
    except OpenFailed:
        raise MissingPrimitive(f"HPKE with X-Wing does not open a known message; {_ADVICE}") from None
    if (opened, again) != (known.MESSAGE, known.MESSAGE):
        raise MissingPrimitive(f"HPKE with X-Wing opens a known message to something else; {_ADVICE}")
