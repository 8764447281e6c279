"""The files that countries and maintainers hand each other as vectors: from the node's record to the proposal.

They are judged by the registry of `own-registry` (field `of`): XA and XD are in it, XT asks to join.
Everybody in here is invented.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from node.crypto.text import from_base64url, to_base64url
from registry.ceremony import admit, renew_root
from registry.names import DAY_S
from registry.proposal import encode_proposal, read_proposal, sign
from registry.record import pack_node_record, sign_record
from registry.request import make_request, read_request
from registry.tufkeys import signers
from tests.forge import NOW
from tests.registry_world import RegistryWorld, invented_record
from tests.vectors.fixed_keys import keys_of, pair, signing
from tests.vectors.made import Vector, b64, vector
from tests.vectors.registry_made import base

OF = "own-registry"
File = dict[str, Any]


def world() -> RegistryWorld:
    return base()[0]


def node_record(at: int = NOW - DAY_S) -> bytes:
    """What `trm-node init` writes."""
    return pack_node_record(invented_record("XT", keys_of("XT"), at), signing(pair("XT")))


def request(**changes: Any) -> bytes:
    """What XT's offline machine makes of it."""
    made = make_request(node_record(), keys_of("XT").role, NOW - DAY_S)
    return changed(made, lambda file: file.update(changes)) if changes else made


def changed(file: bytes, change: Callable[[File], object]) -> bytes:
    value = json.loads(file)
    change(value)
    return json.dumps(value, separators=(",", ":")).encode()


def backwards(file: File) -> None:
    """The same request in other bytes: its fields stand in another order."""
    fields = list(reversed(file.items()))
    file.clear()
    file.update(fields)


def inside(name: str, change: Callable[[File], object]) -> Callable[[File], None]:
    """Change the JSON in a base64url field."""

    def edit(file: File) -> None:
        file[name] = to_base64url(changed(from_base64url(file[name]), change))

    return edit


def node_records() -> Iterator[Vector]:
    for name, data, ok in (
        ("own-node-record", node_record(), True),
        ("own-bad-node-record-unknown-field", changed(node_record(), lambda file: file.update(note="")), False),
        ("own-bad-node-record-of-another-format", changed(node_record(), _format), False),
        ("own-bad-node-record-with-padding", changed(node_record(), _padded), False),
        ("own-bad-node-record-signed-by-XD", changed(node_record(), _by_xd), False),
    ):  # fmt: skip
        yield vector(name, "node-record", "XT", "XT", bytes=b64(data), expect={"ok": ok})


def _format(file: File) -> None:
    file["format"] = "trm/v1/record"


def _padded(file: File) -> None:
    file["record"] += "="


def _by_xd(file: File) -> None:
    data = from_base64url(file["record"])
    file["signature"] = to_base64url(sign_record(data, signing(pair("XD"))))


def requests() -> Iterator[Vector]:
    good = read_request(request())
    expect = {"ok": True, "country": "XT", "role_version": good.version, "fingerprint": good.fingerprint}
    yield vector("own-request", "request", "XT", "XD", bytes=b64(request()), expect=expect)
    half = lambda file: file["signatures"].pop()  # noqa: E731
    bad = {
        "signed-by-ed25519-alone": changed(request(), inside("role", half)),
        "other-role-keys": request(role_keys=to_base64url(keys_of("XA").role.public)),
        "record-of-another-time": request(record=to_base64url(_later_record())),
        "role-lists-a-file-more": changed(request(), inside("role", lambda file: file["signed"]["targets"].update(
            {"XT/more": {"hashes": {"sha256": "00" * 32}, "length": 1}}))),
        "of-another-format": request(format="trm/v1/proposal"),
        "unknown-field": request(note=""),
        "role-keys-one-byte-short": request(role_keys=to_base64url(keys_of("XT").role.public[:-1])),
    }  # fmt: skip
    for name, data in bad.items():
        yield vector(f"own-bad-request-{name}", "request", "XT", "XD", bytes=b64(data), expect={"ok": False})


def _later_record() -> bytes:
    return from_base64url(json.loads(node_record(NOW))["record"])


def admitted(by: str = "", asked: bytes | None = None) -> bytes:
    """A proposal to admit XT with the signatures of these maintainers, by their initials."""
    asked = asked or request()
    heard = {"XT": read_request(asked).fingerprint}
    return _signed(admit(world().repository, [asked], heard, NOW), by)


def _signed(proposal: bytes, by: str) -> bytes:
    for name, key in world().maintainers.items():
        if name[0] in by:
            proposal = sign(proposal, key)
    return proposal


def _one_kind(proposal: bytes) -> bytes:
    """Ada's two signatures and the Ed25519 ones of bo and cyd: four keys, one whole maintainer."""
    opened = read_proposal(_signed(proposal, "a"))
    for name in ("bo", "cyd"):
        opened.metadata.sign(signers(world().maintainers[name])[0], append=True)
    return encode_proposal(opened)


def proposals() -> Iterator[Vector]:
    """Each pass of the ceremony, and `copies` that were signed in parallel."""
    other = admitted("a", changed(request(), backwards))
    root = renew_root(world().repository, NOW)
    cases: dict[str, tuple[list[bytes], bool, list[str]]] = {
        "own-proposal-signed-one-after-the-other": ([admitted("ab")], True, ["ada", "bo"]),
        "own-proposal-signed-in-parallel": ([admitted("a"), admitted("c")], True, ["ada", "cyd"]),
        "own-proposal-of-a-root": ([_signed(root, "bc")], True, ["bo", "cyd"]),
        "own-bad-proposal-not-signed": ([admitted()], False, []),
        "own-bad-proposal-signed-by-one": ([admitted("a")], False, ["ada"]),
        "own-bad-proposal-one-kind-missing": ([_one_kind(admitted())], False, ["ada"]),
        "own-bad-proposal-of-a-root-signed-by-one": ([_signed(root, "b")], False, ["bo"]),
        "own-bad-proposal-copies-of-two": ([admitted("a"), other], False, []),
        "own-bad-proposal-kind-is-not-what-it-holds": (
            [changed(admitted("ab"), lambda file: file.update(kind="root"))], False, []),
    }  # fmt: skip
    for name, (copies, ok, complete) in cases.items():
        more: dict[str, Any] = {"of": OF, "copies": [b64(one) for one in copies]}
        yield vector(name, "proposal", "XT", "XD", **more, expect={"ok": ok, "complete": complete})
