"""Pairs of threads that live through the same days and differ in one thing, and all that a country sees of each.

What happens in the same second happens together, as at a desk with many hands: `live` lets it. `seen_by` is everything
that was posted to a country, opened with its keys: when, what, how large, with which numbers and times.
"""

import asyncio
import itertools
import json
import random
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from node.crypto.envelope import open_envelope
from node.errors import NotAllowed, OpenTRMError
from node.protocol.letters.control import ResendBody
from node.service.delivery.queueing import queue_control
from tests.world import DAY_S, World

HOUR: Final = 3600
TICK: Final = 1200  # whatever happens, happens at such a moment
AN_OUTAGE: Final = (30 * HOUR, 33 * HOUR)
AT_A_TIME: Final = 1000  # statements that one `channel.resend` is answered with
WAITING, ENDS, LATER = range(3)  # the order of one second: what still waits when the end comes, the end, the rest
ID: Final = re.compile("[0-9a-f]{32}")  # drawn at random, so compared with nothing
Seen = tuple[Any, ...]
Act = Callable[[], Awaitable[None]]
Event = tuple[int, int, Act]


@dataclass
class Posted:
    """One envelope that was posted, and when; `lost` where it never arrived."""

    at: int
    sender: str
    recipient: str
    size: int
    envelope: bytes
    lost: bool


