"""`trm-node upgrade`: what a newer program would do to the database is tried on a copy, and a copy is made before."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from node.store.migrations import SCHEMA_VERSION
from node.store.steps import steps_in
from tests.cli_world import copied_node, is_one_sentence, make_node, run


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A stopped node whose database lacks the last step, as an older program left it."""
    folder = copied_node("a stopped node", lambda new: (make_node(new), None)[1], tmp_path)
    with closing(sqlite3.connect(folder / "data" / "node.db")) as database:
        database.execute("drop table case_note")
        database.execute("delete from _sqlite_migrations where name='m022_case_notes'")
        database.execute(f"pragma user_version={SCHEMA_VERSION - 1}")
        database.commit()
    return folder


def missing(folder: Path) -> list[str]:
    """The steps that the database lacks."""
    return [one.name for one in steps_in(folder / "data" / "node.db") if not one.at]


def test_steps_are_tried_on_a_copy_and_nothing_is_changed(older: Path):
    """O9: migration dry run."""
    before = {path.name: path.stat().st_mtime_ns for path in (older / "data").iterdir() if path.suffix == ".db"}

    tried = run(older, "upgrade", "--try")

    assert tried.exit_code == 0, tried.output
    assert "m022_case_notes: Notes of colleagues on a case." in tried.output and "the copy is whole" in tried.output
    assert missing(older) == ["m022_case_notes"]
    assert {name: (older / "data" / name).stat().st_mtime_ns for name in before} == before
    assert not list((older / "data").glob(".tried-*"))


def test_a_copy_of_what_was_there_is_made_before_the_steps_are_taken(older: Path, tmp_path: Path):
    """O9: backup before upgrade; the copy is the way back, and has what the old program left."""
    assert is_one_sentence(run(older, "upgrade")) and missing(older)

    done = run(older, "upgrade", str(tmp_path / "before.db"))

    assert done.exit_code == 0, done.output
    assert missing(older) == []
    with closing(sqlite3.connect(tmp_path / "before.db")) as copy:
        assert copy.execute("pragma user_version").fetchone() == (SCHEMA_VERSION - 1,)
    again = run(older, "upgrade", str(tmp_path / "second.db"))
    assert "nothing to do" in again.output and not (tmp_path / "second.db").exists()


def test_a_step_that_does_not_fit_is_said_and_the_database_stays_as_it_was(older: Path, tmp_path: Path):
    """A crash, or a step that fails, leaves whole steps only; here it fails on the copy already."""
    with closing(sqlite3.connect(older / "data" / "node.db")) as database:
        database.execute("create table case_note (something integer) strict")
        database.commit()

    refused = run(older, "upgrade", str(tmp_path / "before.db"))

    assert refused.exit_code == 1 and "a step does not fit this database" in refused.output
    assert missing(older) == ["m022_case_notes"] and not (tmp_path / "before.db").exists()
