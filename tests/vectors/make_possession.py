"""What one maintainer, one country and one node sign alone, as vectors: suspension, challenge, answer, concern.

Judged by the registry of `own-registry` (field `of`); XT asks to join with the request of `own-request`. Everybody in
here is invented.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from node.crypto.pop import proof_bytes, seal_nonce, sign_proof
from node.crypto.suite import KemKey
from node.crypto.text import to_base64url
from registry.concern import Concern, sign_concern
from registry.names import DAY_S
from registry.request import read_request
from registry.suspension import make_suspension
from tests.forge import NOW
from tests.vectors.fixed_keys import pair, role, signing
from tests.vectors.made import Vector, b64, vector
from tests.vectors.make_ceremony import OF, changed, inside, request, verdict, world
from tests.vectors_support import seed


def suspensions() -> Iterator[Vector]:
    made = make_suspension(world().repository, "ada", world().maintainers["ada"], "XA", NOW)
    strangers = make_suspension(world().repository, "ada", role(pair("dan")), "XA", NOW)
    longer = inside("suspension", lambda file: file.update(until=NOW + 73 * 3600))
    expect = {"ok": True, "country": "XA", "maintainer": "ada", "until": NOW + 3 * DAY_S}
    yield vector("own-suspension", "suspension", "XA", "XD", of=OF, bytes=b64(made), expect=expect)
    unsigned, other = "suspension is not signed with both keys of maintainer ada", "is not the one that was signed"
    bad = {
        "by-ed25519-alone": (changed(made, inside("role", lambda file: file["signatures"].pop())), unsigned),
        "by-a-stranger": (strangers, unsigned),
        "longer-than-signed": (changed(made, longer), other),
        "of-another-maintainer": (changed(made, lambda file: file.update(maintainer="bo")), other),
        "of-another-format": (
            changed(made, lambda file: file.update(format="trm/v1/request")), "file is no suspension of a maintainer"),
    }  # fmt: skip
    for name, (data, refused) in bad.items():
        yield vector(
            f"own-bad-suspension-{name}", "suspension", "XA", "XD", of=OF, bytes=b64(data), expect=verdict(refused)
        )


NONCES = {name: seed(f"a nonce for the {name} key") for name in ("kem", "office")}


def challenges() -> Iterator[Vector]:
    """Two nonces for XT, sealed to its fallback key and to its first office key."""
    asked, office = read_request(request()), KemKey(seed("XT office")).public
    fallback = asked.record.kem_fallback_public
    sealed: dict[str, tuple[bytes, bytes, str]] = {
        "own-challenge": (fallback, office, "XT"),
        "own-bad-challenge-for-another-country": (fallback, office, "XA"),
        "own-bad-challenge-both-to-the-fallback": (fallback, fallback, "XT"),
    }
    for name, (kem_key, office_key, bound_to) in sealed.items():
        file = {
            "format": "trm/v1/challenge", "country": "XT", "record": to_base64url(asked.record_bytes),
            "role_keys": to_base64url(asked.role_keys),
            "kem": to_base64url(seal_nonce(kem_key, bound_to, NONCES["kem"])),
            "office": to_base64url(seal_nonce(office_key, bound_to, NONCES["office"])),
        }  # fmt: skip
        opened = {"ok": True, **{kind: one.hex() for kind, one in NONCES.items()}}
        expect = opened if name == "own-challenge" else verdict("challenge does not open with the keys of this country")
        yield vector(name, "challenge", "XD", "XT", bytes=b64(msgspec.json.encode(file)), expect=expect)


def challenge_answers() -> Iterator[Vector]:
    """What XT answers to them; a maintainer compares with the request and the nonces it kept."""
    asked = read_request(request())

    def proof(kind: str, signer: str = "XT", country: str = "XT", record: bytes = asked.record_bytes) -> str:
        return to_base64url(
            sign_proof(signing(pair(signer)), proof_bytes(country, record, asked.role_keys, NONCES[kind]))
        )

    kem, office = (f"XT has not shown that it holds its {kind} key" for kind in NONCES)
    answers = {
        "own-challenge-answer": (proof("kem"), proof("office"), ""),
        "own-bad-challenge-answer-swapped": (proof("office"), proof("kem"), kem),
        "own-bad-challenge-answer-one-twice": (proof("kem"), proof("kem"), office),
        "own-bad-challenge-answer-by-XD": (proof("kem", "XD"), proof("office", "XD"), kem),
        "own-bad-challenge-answer-for-another-country": (
            proof("kem", country="XA"), proof("office", country="XA"), kem),
        "own-bad-challenge-answer-for-another-record": (
            proof("kem", record=b"{}"), proof("office", record=b"{}"), kem),
    }  # fmt: skip
    for name, (one, two, refused) in answers.items():
        file = {"format": "trm/v1/challenge-answer", "kem": one, "office": two}
        more: dict[str, Any] = {"request": "own-request", **{kind: nonce.hex() for kind, nonce in NONCES.items()}}
        data = b64(msgspec.json.encode(file))
        yield vector(name, "challenge-answer", "XT", "XD", bytes=data, **more, expect=verdict(refused))


def concerns() -> Iterator[Vector]:
    said = Concern(
        format="trm/v1/concern", sender="XD", about="XA", code="key_may_be_stolen", since=NOW - DAY_S, written_at=NOW
    )
    made = sign_concern(said, signing(pair("XD")))
    named = inside("concern", lambda file: file.update(code="names_reach_others"))
    files = {
        "own-concern": made,
        "own-bad-concern-signed-by-XA": sign_concern(said, signing(pair("XA"))),
        "own-bad-concern-another-code-than-signed": changed(made, named),
        "own-bad-concern-of-a-stranger": sign_concern(msgspec.structs.replace(said, sender="XT"), signing(pair("XT"))),
    }
    for name, data in files.items():
        ok = name == "own-concern"
        refused = "concern is not signed by a current key of its sender"
        expect = {"ok": True, "about": "XA", "code": said.code} if ok else verdict(refused)
        yield vector(name, "concern", "XD", "XA", of=OF, bytes=b64(data), expect=expect)
