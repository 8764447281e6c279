"""A node whose clock contradicts the registry says so: it would be "ready" while nothing leaves it."""

import io
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from node import log
from node.clock import SteppedClock
from node.health import not_ready, tell_of_clock
from node.jobs import Jobs
from node.service.context import Node
from tests.world import DAY_S, make_world


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    world = make_world(tmp_path, "XA", "XD")
    yield world["XA"].node
    await world.close()


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What is logged; afterwards logging is as it was."""
    stream = io.StringIO()
    log.configure(lambda: 1_795_478_400, "info", stream)
    yield stream
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("off_s", "trouble"),
    [(-366 * DAY_S, "behind"), (-301, "behind"), (-300, ""), (7 * DAY_S, ""), (7 * DAY_S + 1, "ahead")],
)
async def test_a_clock_that_contradicts_the_registry_is_said_at_the_start_and_by_readyz(
    node: Node, said: io.StringIO, off_s: int, trouble: str
) -> None:
    """Watched to fail: with a clock a year back the node was ready, and nothing left."""
    node.clock = SteppedClock(node.view.verified_at + off_s)

    tell_of_clock(node)

    assert not_ready(node, Jobs([], node.clock, DAY_S)) == (["clock"] if trouble == "behind" else [])
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    assert [(one["event"], one["reason"]) for one in lines] == (
        [("clock_contradicts_registry", trouble)] if trouble else []
    )
    assert all("set the clock" in one["says"] for one in lines)


async def test_a_node_that_knows_no_registry_says_only_that(node: Node) -> None:
    node.view = type(node.view)(0, 0, 0, 0, 0, bytes(32), {}, (), {})

    assert not_ready(node, Jobs([], node.clock, DAY_S)) == ["no_registry"]
