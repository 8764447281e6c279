"""The registry against whoever holds a mirror, the online key, one maintainer, one algorithm, or a country's keys.

Numbers are those of the design's list of attacks. Real TUF files throughout; a mirror is a folder that may lie.
"""

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tuf.api.exceptions import DownloadError, RepositoryError

from node.crypto.rolekeys import RoleKey
from node.crypto.suite import SigningKey
from node.crypto.text import to_base64url
from registry.ceremony import admit, build_root, publish
from registry.errors import (
    BadRecord,
    BadRegistryFile,
    BadRegistryKey,
    MirrorFailed,
    NotEnoughSignatures,
    RegistryUnavailable,
    StaleProposal,
)
from registry.fetch import HttpFetch, fetch_from_folder
from registry.names import DAY_S, ISSUED_FIELD, when
from registry.proposal import Proposal, encode_proposal, read_proposal
from registry.request import read_request
from registry.tufkeys import signers
from registry.tuftypes import Metadata, MetaFile, Snapshot, TargetFile, Targets, Timestamp
from tests.registry_world import RegistryWorld, edit_json, make_registry, message_key, office_key, tampered

NOW = 1_800_000_000
ED25519, MLDSA = 0, 1
# The neutral point: with it as a key, one signature verifies for every message.
LOW_ORDER_POINT = bytes([1]) + bytes(31)
P = 2**255 - 19


@pytest.fixture
def world(tmp_path: Path) -> RegistryWorld:
    return make_registry(["XA", "XB"], NOW, tmp_path / "registry")


def only_trouble(view: Any) -> str:
    (trouble,) = view.troubles.values()
    return str(trouble)


# 12, 13: keys in records


@pytest.mark.parametrize("point", [LOW_ORDER_POINT, (P + 3).to_bytes(32, "little")], ids=["low order", "not canonical"])
def test_a_record_with_a_bad_ed25519_half_is_refused_and_the_key_is_named(world, point):
    """Attack 12."""
    world.join("XT")
    good = SigningKey(world.keys["XT"].message_seed).public
    bad = {**message_key(world.keys["XT"].message_seed, NOW, NOW + 9), "key": to_base64url(good[:1952] + point)}
    with pytest.raises(BadRegistryKey, match=r"message_keys\.1"):
        world.update("XT", message_keys=_keys([_entry(world, "XT"), bad]))


def test_a_record_with_an_mlkem_coefficient_out_of_range_is_refused_and_the_key_is_named(world):
    """Attack 13: the first coefficient is set to q = 3329."""
    public = bytearray(world.keys["XA"].office.public)
    public[0], public[1] = 0x01, (public[1] & 0xF0) | 0x0D
    bad = {**office_key(b"\x01" * 32, NOW, NOW + 9), "key": to_base64url(bytes(public))}

    with pytest.raises(BadRegistryKey, match=r"office_keys\.0"):
        world.update("XA", office_keys=msgspec.convert([bad], list[_office_type()]))


def test_a_node_refuses_a_bad_key_that_a_country_signed_and_a_publisher_let_through(world, tmp_path):
    """Attack 12 at the node: only that country keeps its last record."""
    client = world.client(tmp_path / "state")
    before = client.refresh(NOW)
    good = SigningKey(world.keys["XA"].message_seed).public
    bad = {
        **message_key(world.keys["XA"].message_seed, NOW, NOW + 9),
        "key": to_base64url(good[:1952] + LOW_ORDER_POINT),
    }
    record = msgspec.structs.replace(
        world.records["XA"],
        serial=2,
        prev_sha256=before.countries["XA"].record_sha256.hex(),
        message_keys=_keys([_entry(world, "XA"), bad]),
    )
    _publish_unchecked(world, "XA", record)

    view = client.refresh(NOW + 60)

    assert "message_keys.1" in view.troubles["c-XA"]
    assert view.countries["XA"].serial == 1
    assert view.countries["XB"].status == "active"


# 30, 31, 33, 38, 39, 40: mirrors and thieves of the online key


