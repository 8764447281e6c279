"""The thread that writes runs where its only caller does, who waits for it, and anywhere when there are several.

Woken elsewhere it would stand in line behind the signing process, which the same caller has just given something to do.
"""

import os
import threading
from collections.abc import Iterator

import pytest

from node import processors
from node.store.db import Store
from node.store.work import Work

CALLERS = 200
pytestmark = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system does not tell of processors")


def where(_: Work) -> set[int]:
    """The processors that whoever runs this may run on."""
    return os.sched_getaffinity(0)


@pytest.fixture
def ours() -> Iterator[set[int]]:
    """The processors of this test; it may move about on them and stands on all of them afterwards."""
    mine = os.sched_getaffinity(0)
    yield mine
    os.sched_setaffinity(0, mine)


def test_a_job_alone_is_done_on_the_processor_of_its_caller(store: Store, ours: set[int]) -> None:
    """Wherever that is now."""
    for one in sorted(ours):
        os.sched_setaffinity(0, {one})
        assert store.write_sync(where) == {one}


def test_a_job_that_comes_while_another_is_done_frees_the_writer(store: Store, ours: set[int]) -> None:
    """Then there is enough to do for all processors, and nobody knows who sleeps."""
    goes_on, begun, found = threading.Event(), threading.Event(), list[set[int]]()

    def first(work: Work) -> None:
        begun.set()
        assert goes_on.wait(10)
        found.append(where(work))

    caller = threading.Thread(target=store.write_sync, args=(first,))
    caller.start()
    assert begun.wait(10)
    second = threading.Thread(target=lambda: found.append(store.write_sync(where)))
    second.start()
    while not store.is_busy:
        pass
    goes_on.set()
    caller.join(10)
    second.join(10)

    assert found == [ours, ours]


def test_after_many_a_job_alone_is_done_beside_its_caller_again(store: Store, ours: set[int]) -> None:
    """Also one that comes in the very moment the last one is answered."""
    os.sched_setaffinity(0, {max(ours)})

    assert [store.write_sync(where) for _ in range(50)] == [{max(ours)}] * 50


def test_two_hundred_threads_write_and_leave_who_writes_as_free_as_before(store: Store, ours: set[int]) -> None:
    """Whoever of them comes alone, and whoever with others."""
    found, go = list[set[int]](), threading.Barrier(CALLERS)

    def call() -> None:
        go.wait(30)
        found.append(store.write_sync(where))

    threads = [threading.Thread(target=call) for _ in range(CALLERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)

    assert len(found) == CALLERS
    assert ours in found
    assert all(one <= ours for one in found)


def test_a_job_that_failed_leaves_the_writer_as_free_as_before(store: Store, ours: set[int]) -> None:
    def fails(_: Work) -> None:
        raise ValueError("no")

    os.sched_setaffinity(0, {min(ours)})
    with pytest.raises(ValueError, match="no"):
        store.write_sync(fails)

    assert store.write_sync(where) == {min(ours)}


def test_where_it_is_forbidden_everything_is_written_all_the_same(
    store: Store, ours: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setaffinity", forbidden)

    assert store.write_sync(where) == ours


def test_where_the_system_does_not_tell_nothing_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another system than Linux."""
    moved: list[int] = []
    monkeypatch.setattr(processors, "_sched_getcpu", None)
    monkeypatch.setattr(processors, "keep_on", lambda who, _: moved.append(who))
    follower = processors.Follower(threading.current_thread())

    follower.follow()
    follower.stray()

    assert moved == []
