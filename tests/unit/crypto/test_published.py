"""Vectors that outsiders published, through our own thinnest wrappers (HPKE suite, X-Wing, composite, primitives)."""

import base64
import hashlib
from collections.abc import Callable, Iterable
from typing import Any

import nacl.bindings
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.bindings._rust import openssl as rust_openssl
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import mldsa, mlkem, x25519

from node.crypto import suite, vault
from node.crypto.admission import admit_ed25519, admit_kem_public
from node.crypto.errors import BadKey, BadSignature, OpenFailed
from node.crypto.kdf import derive
from node.crypto.suite import KemKey, SigningKey, VerifyingKey
from tests.vectors_support import published


def wycheproof(name: str) -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
    for group in published(f"wycheproof/{name}.json")["testGroups"]:
        for test in group["tests"]:
            yield group, test


def accepts(act: Callable[[], object], *refusals: type[Exception]) -> bool:
    try:
        act()
    except refusals:
        return False
    return True


def test_our_hpke_suite_opens_the_published_messages() -> None:
    """draft-ietf-hpke-pq, KEM 0x647a, KDF 1, AEAD 3. Their messages carry an aad, which only the private call takes;
    the key comes from our KemKey, so its expansion and the suite are what is tested."""
    rows = [r for r in published("hpke-pq.json") if (r["kem_id"], r["kdf_id"], r["aead_id"]) == (0x647A, 1, 3)]
    row = next(r for r in rows if r["mode"] == 0)
    key = KemKey(bytes.fromhex(row["skRm"]))
    first = row["encryptions"][0]

    opened = rust_openssl.hpke._decrypt_with_aad(
        suite._HPKE,
        bytes.fromhex(row["enc"]) + bytes.fromhex(first["ct"]),
        key._private,
        bytes.fromhex(row["info"]),
        bytes.fromhex(first["aad"]),
    )

    assert key.public.hex() == row["pkRm"]
    assert opened == bytes.fromhex(first["pt"])


def test_x_wing_keys_and_secrets_are_the_published_ones() -> None:
    """draft-connolly-cfrg-xwing-kem: seed to public key, and the shared secret of the published ciphertext."""
    for row in published("xwing.json"):
        key, ct = KemKey(bytes.fromhex(row["seed"])), bytes.fromhex(row["ct"])
        expanded = hashlib.shake_256(bytes.fromhex(row["seed"])).digest(96)
        x_private = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        x_secret = x_private.exchange(x25519.X25519PublicKey.from_public_bytes(ct[1088:]))
        m_secret = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64]).decapsulate(ct[:1088])

        secret = hashlib.sha3_256(m_secret + x_secret + ct[1088:] + key.public[1184:] + b"\\.//^\\").hexdigest()

        assert key.public.hex() == row["pk"]
        assert secret == row["ss"]
        admit_kem_public(key.public)


def test_the_composite_signature_is_the_published_one() -> None:
    """lamps composite draft: same public key from the seeds; both signatures verify, another context fails."""
    data = published("composite.json")
    row = next(t for t in data["tests"] if t["tcId"] == "id-MLDSA65-Ed25519-SHA512")
    message, context = base64.b64decode(data["m"]), base64.b64decode(data["ctx"])
    key = VerifyingKey(base64.b64decode(row["pk"]))

    key.verify(base64.b64decode(row["s"]), message, b"")
    key.verify(base64.b64decode(row["sWithContext"]), message, context)

    assert SigningKey(base64.b64decode(row["sk"])).public == key.public
    with pytest.raises(BadSignature):
        key.verify(base64.b64decode(row["sWithContext"]), message, b"")


def test_ed25519_as_we_verify_it() -> None:
    """Wycheproof: every signature, valid or not, is judged as listed."""
    wrong = []
    for group, test in wycheproof("ed25519"):
        signed = bytes.fromhex(test["sig"]) + bytes.fromhex(test["msg"])
        public = bytes.fromhex(group["publicKey"]["pk"])

        def verify(signed: bytes = signed, public: bytes = public) -> None:
            admit_ed25519(public)
            nacl.bindings.crypto_sign_open(signed, public)

        if accepts(verify, BadKey, nacl.exceptions.BadSignatureError, ValueError) != (test["result"] == "valid"):
            wrong.append(test["tcId"])

    assert wrong == []


