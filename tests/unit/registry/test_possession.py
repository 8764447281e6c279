"""Proof of possession (registry decided 7)."""

import pytest

from node.crypto.suite import KemKey
from registry.errors import BadRegistryFile
from registry.possession import Nonces, answer_challenge, check_answer, make_challenge
from registry.request import read_request


@pytest.mark.parametrize("foreign", ["kem", "office"])
def test_who_lacks_a_key_cannot_answer(world, foreign):
    """Another country's private key opens nothing."""
    keys, other = world.keys["XA"], world.keys["XB"]
    challenge, _ = make_challenge(read_request(world.request("XA")))
    kem = KemKey((other if foreign == "kem" else keys).kem_fallback_seed)
    office = (other if foreign == "office" else keys).office
    with pytest.raises(BadRegistryFile, match="does not open"):
        answer_challenge(challenge, "XA", keys.message, kem, office)


def test_an_answer_to_another_challenge_or_by_another_message_key_is_refused(world):
    """The proof names country, record, role keys and nonce; who holds the keys is believed."""
    keys, request = world.keys["XA"], read_request(world.request("XA"))
    challenge, nonces = make_challenge(request)
    kem = KemKey(keys.kem_fallback_seed)
    by_other = answer_challenge(challenge, "XA", world.keys["XB"].message, kem, keys.office)
    good = answer_challenge(challenge, "XA", keys.message, kem, keys.office)

    check_answer(good, request, nonces)
    with pytest.raises(BadRegistryFile, match="kem key"):
        check_answer(by_other, request, nonces)
    with pytest.raises(BadRegistryFile, match="office key"):
        check_answer(good, request, Nonces(nonces.kem, bytes(32)))
    with pytest.raises(BadRegistryFile, match="kem key"):
        check_answer(good, read_request(world.request("XB")), nonces)
