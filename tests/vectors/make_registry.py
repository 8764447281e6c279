"""The registry as vectors: what a node believes of it, look by look, while its holders do what they may.

The first file holds everything that a mirror serves; the others name it and hold only what changed. What thieves and
bad mirrors do is in `make_registry_bad`. Everybody in here is invented.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec

from node.crypto.suite import SigningKey
from registry.ceremony import build_root, publish, renew_root
from registry.delegations import build_delegations, read_delegations
from registry.names import DAY_S, TARGETS_LIFE_S, when
from registry.proposal import sign
from registry.record import MessageKey, OfficeKey, Record, encode_record
from registry.roots import maintainers_of
from registry.suspension import make_suspension, publish_suspension
from registry.tufkeys import signers
from registry.tuftypes import Metadata, Targets
from tests.forge import NOW
from tests.registry_world import RegistryWorld, message_key, office_key
from tests.vectors.fixed_keys import FixedNodeKeys, keys_of, pair, role, signing
from tests.vectors.made import Vector, b64, vector
from tests.vectors.registry_made import MAINTAINERS, START, Look, base, join, looked, served
from tests.vectors_support import seed

YEAR_S = 365 * DAY_S
HOUR_S = 3600


def keys_as(entries: list[dict[str, Any]], kind: Any) -> Any:
    return msgspec.convert(entries, list[kind])


def message_keys(*entries: tuple[str, str]) -> Any:
    """Message keys of a record: which pair of seeds, and its status."""
    return keys_as([message_key(pair(name), NOW - 10 * DAY_S, NOW + YEAR_S, status) for name, status in entries],
                   MessageKey)  # fmt: skip


def update(world: RegistryWorld, signer: SigningKey | None = None, **changes: Any) -> None:
    """XA publishes its next record, by its own keys alone."""
    world.update("XA", signed_by=signer, **changes)


def announced_key(world: RegistryWorld) -> None:
    keys = message_keys(("XA next", "current"), ("XA", "retired"))
    update(world, signing(pair("XA next")), message_keys=keys, next_message_key_sha256=None)


def unannounced_key(world: RegistryWorld) -> None:
    update(world, message_keys=message_keys(("XA", "current"), ("XA other", "current")))


def revoked_key(world: RegistryWorld) -> None:
    keys = message_keys(("XA next", "current"), ("XA", "revoked"))
    update(world, signing(pair("XA next")), message_keys=keys, next_message_key_sha256=None)


def another_office(world: RegistryWorld) -> None:
    """A key of the ministry beside the one of civil society, that nobody has seen before."""
    state = {"holder": "Ministry of Social Affairs", "kind": "state"}
    entries = [office_key(seed(f"XA {name}"), NOW - DAY_S, NOW + YEAR_S, **more)
               for name, more in (("office", {}), ("ministry", state))]  # fmt: skip
    update(world, office_keys=keys_as(entries, OfficeKey))


def two_serials_on(world: RegistryWorld) -> None:
    """A record of which the node has not seen the one before: any `prev_sha256` may stand there."""
    update(world, serial=3, prev_sha256=sha256(b"a record that nobody saw").hexdigest())


def suspended_by(name: str, country: str = "XA") -> Any:
    def suspend(world: RegistryWorld) -> None:
        file = make_suspension(world.repository, name, world.maintainers[name], country, world.clock.now())
        publish_suspension(world.publisher, file)

    return suspend


def renewed(world: RegistryWorld) -> None:
    proposal = renew_root(world.repository, world.clock.now())
    for name in ("bo", "cyd"):
        proposal = sign(proposal, world.maintainers[name])
    publish(world.publisher, [proposal])
    world.publisher.refresh()


def replaced_maintainer(world: RegistryWorld) -> None:
    """Dan comes for ada: root 2 by bo and cyd of the old table and dan of the new, then the delegations."""
    now, keys = (
        world.clock.now(),
        {name: world.maintainers[name] for name in MAINTAINERS[1:]} | {"dan": role(pair("dan"))},
    )
    root = build_root({name: key.public for name, key in keys.items()}, 2, world.online.public, now, version=2)
    countries = read_delegations(world.repository.role("targets").signed, world.repository.maintainers())  # type: ignore[union-attr]
    delegations = build_delegations(countries.countries.values(), maintainers_of(root))
    targets = Targets(version=3, expires=when(now + TARGETS_LIFE_S), delegations=delegations)
    for metadata, by in ((Metadata(root), keys), (signed := Metadata(targets), ("bo", "dan"))):
        for name in by:
            for signer in signers(keys[name]):
                metadata.sign(signer, append=True)
        if metadata is not signed:
            world.repository.write_root(2, metadata.to_bytes())
    world.publisher.publish({"targets": signed.to_bytes()}, {})


def without_xa(world: RegistryWorld) -> None:
    """Ada and bo delegate to XA no more."""
    old = world.repository.role("targets")
    assert old is not None and old.signed.delegations is not None and old.signed.delegations.roles is not None
    del old.signed.delegations.roles["c-XA"]
    world.publish_targets(old)


def next_record(world: RegistryWorld, **changes: Any) -> Record:
    """XA's next record, not yet published."""
    old = world.records["XA"]
    named = sha256(encode_record(old)).hexdigest()
    return msgspec.structs.replace(old, **{"serial": old.serial + 1, "prev_sha256": named} | changes)


