"""Makes the vector files of this folder: `python -m tests.vectors.make` writes those that are missing, no others.

Signing and sealing are randomised, so a file can never be made twice alike: files are made once and committed.
Identities and the shape of a file are in README.md. Everybody in here is invented.
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from node.crypto import labels
from node.crypto.envelope import ChannelHead, Draft, Sealed, seal_batch
from node.crypto.statement import Statement
from tests.forge import EPOCH, LIFE, NOW, Forgery, enclose, flip, forge
from tests.vectors import make_ceremony, make_kinds, make_possession, make_posts, make_returns
from tests.vectors.made import HERE, Vector, b64, drawn, named, offer, vector
from tests.vectors.make_batches import bad_batches, typed_fingerprints
from tests.vectors.make_beyond import beyond
from tests.vectors.make_evidence import evidences, silences
from tests.vectors.make_json import strict_json
from tests.vectors.make_letters import letters
from tests.vectors.make_orders import orders
from tests.vectors.make_parts import at_rest, office_blocks, prekey_bundles, proofs_and_fingerprints, streams
from tests.vectors.make_protecting import protecting
from tests.vectors.make_receipts import all_receipts, hints
from tests.vectors.make_records import records
from tests.vectors.make_registry import registries
from tests.vectors.make_registry_bad import bad_registries
from tests.vectors.make_threads import protecting_threads
from tests.vectors_support import KEMS, SIGNING, seed

S_NAMES = {"letter_class": "class", "epoch": "channel_epoch"}


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


MAKERS: tuple[Callable[[], Iterator[Vector]], ...] = (
    good_envelopes,
    batches,
    bad_envelopes,
    all_receipts,
    office_blocks,
    prekey_bundles,
    streams,
    proofs_and_fingerprints,
    at_rest,
    letters,
    protecting,
    make_returns.threads,
    protecting_threads,
    make_kinds.kinds,
    make_kinds.kinds_threads,
    orders,
    beyond,
    strict_json,
    make_posts.times,
    make_posts.posts,
    bad_batches,
    typed_fingerprints,
    hints,
    records,
    registries,
    bad_registries,
    make_ceremony.node_records,
    make_ceremony.requests,
    make_ceremony.proposals,
    make_possession.suspensions,
    make_possession.challenges,
    make_possession.challenge_answers,
    make_possession.concerns,
    evidences,
    silences,
)


def main() -> None:
    for make in MAKERS:
        for one in make():
            path = HERE / f"{one['name']}.json"
            if not path.exists():
                path.write_text(json.dumps(one, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
                sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
