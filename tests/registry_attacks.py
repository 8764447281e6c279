"""What attacks on the registry are made of: thieves, strangers and a publisher that looks away."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from registry.ceremony import publish, renew_root
from registry.errors import NotEnoughSignatures, RegistryUnavailable
from registry.names import DAY_S, ISSUED_FIELD, when
from registry.proposal import Proposal, encode_proposal, read_proposal, sign
from registry.record import MessageKey, OfficeKey, encode_record, sign_record
from registry.tufkeys import signers
from registry.tuftypes import Metadata, MetaFile, Snapshot, TargetFile, Targets, Timestamp
from tests.registry_world import RegistryWorld, invented_keys, invented_record, message_key

NOW = 1_800_000_000
ED25519, MLDSA = 0, 1


def only_trouble(view: Any) -> str:
    (trouble,) = view.troubles.values()
    return str(trouble)


def message_keys(entries: list[dict[str, Any]]) -> Any:
    return msgspec.convert(entries, list[MessageKey])


def office_keys(entries: list[dict[str, Any]]) -> Any:
    return msgspec.convert(entries, list[OfficeKey])


def entry(world: RegistryWorld, code: str) -> dict[str, Any]:
    return message_key(world.keys[code].message_seed, NOW, NOW + 365 * DAY_S)


def stranger(world: RegistryWorld, code: str) -> Any:
    keys = invented_keys(code)
    return keys, invented_record(code, keys, world.clock.now())


def record_of(world: RegistryWorld, code: str) -> Any:
    return invented_record(code, world.keys[code], world.clock.now())


def publish_unchecked(world: RegistryWorld, code: str, record: Any, signer: str | None = None) -> None:
    """What a country can do with its own keys and a publisher that looks away."""
    data = encode_record(record)
    signature = sign_record(data, world.keys[signer or code].message)
    role = Metadata(Targets(version=world.repository.version_of(f"c-{code}") + 1, expires=when(NOW + 365 * DAY_S)))
    files = {f"{code}/record.json": data, f"{code}/record.sig": signature}
    for path, content in files.items():
        role.signed.targets[path] = TargetFile.from_data(path, content, ["sha256"])
    for half in signers(world.keys[code].role):
        role.sign(half, append=True)
    world.publisher.publish({f"c-{code}": role.to_bytes()}, files)


def publish_snapshot_without(world: RegistryWorld, name: str, now: int = NOW) -> None:
    """What the thief of the online key can do."""
    signer = signers(world.online)[ED25519]
    old, timestamp = world.repository.snapshot(), world.repository.timestamp()
    assert old is not None
    assert timestamp is not None
    meta = {path: file for path, file in old.meta.items() if path != name}
    snapshot = Metadata(Snapshot(version=old.version + 1, expires=when(now + DAY_S), meta=meta))
    snapshot.sign(signer)
    world.repository.write_snapshot(old.version + 1, snapshot.to_bytes())
    fresh = Metadata(
        Timestamp(
            version=timestamp.version + 1,
            expires=when(now + DAY_S),
            snapshot_meta=MetaFile.from_data(old.version + 1, snapshot.to_bytes(), ["sha256"]),
            unrecognized_fields={ISSUED_FIELD: now},
        )
    )
    fresh.sign(signer)
    world.repository.write_timestamp(fresh.to_bytes())


def publish_forged_targets(world: RegistryWorld, halves: list[Any]) -> None:
    """A targets file with a country nobody admitted, put online by the thief of the online key."""
    world.keys["XT"], world.records["XT"] = stranger(world, "XT")
    proposal = read_proposal(world.proposal([world.request("XT")], by=[]))
    for half in halves:
        proposal.metadata.sign(half, append=True)
    with pytest.raises(NotEnoughSignatures):
        publish(world.publisher, [encode_proposal(Proposal(proposal.metadata, proposal.requests))])
    world.publisher.publish({"targets": proposal.metadata.to_bytes()}, {})


def renew_targets(world: RegistryWorld, *, root: bool = False) -> None:
    if root:
        proposal = renew_root(world.repository, world.clock.now())
        for name in ("bo", "cyd"):
            proposal = sign(proposal, world.maintainers[name])
        publish(world.publisher, [proposal])
    publish(world.publisher, [world.proposal([])])


def refresh_new_client(world: RegistryWorld, tmp_path: Path, role: str | None = None, **options: Any) -> str:
    """The sentence with which a node refuses: as a whole, or for one role."""
    try:
        view = world.client(tmp_path / "new", **options).refresh(NOW)
    except RegistryUnavailable as error:
        return str(error)
    assert set(view.countries) == {"XB"}
    return view.troubles[role or ""]
