"""Proof of possession (registry decided 7)."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as replaced

from node.crypto.suite import KemKey
from registry.errors import BadRegistryFile
from registry.possession import Nonces, answer_challenge, check_answer, make_challenge
from registry.request import read_request
from tests.registry_world import RegistryWorld
from tests.vectors_support import seed


def groups_of(world: RegistryWorld, code: str) -> str:
    """What the country reads to maintainers on the telephone."""
    return read_request(world.request(code)).fingerprint


@pytest.mark.parametrize("foreign", ["kem", "office"])
def test_who_lacks_a_key_cannot_answer(world, foreign):
    """Another country's private key opens nothing."""
    keys, other = world.keys["XA"], world.keys["XB"]
    challenge, _ = make_challenge(read_request(world.request("XA")))
    kem = KemKey((other if foreign == "kem" else keys).kem_fallback_seed)
    office = (other if foreign == "office" else keys).office
    with pytest.raises(BadRegistryFile, match="does not open"):
        answer_challenge(challenge, "XA", groups_of(world, "XA"), keys.message, kem, office)


def test_an_answer_to_another_challenge_or_by_another_message_key_is_refused(world):
    """The proof names country, record, role keys and nonce; who holds the keys is believed."""
    keys, request = world.keys["XA"], read_request(world.request("XA"))
    challenge, nonces = make_challenge(request)
    kem = KemKey(keys.kem_fallback_seed)
    groups = groups_of(world, "XA")
    by_other = answer_challenge(challenge, "XA", groups, world.keys["XB"].message, kem, keys.office)
    good = answer_challenge(challenge, "XA", groups, keys.message, kem, keys.office)

    check_answer(good, request, nonces)
    with pytest.raises(BadRegistryFile, match="kem key"):
        check_answer(by_other, request, nonces)
    with pytest.raises(BadRegistryFile, match="office key"):
        check_answer(good, request, Nonces(nonces.kem, bytes(32)))
    with pytest.raises(BadRegistryFile, match="kem key"):
        check_answer(good, read_request(world.request("XB")), nonces)


@pytest.mark.parametrize("other", ["role keys", "record"])
def test_a_country_signs_for_nothing_but_what_it_reads_on_the_telephone(world, other):
    """A thief knows its record and its public keys, seals honest nonces to them, and puts something of its own beside.

    Answered, it would be the country's own signature under the thief's role keys.
    """
    groups, keys = groups_of(world, "XA"), world.keys["XA"]
    if other == "role keys":
        world.keys["XA"] = replace(keys, role_seed=seed("of a thief", 64))
    else:
        world.records["XA"] = replaced(world.records["XA"], out_of_hours="the desk of a thief")
    challenge, _ = make_challenge(read_request(world.request("XA")))

    with pytest.raises(BadRegistryFile, match="about another record or other role keys"):
        answer_challenge(challenge, "XA", groups, keys.message, KemKey(keys.kem_fallback_seed), keys.office)


@pytest.mark.parametrize("typed", ["", "12345 67890"])
def test_without_the_groups_nothing_is_signed(world, typed):
    keys = world.keys["XA"]
    challenge, _ = make_challenge(read_request(world.request("XA")))

    with pytest.raises(BadRegistryFile, match="expected 60"):
        answer_challenge(challenge, "XA", typed, keys.message, KemKey(keys.kem_fallback_seed), keys.office)
