"""Who may change the registry: k maintainers, each with both keys.

TUF counts keys: 2k of 2n with n <= 2k-1, so either algorithm alone stays below the threshold. That still lets one
corrupt maintainer help whoever breaks one algorithm; so at least k maintainers must have BOTH signatures valid, under
the table that stands inside the signed root. Source: registry.md 4.2 and decided 3, attacks 35-37.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from securesystemslib.exceptions import UnverifiedSignatureError
from tuf.api.exceptions import RepositoryError

from node.errors import counted
from registry.errors import BadRegistryFile, BadRegistryKey, NotEnoughSignatures
from registry.names import MAINTAINERS_FIELD, is_maintainer
from registry.tufkeys import admit_online, admit_pair
from registry.tuftypes import Metadata, Root, Signature, Signed, Targets


@dataclass(frozen=True, slots=True)
class Maintainers:
    """The table of a root: how many are needed, and each one's (Ed25519, ML-DSA-65) key ids and public bytes."""

    needed: int
    key_ids: Mapping[str, tuple[str, str]]
    public: Mapping[str, bytes]  # ML-DSA-65 1952 || Ed25519 32


def parse_metadata(data: bytes, kind: type[Signed]) -> Metadata[Any]:
    """TUF metadata of this kind, not yet verified; BadRegistryFile for anything else."""
    try:
        metadata: Metadata[Any] = Metadata.from_bytes(data)
    except (RepositoryError, RecursionError):
        raise BadRegistryFile(f"file is no tuf metadata; expected {kind.type}") from None
    if metadata.signed.type != kind.type:
        raise BadRegistryFile(f"file is {metadata.signed.type} metadata; expected {kind.type}")
    return metadata


def how_many(needed: int, names: int) -> str:
    """What to do where so many must sign and so many are named: more than half must sign, and at least one."""
    least = names // 2 + 1
    return f"more than half of them must sign, and not more than there are: at least {least}, at most {names}"


def table_of(needed: int, key_ids: Mapping[str, tuple[str, str]]) -> dict[str, object]:
    """The custom field of the root that `maintainers_of` reads."""
    return {"needed": needed, "keys": {name: list(ids) for name, ids in key_ids.items()}}


def maintainers_of(root: Root) -> Maintainers:
    """The admitted table of a root, or BadRegistryFile / BadRegistryKey."""
    # 1 the table itself
    table = root.unrecognized_fields.get(MAINTAINERS_FIELD)
    needed, key_ids = _read_table(table)
    # 2 hybrid by arithmetic: one algorithm alone must stay below the threshold
    n = len(key_ids)
    if not (1 <= needed <= n <= 2 * needed - 1):
        raise BadRegistryFile(f"root wants {needed} of {counted(n, 'maintainer')}; {how_many(needed, n)}")
    # 3 root and targets are signed by exactly these keys, 2k of 2n
    all_ids = {key_id for pair in key_ids.values() for key_id in pair}
    for name in (Root.type, Targets.type):
        role = root.roles[name]
        if set(role.keyids) != all_ids or len(all_ids) != 2 * n or role.threshold != 2 * needed:
            raise BadRegistryFile(f"role {name} is not 2k of 2n over the keys of the maintainers' table")
    # 4 each maintainer holds one admissible key of each kind, under ids that are the hash of the key
    public = {name: admit_pair(root.get_key(key_id) for key_id in pair) for name, pair in key_ids.items()}
    # 5 the online roles have keys of their own
    for name in ("snapshot", "timestamp"):
        _check_online(root, name, all_ids)
    if not root.consistent_snapshot:
        raise BadRegistryFile("root does not ask for consistent snapshots; old versions could not be kept")
    return Maintainers(needed, key_ids, public)


def complete_signers(root: Root, metadata: Metadata[Any]) -> list[str]:
    """The maintainers of `root` whose both signatures over `metadata` verify."""
    payload = metadata.signed_bytes
    names = maintainers_of(root).key_ids.items()
    return [name for name, ids in names if all(_verifies(root, i, payload, metadata.signatures) for i in ids)]


def check_both_keys(root: Root, metadata: Metadata[Any]) -> None:
    """NotEnoughSignatures unless at least k maintainers of `root` signed `metadata` with both keys."""
    complete, needed = complete_signers(root, metadata), maintainers_of(root).needed
    if len(complete) < needed:
        raise NotEnoughSignatures(
            f"{metadata.signed.type} version {metadata.signed.version} is signed with both keys by "
            f"{counted(len(complete), 'maintainer')}; {counted(needed, 'is', 'are')} needed, ask another to sign"
        )


def check_new_root(old: bytes, new: bytes) -> None:
    """Both keys of k maintainers of the old root and of the new one; thresholds are python-tuf's to check."""
    fresh = parse_metadata(new, Root)
    for root in (parse_metadata(old, Root).signed, fresh.signed):
        check_both_keys(root, fresh)


def check_new_targets(root: bytes, targets: bytes) -> None:
    """Both keys of k maintainers of the trusted root on a new targets file."""
    check_both_keys(parse_metadata(root, Root).signed, parse_metadata(targets, Targets))


def _verifies(root: Root, key_id: str, payload: bytes, signatures: Mapping[str, Signature]) -> bool:
    signature = signatures.get(key_id)
    if signature is None:
        return False
    try:
        root.get_key(key_id).verify_signature(signature, payload)
    except UnverifiedSignatureError:
        return False
    return True


def _read_table(table: object) -> tuple[int, dict[str, tuple[str, str]]]:
    if not isinstance(table, dict) or not isinstance(table.get("keys"), dict) or not isinstance(table["needed"], int):
        raise BadRegistryFile("root has no table of maintainers; it is not the root of a registry of this kind")
    key_ids = {}
    for name, ids in table["keys"].items():
        if not is_maintainer(name) or not isinstance(ids, list) or len(ids) != 2:
            raise BadRegistryFile("table of maintainers is malformed; expected a name with two key ids")
        key_ids[name] = (str(ids[0]), str(ids[1]))
    return table["needed"], key_ids


def _check_online(root: Root, name: str, maintainers: set[str]) -> None:
    role = root.roles[name]
    if role.threshold != 1 or len(role.keyids) != 1 or set(role.keyids) & maintainers:
        raise BadRegistryKey(f"role {name} does not have one online key of its own")
    admit_online(root.get_key(role.keyids[0]))