def new_role_keys(world: RegistryWorld) -> None:
    """XA lost its role keys: the maintainers admit it anew."""
    keys = keys_of("XA")
    world.keys["XA"] = FixedNodeKeys(
        keys.message_seed, keys.kem_fallback_seed, keys.office_seed, keys.next_message_seed, pair("XA role again")
    )
    world.records["XA"] = next_record(world)
    publish(world.publisher, [world.proposal([world.request("XA", 2)], replace=True)])


def short_record(world: RegistryWorld) -> None:
    """XA's next record is out of its time in an hour."""
    world.publish(next_record(world, valid_until=world.clock.now() + HOUR_S))


CASES: dict[str, tuple[Look, ...]] = {
    "newcomer": (START, Look(HOUR_S, lambda world: join(world, "XT")), Look(3 * DAY_S - 1), Look(1)),
    "key-announced": (START, Look(HOUR_S, announced_key)),
    "key-unannounced": (START, Look(HOUR_S, unannounced_key), Look(3 * DAY_S)),
    "key-revoked": (START, Look(HOUR_S, revoked_key)),
    "office-key-new": (START, Look(HOUR_S, another_office), Look(3 * DAY_S)),
    "serial-3-after-1": (START, Look(HOUR_S, two_serials_on)),
    "role-keys-replaced": (START, Look(HOUR_S, new_role_keys), Look(3 * DAY_S)),
    "record-out-of-its-time": (START, Look(60, short_record), Look(HOUR_S)),
    "record-says-revoked": (START, Look(HOUR_S, lambda world: update(world, status="revoked"))),
    "removed": (START, Look(HOUR_S, without_xa)),
    "suspended": (
        START, Look(HOUR_S, suspended_by("ada")), Look(2 * DAY_S, suspended_by("bo")),
        Look(2 * DAY_S, suspended_by("cyd")), Look(DAY_S)),
    "root-renewed": (START, Look(DAY_S, renewed)),
    "maintainer-replaced": (START, Look(HOUR_S, replaced_maintainer)),
}  # fmt: skip


def registries() -> Iterator[Vector]:
    """The whole registry, then what its holders do with it."""
    files = {path: b64(data) for path, data in served(base()[0]).items()}
    whole = looked("own-registry", [START])
    (look,) = whole["looks"]
    yield vector("own-registry", "registry", "XA", "XD", looks=[{**look, "files": files}], expect={"ok": True})
    for name, looks in CASES.items():
        yield looked(f"own-registry-{name}", looks)
