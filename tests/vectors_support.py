"""Reading test vectors: those of outsiders beside the project (skipped where absent) and our own in tests/vectors."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from node.crypto.batch import RootCache
from node.crypto.envelope import Opened, open_envelope
from node.crypto.suite import KemKey, SigningKey, VerifyingKey

OWN = Path(__file__).parent / "vectors"
PUBLISHED = Path(__file__).parents[1].parent / "shared" / "vectors"
COUNTRIES = ("XA", "XD", "XT")


def seed(label: str, length: int = 32) -> bytes:
    """The fixed seeds of the test identities: SHAKE256 of an ASCII label."""
    return hashlib.shake_256(label.encode("ascii")).digest(length)


SIGNING = {c: SigningKey(seed(f"{c} mldsa") + seed(f"{c} ed25519")) for c in COUNTRIES}
VERIFYING = {c: VerifyingKey(key.public) for c, key in SIGNING.items()}
KEMS = {c: KemKey(seed(f"{c} kem")) for c in COUNTRIES}
OFFICES = {c: KemKey(seed(f"{c} office")) for c in COUNTRIES}


def published(name: str) -> Any:
    """One JSON file that outsiders published; skips the test where the folder is absent."""
    path = PUBLISHED / name
    if not path.exists():
        pytest.skip(f"published vector {name} is not on this machine")
    return json.loads(path.read_bytes())


@cache
def load_all(folder: Path) -> dict[str, dict[str, Any]]:
    """Every JSON vector of a folder by its name, which nobody may change; empty where the folder is absent."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))}


def trm(kind: str) -> list[dict[str, Any]]:
    """All vectors of our wire of one kind, the outsider's and our own."""
    both = [*load_all(PUBLISHED / "trm").values(), *load_all(OWN).values()]
    return [vector for vector in both if vector["kind"] == kind]


def needs_published() -> None:
    """Skip, saying so, where the outsiders' vectors of our wire are absent: `trm` gives only our own there."""
    if not (PUBLISHED / "trm").is_dir():
        pytest.skip("outsiders' vectors of the wire are not on this machine; only our own ran")


def unbase64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def sender_key_for(country: str, key_id: bytes) -> VerifyingKey | None:
    """A registry that lists one key for each test country."""
    key = VERIFYING.get(country)
    return key if key is not None and key.key_id == key_id else None


def kem_key_for(country: str) -> Any:
    """The lookup of the node of `country`: one prekey."""
    return lambda kid: KEMS[country] if kid == KEMS[country].kid else None


def open_vector(vector: dict[str, Any], roots: RootCache | None = None) -> Opened:
    """Rows 1-6 for an envelope vector, at the node it is addressed to."""
    data, country = unbase64(vector["bytes"]), vector["to"]
    return open_envelope(data, country, kem_key_for(country), sender_key_for, roots or RootCache(8))
