"""The registry as it was, from its files alone: every state from the pinned root on, whatever the year."""

from hashlib import sha256

import msgspec
import pytest

from registry.errors import BadRegistryFile
from registry.offline import Past, proof_of_key, read_past
from registry.roots import parse_metadata
from registry.tufkeys import signers
from registry.tuftypes import Metadata, Snapshot, Targets
from tests.registry_world import RegistryWorld

NOW = 1_800_000_000
Files = dict[str, bytes]


def published(world: RegistryWorld) -> Files:
    """Every file of the publisher but the timestamp, by the name it is served under."""
    folders = (world.folder / "metadata", world.folder / "targets")
    files = {str(path.relative_to(top)): path.read_bytes() for top in folders for path in top.rglob("*.*")}
    return {name: data for name, data in files.items() if name not in ("timestamp.json", "1.root.json")}


def of_xa(past: Past) -> list[int]:
    return [record.serial for record in past.records.get("XA", [])]


def test_every_published_record_is_found_and_every_file_is_used(world: RegistryWorld) -> None:
    """Wire 11: old versions prove what was published then; there is no clock to expire them."""
    world.update("XA", languages=["en", "fr"])

    past = read_past(published(world), world.root_bytes)

    assert sorted(of_xa(past)) == [1, 2]
    assert past.faults == []


def test_the_proof_of_a_key_is_all_that_is_needed(world: RegistryWorld) -> None:
    """What `proof_of_key` picks, `read_past` verifies."""
    files = published(world)
    by_hash = {sha256(data).digest(): data for data in files.values()}
    snapshot = files[max(name for name in files if name.endswith("snapshot.json"))]
    key_id = world.keys["XA"].message.key_id

    proof = proof_of_key(snapshot, "XA", key_id, NOW, by_hash.get)

    assert proof is not None and len(proof) == 5
    past = read_past(proof, world.root_bytes)
    assert past.faults == [] and past.key_at("XA", key_id, NOW) is not None
    assert past.key_at("XA", key_id, NOW - 1) is None  # before its time
    assert past.key_at("XB", key_id, NOW) is None
    assert proof_of_key(snapshot, "XA", key_id, NOW - 1, by_hash.get) is None
    assert proof_of_key(snapshot, "XA", bytes(32), NOW, by_hash.get) is None
    assert proof_of_key(b"junk", "XA", key_id, NOW, by_hash.get) is None


def test_attack_36_targets_by_one_whole_maintainer_and_single_halves_are_refused(world: RegistryWorld) -> None:
    """Registry decided 3: four signatures reach the threshold, but only one maintainer gave both."""
    targets: Metadata[Targets] | None = world.repository.role("targets")
    assert targets is not None
    targets.signed.version += 1
    targets.signatures.clear()
    halves = [signers(key) for key in world.maintainers.values()]
    for signer in (halves[0][0], halves[0][1], halves[1][0], halves[2][0]):
        targets.sign(signer, append=True)
    world.publisher.publish({"targets": targets.to_bytes()}, {})

    past = read_past(published(world), world.root_bytes)

    assert any("signed with both keys by 1 maintainer; 2 are needed" in fault for fault in past.faults)
    assert of_xa(past) == [1]  # by the state before


def test_a_snapshot_by_another_key_than_the_online_one_is_refused(world: RegistryWorld) -> None:
    files = published(world)
    name = max(name for name in files if name.endswith("snapshot.json"))
    snapshot = parse_metadata(files[name], Snapshot)
    snapshot.signatures.clear()
    snapshot.sign(signers(world.maintainers["ada"])[0], append=True)

    past = read_past({**files, name: snapshot.to_bytes()}, world.root_bytes)

    assert any(fault.startswith(f"{name}: ") and "snapshot was signed by 0/1 keys" in fault for fault in past.faults)


def test_a_file_under_the_name_of_another_version_is_refused(world: RegistryWorld) -> None:
    files = published(world)
    name = max(name for name in files if name.endswith("snapshot.json"))

    past = read_past({**files, "77.snapshot.json": files[name]}, world.root_bytes)

    assert any(fault.startswith("77.snapshot.json: ") for fault in past.faults)


def test_a_pinned_root_that_is_none_is_refused(world: RegistryWorld) -> None:
    with pytest.raises(BadRegistryFile):
        read_past(published(world), msgspec.json.encode({}))
