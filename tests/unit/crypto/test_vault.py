"""Keys at rest: what opens what, and that nothing else does."""

import os
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from node.crypto import vault
from node.crypto.errors import BadKey, OpenFailed
from node.crypto.suite import KemKey
from node.crypto.vault import Kek, KekSource, Place
from tests.forge import flip
from tests.vectors_support import OFFICES, seed

KEK = vault.kek_from_key_file(seed("a kek"))
FROM_FILE = KekSource("key-file")
FROM_PASSPHRASE = KekSource("passphrase", seed("salt", 16), vault.SMALLEST)
ENTRIES = {"message-seed": seed("m", 64), "pepper": seed("p"), "empty": b""}
PLACE = Place("identity", "case 1", "name", 1)


def test_a_key_file_comes_back_with_its_key() -> None:
    """At rest 5.1: all entries or none."""
    data = vault.seal_keyring(ENTRIES, KEK, FROM_FILE, os.urandom)

    assert vault.open_keyring(data, KEK) == ENTRIES
    assert vault.keyring_source(data) == FROM_FILE
    assert ENTRIES["message-seed"] not in data


def test_a_key_file_tells_what_its_passphrase_needs_and_opens_with_it_only() -> None:
    """At rest 5.2: salt and cost stand in front; a wrong passphrase opens nothing."""
    kek = vault.kek_from_passphrase("correct", FROM_PASSPHRASE)
    data = vault.seal_keyring(ENTRIES, kek, FROM_PASSPHRASE, os.urandom)
    source = vault.keyring_source(data)

    assert source == FROM_PASSPHRASE
    assert vault.open_keyring(data, vault.kek_from_passphrase("correct", source)) == ENTRIES
    with pytest.raises(OpenFailed, match="wrong passphrase"):
        vault.open_keyring(data, vault.kek_from_passphrase("Correct", source))


def test_a_damaged_key_file_does_not_open() -> None:
    """Attack 52: no partial start, and a changed cost or salt is noticed."""
    data = vault.seal_keyring(ENTRIES, KEK, FROM_FILE, os.urandom)

    for bad in (b"", data[:20], data[:-1], data + b"\0", *(flip(data, bit) for bit in (0, 33, 41, 60, 120, 300, 500))):
        with pytest.raises(OpenFailed):
            vault.open_keyring(bad, KEK)


