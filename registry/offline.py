"""The registry as it was, from archived files alone: what a third party needs to judge signatures years later.

No network, no clock and no folder: every file is verified from the pinned root on, and expiry is not judged, because
the question is what was published then. `proof_of_key` picks the files that `read_past` later verifies.
A country that revokes a key later cannot take back what the key signed while it was listed; whoever knows a newer
record judges that. Source: wire.md 11; registry.md 4.8.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from tuf.api.exceptions import RepositoryError

from node.errors import OpenTRMError
from registry.errors import FileMissing, Unverified
from registry.names import country_role, record_path, signature_path
from registry.record import MessageKey, Record, read_record
from registry.roles import RoleReader
from registry.roots import check_both_keys, check_new_root, maintainers_of, parse_metadata
from registry.tuftypes import Root, Snapshot, Targets

ByHash = Callable[[bytes], bytes | None]  # SHA-256 -> archived bytes
Files = Mapping[str, bytes]  # served name (7.snapshot.json, XA/HASH.record.json) -> bytes

_REFUSED: Final = (RepositoryError, OpenTRMError, KeyError, ValueError)


@dataclass(frozen=True, slots=True)
class Past:
    """Every record that verifies, by country, and one sentence for each file that does not."""

    records: Mapping[str, list[Record]]
    faults: list[str]

    def key_at(self, country: str, key_id: bytes, at: int) -> MessageKey | None:
        """The message key of that id, if a verified record of the country lets it sign at `at` (UTC seconds)."""
        listed = (key_in(record, key_id, at) for record in self.records.get(country, ()))
        return next((key for key in listed if key is not None), None)


@dataclass(frozen=True, slots=True)
class _State:
    """One published state of the registry, down to the delegations."""

    root: Root
    snapshot: Snapshot
    targets: Targets
    targets_bytes: bytes


def key_in(record: Record, key_id: bytes, at: int) -> MessageKey | None:
    """The key of that id if this record lets it sign at `at`: not revoked, not too early, not after it retired."""
    for key in record.message_keys:
        in_time = key.from_at <= at and (key.status == "current" or at <= key.until)
        if key.key_id == key_id and key.status != "revoked" and in_time:
            return key
    return None


def proof_of_key(snapshot: bytes, country: str, key_id: bytes, at: int, by_hash: ByHash) -> dict[str, bytes] | None:
    """The files, beside the roots, that prove by the state of `snapshot` that this key could sign for `country` then.

    None when that state does not say so, or when a file of it is not at hand.
    """
    try:
        return _proof(snapshot, country, key_id, at, by_hash)
    except _REFUSED:
        return None


def read_past(files: Files, pinned_root: bytes) -> Past:
    """Verify every file from the pinned root on. A file that no verified state uses is a fault as well.

    BadRegistryFile when the pinned root itself is none.
    """
    faults: list[str] = []
    records: dict[str, list[Record]] = {}
    roots = _roots(files, pinned_root, faults)
    used = {name for data, root in roots if files.get(name := f"{root.version}.root.json") == data}
    # One reader for all states: a role that two states share is verified once.
    reader = RoleReader(None)
    for name in sorted(name for name in files if name.endswith(".snapshot.json")):
        try:
            state = _state(files, name, roots)
            used |= {name, f"{state.targets.version}.targets.json"}
            _read_countries(reader, state, files, records, used, faults)
        except _REFUSED as error:
            used.add(name)
            faults.append(f"{name}: {_sentence(error)}")
    faults += [f"{name}: no verified state of the registry uses this file" for name in sorted(set(files) - used)]
    return Past(records, faults)


def _proof(snapshot: bytes, country: str, key_id: bytes, at: int, by_hash: ByHash) -> dict[str, bytes] | None:
    state: Snapshot = parse_metadata(snapshot, Snapshot).signed
    files = {f"{state.version}.snapshot.json": snapshot}
    for name in ("targets", country_role(country)):
        meta = state.meta[f"{name}.json"]
        files[f"{meta.version}.{name}.json"] = _found(by_hash, (meta.hashes or {})["sha256"])
        role: Targets = parse_metadata(files[f"{meta.version}.{name}.json"], Targets).signed
    for path in (record_path(country), signature_path(country)):
        digest = role.targets[path].hashes["sha256"]
        folder, _, name = path.rpartition("/")
        files[f"{folder}/{digest}.{name}"] = _found(by_hash, digest)
        if path == record_path(country) and key_in(read_record(_found(by_hash, digest)), key_id, at) is None:
            return None
    return files


def _found(by_hash: ByHash, digest: str) -> bytes:
    data = by_hash(bytes.fromhex(digest))
    if data is None:
        raise FileMissing("archive does not have this file")
    return data


def _roots(files: Files, pinned: bytes, faults: list[str]) -> list[tuple[bytes, Root]]:
    """The chain of roots, oldest first; it ends before the first that does not verify."""
    first: Root = parse_metadata(pinned, Root).signed
    maintainers_of(first)
    chain = [(pinned, first)]
    while (name := f"{chain[-1][1].version + 1}.root.json") in files:
        try:
            chain.append((files[name], _next_root(*chain[-1], files[name])))
        except _REFUSED as error:
            faults.append(f"{name}: {_sentence(error)}")
            break
    return chain


def _next_root(old_bytes: bytes, old: Root, data: bytes) -> Root:
    metadata = parse_metadata(data, Root)
    root: Root = metadata.signed
    if root.version != old.version + 1:
        raise Unverified(f"root is version {root.version}; expected {old.version + 1}")
    for judge in (old, root):
        judge.verify_delegate(Root.type, metadata.signed_bytes, metadata.signatures)
    check_new_root(old_bytes, data)
    return root


def _state(files: Files, name: str, roots: list[tuple[bytes, Root]]) -> _State:
    """The state of a snapshot, judged by one root of the chain, newest first; the error is the newest root's."""
    errors: list[Exception] = []
    for _, root in reversed(roots):
        try:
            return _state_under(root, files, name)
        except _REFUSED as error:
            errors.append(error)
    raise errors[0]


