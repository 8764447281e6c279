"""`trm-node restore --keys`: on a machine that lost both, also where the command died on its way or the copy lies."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

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
