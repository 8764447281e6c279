"""Proof that a country holds the keys it asks to join with: the maintainer challenges, the node and a person answer.

Two nonces, one sealed to the KEM key (the node opens it), one to the office key (a signed-in person opens it); the
message key signs a proof over each. The role keys have signed the request itself. Source: registry.md 4.4, decided 7.
"""

import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import msgspec

from node.crypto.errors import BadSignature, BadText, OpenFailed
from node.crypto.fingerprints import matches
from node.crypto.pop import open_nonce, proof_bytes, seal_nonce, sign_proof, verify_proof
from node.crypto.suite import KemKey, SigningKey, verifying_key
from node.crypto.text import from_base64url, read_json, to_base64url
from registry.errors import BadRegistryFile
from registry.request import Request

NONCE_BYTES = 32


class _Challenge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal["trm/v1/challenge"]
    country: str
    record: str
    role_keys: str
    kem: str
    office: str


class _Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal["trm/v1/challenge-answer"]
    kem: str
    office: str


@dataclass(frozen=True, slots=True)
class Nonces:
    """What the maintainer keeps until the answer comes."""

    kem: bytes
    office: bytes


def make_challenge(request: Request, random: Callable[[int], bytes] = os.urandom) -> tuple[bytes, Nonces]:
    """(file for the country, what to keep): fresh nonces sealed to the KEM key and the first office key."""
    nonces = Nonces(random(NONCE_BYTES), random(NONCE_BYTES))
    record = request.record
    challenge = _Challenge(
        format="trm/v1/challenge",
        country=request.code,
        record=to_base64url(request.record_bytes),
        role_keys=to_base64url(request.role_keys),
        kem=to_base64url(seal_nonce(record.kem_fallback_public, request.code, nonces.kem)),
        office=to_base64url(seal_nonce(record.office_keys[0].public, request.code, nonces.office)),
    )
    return msgspec.json.encode(challenge), nonces


def answer_challenge(
    challenge: bytes, country: str, groups: str, message: SigningKey, kem: KemKey, office: KemKey
) -> bytes:
    """At the country: open both nonces and sign the proofs; refuses a challenge for anybody else's keys.

    `groups` are those of the country's own request, as it reads them to maintainers: whoever made the challenge chose
    the record and the role keys in it, and our signature must not stand under others.
    """
    try:
        opened = msgspec.convert(read_json(challenge), _Challenge)
        record, role_keys = from_base64url(opened.record), from_base64url(opened.role_keys)
        sealed = (kem, from_base64url(opened.kem)), (office, from_base64url(opened.office))
        proofs = [proof_bytes(country, record, role_keys, open_nonce(key, country, box)) for key, box in sealed]
    except (BadText, msgspec.ValidationError, OpenFailed, ValueError):
        raise BadRegistryFile("challenge does not open with the keys of this country; ask for a new one") from None
    _check_groups(groups, role_keys, record)
    signed = [to_base64url(sign_proof(message, proof)) for proof in proofs]
    return msgspec.json.encode(_Answer(format="trm/v1/challenge-answer", kem=signed[0], office=signed[1]))


def check_answer(answer: bytes, request: Request, nonces: Nonces) -> None:
    """BadRegistryFile unless a current message key of the request signed both proofs."""
    try:
        opened = msgspec.convert(read_json(answer), _Answer)
        signatures = from_base64url(opened.kem), from_base64url(opened.office)
    except (BadText, msgspec.ValidationError):
        raise BadRegistryFile("file is no answer to a challenge") from None
    if hmac.compare_digest(nonces.kem, nonces.office):
        raise BadRegistryFile("both nonces are the same; make a new challenge")
    for name, nonce, signature in zip(("kem", "office"), (nonces.kem, nonces.office), signatures, strict=True):
        proof = proof_bytes(request.code, request.record_bytes, request.role_keys, nonce)
        if not any(_verifies(key.public, signature, proof) for key in request.record.message_keys):
            raise BadRegistryFile(f"{request.code} has not shown that it holds its {name} key; do not admit")


def _check_groups(groups: str, role_keys: bytes, record: bytes) -> None:
    try:
        same = matches(groups, role_keys, record)
    except BadText as error:
        raise BadRegistryFile(f"groups of the request: {error}") from None
    if not same:
        raise BadRegistryFile(
            "challenge is about another record or other role keys than the groups of our request; sign nothing, "
            "and ask the maintainers by telephone who sent it"
        )


def _verifies(public: bytes, signature: bytes, proof: bytes) -> bool:
    try:
        verify_proof(verifying_key(public), signature, proof)
    except BadSignature:
        return False
    return True
