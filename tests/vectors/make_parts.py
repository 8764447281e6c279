"""Vectors of everything but the post: office block, prekeys, streams, proofs, fingerprints, what lies at rest."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from node.crypto import labels, pop, recovery, vault
from node.crypto.fingerprints import fingerprint
from node.crypto.office import BlockAttachment, BlockBinding, BlockPerson, SealedBlock, seal_block
from node.crypto.prekeys import PrekeyEpoch, build_bundle
from node.crypto.stream import padded_size, seal_attachment
from node.crypto.suite import KemKey, kem_key_id, seal
from node.crypto.text import to_base64url
from tests.forge import NOW
from tests.vectors.made import Vector, b64, drawn, offer, vector
from tests.vectors_support import OFFICES, SIGNING, seed

BINDING = BlockBinding("XD", "XA", seed("own-office thread", 16), seed("own-office letter", 16), "referral.offer")
PERSONS = [
    BlockPerson(seed("own-office token", 16).hex(), {"given_name": "\u00c9lodie (invented)", "family_name": "Example"}),
    BlockPerson(seed("own-office dependant", 16).hex(), {"given_name": "\u4f8b"}),
]
FILES = [BlockAttachment(seed("attachment key"), "text/plain", "invented.txt", seed("attachment hash"))]


def raw_block(name: str, text: bytes, *, info: BlockBinding = BINDING, tail: bytes | None = None) -> SealedBlock:
    """A block with any bytes inside, committed to and sealed as an honest one."""
    salt, kid = drawn(name)(32), OFFICES["XA"].office_kid
    body = len(text).to_bytes(4, "big") + text
    plain = salt + body + (bytes(-(36 + len(text)) % 512) if tail is None else tail)
    commit = hashlib.sha256(labels.IDENTITY + salt + body).digest()
    bound = info.sender.encode() + info.recipient.encode() + info.thread + info.letter_id + kid
    return SealedBlock(kid, commit, seal(OFFICES["XA"].public, plain, labels.OFFICE + bound))


def block_text(**changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "sender": "XD",
        "recipient": "XA",
        "thread": BINDING.thread.hex(),
        "letter_id": BINDING.letter_id.hex(),
        "kind": BINDING.kind,
        "persons": [{"token": p.token, "fields": dict(p.fields)} for p in PERSONS],
        "attachments": [
            {"key": to_base64url(f.key), "media_type": f.media_type, "name": f.name, "sha256": f.sha256.hex()}
            for f in FILES
        ],
    }
    return json.dumps({**fields, **changes}, ensure_ascii=False, separators=(",", ":")).encode()


def office_blocks() -> Iterator[Vector]:
    text = block_text()
    other = replace(BINDING, letter_id=seed("another letter", 16))
    short_tail = bytes(-(36 + len(text)) % 512)
    good = seal_block(OFFICES["XA"].public, BINDING, PERSONS, FILES, drawn("own-office"))
    blocks = {
        "own-office": good,
        "own-bad-office-letter-id-in-info": raw_block("info", text, info=other),
        "own-bad-office-letter-id-inside": raw_block("inside", block_text(letter_id=other.letter_id.hex())),
        "own-bad-office-padding": raw_block("padding", text, tail=short_tail[:-1] + b"\1"),
        "own-bad-office-not-a-multiple-of-512": raw_block("multiple", text, tail=short_tail[:-1]),
        "own-bad-office-duplicate-key": raw_block("twice", text[:-1] + b',"kind":"referral.offer"}'),
        "own-bad-office-unknown-key": raw_block("unknown", block_text(note="")),
        "own-bad-office-commitment": replace(good, identity_commit=seed("another commitment")),
    }
    for name, block in blocks.items():
        payload = offer("own-office", block.as_letter_fields())
        expect: dict[str, Any] = {"ok": False}
        if block is good:
            expect = {"ok": True, "json": text.decode(), "identity_commit": block.identity_commit.hex()}
        yield vector(name, "office", "XD", "XA", bytes=b64(block.box), payload=b64(payload), expect=expect)


def epochs() -> list[PrekeyEpoch]:
    start, week, life = NOW - 3 * 86_400, 7 * 86_400, 8 * 86_400
    publics = [KemKey(seed(f"XA prekey {i}")).public for i in range(1, 10)]
    return [PrekeyEpoch(i, start + i * week, start + i * week + life, public) for i, public in enumerate(publics, 1)]


def prekey_bundles() -> Iterator[Vector]:
    good = build_bundle("XA", 7, epochs(), SIGNING["XA"])
    text = good[4:-3373]

    def signed(text: bytes) -> bytes:
        return len(text).to_bytes(4, "big") + text + SIGNING["XA"].sign(text, labels.CONTEXT_PREKEYS)

    eight = json.dumps({**json.loads(text), "epochs": json.loads(text)["epochs"][:8]}).encode()
    bundles = {
        "own-prekeys": good,
        "own-bad-prekeys-duplicate-key": signed(text.replace(b'"serial":7', b'"serial":8,"serial":7')),
        "own-bad-prekeys-eight-epochs": signed(eight),
        "own-bad-prekeys-length-field": b"\0\0\0\1" + good[4:],
        "own-bad-prekeys-signed-by-XT": good[:-3373] + SIGNING["XT"].sign(text, labels.CONTEXT_PREKEYS),
    }
    listed = [
        {"epoch": e.epoch, "not_before": e.not_before, "not_after": e.not_after, "kid": kem_key_id(e.public).hex()}
        for e in epochs()
    ]
    for name, data in bundles.items():
        expect: dict[str, Any] = {"ok": False}
        if data is good:
            expect = {"ok": True, "serial": 7, "key": SIGNING["XA"].key_id.hex(), "epochs": listed}
        yield vector(name, "prekeys", "XA", "XD", bytes=b64(data), expect=expect)


def streams() -> Iterator[Vector]:
    for name, length in {"own-stream-empty": 0, "own-stream-two-chunks": 65_600}.items():
        data, key, nonce = seed(name, length), seed(f"{name} key"), seed(f"{name} nonce", 16)
        parts = list(seal_attachment([data], length, key, nonce))
        more = {"key": key.hex(), "padded_size": padded_size(length), "sha256": hashlib.sha256(data).hexdigest()}
        yield vector(name, "stream", "XD", "XA", bytes=[b64(p) for p in parts], expect={"ok": True}, **more)
        cut = [b64(p[:-17]) for p in parts]
        yield vector(
            f"{name}-cut".replace("own", "own-bad"), "stream", "XD", "XA", bytes=cut, expect={"ok": False}, **more
        )


def proofs_and_fingerprints() -> Iterator[Vector]:
    record, role_keys, nonce = b'{"v":1,"country":"XA"}', SIGNING["XT"].public, seed("a nonce")
    inputs = {"record": b64(record), "role_keys": b64(role_keys)}
    proof = pop.proof_bytes("XA", record, role_keys, nonce)
    signature = b64(pop.sign_proof(SIGNING["XA"], proof))
    swapped = b64(SIGNING["XA"].sign(proof, labels.CONTEXT_RECORD))
    for name, value, ok in (("own-pop", signature, True), ("own-bad-pop-context", swapped, False)):
        yield vector(name, "pop", "XA", "XD", bytes=value, nonce=nonce.hex(), expect={"ok": ok}, **inputs)
    groups = {"ok": True, "groups": fingerprint(role_keys, record)}
    yield vector("own-fingerprint", "fingerprint", "XA", "XD", bytes=b64(role_keys + record), expect=groups, **inputs)


def at_rest() -> Iterator[Vector]:
    sheets = recovery.make_sheets(seed("XA office"), drawn("own-recovery"))
    texts, kid = [sheet.text() for sheet in sheets], OFFICES["XA"].office_kid.hex()
    yield vector("own-recovery", "recovery", "XA", "XA", sheets=texts, office_kid=kid, expect={"ok": True})
    mistyped = [texts[0], texts[1][:20] + ("A" if texts[1][20] != "A" else "B") + texts[1][21:], texts[2]]
    bad = {"sheets": mistyped, "office_kid": kid, "expect": {"ok": False, "sheet": 1}}
    yield vector("own-bad-recovery-mistyped", "recovery", "XA", "XA", **bad)
    entries = {"message-seed": seed("XA mldsa") + seed("XA ed25519"), "pepper": seed("XA pepper")}
    source = vault.KekSource("passphrase", seed("own-keyring salt", 16), vault.SMALLEST)
    kek = vault.kek_from_passphrase("an invented passphrase", source)
    data = vault.seal_keyring(entries, kek, source, drawn("own-keyring"))
    opened = {"ok": True, "entries": {name: value.hex() for name, value in entries.items()}}
    yield vector(
        "own-keyring", "keyring", "XA", "XA", passphrase="an invented passphrase", bytes=b64(data), expect=opened
    )
    yield from sealed_columns()


def sealed_columns() -> Iterator[Vector]:
    dek, place = vault.Dek(seed("own-column dek")), vault.Place("identity", "case 1", "given_name", 1)
    sealed = b64(vault.seal_field(dek, place, "Élodie (invented)".encode(), drawn("own-column")))
    for name, row, expect in (
        ("own-column", "case 1", {"ok": True, "plaintext": b64("Élodie (invented)".encode())}),
        ("own-bad-column-moved", "case 2", {"ok": False}),
    ):
        where = {"table": "identity", "row": row, "column": "given_name", "version": 1}
        yield vector(name, "column", "XA", "XA", bytes=sealed, dek=dek.value.hex(), place=where, expect=expect)
