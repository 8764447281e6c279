"""Our vector files of evidence: what a third party finds who has the registry's root and nothing else."""

import json
from typing import Any

import pytest

from node.service.evidence.files import verify
from node.service.evidence.silence import verify_silence
from tests.vectors_support import OWN, load_all, unbase64

ALL = load_all(OWN)
EVIDENCE = [one for one in ALL.values() if one["kind"] == "evidence"]
SILENCE = [one for one in ALL.values() if one["kind"] == "silence"]


def name_of(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def edited(vector: dict[str, Any]) -> bytes:
    """The bytes of a vector, or those of the one it names with its edits."""
    if "of" not in vector:
        return unbase64(vector["bytes"])
    value = json.loads(unbase64(ALL[vector["of"]]["bytes"]))
    for edit in vector["edits"]:
        *way, last = edit["at"]
        place = value
        for step in way:
            place = place[step]
        if edit.get("out"):
            del place[last]
        else:
            place[last] = edit["to"]
    return json.dumps(value).encode()


@pytest.mark.parametrize("vector", EVIDENCE, ids=name_of)
def test_evidence_proves_what_its_file_says(vector: dict[str, Any]) -> None:
    """Wire 11: statements and receipts that verify are counted, and everything else is told."""
    root = unbase64(ALL[vector.get("of", vector["name"])]["root"])

    report, expect = verify(edited(vector), root), vector["expect"]

    assert (report.letters, report.receipts) == (expect["letters"], expect["receipts"]), report.faults
    assert (report.faults == []) == expect["ok"]


@pytest.mark.parametrize("vector", SILENCE, ids=name_of)
def test_a_claim_of_silence_is_judged_as_its_file_says(vector: dict[str, Any]) -> None:
    """Domain 5.13: what is claimed fits what is proved beside it, and is signed by the country that claims it."""
    root = unbase64(ALL[vector.get("of", vector["name"])]["root"])

    judged = verify_silence(edited(vector), root)

    assert (judged.claim is not None) == vector["expect"]["ok"], judged.report.faults