@pytest.mark.parametrize("cost", [vault.Cost(2**31, 65_536), vault.Cost(3, 2**40), vault.Cost(0, 65_536)])
def test_a_tampered_cost_cannot_take_the_machine_down(cost: vault.Cost) -> None:
    """At rest 5.2: the file is read before anybody proved anything."""
    memory = min(cost.memory_bytes // 1024, 2**32 - 1)
    data = b"TRMK" + bytes([1, 1]) + cost.passes.to_bytes(4, "big") + memory.to_bytes(4, "big") + bytes(60)

    with pytest.raises(OpenFailed, match="cost"):
        vault.keyring_source(data)


def test_stretching_is_argon2id() -> None:
    """libsodium's own encoding of the same parameters verifies it, so it is no hash of ours."""
    import nacl.bindings
    import nacl.pwhash.argon2id as argon2id

    direct = argon2id.kdf(32, b"word", seed("s", 16), vault.SMALLEST.passes, vault.SMALLEST.memory_bytes)

    assert vault.stretch("word", seed("s", 16), vault.SMALLEST).value == direct
    assert vault.stretch("word", seed("t", 16), vault.SMALLEST).value != direct
    with pytest.raises(BadKey):
        vault.stretch("", seed("s", 16), vault.SMALLEST)
    assert vault.MODERATE.memory_bytes == nacl.bindings.crypto_pwhash_argon2id_MEMLIMIT_MODERATE


def test_a_control_key_opens_for_its_case_only() -> None:
    """At rest 5.1: bound to case and version; another KEK opens nothing."""
    dek = vault.new_dek(os.urandom)
    wrapped = vault.wrap_control_dek(dek, KEK, "case 1", 1, os.urandom)

    assert vault.unwrap_control_dek(wrapped, KEK, "case 1", 1).value == dek.value
    for kek, case, version in ((KEK, "case 2", 1), (KEK, "case 1", 2), (Kek(seed("other")), "case 1", 1)):
        with pytest.raises(OpenFailed):
            vault.unwrap_control_dek(wrapped, kek, case, version)


def test_an_identity_key_needs_the_office_as_well_as_the_node() -> None:
    """Key hierarchy: root on a locked node has the KEK, yet reads no name; the KEK alone or the office alone fails."""
    dek, office = vault.new_dek(os.urandom), OFFICES["XA"]
    wrapped = vault.wrap_identity_dek(dek, KEK, office.public, "case 1", 1, os.urandom)

    assert vault.unwrap_identity_dek(wrapped, KEK, office, "case 1", 1).value == dek.value
    wrong: list[tuple[Kek, KemKey, str, int]] = [
        (KEK, OFFICES["XT"], "case 1", 1),
        (Kek(seed("other")), office, "case 1", 1),
        (KEK, office, "case 2", 1),
        (KEK, office, "case 1", 2),
    ]
    for kek, key, case, version in wrong:
        with pytest.raises(OpenFailed):
            vault.unwrap_identity_dek(wrapped, kek, key, case, version)
    with pytest.raises(OpenFailed):
        vault.unwrap_control_dek(wrapped, KEK, "case 1", 1)


MOVES: dict[str, Callable[[Place], Place]] = {
    "table": lambda p: replace(p, table="control"),
    "row": lambda p: replace(p, row="case 2"),
    "column": lambda p: replace(p, column="phone"),
    "version": lambda p: replace(p, version=2),
    "shifted": lambda p: replace(p, table="identitycase 1", row=""),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_sealed_column_does_not_open_elsewhere(name: str) -> None:
    """At rest 5.1: who can write to the database cannot move a value to another row, column or version."""
    dek = vault.new_dek(os.urandom)
    sealed = vault.seal_field(dek, PLACE, b"an invented name", os.urandom)

    assert vault.open_field(dek, PLACE, sealed) == b"an invented name"
    with pytest.raises(OpenFailed):
        vault.open_field(dek, MOVES[name](PLACE), sealed)


def test_a_damaged_column_does_not_open() -> None:
    """At rest 5.1: also when cut to nothing."""
    dek = vault.new_dek(os.urandom)
    sealed = vault.seal_field(dek, PLACE, b"x", os.urandom)

    for bad in (b"", sealed[:11], sealed[:-1], flip(sealed, 0), flip(sealed, 100)):
        with pytest.raises(OpenFailed):
            vault.open_field(dek, PLACE, bad)


def test_no_key_shows_in_a_representation() -> None:
    """Never a key in a log or a traceback."""
    key = Kek(seed("a kek"))

    assert repr(key) == "Kek(...)"
    assert str(vault.Dek(bytes(32))) == "Dek(...)"
    with pytest.raises(BadKey, match="31 bytes"):
        Kek(bytes(31))


def test_a_keyed_hash_finds_equal_values_under_one_key_only() -> None:
    """At rest 5.1: exact search, and the MAC of a row."""
    one, other = vault.Secret(seed("one")), vault.Secret(seed("other"))
    mac = vault.keyed_hash(one, b"value")

    assert vault.keyed_hash_matches(one, b"value", mac)
    assert not vault.keyed_hash_matches(one, b"valu", mac)
    assert not vault.keyed_hash_matches(other, b"value", mac)


def test_joined_parts_are_unambiguous() -> None:
    """Two lists never give the same bytes, so no binding can be shifted into another."""
    assert vault.joined("ab", "c") != vault.joined("a", "bc")
    assert vault.joined("a", 1) != vault.joined("a", 2)
    assert vault.joined("a") + vault.joined("b") == vault.joined("a", "b")
