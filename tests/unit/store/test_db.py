"""One writer with group commit, readers beside it."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from node.store.db import Store
from node.store.problems import StoreClosed
from node.store.work import Last, Reader, Work


def put(work: Work, name: str, value: int) -> None:
    work.meta.put(name, value)


def test_a_new_database_has_the_settings_that_durability_and_erasure_need(store):
    """Issue 2, part store."""
    names = (
        "journal_mode",
        "synchronous",
        "secure_delete",
        "foreign_keys",
        "trusted_schema",
        "page_size",
        "temp_store",
    )

    found = store.write_sync(lambda work: [work.connection.execute(f"pragma {name}").fetchone()[0] for name in names])

    assert found == ["wal", 2, 1, 1, 0, 16384, 2]


def test_every_table_is_strict(store):
    """A text in a number column is an error, not a surprise two years later."""
    rows = store.read_sync(lambda reader: reader.connection.execute("pragma table_list").fetchall())
    loose = [
        row[1] for row in rows if row[0] == "main" and row[2] == "table" and not row[5] and row[1] != "sqlite_schema"
    ]

    assert len(rows) > 20
    assert loose == []


async def test_a_write_is_seen_by_the_next_read(store):
    answer = await store.write(lambda work: work.meta.put("a", 7) or "done")

    assert answer == "done"
    assert await store.read(lambda reader: reader.meta.get("a")) == 7


async def test_writes_that_wait_for_a_commit_share_the_next_one(store):
    """P26: many decisions, one flush."""
    started, go = threading.Event(), threading.Event()

    def hold(work: Work) -> None:
        started.set()
        go.wait(10)

    before = store.commits
    held = store.write(hold)
    await asyncio.to_thread(started.wait, 10)
    others = [store.write(lambda work, i=i: work.meta.put(f"n{i}", i)) for i in range(50)]
    go.set()
    await asyncio.gather(held, *others)

    assert store.commits - before <= 2
    assert len(store.read_sync(lambda reader: reader.meta.settings("n"))) == 50


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("failing", [{0}, {1}, {2}, {0, 1}, {0, 1, 2}])
async def test_a_write_that_fails_undoes_itself_and_nothing_else(store, failing, again):
    """Wherever it stands in its group; the error goes to its caller and to nobody else, and what follows of the others
    follows once, whether or not they were run again.
    """
    begins, heard, begun, ended = threading.Event(), [], [], []

    def writes(place: int) -> Callable[[Work], None]:
        def job(work: Work) -> None:
            begins.wait(10)
            work.meta.put(str(place), place)
            work.after_commit(lambda: heard.append(place))
            work.note(str(place).encode())
            work.at_commit(lambda: begun.append(place))
            work.at_end(str(place), Last(lambda _: ended.append(place), lambda *_: None))
            if place in failing:
                raise KeyError("not found")

        return job

    noted: list[bytes] = []
    store.journal_to(noted.extend)
    asked = [asyncio.ensure_future(store.write(writes(place), again=again)) for place in range(3)]
    await asyncio.sleep(0)  # all of them are asked for before the first goes on: they are one group
    before = store.commits
    begins.set()
    results = await asyncio.gather(*asked, return_exceptions=True)

    assert {place for place, result in enumerate(results) if isinstance(result, KeyError)} == failing
    kept = {str(place): place for place in range(3) if place not in failing}
    assert (store.read_sync(lambda reader: reader.meta.settings("")), store.commits) == (kept, before + 1)
    assert heard == begun == ended == list(kept.values())
    assert noted == [one.encode() for one in kept]


@pytest.mark.parametrize("place", [0, 1])
async def test_a_job_that_ends_the_transaction_of_its_group_is_told_to_the_group_and_to_nobody_after_it(store, place):
    """What follows in a group of its own is neither written by half nor lost, and the store goes on."""
    begins = threading.Event()

    def writes(at: int) -> Callable[[Work], None]:
        def job(work: Work) -> None:
            begins.wait(10)
            work.meta.put(str(at), at)
            if at == place:
                work.connection.execute("commit")

        return job

    asked = [asyncio.ensure_future(store.write(writes(at))) for at in range(3)]
    await asyncio.sleep(0)
    begins.set()
    results = await asyncio.gather(*asked, return_exceptions=True)

    told = [type(result) for result in results]
    assert told == [sqlite3.OperationalError] * (place + 1) + [type(None)] * (2 - place)
    assert store.read_sync(lambda reader: reader.meta.settings("")) == {"0": 0, "1": 1, "2": 2}
    assert store.problem is None


async def test_a_broken_constraint_is_its_callers_affair(store):
    """A row that points to nothing is refused, and the store goes on."""
    orphan = "insert into wrap values ('nobody', 'password', 'user', 1, x'00', 1)"

    with pytest.raises(sqlite3.IntegrityError):
        await store.write(lambda work: work.connection.execute(orphan) and None)

    assert store.problem is None
    await store.write(lambda work: work.meta.put("a", 1))


def test_a_commit_by_hand_inside_a_write_is_an_error_and_the_store_goes_on(store):
    with pytest.raises(sqlite3.OperationalError):
        store.write_sync(lambda work: work.connection.execute("commit") and None)

    store.write_sync(lambda work: work.meta.put("a", 1))
    assert store.read_sync(lambda reader: reader.meta.get("a")) == 1


async def test_after_commit_runs_on_the_callers_thread_and_only_if_it_was_committed(store):
    called: list[tuple[str, int]] = []

    def wakes(work: Work, name: str, fails: bool) -> None:
        work.after_commit(lambda: called.append((name, threading.get_ident())))
        if fails:
            raise ValueError(name)

    await store.write(lambda work: wakes(work, "kept", False))
    with pytest.raises(ValueError, match="undone"):
        await store.write(lambda work: wakes(work, "undone", True))

    assert called == [("kept", threading.get_ident())]


async def test_an_after_commit_call_that_fails_leaves_nobody_without_an_answer(store):
    """The wake-up of one caller must not cost another one the answer."""
    seen: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: seen.append(context["exception"]))

    first = store.write(lambda work: work.after_commit(lambda: 1 // 0))
    second = store.write(lambda work: work.meta.put("a", 1))
    await asyncio.wait_for(asyncio.gather(first, second), 10)

    assert [type(error) for error in seen] == [ZeroDivisionError]


async def test_a_caller_that_gave_up_does_not_undo_the_work(store):
    future = store.write(lambda work: work.meta.put("a", 1))
    future.cancel()

    await store.write(lambda work: None)

    assert store.read_sync(lambda reader: reader.meta.get("a")) == 1


def test_a_reader_cannot_write(store):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.read_sync(lambda reader: reader.meta.put("a", 1))


def test_a_read_is_of_one_moment(store):
    """What is committed while a reader looks does not change what it sees."""
    store.write_sync(lambda work: work.meta.put("a", 1))

    def twice(reader: Reader) -> list[object]:
        first = reader.meta.get("a")
        store.write_sync(lambda work: work.meta.put("a", 2))
        return [first, reader.meta.get("a")]

    assert store.read_sync(twice) == [1, 1]
    assert store.read_sync(lambda reader: reader.meta.get("a")) == 2


def test_closing_finishes_what_was_asked_for(path):
    store = Store.open(path)

    async def write() -> None:
        for i in range(20):
            store.write(partial(put, name=f"n{i}", value=i))
        store.close()

    asyncio.run(write())
    with pytest.raises(StoreClosed):
        store.write_sync(lambda work: None)

    with_all = Store.open(path, read_only=True)
    assert len(with_all.read_sync(lambda reader: reader.meta.settings("n"))) == 20
    with_all.close()


def test_a_repository_is_made_once_for_a_piece_of_work(store):
    assert store.read_sync(lambda reader: reader.audit is reader.audit)


def test_a_stop_iteration_is_an_error_and_not_a_caller_that_waits_for_ever(store):
    """A future refuses this one exception; without care its caller would never hear."""

    async def ask() -> None:
        await asyncio.wait_for(store.write(lambda work: next(iter([]))), 10)

    with pytest.raises(RuntimeError, match="StopIteration"):
        asyncio.run(ask())


def test_erased_bytes_are_gone_from_file_and_log(store, path):
    """At-rest 5.1: secure_delete empties the page, and emptying the log drops the older copy of it."""
    marked = b"CANARY-" + bytes(range(65, 91)) * 20
    store.write_sync(lambda work: work.meta.put("a", marked))
    log = path.with_name("node.db-wal")
    assert marked in path.read_bytes() + log.read_bytes()

    store.write_sync(lambda work: work.meta.drop("a"))
    emptied = store.empty_log()

    assert emptied
    assert marked[:40] not in path.read_bytes() + log.read_bytes()
    store.vacuum()
    assert store.check() == []


def test_a_backup_is_whole_while_writing_goes_on_and_holds_no_log(store, path, tmp_path):
    """At-rest 5.4."""
    store.write_sync(lambda work: work.meta.put("a", b"x" * 100_000))
    target = tmp_path / "copy.db"

    store.backup(target)
    store.write_sync(lambda work: work.meta.put("later", 1))

    assert target.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("copy")) == ["copy.db"]
    copy = Store.open(target)
    assert set(copy.read_sync(lambda reader: reader.meta.settings(""))) == {"a"}
    assert copy.check() == []
    copy.close()


async def test_what_is_left_for_the_end_runs_once_in_the_same_transaction(store):
    """Whoever asks for it: one name is one piece of work, after everything that joined the commit."""
    heard, before = [], store.commits

    def asks(work: Work, value: int) -> None:
        work.meta.put(f"n{value}", value)
        work.at_end("sum", Last(lambda end: len(end.meta.settings("n")), lambda count, at: heard.append((count, at))))

    await asyncio.gather(*(store.write(partial(asks, value=value)) for value in range(3)))
    await store.write(lambda work: None)

    assert sum(count for count, _ in heard) >= 3
    assert len(heard) <= store.commits - before
    assert all(before < at <= store.commits for _, at in heard)


async def test_an_end_that_fails_undoes_itself_only_and_is_told(store):
    """It has a savepoint of its own; who asked for it hears that nothing came of it."""
    heard = []

    def fails(work: Work) -> None:
        work.meta.put("half", 1)
        raise KeyError("not found")

    def asks(work: Work) -> None:
        work.meta.put("whole", 1)
        work.at_end("fails", Last(fails, lambda result, _: heard.append(result)))

    await store.write(asks)
    await store.write(lambda work: None)

    assert heard == [None]
    assert store.read_sync(lambda reader: (reader.meta.get("whole"), reader.meta.get("half"))) == (1, None)


@pytest.mark.parametrize("breaks", ["the work", "its end"])
async def test_who_asked_for_an_end_hears_of_it_when_the_whole_group_failed(store, breaks):
    """Nothing of it came to the disk; whoever waits for it looks for itself, once."""
    heard = []

    def end(work: Work) -> None:
        if breaks == "its end":
            work.connection.execute("commit")

    def asks(work: Work) -> None:
        work.at_end("end", Last(end, lambda *told: heard.append(told)))
        if breaks == "the work":
            work.connection.execute("commit")

    with pytest.raises(sqlite3.OperationalError):
        await store.write(asks)
    await asyncio.gather(store.write(lambda work: None))

    assert heard == [(None, 0)]


async def test_what_only_the_first_run_left_for_the_end_is_not_done(store):
    """Work that was undone with another's failure leaves what it asks for when it is run again."""
    begins, ended, runs = threading.Event(), [], []

    def asks_once(work: Work) -> None:
        begins.wait(10)
        runs.append(work)
        work.meta.put("kept", len(runs))
        if len(runs) == 1:
            work.at_end("end", Last(lambda _: ended.append("first"), lambda *_: None))

    def fails(work: Work) -> None:
        work.meta.put("lost", 1)
        raise KeyError("not found")

    asked = [asyncio.ensure_future(store.write(job, again=True)) for job in (asks_once, fails)]
    await asyncio.sleep(0)
    begins.set()
    await asyncio.gather(*asked, return_exceptions=True)

    assert (ended, store.read_sync(lambda reader: reader.meta.settings(""))) == ([], {"kept": 2})


async def test_work_that_was_undone_leaves_nothing_for_the_end(store):
    """What a failed job asked for is gone with the rest of it."""
    heard = []

    def asks_and_fails(work: Work) -> None:
        work.at_end("never", Last(lambda end: 1, lambda *told: heard.append(told)))
        raise KeyError("not found")

    with pytest.raises(KeyError):
        await store.write(asks_and_fails)
    await store.write(lambda work: None)

    assert heard == []


def test_after_a_clean_stop_everything_is_in_the_database_alone(tmp_path: Path) -> None:
    """Somebody who copies only node.db then has all of it."""
    store = Store.open(tmp_path / "node.db")
    store.write_sync(lambda work: work.audit.append(1, "node", "started"))
    store.read_sync(lambda reader: reader.audit.head())
    assert (tmp_path / "node.db-wal").exists()

    store.close()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["node.db"]
