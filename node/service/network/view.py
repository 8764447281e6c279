"""The registry for people: who is in the network, whose office reads names, and whether all this is fresh.

Source: registry 4.6; H13.
"""

import msgspec

from node.errors import NotFound
from node.service.context import DAY_S, Node
from registry.trust import Country

BANNERS: dict[str, str] = {
    "fresh": "",
    "stale": "The list of countries is {days} days old. Letters still go; identity goes only to keys known before.",
    "two_person": "The list of countries is {days} days old. Letters go only if two people agree. Tell the operator.",
    "queue_only": "The list of countries is {days} days old. Letters wait here until it is renewed. Tell the operator.",
}


class OfficeView(msgspec.Struct, frozen=True, kw_only=True):
    """An office that may read names in a country; `holder` is what a consent record names.

    `newest`: the newest usable key of its organisation, which a new consent names while an older one is still listed.
    """

    holder: str
    name: str
    kind: str
    police_powers: bool
    usable_now: bool
    newest: bool


class CountryView(msgspec.Struct, frozen=True, kw_only=True):
    """One country as the newest verified registry shows it."""

    country: str
    status: str
    names: dict[str, str]
    contact: str
    out_of_hours: str
    languages: list[str]
    fingerprint: str
    serial: int
    valid_until: int
    quarantined_until: int
    first_seen_at: int
    offices: list[OfficeView]


class RegistryView(msgspec.Struct, frozen=True, kw_only=True):
    """The registry and how far it can be relied on; `banner` is empty while it is fresh."""

    me: str
    verified_at: int
    age_s: int
    freshness: str
    banner: str
    troubles: list[str]
    countries: list[CountryView]


def registry_view(node: Node) -> RegistryView:
    """The whole registry."""
    now, view = node.now(), node.view
    age_s, fresh = max(0, now - view.verified_at), view.freshness(now)
    return RegistryView(
        me=node.country,
        verified_at=view.verified_at,
        age_s=age_s,
        freshness=fresh,
        banner=BANNERS[fresh].format(days=age_s // DAY_S),
        troubles=sorted(view.troubles.values()),
        countries=[_country(country, now) for _, country in sorted(view.countries.items())],
    )


def country_view(node: Node, code: str) -> CountryView:
    """One country; NotFound when it never was in the registry."""
    country = node.view.country(code)
    if country is None:
        raise NotFound("no such country in the registry; check the code", field="country")
    return _country(country, node.now())


def _country(country: Country, now: int) -> CountryView:
    record, usable = country.record, country.usable_office_keys(now)
    offices = [
        OfficeView(
            holder=key.office_kid.hex(),
            name=key.holder,
            kind=key.kind,
            police_powers=key.police_powers,
            usable_now=key in usable,
            newest=key in usable and key.from_at == max(k.from_at for k in usable if k.holder == key.holder),
        )
        for key in country.office_keys
    ]
    return CountryView(
        country=country.code,
        status=country.status_at(now),
        names=record.authority.names,
        contact=record.authority.contact,
        out_of_hours=record.out_of_hours,
        languages=record.languages,
        fingerprint=country.fingerprint,
        serial=country.serial,
        valid_until=record.valid_until,
        quarantined_until=country.quarantined_until,
        first_seen_at=country.first_seen_at,
        offices=offices,
    )
