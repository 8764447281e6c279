"""A registry of invented countries with real keys, in a folder: for tests and benchmarks.

world = make_registry(["XA", "XB"], now, tmp_path / "registry")
client = world.client(tmp_path / "state")
view = client.refresh(now)
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from node.clock import SteppedClock
from node.crypto.rolekeys import RoleKey
from node.crypto.suite import KemKey, SigningKey
from node.crypto.text import to_base64url
from registry.ceremony import admit, create_registry, publish, publish_update
from registry.client import RegistryClient
from registry.fetch import Fetch, fetch_from_folder
from registry.names import country_role
from registry.proposal import sign
from registry.publisher import Publisher
from registry.record import Record, encode_record, pack_node_record
from registry.repository import Repository
from registry.request import make_request, read_request
from registry.tufkeys import signers
from registry.tuftypes import Metadata, Targets

MAINTAINERS = ("ada", "bo", "cyd")
YEAR_S = 365 * 86_400


@dataclass(frozen=True)
class NodeKeys:
    """The seeds of one invented country: what its node and its office would hold, and its offline role key."""

    message_seed: bytes
    kem_fallback_seed: bytes
    office_seed: bytes
    next_message_seed: bytes
    role_seed: bytes

    @property
    def message(self) -> SigningKey:
        return SigningKey(self.message_seed)

    @property
    def office(self) -> KemKey:
        return KemKey(self.office_seed)

    @property
    def role(self) -> RoleKey:
        return RoleKey(self.role_seed)


@dataclass
class RegistryWorld:
    """The publisher's folder, its keys, and every country's."""

    folder: Path
    clock: SteppedClock
    publisher: Publisher
    maintainers: dict[str, RoleKey]
    online: RoleKey
    keys: dict[str, NodeKeys] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)

    @property
    def repository(self) -> Repository:
        return self.publisher.repository

    @property
    def root_bytes(self) -> bytes:
        """What nodes pin."""
        return self.repository.first_root_bytes()

    def client(self, state: Path, fetch: Fetch = fetch_from_folder, **options: Any) -> RegistryClient:
        """A node's client that reads this folder; quarantine is off unless asked for."""
        options = {"quarantine_s": 0, "mirrors": [str(self.folder)], **options}
        return RegistryClient(state, self.root_bytes, fetch=fetch, **options)

    def client_like(self, known: RegistryClient, state: Path) -> RegistryClient:
        """A client over a copy of the files that `known` has verified in this process: they are not verified again."""
        client = self.client(state)
        client._verified, client._view = known._verified, known._view
        client._roles._admitted, client._roles._known = known._roles._admitted, {**known._roles._known}
        return client

    def moved_to(self, folder: Path) -> "RegistryWorld":
        """The same registry in a copy of its folder, with a publisher and a clock of its own."""
        clock = SteppedClock(self.clock.now())
        publisher = Publisher(Repository(folder), self.online, clock)
        return replace(
            self, folder=folder, clock=clock, publisher=publisher, keys={**self.keys}, records={**self.records}
        )

    def join(self, *codes: str, **changes: Any) -> None:
        """Admit countries in one proposal, signed by two maintainers; `changes` go into every record."""
        requests = []
        for code in codes:
            self.keys[code] = invented_keys(code)
            self.records[code] = invented_record(code, self.keys[code], self.clock.now(), **changes)
            requests.append(self.request(code))
        publish(self.publisher, [self.proposal(requests)])

    def request(self, code: str, version: int = 1, signed_by: SigningKey | None = None) -> bytes:
        """The request file for this country's record, as its own machines would make it."""
        keys = self.keys[code]
        node_record = pack_node_record(self.records[code], signed_by or keys.message)
        return make_request(node_record, keys.role, self.clock.now(), version)

    def proposal(self, requests: Sequence[bytes], by: Sequence[str] = MAINTAINERS[:2], **options: Any) -> bytes:
        """A proposal that admits `requests`, signed by the named maintainers."""
        heard = {request.code: request.fingerprint for request in map(read_request, requests)}
        signed = admit(self.repository, requests, heard, self.clock.now(), **options)
        for name in by:
            signed = sign(signed, self.maintainers[name])
        return signed

    def update(self, code: str, *, signed_by: SigningKey | None = None, **changes: Any) -> None:
        """Publish the next record of a country, signed by its own keys only; `changes` by attribute name."""
        old = self.records[code]
        changes.setdefault("serial", old.serial + 1)
        changes.setdefault("prev_sha256", hashlib.sha256(encode_record(old)).hexdigest())
        self.records[code] = msgspec.structs.replace(old, **changes)
        self.publish(self.records[code], signed_by)

    def publish(self, record: Record, signed_by: SigningKey | None = None) -> None:
        """Publish this record as it stands; it must be the country's next."""
        code = record.country
        self.records[code] = record
        version = self.repository.version_of(country_role(code)) + 1
        publish_update(self.publisher, self.request(code, version, signed_by))

    def publish_targets(self, targets: Metadata[Targets]) -> None:
        """Put online what all maintainers together would sign, without the checks of the ceremony."""
        targets.signed.version += 1
        targets.signatures.clear()
        for key in self.maintainers.values():
            for signer in signers(key):
                targets.sign(signer, append=True)
        self.publisher.publish({"targets": targets.to_bytes()}, {})


