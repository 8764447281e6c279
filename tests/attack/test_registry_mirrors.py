"""Attacks by whoever holds a mirror, the online key, or another country's keys.

Numbers are those of the design's list of attacks. Real TUF files; a mirror is a folder, or a socket, that lies.
"""

import http.server
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from registry.errors import (
    MirrorFailed,
    RegistryUnavailable,
)
from registry.fetch import HttpFetch, fetch_from_folder
from registry.names import DAY_S
from registry.tufkeys import signers
from registry.tuftypes import TargetFile
from tests.registry_attacks import (
    NOW,
    only_trouble,
    publish_snapshot_without,
    publish_unchecked,
    refresh_new_client,
    renew_targets,
)
from tests.registry_world import RegistryWorld, edit_json, make_registry, tampered


@pytest.fixture
def world(tmp_path: Path) -> RegistryWorld:
    return make_registry(["XA", "XB"], NOW, tmp_path / "registry")


# 30, 31, 33, 38, 39, 40: mirrors and thieves of the online key


def test_a_rolled_back_timestamp_is_refused_and_the_next_mirror_is_used(world, tmp_path):
    """Attack 30."""
    old = (world.folder / "metadata/timestamp.json").read_bytes()
    world.update("XA")
    frozen = tampered(fetch_from_folder, lambda url, data: old if "old" in url and "timestamp" in url else data)
    (tmp_path / "old").symlink_to(world.folder)
    client = world.client(tmp_path / "state", mirrors=[str(world.folder), str(tmp_path / "old")], fetch=frozen)

    view = client.refresh(NOW)

    assert "MirrorBehind" in view.troubles[f"{tmp_path}/old/"]
    assert not client.lies
    assert view.countries["XA"].serial == 2


def test_a_mirror_that_goes_back_behind_what_it_served_lies_also_after_a_restart(world, tmp_path):
    """Attack 30: a mirror that was never newer is only behind; what each one served is kept with the verified copy."""
    old = (world.folder / "metadata/timestamp.json").read_bytes()
    world.update("XA")
    world.client(tmp_path / "state").refresh(NOW)
    back = tampered(fetch_from_folder, lambda url, data: old if url.endswith("timestamp.json") else data)
    client = world.client(tmp_path / "state", fetch=back)
    client.load(NOW)

    view = client.refresh(NOW)

    assert list(client.lies) == [f"{world.folder}/"]
    assert "BadVersionNumberError" in only_trouble(view)
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


@pytest.mark.parametrize("restarted", [False, True])
def test_setting_the_clock_back_does_not_revive_what_has_expired(world, tmp_path, restarted):
    """Attack 46 at the registry: for a node, time is at least what it has verified, also in an earlier run.

    The newer timestamp was made by a machine 30 days behind, so only a node whose clock is as wrong could accept it.
    """
    client = world.client(tmp_path / "state")
    client.refresh(NOW)
    world.clock.jump(-30 * DAY_S)
    world.update("XA")
    client = world.client(tmp_path / "state") if restarted else client

    view = client.refresh(NOW - 30 * DAY_S)

    assert "ExpiredMetadataError" in only_trouble(view)
    assert view.verified_at == NOW


def test_an_older_record_under_the_newer_ones_name_is_refused(world, tmp_path):
    """Mix-and-match: the old record and its signature are genuine, the role names others."""
    old = {name: next((world.folder / "targets/XA").glob(f"*{name}")).read_bytes() for name in (".json", ".sig")}
    world.update("XA", out_of_hours="another desk")

    def change(url: str, data: bytes) -> bytes:
        return next((kept for name, kept in old.items() if "targets/XA/" in url and url.endswith(name)), data)

    refused = refresh_new_client(world, tmp_path, fetch=tampered(fetch_from_folder, change), role="c-XA")

    assert "hash it was announced with" in refused


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
    publish_snapshot_without(world, "c-XA.json")

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
    publish_snapshot_without(world, "c-XA.json")
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
    publish_unchecked(world, "XA", world.records["XB"], signer="XB")

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
    world.publish_targets(targets)

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
    renew_targets(world)
    world.clock.step(100 * DAY_S)
    renew_targets(world, root=True)

    view = world.client(tmp_path / "state").refresh(world.clock.now())

    assert view.countries["XA"].status == "expired"
    assert view.countries["XB"].status == "active"
    assert view.signing_key("XA", world.keys["XA"].message.key_id) is not None


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

    result = refresh_new_client(world, tmp_path, fetch=tampered(fetch_from_folder, change), role="c-XA")

    assert result


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
        with suppress(OSError, TimeoutError):
            self.connection.recv(1)
        self.close_connection = True


class _redirect(_Quiet):
    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()
