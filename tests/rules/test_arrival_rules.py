"""R32: the window of an arrival, by which she is missed, cannot be moved until nobody misses her."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.protocol.letters.codes import REFUSED, STORED
from tests.rules.broken_threads import OUT_OF_PLACE, arriving, disclosed
from tests.world import DAY_S, World, make_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def test_r32_receiver_one_country_alone_moves_a_window_once_and_no_further(world: World) -> None:
    """R32: at most 14 days past the first window, however often it is moved; the next day is refused."""
    liar = await disclosed(world, "moves a window")
    assert await liar.sends("referral.arrange", **arriving(world, 2 * DAY_S)) == (STORED, 0)

    assert await liar.sends("referral.arrange", **arriving(world, 16 * DAY_S + 1)) == (REFUSED, OUT_OF_PLACE)
    assert await liar.sends("referral.arrange", **arriving(world, 16 * DAY_S)) == (STORED, 0)
    assert await liar.sends("referral.arrange", **arriving(world, 17 * DAY_S)) == (REFUSED, OUT_OF_PLACE)
