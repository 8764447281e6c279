"""Our vector files of the registry: records, whole mirrors look by look, and the files of the ceremony."""

from pathlib import Path
from typing import Any

import pytest

from node.errors import OpenTRMError
from registry.admission import check_record
from registry.record import read_record, verify_record
from tests.vectors.registry_made import Reader
from tests.vectors_support import OWN, load_all, unbase64

ALL = load_all(OWN)


RECORDS = [one for one in ALL.values() if one["kind"] == "record"]
REGISTRIES = [one for one in ALL.values() if one["kind"] == "registry"]


def name_of(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def usable(data: bytes, signature: bytes) -> bool:
    try:
        record = read_record(data)
        check_record(record)
        verify_record(data, signature, record)
    except OpenTRMError:
        return False
    return True


@pytest.mark.parametrize("vector", RECORDS, ids=name_of)
def test_a_record_is_used_or_refused_as_its_file_says(vector: dict[str, Any]) -> None:
    """Registry 4.3: shape, keys, holders, and the signature by a current message key of the record itself."""
    assert usable(unbase64(vector["bytes"]), unbase64(vector["signature"])) == vector["expect"]["ok"]


def served(vector: dict[str, Any]) -> dict[str, bytes]:
    """What the mirror serves before the first look."""
    if "of" not in vector:
        return {}
    return {path: unbase64(data) for look in ALL[vector["of"]]["looks"] for path, data in look["files"].items()}


@pytest.mark.parametrize("vector", REGISTRIES, ids=name_of)
def test_a_node_believes_of_the_registry_what_its_file_says(vector: dict[str, Any], tmp_path: Path) -> None:
    """Registry 4.2, 4.5, 4.6: one node, one mirror, look after look; what does not verify changes nothing."""
    files = served(vector)
    first = {**files, **{path: unbase64(data) for path, data in vector["looks"][0]["files"].items() if data}}
    node = Reader(first["metadata/1.root.json"], tmp_path)

    for look in vector["looks"]:
        files |= {path: unbase64(data) for path, data in look["files"].items() if data is not None}
        files = {path: data for path, data in files.items() if look["files"].get(path, "") is not None}

        assert node.at(look["now"], files) == look["expect"]
