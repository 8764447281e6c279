"""`trm-node restore --keys`: on a machine that lost both, also where the command died on its way or the copy lies."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from node.store.folder import DataFolder
from tests.cli_world import copied_node, run
from tests.test_cli_keep import has_case, with_two_and_a_case


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stopped node of XA with two coordinators and one case."""
    return copied_node("two coordinators and a case", with_two_and_a_case, tmp_path)


@pytest.mark.parametrize("came", [["node.key"], ["node.key", "node-record.json"]])
def test_a_restore_of_the_keys_that_died_on_its_way_is_given_again(folder: Path, came: list[str]):
    """The key file is there and `keys.db` is not: nobody must know which file to remove by hand."""
    run(folder, "backup", str(folder / "copy.db"))
    run(folder, "backup", "--keys", str(folder / "keys.copy"))
    came_back = {name: (folder / "data" / name).read_bytes() for name in came}
    shutil.rmtree(folder / "data")
    (folder / "data").mkdir(mode=0o700)
    for name, data in came_back.items():
        (folder / "data" / name).write_bytes(data)

    back = run(folder, "restore", str(folder / "copy.db"), "--keys", str(folder / "keys.copy"), "--yes")

    assert back.exit_code == 0, back.output
    assert has_case(folder)


def test_a_copy_of_the_keys_writes_no_other_file(folder: Path):
    """Whoever held the copy may have put more into it: a name that leads out of the data folder."""
    run(folder, "backup", str(folder / "copy.db"))
    run(folder, "backup", "--keys", str(folder / "keys.copy"))
    with closing(sqlite3.connect(folder / "keys.copy")) as copy:
        copy.execute("create temp table more as select * from secret where name = 'file.node.key'")
        copy.execute("update more set name = 'file.../node.toml'")
        copy.execute("insert into secret select * from more")
        copy.commit()
    shutil.rmtree(folder / "data")
    (folder / "data").mkdir(mode=0o700)
    before = (folder / "node.toml").read_bytes()

    back = run(folder, "restore", str(folder / "copy.db"), "--keys", str(folder / "keys.copy"), "--yes")

    assert back.exit_code == 0, back.output
    assert (folder / "node.toml").read_bytes() == before


def test_the_key_file_of_another_node_is_not_written_over(folder: Path):
    """Its `keys.db` was moved aside for a moment: without this file it opens never again."""
    run(folder, "backup", str(folder / "copy.db"))
    run(folder, "backup", "--keys", str(folder / "keys.copy"))
    (folder / "data" / "keys.db").rename(folder / "aside.db")
    other = (folder / "data" / "node.key").read_bytes()[::-1]
    (folder / "data" / "node.key").write_bytes(other)

    refused = run(folder, "restore", str(folder / "copy.db"), "--keys", str(folder / "keys.copy"), "--yes")

    assert refused.exit_code == 1 and "this data folder has keys" in refused.output
    assert (folder / "data" / "node.key").read_bytes() == other


def test_nothing_is_restored_under_a_node_that_runs(folder: Path):
    run(folder, "backup", str(folder / "copy.db"))
    there = (folder / "data" / "node.db").read_bytes()

    with DataFolder(folder / "data").lock():
        refused = run(folder, "restore", str(folder / "copy.db"), "--yes")

    assert refused.exit_code == 1 and "in use by process" in refused.output
    assert (folder / "data" / "node.db").read_bytes() == there
    assert not list((folder / "data").glob("node.db.before-restore*"))
