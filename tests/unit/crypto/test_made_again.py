"""The files in tests/vectors are what their makers make: nobody can change one, or a maker, and leave the other."""

import json
from functools import cache
from typing import Any

import pytest

from tests.vectors.make import MAKERS
from tests.vectors_support import OWN, load_all, unbase64

COMMITTED = load_all(OWN)
# Signing (ML-DSA) and sealing (HPKE) draw bytes that no maker chooses; all that was signed or sealed is compared.
DRAWN = {"envelope", "batch", "receipt", "office", "prekeys", "pop", "challenge", "posts"}


def fixed(vector: dict[str, Any]) -> dict[str, Any]:
    """A vector without what differs at every run."""
    if vector["kind"] not in DRAWN:
        return vector
    kept = {name: value for name, value in vector.items() if name != "bytes"}
    if vector["kind"] == "office":
        payload = json.loads(unbase64(vector["payload"]))
        del payload["sealed_identity"]["box"]
        kept["payload"] = payload
    expects = kept["expect"].get("letters", [kept["expect"]])
    kept["expect"] = [{name: value for name, value in one.items() if name != "envelope_hash"} for one in expects]
    return kept


@cache
def made_by(make: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(json.dumps(list(make())))
    return found


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_a_vector_made_again_is_the_committed_one(make: Any) -> None:
    """`python -m tests.vectors.make` writes only missing files, so what stands there could be anything."""
    made = made_by(make)

    assert made
    assert [fixed(one) for one in made] == [fixed(COMMITTED[one["name"]]) for one in made]


def test_every_file_has_a_maker() -> None:
    """A file that nobody makes cannot be explained."""
    assert {one["name"] for make in MAKERS for one in made_by(make)} == set(COMMITTED)
