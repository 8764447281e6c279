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
from registry.roots import parse_metadata
from registry.tufkeys import signers
from registry.tuftypes import Delegations, Metadata, TargetFile, Targets
from tests.forge import NOW
from tests.registry_world import RegistryWorld, invented_record
from tests.vectors.fixed_keys import keys_of, pair, signing
from tests.vectors.made import Vector, b64, vector
from tests.vectors.registry_made import base

OF = "own-registry"
NO_SELF_SIGNATURE = "record.sig does not verify under a current message key"
NO_ROLE_SIGNATURE = "ed25519 half of the role key of XT has not signed"
File = dict[str, Any]


def verdict(refused: str) -> dict[str, Any]:
    """Good, where nothing refuses it; else with the words that our own refusal holds."""
    return {"ok": False, "refused": refused} if refused else {"ok": True}


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
    for name, data, refused in (
        ("own-node-record", node_record(), ""),
        ("own-bad-node-record-unknown-field", changed(node_record(), lambda file: file.update(note="")),
         "object contains unknown field"),
        ("own-bad-node-record-of-another-format", changed(node_record(), _format), "at `$.format`"),
        ("own-bad-node-record-with-padding", changed(node_record(), _padded), "not base64url without padding"),
        ("own-bad-node-record-signed-by-XD", changed(node_record(), _by_xd), NO_SELF_SIGNATURE),
    ):  # fmt: skip
        yield vector(name, "node-record", "XT", "XT", bytes=b64(data), expect=verdict(refused))


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
    record, later = "does not list exactly the record and its signature", node_record(NOW)
    bad = {
        "signed-by-ed25519-alone": (changed(request(), inside("role", half)), "ml-dsa half of the role key of XT"),
        "other-role-keys": (request(role_keys=to_base64url(keys_of("XA").role.public)), NO_ROLE_SIGNATURE),
        "record-of-another-time": (request(record=json.loads(later)["record"]), NO_SELF_SIGNATURE),
        "record-and-signature-of-another-time": (
            request(**{name: json.loads(later)[name] for name in ("record", "signature")}), record),
        "role-lists-a-file-more": (changed(request(), inside("role", _lists_more)), NO_ROLE_SIGNATURE),
        "role-lists-a-file-more-and-is-signed": (changed(request(), _signed_with_more), record),
        "role-delegates": (changed(request(), _signed_with_a_delegation), record),
        "of-another-format": (request(format="trm/v1/proposal"), "file is no request"),
        "unknown-field": (request(note=""), "file is no request"),
        "role-keys-one-byte-short": (
            request(role_keys=to_base64url(keys_of("XT").role.public[:-1])), "role keys have 1983 bytes"),
    }  # fmt: skip
    for name, (data, refused) in bad.items():
        yield vector(f"own-bad-request-{name}", "request", "XT", "XD", bytes=b64(data), expect=verdict(refused))


def _lists_more(role: File) -> None:
    role["signed"]["targets"]["XT/more"] = {"hashes": {"sha256": "00" * 32}, "length": 1}


def _signed_with_more(file: File) -> None:
    """Both halves of the role key sign a role that lists a third file."""
    role = parse_metadata(from_base64url(file["role"]), Targets)
    role.signed.targets["XT/more"] = TargetFile.from_data("XT/more", b"?", ["sha256"])
    _sign_again(file, role)


def _signed_with_a_delegation(file: File) -> None:
    """Both halves of the role key sign a role that could hand its paths on."""
    role = parse_metadata(from_base64url(file["role"]), Targets)
    role.signed.delegations = Delegations({}, {})
    _sign_again(file, role)


def _sign_again(file: File, role: Metadata[Targets]) -> None:
    role.signatures.clear()
    for signer in signers(keys_of("XT").role):
        role.sign(signer, append=True)
    file["role"] = to_base64url(role.to_bytes())


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
    cases: dict[str, tuple[list[bytes], str, list[str]]] = {
        "own-proposal-signed-one-after-the-other": ([admitted("ab")], "", ["ada", "bo"]),
        "own-proposal-signed-in-parallel": ([admitted("a"), admitted("c")], "", ["ada", "cyd"]),
        "own-proposal-of-a-root": ([_signed(root, "bc")], "", ["bo", "cyd"]),
        "own-bad-proposal-not-signed": ([admitted()], "signed with both keys by 0 maintainers; 2 are needed", []),
        "own-bad-proposal-signed-by-one": (
            [admitted("a")], "signed with both keys by 1 maintainer; 2 are needed", ["ada"]),
        "own-bad-proposal-one-kind-missing": (
            [_one_kind(admitted())], "signed with both keys by 1 maintainer; 2 are needed", ["ada"]),
        "own-bad-proposal-of-a-root-signed-by-one": (
            [_signed(root, "b")], "signed with both keys by 1 maintainer; 2 are needed", ["bo"]),
        "own-bad-proposal-copies-of-two": ([admitted("a"), other], "these files are different proposals", []),
        "own-bad-proposal-kind-is-not-what-it-holds": (
            [changed(admitted("ab"), lambda file: file.update(kind="root"))],
            "file is targets metadata; expected root", []),
    }  # fmt: skip
    for name, (copies, refused, complete) in cases.items():
        more: dict[str, Any] = {"of": OF, "copies": [b64(one) for one in copies]}
        yield vector(name, "proposal", "XT", "XD", **more, expect=verdict(refused) | {"complete": complete})
