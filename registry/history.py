"""How one view of the registry follows another: pure rules over what was known and what has just been verified.

Removals act at once, additions wait: a country never seen before, or a key that nobody announced, is quarantined for
72 hours. A country that fails to verify keeps its last verified state. Sources: registry.md 4.5, decided 4 and 5.
"""

from hashlib import sha256

import msgspec

from node.crypto.fingerprints import fingerprint
from registry.names import country_role
from registry.record import MessageKey, OfficeKey
from registry.suspension import Suspension, counted, suspended_until
from registry.trust import QUARANTINE_S, Country, MessageKeyView, OfficeKeyView, Verified, VerifiedCountry, View


def next_view(previous: View | None, verified: Verified, now: int, quarantine_s: int = QUARANTINE_S) -> View:
    """The view after `verified` was seen at `now`; pure.

    Without `previous` (a node's first look) the times of admission stand for first sight.
    """
    suspensions = counted(previous.suspensions if previous else (), _new_of(previous, verified.suspensions))
    known = previous.countries if previous else {}
    troubles = dict(verified.failed)
    countries: dict[str, Country] = {}
    for code in sorted({*known, *verified.countries}):
        old, fresh = known.get(code), verified.countries.get(code)
        if fresh is not None and (fault := _history_fault(old, fresh)) is None:
            country = _country(old, fresh, now, quarantine_s, bootstrap=previous is None)
        elif old is not None:
            removed = fresh is None and country_role(code) not in verified.failed
            country = msgspec.structs.replace(old, removed=removed or old.removed, built_at=now)
            if fresh is not None:
                troubles[country_role(code)] = fault or ""
        else:
            continue
        countries[code] = msgspec.structs.replace(country, suspended_until=suspended_until(suspensions, code))
    return View(
        now,
        verified.verified_at,
        verified.root_version,
        verified.timestamp_version,
        verified.snapshot_version,
        verified.snapshot_sha256,
        countries,
        suspensions,
        troubles,
    )


def _new_of(previous: View | None, suspensions: tuple[Suspension, ...]) -> list[Suspension]:
    seen = set(previous.suspensions) if previous else set()
    return [suspension for suspension in suspensions if suspension not in seen]


def _history_fault(old: Country | None, fresh: VerifiedCountry) -> str | None:
    """Why a verified record may not follow the one we know; new role keys start a new history."""
    if old is None or old.role_keys != fresh.role_keys or sha256(fresh.record_bytes).digest() == old.record_sha256:
        return None
    if fresh.record.serial <= old.serial:
        return f"record has serial {fresh.record.serial} after {old.serial}; the known one stays, phone the country"
    if fresh.record.serial == old.serial + 1 and fresh.record.prev_sha256 != old.record_sha256.hex():
        return "record does not name the one before it; the known one stays, phone the country"
    return None


def _country(old: Country | None, fresh: VerifiedCountry, now: int, quarantine_s: int, *, bootstrap: bool) -> Country:
    record, digest = fresh.record, sha256(fresh.record_bytes).digest()
    if old is not None and (old.record_sha256, old.role_keys, old.removed) == (digest, fresh.role_keys, False):
        return msgspec.structs.replace(old, role_expires_at=fresh.role_expires_at, built_at=now)
    seen_at = min(fresh.joined_at, now) if bootstrap else now
    waits = seen_at + quarantine_s
    message_keys = tuple(_message_key(old, key, waits) for key in record.message_keys)
    # A country that comes back after its removal is met like a new one.
    surprising = old is None or old.removed or old.role_keys != fresh.role_keys
    surprising = surprising or any(key.waits_until == waits for key in message_keys)
    return Country(
        code=fresh.code,
        record=record,
        record_sha256=digest,
        role_keys=fresh.role_keys,
        role_expires_at=fresh.role_expires_at,
        fingerprint=fingerprint(fresh.role_keys, fresh.record_bytes),
        first_seen_at=old.first_seen_at if old else seen_at,
        quarantined_until=max(waits if surprising else 0, old.quarantined_until if old else 0),
        suspended_until=0,
        removed=False,
        message_keys=message_keys,
        office_keys=tuple(_office_key(old, key, waits) for key in record.office_keys),
        built_at=now,
    )


def _message_key(old: Country | None, key: MessageKey, waits: int) -> MessageKeyView:
    """A key we know keeps its wait; one the known record announced has none; any other waits."""
    public, key_id = key.public, key.key_id
    known = {k.key_id: k.waits_until for k in old.message_keys} if old else {}
    announced = old is not None and sha256(public).hexdigest() == old.record.next_message_key_sha256
    waits_until = known.get(key_id, 0 if announced else waits)
    return MessageKeyView(key_id, public, key.status, key.from_at, key.until, waits_until)


def _office_key(old: Country | None, key: OfficeKey, waits: int) -> OfficeKeyView:
    """An office key that nobody has seen before waits, so that a thief of role keys cannot read identities at once."""
    kid = key.office_kid
    known = {k.office_kid: k.waits_until for k in old.office_keys} if old else {}
    return OfficeKeyView(
        kid, key.public, key.holder, key.kind, key.police_powers, key.from_at, key.until, known.get(kid, waits)
    )
