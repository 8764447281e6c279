"""What a proposed list of countries may say: what its requests ask for and what it removes by name, and nothing else.

Whoever signs it and whoever publishes it make the same list again from a copy of their own, and compare.
Source: registry.md 4.4 steps 5 to 7; attacks 41 and 42.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from registry.admission import check_new_keys
from registry.delegations import CountryRole, build_delegations, read_delegations
from registry.errors import BadRegistryFile, BadRegistryKey
from registry.names import REMOVED_FIELD, TARGETS_LIFE_S
from registry.proposal import Proposal
from registry.removal import check_removed, check_return, named_removed
from registry.repository import Repository, halves
from registry.request import Request
from registry.roots import Maintainers
from registry.tuftypes import Targets


def check_list(repository: Repository, proposal: Proposal) -> list[Request]:
    """The requests of a proposed list of countries; BadRegistryFile if it gives or takes more than they and it say."""
    # 1 every country's role is the one its request carries
    table, signed = repository.maintainers(), proposal.metadata.signed
    admitted = read_delegations(signed, table)
    if admitted.ignored:
        raise BadRegistryFile(f"proposal has roles that nodes would ignore: {', '.join(map(ascii, admitted.ignored))}")
    requests = proposal.read_requests()
    for request in requests:
        country = admitted.countries.get(request.code)
        if country is None or country.role_keys != request.role_keys:
            raise BadRegistryFile(f"proposal does not delegate to the role keys of {request.code}; make it again")
    # 2 nobody gets role keys whose country did not ask, and nobody is left out unless the list says so
    published_now = current_countries(repository, table)
    _check_asked(published_now, admitted.countries, {request.code for request in requests})
    check_removed(published_now, admitted.countries, signed)
    # 3 no key is or was anybody else's; who comes back uses none of before
    check_keys(repository, requests, published_now)
    # 4 nothing else stands in it
    if _without_format(signed) != _without_format(_made_again(signed, requests, published_now, table)):
        raise BadRegistryFile(
            "proposal says something else than its requests and the registry do, or its countries joined at another "
            "time; ask who made it, and make it again with `admit`"
        )
    return requests


def check_keys(repository: Repository, requests: Sequence[Request], published: Mapping[str, CountryRole]) -> None:
    """BadRegistryKey if a request uses a key twice, or one that is or was of somebody else or of before a removal."""
    used = repository.used_keys() if requests else {}
    for request in requests:
        keys = all_halves(request)
        check_new_keys(keys, request.code, used)
        if len(set(keys.values())) < len(keys):
            raise BadRegistryKey(f"{request.code} uses one key for two purposes; the role key has to be one of its own")
        if request.code not in published:
            check_return(repository, request)
        used |= dict.fromkeys(keys.values(), request.code)


def all_halves(request: Request) -> dict[str, bytes]:
    """Both halves of every key of a request, by a name for people."""
    keys = {**request.record.public_keys(), "role_keys": request.role_keys}
    return {
        f"{name} ({part})": half for name, key in keys.items() for part, half in zip("pq", halves(key), strict=True)
    }


def current_countries(repository: Repository, table: Maintainers) -> Mapping[str, CountryRole]:
    """The countries of the published list."""
    targets = repository.role("targets")
    return read_delegations(targets.signed, table).countries if targets else {}


def _check_asked(published: Mapping[str, CountryRole], proposed: Mapping[str, CountryRole], asked: set[str]) -> None:
    for code in sorted(proposed.keys() - asked):
        if code not in published or published[code].role_keys != proposed[code].role_keys:
            raise BadRegistryFile(
                f"proposal gives role keys to {code}, which no request of {code} asks for; "
                "ask the maintainers who signed it why, and make it again with `admit`"
            )


def _made_again(
    signed: Targets, requests: Sequence[Request], published: Mapping[str, CountryRole], table: Maintainers
) -> Targets:
    """The list that `admit` or `remove` would have made at the same moment: who joins waits from then on."""
    made_at = int(signed.expires.timestamp()) - TARGETS_LIFE_S
    countries = {code: country for code, country in published.items() if code not in named_removed(signed)}
    countries |= {one.code: CountryRole(one.code, one.role_keys, made_at) for one in requests}
    removed = {name: value for name, value in signed.unrecognized_fields.items() if name == REMOVED_FIELD}
    return Targets(
        version=signed.version,
        expires=signed.expires,
        delegations=build_delegations(countries.values(), table),
        unrecognized_fields=removed,
    )


def _without_format(targets: Targets) -> dict[str, Any]:
    return {name: value for name, value in targets.to_dict().items() if name != "spec_version"}
