"""What the maintainers' targets file delegates: one role per country, one suspend role per maintainer.

A role that is not exactly of one of these forms is ignored and named; it never harms another country's.
Source: registry.md 4.2, attacks 38 and 39.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.errors import BadRegistryFile, BadRegistryKey
from registry.names import JOINED_FIELD, country_role, is_country, suspend_role
from registry.roots import Maintainers
from registry.tufkeys import admit_pair, key_pair
from registry.tuftypes import DelegatedRole, Delegations, Key, Targets


@dataclass(frozen=True, slots=True)
class CountryRole:
    """A country that the maintainers have admitted."""

    code: str
    role_keys: bytes  # ML-DSA-65 1952 || Ed25519 32
    joined_at: int


@dataclass(frozen=True, slots=True)
class Admitted:
    """The countries of a targets file, the suspend roles it has, and a sentence for each role that was ignored."""

    countries: Mapping[str, CountryRole]
    suspend_roles: tuple[str, ...]  # maintainers' names
    ignored: Mapping[str, str]


def read_delegations(targets: Targets, maintainers: Maintainers) -> Admitted:
    """Every well-formed role of a verified targets file; ill-formed ones by role name with the reason."""
    countries: dict[str, CountryRole] = {}
    suspends: list[str] = []
    ignored: dict[str, str] = {}
    delegations = targets.delegations
    roles = delegations.roles or {} if delegations else {}
    for role in roles.values():
        assert delegations is not None
        try:
            if role.name.startswith("suspend-"):
                suspends.append(_suspend_role(role, delegations.keys, maintainers))
            else:
                country = _country_role(role, delegations.keys)
                countries[country.code] = country
        except (BadRegistryFile, BadRegistryKey) as error:
            ignored[role.name] = error.message
    _drop_shared_keys(countries, ignored)
    return Admitted(countries, tuple(suspends), ignored)


def build_delegations(countries: Iterable[CountryRole], maintainers: Maintainers) -> Delegations:
    """The delegations of a new targets file, in the order of country codes."""
    keys: dict[str, Key] = {}
    roles: dict[str, DelegatedRole] = {}
    for country in sorted(countries, key=lambda c: c.code):
        pair = key_pair(country.role_keys)
        keys |= {key.keyid: key for key in pair}
        role = _role(country_role(country.code), f"{country.code}/*", [key.keyid for key in pair])
        role.unrecognized_fields[JOINED_FIELD] = country.joined_at
        roles[role.name] = role
    for name, public in maintainers.public.items():
        pair = key_pair(public)
        keys |= {key.keyid: key for key in pair}
        role = _role(suspend_role(name), f"suspend/{name}/*", [key.keyid for key in pair])
        roles[role.name] = role
    return Delegations(keys, roles)


def _role(name: str, path: str, key_ids: list[str]) -> DelegatedRole:
    return DelegatedRole(name, key_ids, threshold=2, terminating=True, paths=[path])


def _country_role(role: DelegatedRole, keys: Mapping[str, Key]) -> CountryRole:
    code = role.name.removeprefix("c-")
    if not is_country(code) or role.name != country_role(code):
        raise BadRegistryFile("role name is not c- and two ascii capitals")
    _check_form(role, f"{code}/*")
    joined_at = role.unrecognized_fields.get(JOINED_FIELD)
    if not isinstance(joined_at, int) or isinstance(joined_at, bool) or joined_at < 0:
        raise BadRegistryFile("role does not say when the country was admitted")
    return CountryRole(code, admit_pair(_keys(role, keys)), joined_at)


def _suspend_role(role: DelegatedRole, keys: Mapping[str, Key], maintainers: Maintainers) -> str:
    name = role.name.removeprefix("suspend-")
    if name not in maintainers.public:
        raise BadRegistryFile("suspend role names nobody of the maintainers' table")
    _check_form(role, f"suspend/{name}/*")
    if admit_pair(_keys(role, keys)) != maintainers.public[name]:
        raise BadRegistryFile("suspend role has other keys than its maintainer")
    return name


def _check_form(role: DelegatedRole, path: str) -> None:
    """Threshold 2 of 2 is what makes a country hybrid, and a suspension the act of one whole maintainer."""
    if role.threshold != 2 or len(role.keyids) != 2 or not role.terminating or role.paths != [path]:
        raise BadRegistryFile(f"role is not terminating, 2 of 2 and for {path} alone")


def _keys(role: DelegatedRole, keys: Mapping[str, Key]) -> list[Key]:
    return [keys[key_id] for key_id in role.keyids if key_id in keys]


def _drop_shared_keys(countries: dict[str, CountryRole], ignored: dict[str, str]) -> None:
    """Two countries with one role key: the one admitted later is ignored."""
    owners: dict[bytes, str] = {}
    for country in sorted(countries.values(), key=lambda c: (c.joined_at, c.code)):
        for half in (country.role_keys[:1952], country.role_keys[1952:]):
            owner = owners.setdefault(half, country.code)
            if owner != country.code and country.code in countries:
                ignored[country_role(country.code)] = f"role key is already that of {owner}"
                del countries[country.code]
