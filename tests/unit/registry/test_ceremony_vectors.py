"""Our vector files of the ceremony: what countries, maintainers and nodes hand each other."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from node.crypto.pop import open_nonce
from node.crypto.suite import KemKey
from node.crypto.text import from_base64url, read_json, text_of
from node.errors import OpenTRMError
from registry.ceremony import publish
from registry.concern import read_concern
from registry.errors import BadRegistryFile
from registry.possession import Nonces, answer_challenge, check_answer
from registry.proposal import merge, read_proposal
from registry.record import KeyStatus, read_node_record
from registry.request import read_request
from registry.roots import complete_signers
from registry.suspension import publish_suspension
from tests.registry_world import RegistryWorld
from tests.vectors.fixed_keys import keys_of
from tests.vectors.registry_made import registry_world
from tests.vectors_support import OWN, load_all, unbase64

ALL = load_all(OWN)


def of_kind(kind: str) -> pytest.MarkDecorator:
    found = [one for one in ALL.values() if one["kind"] == kind]
    return pytest.mark.parametrize("vector", found, ids=[one["name"] for one in found])


@pytest.fixture
def world() -> Iterator[RegistryWorld]:
    with registry_world() as made:
        yield made


def judged(judge: Callable[..., Any], *more: object) -> tuple[Any, str]:
    """What the judge makes of the file, and the sentence of its refusal: empty where it takes the file."""
    try:
        return judge(*more), ""
    except OpenTRMError as error:
        return None, str(error)


def as_told(vector: dict[str, Any], refused: str) -> bool:
    """Whether the file was taken, or refused with the words that it names itself."""
    return refused == "" if vector["expect"]["ok"] else vector["expect"]["refused"] in refused


@of_kind("node-record")
def test_a_record_on_its_way_to_the_role_keys_is_judged_as_its_file_says(vector: dict[str, Any]) -> None:
    """Registry 4.4 step 2: signed by the node before anybody carries it."""
    read, refused = judged(read_node_record, unbase64(vector["bytes"]))

    assert as_told(vector, refused)
    assert read is None or read[0].country == "XT"


@of_kind("request")
def test_a_request_is_judged_as_its_file_says(vector: dict[str, Any]) -> None:
    """Registry 4.4 step 5: both halves of the role key signed exactly this record."""
    request, refused = judged(read_request, unbase64(vector["bytes"]))

    assert as_told(vector, refused)
    if request is not None:
        found = (request.code, request.version, request.fingerprint)
        assert found == tuple(vector["expect"][name] for name in ("country", "role_version", "fingerprint"))


@of_kind("proposal")
def test_a_proposal_is_published_or_not_as_its_file_says(vector: dict[str, Any], world: RegistryWorld) -> None:
    """Registry 4.2: 2k of 2n keys, and k maintainers with both of theirs."""
    copies = [unbase64(one) for one in vector["copies"]]
    root = world.repository.root()

    _, refused = judged(publish, world.publisher, copies)

    assert as_told(vector, refused)
    if vector["expect"]["complete"]:
        assert sorted(complete_signers(root, merge(copies).metadata)) == vector["expect"]["complete"]
    elif len(copies) > 1:
        with pytest.raises(BadRegistryFile, match="different proposals"):
            merge(copies)
    if vector["expect"]["ok"]:
        kind = read_proposal(copies[0]).kind
        assert (world.repository.root().version, world.repository.version_of("c-XT")) == (
            (2, 0) if kind == "root" else (1, 1)
        )


@of_kind("suspension")
def test_a_suspension_is_published_or_not_as_its_file_says(vector: dict[str, Any], world: RegistryWorld) -> None:
    """Registry, decided 4: one whole maintainer, 72 hours."""
    said, refused = judged(publish_suspension, world.publisher, unbase64(vector["bytes"]))

    assert as_told(vector, refused)
    if said is not None:
        found = (said.country, said.maintainer, said.until)
        assert found == tuple(vector["expect"][name] for name in ("country", "maintainer", "until"))


@of_kind("challenge")
def test_a_challenge_opens_with_the_keys_it_is_for_and_no_others(vector: dict[str, Any]) -> None:
    """Registry, decided 7: two nonces, two keys, one country."""
    keys, data = keys_of("XT"), unbase64(vector["bytes"])
    groups = read_request(unbase64(ALL["own-request"]["bytes"])).fingerprint
    both = (keys.message, KemKey(keys.kem_fallback_seed), keys.office)

    answer, refused = judged(answer_challenge, data, "XT", groups, *both)

    assert as_told(vector, refused)
    if answer is not None:
        opened = {name: open_nonce(key, "XT", from_base64url(text_of(read_json(data)[name])))
                  for name, key in (("kem", both[1]), ("office", both[2]))}  # fmt: skip
        assert {name: one.hex() for name, one in opened.items()} == {n: vector["expect"][n] for n in opened}
        check_answer(answer, read_request(unbase64(ALL["own-request"]["bytes"])), Nonces(**opened))


@of_kind("challenge-answer")
def test_an_answer_to_a_challenge_is_judged_as_its_file_says(vector: dict[str, Any]) -> None:
    """Registry, decided 7: who opened both nonces signed both."""
    nonces = Nonces(bytes.fromhex(vector["kem"]), bytes.fromhex(vector["office"]))
    request = read_request(unbase64(ALL[vector["request"]]["bytes"]))

    _, refused = judged(check_answer, unbase64(vector["bytes"]), request, nonces)

    assert as_told(vector, refused)


@pytest.mark.parametrize("status", ["retired", "revoked"])
def test_a_concern_by_a_key_that_is_current_no_more_is_not_heard(world: RegistryWorld, status: KeyStatus) -> None:
    """H14: a key that was given up for stolen must not accuse other countries."""
    record = world.repository.record("XD")
    assert record is not None
    keys = [msgspec.structs.replace(key, status=status) for key in record.message_keys]
    data = unbase64(ALL["own-concern"]["bytes"])

    _, refused = judged(read_concern, data, {"XD": msgspec.structs.replace(record, message_keys=keys)})

    assert refused == "concern is not signed by a current key of its sender; phone them"


@of_kind("concern")
def test_a_concern_is_judged_as_its_file_says(vector: dict[str, Any], world: RegistryWorld) -> None:
    """H14: signed by a current key of the sender's published record."""
    records = {code: record for code in ("XA", "XD") if (record := world.repository.record(code))}

    said, refused = judged(read_concern, unbase64(vector["bytes"]), records)

    assert as_told(vector, refused)
    if said is not None:
        assert (said.about, said.code) == (vector["expect"]["about"], vector["expect"]["code"])
