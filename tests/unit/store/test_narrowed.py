"""How the lists of the desk are found: by the cases where these are known, else in their own order.

A planner that goes through all that is due with a country, once for each case, takes seconds with 50,000 cases.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from node.store.db import Store
from node.store.narrowed import Narrowed, Part

EVER = 1 << 62


class Explained(sqlite3.Connection):
    """Notes how SQLite goes about each query."""

    def execute(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        self.steps = [row[-1] for row in super().execute(f"explain query plan {sql}", values)]
        return super().execute(sql, values)


@pytest.mark.parametrize("peer", ["", "XA"])
@pytest.mark.parametrize(("user", "of"), [("u", ""), ("u", "mine"), ("u", "nobody"), (None, "nobody"), (None, "")])
def test_lists_are_found_by_their_cases_or_in_their_order(tmp_path: Path, user: str | None, of: str, peer: str) -> None:
    Store.open(tmp_path / "node.db").close()
    with closing(sqlite3.connect(tmp_path / "node.db", factory=Explained)) as connection:
        narrowed, part = Narrowed(connection), Part(user, of, peer)

        narrowed.due(part, EVER, (0, 0), 5)
        due = "; ".join(connection.steps)
        narrowed.newest(part, (EVER, "g"), 5)
        newest = "; ".join(connection.steps)

    if user is None and not of:
        assert "deadline_open (due_at" in due
        assert ("thread_going_on_with (peer=? AND started_at" if peer else "thread_going_on (started_at") in newest
    else:
        assert "thread_case (case_id=?" in due and "deadline_once (peer=? AND thread_id=?)" in due
        assert "thread_case (case_id=?)" in newest
