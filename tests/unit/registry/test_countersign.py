"""A dishonest maintainer makes the proposal; another one signs nothing but what a country said on the telephone.

Source: registry.md 4.4 steps 6 and 7; attack 41.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from registry.ceremony import admit, publish, renew_root
from registry.countersign import countersign, joining
from registry.delegations import CountryRole, build_delegations, read_delegations
from registry.errors import BadRegistryFile, BadRegistryKey, StaleProposal
from registry.names import JOINED_FIELD, MAINTAINERS_FIELD
from registry.proposal import Proposal, encode_proposal, read_proposal, sign
from registry.removal import remove
from registry.repository import Repository
from registry.request import read_request
from registry.tuftypes import DelegatedRole, Metadata, TargetFile, Targets
from tests.registry_world import RegistryWorld, invented_keys, invented_record
from tests.vectors_support import seed


@pytest.fixture
def groups(world: RegistryWorld) -> str:
    """XT wishes to join, and reads these to everybody who phones."""
    world.keys["XT"] = invented_keys("XT")
    world.records["XT"] = invented_record("XT", world.keys["XT"], world.clock.now())
    return read_request(world.request("XT")).fingerprint


def of_ada(world: RegistryWorld, code: str) -> bytes:
    """The country's own record, whose signature everybody can copy, under role keys that ada made."""
    world.keys[code] = replace(world.keys[code], role_seed=seed("made by ada", 64))
    return world.request(code)


def proposed(world: RegistryWorld, request: bytes, **options: bool) -> bytes:
    """What ada makes of a request, who need not have phoned anybody."""
    asked = read_request(request)
    return admit(world.repository, [request], {asked.code: asked.fingerprint}, world.clock.now(), **options)


def signed_by_bo(world: RegistryWorld, proposal: bytes, **heard: str) -> set[str]:
    """The ids of the keys whose signatures it has after bo signed."""
    made = countersign(world.repository, proposal, heard, world.maintainers["bo"])
    return set(read_proposal(made).metadata.signatures)


def test_a_second_maintainer_signs_what_the_country_read_to_them(world, groups) -> None:
    proposal = proposed(world, world.request("XT"))

    assert joining(world.repository, proposal) == ["XT"]
    assert len(signed_by_bo(world, proposal, XT=groups)) == 2


@pytest.mark.parametrize("heard", ["", "11111 " * 12])
def test_a_second_maintainer_who_did_not_phone_signs_nothing(world, groups, heard) -> None:
    with pytest.raises(BadRegistryFile, match="fingerprint of XT"):
        signed_by_bo(world, proposed(world, world.request("XT")), XT=heard)


def test_role_keys_that_a_maintainer_made_for_a_country_get_no_second_signature(world, groups) -> None:
    """Only the groups tell: the record is the country's, and so is its signature."""
    proposal = proposed(world, of_ada(world, "XT"))

    with pytest.raises(BadRegistryFile, match="fingerprint of XT differs in group"):
        signed_by_bo(world, proposal, XT=groups)


def test_role_keys_that_no_request_asks_for_get_no_second_signature(world) -> None:
    """A list that looks like a renewal, and gives XA to ada: nobody would be asked for any groups."""
    request = of_ada(world, "XA")
    listed = read_proposal(proposed(world, request, replace=True))
    hidden = encode_proposal(Proposal(listed.metadata, ()))

    for look in (lambda: joining(world.repository, hidden), lambda: signed_by_bo(world, hidden)):
        with pytest.raises(BadRegistryFile, match="gives role keys to XA, which no request of XA asks for"):
            look()


def test_a_request_beside_a_list_with_other_keys_gets_no_second_signature(world, groups) -> None:
    """The groups would be right, and what is signed would not."""
    honest = world.request("XT")
    listed = read_proposal(proposed(world, of_ada(world, "XT")))
    mixed = encode_proposal(Proposal(listed.metadata, (honest,)))

    with pytest.raises(BadRegistryFile, match="does not delegate to the role keys of XT"):
        signed_by_bo(world, mixed, XT=groups)


def test_a_country_that_is_left_out_without_a_word_is_missed_by_whoever_signs(world) -> None:
    named = read_proposal(remove(world.repository, ["XA"], world.clock.now()))
    assert len(signed_by_bo(world, encode_proposal(named))) == 2
    named.metadata.signed.unrecognized_fields.clear()

    with pytest.raises(BadRegistryFile, match="leaves XA out and does not say"):
        signed_by_bo(world, encode_proposal(named))


def test_a_root_is_signed_again_and_no_other_root_is(world) -> None:
    """Else ada would be two of the three maintainers, and alone from then on."""
    renewed = read_proposal(renew_root(world.repository, world.clock.now()))
    assert len(signed_by_bo(world, encode_proposal(renewed))) == 2
    root = renewed.metadata.signed
    keys = root.unrecognized_fields[MAINTAINERS_FIELD]["keys"]
    keys["cyd"] = keys["ada"]

    with pytest.raises(BadRegistryFile, match="changes who keeps the registry"):
        signed_by_bo(world, encode_proposal(Proposal(Metadata(root))))


