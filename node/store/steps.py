"""Which steps of the schema a database has, which this program would add, and whether they run on a copy of it.

Nothing here changes the database itself. Source: interface O9, migration dry run.
"""

import inspect
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from node.errors import Unavailable
from node.store.connect import open_reader
from node.store.copy import copy_into
from node.store.db import Store
from node.store.migrations import APPLICATION_ID, NODE, SCHEMA_VERSION, must_know


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, what it brought, and when this database took it; empty while it is missing."""

    name: str
    says: str
    at: str


def steps_of(connection: sqlite3.Connection) -> list[Step]:
    """Every step that this program knows, in order; NewerSchema where the database took others."""
    rows = connection.execute("select name, applied_at from _sqlite_migrations where migration_set='node' order by id")
    taken: dict[str, str] = dict(rows.fetchall())
    must_know(taken)
    return [Step(one.name, inspect.getdoc(one.fn) or "", taken.get(one.name, "")) for one in NODE._migrations]


def steps_in(database: Path) -> list[Step]:
    """The same of a file, also beside a running node; NewerSchema where this program is the older one."""
    with closing(open_reader(database, APPLICATION_ID, SCHEMA_VERSION)) as connection:
        return steps_of(connection)


def try_on_a_copy(database: Path, beside: Path) -> None:
    """Take the missing steps on a copy that is thrown away, and check it whole. Unavailable says what does not fit."""
    with tempfile.TemporaryDirectory(dir=beside, prefix=".tried-") as folder:
        copy = Path(folder) / database.name
        copy_into(database, copy)
        try:
            store = Store.open(copy, create=False)
        except sqlite3.Error as error:
            raise Unavailable(f"a step does not fit this database: {error}; keep the old program, report it") from error
        try:
            found = store.check()
        finally:
            store.close()
    if found:
        raise Unavailable(f"the copy is not whole after the steps: {found[0]}; keep the old program and report it")


def take_steps(database: Path) -> None:
    """Take the missing steps, each whole or not at all. The node is stopped, and its folder is ours."""
    Store.open(database, create=False).close()
