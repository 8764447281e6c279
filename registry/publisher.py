"""The publisher: puts signed files online and keeps the timestamp fresh. It can delay and fork, never forge.

Order of a publication: target files, role files, snapshot, timestamp. A crash anywhere before the last leaves the old
state published; the next publication writes over the orphans.
"""

from collections.abc import Mapping

from node.clock import Clock
from node.crypto.rolekeys import RoleKey
from registry.errors import BadRegistryFile
from registry.names import DAY_S, ISSUED_FIELD, SNAPSHOT_LIFE_S, TIMESTAMP_LIFE_S, when
from registry.repository import Repository
from registry.roots import parse_metadata
from registry.tufkeys import signers
from registry.tuftypes import Metadata, MetaFile, Snapshot, Targets, Timestamp

SNAPSHOT_SPARE_S = 2 * DAY_S  # signed again when it has no more than this left


class Publisher:
    """Holds the online key; only its Ed25519 half signs."""

    def __init__(self, repository: Repository, online: RoleKey, clock: Clock) -> None:
        self.repository = repository
        self._signer = signers(online)[0]
        self.clock = clock
        if self._signer.public_key.keyid not in repository.root().roles["timestamp"].keyids:
            raise BadRegistryFile("online key is not the one the root names; use the key made with this registry")

    def publish(self, roles: Mapping[str, bytes], files: Mapping[str, bytes]) -> None:
        """Publish new versions of roles (name -> signed metadata) with their target files (path -> bytes).

        The signatures were judged by `registry.ceremony`. All become visible at once, with the timestamp.
        """
        with self.repository.alone():
            self.repository.write_targets(files)
            versions = {}
            for role, data in roles.items():
                version = parse_metadata(data, Targets).signed.version
                self.repository.write_role(role, version, data)
                versions[f"{role}.json"] = MetaFile.from_data(version, data, ["sha256"])
            # Crash here or above: the files wait under names that no snapshot mentions.
            self._publish_snapshot(versions)

    def refresh(self) -> bool:
        """Sign again what grows old: the timestamp once a day, the snapshot before its week is over; True if it did.

        Call it as often as you like. A clock that jumped far ahead is caught up with at the next call.
        """
        with self.repository.alone():
            return self._refresh()

    def _refresh(self) -> bool:
        now = self.clock.now()
        snapshot, timestamp = self.repository.snapshot(), self.repository.timestamp()
        if snapshot is None or timestamp is None:
            raise BadRegistryFile("registry has never been published; finish `init` first")
        if snapshot.expires <= when(now + SNAPSHOT_SPARE_S):
            self._publish_snapshot({})
            return True
        if timestamp.expires <= when(now + TIMESTAMP_LIFE_S - DAY_S):
            self._publish_timestamp(timestamp.snapshot_meta)
            return True
        return False

    def _publish_snapshot(self, changed: Mapping[str, MetaFile]) -> None:
        old = self.repository.snapshot()
        version = (old.version if old else 0) + 1
        meta = {**(old.meta if old else {}), **changed}
        snapshot = Metadata(Snapshot(version=version, expires=when(self.clock.now() + SNAPSHOT_LIFE_S), meta=meta))
        snapshot.sign(self._signer)
        data = snapshot.to_bytes()
        self.repository.write_snapshot(version, data)
        # Crash here: as in publish; the timestamp still names the old snapshot.
        self._publish_timestamp(MetaFile.from_data(version, data, ["sha256"]))

    def _publish_timestamp(self, snapshot_meta: MetaFile) -> None:
        now, old = self.clock.now(), self.repository.timestamp()
        timestamp = Timestamp(
            version=(old.version if old else 0) + 1,
            expires=when(now + TIMESTAMP_LIFE_S),
            snapshot_meta=snapshot_meta,
            unrecognized_fields={ISSUED_FIELD: now},
        )
        signed = Metadata(timestamp)
        signed.sign(self._signer)
        self.repository.write_timestamp(signed.to_bytes())
