"""On which processors a node's threads run: whatever the machine, nothing fails, and nobody is left with fewer than the
process was given. A machine of any size is played; what a system may change while the node runs is changed here.
"""

import errno
import os
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from node import processors
from node.processors import Follower
from node.signer import SignerProcess
from tests.unit.test_signer import KEY, SEED

WRITER = 4_000_001


@dataclass
class Machine:
    """A system's rules: nobody runs outside the cpuset, and who was told less is told of the rest only by asking."""

    cpuset: frozenset[int]
    at: int = 0  # where whoever asks runs
    told: dict[int, frozenset[int]] = field(default_factory=dict)
    forbids_asking: bool = False
    forbids_telling: bool = False

    def runs_on(self, who: int) -> frozenset[int]:
        return self.told.get(who, self.cpuset) & self.cpuset or self.cpuset

    def getaffinity(self, who: int) -> set[int]:
        if self.forbids_asking:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        return set(self.runs_on(who))

    def setaffinity(self, who: int, wanted: Set[int]) -> None:
        if self.forbids_telling:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        if not wanted & self.cpuset:
            raise OSError(errno.EINVAL, "Invalid argument")
        self.told[who] = frozenset(wanted)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """Sixty-four processors, until a test says otherwise."""
    played = Machine(frozenset(range(64)))
    monkeypatch.setattr(os, "sched_getaffinity", played.getaffinity, raising=False)
    monkeypatch.setattr(os, "sched_setaffinity", played.setaffinity, raising=False)
    monkeypatch.setattr(processors, "_sched_getcpu", lambda: played.at)
    yield played


@pytest.fixture
def follower(machine: Machine) -> Follower:
    return made()


def made() -> Follower:
    return Follower(SimpleNamespace(native_id=WRITER))  # type: ignore[arg-type]


def test_on_many_processors_it_is_where_its_caller_is_and_then_anywhere(machine: Machine, follower: Follower) -> None:
    for machine.at in (0, 63, 31, 31):
        follower.follow()
        assert machine.runs_on(WRITER) == {machine.at}

    follower.stray()

    assert machine.runs_on(WRITER) == set(range(64))


def test_in_a_container_of_one_processor_it_is_there(machine: Machine) -> None:
    machine.cpuset = frozenset({5})
    follower, machine.at = made(), 5

    follower.follow()
    follower.stray()

    assert machine.runs_on(WRITER) == {5}


@pytest.mark.parametrize("alone_first", [True, False])
def test_a_process_that_is_given_more_processors_uses_them(machine: Machine, alone_first: bool) -> None:
    """A container that grows; also where others always wait, so that nobody is followed any more."""
    machine.cpuset = frozenset({0})
    follower = made()
    follower.stray()
    follower.follow()
    if not alone_first:
        follower.stray()
    machine.cpuset = frozenset(range(4))

    follower.stray()

    assert machine.runs_on(WRITER) == {0, 1, 2, 3}


def test_a_process_that_is_given_other_processors_goes_there_and_comes_back(machine: Machine) -> None:
    machine.cpuset = frozenset({0, 1})
    follower, machine.at = made(), 1
    follower.follow()
    machine.cpuset, machine.at = frozenset({2, 3}), 3

    follower.follow()
    assert machine.runs_on(WRITER) == {3}
    machine.cpuset = frozenset(range(4))
    follower.stray()

    assert machine.runs_on(WRITER) == {0, 1, 2, 3}


def test_what_an_operator_keeps_the_process_to_holds_for_who_writes_too(machine: Machine, follower: Follower) -> None:
    """`taskset` on the running node: its first thread is told, and nobody of ours goes elsewhere."""
    machine.told[os.getpid()] = frozenset({6, 7})
    machine.at = 6

    follower.follow()
    follower.stray()

    assert machine.runs_on(WRITER) == {6, 7}


def test_where_nobody_may_ask_for_processors_nothing_is_chosen_and_nothing_fails(machine: Machine) -> None:
    """A filter of system calls that answers with an error."""
    machine.forbids_asking = True
    follower = made()

    follower.follow()
    follower.stray()

    assert machine.told == {}


def test_where_nobody_may_choose_nothing_fails(machine: Machine, follower: Follower) -> None:
    machine.forbids_telling = True

    follower.follow()
    follower.stray()

    assert machine.runs_on(WRITER) == set(range(64))


def test_who_could_not_be_freed_is_freed_the_next_time(machine: Machine, follower: Follower) -> None:
    follower.follow()
    machine.forbids_telling = True
    follower.stray()
    machine.forbids_telling = False

    follower.stray()

    assert machine.runs_on(WRITER) == set(range(64))


def test_where_nobody_may_ask_any_more_it_is_freed_all_the_same(machine: Machine, follower: Follower) -> None:
    follower.follow()
    machine.forbids_asking = True

    follower.stray()

    assert machine.runs_on(WRITER) == set(range(64))


def test_a_node_that_may_not_ask_has_a_signing_process_all_the_same(machine: Machine) -> None:
    machine.forbids_asking = True
    signer = SignerProcess(lambda: KEY, SEED)

    signer.keep_away()
    signer.close()

    assert machine.told == {}


def test_a_signing_process_is_kept_away_on_what_the_node_is_given_now(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one processor there is none left for it alone; of four there are three."""
    machine.cpuset = frozenset({0})
    signer = SignerProcess(lambda: KEY, SEED)
    monkeypatch.setattr(signer, "_process", SimpleNamespace(pid=WRITER))

    signer.keep_away()
    assert machine.runs_on(WRITER) == {0}
    machine.cpuset = frozenset(range(4))
    signer.keep_away()

    assert machine.runs_on(WRITER) == {1, 2, 3}
