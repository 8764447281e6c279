"""Every verified registry file is kept once, and the latest is known."""

import hashlib

import pytest


@pytest.fixture
def put(store):
    return lambda name, version, data, at: store.write_sync(lambda w: w.archive.put(name, version, data, at))


def test_a_file_is_found_by_name_version_and_hash(store, put):
    sha256 = put("root.json", 1, b"one", 100)
    put("root.json", 2, b"two", 200)

    assert sha256 == hashlib.sha256(b"one").digest()
    assert store.read_sync(lambda r: r.archive.by_hash(sha256)) == b"one"
    assert store.read_sync(lambda r: r.archive.latest("root.json").data) == b"two"
    assert store.read_sync(lambda r: r.archive.version("root.json", 1).data) == b"one"
    assert store.read_sync(lambda r: [(f.version, f.first_at) for f in r.archive.versions("root.json")]) == [
        (1, 100),
        (2, 200),
    ]
    assert store.read_sync(lambda r: r.archive.latest("targets.json")) is None


def test_the_latest_never_goes_back(store, put):
    put("c-XA.json", 5, b"five", 100)
    put("c-XA.json", 4, b"four", 200)

    assert store.read_sync(lambda r: r.archive.latest("c-XA.json").version) == 5
    assert store.read_sync(lambda r: r.archive.version("c-XA.json", 4).data) == b"four"


def test_the_same_bytes_are_kept_once(store, put):
    for version in range(1, 20):
        put("timestamp.json", version, b"same" * 1000, 100 + version)
        put("timestamp.json", version, b"same" * 1000, 500)

    count = "select count(*), min(first_at) from archive"
    assert store.read_sync(lambda r: r.connection.execute(count).fetchone()) == (1, 101)
    assert store.read_sync(lambda r: len(r.archive.versions("timestamp.json"))) == 19


def test_all_in_force_are_listed_by_name(store, put):
    put("root.json", 1, b"r", 1)
    put("records/XB.json", 3, b"b", 2)
    put("records/XA.json", 2, b"a", 3)

    found = store.read_sync(lambda r: [(f.name, f.version, f.data) for f in r.archive.all_latest()])
    assert found == [("records/XA.json", 2, b"a"), ("records/XB.json", 3, b"b"), ("root.json", 1, b"r")]
