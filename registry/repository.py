"""The publisher's folder: plain files that any web server or stick can carry. Nothing in it is ever deleted.

    metadata/timestamp.json  metadata/N.root.json  N.snapshot.json  N.targets.json  N.c-XX.json  N.suspend-NAME.json
    targets/XX/SHA256.record.json  targets/XX/SHA256.record.sig  targets/suspend/NAME/SHA256.XX.json  prekeys/XX.bin

A reader finds the newest state from the highest root and timestamp.json; every other name is used once.
"""

import fcntl
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from node.crypto.rolekeys import MLDSA_PUBLIC_BYTES
from node.errors import Unavailable
from registry.delegations import read_delegations
from registry.errors import BadRecord, BadRegistryFile
from registry.names import record_path
from registry.record import Record, read_record
from registry.roots import Maintainers, maintainers_of, parse_metadata
from registry.tuftypes import Metadata, Root, Snapshot, Targets, Timestamp


class Repository:
    """Reads the published state, and writes files so that no reader ever sees half of one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.metadata = folder / "metadata"
        self.targets = folder / "targets"
        self._turn = threading.RLock()
        self._is_ours = False  # whoever holds the turn holds the lock of the folder too

    def root_bytes(self) -> bytes:
        """The newest root as published."""
        return _read(self._root_path(self._newest_root()))

    def all_root_bytes(self) -> list[bytes]:
        """Every root as published, from version 1 on."""
        return [_read(self._root_path(version)) for version in range(1, self._newest_root() + 1)]

    def first_root_bytes(self) -> bytes:
        """Version 1: what nodes pin."""
        return _read(self._root_path(1))

    def first_root_sha256(self) -> str:
        """What operators and maintainers read aloud when they compare it."""
        return sha256(self.first_root_bytes()).hexdigest()

    def root(self) -> Root:
        """The newest root."""
        root: Root = parse_metadata(self.root_bytes(), Root).signed
        return root

    def maintainers(self) -> Maintainers:
        """The maintainers of the newest root."""
        return maintainers_of(self.root())

    def timestamp(self) -> Timestamp | None:
        """The published timestamp, or None before the first."""
        path = self.metadata / "timestamp.json"
        if not path.exists():
            return None
        try:
            timestamp: Timestamp = parse_metadata(_read(path), Timestamp).signed
        except BadRegistryFile as error:
            says = f"{path.name}: {error.message}; put the newest copy of it back from a mirror, then start again"
            raise BadRegistryFile(says) from None
        return timestamp

    def snapshot(self) -> Snapshot | None:
        """The snapshot that the timestamp names, or None before the first."""
        timestamp = self.timestamp()
        if timestamp is None:
            return None
        path = self.metadata / f"{timestamp.snapshot_meta.version}.snapshot.json"
        snapshot: Snapshot = parse_metadata(_read(path), Snapshot).signed
        return snapshot

    def version_of(self, role: str) -> int:
        """The published version of targets, c-XX or suspend-NAME; 0 if there is none."""
        snapshot = self.snapshot()
        meta = snapshot.meta.get(f"{role}.json") if snapshot else None
        return meta.version if meta else 0

    def role_bytes(self, role: str) -> bytes | None:
        """The published file of a role, or None."""
        version = self.version_of(role)
        return _read(self.metadata / f"{version}.{role}.json") if version else None

    def role(self, role: str) -> Metadata[Targets] | None:
        """The published metadata of a role, or None."""
        data = self.role_bytes(role)
        return parse_metadata(data, Targets) if data is not None else None

    def record(self, code: str) -> Record | None:
        """The published record of a country, or None."""
        role = self.role(f"c-{code}")
        target = role.signed.targets.get(record_path(code)) if role else None
        if target is None:
            return None
        return read_record(_read(self.targets / code / f"{target.hashes['sha256']}.record.json"))

    def published_records(self, code: str) -> Iterator[Record]:
        """Every record of a country that was ever in force, oldest first; those of a crashed publication were not."""
        for version in range(1, self.version_of(f"c-{code}") + 1):
            role = parse_metadata(_read(self.metadata / f"{version}.c-{code}.json"), Targets).signed
            digest = role.targets[record_path(code)].hashes["sha256"]
            yield read_record(_read(self.targets / code / f"{digest}.record.json"))

    def used_keys(self) -> dict[bytes, str]:
        """Every key and half of a key that was ever published, with the country or maintainer it belongs to."""
        used: dict[bytes, str] = {}
        for name, public in self.maintainers().public.items():
            used |= dict.fromkeys(halves(public), f"maintainer {name}")
        for record in self._all_records():
            for key in record.public_keys().values():
                for half in halves(key):
                    used.setdefault(half, record.country)
        for path in self.metadata.glob("*.targets.json"):
            targets = parse_metadata(_read(path), Targets).signed
            for country in read_delegations(targets, self.maintainers()).countries.values():
                for half in halves(country.role_keys):
                    used.setdefault(half, country.code)
        return used

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Whoever changes what is published does it alone: a publication by hand, or the publisher's daily signing.

        What is looked at belongs inside as well. Waits for the other one, in this process or another; a crash lets go
        by itself. Who is alone already stays so.
        """
        with self._turn:
            if self._is_ours:
                yield
                return
            folder = os.open(self.metadata, os.O_RDONLY | os.O_CLOEXEC)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)
                self._is_ours = True
                yield
            finally:
                self._is_ours = False
                os.close(folder)

    @contextmanager
    def served_alone(self) -> Iterator[None]:
        """One publisher serves this folder; Unavailable for a second one. A crash lets go by itself."""
        folder = os.open(self.folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise Unavailable("another publisher serves this registry; stop it first") from None
        finally:
            os.close(folder)

    def write_root(self, version: int, data: bytes) -> None:
        """A new root; it counts as soon as it stands there."""
        _write_new(self._root_path(version), data)

    def write_role(self, role: str, version: int, data: bytes) -> None:
        """A version that the snapshot does not name yet; an orphan of a crashed publication is replaced."""
        if version <= self.version_of(role):
            raise BadRegistryFile(f"{role} version {version} is published already; make a newer version")
        _write(self.metadata / f"{version}.{role}.json", data)

    def write_targets(self, files: Mapping[str, bytes]) -> None:
        """Target files under their hashes; writing the same bytes again is harmless."""
        for path, data in files.items():
            folder, _, name = path.rpartition("/")
            _write(self.targets / folder / f"{sha256(data).hexdigest()}.{name}", data)

    def write_snapshot(self, version: int, data: bytes) -> None:
        """A snapshot that no timestamp names yet."""
        _write(self.metadata / f"{version}.snapshot.json", data)

    def write_timestamp(self, data: bytes) -> None:
        """The one file that changes under its name: from here on the new state is published."""
        _write(self.metadata / "timestamp.json", data)

    def _newest_root(self) -> int:
        version = 1
        while self._root_path(version + 1).exists():
            version += 1
        return version

    def _root_path(self, version: int) -> Path:
        return self.metadata / f"{version}.root.json"

    def _all_records(self) -> Iterator[Record]:
        for path in sorted(self.targets.glob("*/*.record.json")):
            try:
                yield read_record(_read(path))
            except BadRecord:
                continue  # an orphan that was never published: its keys were never used


def halves(public: bytes) -> tuple[bytes, bytes]:
    """The post-quantum and the classical half of a hybrid public key (signing 1984, KEM 1216 bytes)."""
    cut = MLDSA_PUBLIC_BYTES if len(public) == MLDSA_PUBLIC_BYTES + 32 else len(public) - 32
    return public[:cut], public[cut:]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise BadRegistryFile(f"registry folder lacks {path.name}; restore it from a mirror") from None


def write_whole(path: Path, data: bytes) -> None:
    """All of it or nothing: what stood there stays until the new bytes are on the disk, whatever happens meanwhile."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from error  # of the file that was asked for


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)


def _write_new(path: Path, data: bytes) -> None:
    if path.exists():
        raise BadRegistryFile(f"{path.name} is published already; make a newer version")
    _write(path, data)
