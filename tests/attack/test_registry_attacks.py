"""Attacks on what the registry admits: bad keys, corrupt maintainers, broken algorithms, false newcomers.

Numbers are those of the design's list of attacks. Real TUF files throughout.
"""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from node.crypto.suite import SigningKey
from node.crypto.text import to_base64url
from registry.ceremony import admit, build_root, publish
from registry.errors import (
    BadRecord,
    BadRegistryFile,
    BadRegistryKey,
    NotEnoughSignatures,
    StaleProposal,
)
from registry.names import DAY_S
from registry.proposal import encode_proposal, read_proposal, sign
from registry.request import read_request
from registry.tufkeys import signers
from registry.tuftypes import Metadata
from tests.registry_attacks import (
    ED25519,
    MLDSA,
    NOW,
    entry,
    message_keys,
    office_keys,
    only_trouble,
    publish_forged_targets,
    publish_unchecked,
    record_of,
    refresh_new_client,
    stranger,
)
from tests.registry_world import (
    MAINTAINERS,
    RegistryWorld,
    invented_keys,
    invented_record,
    make_registry,
    message_key,
    office_key,
)

# The neutral point: with it as a key, one signature verifies for every message.
LOW_ORDER_POINT = bytes([1]) + bytes(31)
P = 2**255 - 19


@pytest.fixture
def world(tmp_path: Path) -> RegistryWorld:
    return make_registry(["XA", "XB"], NOW, tmp_path / "registry")


# 12, 13: keys in records


@pytest.mark.parametrize("point", [LOW_ORDER_POINT, (P + 3).to_bytes(32, "little")], ids=["low order", "not canonical"])
def test_a_record_with_a_bad_ed25519_half_is_refused_and_the_key_is_named(world, point):
    """Attack 12."""
    world.join("XT")
    good = SigningKey(world.keys["XT"].message_seed).public
    bad = {**message_key(world.keys["XT"].message_seed, NOW, NOW + 9), "key": to_base64url(good[:1952] + point)}
    with pytest.raises(BadRegistryKey, match=r"message_keys\.1"):
        world.update("XT", message_keys=message_keys([entry(world, "XT"), bad]))


def test_a_record_with_an_mlkem_coefficient_out_of_range_is_refused_and_the_key_is_named(world):
    """Attack 13: the first coefficient is set to q = 3329."""
    public = bytearray(world.keys["XA"].office.public)
    public[0], public[1] = 0x01, (public[1] & 0xF0) | 0x0D
    bad = {**office_key(b"\x01" * 32, NOW, NOW + 9), "key": to_base64url(bytes(public))}

    with pytest.raises(BadRegistryKey, match=r"office_keys\.0"):
        world.update("XA", office_keys=office_keys([bad]))


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
        message_keys=message_keys([entry(world, "XA"), bad]),
    )
    publish_unchecked(world, "XA", record)

    view = client.refresh(NOW + 60)

    assert "message_keys.1" in view.troubles["c-XA"]
    assert view.countries["XA"].serial == 1
    assert view.countries["XB"].status == "active"


# 35-37: maintainers and algorithms


def test_one_corrupt_maintainer_cannot_change_the_registry(world):
    """Attack 35."""
    world.keys["XT"], world.records["XT"] = stranger(world, "XT")
    with pytest.raises(NotEnoughSignatures):
        publish(world.publisher, [world.proposal([world.request("XT")], by=["ada"])])


@pytest.mark.parametrize("broken", [ED25519, MLDSA], ids=["ed25519 (36)", "ml-dsa (37)"])
def test_every_signature_of_one_broken_algorithm_is_not_enough(world, tmp_path, broken):
    """Attacks 36 and 37: whoever breaks one algorithm signs for all maintainers with it."""
    publish_forged_targets(world, [signers(key)[broken] for key in world.maintainers.values()])

    view_or_error = refresh_new_client(world, tmp_path)

    assert "signed with both keys by 0" in view_or_error


@pytest.mark.parametrize("broken", [ED25519, MLDSA], ids=["ed25519", "ml-dsa"])
def test_a_corrupt_maintainer_gains_nothing_when_one_algorithm_is_broken(world, tmp_path, broken):
    """Decided 3: both of ada's and one of each other reach TUF's threshold of 4, and are refused all the same."""
    ada = signers(world.maintainers["ada"])
    others = [signers(world.maintainers[name])[broken] for name in ("bo", "cyd")]
    publish_forged_targets(world, [*ada, *others])
    root = world.repository.root()
    data = world.repository.role("targets")
    assert data is not None
    root.verify_delegate("targets", data.signed_bytes, data.signatures)  # TUF alone would accept it

    assert "signed with both keys by 1" in refresh_new_client(world, tmp_path)


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

    assert "1/2 keys" in refresh_new_client(world, tmp_path, role="c-XA")


