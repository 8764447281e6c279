"""The courier brings the proposal and the copy of the registry that it is compared with, and both were worked on.

Source: registry.md 4.2, 4.4; attacks 38, 41 and 42.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from registry.ceremony import admit, publish, publish_update, renew_root
from registry.countersign import countersign
from registry.delegations import read_delegations
from registry.errors import BadRegistryFile, BadRegistryKey, StaleProposal
from registry.names import country_role
from registry.proposal import Proposal, encode_proposal, read_proposal, sign
from registry.publisher import Publisher
from registry.repository import Repository
from registry.request import read_request
from registry.tufkeys import signers
from registry.tuftypes import DelegatedRole, Metadata, MetaFile, Targets
from tests.registry_world import RegistryWorld, invented_keys, invented_record


def copied(world: RegistryWorld, tmp_path: Path) -> Repository:
    """The copy that bo is handed, to be worked on."""
    return Repository(shutil.copytree(world.folder, tmp_path / "copy"))


def newcomer(world: RegistryWorld, code: str, **keys: bytes) -> bytes:
    """The request of a country that asks for the first time; `keys`: seeds that it did not make for this."""
    world.keys[code] = replace(invented_keys(code), **keys)
    world.records[code] = invented_record(code, world.keys[code], world.clock.now())
    return world.request(code)


def proposed(world: RegistryWorld, *requests: bytes, replace: bool = False) -> bytes:
    heard = {one.code: one.fingerprint for one in map(read_request, requests)}
    return admit(world.repository, list(requests), heard, world.clock.now(), replace=replace)


def test_an_old_list_under_a_newer_number_is_no_copy_to_sign_against(world: RegistryWorld, tmp_path: Path) -> None:
    """Maintainers signed it, before XA's stolen keys were replaced; who says that it is the newest signed nothing."""
    old = world.repository.role_bytes("targets")
    assert old is not None
    proposal = read_proposal(proposed(world))  # a renewal, with the keys that somebody stole
    world.keys["XA"] = replace(world.keys["XA"], role_seed=invented_keys("XZ").role_seed)
    world.records["XA"] = msgspec.structs.replace(world.records["XA"], serial=2, prev_sha256="0" * 64)
    made = proposed(world, world.request("XA", version=2), replace=True)
    publish(world.publisher, [sign(sign(made, world.maintainers["ada"]), world.maintainers["cyd"])])
    copy = copied(world, tmp_path)
    version = copy.version_of("targets")
    (copy.metadata / f"{version}.targets.json").write_bytes(old)
    liar = Publisher(copy, world.online, world.clock)
    liar._publish_snapshot({"targets.json": MetaFile.from_data(version, old, ["sha256"])})
    proposal.metadata.signed.version = version + 1

    with pytest.raises(BadRegistryFile, match="does not verify: the list that it calls version 3 is another one"):
        countersign(copy, encode_proposal(proposal), {}, world.maintainers["bo"])


def test_a_root_that_one_maintainer_made_is_followed_by_nobody(world: RegistryWorld, tmp_path: Path) -> None:
    """The first root is the true one; the second, in the courier's copy, is ada's alone."""
    copy = copied(world, tmp_path)
    forged = read_proposal(renew_root(copy, world.clock.now())).metadata
    for signer in signers(world.maintainers["ada"]):
        forged.sign(signer, append=True)
    copy.write_root(2, forged.to_bytes())

    with pytest.raises(BadRegistryFile, match="your copy of the registry does not verify: root version 2"):
        countersign(copy, proposed(world), {}, world.maintainers["bo"])


def test_two_newcomers_of_one_proposal_have_no_key_in_common(world: RegistryWorld) -> None:
    """Attack 42: neither is in the registry yet, so that only the other one's request tells."""
    first = newcomer(world, "XT")
    second = newcomer(world, "XS", office_seed=world.keys["XT"].office_seed)

    with pytest.raises(BadRegistryKey, match="of XS is or was a key of XT"):
        proposed(world, first, second)


def test_a_role_key_is_no_key_of_the_node_as_well(world: RegistryWorld) -> None:
    """The role key is offline: whoever steals the node must not have it."""
    request = newcomer(world, "XT", role_seed=invented_keys("XT").message_seed)

    with pytest.raises(BadRegistryKey, match="XT uses one key for two purposes"):
        proposed(world, request)


def roles(list_: Targets) -> dict[str, DelegatedRole]:
    assert list_.delegations is not None and list_.delegations.roles is not None
    return list_.delegations.roles


def renamed_suspend_role(list_: Targets) -> None:
    role = roles(list_).pop("suspend-bo")
    role.name, role.paths = "suspend-dan", ["suspend/dan/*"]
    roles(list_)[role.name] = role


def one_more_path(list_: Targets) -> None:
    paths = roles(list_)["c-XA"].paths
    assert paths is not None
    paths.append("XB/*")


@pytest.mark.parametrize(("change", "name"), [(renamed_suspend_role, "suspend-dan"), (one_more_path, "c-XA")])
def test_a_role_of_another_form_is_named_and_not_signed(
    world: RegistryWorld, change: Callable[[Targets], None], name: str
) -> None:
    """Attack 38: XA would publish as XB, or somebody suspend who is no maintainer."""
    opened = read_proposal(proposed(world))
    change(opened.metadata.signed)
    made = encode_proposal(Proposal(Metadata(opened.metadata.signed)))

    assert name in read_delegations(opened.metadata.signed, world.repository.maintainers()).ignored
    with pytest.raises(BadRegistryFile, match=f"roles that nodes would ignore: '{name}'"):
        countersign(world.repository, made, {}, world.maintainers["bo"])


def test_a_newer_role_with_an_older_record_is_not_published(world: RegistryWorld) -> None:
    """Nodes would keep the newer record, and everybody else read the older one."""
    version = world.repository.version_of(country_role("XA")) + 1

    with pytest.raises(StaleProposal, match="has serial 1; expected more than 1"):
        publish_update(world.publisher, world.request("XA", version))