def test_a_rolled_back_timestamp_is_refused_and_the_next_mirror_is_used(world, tmp_path):
    """Attack 30."""
    old = (world.folder / "metadata/timestamp.json").read_bytes()
    world.update("XA")
    frozen = tampered(fetch_from_folder, lambda url, data: old if "old" in url and "timestamp" in url else data)
    (tmp_path / "old").symlink_to(world.folder)
    client = world.client(tmp_path / "state", mirrors=[str(world.folder), str(tmp_path / "old")], fetch=frozen)

    view = client.refresh(NOW)

    assert "BadVersionNumberError" in view.troubles[f"{tmp_path}/old/"]
    assert view.countries["XA"].serial == 2


def test_a_frozen_mirror_is_refused_once_its_timestamp_has_expired(world, tmp_path):
    """Attack 31: after 48 hours; the last verified copy stays and grows stale."""
    client = world.client(tmp_path / "state")
    client.refresh(NOW)

    view = client.refresh(NOW + 2 * DAY_S + 1)

    assert "ExpiredMetadataError" in only_trouble(view)
    assert view.countries["XA"].status == "active"
    assert view.freshness(NOW + 2 * DAY_S + 1) == "stale"


def test_a_new_node_does_not_start_from_an_expired_registry(world, tmp_path):
    """Attack 31."""
    with pytest.raises(RegistryUnavailable, match="expired"):
        world.client(tmp_path / "state").refresh(NOW + 3 * DAY_S)


def test_setting_the_clock_back_does_not_revive_an_expired_timestamp(world, tmp_path):
    """Attack 46 at the registry: time is at least what was verified."""
    old = (world.folder / "metadata/timestamp.json").read_bytes()
    client = world.client(tmp_path / "state")
    world.clock.step(10 * DAY_S)
    world.publisher.refresh()
    client.refresh(world.clock.now())
    (world.folder / "metadata/timestamp.json").write_bytes(old)

    view = client.refresh(NOW - 20 * 365 * DAY_S)

    assert view.verified_at == NOW + 10 * DAY_S
    assert "BadVersionNumberError" in only_trouble(view)


def test_the_thief_of_the_online_key_cannot_forge_a_country(world, tmp_path):
    """Attack 32: a c-XA file without XA's signatures harms XA alone, and XA keeps its record."""
    client = world.client(tmp_path / "state")
    client.refresh(NOW)
    thief = world.online
    role = world.repository.role("c-XA")
    assert role is not None
    role.signed.version += 1
    role.signatures.clear()
    for signer in signers(thief):
        role.sign(signer, append=True)
    world.publisher.publish({"c-XA": role.to_bytes()}, {})

    view = client.refresh(NOW + 60)

    assert "UnsignedMetadataError" in view.troubles["c-XA"]
    assert view.countries["XA"].serial == 1
    assert view.countries["XB"].status == "active"


@pytest.mark.parametrize("known_before", [True, False])
def test_the_thief_of_the_online_key_cannot_drop_a_country_unseen(world, tmp_path, known_before):
    """Attack 33: who knew it keeps it and is told; who is new is told."""
    client = world.client(tmp_path / "state")
    if known_before:
        client.refresh(NOW)
    _publish_snapshot_without(world, "c-XA.json")

    view = client.refresh(NOW + 60)

    if known_before:
        assert "missing info for 'c-XA.json'" in only_trouble(view)
        assert view.countries["XA"].status == "active"
    else:
        assert "not part of the snapshot" in view.troubles["c-XA"]
        assert set(view.countries) == {"XB"}


def test_a_failed_refresh_leaves_a_copy_that_a_restarted_node_can_load(world, tmp_path):
    """Attack 33, crash side: the stored copy is replaced as a whole or not at all."""
    client = world.client(tmp_path / "state")
    before = client.refresh(NOW)
    _publish_snapshot_without(world, "c-XA.json")
    client.refresh(NOW + 60)

    restarted = world.client(tmp_path / "state").load(NOW + 60)

    assert restarted is not None
    assert restarted.snapshot_sha256 == before.snapshot_sha256
    assert set(restarted.countries) == {"XA", "XB"}


