"""After the stop every cause is alike: a country that pokes what was stopped with anything learns nothing of why.

A hundred pairs live through the same days: referrals, offered, accepted or running, ours or theirs; returns that are
assessed, decided, have their documents or a plan; people of whom the other country hears on three threads, a return, a
referral and a question, that end together. One of each pair ends by asylum, the other by illness. Before the stop,
until it leaves and afterwards the other country sends whatever a node can send, and asks for everything again; people
here do what is asked, if it may be done. All that comes back is compared pair by pair: letters, sizes, numbers, times,
gaps, receipts and their reasons. Source: R10, H01; wire 3, 7; DECISIONS, after a stop.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest

from node.protocol.letters.control import HelloBody
from node.protocol.letters.kinds import KINDS
from node.service.delivery.queueing import queue_control
from tests.attack.pairs import (
    ENDS,
    HOUR,
    LATER,
    WAITING,
    Event,
    Stage,
    at_midnight,
    live,
    seen_by,
    stage_of,
)
from tests.attack.provoking import Poke, Poked, at_times, everything_of, poked, refer, send_all, work
from tests.attack.return_pairs import Run, begin
from tests.attack.together import Person, on_several_threads
from tests.world import DAY_S, World, make_world

REFERRALS = 56
RETURNS = tuple(name for name in ("assessing", "decision", "documents", "plan") for _ in range(2))
SEVERAL = 12
PAIRS = REFERRALS + len(RETURNS) + 3 * SEVERAL  # of threads
POKES = 4
ENDS_WITHIN = 2 * DAY_S
RUNS_FOR_DAYS = 4
A_POST = 64  # letters at most
Pokes = dict[int, list[tuple[Poked, Poke]]]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    world = make_world(tmp_path, "XD", "XA")
    yield stage_of(world, 20261127)
    await world.close()


async def test_what_a_country_gets_back_after_the_stop_does_not_depend_on_the_cause(stage: Stage) -> None:
    """H01, R10: a hundred pairs; each difference would be a sentence: she asked for asylum."""
    referrals = _pairs(stage)
    await refer(stage, [run for pair in referrals for run in pair])
    pairs = [[Person([run]) for run in pair] for pair in (*referrals, *await _returns(stage))]
    several = await on_several_threads(stage, len(pairs), SEVERAL)
    pairs += several
    runs = [run for pair in pairs for person in pair for run in person.threads]
    await at_midnight(stage)
    await live(stage, _events(stage, pairs), RUNS_FOR_DAYS)
    seen = seen_by(stage, "XA")

    different = [
        (asylum.pair, everything_of(asylum, seen), everything_of(illness, seen))
        for one, other in pairs
        for asylum, illness in zip(one.threads, other.threads, strict=True)
        if everything_of(asylum, seen) != everything_of(illness, seen)
    ]
    assert different == []
    stopped = [run for run in runs if {"referral.ended", "return.stopped"} & {one[1] for one in seen[run.thread]}]
    assert len(stopped) > 1.9 * PAIRS  # a few were cut short by a stop of theirs
    together = [{run.thread for run in person.threads} for pair in several for person in pair]
    assert sum(threads <= {run.thread for run in stopped} for threads in together) > 1.7 * SEVERAL
    answered = {one[1] for run in runs for thread in run.threads for one in seen[thread]}
    assert {"letter.opened", "erasure.confirm", "access.response", "safety.acknowledged", "closed"} <= answered
    receipts = {one[2:4] for run in runs for one in run.answers}
    assert {(1, 0), (3, 201), (3, 206), (3, 207), (5, 0), (6, 0)} <= receipts


def _pairs(stage: Stage) -> list[list[Poked]]:
    made = []
    for pair in range(REFERRALS):
        how = stage.chance.choice(("opener", "responder")), stage.chance.randrange(3)
        made.append([Poked(pair, cause, *how) for cause in ("asylum", "illness")])
    return made


async def _returns(stage: Stage) -> list[list[Poked]]:
    """The same of returns, each at its stage."""
    pairs = [[Run(REFERRALS + n, cause, name) for cause in ("asylum", "illness")] for n, name in enumerate(RETURNS)]
    await begin(stage, [run for pair in pairs for run in pair])
    return [[poked(stage, run) for run in pair] for pair in pairs]


def _events(stage: Stage, pairs: list[list[Person]]) -> list[Event]:
    """What happens to all of them; what is sent at the same moment goes in one post."""
    world = stage.world
    pokes: Pokes = defaultdict(list)
    events: list[Event] = [(52 * HOUR, LATER, lambda: _restored(world))]
    for pair in pairs:
        events += _life(stage, pair, pokes)
    for at, together in pokes.items():
        for first in range(0, len(together), A_POST):
            events.append((at, WAITING, partial(send_all, stage, together[first : first + A_POST])))
    return events


def _life(stage: Stage, pair: list[Person], pokes: Pokes) -> list[Event]:
    """What happens to a pair, at times drawn once for both and in an order drawn at random."""
    chance = stage.chance
    ends = stage.between(6 * HOUR, ENDS_WITHIN)
    order = chance.sample(pair, 2)
    many = len(pair[0].threads)
    for thread in range(many):
        for at in at_times(stage, ends, POKES if many == 1 else POKES // 2):
            poke = Poke.drawn(chance)
            while at <= ends and KINDS[poke.kind].stop:  # what ended by their own stop ends by no cause of ours
                poke = Poke.drawn(chance)
            pokes[at] += [(person.threads[thread], poke) for person in order]
    what: list[tuple[int, int, Callable[[Person], Awaitable[None]]]] = []
    if chance.random() < 0.4:
        what.append((ends - 2 * HOUR, WAITING, lambda person: person.takes_back(stage)))
    what.append((ends, ENDS, lambda person: person.ends(stage)))
    for at in (ends - HOUR, stage.between(ends, ends + 40 * HOUR)):
        what.append((at, LATER, partial(_worked_on, stage)))
    return [(at, rank, partial(act, person)) for at, rank, act in what for person in order]


async def _worked_on(stage: Stage, person: Person) -> None:
    """Whoever sits at the desk goes through all that came about her."""
    for thread in person.threads:
        await work(stage, thread)


async def _restored(world: World) -> None:
    """The other country says that it came back from a backup and has nothing."""
    xa = world["XA"].node
    body = HelloBody(reason="restore", received=())
    await xa.store.write(lambda work: queue_control(xa, work, "XD", "channel.hello", body, xa.now()))
    await world.settle()
