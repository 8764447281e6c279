"""How a node's view of the registry changes: removals at once, additions after a wait."""

import msgspec
import pytest

from node.crypto.suite import SigningKey
from registry.fetch import fetch_from_folder
from registry.history import next_view
from registry.names import DAY_S
from registry.record import MessageKey, OfficeKey
from registry.trust import decode_view, encode_view, freshness
from tests.registry_world import message_key, office_key

NOW = 1_800_000_000
WAIT = 3 * DAY_S


def message_keys(*entries):
    return msgspec.convert(list(entries), list[MessageKey])


def office_keys(*entries):
    return msgspec.convert(list(entries), list[OfficeKey])


@pytest.fixture
def client(world, tmp_path):
    return world.client(tmp_path / "state", quarantine_s=WAIT)


def test_a_new_country_waits_72_hours_from_first_sight(world, client):
    """Registry decided 5."""
    client.refresh(NOW)
    world.join("XT")

    country = client.refresh(NOW + 60).countries["XT"]

    assert country.status == "quarantined"
    assert country.status_at(NOW + 60 + WAIT - 1) == "quarantined"
    assert country.status_at(NOW + 60 + WAIT) == "active"


def test_a_new_node_counts_the_wait_from_the_admission(world, client):
    """A node that joins late does not hold its first letters to old countries."""
    world.clock.step(10 * DAY_S)
    world.publisher.refresh()

    assert client.refresh(world.clock.now()).countries["XA"].status == "active"


def test_an_announced_message_key_is_current_at_once(world, client):
    """Registry 4.5: it matches next_message_key_sha256 of the record before."""
    client.refresh(NOW)
    keys = world.keys["XA"]
    old = message_key(keys.message_seed, NOW, NOW + DAY_S, "retired")
    new = message_key(keys.next_message_seed, NOW, NOW + 9 * DAY_S)
    world.update("XA", signed_by=SigningKey(keys.next_message_seed), message_keys=message_keys(old, new))

    view = client.refresh(NOW + 60)
    later = NOW + WAIT

    key_ids = [key.key_id for key in view.countries["XA"].message_keys]
    assert [view.signing_key("XA", key_id, later).status for key_id in key_ids] == ["retired", "current"]
    assert view.countries["XA"].status_at(later) == "active"


def test_an_unannounced_message_key_is_quarantined_and_the_old_ones_status_acts_at_once(world, client):
    """Registry decided 5: additions wait, removals act at once."""
    client.refresh(NOW)
    seen = NOW + 4 * DAY_S
    world.clock.step(4 * DAY_S)
    old = message_key(world.keys["XA"].message_seed, NOW, seen, "revoked")
    surprise = message_key(b"\x09" * 64, seen, seen + 9 * DAY_S)
    world.update("XA", signed_by=SigningKey(b"\x09" * 64), message_keys=message_keys(old, surprise))

    view = client.refresh(seen)

    first, second = (view.signing_key("XA", key.key_id) for key in view.countries["XA"].message_keys)
    assert (first.status, second.status) == ("revoked", "quarantined")
    assert view.countries["XA"].status == "quarantined"
    assert view.signing_key("XA", view.countries["XA"].message_keys[1].key_id, seen + WAIT).status == "current"


def test_an_office_key_nobody_has_seen_waits_before_identity_is_sealed_to_it(world, client):
    """A thief of role keys cannot read identities at once."""
    client.refresh(NOW)
    world.clock.step(4 * DAY_S)
    seen = world.clock.now()
    old = office_key(world.keys["XA"].office_seed, NOW, seen + 99 * DAY_S)
    world.update("XA", office_keys=office_keys(old, office_key(b"\x08" * 32, NOW, seen + 99 * DAY_S)))

    country = client.refresh(seen).countries["XA"]

    assert [key.public for key in country.usable_office_keys(seen)] == [world.keys["XA"].office.public]
    assert len(country.usable_office_keys(seen + WAIT)) == 2


def test_a_restart_does_not_start_the_wait_again(world, client, tmp_path):
    """The view's memory is kept beside the verified files."""
    client.refresh(NOW)
    world.join("XT")
    waits = client.refresh(NOW + 60).countries["XT"].quarantined_until

    restarted = world.client(tmp_path / "state", quarantine_s=WAIT).load(NOW + 2 * DAY_S)

    assert restarted.countries["XT"].quarantined_until == waits


def test_a_node_without_network_starts_from_its_own_files_even_when_they_have_expired(world, client, tmp_path):
    """Receiving never stops; how far sending goes is freshness."""
    client.refresh(NOW)
    much_later = NOW + 20 * DAY_S

    view = world.client(tmp_path / "state", mirrors=[]).load(much_later)

    assert view.verified_at == NOW
    assert view.freshness(much_later) == "queue_only"
    assert view.signing_key("XA", world.keys["XA"].message.key_id).status == "current"


