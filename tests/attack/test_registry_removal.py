"""Taking a country out of the registry: only the maintainers' threshold can, by name, and it comes back with new keys.

Source: registry.md decided 4; R39; domain 11, scenario 9.
"""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from registry.ceremony import admit, publish, publish_update
from registry.describe import describe_file
from registry.errors import BadRegistryFile, BadRegistryKey, NotEnoughSignatures
from registry.names import REMOVED_FIELD
from registry.proposal import Proposal, encode_proposal, read_proposal, sign
from registry.removal import remove
from tests.registry_world import RegistryWorld, invented_keys, invented_record, make_registry, message_key

NOW, YEAR_S = 1_800_000_000, 365 * 86_400
TWO = ("ada", "bo")


@pytest.fixture
def world(tmp_path) -> RegistryWorld:
    return make_registry(["XA", "XB"], NOW, tmp_path / "registry")


def signed(world: RegistryWorld, proposal: bytes, by: Sequence[str] = TWO) -> bytes:
    for name in by:
        proposal = sign(proposal, world.maintainers[name])
    return proposal


def comes_back(world: RegistryWorld, old: str = "revoked", **kept: bytes) -> bytes:
    """XA's request after its removal: new keys but for those `kept`, the old message key listed as `old`."""
    before, keys = world.keys["XA"], replace(invented_keys("another XA"), **kept)
    until = NOW + YEAR_S
    listed = [message_key(keys.message_seed, NOW, until)]
    if keys.message_seed != before.message_seed:
        listed.append(message_key(before.message_seed, NOW, until, old))
    world.keys["XA"] = keys
    world.records["XA"] = invented_record("XA", keys, NOW, serial=2, prev_sha256="0" * 64, message_keys=listed)
    return world.request("XA", 2)


def test_the_threshold_removes_a_country_and_every_node_holds_it_revoked(world, tmp_path):
    client = world.client(tmp_path / "state")
    client.refresh(NOW)
    proposal = remove(world.repository, ["XA"], NOW)

    shown = describe_file(proposal)[1]
    with pytest.raises(NotEnoughSignatures):
        publish(world.publisher, [signed(world, proposal, ["ada"])])
    publish(world.publisher, [signed(world, proposal)])

    assert "removes XA from the registry: its keys count no more" in shown
    view = client.refresh(NOW + 60)
    assert (view.countries["XA"].status, view.countries["XB"].status) == ("revoked", "active")
    with pytest.raises(BadRegistryFile, match="needs `admit`"):  # the country cannot put itself back
        publish_update(world.publisher, world.request("XA", 2))


def test_a_list_that_leaves_a_country_out_without_saying_so_is_not_published(world):
    """A proposer who wants a country silenced hides it in a renewal that maintainers sign every quarter."""
    whole = read_proposal(admit(world.repository, [], {}, NOW))
    del whole.metadata.signed.delegations.roles["c-XA"]

    with pytest.raises(BadRegistryFile, match="leaves XA out"):
        publish(world.publisher, [signed(world, encode_proposal(whole))])


@pytest.mark.parametrize("named", [["XA"], ["XC"], "XA", [7]], ids=["still listed", "never there", "text", "number"])
def test_a_removal_that_the_list_itself_contradicts_is_not_published(world, named):
    whole = read_proposal(admit(world.repository, [], {}, NOW))
    whole.metadata.signed.unrecognized_fields[REMOVED_FIELD] = named

    with pytest.raises(BadRegistryFile):
        publish(world.publisher, [signed(world, encode_proposal(Proposal(whole.metadata)))])


def test_only_a_country_that_is_there_can_be_removed(world):
    with pytest.raises(BadRegistryFile, match="nothing to remove"):
        remove(world.repository, ["XC"], NOW)


def test_a_removed_country_comes_back_with_new_keys_and_its_old_one_revoked(world, tmp_path):
    """Its versions and serials go on; it needs the telephone and the threshold as at the first time."""
    client = world.client(tmp_path / "state")
    client.refresh(NOW)
    old = world.keys["XA"].message.key_id
    publish(world.publisher, [signed(world, remove(world.repository, ["XA"], NOW))])
    client.refresh(NOW + 60)

    publish(world.publisher, [world.proposal([comes_back(world)])])

    view = client.refresh(NOW + 120)
    assert view.countries["XA"].status == "active"
    assert view.signing_key("XA", old).status == "revoked"
    assert view.signing_key("XA", world.keys["XA"].message.key_id).status == "current"
    publish(world.publisher, [world.proposal([])])  # a later renewal neither repeats nor contradicts the removal


def test_a_return_whose_publication_crashed_can_be_repeated(world, monkeypatch):
    """Its new keys lie in files that were never in force; nothing of before is meant by them."""
    publish(world.publisher, [signed(world, remove(world.repository, ["XA"], NOW))])
    proposal = world.proposal([comes_back(world)])
    with monkeypatch.context() as crashing, pytest.raises(KeyboardInterrupt):
        crashing.setattr(world.repository, "write_timestamp", _crash)
        publish(world.publisher, [proposal])

    publish(world.publisher, [proposal])

    assert world.repository.record("XA").serial == 2


def _crash(data: bytes) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("kept", ["message_seed", "kem_fallback_seed", "office_seed"])
@pytest.mark.parametrize("by", ["admit", "publish"])
def test_no_key_of_before_the_removal_is_admitted_again(world, monkeypatch, kept, by):
    """Whoever stole the machine has them; a proposer who skips the check is refused by the publisher."""
    publish(world.publisher, [signed(world, remove(world.repository, ["XA"], NOW))])
    request = comes_back(world, **{kept: getattr(world.keys["XA"], kept)})
    if by == "admit":
        with pytest.raises(BadRegistryKey, match="from before it was removed"):
            world.proposal([request])
        return
    monkeypatch.setattr("registry.listed.check_return", lambda repository, request: None)
    proposal = world.proposal([request])
    monkeypatch.undo()

    with pytest.raises(BadRegistryKey, match="from before it was removed"):
        publish(world.publisher, [proposal])


def test_the_old_message_key_may_not_come_back_as_retired(world):
    """A retired key still speaks for what it says it wrote in its time."""
    publish(world.publisher, [signed(world, remove(world.repository, ["XA"], NOW))])

    with pytest.raises(BadRegistryKey, match="from before it was removed"):
        world.proposal([comes_back(world, old="retired")])
