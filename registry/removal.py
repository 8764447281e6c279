"""Taking a country out of the registry, and how it comes back: the maintainers' threshold decides, nobody else.

The removal is named in the targets file that they sign, so that no country is lost by a list somebody left it out of.
Source: registry.md decided 4; R39.
"""

from collections.abc import Collection

from registry.delegations import build_delegations, read_delegations
from registry.errors import BadRegistryFile, BadRegistryKey
from registry.names import REMOVED_FIELD, TARGETS_LIFE_S, is_country, when
from registry.proposal import Proposal, encode_proposal
from registry.repository import Repository, halves
from registry.request import Request
from registry.tuftypes import Metadata, Targets


def remove(repository: Repository, codes: Collection[str], now: int) -> bytes:
    """An unsigned proposal for the same registry without these countries; their keys count no more once it stands."""
    targets, table = repository.role("targets"), repository.maintainers()
    countries = dict(read_delegations(targets.signed, table).countries) if targets else {}
    for code in codes:
        if countries.pop(code, None) is None:
            raise BadRegistryFile(f"{code} is not in the registry; there is nothing to remove")
    proposed = Targets(
        version=repository.version_of("targets") + 1,
        expires=when(now + TARGETS_LIFE_S),
        delegations=build_delegations(countries.values(), table),
        unrecognized_fields={REMOVED_FIELD: sorted(codes)},
    )
    return encode_proposal(Proposal(Metadata(proposed)))


def named_removed(targets: Targets) -> set[str]:
    """The countries that this version of the list removes by name; BadRegistryFile for anything but country codes."""
    named = targets.unrecognized_fields.get(REMOVED_FIELD, [])
    if not isinstance(named, list) or not all(isinstance(code, str) and is_country(code) for code in named):
        raise BadRegistryFile(f"{REMOVED_FIELD} is no list of countries; make the proposal again with `admit --remove`")
    return set(named)


def check_removed(published: Collection[str], proposed: Collection[str], targets: Targets) -> None:
    """BadRegistryFile unless the countries that are gone are exactly those whose removal was signed by name."""
    gone, named = set(published) - set(proposed), named_removed(targets)
    for code in sorted(gone - named):
        raise BadRegistryFile(
            f"proposal leaves {code} out and does not say that it is removed; "
            "ask the maintainers who signed it why, and make it again"
        )
    for code in sorted(named - gone):
        raise BadRegistryFile(f"proposal removes {code}, which it lists or which is not in the registry; make it again")


def check_return(repository: Repository, request: Request) -> None:
    """BadRegistryKey if a country that is not in the registry would use a key again that it used when it was.

    Its old message keys may stand in the new record as revoked. Its role keys, which are on no node, may stay.
    """
    listed = [key for old in repository.published_records(request.code) for key in old.public_keys().values()]
    used = {half for key in listed for half in halves(key)}
    revoked = {key.public for key in request.record.message_keys if key.status == "revoked"}
    for name, key in request.record.public_keys().items():
        if key not in revoked and not used.isdisjoint(halves(key)):
            raise BadRegistryKey(
                f"{name} of {request.code} is a key from before it was removed; make new ones with `init --after`",
                field=name,
            )