def changed_by_ada(proposal: bytes, change: Callable[[Targets], object], *requests: bytes) -> bytes:
    """The same list after ada worked on it."""
    opened = read_proposal(proposal)
    change(opened.metadata.signed)
    return encode_proposal(Proposal(Metadata(opened.metadata.signed), requests or opened.requests))


def roles_of(list_: Targets) -> dict[str, DelegatedRole]:
    assert list_.delegations is not None and list_.delegations.roles is not None
    return list_.delegations.roles


def joined_long_ago(code: str) -> Callable[[Targets], object]:
    return lambda list_: roles_of(list_)[f"c-{code}"].unrecognized_fields.update({JOINED_FIELD: 0})


@pytest.mark.parametrize(
    "change",
    [
        joined_long_ago("XT"),  # a node that looks for the first time would not wait the 72 hours
        joined_long_ago("XB"),
        lambda list_: roles_of(list_).pop("suspend-bo"),  # bo could suspend nobody any more
        lambda list_: list_.targets.update({"XA/record.json": TargetFile.from_data("XA/record.json", b"{}")}),
        lambda list_: list_.unrecognized_fields.update({"x-of-ada": "whatever"}),
    ],
    ids=["newcomer-waits-for-nobody", "another-joined-otherwise", "bo-cannot-suspend", "a-file-more", "a-field-more"],
)
def test_a_list_that_says_anything_else_gets_no_second_signature(world, groups, change) -> None:
    proposal = changed_by_ada(proposed(world, world.request("XT")), change)

    with pytest.raises(BadRegistryFile, match="says something else than its requests"):
        signed_by_bo(world, proposal, XT=groups)


def test_keys_of_another_country_get_no_second_signature(world) -> None:
    """Attack 42: XT lies, and ada's own `admit` did not look."""
    world.keys["XT"] = replace(invented_keys("XT"), office_seed=world.keys["XA"].office_seed)
    world.records["XT"] = invented_record("XT", world.keys["XT"], world.clock.now())
    request, made_at = world.request("XT"), world.clock.now()
    asked = read_request(request)

    def with_xt(list_: Targets) -> None:
        table = world.repository.maintainers()
        listed = [*read_delegations(list_, table).countries.values(), CountryRole("XT", asked.role_keys, made_at)]
        list_.delegations = build_delegations(listed, table)

    proposal = changed_by_ada(admit(world.repository, [], {}, made_at), with_xt, request)

    with pytest.raises(BadRegistryKey, match="of XT is or was a key of XA"):
        signed_by_bo(world, proposal, XT=asked.fingerprint)
    with pytest.raises(BadRegistryKey, match="of XT is or was a key of XA"):
        publish(world.publisher, [sign(sign(proposal, world.maintainers["ada"]), world.maintainers["cyd"])])


@pytest.mark.parametrize("of_root", [False, True])
def test_what_does_not_follow_the_copy_gets_no_signature(world, tmp_path, of_root) -> None:
    """A copy from before XA got new keys would find the old ones, which somebody stole, in order."""
    old = Repository(shutil.copytree(world.folder, tmp_path / "old"))
    renew = partial(renew_root, world.repository) if of_root else partial(admit, world.repository, [], {})
    signed = sign(sign(renew(world.clock.now()), world.maintainers["ada"]), world.maintainers["cyd"])
    publish(world.publisher, [signed])
    proposal = renew(world.clock.now())

    with pytest.raises(StaleProposal, match="your copy of the registry is at"):
        countersign(old, proposal, {}, world.maintainers["bo"])
    assert len(signed_by_bo(world, proposal)) == 2


def test_a_copy_that_the_maintainers_did_not_sign_is_compared_with_nothing(world, groups, tmp_path) -> None:
    """The courier brings the copy too: in it XA has had ada's keys all along."""
    proposal = proposed(world, of_ada(world, "XA"), replace=True)
    copy = Repository(shutil.copytree(world.folder, tmp_path / "copy"))
    forged = read_proposal(proposal).metadata
    forged.signed.version -= 1
    (copy.metadata / f"{forged.signed.version}.targets.json").write_bytes(forged.to_bytes())
    hidden = encode_proposal(Proposal(read_proposal(proposal).metadata, ()))

    with pytest.raises(BadRegistryFile, match="copy of the registry does not verify"):
        countersign(copy, hidden, {}, world.maintainers["bo"])


def test_the_key_of_nobody_in_this_registry_signs_nothing(world) -> None:
    """A proposal of one registry, and the key or the copy of another."""
    proposal = admit(world.repository, [], {}, world.clock.now())

    with pytest.raises(BadRegistryKey, match="no maintainer of this registry"):
        countersign(world.repository, proposal, {}, world.keys["XA"].role)
