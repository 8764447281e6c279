"""All that the origin and a country on the way ever see of a return ended by asylum looks like one ended by illness.

Pairs of returns live through the same days: letters waiting, lost or crossing, people who open letters, a country that
asks for everything again, an outage. One of each pair ends by asylum, the other by illness, in an order drawn at
random, at every stage from the request to the plan. What arrives is then compared pair by pair: letters, sizes,
numbers, times, gaps, receipts, control letters. Source: R10, H01, H04; wire 3, 7; README of the design, decision 10.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.attack.pairs import (
    HOUR,
    LATER,
    Event,
    Stage,
    answers_to,
    at_midnight,
    everything_again,
    live,
    seen_by,
    stage_of,
)
from tests.attack.return_pairs import WAY, Run, begin, life
from tests.world import make_world

PAIRS = {"requested": 24, "answered": 24, "assessing": 18, "decision": 12, "documents": 12, "plan": 12}
RUNS_FOR_DAYS = 4


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    world = make_world(tmp_path, "XD", "XT", "XA")
    yield stage_of(world, 20261126)
    await world.close()


async def test_what_the_origin_sees_of_asylum_is_what_it_sees_of_illness(stage: Stage):
    """A hundred pairs at six stages; each difference would be a sentence: she asked for asylum."""
    pairs = _pairs(stage)
    runs = [run for pair in pairs for run in pair]
    await begin(stage, runs)
    await at_midnight(stage)
    again: Event = (52 * HOUR, LATER, lambda: everything_again(stage.world))  # some have ended and still say nothing
    await live(stage, [again, *(event for pair in pairs for event in life(stage, pair))], RUNS_FOR_DAYS)

    origin, passage, answers = seen_by(stage, "XA"), seen_by(stage, "XT"), answers_to(stage.world, "XA")
    different = [
        (asylum.pair, asylum.stage, of(asylum), of(illness))
        for asylum, illness in pairs
        for of in (
            lambda run: origin[run.thread],
            lambda run: passage[run.transit] if run.transit else [],
            lambda run: answers[run.thread],
        )
        if of(asylum) != of(illness)
    ]

    assert different == []
    for run in runs:
        kinds = {one[1] for one in origin[run.thread]}
        assert "return.stopped" in kinds, run
        assert reached(run) <= kinds, run
        assert not run.transit or any(one[1] == "transit.cancel" for one in passage[run.transit]), run
    kinds = {one[1] for run in runs for one in origin[run.thread]}
    assert {"return.request", "return.update", "letter.opened", "erasure.confirm", "closed"} <= kinds


def reached(run: Run) -> set[str]:
    """What the origin had seen of it by then, so that each stage is what it is called."""
    return {"return.request"} | {
        kind for name, steps in WAY.items() if run.has_come_to(name) for code, kind in steps if code == "XD"
    }


def _pairs(stage: Stage) -> list[list[Run]]:
    made = []
    for pair, name in enumerate(name for name, many in PAIRS.items() for _ in range(many)):
        through = stage.chance.random() < 0.3
        made.append([Run(pair, cause, name, through) for cause in ("asylum", "illness")])
    return made
