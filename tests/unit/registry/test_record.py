"""The record: lenient to the future, strict about what it means now."""

import pytest

from node.crypto.rolekeys import RoleKey, mldsa_from_pem, mldsa_pem
from node.crypto.suite import SigningKey
from registry.admission import check_record, is_plain_url
from registry.errors import BadRecord, BadRegistryKey
from registry.record import encode_record, pack_node_record, read_node_record, read_record, sign_record, verify_record
from registry.tufkeys import admit_pair, key_pair, signers
from tests.registry_world import edit_json, invented_keys, invented_record, message_key, office_key

NOW = 1_800_000_000
KEYS = invented_keys("XA")
DAY_S = 86_400


def record(**changes):
    return invented_record("XA", KEYS, NOW, **changes)


def test_a_record_is_read_as_it_was_written():
    """The bytes are what is signed."""
    data = encode_record(record())
    assert read_record(data) == record()
    assert encode_record(read_record(data)) == data


def test_unknown_fields_are_ignored():
    """Records are lenient: an older node reads a newer record."""

    def add(value):
        value.update(later=[1])
        value["calendar"].update(later="x")

    data = edit_json(encode_record(record()), add)

    assert read_record(data) == record()


def test_a_record_for_newer_readers_only_is_not_guessed_at():
    """min_reader."""
    data = edit_json(encode_record(record()), lambda v: v.update(min_reader=2))
    with pytest.raises(BadRecord, match="needs reader 2"):
        read_record(data)


@pytest.mark.parametrize(
    "change",
    [
        {"country": "xa"},
        {"country": "ХА"},
        {"serial": 0},
        {"endpoints": []},
        {"message_keys": []},
        {"max_life_days": 15},
        {"next_message_key_sha256": "AB" * 32},
        {"calendar": {"time_zone": "../etc/passwd", "weekend": [6], "holidays": []}},
        {"office_keys": [office_key(b"\x01" * 32, 0, 1, kind="law_enforcement")]},
        {"status": "paused"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_field_of_the_wrong_shape_is_refused(change):
    """Shape, R19 (there is no law-enforcement holder) and code syntax."""
    data = edit_json(encode_record(record()), lambda v: v.update(change))
    with pytest.raises(BadRecord, match="right shape"):
        read_record(data)


def test_duplicate_keys_in_a_record_are_refused():
    """Two readers must never understand one signed file differently."""
    data = encode_record(record()).replace(b'"v": 1', b'"v": 1, "serial": 7', 1)
    with pytest.raises(BadRecord, match="twice"):
        read_record(data)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"valid_until": NOW}, "valid_until"),
        ({"serial": 2}, "prev_sha256"),
        ({"message_keys": [message_key(KEYS.message_seed, NOW, NOW + 9, "revoked")]}, "message_keys"),
        ({"office_keys": [office_key(KEYS.office_seed, NOW, NOW)]}, "office_keys.0.until"),
        ({"office_keys": [office_key(bytes([i]) * 32, NOW, NOW + 9) for i in (1, 2, 3)]}, "office_keys"),
        ({"suites": [2], "min_suite": 2}, "suites"),
        ({"endpoints": [{"url": "https://user@node.example/"}]}, "endpoints.0.url"),
        ({"prekey_url": "file:///etc/passwd"}, "prekey_url"),
        ({"calendar": {"time_zone": "Etc/UTC", "weekend": [1, 1], "holidays": []}}, "calendar.weekend"),
        ({"calendar": {"time_zone": "Etc/UTC", "weekend": [7], "holidays": ["2027-02-30"]}}, "calendar.holidays.0"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_record_that_cannot_be_used_names_the_field(change, field):
    """Registry 4.4 step 5."""
    with pytest.raises(BadRecord) as refused:
        check_record(record(**change))
    assert refused.value.field == field


def test_one_key_in_two_places_of_a_record_is_refused():
    """An office key that is the fallback key would open identity without a person."""
    with pytest.raises(BadRegistryKey, match=r"kem_fallback, office_keys\.0"):
        check_record(record(office_keys=[office_key(KEYS.kem_fallback_seed, NOW, NOW + 9)]))


def test_the_self_signature_is_by_a_current_message_key_only():
    """record.sig, context trm/v1/record."""
    data = encode_record(record())
    verify_record(data, sign_record(data, KEYS.message), record())
    with pytest.raises(BadRecord):
        verify_record(data, sign_record(data, SigningKey(KEYS.next_message_seed)), record())
    with pytest.raises(BadRecord):
        verify_record(data, KEYS.message.sign(data, b"trm/v1/receipt"), record())


def test_a_node_record_file_carries_the_bytes_unchanged_and_any_change_shows():
    """node-record.json."""
    packed = pack_node_record(record(), KEYS.message)
    read, data, signature = read_node_record(packed)
    assert (read, data, len(signature)) == (record(), encode_record(record()), 3373)
    damaged = edit_json(packed, lambda v: v.update(signature="A" + v["signature"][1:][::-1]))
    with pytest.raises(BadRecord):
        read_node_record(damaged)


def test_an_address_is_plain():
    """No user, query, fragment or other scheme."""
    assert is_plain_url("https://node.example:8443/base")
    for url in ("ftp://a", "https://", "https://a/?q", "https://a/#f", "https://a:99999/", "https://u:p@a/"):
        assert not is_plain_url(url)


def test_a_role_key_has_one_spelling_and_its_id_is_its_hash():
    """Two ids for one key would count one maintainer twice."""
    first, second = key_pair(KEYS.role.public)
    assert admit_pair([second, first]) == KEYS.role.public
    renamed = type(first)("00" * 32, first.keytype, first.scheme, first.keyval)
    with pytest.raises(BadRegistryKey, match="hash of the key"):
        admit_pair([renamed, second])
    spelled = type(second)(second.keyid, second.keytype, second.scheme, {"public": second.keyval["public"] + "\n"})
    with pytest.raises(BadRegistryKey, match="PEM spelling"):
        admit_pair([first, spelled])


def test_the_halves_of_a_role_key_verify_as_python_tuf_expects():
    """TAP 21 payload for ML-DSA, plain for Ed25519."""
    for signer in signers(RoleKey(b"\x03" * 64)):
        signer.public_key.verify_signature(signer.sign(b"payload"), b"payload")
    raw = RoleKey(b"\x03" * 64).public[:1952]
    assert mldsa_from_pem(mldsa_pem(raw)) == raw
