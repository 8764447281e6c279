"""Receipts as vectors: each status, each wrong field, and the slots that only hint."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from node.crypto import labels, receipts
from node.crypto.batch import sign_batch
from node.crypto.receipts import Receipt, ReceiptDraft, ReceiptHead
from tests.forge import EPOCH, NOW
from tests.vectors.made import HERE, Vector, b64, drawn, named, vector
from tests.vectors_support import SIGNING, seed

R_NAMES = {"country": "recipient", "key_id": "recipient_key", "at": "time", "epoch": "channel_epoch"}


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


def hints() -> Iterator[Vector]:
    """Slots without a receipt: a hint ends nothing, and what is no hint counts as no answer."""
    envelope = json.loads((HERE / "own-good-offer.json").read_bytes())
    slots: dict[str, tuple[bytes, dict[str, Any]]] = {
        "own-bad-receipt-hint-size": (b"\x02\x01", {"hint": 1}),
        "own-bad-receipt-hint-busy": (b"\x02\x02", {"hint": 2}),
        "own-bad-receipt-hint-refresh": (b"\x02\x03", {"hint": 3}),
        "own-bad-receipt-of-hint-4": (b"\x02\x04", {}),
        "own-bad-receipt-of-kind-3": (b"\x03\x01", {}),
        "own-bad-receipt-of-4095-bytes": (b"\x02\x02", {}),
    }
    for name, (start, expect) in slots.items():
        size = 4095 if name.endswith("4095-bytes") else 4096
        slot = start + seed(f"{name} fill", size - 2)
        yield vector(name, "receipt", "XA", "XD", bytes=b64(slot), for_envelope="own-good-offer",
                     salt=envelope["salt"], expect={"ok": False} | expect)  # fmt: skip
