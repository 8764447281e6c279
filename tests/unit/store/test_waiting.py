"""How a desk's lists are found: one person's by the keys of their cases, everybody's in the order they are shown in.

Whatever is sorted, or read whole, of all that waits grows with the number of cases. Source: issue 4, numbers.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from node.store.cases import CaseRow
from node.store.db import Store
from node.store.narrowed import Part
from node.store.waiting import Waiting
from node.store.work import Work
from tests.unit.store.test_narrowed import Explained

LISTS: dict[str, Callable[[Waiting, str | None], object]] = {
    "deadline": lambda waiting, user: waiting.deadlines(user, 5),
    "task": lambda waiting, user: waiting.tasks(user, 5),
    "unopened": lambda waiting, user: waiting.unopened(user, 5),
    "held": lambda waiting, user: waiting.held(user, 5),
}


def plan(folder: Path, of: str, user: str | None) -> list[str]:
    """The steps by which SQLite finds this list in a new database."""
    Store.open(folder / "node.db").close()
    with closing(sqlite3.connect(folder / "node.db", factory=Explained)) as connection:
        LISTS[of](Waiting(connection), user)
        return list(connection.steps)


@pytest.mark.parametrize("of", LISTS)
def test_a_list_of_everybodys_is_read_in_its_order_and_not_sorted(tmp_path: Path, of: str) -> None:
    """With a million cases two thousand letters are held, and thirty of them are shown."""
    steps = plan(tmp_path, of, None)

    assert len(steps) == 1 and " USING " in steps[0], steps


@pytest.mark.parametrize("of", LISTS)
def test_whose_a_case_is_and_what_matters_it_has_is_read_from_indexes_alone(tmp_path: Path, of: str) -> None:
    """A case and a matter have wide rows, each on another page; of them a list shows only what is pressing."""
    steps = plan(tmp_path, of, "u")

    assert steps.count("SEARCH case_file USING COVERING INDEX case_owner (owner=?)") == 3, steps
    assert of == "task" or "SEARCH t USING COVERING INDEX thread_case (case_id=?)" in steps, steps


def test_held_letters_of_ones_own_are_looked_for_among_the_held_alone(tmp_path: Path) -> None:
    steps = plan(tmp_path, "held", "u")

    assert "SEARCH l USING INDEX letter_thread (peer=? AND thread_id=? AND <expr>=?)" in steps, steps


def test_nothing_of_an_erased_case_waits_for_anybody(tmp_path: Path) -> None:
    """Its row stays so that evidence keeps its place, and belongs to whoever owned it."""
    store = Store.open(tmp_path / "node.db")

    def put(work: Work) -> None:
        for case_id, owner in (("c1", "u"), ("c2", "u"), ("c3", None), ("c4", None)):
            work.cases.put(CaseRow(case_id, b"dek", b"sealed", 1, 1, owner, None))
            work.tasks.add("letter_refused", 1, case_id=case_id)
        work.cases.erase("c2", 2)
        work.cases.erase("c4", 2)

    store.write_sync(put)
    waiting = store.read_sync(lambda reader: [task.case_id for task in reader.waiting.tasks("u", 9)])
    part = Part("u", "mine"), Part(None, "nobody")
    with closing(sqlite3.connect(tmp_path / "node.db")) as connection:
        narrowed = [
            connection.execute(f"{one.cases} select case_id from mine", {"user": "u"}).fetchall() for one in part
        ]
    store.close()

    assert waiting == ["c1", "c3"]
    assert narrowed == [[("c1",)], [("c3",)]]
