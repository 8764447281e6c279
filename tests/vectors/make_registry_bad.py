"""The registry as vectors, where somebody lies. Every file is one lie, named for it.

What concerns the whole (root, timestamp, snapshot, targets) leaves the last verified copy in force; what concerns one
role leaves only that role as it was. Everybody in here is invented.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from securesystemslib.formats import encode_canonical

from registry.names import DAY_S, when
from registry.record import OfficeKey
from registry.tuftypes import MetaFile
from tests.forge import NOW
from tests.registry_world import RegistryWorld, office_key
from tests.vectors.made import Vector
from tests.vectors.make_registry import (
    HOUR_S,
    YEAR_S,
    keys_as,
    message_keys,
    suspended_by,
    update,
)
from tests.vectors.registry_forged import (
    ED25519,
    MLDSA,
    another_key_id,
    bad_suspension,
    delegation,
    role_with,
    root_by,
    serves,
    snapshot_with,
    strangers_root,
    targets_by,
    timestamp_by,
    whole,
    withholds,
)
from tests.vectors.registry_made import START, Change, Files, Look, base, join, looked, served
from tests.vectors_support import seed


def again(change: Change, **more: Any) -> tuple[Look, ...]:
    """The node knows the honest registry; then this."""
    return START, Look(HOUR_S, change, **more)


def first(change: Change | None, **more: Any) -> tuple[Look, ...]:
    """The node has never looked before."""
    return (Look(HOUR_S, change, **more),)


def old_timestamp(files: Files) -> Files:
    """The timestamp of the first look, which was good then."""
    return files | {"metadata/timestamp.json": served(base()[0])["metadata/timestamp.json"]}


def police_alone(world: RegistryWorld) -> None:
    entry = office_key(seed("XA ministry"), NOW - DAY_S, NOW + YEAR_S, kind="state", police_powers=True)
    role_with(record={"office_keys": keys_as([entry], OfficeKey)})(world)


def one_key_twice(world: RegistryWorld) -> None:
    entry = office_key(seed("XA fallback"), NOW - DAY_S, NOW + YEAR_S)
    role_with(record={"office_keys": keys_as([entry], OfficeKey)})(world)


def role_key_of_xa(world: RegistryWorld) -> None:
    """XT is admitted with the role keys of XA, by maintainers who look away."""
    join(world, "XT")
    shared = lambda role, all_of_them: setattr(role, "keyids", list(all_of_them.roles["c-XA"].keyids))  # noqa: E731
    delegation("XT", shared)(world)


def two_ed25519(role: Any, delegations: Any) -> None:
    """Both keys of XA's role are of one kind."""
    (other,) = [one for one in delegations.roles["c-XD"].keyids if delegations.keys[one].keytype == "ed25519"]
    role.keyids = [one if delegations.keys[one].keytype == "ed25519" else other for one in role.keyids]


def _mldsa(role: Any, delegations: Any) -> Any:
    """XA's ML-DSA key."""
    (key_id,) = [one for one in role.keyids if delegations.keys[one].keytype == "ml-dsa"]
    return delegations.keys[key_id]


def spelled_otherwise(role: Any, delegations: Any) -> None:
    """XA's ML-DSA key in lines of 76, under the hash of that spelling."""
    key = delegations.keys.pop(_mldsa(role, delegations).keyid)
    begin, *lines, end = key.keyval["public"].strip().split("\n")
    text = "".join(lines)
    key.keyval["public"] = "\n".join([begin, *(text[i : i + 76] for i in range(0, len(text), 76)), end, ""])
    canonical = encode_canonical({"keytype": key.keytype, "scheme": key.scheme, "keyval": key.keyval})
    assert isinstance(canonical, str)
    old, key.keyid = key.keyid, sha256(canonical.encode()).hexdigest()
    delegations.keys[key.keyid] = key
    role.keyids = [key.keyid if one == old else one for one in role.keyids]


def one_member_more(role: Any, delegations: Any) -> None:
    _mldsa(role, delegations).unrecognized_fields["note"] = "of no use"


def older_role(meta: dict[str, MetaFile]) -> None:
    meta["c-XA.json"] = MetaFile(1, hashes=meta["c-XA.json"].hashes)


