"""A restore that dies between each two of its moves: what was there is never without its last commits. Source: H08."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from node.errors import Unavailable
from node.service.upkeep.restore import put_back
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