def test_a_country_cannot_publish_under_another_countrys_name(world, tmp_path):
    """Attack 38: XA's role lists XB/record.json; nobody looks there."""
    role = world.repository.role("c-XA")
    assert role is not None
    forged = world.repository.folder / "targets/XA"
    data = next(forged.glob("*.record.json")).read_bytes()
    role.signed.version += 1
    role.signed.targets["XB/record.json"] = TargetFile.from_data("XB/record.json", data, ["sha256"])
    role.signatures.clear()
    for signer in signers(world.keys["XA"].role):
        role.sign(signer, append=True)
    world.publisher.publish({"c-XA": role.to_bytes()}, {"XB/record.json": data})

    view = world.client(tmp_path / "state").refresh(NOW)

    assert view.countries["XB"].record == world.records["XB"]
    assert view.countries["XA"].record == world.records["XA"]


def test_a_country_cannot_put_another_countrys_record_under_its_own_name(world, tmp_path):
    """Attack 38, the other way round."""
    _publish_unchecked(world, "XA", world.records["XB"], signer="XB")

    view = world.client(tmp_path / "state").refresh(NOW)

    assert "of another country" in view.troubles["c-XA"]
    assert "XA" not in view.countries


@pytest.mark.parametrize("role", ["c-../XA", "c-ХА", "c-xa", "c-XAA", "c-", "XA"])
def test_a_role_with_a_path_or_a_look_alike_name_is_ignored(world, tmp_path, role):
    """Attack 39: even k maintainers cannot be talked into it; ХА is Cyrillic."""
    targets = world.repository.role("targets")
    assert targets is not None
    delegations = targets.signed.delegations
    assert delegations is not None
    assert delegations.roles is not None
    entry = delegations.roles.pop("c-XA")
    entry.name, entry.paths = role, [f"{role.removeprefix('c-')}/*"]
    delegations.roles[role] = entry
    _publish_targets_signed_by_all(world, targets)

    view = world.client(tmp_path / "state").refresh(NOW)

    assert role in view.troubles
    assert set(view.countries) == {"XB"}


@pytest.mark.parametrize("code", ["../", "ХА", "xa", "XAA"])
def test_a_record_with_such_a_country_code_is_refused(world, code):
    """Attack 39 at admission."""
    with pytest.raises(msgspec.ValidationError):
        world.join(code)


def test_an_expired_country_is_only_not_sent_to_and_the_others_go_on(world, tmp_path):
    """Attack 40: its role has run out, its record is still there for receiving."""
    world.clock.step(300 * DAY_S)
    world.update("XB", valid_until=NOW + 900 * DAY_S)
    _renew_targets(world)
    world.clock.step(100 * DAY_S)
    _renew_targets(world, root=True)

    view = world.client(tmp_path / "state").refresh(world.clock.now())

    assert view.countries["XA"].status == "expired"
    assert view.countries["XB"].status == "active"
    assert view.signing_key("XA", world.keys["XA"].message.key_id) is not None


# 35-37: maintainers and algorithms


def test_one_corrupt_maintainer_cannot_change_the_registry(world):
    """Attack 35."""
    world.keys["XT"], world.records["XT"] = _stranger(world, "XT")
    with pytest.raises(NotEnoughSignatures):
        publish(world.publisher, [world.proposal([world.request("XT")], by=["ada"])])


@pytest.mark.parametrize("broken", [ED25519, MLDSA], ids=["ed25519 (36)", "ml-dsa (37)"])
def test_every_signature_of_one_broken_algorithm_is_not_enough(world, tmp_path, broken):
    """Attacks 36 and 37: whoever breaks one algorithm signs for all maintainers with it."""
    _publish_forged_targets(world, [signers(key)[broken] for key in world.maintainers.values()])

    view_or_error = _refresh_new_client(world, tmp_path)

    assert "signed with both keys by 0" in view_or_error


@pytest.mark.parametrize("broken", [ED25519, MLDSA], ids=["ed25519", "ml-dsa"])
def test_a_corrupt_maintainer_gains_nothing_when_one_algorithm_is_broken(world, tmp_path, broken):
    """Decided 3: both of ada's and one of each other reach TUF's threshold of 4, and are refused all the same."""
    ada = signers(world.maintainers["ada"])
    others = [signers(world.maintainers[name])[broken] for name in ("bo", "cyd")]
    _publish_forged_targets(world, [*ada, *others])
    root = world.repository.root()
    data = world.repository.role("targets")
    assert data is not None
    root.verify_delegate("targets", data.signed_bytes, data.signatures)  # TUF alone would accept it

    assert "signed with both keys by 1" in _refresh_new_client(world, tmp_path)


