"""Evidence as vectors: what a third party is given who trusts neither country, and what it must find in it.

The good file holds everything; a bad one names it (`of`) and says what was changed in its JSON: `edits`, each a way
(`at`) and the value that stands there then (`to`), or `out` true: what stood there is taken out. Everybody is invented.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec

from node.crypto import labels
from node.crypto.batch import sign_batch
from node.crypto.receipts import Receipt
from node.crypto.statement import Statement
from node.crypto.suite import KemKey, SigningKey, kem_key_id
from node.crypto.text import to_base64url
from registry.names import DAY_S
from tests.forge import EPOCH, LIFE, NOW
from tests.vectors.fixed_keys import pair, signing
from tests.vectors.made import Vector, b64, drawn, vector
from tests.vectors.registry_made import base, served
from tests.vectors_support import seed

Edit = dict[str, Any]
THREAD = seed("evidence thread", 16).hex()
LETTERS = [seed(f"evidence letter {i}", 16).hex() for i in (1, 2)]
FIRST, SECOND = ["letters", 0], ["letters", 1]
DUE = NOW + 5 * DAY_S


def files() -> dict[str, bytes]:
    """The registry files, under the names that a proof gives them."""
    found = {path.partition("/")[2]: data for path, data in served(base()[0]).items()}
    return {name: data for name, data in found.items() if name != "timestamp.json"}


def statement(sender: str, recipient: str, **changes: Any) -> Statement:
    honest = Statement(
        letter_class=1, epoch=EPOCH, eid=seed(f"evidence eid {sender}", 16), sender=sender, recipient=recipient,
        sender_key=signing(pair(sender)).key_id, recipient_key=kem_key_id(KemKey(seed(f"{recipient} kem")).public),
        snapshot=sha256(files()["3.snapshot.json"]).digest(), seq=1, created_at=NOW, expires_at=NOW + LIFE,
        prev=bytes(32), log_size=0, log_root=bytes(32), root_version=1, commitment=seed(f"evidence {sender}"),
    )  # fmt: skip
    return msgspec.structs.replace(honest, **changes)


def sig(data: bytes, key: SigningKey, context: bytes) -> bytes:
    return sign_batch([data], key, context, drawn(f"evidence {sha256(data).hexdigest()}"))[0]


def receipt(s: Statement, signer: str = "", **changes: Any) -> str:
    """R || SIG of the country that got the statement."""
    country = s.recipient
    honest = Receipt(
        status=1, reason=0, eid=s.eid, envelope_hash=seed(f"evidence envelope {s.sender}"),
        s_hash=sha256(s.pack()).digest(), country=country, key_id=signing(pair(country)).key_id, at=NOW + 60,
        epoch=EPOCH, index=1, log_size=0, log_root=bytes(32),
    )  # fmt: skip
    data = msgspec.structs.replace(honest, **changes).pack()
    return to_base64url(data + sig(data, signing(pair(signer or country)), labels.CONTEXT_RECEIPT))


def letter(direction: str, number: int, s: Statement, signer: str = "", **changes: Any) -> dict[str, Any]:
    data = s.pack()
    return {
        "direction": direction, "letter": LETTERS[number], "envelope": seed(f"evidence envelope {s.sender}").hex(),
        "statement": to_base64url(data),
        "signature": to_base64url(sig(data, signing(pair(signer or s.sender)), labels.CONTEXT_ENVELOPE)),
        "receipt": receipt(s),
    } | changes  # fmt: skip


def evidence(letters: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "format": "trm/v1/evidence", "country": "XD", "peer": "XA", "thread": THREAD, "letters": letters,
        "files": [{"name": name, "sha256": sha256(data).hexdigest(), "data": to_base64url(data)}
                  for name, data in sorted(files().items())],
    }  # fmt: skip


def both() -> list[dict[str, Any]]:
    return [letter("out", 0, statement("XD", "XA")), letter("in", 1, statement("XA", "XD"))]


def place(name: str) -> int:
    """Where a file stands in the list."""
    return next(i for i, one in enumerate(sorted(files())) if one.endswith(name))


def _flipped(data: bytes) -> dict[str, str]:
    """Another file under its own hash: nothing but the registry's own hashes and signatures can tell."""
    changed = data[:200] + bytes([data[200] ^ 1]) + data[201:]
    return {"sha256": sha256(changed).hexdigest(), "data": to_base64url(changed)}


