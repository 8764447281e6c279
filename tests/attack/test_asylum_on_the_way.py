"""Asylum asked for while she travels looks like an illness on the way: to the origin and to the country she passes.

The whole return is played by the demo's own steps, twice; then the origin asks for everything again. What does not rest
on consent (departure, arrival) is on the thread here, so this is where a rule about consent could speak.
Source: R10, H01, H02; wire 7 (a stop leaves at once if she is travelling).
"""

import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import cast

import pytest

from node.crypto.envelope import open_envelope
from node.demo import return_story as do
from node.demo.network import Network
from node.demo.return_story import ORIGIN, Story
from tests.attack.pairs import Stage, everything_again
from tests.attack.provoking import Poke, Poked, send, work
from tests.played_in_memory import MemoryNetwork, in_memory


@pytest.fixture
async def network(tmp_path: Path) -> AsyncIterator[MemoryNetwork]:
    async with in_memory(tmp_path, "XD", "XT", "XA") as made:
        yield made


async def on_the_way(network: MemoryNetwork, stack: AsyncExitStack) -> Story:
    """She has left, and the country on the way knows it."""
    story = await do.begin(cast(Network, network), stack)
    await do.prepare(story)
    await do.ask(story)
    await do.assess(story)
    await do.settle(story)
    await do.passage_asked(story)
    await do.plan_journey(story)
    await do.depart(story)
    return story


def came(network: MemoryNetwork, recipient: str, thread: str, since: int) -> Counter[tuple[str, int, int, str]]:
    """What came for a thread since then: kind, number, size, what the frame says; and statements that were closed."""
    node = network.world[recipient].node
    of_seq: dict[int, str] = {}
    found: Counter[tuple[str, int, int, str]] = Counter()
    for place, (sender, to, envelopes) in enumerate(network.world.posted):
        for envelope in envelopes if (sender, to) == ("XD", recipient) else ():
            opened = open_envelope(envelope, recipient, node.keys.kem_for, node.sender_key, node.roots)
            letter = json.loads(opened.content())
            of_seq[opened.statement.seq] = letter.get("thread", "")
            if place >= since and letter.get("thread") == thread:
                frame = (letter["urgency"], letter["lawful_basis"], letter["void"], letter["consent"] == [])
                found[letter["kind"], letter["n"], len(envelope), repr(frame)] += 1
            if place >= since and letter["kind"] == "channel.closed":
                closed = [item["seq"] for item in letter["body"]["items"]]
                found["closed", 0, 0, ""] += sum(of_seq.get(seq) == thread for seq in closed)
    return found


def poked(network: MemoryNetwork, story: Story, cause: str) -> Poked:
    """The return as the origin pokes it."""
    xd, xa = network.world["XD"], network.world["XA"]
    node = xa.node
    rows = node.store.read_sync(lambda reader: reader.letters.of_thread("XD", story.thread))
    run = Poked(0, cause, "opener", 2, case=story.case, person=story.person, thread=story.thread, n=40, ours=9)
    run.token = xd.tokens(story.thread)[story.person]
    run.theirs = next(row.letter_id for row in rows if row.direction == "out")
    run.threads.append(story.thread)
    return run


async def poke_both(network: MemoryNetwork, runs: list[Poked]) -> None:
    """The origin asks for everything while nobody knows where she is; people here do what is asked, without a word."""
    stage = Stage(network.world, random.Random(7), network.world.clock.now())
    for kind in ("erasure.request", "safety.alert", "safety.medical", "access.request", "complaint.open"):
        await send(stage, runs, Poke(kind, kind == "complaint.open", True, False, ""))
        for run in runs:
            await work(stage, run)
        await network.world.settle()


async def test_a_stop_on_the_way_leaves_at_once_and_says_nothing_whatever_the_cause(network: MemoryNetwork):
    """Both end in the same second; the origin then pokes both, and asks for all statements again for three days."""
    async with AsyncExitStack() as stack:
        ill, asylum = await on_the_way(network, stack), await on_the_way(network, stack)
        await ill.later(60)  # everybody signs in again
        since = len(network.world.posted)
        await ill.home.api.post(f"threads/{ill.thread}/stop", {})
        await asylum.change("set_tie", person_id=asylum.person, country=ORIGIN, kind="nationality", feared="yes")
        await asylum.change("set_protection", person_id=asylum.person, protection="sought")
        for story in (ill, asylum):
            await story.origin.sees(story.thread, "ended")
            await story.passage.sees(story.transit, "cancelled")
        runs = [poked(network, story, cause) for story, cause in ((ill, "illness"), (asylum, "asylum"))]
        await poke_both(network, runs)
        for _ in range(3):
            await everything_again(network.world)
            await ill.later(86_400)

        at_origin = [came(network, "XA", story.thread, since) for story in (ill, asylum)]
        on_the_passage = [came(network, "XT", story.transit, since) for story in (ill, asylum)]
        assert at_origin[0] == at_origin[1]
        assert runs[0].answers == runs[1].answers
        assert on_the_passage[0] == on_the_passage[1]
        assert {kind for kind, *_ in at_origin[0]} == {"return.stopped", "closed"}
        assert {kind for kind, *_ in on_the_passage[0]} <= {"transit.cancel", "closed"}
