"""A proposal: an unsigned new targets file or root that travels from maintainer to maintainer and collects signatures.

It may also go out as copies in parallel: `merge` joins the signatures. Its own envelope is not signed; what counts is
the TUF metadata inside. Source: registry.md 4.2 (threshold signing must be ours) and 4.4 step 7.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from node.crypto.errors import BadText
from node.crypto.rolekeys import RoleKey
from node.crypto.text import from_base64url, read_json, to_base64url
from registry.errors import BadRegistryFile
from registry.request import Request, read_request
from registry.roots import parse_metadata
from registry.tufkeys import signers
from registry.tuftypes import Metadata, Root, Targets

FORMAT: Final = "trm/v1/proposal"


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal["trm/v1/proposal"]
    kind: Literal["root", "targets"]
    metadata: str
    requests: list[str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """New metadata with the signatures so far, and the requests that it admits."""

    metadata: Metadata[Any]  # Root or Targets
    requests: tuple[bytes, ...] = ()

    @property
    def kind(self) -> Literal["root", "targets"]:
        """What it would replace."""
        return "root" if isinstance(self.metadata.signed, Root) else "targets"

    @property
    def version(self) -> int:
        """The version it would become."""
        return int(self.metadata.signed.version)

    def read_requests(self) -> list[Request]:
        """The requests, each verified again."""
        return [read_request(data) for data in self.requests]


def encode_proposal(proposal: Proposal) -> bytes:
    """The file that travels."""
    file = _File(
        format=FORMAT,
        kind=proposal.kind,
        metadata=to_base64url(proposal.metadata.to_bytes()),
        requests=[to_base64url(request) for request in proposal.requests],
    )
    return msgspec.json.encode(file)


def read_proposal(data: bytes) -> Proposal:
    """The proposal in a file; its signatures are judged when it is published."""
    try:
        file = msgspec.convert(read_json(data), _File)
        metadata, requests = from_base64url(file.metadata), tuple(from_base64url(r) for r in file.requests)
    except (BadText, msgspec.ValidationError):
        raise BadRegistryFile("file is no proposal; expected the file that `trm-registry admit` wrote") from None
    return Proposal(parse_metadata(metadata, Root if file.kind == "root" else Targets), requests)


def sign(proposal: bytes, maintainer: RoleKey) -> bytes:
    """The proposal with both signatures of this maintainer added; signing twice changes nothing that counts."""
    opened = read_proposal(proposal)
    opened.read_requests()  # a maintainer never signs for a country whose request does not verify
    for signer in signers(maintainer):
        opened.metadata.sign(signer, append=True)
    return encode_proposal(opened)


def merge(copies: list[bytes]) -> Proposal:
    """One proposal with the signatures of all its copies; BadRegistryFile if they are not copies of one."""
    first, *others = [read_proposal(copy) for copy in copies]
    for other in others:
        if other.metadata.signed_bytes != first.metadata.signed_bytes or other.requests != first.requests:
            raise BadRegistryFile("these files are different proposals; publish them one after the other")
        first.metadata.signatures.update(other.metadata.signatures)
    return first
