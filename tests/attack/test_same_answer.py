"""Attack 57: what a receiver alone knows changes neither the answer nor the work of making it.

Times are measured in `make bench` (`tests/bench/same_answers.py`); a test that measures them would fail by chance.
"""

import random
import sqlite3
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from node.store import connect, db
from tests.attack.same_answer import A_VALUE, COMPARED, PAGE_IN_LOG, OneByOne, make_ready, one_round
from tests.attack.test_uniform_answers import answers_to
from tests.bench.same_answers import ks_bound, ks_distance
from tests.world import World, make_world

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "node"


HANDFUL = 12
BY_CHANCE = {NODE / "store" / "writer.py", NODE / "processors.py"}  # who waits in its queue, who runs where just now
JUDGING = "node/protocol/"  # pure functions over a few facts in memory: no seal, no statement, no letter


@pytest.fixture
def calls() -> Iterator[Counter[str]]:
    """How often each function of ours was called, on every thread begun from now on and on this one."""
    seen: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(NODE) and path not in BY_CHANCE:
            seen[f"{path.relative_to(ROOT).as_posix()}:{frame.f_code.co_name}"] += 1

    threading.setprofile(note)
    sys.setprofile(note)
    yield seen
    sys.setprofile(None)
    threading.setprofile(None)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement any database of this test runs, without its values."""
    said: list[str] = []
    open_writer = connect.open_writer

    def traced(*args: Any, **named: Any) -> sqlite3.Connection:
        connection = open_writer(*args, **named)
        connection.set_trace_callback(lambda statement: said.append(A_VALUE.sub("?", statement)))
        return connection

    monkeypatch.setattr(db, "open_writer", traced)
    return said


class Traced(OneByOne):
    """Keeps what the database was asked for each answer."""

    def __init__(self, world: World, said: list[str]) -> None:
        super().__init__(world)
        self.took: list[tuple[str, ...]] = []
        self.before = said.clear
        self.after = lambda: self.took.append(tuple(said))


async def test_attack_57_size_code_and_work_of_an_answer_depend_on_nothing_that_the_receiver_knows(
    tmp_path: Path, statements: list[str]
) -> None:
    """Attack 57; wire 3 row 14: asylum, a named country, pressure, detention, family, consent, a known person."""
    world = make_world(tmp_path, "XD", "XA")
    ready = await make_ready(world, 1)
    post = Traced(world, statements)

    for turn in range(2):
        post.took.clear()
        answers = await one_round(ready, turn, post)
        took = {one.state: said for one, said in zip(answers, post.took[1:], strict=True)}
        sizes = {one.state: one.size for one in answers}

        assert set(took) == set(COMPARED)
        assert {state for state, like in COMPARED.items() if took[state] != took[like]} == set()
        assert set(sizes.values()) == {4096}
        assert all(took.values())
    assert set(answers_to(world, "XD")) == {(1, 0)}
    await world.close()


async def test_attack_57_an_answer_writes_as_many_pages_whatever_the_receiver_knows(tmp_path: Path) -> None:
    """Attack 57: a letter that is held stands in no index in which another does not: two pages were 50 us more.

    The fewest of some answers each: now and then a page is full, and two are written.
    """
    world = make_world(tmp_path, "XD", "XA")
    ready = await make_ready(world, 1)
    post, log = OneByOne(world), world["XA"].node.store.folder / "node.db-wal"
    assert world["XA"].node.store.empty_log()
    lengths: list[int] = []
    post.before = post.after = lambda: lengths.append(log.stat().st_size)
    fewest: dict[str, int] = {}

    for turn in range(4):
        lengths.clear()
        answers = await one_round(ready, turn, post)
        wrote = [(after - before) // PAGE_IN_LOG for before, after in pairwise(lengths)][2::2]
        for one, pages in zip(answers, wrote, strict=True):
            fewest[one.state] = min(pages, fewest.get(one.state, pages))

    assert min(fewest.values()) > 5
    assert {state: fewest[state] for state in COMPARED} == {state: fewest[like] for state, like in COMPARED.items()}
    await world.close()


async def test_attack_57_holding_a_letter_at_the_desk_takes_the_same_sealing_as_not_holding_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack 57: the reason is sealed for every letter, and kept where there is one."""
    world = make_world(tmp_path, "XD", "XA")
    ready = await make_ready(world, 1)
    node = world["XA"].node
    covered: list[str] = []
    cover = node.seals.cover

    def counted(code: str) -> str:
        covered.append(code)
        return cover(code)

    monkeypatch.setattr(node.seals, "cover", counted)

    answers = await one_round(ready, 0)

    assert len(covered) == len(answers) + 1
    await world.close()


async def test_attack_57_the_program_takes_the_same_way_through_itself_whatever_it_knows(
    tmp_path: Path, calls: Counter[str]
) -> None:
    """Attack 57: some 600 calls an answer, and a handful more or less; no seal, no statement, no letter more."""
    world = make_world(tmp_path, "XD", "XA")
    ready = await make_ready(world, 1)
    post = OneByOne(world)
    counted: list[Counter[str]] = []
    post.before = calls.clear
    post.after = lambda: counted.append(calls.copy())

    answers = await one_round(ready, 0, post)

    took = {one.state: count for one, count in zip(answers, counted[1:], strict=True)}
    assert min(count.total() for count in took.values()) > 200
    for state, like in COMPARED.items():
        more, less = took[state] - took[like], took[like] - took[state]
        assert more.total() + less.total() <= HANDFUL, (state, more, less)
        assert not {name for name in (*more, *less) if not name.startswith(JUDGING)}, (state, more, less)
    await world.close()


def test_attack_57_the_measurement_finds_a_difference_and_lets_noise_pass():
    """`make bench` judges: it must fail where answers differ by a few per cent, and pass where they do not."""
    drawn = random.Random(57)
    times = [drawn.gauss(3.0, 0.3) for _ in range(4000)]
    slower = [at * 1.03 for at in times[2000:]]

    assert ks_distance(times[:2000], times[2000:]) < ks_bound(2000)
    assert ks_distance(times[:2000], slower) > ks_bound(2000)
    assert ks_distance([1.0, 2.0], [3.0, 4.0]) == 1.0
