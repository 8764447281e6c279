"""The countries' own roles and the maintainers' suspensions: verified one by one, so that one failure stays alone.

Files are kept under their SHA-256 and are verified by it whenever they are read; a role that has not changed since it
was verified in this process is not verified again.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from tuf.api.exceptions import RepositoryError

from node.errors import OpenTRMError
from registry.admission import check_record
from registry.delegations import Admitted, CountryRole, read_delegations
from registry.errors import BadRegistryFile, Unverified
from registry.fetch import Fetch
from registry.names import country_role, record_path, signature_path, suspend_role
from registry.record import MAX_RECORD_BYTES, read_record, verify_record
from registry.roots import maintainers_of, parse_metadata
from registry.suspension import MAX_SUSPENSION_BYTES, Suspension, read_suspension
from registry.troubles import sentence_of
from registry.trust import VerifiedCountry
from registry.tuftypes import Metadata, Root, Snapshot, TargetFile, Targets

MAX_ROLE_BYTES: Final = 262_144
Archive = Callable[[str, bytes], None]


class Top(Protocol):
    """Verified top-level metadata, from a mirror or from an archive."""

    @property
    def root(self) -> Root: ...
    @property
    def snapshot(self) -> Snapshot: ...
    @property
    def targets(self) -> Targets: ...
    @property
    def targets_bytes(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Source:
    """Where files come from in one reading: the verified top, the mirror's base address, and who archives."""

    top: Top
    base: str
    fetch: Fetch
    archive: Archive | None


class RoleReader:
    """Reads delegated roles; remembers what it has verified in this process. Files are kept in `folder`, if any."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._admitted: tuple[bytes, Admitted] | None = None
        self._known: dict[str, tuple[bytes, str, VerifiedCountry]] = {}

    def read(
        self, top: Top, base: str, fetch: Fetch, archive: Archive | None
    ) -> tuple[dict[str, VerifiedCountry], dict[str, str], tuple[Suspension, ...]]:
        """(countries, reason by role for those that failed, suspensions as presented)."""
        source = _Source(top, base, fetch, archive)
        admitted = self._delegations(top)
        countries: dict[str, VerifiedCountry] = {}
        failed = dict(admitted.ignored)
        for code, role in admitted.countries.items():
            try:
                countries[code] = self._country(source, role)
            except (RepositoryError, OpenTRMError) as error:
                failed[country_role(code)] = sentence_of(error)
        suspensions: list[Suspension] = []
        for maintainer in admitted.suspend_roles:
            try:
                suspensions += self._suspensions(source, maintainer)
            except (RepositoryError, OpenTRMError) as error:
                failed[suspend_role(maintainer)] = sentence_of(error)
        return countries, failed, tuple(suspensions)

    def _delegations(self, top: Top) -> Admitted:
        digest = sha256(top.targets_bytes + top.root.version.to_bytes(8, "big")).digest()
        if self._admitted is None or self._admitted[0] != digest:
            self._admitted = digest, read_delegations(top.targets, maintainers_of(top.root))
        return self._admitted[1]

    def _country(self, source: _Source, role: CountryRole) -> VerifiedCountry:
        name, code = country_role(role.code), role.code
        digest = _role_digest(source.top, name)
        known = self._known.get(code)
        if known is not None and known[:2] == (role.role_keys, digest):
            return replace(known[2], joined_at=role.joined_at)
        # 1 the role, by the country's own keys
        metadata = self._role(source, name)
        # 2 the record and its self-signature, as the role names them
        record_bytes = self._target(source, metadata, record_path(code), MAX_RECORD_BYTES)
        signature = self._target(source, metadata, signature_path(code), MAX_ROLE_BYTES)
        # 3 the record: shape, its own country, admissible keys, signed by a current message key
        record = read_record(record_bytes)
        if record.country != code:
            raise Unverified(f"record under {code}/ is of another country")
        check_record(record)
        verify_record(record_bytes, signature, record)
        expires_at = int(metadata.signed.expires.timestamp())
        country = VerifiedCountry(
            code, role.role_keys, role.joined_at, metadata.signed.version, expires_at, record, record_bytes
        )
        self._known[code] = role.role_keys, digest, country
        return country

    def _suspensions(self, source: _Source, maintainer: str) -> list[Suspension]:
        name = suspend_role(maintainer)
        if f"{name}.json" not in source.top.snapshot.meta:
            return []  # this maintainer has never suspended anybody
        metadata = self._role(source, name)
        paths = [path for path in metadata.signed.targets if path.startswith(f"suspend/{maintainer}/")]
        found = [read_suspension(self._target(source, metadata, path, MAX_SUSPENSION_BYTES)) for path in paths]
        return [suspension for suspension in found if suspension.maintainer == maintainer]

    def _role(self, source: _Source, name: str) -> Metadata[Targets]:
        """A delegated role: hash and version from the snapshot, signatures by its delegation; expiry is not judged."""
        meta = source.top.snapshot.meta.get(f"{name}.json")
        if meta is None:
            raise Unverified(f"{name} is delegated and not part of the snapshot")
        served = f"{meta.version}.{name}.json"
        data = self._file(source, _role_digest(source.top, name), f"metadata/{served}", served, MAX_ROLE_BYTES)
        metadata = parse_metadata(data, Targets)
        source.top.targets.verify_delegate(name, metadata.signed_bytes, metadata.signatures)
        if metadata.signed.version != meta.version:
            raise Unverified(f"{name} is version {metadata.signed.version}; the snapshot names {meta.version}")
        return metadata

    def _target(self, source: _Source, role: Metadata[Targets], path: str, limit: int) -> bytes:
        target: TargetFile | None = role.signed.targets.get(path)
        if target is None or target.length > limit:
            raise Unverified(f"role does not list {path}, or with a length above {limit}")
        digest = target.hashes.get("sha256", "")
        folder, _, name = path.rpartition("/")
        served = f"{folder}/{digest}.{name}"
        return self._file(source, digest, f"targets/{served}", served, target.length)

    def _file(self, source: _Source, digest: str, path: str, archived_as: str, limit: int) -> bytes:
        """The bytes with this SHA-256, from our folder or else from the mirror."""
        if len(digest) != 64 or not digest.isalnum():
            raise BadRegistryFile("a file is named without its sha256")
        kept = None if self._folder is None else self._folder / digest
        data = kept.read_bytes() if kept is not None and kept.exists() else b""
        is_kept = sha256(data).hexdigest() == digest
        if not is_kept:
            data = source.fetch(source.base + path, limit)
        if sha256(data).hexdigest() != digest:
            raise Unverified(f"{path} does not have the hash it was announced with")
        if source.archive is not None:  # a kept file too: the refresh that brought it may never have come to its end
            source.archive(archived_as, data)
        if kept is not None and not is_kept:
            self._keep(kept, data)
        return data

    def _keep(self, path: Path, data: bytes) -> None:
        # A crash may leave half a file: it does not have its hash and is fetched again.
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.new")
        beside.write_bytes(data)
        os.replace(beside, path)


def _role_digest(top: Top, name: str) -> str:
    meta = top.snapshot.meta.get(f"{name}.json")
    return (meta.hashes or {}).get("sha256", "") if meta else ""
