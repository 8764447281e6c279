"""The key file keeps sealed secrets until they must be gone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.errors import Conflict
from node.store.keyring import Keyring, SecretRow


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Keyring]:
    keyring = Keyring.open(tmp_path / "keys.db")
    yield keyring
    keyring.close()


def test_a_secret_is_kept_over_a_restart(tmp_path):
    first = Keyring.open(tmp_path / "keys.db")
    first.put("message-seed", b"sealed", 100)
    first.close()

    again = Keyring.open(tmp_path / "keys.db", create=False)
    assert again.get("message-seed") == b"sealed"
    assert again.all() == [SecretRow("message-seed", b"sealed", 100, None)]
    again.close()
    assert (tmp_path / "keys.db").stat().st_mode & 0o777 == 0o600


def test_a_secret_is_never_overwritten_unseen(keys):
    keys.put("message-seed", b"sealed", 100)

    with pytest.raises(Conflict, match="already"):
        keys.put("message-seed", b"another", 101)
    keys.replace("message-seed", b"sealed anew")

    assert keys.get("message-seed") == b"sealed anew"
    with pytest.raises(Conflict, match="erased"):
        keys.replace("prekey/1", b"x")


def test_what_is_due_is_destroyed_and_the_rest_stays(keys):
    """Wire 6: a prekey's private half does not outlive its epoch."""
    keys.put("message-seed", b"stays", 100)
    for i in range(4):
        keys.put(f"prekey/{i}", b"goes", 100, erase_at=1000 + i)

    assert keys.erase_due(999) == []
    assert keys.erase_due(1001) == ["prekey/0", "prekey/1"]
    assert keys.erase_due(1001) == []
    assert [row.name for row in keys.all("prekey/")] == ["prekey/2", "prekey/3"]
    assert keys.get("message-seed") == b"stays"


def test_an_erased_secret_is_in_neither_the_file_nor_its_log(keys, tmp_path):
    """At-rest 5.1."""
    marked = b"CANARY-" + bytes(range(65, 91)) * 3
    keys.put("prekey/1", marked, 100, erase_at=200)
    assert any(marked in path.read_bytes() for path in tmp_path.iterdir())

    keys.erase_due(200)

    assert not any(marked[:30] in path.read_bytes() for path in tmp_path.iterdir())
    assert not keys.erase("prekey/1")


def test_heads_of_the_audit_are_kept_beside_the_keys(keys):
    keys.note_audit_head(3, b"a" * 32, 100)
    keys.note_audit_head(9, b"b" * 32, 200)
    keys.note_audit_head(9, b"forged" * 6, 300)

    assert keys.audit_heads() == [(3, b"a" * 32), (9, b"b" * 32)]


def test_an_anchor_from_the_key_file_shows_a_cut_audit(keys, store):
    for i in range(5):
        store.write_sync(lambda work, i=i: work.audit.append(i, "node", "swept"))
    keys.note_audit_head(*store.read_sync(lambda reader: reader.audit.head()), 100)

    store.write_sync(lambda work: work.connection.execute("delete from audit where seq>3") and None)

    assert store.read_sync(lambda reader: reader.audit.verify(keys.audit_heads())) == 4