def _cases() -> dict[str, tuple[list[Edit], int, int]]:
    """(edits, statements and receipts that verify all the same)."""
    out, back, other = statement("XD", "XA"), statement("XA", "XD"), statement("XD", "XA", seq=2)
    early = letter("out", 0, statement("XD", "XA", created_at=NOW - 11 * DAY_S))
    snapshot = _flipped(files()["3.snapshot.json"])
    return {
        "statement-changed": ([{"at": [*FIRST, "statement"], "to": to_base64url(other.pack())}], 1, 1),
        "statement-by-another-key": ([{"at": FIRST, "to": letter("out", 0, out, signer="XA")}], 1, 1),
        "statement-before-the-key-was": ([{"at": FIRST, "to": early}], 1, 1),
        "statement-twice": ([{"at": SECOND, "to": letter("out", 1, out)}], 1, 1),
        "directions-exchanged": ([{"at": [*FIRST, "direction"], "to": "in"}], 1, 1),
        "receipt-of-another-statement": ([{"at": [*FIRST, "receipt"], "to": receipt(back)}], 2, 1),
        "receipt-of-another-envelope": ([{"at": [*FIRST, "envelope"], "to": "ab" * 32}], 2, 1),
        "receipt-by-the-sender": ([{"at": [*FIRST, "receipt"], "to": receipt(out, signer="XD")}], 2, 1),
        "receipt-of-a-third-country": ([{"at": [*FIRST, "receipt"], "to": receipt(out, country="XT")}], 2, 1),
        "role-left-out": ([{"at": ["files", place("c-XA.json")], "out": True}], 1, 0),
        "root-that-no-state-uses": ([{"at": ["files", place("root.json"), "name"], "to": "7.root.json"}], 2, 2),
        "snapshot-changed": ([{"at": ["files", place("snapshot.json"), name], "to": value}
                              for name, value in snapshot.items()], 0, 0),
        "file-not-the-one-exported": ([{"at": ["files", place("c-XD.json"), "sha256"], "to": "ab" * 32}], 1, 0),
        "unknown-field": ([{"at": ["note"], "to": ""}], 0, 0),
    }  # fmt: skip


def evidences() -> Iterator[Vector]:
    whole = {"root": b64(files()["1.root.json"]), "bytes": b64(msgspec.json.encode(evidence(both())))}
    yield vector("own-evidence", "evidence", "XD", "XA", **whole, expect={"ok": True, "letters": 2, "receipts": 2})
    yield _edited("own-evidence-not-yet-receipted", [{"at": [*FIRST, "receipt"], "to": None}], True, 2, 1)
    for name, (edits, letters, receipts) in _cases().items():
        yield _edited(f"own-bad-evidence-{name}", edits, False, letters, receipts)


def _edited(name: str, edits: list[Edit], ok: bool, letters: int, receipts: int) -> Vector:
    expect = {"ok": ok, "letters": letters, "receipts": receipts}
    return vector(name, "evidence", "XD", "XA", of="own-evidence", edits=edits, expect=expect)


def silence(due: int = DUE, at: int = DUE + 1, signer: str = "XD", **changes: Any) -> bytes:
    """XD says that no answer came to its letter, which XA's node had receipted."""
    s = statement("XD", "XA")
    tried = {
        "eid": s.eid.hex(), "statement_sha256": sha256(s.pack()).hexdigest(), "released_at": NOW, "tries": 1,
        "last_error": "", "receipted_at": NOW + 60,
    }  # fmt: skip
    claim = {
        "country": "XD", "peer": "XA", "thread": THREAD, "letter": LETTERS[0], "due_at": due, "at": at,
        "snapshot": sha256(files()["3.snapshot.json"]).hexdigest(), "registry_at": NOW - 3600,
        "envelopes": [tried | changes],
    }  # fmt: skip
    data = json.dumps(claim, separators=(",", ":")).encode()
    return msgspec.json.encode({
        "format": "trm/v1/silence", "claim": to_base64url(data),
        "signature": to_base64url(signing(pair(signer)).sign(data, labels.CONTEXT_SILENCE)),
        "key": signing(pair("XD")).key_id.hex(), "evidence": evidence(both()[:1]),
    })  # fmt: skip


def silences() -> Iterator[Vector]:
    whole = {"root": b64(files()["1.root.json"]), "bytes": b64(silence())}
    yield vector("own-silence", "silence", "XD", "XA", **whole, expect={"ok": True})
    cases = {
        "not-due-yet": silence(at=DUE),
        "signed-by-the-other": silence(signer="XA"),
        "hides-a-receipt": silence(receipted_at=None),
    }
    for name, data in cases.items():
        file = json.loads(data)
        edits = [{"at": [part], "to": file[part]} for part in ("claim", "signature")]
        more: dict[str, Any] = {"of": "own-silence", "edits": edits}
        yield vector(f"own-bad-silence-{name}", "silence", "XD", "XA", **more, expect={"ok": False})