@pytest.mark.parametrize("broken", [ED25519, MLDSA], ids=["ed25519", "ml-dsa"])
def test_the_same_holds_for_a_new_root(world, tmp_path, broken):
    """Attacks 36 and 37 on root, with one maintainer helping."""
    client = world.client(tmp_path / "state")
    client.refresh(NOW)
    public = {name: key.public for name, key in world.maintainers.items()}
    root = Metadata(build_root(public, 2, world.online.public, NOW, version=2))
    for signer in [*signers(world.maintainers["ada"]), *(signers(world.maintainers[n])[broken] for n in ("bo", "cyd"))]:
        root.sign(signer, append=True)
    world.repository.write_root(2, root.to_bytes())

    view = client.refresh(NOW + 60)

    assert "signed with both keys by 1" in only_trouble(view)
    assert view.root_version == 1


def test_a_country_role_signed_with_one_half_is_refused(world, tmp_path):
    """Attacks 36 and 37 on a country's own role."""
    role = world.repository.role("c-XA")
    assert role is not None
    role.signed.version += 1
    role.sign(signers(world.keys["XA"].role)[ED25519])
    world.publisher.publish({"c-XA": role.to_bytes()}, {})

    assert "1/2 keys" in _refresh_new_client(world, tmp_path, role="c-XA")


# 41, 42: onboarding


def test_a_request_is_not_admitted_when_the_groups_heard_differ(world):
    """Attack 41: the machine compares, names the groups, and does not show the right ones."""
    world.keys["XT"], world.records["XT"] = _stranger(world, "XT")
    request = world.request("XT")
    right = read_request(request).fingerprint
    heard = ("00000" if not right.startswith("00000") else "11111") + right[5:]

    with pytest.raises(BadRegistryFile, match="group 1;") as refused:
        admit(world.repository, [request], {"XT": heard}, NOW)

    assert right.split()[0] not in str(refused.value)


@pytest.mark.parametrize("reused", ["message_seed", "office_seed", "kem_fallback_seed", "role_seed"])
def test_a_key_of_another_country_is_not_admitted(world, reused):
    """Attack 42, for each kind of key."""
    keys, _ = _stranger(world, "XT")
    world.keys["XT"] = _replace(keys, **{reused: getattr(world.keys["XA"], reused)})
    world.records["XT"] = _record_of(world, "XT")
    with pytest.raises(BadRegistryKey, match="XA"):
        world.proposal([world.request("XT")])


def test_a_key_of_a_retired_record_is_not_admitted(world):
    """Attack 42: XA has changed its office key; the old one is remembered."""
    world.update("XA", office_keys=_office([office_key(b"\x05" * 32, NOW, NOW + DAY_S)]))
    keys, _ = _stranger(world, "XT")
    world.keys["XT"] = _replace(keys, office_seed=world.keys["XA"].office_seed)
    world.records["XT"] = _record_of(world, "XT")
    with pytest.raises(BadRegistryKey, match="is or was a key of XA"):
        world.proposal([world.request("XT")])


def test_half_of_another_countrys_key_is_not_admitted(world):
    """Attack 42: a new ML-DSA half beside XA's Ed25519 half is still XA's key."""
    keys, _ = _stranger(world, "XT")
    world.keys["XT"] = _replace(keys, role_seed=keys.role_seed[:32] + world.keys["XA"].role_seed[32:])
    world.records["XT"] = _record_of(world, "XT")
    with pytest.raises(BadRegistryKey, match="role_keys"):
        world.proposal([world.request("XT")])


def test_a_country_code_is_taken_once(world):
    """Registry 4.4 step 5."""
    with pytest.raises(BadRegistryFile, match="in the registry already"):
        world.proposal([world.request("XA")])


def test_a_police_holder_needs_a_civil_society_key_beside_it(world):
    """H13 at admission."""
    state = office_key(b"\x07" * 32, NOW, NOW + DAY_S, holder="Police Unit", kind="state", police_powers=True)
    with pytest.raises(BadRecord, match="H13"):
        world.update("XA", office_keys=_office([state]))


