"""Our vector files of letters: what rows 11 and 13 say of a payload by itself."""

from typing import Any

import pytest

from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.shown import receiver
from node.protocol.letters.decode import decode
from node.protocol.letters.frame import Letter
from node.protocol.letters.kinds import LETTER
from node.protocol.letters.strict import Malformed, Unsupported
from tests.vectors_support import OWN, load_all, unbase64

VECTORS = [one for one in load_all(OWN).values() if one["kind"] == "letter"]


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
