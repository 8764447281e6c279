"""Makes the vector files of this folder: `python -m tests.vectors.make` writes those that are missing, no others.

Signing and sealing are randomised, so a file can never be made twice alike: files are made once and committed.
Identities and the shape of a file are in README.md. Everybody in here is invented.
"""

import base64
import hashlib
import itertools
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from node.crypto import labels, pop, receipts, recovery, vault
from node.crypto.batch import Random, sign_batch
from node.crypto.envelope import ChannelHead, Draft, Sealed, seal_batch
from node.crypto.fingerprints import fingerprint
from node.crypto.office import BlockAttachment, BlockBinding, BlockPerson, SealedBlock, seal_block
from node.crypto.prekeys import PrekeyEpoch, build_bundle
from node.crypto.receipts import Receipt, ReceiptDraft, ReceiptHead
from node.crypto.statement import Statement
from node.crypto.stream import padded_size, seal_attachment
from node.crypto.suite import KemKey, kem_key_id, seal
from node.crypto.text import to_base64url
from tests.forge import EPOCH, LIFE, NOW, Forgery, enclose, flip, forge
from tests.vectors_support import KEMS, OFFICES, SIGNING, seed

HERE = Path(__file__).parent
Vector = dict[str, Any]
HANDLING = ["victim_assistance_only", "no_law_enforcement", "no_onward", "no_contact_origin"]


def drawn(name: str) -> Random:
    """A source of bytes that is the same at every run, one for each vector."""
    calls = itertools.count()
    return lambda n: seed(f"own vector {name} draw {next(calls)}", n)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def offer(name: str, sealed_identity: dict[str, str] | None = None) -> bytes:
    """A whole referral.offer, so that readers above the envelope can use these files too."""
    token = seed(f"{name} token", 16).hex()
    return json.dumps(
        {
            "kind": "referral.offer",
            "letter_id": seed(f"{name} letter", 16).hex(),
            "thread": seed(f"{name} thread", 16).hex(),
            "n": 1,
            "seen": 0,
            "void": [],
            "written_at": NOW,
            "in_reply_to": None,
            "relates_to": None,
            "sender_role": "opener",
            "urgency": "routine",
            "handling": HANDLING,
            "lawful_basis": "public_task",
            "consent": [
                {
                    "token": token,
                    "basis": "consent",
                    "given_by": "self",
                    "capacity": "adult",
                    "treated_as_child": False,
                    "safeguards_met": True,
                    "purposes": ["referral"],
                    "levels": ["L1", "L2"],
                    "categories": ["needs"],
                    "holder": sealed_identity["office_kid"] if sealed_identity else None,
                    "until": NOW + 90 * 86_400,
                }
            ],
            "reply_by": NOW + 7 * 86_400,
            "thread_ends": NOW + 60 * 86_400,
            "retention_until": NOW + 365 * 86_400,
            "body": {
                "needs": ["shelter", "interpreter"],
                "age_band": "25-34",
                "treated_as_child": False,
                "gender": "not_stated",
                "languages": ["uk"],
                "interpreter": True,
                "dependants": [],
                "region": None,
                "accessibility": [],
                "safety_codes": [],
                "earliest_date": "2026-12-01",
                "reason": "MigrationOrChangeOfLocation",
            },
            "disclosed": [],
            "sealed_identity": sealed_identity,
            "attachments": [],
        },
        separators=(",", ":"),
    ).encode()


def vector(name: str, kind: str, sender: str, recipient: str, **more: Any) -> Vector:
    return {"name": name, "kind": kind, "from": sender, "to": recipient, "now": NOW, **more}


