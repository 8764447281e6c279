"""The same for voluntary returns: whatever people do and whatever happens to the post, both countries end alike.

Real nodes with every gate, and the moves of tests/simulation/return_node_play.py; what is checked is what
`test_nodes` checks. With three countries the plays of `test_nodes` hold, as no letter of one thread touches another.
"""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_nodes import faults, few
from tests.simulation.node_play import Move, run_play
from tests.simulation.return_node_play import RETURN_MOVES, WAY, ReturnPlay
from tests.world import make_world

moves = st.lists(st.tuples(st.sampled_from(RETURN_MOVES), st.integers(0, 5), st.integers(0, 29)), min_size=10,
                 max_size=30)  # fmt: skip


@settings(few, max_examples=9)
@given(st.integers(3, len(WAY)), moves)
def test_two_nodes_end_a_return_in_the_same_state_whatever_happens(depth: int, plan: list[Move]) -> None:
    """Wire 7, R31: acts of both countries, loss, lost answers, reordering, restarts, clocks, withdrawals and stops."""
    assert run_play(("XD", "XA"), depth, plan, faults, ReturnPlay) == []


def test_a_quiet_play_of_a_return_comes_all_the_way_to_the_follow_up() -> None:
    """A play whose gates never open would prove nothing: every step of the way is a letter that counts."""

    async def whole(folder: Path) -> None:
        world = make_world(folder, "XD", "XA")
        play = ReturnPlay(world)
        try:
            await play.begin(len(WAY))
            for code in play.codes:
                (thread,) = play.threads(code)
                view = await world[code].view(thread)
                assert view.state == "following"
                assert [one.kind for one in view.letters] == ["return.request", *(kind for _, kind in WAY)]
        finally:
            await world.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(whole(Path(folder)))