def test_ml_dsa_65_verification() -> None:
    """Wycheproof: 210 signatures, malformed keys included."""
    wrong = []
    for group, test in wycheproof("mldsa_65_verify"):
        public, context = bytes.fromhex(group["publicKey"]), bytes.fromhex(test.get("ctx", ""))

        def verify(public: bytes = public, context: bytes = context, test: dict[str, Any] = test) -> None:
            key = mldsa.MLDSA65PublicKey.from_public_bytes(public)
            key.verify(bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]), context)

        if accepts(verify, InvalidSignature, ValueError) != (test["result"] == "valid"):
            wrong.append(test["tcId"])

    assert wrong == []


def test_ml_kem_768_decapsulation_and_key_generation() -> None:
    """Wycheproof: decapsulated secrets, refused lengths, and public keys from seeds."""
    wrong = []
    for _, test in wycheproof("mlkem_768"):

        def secret(test: dict[str, Any] = test) -> bool:
            key = mlkem.MLKEM768PrivateKey.from_seed_bytes(bytes.fromhex(test["seed"]))
            return key.decapsulate(bytes.fromhex(test["c"])).hex() == str(test["K"])

        try:
            right = secret()
        except ValueError:
            right = False
        if right != (test["result"] == "valid"):
            wrong.append(test["tcId"])
    for _, test in wycheproof("mlkem_768_keygen_seed"):
        public = mlkem.MLKEM768PrivateKey.from_seed_bytes(bytes.fromhex(test["seed"])).public_key()
        if (public.public_bytes_raw().hex() == test["ek"]) != (test["result"] == "valid"):
            wrong.append(test["tcId"])

    assert wrong == []


def test_x25519_never_yields_a_wrong_or_zero_secret() -> None:
    """Wycheproof: what is `acceptable` may be refused, but no secret comes out wrong or all zero."""
    for _, test in wycheproof("x25519"):
        private = x25519.X25519PrivateKey.from_private_bytes(bytes.fromhex(test["private"]))
        public = x25519.X25519PublicKey.from_public_bytes(bytes.fromhex(test["public"]))
        try:
            shared = private.exchange(public)
        except ValueError:
            assert test["shared"] == "00" * 32, test["tcId"]
            continue

        assert shared.hex() == test["shared"] != "00" * 32, test["tcId"]


def test_chacha20_poly1305_through_the_column_wrapper() -> None:
    """Wycheproof: our wrapper for columns and data keys, nonce in front."""
    wrong = []
    for group, test in wycheproof("chacha20_poly1305"):
        key, nonce, aad = (bytes.fromhex(test[name]) for name in ("key", "iv", "aad"))
        sealed = nonce + bytes.fromhex(test["ct"] + test["tag"])
        if group["ivSize"] != 96:
            continue  # our nonce is always 12 bytes: another size cannot be expressed
        try:
            right = vault._open_short(sealed, aad, vault.Secret(key)).hex() == test["msg"]
        except OpenFailed:
            right = False
        if right != (test["result"] == "valid"):
            wrong.append(test["tcId"])

    assert wrong == []


def test_xchacha20_poly1305_through_the_wrap_wrapper() -> None:
    """Wycheproof: our wrapper for staff keys, key files and receipt slots."""
    wrong = []
    for group, test in wycheproof("xchacha20_poly1305"):
        key, nonce, aad = (bytes.fromhex(test[name]) for name in ("key", "iv", "aad"))
        if group["ivSize"] != 192:
            continue  # our nonce is always 24 bytes
        try:
            opened = vault.open_wrap(nonce + bytes.fromhex(test["ct"] + test["tag"]), aad, vault.Secret(key))
            right = opened.hex() == test["msg"]
        except OpenFailed:
            right = False
        if right != (test["result"] == "valid"):
            wrong.append(test["tcId"])

    assert wrong == []


def test_hkdf_sha256() -> None:
    """Wycheproof: every output; sizes beyond the limit are refused."""
    wrong = []
    for _, test in wycheproof("hkdf_sha256"):
        ikm, salt, info = (bytes.fromhex(test[name]) for name in ("ikm", "salt", "info"))
        try:
            right = derive(ikm, salt, info, test["size"]).hex() == test["okm"]
        except ValueError:
            right = False
        if right != (test["result"] == "valid"):
            wrong.append(test["tcId"])

    assert wrong == []


def test_the_suite_is_the_one_of_the_wire_page() -> None:
    """Wire 2: KEM 0x647a, HKDF-SHA256, ChaCha20-Poly1305; the overhead shows the KEM."""
    key = KemKey(bytes(32))

    sealed = suite.seal(key.public, b"x", b"")

    assert isinstance(suite._HPKE, hpke.Suite)
    assert len(sealed) == 1120 + 1 + 16
    assert key.open(sealed, b"") == b"x"
