"""Suspending a country at once: one whole maintainer can, for 72 hours, and can do nothing else.

Each maintainer has a role of its own, 2 of 2 over its two keys, so a suspension is always the act of one whole person.
Source: registry.md decided 4.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final, Literal

import msgspec

from node.crypto.errors import BadText
from node.crypto.rolekeys import RoleKey
from node.crypto.text import from_base64url, read_json, to_base64url
from registry.errors import BadRegistryFile
from registry.names import DAY_S, SUSPENSION_LIFE_S, country_role, record_path, suspend_role, suspension_path, when
from registry.publisher import Publisher
from registry.record import Hash, Seconds
from registry.repository import Repository
from registry.roots import parse_metadata
from registry.tufkeys import signers
from registry.tuftypes import Metadata, TargetFile, Targets

MAX_SUSPENSION_BYTES: Final = 4096
AGAIN_AFTER_S: Final = 30 * DAY_S


class Suspension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One maintainer's statement that a country must not be relied on until `until`."""

    v: Literal[1]
    country: str
    record_sha256: Hash  # the record it was made against, for whoever asks why
    maintainer: str
    first_at: Seconds
    until: Seconds


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal["trm/v1/suspension"]
    maintainer: str
    role: str
    suspension: str


def read_suspension(data: bytes) -> Suspension:
    """The suspension in these bytes; BadRegistryFile for anything else."""
    try:
        return msgspec.convert(read_json(data), Suspension)
    except (BadText, msgspec.ValidationError):
        raise BadRegistryFile("file is no suspension; expected the file that `trm-registry suspend` wrote") from None


def counted(seen: Iterable[Suspension], presented: Iterable[Suspension]) -> tuple[Suspension, ...]:
    """`seen` with those of `presented` that count, oldest first; pure.

    Counts: at most 72 hours; not the same maintainer again for that country within 30 days; within 30 days one second
    maintainer may extend it once; a third needs k-of-n and is ignored here.
    """
    result = list(seen)
    for new in sorted(presented, key=lambda s: (s.first_at, s.maintainer)):
        near = [s for s in result if s.country == new.country and abs(s.first_at - new.first_at) < AGAIN_AFTER_S]
        repeated = any(s.maintainer == new.maintainer for s in near)
        if new.first_at < new.until <= new.first_at + SUSPENSION_LIFE_S and not repeated and len(near) < 2:
            result.append(new)
    return tuple(sorted(result, key=lambda s: (s.first_at, s.maintainer)))


def suspended_until(suspensions: Iterable[Suspension], country: str) -> int:
    """When the last counted suspension of this country ends; 0 if there is none."""
    return max((s.until for s in suspensions if s.country == country), default=0)


def make_suspension(repository: Repository, name: str, key: RoleKey, country: str, now: int) -> bytes:
    """The file with which a maintainer suspends `country` for 72 hours from now; it needs no other signature."""
    role = repository.role(country_role(country))
    record = role.signed.targets.get(record_path(country)) if role else None
    if record is None:
        raise BadRegistryFile(f"{country} is not in the registry; there is nothing to suspend")
    suspension = Suspension(
        v=1,
        country=country,
        record_sha256=record.hashes["sha256"],
        maintainer=name,
        first_at=now,
        until=now + SUSPENSION_LIFE_S,
    )
    data, path = msgspec.json.encode(suspension), suspension_path(name, country)
    old = repository.role(suspend_role(name))
    targets = dict(old.signed.targets) if old else {}
    targets[path] = TargetFile.from_data(path, data, ["sha256"])
    version = repository.version_of(suspend_role(name)) + 1
    metadata = Metadata(Targets(version=version, expires=when(suspension.until), targets=targets))
    for signer in signers(key):
        metadata.sign(signer, append=True)
    file = _File(
        format="trm/v1/suspension",
        maintainer=name,
        role=to_base64url(metadata.to_bytes()),
        suspension=to_base64url(data),
    )
    return msgspec.json.encode(file)


def publish_suspension(publisher: Publisher, data: bytes) -> Suspension:
    """Publish a maintainer's suspension at once; BadRegistryFile unless both keys of that maintainer signed it."""
    with publisher.repository.alone():
        return _published(publisher, data)


def _published(publisher: Publisher, data: bytes) -> Suspension:
    try:
        file = msgspec.convert(read_json(data), _File)
        role_bytes, suspension_bytes = from_base64url(file.role), from_base64url(file.suspension)
    except (BadText, msgspec.ValidationError):
        raise BadRegistryFile("file is no suspension of a maintainer; make it again") from None
    suspension, role = read_suspension(suspension_bytes), suspend_role(file.maintainer)
    metadata, targets = parse_metadata(role_bytes, Targets), publisher.repository.role("targets")
    path = suspension_path(file.maintainer, suspension.country)
    target = metadata.signed.targets.get(path)
    if target is None or target.hashes.get("sha256") != sha256(suspension_bytes).hexdigest():
        raise BadRegistryFile("suspension is not the one that was signed; make it again")
    if targets is None or not _signed_by_role(targets.signed, role, metadata):
        raise BadRegistryFile(f"suspension is not signed with both keys of maintainer {file.maintainer}")
    if suspension.maintainer != file.maintainer or not counted([], [suspension]):
        raise BadRegistryFile("suspension lasts more than 72 hours or names another maintainer; make it again")
    publisher.publish({role: role_bytes}, {path: suspension_bytes})
    return suspension


def _signed_by_role(targets: Targets, role: str, metadata: Metadata[Targets]) -> bool:
    try:
        return bool(targets.get_verification_result(role, metadata.signed_bytes, metadata.signatures))
    except ValueError:
        return False
