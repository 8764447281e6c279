"""Attack 25, a country denies having received: a third party decides with the registry's history alone.

And the other side of it: nothing that is made up, changed or moved passes as evidence. Every change is made below the
file's own hashes, as somebody would who wants to deceive.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from node.clock import SteppedClock
from node.crypto import labels
from node.crypto.batch import sign_batch
from node.crypto.receipts import RECEIPT_BYTES, Status, unpack_receipt
from node.crypto.rolekeys import RoleKey
from node.crypto.statement import unpack_statement
from node.crypto.suite import SigningKey
from node.crypto.text import from_base64url, to_base64url
from node.service.evidence.files import Evidence, EvidenceFile, Report, verify
from registry.ceremony import create_registry
from registry.errors import BadRegistryFile
from registry.record import MessageKey, Record, encode_record, sign_record
from registry.repository import Repository
from registry.roots import parse_metadata
from registry.tufkeys import signers
from registry.tuftypes import Root
from tests.evidence_support import archiving, flipped, opened, with_file, with_letter, without_files
from tests.registry_world import message_key
from tests.world import NOW, make_world

THIEF = b"\x66" * 64
EVERY = {"statement": 11, "signature": 197, "receipt": 211}  # bytes from one try to the next


@dataclass(frozen=True)
class Case:
    """What an exchange left: what XD exported, the pinned root, the record of XA, and both countries' message keys."""

    given: Evidence
    root: bytes
    record: Record
    keys: dict[str, SigningKey]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return asyncio.run(exchanged(tmp_path_factory.mktemp("world")))


@pytest.fixture
def given(case: Case) -> Evidence:
    """A letter of XA's, then two of XD's own."""
    return case.given


async def exchanged(folder: Path) -> Case:
    world = make_world(folder, "XD", "XA")
    try:
        both = await archiving(world)
        data = await both.evidence("XD", await both.question_and_answer())
    finally:
        await world.close()
    keys = {code: country.node.keys.message for code, country in world.countries.items()}
    return Case(opened(data), both.root, world.registry.records["XA"], keys)


def report(case: Case, data: bytes) -> Report:
    return verify(data, case.root)


def test_attack_25_a_third_party_decides_with_the_registry_history_alone(case: Case, given: Evidence) -> None:
    """No node, no network: the file and the root that the maintainers published."""
    assert report(case, msgspec.json.encode(given)) == Report(3, 3, [])


@pytest.mark.parametrize("part", EVERY)
def test_attack_25_a_flipped_byte_in_a_letter_is_named(case: Case, given: Evidence, part: str) -> None:
    """S, SIG and R || SIG: the letter is named, and neither counts what does not verify."""
    letter = given.letters[1]
    data = from_base64url(getattr(letter, part))
    for place in {*range(0, len(data), EVERY[part]), len(data) - 1}:
        judged = report(case, with_letter(given, 1, **{part: flipped(data, place)}))

        assert (judged.letters, judged.receipts) == ((3, 2) if part == "receipt" else (2, 2)), place
        assert len(judged.faults) == 1 and judged.faults[0].startswith(f"letter 2 ({letter.letter}): "), place


KINDS = ("snapshot.json", "targets.json", "c-XA.json", "record.json", "record.sig")


