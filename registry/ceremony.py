"""Admitting countries and changing the registry, as plain functions: the commands, the demo and the tests call these.

Pass by pass: a country makes a request; `admit` turns it into a proposal once the fingerprint heard on the telephone
matches; maintainers sign the proposal; `publish` refuses until 2k keys and k whole maintainers have signed.
Source: registry.md 4.2, 4.4 and decided 2, 3, 8.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from node.clock import Clock
from node.crypto.errors import BadText
from node.crypto.fingerprints import wrong_groups
from node.crypto.rolekeys import RoleKey
from node.errors import counted
from registry.admission import check_new_keys
from registry.delegations import CountryRole, build_delegations
from registry.errors import BadRegistryFile, BadRegistryKey, StaleProposal
from registry.listed import all_halves, check_keys, check_list, current_countries
from registry.names import (
    DAY_S,
    MAINTAINERS_FIELD,
    ONLINE,
    ROOT_LIFE_S,
    TARGETS_LIFE_S,
    country_role,
    is_maintainer,
    when,
)
from registry.proposal import Proposal, encode_proposal, merge
from registry.publisher import Publisher
from registry.repository import Repository
from registry.request import Request, read_request
from registry.roots import check_both_keys, check_new_root, how_many, maintainers_of, parse_metadata, table_of
from registry.tufkeys import key_pair, signers
from registry.tuftypes import Key, Metadata, Role, Root, Targets

CLOCKS_DIFFER_S = 30 * DAY_S  # where a proposal is made; many such machines are offline for life


def create_registry(
    repository: Repository, maintainers: Mapping[str, RoleKey], needed: int, online: RoleKey, clock: Clock
) -> Publisher:
    """Root and targets version 1, signed by every maintainer present, then snapshot and timestamp.

    `needed` is k of the n = len(maintainers), n <= 2k-1. The root of version 1 is what nodes pin.
    """
    check_names(maintainers, needed)
    now = clock.now()
    root = Metadata(build_root({name: key.public for name, key in maintainers.items()}, needed, online.public, now))
    table = maintainers_of(root.signed)
    targets = Metadata(Targets(version=1, expires=when(now + TARGETS_LIFE_S), delegations=build_delegations([], table)))
    for key in maintainers.values():
        for signer in signers(key):
            root.sign(signer, append=True)
            targets.sign(signer, append=True)
    repository.write_root(1, root.to_bytes())
    publisher = Publisher(repository, online, clock)
    publisher.publish({"targets": targets.to_bytes()}, {})
    return publisher


def check_names(names: Collection[str], needed: int) -> None:
    """BadRegistryFile unless these maintainers can make a registry of which `needed` must sign."""
    if ONLINE in names:
        raise BadRegistryFile(f"{ONLINE} is the publisher's key; give the maintainer another name")
    if twice := sorted(name for name in set(names) if list(names).count(name) > 1):
        raise BadRegistryFile(f"{twice[0]} is named twice; each maintainer has a name and a key of their own")
    if not all(is_maintainer(name) for name in names):
        raise BadRegistryFile("a maintainer's name is not 1 to 32 of a-z, 0-9 and inner hyphens")
    if not 1 <= needed <= len(names) <= 2 * needed - 1:
        all_of_them = counted(len(names), "maintainer")
        raise BadRegistryFile(f"root wants {needed} of {all_of_them}; {how_many(needed, len(names))}")


def build_root(public: Mapping[str, bytes], needed: int, online: bytes, now: int, version: int = 1) -> Root:
    """An unsigned root: 2k of 2n for root and targets, the online Ed25519 key for snapshot and timestamp."""
    pairs = {name: key_pair(keys) for name, keys in public.items()}
    online_key = key_pair(online)[0]
    key_ids = [key.keyid for pair in pairs.values() for key in pair]
    root = Root(
        version=version,
        expires=when(now + ROOT_LIFE_S),
        keys=dict[str, Key]({key.keyid: key for key in (*chain.from_iterable(pairs.values()), online_key)}),
        roles={
            "root": Role(key_ids, 2 * needed),
            "targets": Role(key_ids, 2 * needed),
            "snapshot": Role([online_key.keyid], 1),
            "timestamp": Role([online_key.keyid], 1),
        },
        consistent_snapshot=True,
    )
    table = {name: (pair[0].keyid, pair[1].keyid) for name, pair in pairs.items()}
    root.unrecognized_fields[MAINTAINERS_FIELD] = table_of(needed, table)
    return root


def admit(
    repository: Repository, requests: Sequence[bytes], heard: Mapping[str, str], now: int, *, replace: bool = False
) -> bytes:
    """An unsigned proposal for a new targets file with these countries; with no request it only renews the expiry.

    `heard` holds, per country, the groups typed as heard on the telephone. `replace` lets a country that is in the
    registry have new role keys. BadRegistryFile, BadRegistryKey or BadRecord says why a request cannot be admitted.
    """
    table, asked = repository.maintainers(), [read_request(data) for data in requests]
    published_now = current_countries(repository, table)
    countries = dict(published_now)
    for request in asked:
        check_heard(request, heard.get(request.code, ""))
        _check_newcomer(request, countries, replace=replace)
        countries[request.code] = CountryRole(request.code, request.role_keys, now)
    check_keys(repository, asked, published_now)
    targets = Targets(
        version=repository.version_of("targets") + 1,
        expires=when(now + TARGETS_LIFE_S),
        delegations=build_delegations(countries.values(), table),
    )
    return encode_proposal(Proposal(Metadata(targets), tuple(requests)))


def renew_root(repository: Repository, now: int) -> bytes:
    """An unsigned proposal for the same root with a later expiry."""
    root = repository.root()
    root.version += 1
    root.expires = when(now + ROOT_LIFE_S)
    return encode_proposal(Proposal(Metadata(root)))


def check_heard(request: Request, heard: str) -> None:
    """BadRegistryFile unless what was typed as heard is the fingerprint; names the groups that differ, shows none."""
    try:
        wrong = wrong_groups(heard, request.role_keys, request.record_bytes)
    except BadText as error:
        raise BadRegistryFile(f"fingerprint of {request.code}: {error}") from None
    if wrong:
        raise BadRegistryFile(
            f"fingerprint of {request.code} differs in group {', '.join(map(str, wrong))}; do not admit: "
            "have it read again over a number obtained independently, and stop if it differs again"
        )


def publish(publisher: Publisher, copies: Sequence[bytes]) -> Proposal:
    """Publish a proposal (or its copies signed in parallel); refuses until thresholds and both-keys hold."""
    proposal = merge(list(copies))
    with publisher.repository.alone():  # from the first look on: of two proposals for one version the second is stale
        if proposal.kind == "root":
            _publish_root(publisher, proposal)
        else:
            _publish_targets(publisher, proposal)
    return proposal


def publish_update(publisher: Publisher, data: bytes) -> Request:
    """Publish a newer record of a country that is in the registry: its own role keys have signed it, nobody else."""
    request = read_request(data)
    with publisher.repository.alone():
        _publish_update(publisher, request)
    return request


def _publish_update(publisher: Publisher, request: Request) -> None:
    repository = publisher.repository
    # 1 the role keys are those the maintainers admitted
    country = dict(current_countries(repository, repository.maintainers())).get(request.code)
    if country is None or country.role_keys != request.role_keys:
        raise BadRegistryFile(f"role keys of {request.code} are not those in the registry; it needs `admit`")
    # 2 the next version of the role and of the record
    _check_versions(repository, request, publisher.clock.now())
    # 3 nobody else's keys
    check_new_keys(all_halves(request), request.code, repository.used_keys())
    publisher.publish({country_role(request.code): request.role_bytes}, request.files())


def _publish_root(publisher: Publisher, proposal: Proposal) -> None:
    repository, new = publisher.repository, proposal.metadata
    old = repository.root()
    if proposal.version != old.version + 1:
        raise StaleProposal(
            f"proposal is for root version {proposal.version}; the registry is at {old.version}, make it again"
        )
    _check_ends("root", new.signed, publisher.clock.now(), ROOT_LIFE_S)
    data = new.to_bytes()
    check_new_root(repository.root_bytes(), data)
    repository.write_root(proposal.version, data)


def _publish_targets(publisher: Publisher, proposal: Proposal) -> None:
    repository, root = publisher.repository, publisher.repository.root()
    # 1 made on the state that is published now
    published = repository.version_of("targets")
    _must_be_new(repository, "targets", proposal.metadata)
    if proposal.version != published + 1:
        raise StaleProposal(
            f"proposal is for targets version {proposal.version}; the registry is at {published}, make it again with "
            "`admit`"
        )
    _check_ends("targets", proposal.metadata.signed, publisher.clock.now(), TARGETS_LIFE_S)
    # 2 enough maintainers with both keys, and so enough keys: k of them hold the 2k that TUF counts
    check_both_keys(root, proposal.metadata)
    # 3 what its requests ask for, and nothing else
    requests = check_list(repository, proposal)
    for request in requests:
        _check_versions(repository, request, publisher.clock.now())
    # 4 all at once
    roles = {country_role(request.code): request.role_bytes for request in requests}
    files = {path: data for request in requests for path, data in request.files().items()}
    publisher.publish({"targets": proposal.metadata.to_bytes()} | roles, files)


def _must_be_new(repository: Repository, role: str, metadata: Metadata[Targets]) -> None:
    published = repository.role(role)
    if published is not None and published.signed_bytes == metadata.signed_bytes:
        raise StaleProposal(f"{role} version {metadata.signed.version} is published already; nothing is left to do")


def _check_ends(name: str, signed: Root | Targets, now: int, life_s: int | None = None) -> None:
    """Nodes refuse what ran out, and with the root or the list all else; what never does could be shown for ever."""
    if signed.expires <= when(now):
        raise StaleProposal(f"{name} version {signed.version} ran out on {signed.expires:%Y-%m-%d}; make it again")
    if life_s is not None and signed.expires > when(now + life_s + CLOCKS_DIFFER_S):
        raise BadRegistryFile(
            f"{name} version {signed.version} is good until {signed.expires:%Y-%m-%d}, much longer than the "
            f"{life_s // DAY_S} days that it should be; set the clock where it was made, and make it again"
        )


def _check_versions(repository: Repository, request: Request, now: int) -> None:
    name, made = country_role(request.code), parse_metadata(request.role_bytes, Targets)
    published = repository.version_of(name)
    _must_be_new(repository, name, made)
    _check_ends(name, made.signed, now)
    if request.version != published + 1:
        raise StaleProposal(
            f"request is version {request.version} of {name}; the registry is at {published}, "
            f"make it again with `request --version {published + 1}`"
        )
    old = repository.record(request.code)
    if old is not None and request.record.serial <= old.serial:
        raise StaleProposal(
            f"record of {request.code} has serial {request.record.serial}; expected more than {old.serial}"
        )


def _check_newcomer(request: Request, countries: Mapping[str, CountryRole], *, replace: bool) -> None:
    known = countries.get(request.code)
    if known is not None and not replace:
        raise BadRegistryFile(f"{request.code} is in the registry already; a newer record needs no maintainers")
    if known is not None and known.role_keys == request.role_keys:
        raise BadRegistryKey(f"role keys of {request.code} are the same as before; there is nothing to replace")
