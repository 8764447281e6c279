"""What a node believes about every country: an immutable view, with statuses that are pure functions of the time.

How one view follows another is `registry.history`. Sources: registry.md 4.5, 4.6, decided 1, 4, 5, 9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import msgspec

from registry.names import DAY_S
from registry.record import HolderKind, KeyStatus, Record
from registry.suspension import Suspension

QUARANTINE_S: Final = 3 * DAY_S
FRESH_S: Final = 2 * DAY_S
STALE_S: Final = 7 * DAY_S
TWO_PERSON_S: Final = 14 * DAY_S

Status = Literal["active", "suspended", "quarantined", "expired", "revoked"]
Freshness = Literal["fresh", "stale", "two_person", "queue_only"]
SigningKeyStatus = Literal["current", "retired", "revoked", "quarantined"]


@dataclass(frozen=True, slots=True)
class VerifiedCountry:
    """One country as its verified TUF role and record say it now; no history, no policy."""

    code: str
    role_keys: bytes  # ML-DSA-65 1952 || Ed25519 32
    joined_at: int
    role_version: int
    role_expires_at: int
    record: Record
    record_bytes: bytes


@dataclass(frozen=True, slots=True)
class Verified:
    """A whole verified registry; `failed` says why a role (c-XX, suspend-NAME) did not verify."""

    root_version: int
    snapshot_sha256: bytes
    snapshot_version: int
    timestamp_version: int
    verified_at: int
    countries: Mapping[str, VerifiedCountry]
    failed: Mapping[str, str]
    suspensions: tuple[Suspension, ...]


class MessageKeyView(msgspec.Struct, frozen=True):
    """A country's message key as the node may use it."""

    key_id: bytes
    public: bytes  # 1984
    record_status: KeyStatus
    from_at: int
    until: int
    waits_until: int  # 0, or when its quarantine ends

    def status_at(self, now: int) -> SigningKeyStatus:
        """A revoked key stays revoked; a current or retired one is quarantined while it waits."""
        return "quarantined" if self.record_status != "revoked" and now < self.waits_until else self.record_status


class OfficeKeyView(msgspec.Struct, frozen=True):
    """A country's office key as the node may use it."""

    office_kid: bytes
    public: bytes  # 1216
    holder: str
    kind: HolderKind
    police_powers: bool
    from_at: int
    until: int
    waits_until: int

    def usable_at(self, now: int) -> bool:
        """True if identity may be sealed to it now."""
        return self.from_at <= now < self.until and now >= self.waits_until


class Country(msgspec.Struct, frozen=True):
    """What this node believes about one country."""

    code: str
    record: Record
    record_sha256: bytes
    role_keys: bytes
    role_expires_at: int
    fingerprint: str  # 12 groups of 5 digits
    first_seen_at: int
    quarantined_until: int  # 0, or when the wait after first contact or an unannounced key change ends
    suspended_until: int
    removed: bool  # no longer delegated by the maintainers
    message_keys: tuple[MessageKeyView, ...]
    office_keys: tuple[OfficeKeyView, ...]
    built_at: int

    @property
    def serial(self) -> int:
        """The record's serial."""
        return self.record.serial

    @property
    def status(self) -> Status:
        """The status when the view was made; `status_at` for later moments."""
        return self.status_at(self.built_at)

    def status_at(self, now: int) -> Status:
        """The gravest that holds. An expired country is only not sent to; receiving never stops."""
        if self.removed or self.record.status == "revoked":
            return "revoked"
        if now < self.suspended_until:
            return "suspended"
        if now >= min(self.role_expires_at, self.record.valid_until):
            return "expired"
        return "quarantined" if now < self.quarantined_until else "active"

    def usable_office_keys(self, now: int) -> tuple[OfficeKeyView, ...]:
        """Those that identity may be sealed to now; none while the country itself is not active."""
        return tuple(key for key in self.office_keys if key.usable_at(now)) if self.status_at(now) == "active" else ()

    def office_key(self, kid: bytes) -> OfficeKeyView | None:
        """The listed office key with this id, usable or not."""
        return next((key for key in self.office_keys if key.office_kid == kid), None)


class SigningKeyInfo(NamedTuple):
    """A message key with its status at one moment."""

    public: bytes  # 1984
    status: SigningKeyStatus
    from_at: int
    until: int


class View(msgspec.Struct, frozen=True):
    """Everything the node knows from the registry at one moment. Troubles: mirror or role -> sentence."""

    built_at: int
    verified_at: int  # signed issue time of the newest timestamp
    root_version: int
    timestamp_version: int
    snapshot_version: int
    snapshot_sha256: bytes  # over N.snapshot.json as served
    countries: dict[str, Country]
    suspensions: tuple[Suspension, ...]  # all that ever counted here; the 30-day rule needs them
    troubles: dict[str, str]
    served: dict[str, int] = {}  # by mirror: the newest timestamp it ever served that verified

    def country(self, code: str) -> Country | None:
        """The country, or None if it was never in the registry."""
        return self.countries.get(code)

    def signing_key(self, code: str, key_id: bytes, now: int | None = None) -> SigningKeyInfo | None:
        """The listed message key of any status, or None; `now` defaults to when the view was made."""
        country = self.countries.get(code)
        for key in country.message_keys if country else ():
            if key.key_id == key_id:
                status = key.status_at(self.built_at if now is None else now)
                return SigningKeyInfo(key.public, status, key.from_at, key.until)
        return None

    def freshness(self, now: int) -> Freshness:
        """How far new sends may go; receiving never stops."""
        return freshness(self.verified_at, now)


def freshness(verified_at: int, now: int) -> Freshness:
    """fresh to 48 h; stale (banner, no identity change) to 7 d; two_person to 14 d; then queue_only."""
    age = now - verified_at
    if age <= FRESH_S:
        return "fresh"
    if age <= STALE_S:
        return "stale"
    return "two_person" if age <= TWO_PERSON_S else "queue_only"


def encode_view(view: View) -> bytes:
    """The view for the next start; what it holds is verified again before it is used."""
    return msgspec.msgpack.encode(view)


def decode_view(data: bytes) -> View | None:
    """The view, or None if the bytes are not one of this version."""
    try:
        return msgspec.msgpack.decode(data, type=View)
    except msgspec.MsgspecError:
        return None
