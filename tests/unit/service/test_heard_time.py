"""What time it surely is, when the registry is away: receipts of two peers tell it, one peer never does.

The adversary keeps the registry away, sets our clock ahead, and has one country (or one key) on his side.
Source: wire 6, clock rule.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from node.clock import SteppedClock
from node.service.delivery.hearing import load_heard
from node.service.upkeep import sweeps
from tests.world import DAY_S, Country, World, make_world

AWAY_S = 9 * DAY_S


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """XD has written to two countries; then the registry is not seen for nine days."""
    made = make_world(tmp_path, "XD", "XA", "XT")
    for peer in ("XA", "XT"):
        await made["XD"].offer(peer)
    await made.settle()
    made.clock.step(AWAY_S)
    yield made
    await made.close()


async def write(world: World, *peers: str) -> None:
    """The day's word of XD goes to its peers, and only these answer."""
    world.fault = lambda sender, recipient, envelopes: None if recipient in peers else "lost"
    await sweeps.heads(world["XD"].node)
    await world.settle()


def set_clock(world: World, code: str, at: int) -> None:
    """From now on this node's own clock, and no other, says so."""
    world[code].node.clock = SteppedClock(at)


async def test_receipts_of_two_peers_tell_the_time_while_the_registry_is_away(world: World) -> None:
    """What stood still for want of a clock to believe goes on, and its sweeps are woken once."""
    xd, woken = world["XD"], []
    xd.node.on_believed = lambda: woken.append(world.clock.now())
    before = xd.node.clock_is_believed()

    await write(world, "XA")
    with_one = xd.node.clock_is_believed()
    world.clock.step(DAY_S)
    await write(world, "XT")

    assert (before, with_one, xd.node.clock_is_believed()) == (False, False, True)
    assert xd.node.verified_time() == world.clock.now() - DAY_S  # what both have passed
    assert xd.node.believed_now() == world.clock.now()
    assert woken == [world.clock.now()]


async def test_what_expired_meanwhile_is_sealed_again_when_two_peers_told_the_time(world: World) -> None:
    """Wire 1: nothing expired is posted; it is due in a new envelope as soon as our clock is believed."""
    xd = world["XD"]
    await write(world)
    lost = on_the_way(xd, "XA")
    world.clock.step(20 * DAY_S)
    await sweeps.reseal(xd.node)
    stood_still = on_the_way(xd, "XA")

    await write(world, "XA", "XT")

    assert lost
    assert stood_still == lost
    assert on_the_way(xd, "XA") == set()


def on_the_way(country: Country, peer: str) -> set[str]:
    """The letters to a peer whose bytes wait for a receipt."""
    return {row.letter_id for row in country.node.store.read_sync(lambda reader: reader.outbox.on_the_way(peer))}


async def test_one_peer_that_is_ahead_with_us_moves_nothing(world: World) -> None:
    """Our clock and one peer's are a month ahead; the other peer's is right: nothing is erased."""
    true = world.clock.now()
    for code in ("XD", "XA"):
        set_clock(world, code, true + 30 * DAY_S)
    await write(world, "XA", "XT")

    assert world["XD"].node.verified_time() <= true
    assert not world["XD"].node.clock_is_believed()


async def test_no_receipt_counts_for_more_than_our_own_clock_said_when_it_came(world: World) -> None:
    """Two peers far ahead of us cannot say today that any clock of ours will be right next year."""
    true = world.clock.now()
    set_clock(world, "XD", true)
    world.clock.step(365 * DAY_S)
    await write(world, "XA", "XT")
    set_clock(world, "XD", true + 100 * DAY_S)

    assert world["XD"].node.verified_time() == true
    assert not world["XD"].node.clock_is_believed()


@pytest.mark.parametrize("shut_out", ["distrusted", "suspended", "unknown"])
async def test_a_country_that_nobody_should_believe_is_no_witness(world: World, shut_out: str) -> None:
    """H14, R39: one that two people distrust, or that the maintainers suspended or never listed."""
    node = world["XD"].node
    await write(world, "XA", "XT")
    believed = node.clock_is_believed()
    countries, ended = dict(node.view.countries), 2 * world.clock.now()
    if shut_out == "distrusted":
        node.distrusted.countries["XT"] = ("first", "second")
    elif shut_out == "suspended":
        countries["XT"] = msgspec.structs.replace(countries["XT"], suspended_until=ended)
    else:
        del countries["XT"]
    node.view = msgspec.structs.replace(node.view, countries=countries)

    assert (believed, node.clock_is_believed()) == (True, False)


async def test_what_two_peers_said_is_known_after_a_restart_and_never_goes_back(world: World) -> None:
    """An old answer that comes again takes nothing back."""
    node = world["XD"].node
    await write(world, "XA", "XT")
    told = node.verified_time()
    set_clock(world, "XA", told - 5 * DAY_S)
    await write(world, "XA")

    before = node.verified_time()
    load_heard(node)

    assert (before, node.verified_time()) == (told, told)
