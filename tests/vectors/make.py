"""Makes the vector files of this folder: `python -m tests.vectors.make` writes those that are missing, no others.

Signing and sealing are randomised, so a file can never be made twice alike: files are made once and committed.
Identities and the shape of a file are in README.md. Everybody in here is invented.
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from node.crypto import labels, receipts
from node.crypto.batch import sign_batch
from node.crypto.envelope import ChannelHead, Draft, Sealed, seal_batch
from node.crypto.receipts import Receipt, ReceiptDraft, ReceiptHead
from node.crypto.statement import Statement
from tests.forge import EPOCH, LIFE, NOW, Forgery, enclose, flip, forge
from tests.vectors import make_returns
from tests.vectors.made import Vector, b64, drawn, hexed, offer, vector
from tests.vectors.make_letters import letters
from tests.vectors.make_parts import at_rest, office_blocks, prekey_bundles, proofs_and_fingerprints, streams
from tests.vectors.make_protecting import protecting
from tests.vectors.make_threads import protecting_threads
from tests.vectors_support import KEMS, SIGNING, seed

HERE = Path(__file__).parent
S_NAMES = {"letter_class": "class", "epoch": "channel_epoch"}
R_NAMES = {"country": "recipient", "key_id": "recipient_key", "at": "time", "epoch": "channel_epoch"}


def named(thing: Statement | Receipt, names: dict[str, str]) -> dict[str, Any]:
    return {names.get(field, field): hexed(getattr(thing, field)) for field in thing.__struct_fields__}


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
    **{name: draft(payload) for name, payload in make_returns.GOOD.items()},
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
    **{name: Forgery() for name in make_returns.BAD},
}


def bad_envelopes() -> Iterator[Vector]:
    for name, how in BAD.items():
        forged = forge(replace(how, payload=make_returns.BAD.get(name, offer("bad")), random=drawn(name)))
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
        one, head = head.link(msgspec.structs.replace(base, status=status, reason=12 if status == 3 else 0, eid=eid))
        fixed = {"magic": "TRR1", "version": 1, "suite": 1, "zero": 0}
        expect = {"ok": True, "R": {**fixed, **named(one, R_NAMES)}}
        yield answer(f"own-receipt-{name}", one, salt, expect, eid=base.eid)
    linked, _ = ReceiptHead(EPOCH, 0, bytes(32)).link(base)
    for name, changes in BAD_RECEIPTS.items():
        yield answer(f"own-bad-receipt-{name}", msgspec.structs.replace(linked, **changes), salt, {}, eid=base.eid)
    wrong: dict[str, dict[str, Any]] = {
        "context": {"context": labels.CONTEXT_ENVELOPE},
        "signer": {"signer": SIGNING["XT"]},
    }
    for name, sign in wrong.items():
        yield answer(f"own-bad-receipt-{name}", linked, salt, {}, eid=base.eid, **sign)


def main() -> None:
    makers = (good_envelopes, batches, bad_envelopes, all_receipts, office_blocks, prekey_bundles, streams)
    for make in (
        *makers,
        proofs_and_fingerprints,
        at_rest,
        letters,
        protecting,
        make_returns.threads,
        protecting_threads,
    ):
        for one in make():
            path = HERE / f"{one['name']}.json"
            if not path.exists():
                path.write_text(json.dumps(one, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
                sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
