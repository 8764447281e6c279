"""H22: a letter's own date is believed no further than the thread and its signature bear it out.

Every rule with a time reads `written_at`: that a consent still runs (R22), that an assessment is young (R08), that an
origin was silent (H23), that she was asked since her release (H25). An invented date would skip them all.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.protocol.letters.codes import MALFORMED, REFUSED, STORED
from node.protocol.threads.fold import CLOCKS_DIFFER_S
from tests.rules.broken_threads import accepted as offered_and_accepted
from tests.rules.world import NOW, accepted, both, letter, release
from tests.unit.service.rights_support import tasks
from tests.world import DAY_S, World, make_world

BACKDATED, MINUTES_S = 201, 300


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def test_h22_receiver_no_letter_is_older_than_what_its_writer_had_read_or_written(world: World) -> None:
    """A day and five minutes is what two clocks may differ by; beyond it the date is invented."""
    liar = await offered_and_accepted(world, "H22")
    stated = {"consent": [liar.consent()]}
    as_old_as_may_be = world.clock.now() - CLOCKS_DIFFER_S

    assert await liar.sends("referral.update", stated | {"written_at": as_old_as_may_be - 1}) == (REFUSED, BACKDATED)
    assert await liar.sends("referral.update", stated | {"written_at": as_old_as_may_be}) == (STORED, 0)
    world.clock.step(2 * DAY_S)
    assert await liar.sends("referral.update", stated) == (STORED, 0)
    later = as_old_as_may_be + 2 * DAY_S
    assert await liar.sends("referral.update", stated | {"written_at": later - 1}) == (REFUSED, BACKDATED)


async def test_h22_receiver_no_letter_is_of_a_day_to_come(world: World) -> None:
    """Else whatever the other side answers would look older than it, and wait."""
    liar = await offered_and_accepted(world, "H22")
    stated = {"consent": [liar.consent()]}
    now = world.clock.now()

    assert await liar.sends("referral.update", stated | {"written_at": now + MINUTES_S + 1}) == (MALFORMED, 0)
    liar.n -= 1  # its number is not used up
    liar.name = "the same with a good date"
    assert await liar.sends("referral.update", stated | {"written_at": now + MINUTES_S}) == (STORED, 0)


@pytest.mark.parametrize("away", [-400 * DAY_S, 400 * DAY_S])
async def test_h22_receiver_no_date_keeps_back_a_withdrawal_or_a_stop(world: World, away: int) -> None:
    """R20, H01: and by none of theirs is a letter of ours kept back."""
    liar = await offered_and_accepted(world, "H22")
    dated = {"written_at": world.clock.now() + away}

    assert await liar.sends("consent.withdrawal", dated, purposes=["transit"], levels=[]) == (STORED, 0)
    assert await liar.sends("erasure.request", dated) == (STORED, 0)
    await liar.hears("referral.update")
    assert "letter_held" not in tasks(world, "XA")
    assert await liar.sends("referral.ended", dated) == (STORED, 0)


def test_h22_sender_a_clock_set_back_by_more_than_a_day_keeps_a_letter_and_loses_none() -> None:
    """It would be refused there; it waits until the clock is right. What protects goes."""
    ours = letter("referral.update", consent=())
    late = accepted(newest_at=NOW + CLOCKS_DIFFER_S + 1)

    assert both(ours, shared=accepted(newest_at=NOW + CLOCKS_DIFFER_S)) == []
    assert both(ours, shared=late) == ["H22"]
    assert release(ours, shared=late).held
    assert "H22" not in both(letter("consent.withdrawal", consent=()), shared=late)
