"""What a maintainer looks at before signing: the list, and with their own ears the groups of every country that joins.

Whoever made the proposal may lie: one maintainer's call must not be the only one, or k of n would be one of n.
Source: registry.md 4.4 steps 3, 6 and 7; attack 41.
"""

from collections.abc import Mapping
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from node.crypto.rolekeys import RoleKey
from registry.ceremony import check_heard
from registry.errors import BadRegistryFile, BadRegistryKey, NotEnoughSignatures, StaleProposal
from registry.listed import check_list
from registry.proposal import Proposal, read_proposal, sign
from registry.repository import Repository
from registry.request import Request
from registry.roots import check_new_root, check_new_targets
from registry.tuftypes import Root


def must_begin_with(repository: Repository, root: Path) -> None:
    """BadRegistryFile unless the copy begins with the very first root that the signer keeps: nodes pin its bytes."""
    trusted, begins = sha256(root.read_bytes()).hexdigest(), repository.first_root_sha256()
    if begins != trusted:
        raise BadRegistryFile(
            f"your copy of the registry begins with the root of sha256 {begins}; expected {root.name}, of sha256 "
            f"{trusted}: fetch it from a mirror that you know, and sign nothing"
        )


def joining(repository: Repository, data: bytes) -> list[str]:
    """The countries whose groups have to be heard before this proposal is signed; refuses one that hides something.

    `repository` is the signer's own copy of the registry: what is not new in the list is compared with it.
    """
    return [request.code for request in _looked_over(repository, data)]


def countersign(repository: Repository, data: bytes, heard: Mapping[str, str], maintainer: RoleKey) -> bytes:
    """The proposal with both signatures of a maintainer who phoned each country of it; `heard`: the groups as typed."""
    for request in _looked_over(repository, data):
        check_heard(request, heard.get(request.code, ""))
    must_be_maintainer(repository, maintainer)
    return sign(data, maintainer)


def must_be_maintainer(repository: Repository, key: RoleKey) -> None:
    """BadRegistryKey for a key whose signature would not count in this registry."""
    public = repository.maintainers().public
    if key.public not in public.values():
        *first, last = public
        names = f"{', '.join(first)} or {last}" if first else last
        raise BadRegistryKey(f"key is of no maintainer of this registry; expected that of {names}, name its folder")


def _looked_over(repository: Repository, data: bytes) -> list[Request]:
    proposal = read_proposal(data)
    # 1 what it is compared with is what the maintainers signed, and what it follows
    _check_copy(repository)
    _check_follows(repository, proposal)
    # 2 what it says
    if proposal.kind != "root":
        return check_list(repository, proposal)
    _check_renewed(repository.root(), proposal)
    return []


def _check_copy(repository: Repository) -> None:
    """Every root from the first one on, and the list: the courier may have brought the copy too."""
    roots = repository.all_root_bytes()
    try:
        for old, new in pairwise(roots):
            check_new_root(old, new)
        check_new_targets(roots[-1], repository.role_bytes("targets") or b"")
        _check_number(repository)
    except (BadRegistryFile, BadRegistryKey, NotEnoughSignatures) as error:
        raise BadRegistryFile(
            f"your copy of the registry does not verify: {error.message}; fetch it again from a mirror, sign nothing"
        ) from None


def _check_number(repository: Repository) -> None:
    """No maintainer signed what calls it the newest: an old list may lie there, with a key that was stolen since."""
    named, listed = repository.version_of("targets"), repository.role("targets")
    if listed is None or listed.signed.version != named:
        raise BadRegistryFile(f"the list that it calls version {named} is another one")


def _check_follows(repository: Repository, proposal: Proposal) -> None:
    here = repository.root().version if proposal.kind == "root" else repository.version_of("targets")
    if proposal.version != here + 1:
        raise StaleProposal(
            f"proposal is for {proposal.kind} version {proposal.version}; your copy of the registry is at {here}: "
            "fetch the newest copy from a mirror; if it still says so, have the proposal made again"
        )


def _check_renewed(published: Root, proposal: Proposal) -> None:
    if _but_for_its_time(published) != _but_for_its_time(proposal.metadata.signed):
        raise BadRegistryFile(
            "proposal changes who keeps the registry, or how many must sign; no command makes such a root: "
            "ask who made it, and do not sign"
        )


def _but_for_its_time(root: Root) -> dict[str, Any]:
    return {name: value for name, value in root.to_dict().items() if name not in ("version", "expires", "spec_version")}
