"""Three structures read and written again by somebody who has docs/protocol.md and the vectors, and none of our code.

Written from sections 2, 3, 5 and 13 of that page; nothing of `node` or `registry` is imported. Source: issue 2: a
stranger writes a compatible node from the page and the vectors alone.
"""

import base64
import hashlib
import hmac
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, mldsa, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as open_xchacha

VECTORS = Path(__file__).parents[2] / "vectors"
HPKE = b"HPKE" + struct.pack(">HHH", 0x647A, 1, 3)
XWING = b"\\.//^\\"
COMPOSITE = b"COMPSIG-MLDSA65-Ed25519-SHA512"


def vector(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_bytes())
    return found


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def seed(label: str, size: int = 32) -> bytes:
    return hashlib.shake_256(label.encode()).digest(size)


def expand(ikm: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    """HKDF-SHA256; all that is asked for here fits one block."""
    key = hmac.digest(salt or bytes(32), ikm, "sha256")
    return hmac.digest(key, info + b"\x01", "sha256")[:size]


def sealing_key(country: str) -> tuple[mlkem.MLKEM768PrivateKey, x25519.X25519PrivateKey, bytes]:
    """2: both halves of a KEM key, and its public form."""
    both = hashlib.shake_256(seed(f"{country} kem")).digest(96)
    one, other = (
        mlkem.MLKEM768PrivateKey.from_seed_bytes(both[:64]),
        x25519.X25519PrivateKey.from_private_bytes(both[64:]),
    )
    return one, other, one.public_key().public_bytes_raw() + other.public_key().public_bytes_raw()


def signing_key(country: str) -> bytes:
    """2: the public form of a message key."""
    one = mldsa.MLDSA65PrivateKey.from_seed_bytes(seed(f"{country} mldsa"))
    other = ed25519.Ed25519PrivateKey.from_private_bytes(seed(f"{country} ed25519"))
    return one.public_key().public_bytes_raw() + other.public_key().public_bytes_raw()


def opened(country: str, envelope: bytes) -> bytes:
    """2, 3: INNER of an envelope."""
    one, other, public = sealing_key(country)
    enc, sealed = envelope[40:1160], envelope[1160:]
    half = other.exchange(x25519.X25519PublicKey.from_public_bytes(enc[1088:]))
    secret = hashlib.sha3_256(one.decapsulate(enc[:1088]) + half + enc[1088:] + public[1184:] + XWING).digest()

    def extract(label: bytes, ikm: bytes, salt: bytes = b"") -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + HPKE + label + ikm, "sha256")

    info = b"trm/v1/hpke\0" + envelope[:40]
    context = b"\0" + extract(b"psk_id_hash", b"") + extract(b"info_hash", info)
    top = extract(b"secret", b"", secret)
    key, nonce = (
        hmac.digest(top, struct.pack(">H", size) + b"HPKE-v1" + HPKE + label + context + b"\x01", "sha256")[:size]
        for label, size in ((b"key", 32), (b"base_nonce", 12))
    )
    return ChaCha20Poly1305(key).decrypt(nonce, sealed, b"")


def verify(country: str, context: bytes, data: bytes, signature: bytes) -> None:
    """2: a batch signature; InvalidSignature where either half fails."""
    place, path, composite, root = signature[0], signature[1:193], signature[193:], sha(b"\0" + data)
    assert place < 64
    for i in range(6):
        beside = path[32 * i : 32 * i + 32]
        root = sha(b"\1" + (beside + root if place >> i & 1 else root + beside))
    digest = hashlib.sha512(b"trm/v1/batch\0" + root).digest()
    signed = b"CompositeAlgorithmSignatures2025" + COMPOSITE + bytes([len(context)]) + context + digest
    public = signing_key(country)
    mldsa.MLDSA65PublicKey.from_public_bytes(public[:1952]).verify(composite[:3309], signed, COMPOSITE)
    ed25519.Ed25519PublicKey.from_public_bytes(public[1952:]).verify(composite[3309:], signed)


def unhex(of: dict[str, Any], *names: str) -> bytes:
    return b"".join(bytes.fromhex(of[name]) for name in names)


@pytest.mark.parametrize("name", ["own-good-offer", "own-good-control", "own-good-cover"])
def test_an_envelope_and_its_statement(name: str) -> None:
    made = vector(name)
    envelope, s = base64.b64decode(made["bytes"]), made["expect"]["S"]

    inner = opened(made["to"], envelope)
    size = int.from_bytes(inner[3858:3862], "big")
    salt, payload, padding = inner[3826:3858], inner[3862 : 3862 + size], inner[3862 + size :]

    assert envelope[:8] == b"TRM1\1\1\0\0" and not any(padding)
    assert envelope[8:24] == sha(b"trm/v1/kem-kid\0" + sealing_key(made["to"])[2])[:16]
    assert s["sender_key"] == sha(b"trm/v1/sig-kid\0" + signing_key(made["from"])).hex()
    verify(made["from"], b"trm/v1/envelope", inner[:260], inner[260:3826])
    assert inner[:260] == b"".join((
        struct.pack(">BBHQ", 1, 1, s["class"], s["channel_epoch"]), unhex(s, "eid"),
        f"{s['sender']}{s['recipient']}".encode(), unhex(s, "sender_key", "recipient_key", "snapshot"),
        struct.pack(">QQQ", s["seq"], s["created_at"], s["expires_at"]), unhex(s, "prev"),
        struct.pack(">Q", s["log_size"]), unhex(s, "log_root"), struct.pack(">I", s["root_version"]),
        sha(b"trm/v1/payload\0" + salt + struct.pack(">HI", s["class"], size) + payload),
    ))  # fmt: skip


@pytest.mark.parametrize("status", ["stored", "already-received", "refused", "expired", "malformed"])
def test_a_receipt_in_its_slot(status: str) -> None:
    made = vector(f"own-receipt-{status}")
    slot, r = base64.b64decode(made["bytes"]), made["expect"]["R"]
    eid = base64.b64decode(vector(made["for_envelope"])["bytes"])[24:40]

    key = expand(bytes.fromhex(made["salt"]), eid, b"trm/v1/receipt-seal\0", 32)
    plain = open_xchacha(slot[25 : 25 + 220 + 3566 + 16], eid, slot[1:25], key)

    assert (len(slot), slot[0]) == (4096, 1)
    verify(made["from"], b"trm/v1/receipt", plain[:220], plain[220:])
    assert plain[:220] == b"".join((
        b"TRR1", struct.pack(">BBBBH", 1, 1, r["status"], 0, r["reason"]), unhex(r, "eid", "envelope_hash", "s_hash"),
        r["recipient"].encode(), unhex(r, "recipient_key"),
        struct.pack(">QQQ", r["time"], r["channel_epoch"], r["index"]), unhex(r, "prev"),
        struct.pack(">Q", r["log_size"]), unhex(r, "log_root"),
    ))  # fmt: skip


def test_twelve_groups_that_are_read_aloud() -> None:
    made = vector("own-fingerprint")

    d = hashlib.sha512(
        b"trm/v1/fingerprint\0" + base64.b64decode(made["role_keys"]) + base64.b64decode(made["record"])
    ).digest()

    groups = [int.from_bytes(d[5 * i : 5 * i + 5], "big") % 100_000 for i in range(12)]
    assert " ".join(f"{one:05d}" for one in groups) == made["expect"]["groups"]
