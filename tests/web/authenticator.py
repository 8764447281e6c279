"""A device with passkeys, made of nothing but a P-256 key: it answers as an honest one would, or as it is told."""

import base64
import hashlib
import hmac
import json
import os
from typing import Any
from urllib.parse import urlsplit

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def data(said: str) -> bytes:
    return base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))


class Device:
    """One passkey of one device; `site` is what its browser shows in the address bar."""

    def __init__(self, site: str, *, has_prf: bool = True, flags: int = PRESENT | VERIFIED) -> None:
        self.site, self.flags, self.has_prf = site, flags, has_prf
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.count, self.handle = os.urandom(16), 0, b""
        self._prf = os.urandom(32)

    def create(self, options: str) -> dict[str, str]:
        """What the form posts after a passkey was made."""
        asked = json.loads(options)
        self.handle = data(asked["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        made = {"fmt": "none", "attStmt": {}, "authData": self._data(HAS_KEY) + attested}
        return self._posted(
            asked, {"attestationObject": text(cbor2.dumps(made)), "clientDataJSON": self._client(asked, "create")}
        )

    def get(self, options: str) -> dict[str, str]:
        """What the form posts after a challenge was signed."""
        asked = json.loads(options)
        self.count += 1
        client, signed = self._client(asked, "get"), self._data(0)
        digest = hashlib.sha256(data(client)).digest()
        response = {
            "authenticatorData": text(signed),
            "clientDataJSON": client,
            "signature": text(self.key.sign(signed + digest, ec.ECDSA(hashes.SHA256()))),
            "userHandle": text(self.handle),
        }
        return self._posted(asked, response)

    def _data(self, more: int) -> bytes:
        host = (urlsplit(self.site).hostname or "").encode()
        return hashlib.sha256(host).digest() + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _client(self, asked: dict[str, Any], act: str) -> str:
        said = {"type": f"webauthn.{act}", "challenge": asked["challenge"], "origin": self.site, "crossOrigin": False}
        return text(json.dumps(said).encode())

    def _posted(self, asked: dict[str, Any], response: dict[str, str]) -> dict[str, str]:
        made = {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}
        given = data(asked["extensions"]["prf"]["eval"]["first"])
        prf = text(hmac.digest(self._prf, given, "sha256")) if self.has_prf else ""
        return {"credential": json.dumps(made | {"clientExtensionResults": {}}), "prf": prf}