@dataclass
class Stage:
    """The countries, and a record of everything that is posted between them.

    `letters`: letter -> thread of what was posted beside the outbox; `ids` draws ids, which are compared with nothing.
    """

    world: World
    chance: random.Random
    began: int
    posted: list[Posted] = field(default_factory=list)
    letters: dict[str, str] = field(default_factory=dict)
    ids: random.Random = field(default_factory=lambda: random.Random("ids"))

    def fault(self, sender: str, recipient: str, envelopes: Sequence[bytes]) -> str | None:
        """An outage of the line for some hours; everything is noted."""
        since = self.world.clock.now() - self.began
        lost = AN_OUTAGE[0] <= since < AN_OUTAGE[1]
        self.posted += [Posted(since, sender, recipient, len(one), bytes(one), lost) for one in envelopes]
        return "lost" if lost else None

    def between(self, first: int, last: int) -> int:
        """A moment drawn from this span of seconds, never before the beginning."""
        return max(0, self.chance.randrange(first // TICK, last // TICK) * TICK)


def stage_of(world: World, seed: int) -> Stage:
    """A stage that notes what is posted from now on."""
    made = Stage(world, random.Random(seed), world.clock.now())
    world.fault = made.fault
    return made


async def at_midnight(stage: Stage) -> None:
    """The days of the runs begin."""
    now = stage.world.clock.now()
    stage.began = now - now % DAY_S + DAY_S
    await until(stage, 0)


async def live(stage: Stage, events: list[Event], days: int) -> None:
    """Let everything happen in its time, and a new day begin on every day."""
    new_days: list[Event] = [(day * DAY_S + 1, LATER, lambda: a_new_day(stage.world)) for day in range(days)]
    events = sorted(events + new_days, key=lambda one: one[:2])
    for (at, _), together in itertools.groupby(events, key=lambda one: one[:2]):
        await until(stage, at)
        await asyncio.gather(*(happens() for *_, happens in together))
    await until(stage, days * DAY_S)


async def tried(act: Awaitable[Any]) -> None:
    """Whatever may not be done is not done."""
    try:
        await act
    except (NotAllowed, OpenTRMError):
        return


async def everything_again(world: World) -> None:
    """The origin says that it lost all that ever came: it asks for as much at a time as is given again."""
    xa, xd = world["XA"].node, world["XD"].node
    last = xd.store.read_sync(lambda reader: reader.channels.out_head("XA", xd.epoch)).seq
    for first in range(1, last + 1, AT_A_TIME):
        body = ResendBody(epoch=xd.epoch, from_seq=first, to_seq=first + AT_A_TIME - 1)
        await xa.store.write(lambda work, body=body: queue_control(xa, work, "XD", "channel.resend", body, xa.now()))  # type: ignore[misc]
    await world.settle()


async def a_new_day(world: World) -> None:
    world.registry.publisher.refresh()
    world.refresh()
    await world.sweep()
    await world.settle()


async def until(stage: Stage, at: int) -> None:
    """Let time pass, delivering at every hour as workers do."""
    world = stage.world
    while (now := world.clock.now() - stage.began) < at:
        step = min(at - now, HOUR - now % HOUR)
        world.clock.step(step)
        world.registry.clock.step(step)
        await world.settle()


def seen_by(stage: Stage, recipient: str) -> dict[str, list[Seen]]:
    """Thread -> everything that came for it: when, what, how large, with which numbers and times, in which order."""
    node = stage.world[recipient].node
    threads = own_letters(stage.world, recipient) | stage.letters
    of_seq: dict[int, str] = {}
    found: dict[str, list[Seen]] = defaultdict(list)
    for one in stage.posted:
        if one.lost or (one.sender, one.recipient) != ("XD", recipient):
            continue
        opened = open_envelope(one.envelope, recipient, node.keys.kem_for, node.sender_key, node.roots)
        letter, statement = json.loads(opened.content()), opened.statement
        times = (one.at, statement.created_at - stage.began, statement.expires_at - stage.began, one.size)
        if letter["kind"] == "channel.closed":
            for item in letter["body"]["items"]:
                found[of_seq.get(item["seq"], "?")].append((one.at, "closed"))
            continue
        thread = letter.get("thread") or threads.get(letter["body"].get("letter_id", ""), "")
        threads[letter["letter_id"]] = thread
        of_seq[statement.seq] = thread
        found[thread].append((one.at, letter["kind"], *times, *_said(letter, stage.began)))
    # What comes in one second comes in the order of a batch, which is that of the outbox and says nothing.
    return defaultdict(list, {thread: sorted(all_of_it, key=repr) for thread, all_of_it in found.items()})


def own_letters(world: World, sender: str) -> dict[str, str]:
    """Letter -> thread of all that this country wrote, for word that somebody opened one."""
    query = "select letter_id, thread_id from outbox where thread_id is not null"
    rows = world[sender].node.store.read_sync(lambda reader: reader.connection.execute(query).fetchall())
    return dict(rows)


def _said(letter: dict[str, Any], began: int) -> Seen:
    if "n" not in letter:
        return (letter["body"].get("opened_at", 0) - began,)
    same = ("n", "seen", "void", "urgency", "handling", "lawful_basis", "disclosed", "attachments")
    relative = ("written_at", "thread_ends", "reply_by", "retention_until")
    body = {name: value for name, value in (letter["body"] or {}).items() if name not in ("items", "token")}
    return (
        *(_without_ids(letter[name]) for name in same),
        *(None if letter[name] is None else letter[name] - began for name in relative),
        _without_ids(body),
    )


def _without_ids(value: Any) -> str:
    """What is said, but for ids; a list of what came in one second stands in their order, which says nothing."""
    if isinstance(value, dict):
        return repr({name: _without_ids(one) for name, one in value.items()})
    if isinstance(value, list):
        return repr(sorted(_without_ids(one) for one in value))
    return ID.sub("id", repr(value))


def answers_to(world: World, sender: str) -> dict[str, list[Seen]]:
    """Thread -> what the receipts say for the letters of this sender, and what became of each."""
    query = (
        "select o.thread_id, e.status, e.reason, e.state, e.tries from envelope e join outbox o using (letter_id)"
        " where e.peer='XD' order by e.epoch, e.seq"
    )
    rows = world[sender].node.store.read_sync(lambda reader: reader.connection.execute(query).fetchall())
    found: dict[str, list[Seen]] = defaultdict(list)
    for thread, *rest in rows:
        found[thread].append(tuple(rest))
    return found