def test_files_changed_on_disk_are_not_loaded(world, client, tmp_path):
    """Loading verifies again."""
    client.refresh(NOW)
    path = tmp_path / "state/current/snapshot.json"
    path.write_bytes(path.read_bytes().replace(b'"version":1', b'"version":2'))

    restarted = world.client(tmp_path / "state")
    assert restarted.load(NOW) is None
    assert restarted.damaged is not None and "does not verify" in restarted.damaged.message


def test_loading_the_copy_writes_nothing_beside_it(world, client, tmp_path):
    """A data folder on a disk that only reads, or beside a running node (the doctor)."""
    client.refresh(NOW)
    before = sorted((path, path.lstat().st_mtime_ns) for path in (tmp_path / "state").rglob("*"))

    restarted = world.client(tmp_path / "state")

    assert restarted.load(NOW) is not None and restarted.damaged is None
    assert before == sorted((path, path.lstat().st_mtime_ns) for path in (tmp_path / "state").rglob("*"))


def test_a_record_that_does_not_name_the_one_before_it_is_refused(world, client):
    """The chain of records: a country whose key was copied shows itself."""
    client.refresh(NOW)
    world.update("XA", prev_sha256="00" * 32)

    view = client.refresh(NOW + 60)

    assert "does not name the one before" in view.troubles["c-XA"]
    assert view.countries["XA"].serial == 1


def test_a_country_that_maintainers_removed_is_revoked_and_still_known(world, client):
    """Letters from it are stored without effect, not lost."""
    client.refresh(NOW)
    targets = world.repository.role("targets")
    del targets.signed.delegations.roles["c-XA"]
    world.publish_targets(targets)

    view = client.refresh(NOW + 60)

    assert view.countries["XA"].status == "revoked"
    assert view.signing_key("XA", world.keys["XA"].message.key_id) is not None


def test_a_country_that_comes_back_after_its_removal_waits_like_a_new_one(world, client):
    """Registry decided 5: with the same keys and the same record; who took it out may have had a reason."""
    view, later = client.refresh(NOW), NOW + 30 * DAY_S
    out = msgspec.structs.replace(view.countries["XA"], removed=True)
    known = msgspec.structs.replace(view, countries=view.countries | {"XA": out})

    back = next_view(known, client._verified, later, WAIT).countries

    assert [back["XA"].status_at(at) for at in (later, later + WAIT - 1, later + WAIT)] == [
        "quarantined", "quarantined", "active",
    ]  # fmt: skip
    assert back["XB"].status_at(later) == "active"


def test_unchanged_roles_are_neither_fetched_nor_verified_again(world, tmp_path):
    """A warm refresh is two requests."""
    urls = []

    def counting(url, max_bytes):
        urls.append(url)
        return fetch_from_folder(url, max_bytes)

    client = world.client(tmp_path / "state", fetch=counting)
    client.refresh(NOW)
    urls.clear()
    client.refresh(NOW + 60)

    assert [url.rpartition("/")[2] for url in urls] == ["2.root.json", "timestamp.json"]


def test_every_verified_file_is_archived_under_its_published_name(world, tmp_path):
    """Evidence needs each version later, without any mirror."""
    archive: dict[str, bytes] = {}
    client = world.client(tmp_path / "state", archive=archive.__setitem__)
    client.refresh(NOW)
    world.update("XA")
    client.refresh(NOW + 60)

    first = {"1.targets.json", "1.snapshot.json"}  # replaced before this node looked
    published = {path.name for path in (world.folder / "metadata").glob("*.*.json")} - {"1.root.json"} - first
    assert published <= set(archive)
    assert sum(name.endswith(".record.json") for name in archive) == 3


@pytest.mark.parametrize(
    ("age_s", "expected"),
    [
        (0, "fresh"),
        (2 * DAY_S, "fresh"),
        (2 * DAY_S + 1, "stale"),
        (7 * DAY_S, "stale"),
        (7 * DAY_S + 1, "two_person"),
        (14 * DAY_S, "two_person"),
        (14 * DAY_S + 1, "queue_only"),
    ],
)
def test_freshness_follows_the_age_of_the_newest_timestamp(age_s, expected):
    """Registry 4.6."""
    assert freshness(NOW, NOW + age_s) == expected


def test_a_view_survives_writing_and_reading(world, client):
    """What is stored is what was known."""
    view = client.refresh(NOW)
    assert decode_view(encode_view(view)) == view