# 41, 42: onboarding


def test_a_request_is_not_admitted_when_the_groups_heard_differ(world):
    """Attack 41: the machine compares, names the groups, and does not show the right ones."""
    world.keys["XT"], world.records["XT"] = stranger(world, "XT")
    request = world.request("XT")
    right = read_request(request).fingerprint
    heard = ("00000" if not right.startswith("00000") else "11111") + right[5:]

    with pytest.raises(BadRegistryFile, match="group 1;") as refused:
        admit(world.repository, [request], {"XT": heard}, NOW)

    assert right.split()[0] not in str(refused.value)


@pytest.mark.parametrize("reused", ["message_seed", "office_seed", "kem_fallback_seed", "role_seed"])
def test_a_key_of_another_country_is_not_admitted(world, reused):
    """Attack 42, for each kind of key."""
    keys, _ = stranger(world, "XT")
    world.keys["XT"] = replace(keys, **{reused: getattr(world.keys["XA"], reused)})
    world.records["XT"] = record_of(world, "XT")
    with pytest.raises(BadRegistryKey, match="XA"):
        world.proposal([world.request("XT")])


def test_a_key_of_a_retired_record_is_not_admitted(world):
    """Attack 42: XA has changed its office key; the old one is remembered."""
    world.update("XA", office_keys=office_keys([office_key(b"\x05" * 32, NOW, NOW + DAY_S)]))
    keys, _ = stranger(world, "XT")
    world.keys["XT"] = replace(keys, office_seed=world.keys["XA"].office_seed)
    world.records["XT"] = record_of(world, "XT")
    with pytest.raises(BadRegistryKey, match="is or was a key of XA"):
        world.proposal([world.request("XT")])


def test_half_of_another_countrys_key_is_not_admitted(world):
    """Attack 42: a new ML-DSA half beside XA's Ed25519 half is still XA's key."""
    keys, _ = stranger(world, "XT")
    world.keys["XT"] = replace(keys, role_seed=keys.role_seed[:32] + world.keys["XA"].role_seed[32:])
    world.records["XT"] = record_of(world, "XT")
    with pytest.raises(BadRegistryKey, match="role_keys"):
        world.proposal([world.request("XT")])


@pytest.mark.parametrize("code", ["XC", "XB"], ids=["a newcomer", "a country whose keys would change"])
def test_no_country_gets_role_keys_that_it_did_not_ask_for(world, code):
    """Two maintainers sign a proposal from which the request was taken out: that role could publish anything."""
    world.keys[code] = invented_keys(f"another {code}")
    world.records[code] = invented_record(code, world.keys[code], NOW)
    request = world.request(code, world.repository.version_of(f"c-{code}") + 1)
    heard = {code: read_request(request).fingerprint}
    whole = read_proposal(admit(world.repository, [request], heard, NOW, replace=code == "XB"))
    bare = encode_proposal(replace(whole, requests=()))
    for name in MAINTAINERS[:2]:
        bare = sign(bare, world.maintainers[name])

    with pytest.raises(BadRegistryFile, match=f"no request of {code} asks for"):
        publish(world.publisher, [bare])


def test_a_country_code_is_taken_once(world):
    """Registry 4.4 step 5."""
    with pytest.raises(BadRegistryFile, match="in the registry already"):
        world.proposal([world.request("XA")])


def test_a_police_holder_needs_a_civil_society_key_beside_it(world):
    """H13 at admission."""
    state = office_key(b"\x07" * 32, NOW, NOW + DAY_S, holder="Police Unit", kind="state", police_powers=True)
    with pytest.raises(BadRecord, match="H13"):
        world.update("XA", office_keys=office_keys([state]))


def test_a_stale_proposal_is_refused_and_says_so(world):
    """Two proposals made on the same state: the second has to be made again."""
    world.keys["XT"], world.records["XT"] = stranger(world, "XT")
    first, second = world.proposal([]), world.proposal([world.request("XT")])
    publish(world.publisher, [first])
    with pytest.raises(StaleProposal, match="make it again"):
        publish(world.publisher, [second])
