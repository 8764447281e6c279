"""The doctor of a node whose files cannot be written: it says so, restores nothing, and leaves nothing behind."""

import json
import os
from pathlib import Path

import pytest

from tests.cli_world import copied_node, make_node, run
from tests.crash.disks import read_only


@pytest.fixture
def node(tmp_path: Path) -> Path:
    return copied_node("node for its doctor", _make, tmp_path)


def _make(folder: Path) -> None:
    make_node(folder)


def _wrong(folder: Path) -> dict[str, tuple[str, str]]:
    result = run(folder, "doctor", "--json")
    found = {one["check"]: (one["says"], one["fix"]) for one in json.loads(result.output)["findings"]
             if one["level"] == "wrong"}  # fmt: skip
    assert result.exit_code == (1 if found else 0)
    return found


@pytest.mark.parametrize("name", ["node.db", "keys.db", "lock", "journal", "00000001.journal"])
def test_the_doctor_says_which_file_the_user_of_the_node_cannot_write(node: Path, name: str):
    """Serve refuses such a folder; a doctor that found it well would send its operator to look elsewhere."""
    (path,) = (node / "data").rglob(name)
    path.chmod(path.stat().st_mode & ~0o222)

    found = _wrong(node)
    path.chmod(path.stat().st_mode | 0o200)

    says, fix = found["access"]
    assert says.startswith(f"{'journal folder' if name == 'journal' else name} cannot be written by the user")
    assert "chmod u+rw" in fix and "restore no backup" in fix
    assert _wrong(node) == {}


def test_of_a_read_only_disk_the_doctor_never_says_that_keys_are_to_be_restored(node: Path):
    """Who restores an old copy of good keys loses what was sealed since."""
    with read_only(node / "data"):
        found = _wrong(node)

    assert found["access"][0].startswith("data folder, lock, node.db, keys.db, ")
    assert "secrets" not in found, found
    assert not [fix for _, fix in found.values() if "restore" in fix.replace("restore no backup", "")]
    assert _wrong(node) == {}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file to another user")
def test_a_file_of_another_user_is_found_by_a_doctor_that_runs_as_root(node: Path):
    (node / "data/registry/files").mkdir(parents=True)
    for name in ("keys.db", "registry/files"):  # whoever once ran the client of the registry as root
        os.chown(node / "data" / name, 65534, 65534)

    says, _ = _wrong(node)["access"]
    assert says.startswith("keys.db, registry/files cannot be written by the user of this node")


def test_the_doctor_of_a_stopped_node_leaves_no_file_and_changes_none(node: Path):
    """Files that root left beside the databases would keep the node's own user from starting it."""
    before = {path: path.read_bytes() for path in (node / "data").rglob("*") if path.is_file()}

    assert _wrong(node) == {}

    assert {path: path.read_bytes() for path in (node / "data").rglob("*") if path.is_file()} == before
