"""What somebody who lies puts online: a mirror, a thief of some of the keys, a country with its own keys."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from node.crypto.rolekeys import RoleKey
from registry.ceremony import build_root
from registry.names import DAY_S, ISSUED_FIELD, when
from registry.record import encode_record, sign_record
from registry.tufkeys import signers
from registry.tuftypes import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from tests.registry_world import RegistryWorld
from tests.vectors.fixed_keys import pair, role, signing
from tests.vectors.make_registry import next_record
from tests.vectors.registry_made import Change, Files

ED25519, MLDSA = 0, 1
LIFE_S = 365 * DAY_S
Halves = Iterable[tuple[RoleKey, int]]


def signed(metadata: Metadata[Any], halves: Halves) -> bytes:
    """The metadata with exactly these signatures."""
    metadata.signatures.clear()
    for key, half in halves:
        metadata.sign(signers(key)[half], append=True)
    return metadata.to_bytes()


def whole(*keys: RoleKey) -> Halves:
    return [(key, half) for key in keys for half in (ED25519, MLDSA)]


def some(world: RegistryWorld, ed25519: str, mldsa: str) -> Halves:
    """Signatures of these maintainers, by their initials, of each kind."""
    keys = {name[0]: key for name, key in world.maintainers.items()}
    return [(keys[one], ED25519) for one in ed25519] + [(keys[one], MLDSA) for one in mldsa]


def targets_by(ed25519: str, mldsa: str, change: Callable[[Targets], object] = lambda _: None) -> Change:
    """A new targets file, changed, with these signatures."""

    def publish(world: RegistryWorld) -> None:
        targets: Metadata[Targets] = world.repository.role("targets")  # type: ignore[assignment]
        targets.signed.version += 1
        change(targets.signed)
        world.publisher.publish({"targets": signed(targets, some(world, ed25519, mldsa))}, {})

    return publish


def delegation(code: str, change: Callable[[Any, Any], object]) -> Change:
    """A new targets file, rightly signed, in which one delegation is not of its form."""

    def spoil(targets: Any) -> None:
        change(targets.delegations.roles[f"c-{code}"], targets.delegations)

    return targets_by("ab", "ab", spoil)


def root_by(ed25519: str, mldsa: str, change: Callable[[Root], object] = lambda _: None, version: int = 2) -> Change:
    """A new root, changed, with these signatures, served as 2.root.json."""

    def publish(world: RegistryWorld) -> None:
        public = {name: key.public for name, key in world.maintainers.items()}
        root = build_root(public, 2, world.online.public, world.clock.now(), version)
        change(root)
        world.repository.write_root(2, signed(Metadata(root), some(world, ed25519, mldsa)))

    return publish


def strangers_root(world: RegistryWorld) -> None:
    keys = {name: role(pair(name)) for name in ("dan", "eve", "fay")}
    root = build_root({name: key.public for name, key in keys.items()}, 2, world.online.public, world.clock.now(), 2)
    world.repository.write_root(2, signed(Metadata(root), whole(*keys.values())))


def another_key_id(root: Root) -> None:
    """Cyd's Ed25519 key, with which nothing else is signed, stands under an id that is not its hash."""
    old, new = root.unrecognized_fields["x-trm-maintainers"]["keys"]["cyd"][0], "ab" * 32
    key = root.keys.pop(old)
    key.keyid = new
    root.keys[new] = key
    for name in ("root", "targets"):
        root.roles[name].keyids = [new if key_id == old else key_id for key_id in root.roles[name].keyids]
    root.unrecognized_fields["x-trm-maintainers"]["keys"]["cyd"][0] = new


def timestamp_by(key: str, **changes: Any) -> Change:
    """A timestamp that whoever holds `key` signs."""

    def publish(world: RegistryWorld) -> None:
        old, now = world.repository.timestamp(), world.clock.now()
        assert old is not None
        fields: dict[str, Any] = {
            "expires": when(now + 2 * DAY_S),
            "unrecognized_fields": {ISSUED_FIELD: now},
        } | changes
        fresh = Timestamp(version=old.version + 1, snapshot_meta=old.snapshot_meta, **fields)
        world.repository.write_timestamp(signed(Metadata(fresh), [(role(pair(key)), ED25519)]))

    return publish


def snapshot_with(change: Callable[[dict[str, MetaFile]], object]) -> Change:
    """A new snapshot and its timestamp, by whoever holds the online key."""

    def publish(world: RegistryWorld) -> None:
        old, now = world.repository.snapshot(), world.clock.now()
        assert old is not None
        meta = dict(old.meta)
        change(meta)
        fresh = Metadata(Snapshot(version=old.version + 1, expires=when(now + 7 * DAY_S), meta=meta))
        data = signed(fresh, [(world.online, ED25519)])
        world.repository.write_snapshot(old.version + 1, data)
        announced = MetaFile.from_data(old.version + 1, data, ["sha256"])
        stamp = Timestamp(version=world.repository.timestamp().version + 1, expires=when(now + 2 * DAY_S),  # type: ignore[union-attr]
                          snapshot_meta=announced, unrecognized_fields={ISSUED_FIELD: now})  # fmt: skip
        world.repository.write_timestamp(signed(Metadata(stamp), [(world.online, ED25519)]))

    return publish


def role_with(
    halves: Callable[[RegistryWorld], Halves] | None = None, record: Mapping[str, Any] | None = None,
    signer: str = "XA", version: int = 2, path: str = "XA", **changes: Any,
) -> Change:  # fmt: skip
    """A new c-XA with XA's next record: who signs which, and what is not as it should be."""

    def publish(world: RegistryWorld) -> None:
        data = encode_record(next_record(world, **(record or {})))
        files = {f"{path}/record.json": data, f"{path}/record.sig": sign_record(data, signing(pair(signer)))}
        files = {name: content for name, content in files.items() if name not in changes.get("without", ())}
        targets = Targets(version=version, expires=when(world.clock.now() + LIFE_S))
        for name, content in files.items():
            targets.targets[name] = TargetFile.from_data(name, content, ["sha256"])
        by = whole(world.keys["XA"].role) if halves is None else halves(world)
        world.publisher.publish({"c-XA": signed(Metadata(targets), by)}, files)

    return publish


def bad_suspension(hours: int, halves: Iterable[int] = (ED25519, MLDSA)) -> Change:
    """Ada suspends XA for so long, with these of her keys."""

    def publish(world: RegistryWorld) -> None:
        now, path = world.clock.now(), "suspend/ada/XA.json"
        said = {"v": 1, "country": "XA", "record_sha256": "00" * 32, "maintainer": "ada", "first_at": now,
                "until": now + 3600 * hours}  # fmt: skip
        data = json.dumps(said).encode()
        targets = Targets(version=1, expires=when(now + 3600 * hours))
        targets.targets[path] = TargetFile.from_data(path, data, ["sha256"])
        by = [(world.maintainers["ada"], half) for half in halves]
        world.publisher.publish({"suspend-ada": signed(Metadata(targets), by)}, {path: data})

    return publish


def serves(path: str, data: Callable[[bytes], bytes]) -> Callable[[Files], Files]:
    """A mirror that serves other bytes under the name that ends so."""
    return lambda files: {name: data(one) if name.endswith(path) else one for name, one in files.items()}


def withholds(path: str) -> Callable[[Files], Files]:
    return lambda files: {name: one for name, one in files.items() if not name.endswith(path)}
