"""The schema comes in numbered steps, each whole or not at all."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils.migrations import Migrations

from node.store.db import Store
from node.store.migrations import NODE, SCHEMA_VERSION, migrate, statements
from node.store.schema import schema_page

PAGE = Path(__file__).parents[3] / "docs" / "schema.md"


def test_the_schema_page_is_current():
    """Run `python -m node.store.schema docs/schema.md` when this fails."""
    assert PAGE.read_text(encoding="utf-8") == schema_page()


def test_a_new_database_carries_the_number_of_its_schema(store):
    assert store.read_sync(lambda r: r.connection.execute("pragma user_version").fetchone()) == (SCHEMA_VERSION,)


def test_an_older_database_gets_the_steps_it_lacks_and_keeps_its_rows(path):
    """An update of the program on a folder that holds cases."""
    old = sqlite3.connect(path, isolation_level=None)
    first_only = Migrations("node")
    first_only()(NODE._migrations[0].fn)
    migrate(old, first_only)
    old.execute("pragma application_id=1414679857")
    old.execute("insert into meta (name, value) values ('kept', 5)")
    assert old.execute("pragma user_version").fetchone() == (1,)
    old.close()

    store = Store.open(path, create=False)

    assert store.read_sync(lambda r: (r.meta.get("kept"), r.outbox.busy_peers())) == (5, [])
    assert store.read_sync(lambda r: r.connection.execute("pragma user_version").fetchone()) == (SCHEMA_VERSION,)
    store.close()


def test_letters_of_an_older_database_stay_letter_by_letter(path):
    """The step that makes the table of letters anew; our letter's receipt stands with its envelope ever since."""
    old = sqlite3.connect(path, isolation_level=None)
    before = Migrations("node")
    for step in NODE._migrations[:9]:
        before(name=step.name)(step.fn)
    migrate(old, before)
    old.execute("pragma application_id=1414679857")
    columns = [row[1] for row in old.execute("pragma table_info(letter)")]
    blobs, numbers = (
        ("eid", "sealed", "s", "sig", "salt", "receipt"),
        ("at", "opened_at", "retention_until", "erase_at"),
    )
    for place, direction in enumerate(("in", "out", "in")):
        values = [
            direction if name == "direction" else b"%d" % place if name in blobs else place + 1 if name in numbers
            else f"{name} {place}" for name in columns
        ]  # fmt: skip
        old.execute(f"insert into letter ({','.join(columns)}) values ({','.join('?' * len(columns))})", values)
    names = ",".join(name for name in columns if name != "receipt")
    kept = old.execute(f"select {names} from letter order by letter_id").fetchall()
    old.close()

    store = Store.open(path, create=False)

    found = store.read_sync(lambda r: r.connection.execute(f"select {names} from letter order by letter_id").fetchall())
    receipts = store.read_sync(lambda r: r.connection.execute("select direction, receipt from letter").fetchall())
    store.close()
    assert found == kept
    assert sorted(receipts) == [("in", b"0"), ("in", b"2"), ("out", None)]


def test_a_step_that_fails_leaves_nothing_of_itself():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    steps = Migrations("node")

    @steps()
    def m001_good(db) -> None:
        db.conn.execute("create table good (a) ")

    @steps()
    def m002_bad(db) -> None:
        db.conn.execute("create table half (a)")
        db.conn.execute("create table good (a)")

    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(connection, steps)

    names = {row[0] for row in connection.execute("select name from sqlite_schema where type='table'")}
    connection.close()
    assert "good" in names
    assert "half" not in names


def test_a_script_is_cut_at_the_ends_of_its_statements():
    script = "create table a (b); -- a; comment\ncreate table c (\n  d text default ';'\n);\n"

    assert len(list(statements(script))) == 2
