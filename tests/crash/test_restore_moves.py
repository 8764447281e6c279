"""A restore that dies between each two of its moves: what was there is never without its last commits. Source: H08."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from node.errors import BadInput, Unavailable
from node.service.upkeep.restore import newest_kept, put_back, staged
from node.store.db import Store
from node.store.folder import DataFolder

LAST = "last_commit"


class Died(BaseException):
    """The process is gone: nothing catches it."""


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A node that was killed after its last commit, which is in the log and not yet in the database."""
    live = DataFolder(tmp_path / "live").create()
    store = Store.open(live.database)
    store.backup(tmp_path / "copy.db")
    store.write_sync(lambda work: work.meta.put(LAST, 1))
    shutil.copytree(live.path, tmp_path / "data")
    store.close()
    assert (tmp_path / "data" / "node.db-wal").stat().st_size > 0
    return DataFolder(tmp_path / "data")


def has_last(database: Path) -> bool:
    """Whether the last commit is there for whoever opens this file."""
    store = Store.open(database, create=False)
    try:
        return store.read_sync(lambda reader: reader.meta.get(LAST)) is not None
    finally:
        store.close()


@pytest.mark.parametrize("move", range(5), ids=lambda move: f"before move {move + 1}")
def test_whenever_a_restore_dies_no_commit_is_lost(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, move: int
):
    """What starts then is the old node, whole, or none; given again, the restore comes to its end."""
    with monkeypatch.context() as patched, pytest.raises(Died):
        dies_before(patched, move, folder.path)
        put_back(folder, tmp_path / "copy.db")

    shutil.copytree(folder.path, tmp_path / "started")
    try:
        assert has_last(tmp_path / "started" / "node.db")
    except Unavailable as error:
        assert "there is no database in the data folder" in error.message
    put_back(folder, tmp_path / "copy.db")
    assert not has_last(folder.database)
    kept = [one for one in folder.path.glob("node.db.before-restore*") if not one.name.endswith(("-wal", "-shm"))]
    assert any(map(has_last, kept))


def test_there_are_no_more_moves_than_are_tried_above(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    dies_before(monkeypatch, 5, folder.path)

    put_back(folder, tmp_path / "copy.db")

    assert sorted(path.name for path in folder.path.iterdir()) == [
        "node.db", "node.db.before-restore", "node.db.before-restore-wal",
    ]  # fmt: skip


def test_what_a_restore_put_aside_comes_back_with_its_log(folder: DataFolder, tmp_path: Path):
    """Whoever took the wrong copy names what was there: its last commits are in the log that lies beside it."""
    put_back(folder, tmp_path / "copy.db")

    put_back(folder, folder.path / "node.db.before-restore")

    assert has_last(folder.database)
    assert (folder.path / "node.db.before-restore-wal").stat().st_size > 0  # what is named stays as it is


def test_what_a_restore_left_on_its_way_is_no_copy_to_restore(folder: DataFolder, tmp_path: Path):
    """It would be taken away to make room for itself."""
    left = staged(folder, tmp_path / "copy.db")

    with pytest.raises(BadInput, match="left on its way"):
        put_back(folder, left)

    assert left.exists() and has_last(folder.database)


def test_what_is_put_aside_lies_beside_no_log_of_another_time(folder: DataFolder, tmp_path: Path):
    """A restore died once it had copied the log, and the node went on: SQLite would lay that log over what is kept."""
    orphan = folder.path / "node.db.before-restore-wal"
    shutil.copy(folder.path / "node.db-wal", orphan)

    put_back(folder, tmp_path / "copy.db")

    assert not (folder.path / "node.db.before-restore").exists()
    assert has_last(folder.path / "node.db.before-restore-2")


def test_what_a_killed_restore_left_gets_into_no_later_one(folder: DataFolder, tmp_path: Path):
    """The log of the copy that it had begun with would be laid over the next one."""
    shutil.copy(folder.path / "node.db-wal", folder.path / "node.db.restoring-wal")

    put_back(folder, tmp_path / "copy.db")

    assert not has_last(folder.database)


def test_the_newest_that_was_put_aside_is_named_and_no_log(folder: DataFolder, tmp_path: Path):
    put_back(folder, tmp_path / "copy.db")
    assert newest_kept(folder) == "node.db.before-restore"

    for number in range(2, 11):
        (folder.path / f"node.db.before-restore-{number}").touch()
    assert newest_kept(folder) == "node.db.before-restore-10"


def test_a_full_disk_leaves_no_half_log_behind(folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each further try would fill the disk with one more, and stand beside the next database of that name."""

    def half(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copy", half)

    with pytest.raises(OSError, match="No space"):
        put_back(folder, tmp_path / "copy.db")

    assert not list(folder.path.glob("node.db.before-restore*"))
    assert has_last(folder.database)


def test_a_restored_database_is_read_by_its_owner_alone(folder: DataFolder, tmp_path: Path):
    """Whatever the shell's mask is, and whoever may read the copy on its disk."""
    (tmp_path / "copy.db").chmod(0o644)
    before = os.umask(0o022)
    try:
        put_back(folder, tmp_path / "copy.db")
    finally:
        os.umask(before)

    assert folder.database.stat().st_mode & 0o077 == 0


def dies_before(patched: pytest.MonkeyPatch, move: int, folder: Path) -> None:
    """Whatever moves, copies or removes something of the database that stands there is counted."""
    left = [move]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            if Path(given[0]).name in ("node.db", "node.db-wal", "node.db-shm") or (
                real is replace and Path(given[0]).parent == folder
            ):
                if left[0] == 0:
                    raise Died
                left[0] -= 1
            return real(*given, **named)

        return call

    replace = Path.replace
    for owner, name in ((Path, "replace"), (Path, "unlink"), (shutil, "copy")):
        patched.setattr(owner, name, counted(getattr(owner, name)))