def _state_under(root: Root, files: Files, name: str) -> _State:
    # 1 the snapshot, by the online key
    signed = parse_metadata(files[name], Snapshot)
    root.verify_delegate(Snapshot.type, signed.signed_bytes, signed.signatures)
    snapshot: Snapshot = signed.signed
    if name != f"{snapshot.version}.snapshot.json":
        raise Unverified(f"snapshot is version {snapshot.version}, not the one of its name")
    # 2 the targets that it names, by hash and version
    meta = snapshot.meta["targets.json"]
    served = f"{meta.version}.targets.json"
    if served not in files:
        raise FileMissing(f"{served} is not in the evidence")
    data = files[served]
    if sha256(data).hexdigest() != (meta.hashes or {}).get("sha256"):
        raise Unverified(f"{served} does not have the hash it was announced with")
    metadata = parse_metadata(data, Targets)
    if metadata.signed.version != meta.version:
        raise Unverified(f"{served} is version {metadata.signed.version}")
    # 3 the maintainers: the threshold, and k of them with both keys
    root.verify_delegate(Targets.type, metadata.signed_bytes, metadata.signatures)
    check_both_keys(root, metadata)
    return _State(root, snapshot, metadata.signed, data)


def _read_countries(
    reader: RoleReader,
    state: _State,
    files: Files,
    records: dict[str, list[Record]],
    used: set[str],
    faults: list[str],
) -> None:
    """Countries of which the evidence has the role; the others are none of its business.

    What the reader verified in another state is not fetched again: it stands in `used` since then.
    """

    def fetch(path: str, limit: int) -> bytes:
        name = path.partition("/")[2]
        if name not in files:
            raise FileMissing(f"{name} is not in the evidence")
        used.add(name)
        return files[name]

    countries, failed, _ = reader.read(state, "", fetch, None)
    for role, sentence in failed.items():
        meta = state.snapshot.meta.get(f"{role}.json")
        if meta is not None and f"{meta.version}.{role}.json" in files:
            faults.append(f"{meta.version}.{role}.json: {sentence}")
    for code, country in countries.items():
        known = records.setdefault(code, [])
        if country.record not in known:
            known.append(country.record)


def _sentence(error: Exception) -> str:
    return error.message if isinstance(error, OpenTRMError) else f"{type(error).__name__}: {error}"
