"""Jobs that share one way back: whichever fails, it leaves nothing, and the others leave all they did, once (P26)."""

import random
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from node.store.together import Together


@dataclass
class Played:
    """A job that writes `rows` rows; `fails` says when, and `fails_again` whether it does so only when run anew."""

    name: str
    again: bool = True
    rows: int = 1
    fails: str = ""  # "early": before it wrote, "late": after
    fails_again: bool = False
    runs: int = 0
    told: list[str] = field(default_factory=list)

    def forget(self) -> None:
        """As a job of the writer does."""
        self.told.clear()

    def run(self, connection: sqlite3.Connection) -> bool:
        """Whether it went well."""
        self.runs += 1
        now = self.fails if not self.fails_again or self.runs > 1 else ""
        if now == "early":
            return False
        connection.executemany("insert into done values (?)", [(self.name,)] * self.rows)
        self.told.append(self.name)
        return now != "late"

    @property
    def stays(self) -> bool:
        """Whether it went well the last time it ran."""
        return not self.fails or (self.fails_again and self.runs == 1)


@pytest.fixture
def connection(tmp_path: Path) -> sqlite3.Connection:
    made = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    made.execute("create table done (name text)")
    return made


def play(connection: sqlite3.Connection, *jobs: Played) -> list[str]:
    """The rows that stand there after a transaction of these jobs, in order."""
    connection.execute("delete from done")
    together = Together[Played](connection, lambda job: job.run(connection))
    for job in jobs:
        together.run(job)
    connection.execute("commit")
    return [row[0] for row in connection.execute("select name from done order by rowid")]


@pytest.mark.parametrize("place", range(4))
def test_one_that_fails_after_it_wrote_leaves_nothing_and_the_others_all(
    connection: sqlite3.Connection, place: int
) -> None:
    """Wherever it stands among those that may be run again."""
    jobs = [Played("abcd"[i], fails="late" if i == place else "") for i in range(4)]

    assert play(connection, *jobs) == [one.name for one in jobs if not one.fails]
    assert [one.runs for one in jobs] == [2 if i < place else 1 for i in range(4)]
    assert all(one.told == [one.name] for one in jobs if not one.fails), "what follows of it follows once"


def test_one_that_fails_before_it_wrote_makes_nobody_run_again(connection: sqlite3.Connection) -> None:
    """Nothing has to be undone: nearly all that is refused is refused so."""
    jobs = Played("a"), Played("b", fails="early"), Played("c")

    assert play(connection, *jobs) == ["a", "c"]
    assert [one.runs for one in jobs] == [1, 1, 1]


def test_one_that_must_not_run_twice_never_does(connection: sqlite3.Connection) -> None:
    """It has a mark of its own on both sides, whoever fails beside it."""
    alone = Played("b", again=False)
    jobs = Played("a", fails="late"), alone, Played("c"), Played("d", fails="late"), Played("e")

    assert play(connection, *jobs) == ["b", "c", "e"]
    assert alone.runs == 1


def test_one_that_fails_only_when_it_is_run_again_leaves_nothing(connection: sqlite3.Connection) -> None:
    """Its caller hears of that failure; those beside it go on."""
    jobs = Played("a"), Played("b", fails="late", fails_again=True), Played("c"), Played("d", fails="late")

    assert play(connection, *jobs) == ["a", "c"]
    assert [one.runs for one in jobs] == [2, 2, 2, 1]


def test_those_that_may_run_again_need_no_savepoint(connection: sqlite3.Connection) -> None:
    """One costs a copy of every page that is written after it; it stands only beside one that must not run twice."""
    said: list[str] = []
    connection.set_trace_callback(said.append)

    play(connection, *(Played(name) for name in "abcde"))
    assert [one for one in said if "savepoint" in one] == []

    play(connection, Played("a"), Played("b", again=False), Played("c"), Played("d"))
    assert len([one for one in said if one.startswith("savepoint")]) == 2


def test_whatever_fails_in_whatever_order_the_rest_stands_once_and_in_order(connection: sqlite3.Connection) -> None:
    """400 transactions of up to nine jobs, drawn."""
    draw = random.Random(17)
    for _ in range(400):
        jobs = [
            Played(
                name=str(number),
                again=draw.random() < 0.7,
                rows=draw.choice([0, 1, 3]),
                fails=draw.choice(["", "", "", "early", "late"]),
                fails_again=draw.random() < 0.3,
            )
            for number in range(draw.randint(1, 9))
        ]

        found = play(connection, *jobs)

        assert found == [one.name for one in jobs if one.stays for _ in range(one.rows)], jobs
        assert all(one.runs == 1 for one in jobs if not one.again)
        assert all(one.told == [one.name] for one in jobs if one.stays)
