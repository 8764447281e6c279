"""Our own vector files for what the other implementation's do not cover, and that none is missing."""

import hashlib
import itertools
from typing import Any

import pytest

from node.crypto import pop, recovery, vault
from node.crypto.envelope import EnvelopeRefused
from node.crypto.errors import BadSheet, BadSignature, BadStream, BadText, OpenFailed
from node.crypto.fingerprints import matches, wrong_groups
from node.crypto.stream import open_attachment
from tests.vectors.made import b64
from tests.vectors_support import OFFICES, OWN, VERIFYING, load_all, open_vector, trm, unbase64

KINDS = {
    "batch": (1, 9),
    "challenge": (1, 2),
    "challenge-answer": (1, 5),
    "column": (1, 1),
    "concern": (1, 3),
    "envelope": (9, 39),
    "evidence": (2, 14),
    "fingerprint": (4, 5),
    "keyring": (1, 0),
    "letter": (57, 188),
    "node-record": (1, 4),
    "office": (1, 7),
    "pop": (1, 1),
    "posts": (4, 3),
    "prekeys": (1, 4),
    "proposal": (3, 6),
    "receipt": (7, 17),
    "record": (6, 42),
    "recovery": (1, 1),
    "registry": (14, 51),
    "request": (1, 10),
    "silence": (1, 3),
    "stream": (2, 2),
    "suspension": (1, 5),
    "thread": (49, 86),
}


def ids(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def test_every_structure_has_good_and_bad_files() -> None:
    """A test over an empty folder would pass too, so the numbers stand here; a new file changes them on purpose."""
    found: dict[str, tuple[int, int]] = {}
    for one in load_all(OWN).values():
        good, bad = found.get(one["kind"], (0, 0))
        found[one["kind"]] = (good + 1, bad) if one["expect"]["ok"] else (good, bad + 1)

    assert found == KINDS
    assert all(name == one["name"] for name, one in load_all(OWN).items())


class Shelf:
    """A sink that keeps only what was committed."""

    def __init__(self) -> None:
        self.data, self.released = b"", b""

    def write(self, data: bytes) -> None:
        self.data += data

    def commit(self) -> None:
        self.released = self.data

    def abort(self) -> None:
        self.data = b""


@pytest.mark.parametrize("vector", trm("stream"), ids=ids)
def test_an_attachment_is_released_as_its_vector_says(vector: dict[str, Any]) -> None:
    """Wire 9."""
    parts, shelf = [unbase64(part) for part in vector["bytes"]], Shelf()
    wanted = bytes.fromhex(vector["sha256"])

    if vector["expect"]["ok"]:
        open_attachment(parts, vector["padded_size"], wanted, bytes.fromhex(vector["key"]), shelf)
        assert hashlib.sha256(shelf.released).digest() == wanted
        return
    with pytest.raises(BadStream):
        open_attachment(parts, vector["padded_size"], wanted, bytes.fromhex(vector["key"]), shelf)
    assert shelf.released == b""


@pytest.mark.parametrize("vector", trm("pop"), ids=ids)
def test_a_proof_of_possession_is_judged_as_its_vector_says(vector: dict[str, Any]) -> None:
    """Registry, decided 7."""
    inputs = (unbase64(vector["record"]), unbase64(vector["role_keys"]), bytes.fromhex(vector["nonce"]))
    proof = pop.proof_bytes(vector["from"], *inputs)
    key, signature = VERIFYING[vector["from"]], unbase64(vector["bytes"])

    if vector["expect"]["ok"]:
        pop.verify_proof(key, signature, proof)
        return
    with pytest.raises(BadSignature):
        pop.verify_proof(key, signature, proof)


@pytest.mark.parametrize("vector", trm("recovery"), ids=ids)
def test_recovery_sheets_printed_today_are_readable_in_ten_years(vector: dict[str, Any]) -> None:
    """At rest: any two of three; a mistyped one is noticed alone."""
    if not vector["expect"]["ok"]:
        with pytest.raises(BadSheet, match="mistyped"):
            recovery.read_sheet(vector["sheets"][vector["expect"]["sheet"]])
        return
    sheets = [recovery.read_sheet(text) for text in vector["sheets"]]

    for one, other in itertools.combinations(sheets, 2):
        key = recovery.join(one, other, bytes.fromhex(vector["office_kid"]))
        assert key.public == OFFICES[vector["to"]].public


@pytest.mark.parametrize("vector", trm("keyring"), ids=ids)
def test_a_key_file_of_today_opens_in_ten_years(vector: dict[str, Any]) -> None:
    """At rest 5.2: nothing but the file and the passphrase is needed."""
    data = unbase64(vector["bytes"])
    kek = vault.kek_from_passphrase(vector["passphrase"], vault.keyring_source(data))

    opened = {name: value.hex() for name, value in vault.open_keyring(data, kek).items()}

    assert opened == vector["expect"]["entries"]


@pytest.mark.parametrize("vector", trm("column"), ids=ids)
def test_a_column_of_today_opens_in_ten_years(vector: dict[str, Any]) -> None:
    """At rest 5.1: in its own place and in no other."""
    dek, place = vault.Dek(bytes.fromhex(vector["dek"])), vault.Place(**vector["place"])

    if vector["expect"]["ok"]:
        assert vault.open_field(dek, place, unbase64(vector["bytes"])) == unbase64(vector["expect"]["plaintext"])
        return
    with pytest.raises(OpenFailed):
        vault.open_field(dek, place, unbase64(vector["bytes"]))


@pytest.mark.parametrize("vector", [v for v in trm("batch") if not v["expect"]["ok"]], ids=ids)
def test_a_letter_of_a_batch_fails_where_it_is_not_what_was_signed(vector: dict[str, Any]) -> None:
    """Wire 2: leaf, path, order of the siblings, label and signer; the other letters of the batch stay good."""
    for data, expect in zip(vector["bytes"], vector["expect"]["letters"], strict=True):
        if expect["ok"]:
            opened = open_vector({**vector, "bytes": data})
            assert (b64(opened.content()), opened.s_hash.hex()) == (expect["payload"], expect["s_hash"])
            continue
        with pytest.raises(EnvelopeRefused) as refused:
            open_vector({**vector, "bytes": data})
        assert refused.value.row == expect["row"]


@pytest.mark.parametrize("vector", [v for v in trm("fingerprint") if "typed" in v], ids=ids)
def test_a_typed_fingerprint_is_compared_as_its_vector_says(vector: dict[str, Any]) -> None:
    """Registry, decided 2: the groups that differ are named, and none is shown."""
    inputs, expect = (unbase64(vector["role_keys"]), unbase64(vector["record"])), vector["expect"]

    if "wrong" in expect and expect["wrong"] is None:
        with pytest.raises(BadText):
            matches(vector["typed"], *inputs)
        return
    assert matches(vector["typed"], *inputs) == expect["ok"]
    assert wrong_groups(vector["typed"], *inputs) == expect.get("wrong", [])