def test_a_stale_proposal_is_refused_and_says_so(world):
    """Two proposals made on the same state: the second has to be made again."""
    world.keys["XT"], world.records["XT"] = _stranger(world, "XT")
    first, second = world.proposal([]), world.proposal([world.request("XT")])
    publish(world.publisher, [first])
    with pytest.raises(StaleProposal, match="make it again"):
        publish(world.publisher, [second])


# 45: hostile mirrors


def test_a_root_of_600_kb_is_refused(world, tmp_path):
    """Attack 45: length."""
    client = world.client(tmp_path / "state")
    client.refresh(NOW)
    (world.folder / "metadata/2.root.json").write_bytes(b"{" + b" " * 600_000)

    view = client.refresh(NOW + 60)

    assert "limit of 512000" in only_trouble(view)
    assert view.countries["XA"].status == "active"


def test_a_fetch_hook_that_ignores_the_limit_is_caught(world, tmp_path):
    """Attack 45: our own check does not rely on the hook's."""
    flood = tampered(fetch_from_folder, lambda url, data: data + b" " * 20_000 if "timestamp" in url else data)
    with pytest.raises(RegistryUnavailable, match="limit is 16384"):
        world.client(tmp_path / "state", fetch=flood).refresh(NOW)


def test_the_registry_is_read_over_http_and_the_same_view_results(world, tmp_path):
    """The file-backed mirrors of these tests and a real one agree."""
    with _serving(_folder_handler(world.folder)) as address, closing(HttpFetch()) as fetch:
        over_http = world.client(tmp_path / "a", mirrors=[address], fetch=fetch).refresh(NOW)

    assert over_http == world.client(tmp_path / "b").refresh(NOW)


def test_an_endless_stream_is_cut_at_the_limit():
    """Attack 45: endless stream, over real sockets."""
    with _serving(_endless) as address, closing(HttpFetch()) as fetch, pytest.raises(MirrorFailed, match="longer than"):
        fetch(f"{address}/metadata/timestamp.json", 16_384)


def test_a_mirror_that_never_finishes_is_cut_at_the_deadline():
    """Attack 45: slow-loris; every byte in time, the whole never."""
    with _serving(_loris) as address, closing(HttpFetch(request_limit_s=0.05)) as fetch, pytest.raises(MirrorFailed):
        fetch(f"{address}/metadata/timestamp.json", 16_384)


def test_a_redirect_is_not_followed():
    """A mirror cannot send a node to another address."""
    with _serving(_redirect) as address, closing(HttpFetch()) as fetch, pytest.raises(MirrorFailed, match="302"):
        fetch(f"{address}/metadata/timestamp.json", 16_384)


@pytest.mark.parametrize("name", ["timestamp.json", "2.snapshot.json", "2.targets.json", "1.c-XA.json"])
def test_any_changed_byte_in_a_mirrors_file_is_refused(world, tmp_path, name):
    """Mix-and-match and corruption: hashes and signatures hold over every file."""

    def change(url: str, data: bytes) -> bytes:
        return edit_json(data, lambda v: v["signed"].update(expires="2099-01-01T00:00:00Z")) if name in url else data

    result = _refresh_new_client(world, tmp_path, fetch=tampered(fetch_from_folder, change), role="c-XA")

    assert result


# What the tests above are made of


def _office_type() -> Any:
    from registry.record import OfficeKey

    return OfficeKey


def _keys(entries: list[dict[str, Any]]) -> Any:
    from registry.record import MessageKey

    return msgspec.convert(entries, list[MessageKey])


def _office(entries: list[dict[str, Any]]) -> Any:
    return msgspec.convert(entries, list[_office_type()])


def _entry(world: RegistryWorld, code: str) -> dict[str, Any]:
    return message_key(world.keys[code].message_seed, NOW, NOW + 365 * DAY_S)


def _stranger(world: RegistryWorld, code: str) -> Any:
    from tests.registry_world import invented_keys, invented_record

    keys = invented_keys(code)
    return keys, invented_record(code, keys, world.clock.now())


def _record_of(world: RegistryWorld, code: str) -> Any:
    from tests.registry_world import invented_record

    return invented_record(code, world.keys[code], world.clock.now())