def make_registry(codes: Sequence[str], now: int, folder: Path) -> RegistryWorld:
    """A registry of three maintainers (two needed) with these countries admitted at `now`."""
    clock = SteppedClock(now)
    maintainers = {name: RoleKey(_seed(f"maintainer {name}", 64)) for name in MAINTAINERS}
    online = RoleKey(_seed("online", 64))
    publisher = create_registry(Repository(folder), maintainers, 2, online, clock)
    world = RegistryWorld(folder, clock, publisher, maintainers, online)
    if codes:
        world.join(*codes)
    return world


def invented_keys(code: str) -> NodeKeys:
    """Always the same keys for the same code."""
    return NodeKeys(
        _seed(f"{code} message", 64),
        _seed(f"{code} fallback", 32),
        _seed(f"{code} office", 32),
        _seed(f"{code} next message", 64),
        _seed(f"{code} role", 64),
    )


def invented_record(code: str, keys: NodeKeys, now: int, **changes: Any) -> Record:
    """A whole record of an invented country; `changes` replace fields by their name in the file."""
    until = now + YEAR_S
    value: dict[str, Any] = {
        "v": 1,
        "country": code,
        "serial": 1,
        "prev_sha256": None,
        "issued_at": now,
        "valid_until": until,
        "authority": {"names": {"en": f"Office for Victims of Trafficking, {code}"}, "contact": "desk@office.example"},
        "endpoints": [{"url": f"http://127.0.0.1:1/{code}"}],
        "message_keys": [message_key(keys.message_seed, now, until)],
        "kem_fallback": to_base64url(KemKey(keys.kem_fallback_seed).public),
        "office_keys": [office_key(keys.office_seed, now, until)],
        "next_message_key_sha256": hashlib.sha256(SigningKey(keys.next_message_seed).public).hexdigest(),
        "suites": [1],
        "min_suite": 1,
        "msg_types": {"referral.offer": [1, 1]},
        "languages": ["en"],
        "prekey_url": f"http://127.0.0.1:1/{code}/trm/v1/prekeys",
        "max_attachment": 0,
        "max_life_days": 14,
        "calendar": {"time_zone": "Etc/UTC", "weekend": [6, 7], "holidays": ["2027-01-01"]},
        "out_of_hours": "duty desk, +000 000 000",
        "commitments": {"referral.offer": 5},
        "min_reader": 1,
        "status": "active",
    }
    return msgspec.convert(value | changes, Record)


def message_key(seed: bytes, start: int, until: int, status: str = "current") -> dict[str, Any]:
    """One entry of message_keys."""
    return {"key": to_base64url(SigningKey(seed).public), "from": start, "until": until, "status": status}


def office_key(seed: bytes, start: int, until: int, **changes: Any) -> dict[str, Any]:
    """One entry of office_keys, held by a civil-society organisation."""
    value: dict[str, Any] = {
        "key": to_base64url(KemKey(seed).public),
        "holder": "Shelter Association",
        "kind": "civil_society",
        "police_powers": False,
        "from": start,
        "until": until,
    }
    return value | changes


def tampered(fetch: Fetch, change: Callable[[str, bytes], bytes]) -> Fetch:
    """A mirror that changes what it serves."""
    return lambda url, max_bytes: change(url, fetch(url, max_bytes))


def edit_json(data: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The JSON in `data` after `change` worked on it."""
    value = json.loads(data)
    change(value)
    return json.dumps(value).encode()


def _seed(label: str, length: int) -> bytes:
    return hashlib.shake_256(f"opentrm test {label}".encode()).digest(length)
