"""Batches that are not what was signed, and fingerprints as people type them: right, wrong and none at all."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import msgspec

from node.crypto import labels
from node.crypto.batch import sign_batch
from node.crypto.fingerprints import fingerprint
from node.crypto.statement import Statement
from node.crypto.suite import SigningKey
from tests.forge import Forgery, enclose, honest_statement
from tests.vectors.made import Vector, b64, drawn, offer, vector
from tests.vectors_support import SIGNING, seed

Signed = list[tuple[Statement, bytes]]
SIZE = 16_384 - 40 - 1136
PATH_END = 1 + 6 * 32
NUMBERS = (1, 2)


def statements(name: str) -> list[Statement]:
    """Two letters of one batch, numbered and chained as they must be."""
    found, prev = list[Statement](), bytes(32)
    for i in NUMBERS:
        eid, salt = seed(f"{name} eid {i}", 16), seed(f"{name} salt {i}")
        honest = honest_statement("XD", "XA", eid, salt, payload(name, i))
        found.append(msgspec.structs.replace(honest, seq=i, prev=prev))
        prev = sha256(found[-1].pack()).digest()
    return found


def payload(name: str, i: int) -> bytes:
    return offer(f"{name} {i}")


def climbed(name: str, leaf: bytes, node: Callable[[bytes, bytes], bytes]) -> tuple[bytes, bytes]:
    """(place and path, root) of a leaf in a tree that is built with another rule."""
    random = drawn(name)
    place, path, current = random(1)[0] % 64, [random(32) for _ in range(6)], leaf
    for i, sibling in enumerate(path):
        current = node(sibling, current) if place >> i & 1 else node(current, sibling)
    return bytes([place]) + b"".join(path), current


def own_tree(name: str, leaf_prefix: bytes, node_prefix: bytes, label: bytes, signer: SigningKey) -> Signed:
    """One letter, its tree built by hand."""
    one = statements(name)[0]
    start, root = climbed(
        name, sha256(leaf_prefix + one.pack()).digest(), lambda a, b: sha256(node_prefix + a + b).digest()
    )
    return [(one, start + signer.sign(label + root, labels.CONTEXT_ENVELOPE))]


def together(name: str, change: Callable[[Signed], Signed]) -> Signed:
    """Two letters under one signature, then changed."""
    both = statements(name)
    sigs = sign_batch([one.pack() for one in both], SIGNING["XD"], labels.CONTEXT_ENVELOPE, drawn(name))
    return change(list(zip(both, sigs, strict=True)))


def _second(change: Callable[[Statement, bytes], tuple[Statement, bytes]]) -> Callable[[Signed], Signed]:
    return lambda both: [both[0], change(*both[1])]


def _reversed(sig: bytes) -> bytes:
    return sig[:1] + b"".join(sig[i : i + 32] for i in range(PATH_END - 32, 0, -32)) + sig[PATH_END:]


#     what was done, and which of the letters fail row 6
BAD: dict[str, tuple[Callable[[str], Signed], tuple[bool, ...]]] = {
    "statement-changed": (
        lambda name: together(name, _second(lambda s, sig: (msgspec.structs.replace(s, seq=7), sig))), (True, False)),
    "signatures-swapped": (
        lambda name: together(name, lambda both: [(both[0][0], both[1][1]), (both[1][0], both[0][1])]),
        (False, False)),
    "path-from-the-root-down": (
        lambda name: together(name, _second(lambda s, sig: (s, _reversed(sig)))), (True, False)),
    "left-and-right-changed": (
        lambda name: together(name, _second(lambda s, sig: (s, bytes([sig[0] ^ 63]) + sig[1:]))), (True, False)),
    "place-of-the-neighbour": (
        lambda name: together(name, _second(lambda s, sig: (s, bytes([sig[0] ^ 1]) + sig[1:]))), (True, False)),
    "leaf-without-its-prefix": (
        lambda name: own_tree(name, b"", b"\x01", labels.BATCH, SIGNING["XD"]), (False,)),
    "node-with-the-prefix-of-a-leaf": (
        lambda name: own_tree(name, b"\x00", b"\x00", labels.BATCH, SIGNING["XD"]), (False,)),
    "root-without-its-label": (
        lambda name: own_tree(name, b"\x00", b"\x01", b"", SIGNING["XD"]), (False,)),
    "tree-of-another-country": (
        lambda name: own_tree(name, b"\x00", b"\x01", labels.BATCH, SIGNING["XT"]), (False,)),
}  # fmt: skip


def bad_batches() -> Iterator[Vector]:
    for short, (make, good) in BAD.items():
        name = f"own-bad-batch-{short}"
        letters = [
            {"ok": True, "payload": b64(payload(name, i)), "s_hash": sha256(one.pack()).hexdigest()} if fine
            else {"ok": False, "row": 6}
            for i, (one, _), fine in zip(NUMBERS, make(name), good, strict=False)
        ]  # fmt: skip
        envelopes = [_enclosed(name, i, *one) for i, one in zip(NUMBERS, make(name), strict=False)]
        salts = [seed(f"{name} salt {i}").hex() for i, _ in zip(NUMBERS, good, strict=False)]
        yield vector(name, "batch", "XD", "XA", bytes=[b64(one) for one in envelopes], salt=salts,
                     expect={"ok": False, "letters": letters})  # fmt: skip


def _enclosed(name: str, i: int, statement: Statement, sig: bytes) -> bytes:
    text = payload(name, i)
    inner = statement.pack() + sig + seed(f"{name} salt {i}") + len(text).to_bytes(4, "big") + text
    return enclose(inner.ljust(SIZE, b"\0"), statement.eid, Forgery())


def typed_fingerprints() -> Iterator[Vector]:
    """A person reads twelve groups aloud, another types them."""
    record, role_keys = b'{"v":1,"country":"XA"}', SIGNING["XT"].public
    groups = fingerprint(role_keys, record).split()
    swapped = [*groups[:2], groups[3], groups[2], *groups[4:]]
    misheard = [*groups[:11], f"{(int(groups[11]) + 1) % 100_000:05}"]
    arabic = "".join(chr(0x660 + int(digit)) if digit.isdigit() else digit for digit in "-".join(groups))
    typed: dict[str, tuple[str, dict[str, Any]]] = {
        "own-fingerprint-typed-without-spaces": ("".join(groups), {"ok": True}),
        "own-fingerprint-typed-in-lines": ("\n".join(groups), {"ok": True}),
        "own-fingerprint-typed-in-arabic-digits": (arabic, {"ok": True}),
        "own-bad-fingerprint-two-groups-swapped": (" ".join(swapped), {"ok": False, "wrong": [3, 4]}),
        "own-bad-fingerprint-last-digit": (" ".join(misheard), {"ok": False, "wrong": [12]}),
        "own-bad-fingerprint-eleven-groups": (" ".join(groups[:11]), {"ok": False, "wrong": None}),
        "own-bad-fingerprint-a-letter-for-a-digit": (" ".join(["O" + groups[0][1:], *groups[1:]]),
                                                     {"ok": False, "wrong": None}),
        "own-bad-fingerprint-of-another-record": (fingerprint(role_keys, record + b"\n"),
                                                  {"ok": False, "wrong": list(range(1, 13))}),
    }  # fmt: skip
    for name, (text, expect) in typed.items():
        yield vector(name, "fingerprint", "XA", "XD", typed=text, role_keys=b64(role_keys), record=b64(record),
                     expect=expect)  # fmt: skip