def hexed(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


S_NAMES = {"letter_class": "class", "epoch": "channel_epoch"}
R_NAMES = {"country": "recipient", "key_id": "recipient_key", "at": "time", "epoch": "channel_epoch"}


def named(thing: Statement | Receipt, names: dict[str, str]) -> dict[str, Any]:
    return {names.get(field, field): hexed(getattr(thing, field)) for field in thing.__dataclass_fields__}


def opens_to(sealed: Sealed, statement: Statement, payload: bytes) -> dict[str, Any]:
    return {
        "ok": True,
        "S": named(statement, S_NAMES),
        "payload": b64(payload),
        "s_hash": sealed.s_hash.hex(),
        "envelope_hash": sealed.envelope_hash.hex(),
    }


def draft(payload: bytes, letter_class: int = 1) -> Draft:
    log_root = seed("a log root of the vectors")
    snapshot = seed("snapshot of the vectors")
    return Draft(letter_class, payload, "XA", KEMS["XA"].public, NOW, NOW + LIFE, snapshot, 12, log_root, 3)


def sealed_batch(name: str, drafts: list[Draft], head: ChannelHead) -> tuple[list[Sealed], list[dict[str, Any]]]:
    from node.crypto.statement import unpack_statement

    sealed = seal_batch(head, "XD", drafts, SIGNING["XD"], drawn(name))
    expects = [opens_to(s, unpack_statement(s.s_bytes), d.payload) for s, d in zip(sealed, drafts, strict=True)]
    return sealed, expects


HELLO = {"kind": "channel.hello", "letter_id": seed("hello", 16).hex(), "body": {"reason": "init", "received": []}}
GOOD = {
    "own-good-offer": draft(offer("own-good-offer")),
    "own-good-control": draft(json.dumps(HELLO, separators=(",", ":")).encode(), 2),
    "own-good-cover": draft(b"", 0),
    "own-good-last-byte-16": draft(offer("own-good-last-byte-16").ljust(11_346)),
    "own-good-first-byte-64": draft(offer("own-good-first-byte-64").ljust(11_347)),
}


def good_envelopes() -> Iterator[Vector]:
    for name, one in GOOD.items():
        head = ChannelHead(EPOCH, 4, seed(f"{name} previous S"))
        sealed, expects = sealed_batch(name, [one], head)
        yield vector(
            name, "envelope", "XD", "XA", bytes=b64(sealed[0].envelope), salt=sealed[0].salt.hex(), expect=expects[0]
        )


def batches() -> Iterator[Vector]:
    drafts = [draft(offer(f"own-batch {i}")) for i in range(2)]
    sealed, expects = sealed_batch("own-batch-2", drafts, ChannelHead(EPOCH, 0, bytes(32)))
    yield vector(
        "own-batch-2",
        "batch",
        "XD",
        "XA",
        bytes=[b64(one.envelope) for one in sealed],
        salt=[one.salt.hex() for one in sealed],
        expect={"ok": True, "letters": expects},
    )


def marked(at: int) -> Callable[[bytes], bytes]:
    return lambda zeros: zeros[:at] + b"\1" + zeros[at + 1 :]


_OTHER_SIG = forge(Forgery(random=drawn("another signature"))).sig
BAD: dict[str, Forgery] = {
    "own-bad-01-version-2": Forgery(header=lambda h: h[:4] + b"\2" + h[5:]),
    "own-bad-01-suite-0": Forgery(header=lambda h: h[:5] + b"\0" + h[6:]),
    "own-bad-01-cut": Forgery(envelope=lambda e: e[:-1]),
    "own-bad-02-kid-of-another-country": Forgery(sealed_to=KEMS["XT"]),
    "own-bad-03-tag": Forgery(envelope=lambda e: flip(e, 8 * len(e) - 1)),
    "own-bad-03-x25519-zero": Forgery(envelope=lambda e: e[:1128] + bytes(32) + e[1160:]),
    "own-bad-03-eid-changed": Forgery(envelope=lambda e: flip(e, 8 * 30)),
    "own-bad-04-from-ourselves": Forgery(
        changes={"sender": "XA", "sender_key": SIGNING["XA"].key_id}, signer=SIGNING["XA"]
    ),
    "own-bad-04-for-another-country": Forgery(changes={"recipient": "XT"}),
    "own-bad-04-for-another-key": Forgery(changes={"recipient_key": KEMS["XT"].key_id}),
    "own-bad-04-seq-0": Forgery(changes={"seq": 0}),
    "own-bad-04-epoch-2to53": Forgery(changes={"epoch": 2**53}),
    "own-bad-04-expires-2to64": Forgery(changes={"expires_at": 2**64 - 1}),
    "own-bad-04-log-root-without-log": Forgery(changes={"log_root": seed("a root")}),
    "own-bad-05-key-not-listed": Forgery(changes={"sender_key": seed("a key that nobody has")}),
    "own-bad-05-country-not-listed": Forgery(changes={"sender": "XM"}),
    "own-bad-06-context-receipt": Forgery(context=labels.CONTEXT_RECEIPT),
    "own-bad-06-signed-by-another": Forgery(signer=SIGNING["XT"]),
    "own-bad-06-ed25519-of-another-message": Forgery(sig=lambda sig: sig[:-64] + _OTHER_SIG[-64:]),
    "own-bad-06-mldsa-of-another-message": Forgery(sig=lambda sig: sig[:193] + _OTHER_SIG[193:-64] + sig[-64:]),
    "own-bad-06-path": Forgery(sig=lambda sig: flip(sig, 8 * 100)),
    "own-bad-06-place-255": Forgery(sig=lambda sig: b"\xff" + sig[1:]),
    "own-bad-10-class-not-the-signed-one": Forgery(changes={"letter_class": 2}),
    "own-bad-10-one-byte-less": Forgery(length=len(offer("bad")) - 1),
    "own-bad-10-padding-first-byte": Forgery(padding=marked(0)),
    "own-bad-10-length-11347": Forgery(length=11_347),
}


def bad_envelopes() -> Iterator[Vector]:
    for name, how in BAD.items():
        forged = forge(replace(how, payload=offer("bad"), random=drawn(name)))
        expect = {"ok": False, "row": int(name.split("-")[2])}
        yield vector(name, "envelope", "XD", "XA", bytes=b64(forged.envelope), salt=forged.salt.hex(), expect=expect)
    forged = forge(Forgery(payload=offer("bad"), random=drawn("forwarded")))
    envelope = enclose(forged.inner, forged.statement.eid, Forgery(recipient="XT"))
    expect = {"ok": False, "row": 4}
    yield vector(
        "own-bad-04-resealed-to-XT", "envelope", "XD", "XT", bytes=b64(envelope), salt=forged.salt.hex(), expect=expect
    )


def honest_receipt(envelope: Vector) -> Receipt:
    expect = envelope["expect"]
    return Receipt(
        status=1,
        reason=0,
        eid=bytes.fromhex(expect["S"]["eid"]),
        envelope_hash=bytes.fromhex(expect["envelope_hash"]),
        s_hash=bytes.fromhex(expect["s_hash"]),
        country="XA",
        key_id=SIGNING["XA"].key_id,
        at=NOW + 60,
        log_size=0,
        log_root=bytes(32),
    )


STATUSES = {"stored": 1, "already-received": 2, "refused": 3, "expired": 4, "malformed": 5, "unsupported": 6}
STATUSES["conflict"] = 7
BAD_RECEIPTS: dict[str, dict[str, Any]] = {
    "other-statement": {"s_hash": seed("another S")},
    "other-eid": {"eid": seed("another eid", 16)},
    "other-country": {"country": "XT"},
    "index-0": {"index": 0},
    "prev-at-index-1": {"index": 1, "prev": seed("no previous")},
    "time-2to53": {"at": 2**53},
    "log-root-without-log": {"log_root": seed("a root")},
    "reason-208": {"status": 3, "reason": 208},
    "status-0": {"status": 0},
}


def answer(name: str, receipt: Receipt, salt: bytes, expect: dict[str, Any], **sign: Any) -> Vector:
    context, eid = sign.get("context", labels.CONTEXT_RECEIPT), sign["eid"]
    r_bytes, random = receipt.pack(), drawn(name)
    sig = sign_batch([r_bytes], sign.get("signer", SIGNING["XA"]), context, random)[0]
    # Past the checks of seal_receipts on purpose: the bad ones would not be made otherwise.
    sealed = receipts._seal_one(ReceiptDraft(receipt, eid, salt), r_bytes, sig, random)
    expect = {"ok": False} if not expect else {**expect, "r_hash": sealed.r_hash.hex()}
    return vector(
        name,
        "receipt",
        "XA",
        "XD",
        bytes=b64(sealed.slot),
        for_envelope="own-good-offer",
        salt=salt.hex(),
        expect=expect,
    )


def all_receipts() -> Iterator[Vector]:
    envelope = json.loads((HERE / "own-good-offer.json").read_bytes())
    base, salt = honest_receipt(envelope), bytes.fromhex(envelope["salt"])
    head = ReceiptHead(EPOCH, 0, bytes(32))
    for name, status in STATUSES.items():
        eid = seed("the eid first committed", 16) if status == 2 else base.eid
        one, head = head.link(replace(base, status=status, reason=12 if status == 3 else 0, eid=eid))
        fixed = {"magic": "TRR1", "version": 1, "suite": 1, "zero": 0}
        expect = {"ok": True, "R": {**fixed, **named(one, R_NAMES)}}
        yield answer(f"own-receipt-{name}", one, salt, expect, eid=base.eid)
    linked, _ = ReceiptHead(EPOCH, 0, bytes(32)).link(base)
    for name, changes in BAD_RECEIPTS.items():
        yield answer(f"own-bad-receipt-{name}", replace(linked, **changes), salt, {}, eid=base.eid)
    wrong: dict[str, dict[str, Any]] = {
        "context": {"context": labels.CONTEXT_ENVELOPE},
        "signer": {"signer": SIGNING["XT"]},
    }
    for name, sign in wrong.items():
        yield answer(f"own-bad-receipt-{name}", linked, salt, {}, eid=base.eid, **sign)


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


def main() -> None:
    makers = (good_envelopes, batches, bad_envelopes, all_receipts, office_blocks, prekey_bundles, streams)
    for make in (*makers, proofs_and_fingerprints, at_rest):
        for one in make():
            path = HERE / f"{one['name']}.json"
            if not path.exists():
                path.write_text(json.dumps(one, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
                sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