OF_THE_WHOLE: dict[str, tuple[Look, ...]] = {
    "mirror-frozen": (
        START, Look(2 * DAY_S - HOUR_S, frozen=True), Look(1, frozen=True), Look(5 * DAY_S, frozen=True),
        Look(7 * DAY_S, frozen=True)),
    "timestamp-expired": (Look(3 * DAY_S, frozen=True),),
    "timestamp-rolled-back": (START, Look(2 * DAY_S - 2 * HOUR_S), Look(60, frozen=True, mirror=old_timestamp)),
    "timestamp-by-another-key": again(timestamp_by("thief")),
    "timestamp-not-saying-when": again(timestamp_by("online", unrecognized_fields={})),
    "snapshot-other-bytes": first(None, frozen=True, mirror=serves("snapshot.json", lambda one: one + b" ")),
    "snapshot-expired": (START, Look(2 * DAY_S), *[Look(2 * DAY_S, lambda world: timestamp_by("online")(world))] * 3),
    "snapshot-drops-a-role": again(snapshot_with(lambda meta: meta.pop("c-XA.json"))),
    "snapshot-rolls-a-role-back": (START, Look(HOUR_S, update), Look(HOUR_S, snapshot_with(older_role))),
    "targets-other-bytes": first(None, frozen=True, mirror=serves("targets.json", lambda one: one + b" ")),
    "targets-by-one-maintainer": again(targets_by("a", "a")),
    "targets-one-kind-missing": again(targets_by("abc", "a")),
    "targets-ml-dsa-alone": again(targets_by("", "abc")),
    "targets-expired": again(targets_by("ab", "ab", lambda one: setattr(one, "expires", when(NOW)))),
    "root-2-by-new-keys-alone": again(strangers_root),
    "root-2-by-one-maintainer": again(root_by("a", "a")),
    "root-2-one-kind-missing": again(root_by("a", "abc")),
    "root-2-of-version-3": again(root_by("ab", "ab", version=3)),
    "root-2-expired": again(root_by("ab", "ab", lambda one: setattr(one, "expires", when(NOW)))),
    "root-2-one-of-three-is-enough": again(root_by(
        "ab", "ab", lambda one: one.unrecognized_fields["x-trm-maintainers"].update(needed=1))),
    "root-2-other-threshold-for-targets": again(root_by(
        "ab", "ab", lambda one: setattr(one.roles["targets"], "threshold", 2))),
    "root-2-key-under-another-id": again(root_by("ab", "ab", another_key_id)),
    "root-2-without-consistent-snapshots": again(root_by(
        "ab", "ab", lambda one: setattr(one, "consistent_snapshot", False))),
    "root-2-without-the-table": again(root_by("ab", "ab", lambda one: one.unrecognized_fields.clear())),
}  # fmt: skip
OF_ONE_ROLE: dict[str, tuple[Look, ...]] = {
    "role-ed25519-alone": again(role_with(lambda world: [(world.keys["XA"].role, ED25519)])),
    "role-ml-dsa-alone": first(role_with(lambda world: [(world.keys["XA"].role, MLDSA)])),
    "role-by-another-country": again(role_with(lambda world: whole(world.keys["XD"].role))),
    "role-other-bytes": first(None, frozen=True, mirror=serves("c-XA.json", lambda one: one + b" ")),
    "role-lists-no-signature": again(role_with(without=("XA/record.sig",))),
    "role-for-another-country": again(role_with(path="XD")),
    "record-other-bytes": first(None, frozen=True, mirror=serves("record.json", lambda one: one + b" ")),
    "record-withheld": first(None, frozen=True, mirror=withholds("record.json")),
    "record-signed-by-another-country": again(role_with(signer="XD")),
    "record-signed-by-a-retired-key": again(role_with(
        record={"message_keys": message_keys(("XA next", "current"), ("XA", "retired"))})),
    "record-of-another-country": again(role_with(record={"country": "XD"})),
    "record-of-the-same-serial": again(role_with(record={"serial": 1, "prev_sha256": None, "languages": ["fr"]})),
    "record-not-naming-the-one-before": again(role_with(record={"prev_sha256": "00" * 32})),
    "record-for-a-newer-reader": again(role_with(record={"min_reader": 2})),
    "record-police-alone": again(police_alone),
    "record-one-key-twice": again(one_key_twice),
    "delegation-1-of-2": again(delegation("XA", lambda role, _: setattr(role, "threshold", 1))),
    "delegation-not-terminating": again(delegation("XA", lambda role, _: setattr(role, "terminating", False))),
    "delegation-of-all-paths": again(delegation("XA", lambda role, _: setattr(role, "paths", ["*"]))),
    "delegation-of-no-time": again(delegation("XA", lambda role, _: role.unrecognized_fields.clear())),
    "delegation-two-keys-of-one-kind": again(delegation("XA", two_ed25519)),
    "delegation-key-spelled-otherwise": again(delegation("XA", spelled_otherwise)),
    "delegation-key-with-a-member-more": again(delegation("XA", one_member_more)),
    "delegation-role-key-of-another-country": again(role_key_of_xa),
    "suspension-by-one-kind": again(bad_suspension(72, (ED25519,))),
    "suspension-of-73-hours": again(bad_suspension(73)),
    "suspension-again-within-30-days": (
        *again(suspended_by("ada")), Look(4 * DAY_S), Look(HOUR_S, suspended_by("ada"))),
}  # fmt: skip


def bad_registries() -> Iterator[Vector]:
    for name, looks in (OF_THE_WHOLE | OF_ONE_ROLE).items():
        yield looked(f"own-bad-registry-{name}", looks)
