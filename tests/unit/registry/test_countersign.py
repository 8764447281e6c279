"""A dishonest maintainer makes the proposal; another one signs nothing but what a country said on the telephone.

Source: registry.md 4.4 steps 6 and 7; attack 41.
"""

from dataclasses import replace

import pytest

from registry.ceremony import admit, renew_root
from registry.countersign import countersign, joining
from registry.errors import BadRegistryFile
from registry.names import MAINTAINERS_FIELD
from registry.proposal import Proposal, encode_proposal, read_proposal
from registry.removal import remove
from registry.request import read_request
from registry.tuftypes import Metadata
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
