"""After the stop every cause is alike: a country that pokes a stopped referral with anything learns nothing of why.

Two hundred pairs of referrals, offered, accepted or running, ours or theirs, live through the same days. One of each
pair ends by asylum, the other by illness. Before the stop, until it leaves and afterwards the other country sends
whatever a node can send, and asks for everything again; people here do what is asked, if it may be done. All that comes
back is compared pair by pair: letters, sizes, numbers, times, gaps, receipts and their reasons.
Source: R10, H01; wire 3, 7; DECISIONS, after a stop.
"""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from node.protocol.letters.control import HelloBody
from node.protocol.letters.kinds import KINDS
from node.service.delivery.queueing import queue_control
from tests.attack.provoking import Poke, Poked, at_times, end, everything_of, refer, send, take_back, work
from tests.attack.test_asylum_looks_like_illness import HOUR, Stage, a_new_day, everything_again, seen_by, until
from tests.world import DAY_S, World, make_world

PAIRS = 200
POKES = 4
ENDS_WITHIN = 2 * DAY_S
RUNS_FOR_DAYS = 4
Event = tuple[int, int, Callable[[], Awaitable[None]]]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    world = make_world(tmp_path, "XD", "XA")
    made = Stage(world, random.Random(20261127), world.clock.now())
    world.fault = made.fault
    yield made
    await world.close()


async def test_what_a_country_gets_back_after_the_stop_does_not_depend_on_the_cause(stage: Stage) -> None:
    """H01, R10: two hundred pairs; each difference would be a sentence: she asked for asylum."""
    runs = _pairs(stage.chance)
    await refer(stage, runs)
    stage.began = stage.world.clock.now() - stage.world.clock.now() % DAY_S + DAY_S
    await until(stage, 0)

    await _live(stage, runs)
    seen = seen_by(stage, "XA")

    pairs = zip(runs[::2], runs[1::2], strict=True)
    different = [
        (asylum.pair, everything_of(asylum, seen), everything_of(illness, seen))
        for asylum, illness in pairs
        if everything_of(asylum, seen) != everything_of(illness, seen)
    ]
    assert different == []
    stopped = [run for run in runs if any(one[1] == "referral.ended" for one in seen[run.thread])]
    assert len(stopped) > 1.9 * PAIRS  # a few were cut short by a stop of theirs
    answered = {one[1] for run in runs for thread in run.threads for one in seen[thread]}
    assert {"letter.opened", "erasure.confirm", "access.response", "safety.acknowledged", "closed"} <= answered
    receipts = {one[2:4] for run in runs for one in run.answers}
    assert {(1, 0), (3, 201), (3, 206), (3, 207), (5, 0), (6, 0)} <= receipts


def _pairs(chance: random.Random) -> list[Poked]:
    """Both of a pair begin alike, in an order drawn at random."""
    runs: list[Poked] = []
    for pair in range(PAIRS):
        role, stage = chance.choice(("opener", "responder")), chance.randrange(3)
        runs += [Poked(pair, cause, role, stage) for cause in ("asylum", "illness")]
    return runs


async def _live(stage: Stage, runs: list[Poked]) -> None:
    events: list[Event] = [(day * DAY_S + 1, -1, lambda: a_new_day(stage.world)) for day in range(RUNS_FOR_DAYS)]
    events.append((50 * HOUR, 10**6, lambda: _restored(stage.world)))
    events.append((90 * HOUR, 10**6, lambda: everything_again(stage.world)))
    for number in range(0, len(runs), 2):
        events += [(at, len(events) + i, what) for i, (at, what) in enumerate(_life(stage, runs[number : number + 2]))]
    for at, _, happens in sorted(events, key=lambda one: one[:2]):
        await until(stage, at)
        await happens()
    await until(stage, RUNS_FOR_DAYS * DAY_S)


def _life(stage: Stage, pair: list[Poked]) -> list[tuple[int, Callable[[], Awaitable[None]]]]:
    """What happens to a pair, at times drawn once for both."""
    chance = stage.chance
    ends = chance.randrange(6 * HOUR, ENDS_WITHIN)
    order = chance.sample(pair, 2)
    what: list[tuple[int, Callable[[], Awaitable[None]]]] = []
    for at in at_times(chance, ends, POKES):
        poke = Poke.drawn(chance)
        while at <= ends and KINDS[poke.kind].stop:  # what ended by their own stop ends by no cause of ours
            poke = Poke.drawn(chance)
        what.append((at, lambda poke=poke: send(stage, order, poke)))  # type: ignore[misc]
    if chance.random() < 0.4:
        what += [(ends - 2 * HOUR, lambda run=run: take_back(stage, run)) for run in order]  # type: ignore[misc]
    for run in order:
        what.append((ends, lambda run=run: end(stage, run)))  # type: ignore[misc]
    for at in (ends - HOUR, ends + chance.randrange(12 * HOUR), ends + chance.randrange(12 * HOUR, 50 * HOUR)):
        for run in order:
            what.append((at, lambda run=run: work(stage, run)))  # type: ignore[misc]
    return what


async def _restored(world: World) -> None:
    """The other country says that it came back from a backup and has nothing."""
    xa = world["XA"].node
    body = HelloBody(reason="restore", received=())
    await xa.store.write(lambda work: queue_control(xa, work, "XD", "channel.hello", body, xa.now()))
    await world.settle()
