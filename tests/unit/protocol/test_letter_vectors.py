"""Our vector files of letters: what rows 11 and 13 say of a payload by itself."""

import json
from typing import Any

import pytest

from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.shown import receiver
from node.protocol.letters.decode import decode
from node.protocol.letters.frame import Letter
from node.protocol.letters.kinds import KINDS, LETTER
from node.protocol.letters.strict import Malformed, Unsupported
from tests.vectors_support import OWN, load_all, unbase64

ALL = load_all(OWN)
VECTORS = [one for one in ALL.values() if one["kind"] == "letter"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: str(one["name"]))
def test_a_letter_gets_the_verdict_of_its_file(vector: dict[str, Any]) -> None:
    """Good, malformed, or refused with that reason; a stranger's receiver must agree."""
    payload, expect, read_as = unbase64(vector["bytes"]), vector["expect"], vector.get("class", LETTER)

    if expect.get("row") == 11:
        with pytest.raises(Unsupported if expect.get("status") == "unsupported" else Malformed):
            decode(payload, read_as)
        return
    letter = decode(payload, read_as)
    if not isinstance(letter, Letter):  # no control letter is ever refused in row 13
        assert letter is not None and expect["ok"]
        return
    objection = receiver(letter, ThreadFacts())

    assert (objection is None) == expect["ok"]
    if objection is not None:
        assert (objection.reason, expect["row"]) == (expect["reason"], 13)


def shown(vector: dict[str, Any]) -> list[bytes]:
    """The payloads of a vector that are good letters."""
    if vector["kind"] == "thread":
        return [step["payload"].encode() for step in vector["letters"] if step["status"] == 1]
    if vector["kind"] == "letter" and vector["expect"]["ok"]:
        return [unbase64(vector["bytes"])]
    if vector["kind"] == "envelope" and vector["expect"]["ok"]:
        return [payload for payload in [unbase64(vector["expect"]["payload"])] if payload]  # cover is empty
    return []


def test_every_kind_of_letter_has_a_vector_that_is_good() -> None:
    """A stranger checks a reader against these files alone: a kind that the table has and no file shows is untested."""
    kinds = {json.loads(payload)["kind"] for vector in ALL.values() for payload in shown(vector)}

    assert set(KINDS) - kinds == set()