def _replace(keys: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(keys, **changes)


def _publish_unchecked(world: RegistryWorld, code: str, record: Any, signer: str | None = None) -> None:
    """What a country can do with its own keys and a publisher that looks away."""
    from registry.record import encode_record, sign_record

    data = encode_record(record)
    signature = sign_record(data, world.keys[signer or code].message)
    role = Metadata(Targets(version=world.repository.version_of(f"c-{code}") + 1, expires=when(NOW + 365 * DAY_S)))
    files = {f"{code}/record.json": data, f"{code}/record.sig": signature}
    for path, content in files.items():
        role.signed.targets[path] = TargetFile.from_data(path, content, ["sha256"])
    for half in signers(world.keys[code].role):
        role.sign(half, append=True)
    world.publisher.publish({f"c-{code}": role.to_bytes()}, files)


def _publish_snapshot_without(world: RegistryWorld, name: str) -> None:
    """What the thief of the online key can do."""
    signer = signers(world.online)[ED25519]
    old, timestamp = world.repository.snapshot(), world.repository.timestamp()
    assert old is not None
    assert timestamp is not None
    meta = {path: file for path, file in old.meta.items() if path != name}
    snapshot = Metadata(Snapshot(version=old.version + 1, expires=when(NOW + DAY_S), meta=meta))
    snapshot.sign(signer)
    world.repository.write_snapshot(old.version + 1, snapshot.to_bytes())
    fresh = Metadata(
        Timestamp(
            version=timestamp.version + 1,
            expires=when(NOW + DAY_S),
            snapshot_meta=MetaFile.from_data(old.version + 1, snapshot.to_bytes(), ["sha256"]),
            unrecognized_fields={ISSUED_FIELD: NOW},
        )
    )
    fresh.sign(signer)
    world.repository.write_timestamp(fresh.to_bytes())


def _publish_targets_signed_by_all(world: RegistryWorld, targets: Any) -> None:
    targets.signed.version += 1
    targets.signatures.clear()
    for key in world.maintainers.values():
        for signer in signers(key):
            targets.sign(signer, append=True)
    world.publisher.publish({"targets": targets.to_bytes()}, {})


def _publish_forged_targets(world: RegistryWorld, halves: list[Any]) -> None:
    """A targets file with a country nobody admitted, put online by the thief of the online key."""
    world.keys["XT"], world.records["XT"] = _stranger(world, "XT")
    proposal = read_proposal(world.proposal([world.request("XT")], by=[]))
    for half in halves:
        proposal.metadata.sign(half, append=True)
    with pytest.raises(NotEnoughSignatures):
        publish(world.publisher, [encode_proposal(Proposal(proposal.metadata, proposal.requests))])
    world.publisher.publish({"targets": proposal.metadata.to_bytes()}, {})


def _renew_targets(world: RegistryWorld, *, root: bool = False) -> None:
    from registry.ceremony import renew_root
    from registry.proposal import sign

    if root:
        proposal = renew_root(world.repository, world.clock.now())
        for name in ("bo", "cyd"):
            proposal = sign(proposal, world.maintainers[name])
        publish(world.publisher, [proposal])
    publish(world.publisher, [world.proposal([])])


def _refresh_new_client(world: RegistryWorld, tmp_path: Path, role: str | None = None, **options: Any) -> str:
    """The sentence with which a node refuses: as a whole, or for one role."""
    try:
        view = world.client(tmp_path / "new", **options).refresh(NOW)
    except RegistryUnavailable as error:
        return str(error)
    assert set(view.countries) == {"XB"}
    return view.troubles[role or ""]


@contextmanager
def _serving(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    """A real HTTP server on a loopback port of the system's choosing."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the screen of a test."""


def _folder_handler(folder: Path) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(_Quiet):
        def do_GET(self) -> None:
            path = folder / self.path.lstrip("/")
            data = path.read_bytes() if path.is_file() else b""
            self.send_response(200 if path.is_file() else 404)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


class _endless(_Quiet):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b" " * 65_536)
        except OSError:
            self.close_connection = True


class _loris(_Quiet):
    def do_GET(self) -> None:
        # Silent after the first byte: the watchdog, not the 10 s read timeout, must end it.
        self.wfile.write(b"H")
        self.wfile.flush()
        self.connection.settimeout(5)
        try:
            self.connection.recv(1)
        except (TimeoutError, socket.error):
            pass
        self.close_connection = True


class _redirect(_Quiet):
    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()
