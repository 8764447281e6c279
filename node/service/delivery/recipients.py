"""What the gate must know of a recipient, read from the verified registry; and the key a letter is sealed to.

Source: wire 6; registry, decided 9; R39, H13.
"""

import msgspec

from node.crypto.prekeys import Bundle
from node.protocol.gate.facts import OfficeKeyFacts, RecipientFacts
from node.protocol.letters.kinds import CONTROL
from node.service.context import DAY_S, Known, Node
from registry.trust import Country, OfficeKeyView

FALLBACK_KINDS = ("consent.withdrawal", "referral.ended", "return.stopped", "safety.")


class SealTo(msgspec.Struct, frozen=True):
    """The public KEM key to seal to (1216 bytes), and how long an envelope may live (seconds)."""

    public: bytes
    max_life_s: int


def recipient_facts(node: Node, peer: str, now: int) -> RecipientFacts:
    """The recipient as the newest verified registry shows it.

    Asked for every letter twice, so the last answer is kept for as long as all that it was made of is the same.
    """
    view, distrusted, changing = node.view, node.distrusted, (node.stale_override.get(peer), node.known_offices, now)
    known = node.recipients.get(peer)
    if known is not None and known.view is view and known.distrusted is distrusted and known.changing == changing:
        return known.facts
    facts = _facts(node, peer, now)
    node.recipients[peer] = Known(view, distrusted, changing, facts)
    return facts


def _facts(node: Node, peer: str, now: int) -> RecipientFacts:
    country = node.view.country(peer)
    if country is None:
        return RecipientFacts(country=peer, status="unknown")
    return RecipientFacts(
        country=peer,
        status=country.status_at(now),
        office_keys=_office_keys(country, now),
        registry_age_seconds=max(0, now - node.view.verified_at),
        stale_override_by=node.stale_override.get(peer),
        distrusted_by=node.distrusted.countries.get(peer),
        distrusted_holders=node.distrusted.holders,
        distrusted_organisations=node.distrusted.organisations,
        known_offices=node.known_offices.get(peer, ()),
    )


def seal_to(node: Node, peer: str, kind: str, letter_class: int, sealed_identity: bool) -> SealTo | None:
    """The peer's prekey of this week; its fallback key only for what may not wait; None when nothing may be sealed
    now.
    """
    country = node.view.country(peer)
    if country is None:
        return None
    life_s = country.record.max_life_days * DAY_S
    bundle = node.bundles.get(peer)
    epoch = None if bundle is None or not _vouches(country, bundle) else bundle.valid_at(node.now())
    if epoch is not None:
        return SealTo(epoch.public, life_s)
    if letter_class == CONTROL or (kind.startswith(FALLBACK_KINDS) and not sealed_identity):
        return SealTo(country.record.kem_fallback_public, life_s)
    return None


def _vouches(country: Country, bundle: Bundle) -> bool:
    """Whether the key that signed these prekeys still stands for the country; nothing is sealed to others."""
    return any(key.key_id == bundle.key_id and key.record_status != "revoked" for key in country.message_keys)


def own_offices(node: Node) -> tuple[OfficeKeyFacts, ...]:
    """Every office key of our own record, also one whose time is over: a letter may have been long under way."""
    country = node.view.country(node.country)
    return () if country is None else tuple(_holder(key) for key in country.office_keys)


def _office_keys(country: Country, now: int) -> tuple[OfficeKeyFacts, ...]:
    return tuple(_holder(key) for key in country.office_keys if key.from_at <= now < key.until)


def _holder(key: OfficeKeyView) -> OfficeKeyFacts:
    return OfficeKeyFacts(key.office_kid.hex(), key.holder, key.kind, key.police_powers)
