"""Channels under attack and after accidents, between real nodes: gaps, given-up statements, a stop that must arrive."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.service.threads import reading
from node.service.upkeep.sweeps import heads
from tests.attack.forged_posts import forged, payload_of, post
from tests.world import World, make_world, no_fault


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


def lose_everything(sender: str, recipient: str, envelopes: Any) -> str:
    return "lost"


def lose_from(country: str) -> Any:
    return lambda sender, recipient, envelopes: "lost" if sender == country else None


def gaps(world: World, code: str) -> list[tuple[int, int]]:
    """(epoch, seq) of every statement that a node still misses."""
    return [(row[1], row[2]) for row in world[code].node.store.read_sync(lambda reader: reader.channels.gaps())]


def alarms(world: World, code: str) -> list[str]:
    rows = world[code].node.store.read_sync(lambda reader: reader.audit.lines(limit=10_000))
    return [row.act for row in rows if row.outcome == "alarm"]


async def test_attack_60_a_released_and_given_up_statement_is_named_and_leaves_no_gap(world: World) -> None:
    """Wire 1: she takes her consent back while the offer is on its way; the gap it leaves is closed by name."""
    xd = world["XD"]
    case = await xd.new_case()
    consent = await xd.consent(case, "XA")
    world.fault = lose_everything
    await xd.offer("XA", case)
    await world.settle()
    await xd.withdraw(case, consent)
    world.fault = no_fault
    await world.later(86_400)  # the retry meets the gate, and the stop waits for its slot
    await world.later(86_400)

    assert gaps(world, "XA") == []
    given_up = xd.node.store.read_sync(lambda reader: reader.outbox.at_seq("XA", xd.node.epoch, 1, 1))
    assert [row.state for row in given_up] == ["given_up"]
    assert xd.node.store.read_sync(lambda reader: reader.outbox.unclosed("XA")) == []
    assert alarms(world, "XA") == alarms(world, "XD") == []


async def test_attack_60_a_held_letter_leaves_no_gap_at_all(world: World) -> None:
    """Wire 1: what the gate holds has no number: the next statement follows the one before directly."""
    xd = world["XD"]
    await xd.offer("XA")
    await world.settle()
    case = await xd.new_case()
    consent = await xd.consent(case, "XA")
    await xd.offer("XA", case)  # queued, and then withdrawn before its release
    await xd.withdraw(case, consent)
    await world.settle()
    await xd.offer("XA")
    await world.settle()

    head = xd.node.store.read_sync(lambda reader: reader.channels.out_head("XA", xd.node.epoch))
    got = world["XA"].node.store.read_sync(lambda reader: reader.channels.in_head("XD", xd.node.epoch))
    assert (head.seq, head.hash) == (got.seq, got.hash)
    assert head.seq == 2
    assert gaps(world, "XA") == []


async def test_a_stop_arrives_while_the_word_that_a_letter_was_opened_still_waits(world: World) -> None:
    """H01: a stop is never refused, whatever waits in the receiver's own outbox."""
    xd, xa = world["XD"], world["XA"]
    thread = (await xd.offer("XA")).thread
    await world.settle()
    world.fault = lose_from("XA")
    (offer,) = xa.node.store.read_sync(lambda reader: reader.letters.of_thread("XD", thread))
    await reading.open_letter(xa.node, xa.caseworker, offer.letter_id)
    await xd.stop(thread)
    await world.later(86_400)

    assert (await xa.view(thread)).state == "ended"


async def test_a_control_letter_that_expires_on_the_way_is_sealed_again(world: World) -> None:
    """Wire 1, re-seal: an envelope's expiry never ends a letter, and never stands in the way of the next ones."""
    xd, xa = world["XD"], world["XA"]
    await xd.offer("XA")
    await world.settle()
    world.fault = lose_everything
    await heads(xd.node)
    await world.settle()
    await world.days(13)
    world.fault = no_fault
    await world.days(1)

    noted = xa.node.store.read_sync(lambda reader: reader.peers.get("XD").heads)
    assert noted is not None
    assert gaps(world, "XA") == []


def after(world: World, seq: int) -> dict[str, Any]:
    """A statement of XD with this number, as a thief of its key would sign one that follows nothing."""
    offer = payload_of(world, world.posted[0][2][0], "XA")
    letter = {**offer, "letter_id": f"{seq:032x}", "thread": f"{seq + 100:032x}"}
    return {"payload": letter, "seq": seq, "prev": bytes([seq]) * 32}


async def test_attack_23_a_number_that_was_used_is_an_alarm_and_one_that_was_missing_is_not(world: World) -> None:
    """Wire 1: two statements of one number are a forked channel; a late one only fills the gap it had left."""
    await world["XD"].offer("XA")
    await world.settle()
    seen = []
    for seq in (4, 3, 3, 2, 1):
        sent = forged(world, "XD", "XA", **after(world, seq))
        await post(world, "XA", sent.envelope)
        seen.append((gaps(world, "XA"), len(alarms(world, "XA"))))

    epoch = world["XD"].node.epoch
    assert seen[0] == ([(epoch, 2), (epoch, 3)], 0)
    assert seen[1] == ([(epoch, 2)], 0)
    assert seen[2] == ([(epoch, 2)], 1)
    assert seen[3] == ([], 1)
    assert seen[4] == ([], 2)
    assert set(alarms(world, "XA")) == {"channel_chain_broken"}


@pytest.mark.parametrize("follows", [True, False])
async def test_attack_23_the_next_number_that_does_not_name_the_one_before_is_an_alarm(
    world: World, follows: bool
) -> None:
    """Wire 1: the letter is kept, for it is signed; what it was to follow was another one."""
    await world["XD"].offer("XA")
    await world.settle()
    told = after(world, 2)
    if follows:
        del told["prev"]  # as the forger finds it on the machine whose key it is
    sent = forged(world, "XD", "XA", **told)

    await post(world, "XA", sent.envelope)

    head = world["XA"].node.store.read_sync(lambda reader: reader.channels.in_head("XD", world["XD"].node.epoch))
    assert (head.seq, head.hash) == (2, hashlib.sha256(sent.s_bytes).digest())
    assert alarms(world, "XA") == ([] if follows else ["channel_chain_broken"])