@pytest.mark.parametrize("kind", KINDS)
def test_attack_25_a_flipped_byte_in_a_registry_file_is_named(case: Case, given: Evidence, kind: str) -> None:
    """The file is named, whatever hash the evidence gives for it, and no letter under it counts."""
    (file,) = [one for one in given.files if one.name.endswith(kind) and not one.name.startswith("XD/")]
    size = len(from_base64url(file.data))
    for place in range(0, size, size // 12):
        judged = report(case, with_file(given, file.name, partial(flipped, place=place)))

        assert any(file.name in fault for fault in judged.faults), (place, judged.faults)
        assert judged.letters < 3 and judged.receipts < 3, place


def test_attack_25_damage_of_a_file_is_named_even_where_it_changes_no_meaning(case: Case, given: Evidence) -> None:
    """A line break at the end of a snapshot is the same snapshot and another file."""
    name = next(file.name for file in given.files if file.name.endswith("snapshot.json"))
    files = [
        msgspec.structs.replace(file, data=to_base64url(from_base64url(file.data) + b"\n"))
        if file.name == name
        else file
        for file in given.files
    ]
    judged = report(case, msgspec.json.encode(msgspec.structs.replace(given, files=files)))

    assert f"{name}: file is not the one that was exported" in judged.faults


@pytest.mark.parametrize("kind", KINDS)
def test_attack_25_a_missing_registry_file_proves_nothing(case: Case, given: Evidence, kind: str) -> None:
    judged = report(case, without_files(given, lambda name: name.endswith(kind)))

    assert judged.letters < 3 and judged.faults


def test_attack_25_a_receipt_for_another_letter_is_named(case: Case, given: Evidence) -> None:
    """R names S and the envelope by hash: it cannot be moved to a letter that was never received."""
    judged = report(case, with_letter(given, 0, receipt=given.letters[2].receipt))

    assert (judged.letters, judged.receipts) == (3, 2)
    assert judged.faults == [f"letter 1 ({given.letters[0].letter}): receipt names another statement"]


def test_attack_25_a_receipt_of_another_envelope_is_named(case: Case, given: Evidence) -> None:
    judged = report(case, with_letter(given, 0, envelope="0" * 64))

    assert judged.faults == [f"letter 1 ({given.letters[0].letter}): receipt names another envelope"]


def made_receipt(case: Case, signer: str, **changes: Any) -> bytes:
    """R || SIG for XD's first letter, truly signed by `signer`, with some fields of its choice."""
    kept = from_base64url(case.given.letters[1].receipt or "")
    receipt = replace(unpack_receipt(kept[:RECEIPT_BYTES]), key_id=case.keys[signer].key_id, **changes)
    (sig,) = sign_batch([receipt.pack()], case.keys[signer], labels.CONTEXT_RECEIPT, lambda n: bytes(n))
    return receipt.pack() + sig


def test_attack_25_a_country_cannot_receipt_its_own_letter(case: Case, given: Evidence) -> None:
    """XD signs a receipt itself, as XD or in XA's name: only the recipient's answer proves that it arrived."""
    genuine = report(case, with_letter(given, 1, receipt=made_receipt(case, "XA")))
    as_itself = report(case, with_letter(given, 1, receipt=made_receipt(case, "XD", country="XD")))
    as_other = report(case, with_letter(given, 1, receipt=made_receipt(case, "XD")))

    assert genuine == Report(3, 3, [])
    assert as_itself.receipts == as_other.receipts == 2
    assert "receipt is of XD; expected XA" in as_itself.faults[0]
    assert "receipt is signed by a key that no verified record of XA here lists" in as_other.faults[0]


def test_attack_25_a_receipt_that_names_another_envelope_id_is_named(case: Case, given: Evidence) -> None:
    """Wire 4: another id is right only where the same letter had come before in another envelope."""
    stored = report(case, with_letter(given, 1, receipt=made_receipt(case, "XA", eid=bytes(16))))
    again = made_receipt(case, "XA", eid=bytes(16), status=Status.ALREADY_RECEIVED)

    assert stored.receipts == 2 and "receipt names another envelope id" in stored.faults[0]
    assert report(case, with_letter(given, 1, receipt=again)) == Report(3, 3, [])


def test_attack_25_one_letter_counts_once(case: Case, given: Evidence) -> None:
    """Evidence cannot be made to look like more by repeating it."""
    twice = msgspec.structs.replace(given, letters=[*given.letters, given.letters[0]])
    judged = report(case, msgspec.json.encode(twice))

    assert (judged.letters, judged.receipts) == (3, 3)
    assert len(judged.faults) == 1 and "stands here twice" in judged.faults[0]


def test_attack_25_a_letter_of_the_other_direction_or_country_is_named(case: Case, given: Evidence) -> None:
    turned = report(case, with_letter(given, 0, direction="out"))
    other = report(case, msgspec.json.encode(msgspec.structs.replace(given, peer="XB")))

    assert turned.letters == 2 and "not between the two countries" in turned.faults[0]
    assert other.letters == 0 and len(other.faults) == 3


def test_attack_25_a_statement_by_a_key_that_no_record_lists_is_named(case: Case, given: Evidence) -> None:
    """Somebody signs in XA's name with a key of their own."""
    forged = replace(unpack_statement(from_base64url(given.letters[0].statement)), sender_key=SigningKey(THIEF).key_id)
    (sig,) = sign_batch([forged.pack()], SigningKey(THIEF), labels.CONTEXT_ENVELOPE, lambda n: bytes(n))
    judged = report(case, with_letter(given, 0, statement=forged.pack(), signature=sig, receipt=None))

    assert judged.letters == 2
    assert "signed by a key that no verified record of XA here lists" in judged.faults[0]


def test_attack_25_a_record_that_lists_a_thiefs_key_needs_the_countrys_role_keys(case: Case, given: Evidence) -> None:
    """The record signs itself with the thief's key; XA's offline role never named it."""
    listed = msgspec.convert(message_key(THIEF, NOW, NOW + 999), MessageKey)
    stolen = msgspec.structs.replace(case.record, message_keys=[listed])
    record = encode_record(stolen)
    changes = {"record.json": record, "record.sig": sign_record(record, SigningKey(THIEF))}
    data = msgspec.json.encode(given)
    for ending, new in changes.items():
        name = next(file.name for file in given.files if file.name.startswith("XA/") and file.name.endswith(ending))
        data = with_file(opened(data), name, always(new))

    judged = report(case, data)

    assert (judged.letters, judged.receipts) == (2, 0)
    assert any("record.json does not have the hash it was announced with" in fault for fault in judged.faults)


def test_attack_25_a_registry_of_somebodys_own_proves_nothing(given: Evidence, tmp_path: Path) -> None:
    """Judged by the root of other maintainers, none of these files is from a registry."""
    keys = {name: own_key(name) for name in ("ada", "bo", "cyd")}
    registry = create_registry(Repository(tmp_path), keys, 2, own_key("online"), SteppedClock(NOW))
    judged = verify(msgspec.json.encode(given), registry.repository.root_bytes())

    assert (judged.letters, judged.receipts) == (0, 0)
    assert any("snapshot.json: " in fault for fault in judged.faults)


def test_attack_25_a_next_root_needs_the_maintainers_of_the_one_before(case: Case, given: Evidence) -> None:
    """Nobody can put maintainers of their own behind the pinned root."""
    root = parse_metadata(case.root, Root)
    root.signed.version = 2
    root.signatures.clear()
    for signer in signers(own_key("maintainer")):
        root.sign(signer, append=True)
    data = root.to_bytes()
    forged = EvidenceFile(name="2.root.json", sha256=hashlib.sha256(data).hexdigest(), data=to_base64url(data))
    judged = report(case, msgspec.json.encode(msgspec.structs.replace(given, files=[forged, *given.files])))

    assert judged.letters == 3
    assert any(fault.startswith("2.root.json: ") for fault in judged.faults)


def always(data: bytes) -> Callable[[bytes], bytes]:
    return lambda _: data


def own_key(name: str) -> RoleKey:
    return RoleKey(hashlib.shake_256(f"somebody's own {name}".encode()).digest(64))


def test_attack_25_an_unused_file_cannot_hide_in_evidence(case: Case, given: Evidence) -> None:
    hidden = EvidenceFile(name="XA/note.txt", sha256=hashlib.sha256(b"x").hexdigest(), data=to_base64url(b"x"))
    judged = report(case, msgspec.json.encode(msgspec.structs.replace(given, files=[*given.files, hidden])))

    assert judged.faults == ["XA/note.txt: no verified state of the registry uses this file"]


JUNK: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "not json": lambda data: b"\x00" + data,
    "cut": lambda data: data[: len(data) // 2],
    "a list": lambda data: b"[" + data + b"]",
    "another format": lambda data: data.replace(b"trm/v1/evidence", b"trm/v2/evidence"),
    "a field too many": lambda data: b'{"salt":"",' + data[1:],
    "a key twice": lambda data: b'{"letters":[],' + data[1:],
    "a name that is a path": lambda data: data.replace(b'"1.snapshot.json"', b'"../\\u0000"').replace(b"XA/", b"\\n/"),
    "deep": lambda data: b'{"letters":' + b"[" * 5000 + b"]" * 5000 + b"}",
}


@pytest.mark.parametrize("kind", JUNK)
def test_attack_25_what_is_no_evidence_is_said_in_one_sentence(case: Case, given: Evidence, kind: str) -> None:
    judged = report(case, JUNK[kind](msgspec.json.encode(given)))

    assert (judged.letters, judged.receipts, len(judged.faults)) == (0, 0, 1)
    assert judged.faults[0].startswith("file is no evidence: ")


def test_attack_25_a_pinned_root_that_is_none_is_the_callers_mistake(given: Evidence) -> None:
    with pytest.raises(BadRegistryFile):
        verify(msgspec.json.encode(given), b"{}")
