"""All that the origin and a country on the way ever see of a return ended by asylum looks like one ended by illness.

Pairs of returns live through the same days: letters waiting, lost or crossing, people who open letters, a country that
asks for everything again, an outage. One of each pair ends by asylum, the other by illness, in an order drawn at
random. What arrives is then compared pair by pair: letters, sizes, numbers, times, gaps, receipts, control letters.
Source: R10, H01, H04; wire 3, 7; README of the design, decision 10.
"""

import json
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from node.crypto.envelope import open_envelope
from node.errors import NotAllowed, OpenTRMError
from node.protocol.letters.control import ResendBody
from node.service.cases.cases import change_case
from node.service.cases.requests import SetProtection, SetTie
from node.service.delivery.queueing import queue_control
from node.service.returns.halting import HaltReturn, halt_return
from node.service.threads import opening, reading
from node.service.threads.commands import OpenThread
from tests.letters_return import RETURN_BODIES
from tests.rules.return_world import PLAN, her_return, plan
from tests.world import DAY_S, HER, Country, World, make_world

PAIRS = 100
HOUR = 3600
PURPOSES = ("enquiry", "risk_assessment", "travel", "reintegration", "followup")
CATEGORIES = ("needs", "plan", "health", "risk", "identity", "documents", "contact", "arrangements")
AN_OUTAGE = (30 * HOUR, 33 * HOUR)
ENDS_WITHIN = 3 * DAY_S
RUNS_FOR_DAYS = 5
Seen = tuple[Any, ...]


@dataclass
class Run:
    """One return of a pair, and what is to happen to it at which time."""

    pair: int
    cause: str
    case: str = ""
    thread: str = ""
    transit: str = ""


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


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    world = make_world(tmp_path, "XD", "XT", "XA")
    made = Stage(world, random.Random(20261126), world.clock.now())
    world.fault = made.fault
    yield made
    await world.close()


async def test_what_the_origin_sees_of_asylum_is_what_it_sees_of_illness(stage: Stage):
    """A hundred pairs; each difference would be a sentence: she asked for asylum."""
    runs = [Run(pair, cause) for pair in range(PAIRS) for cause in ("asylum", "illness")]
    await live(stage, runs)

    origin, passage = seen_by(stage, "XA"), seen_by(stage, "XT")
    answers = answers_to(stage.world, "XA")
    pairs = list(zip(runs[::2], runs[1::2], strict=True))
    different = [
        (asylum.pair, of(asylum), of(illness))
        for asylum, illness in pairs
        for of in (
            lambda run: origin[run.thread],
            lambda run: passage[run.transit] if run.transit else [],
            lambda run: answers[run.thread],
        )
        if of(asylum) != of(illness)
    ]

    assert different == []
    assert all(any(one[1] == "return.stopped" for one in origin[run.thread]) for run in runs)
    assert all(any(one[1] == "transit.cancel" for one in passage[run.transit]) for run in runs if run.transit)
    kinds = {one[1] for run in runs for one in origin[run.thread]}
    assert {"return.request", "return.risk_request", "return.update", "letter.opened", "closed"} <= kinds


async def live(stage: Stage, runs: list[Run]) -> None:
    """Begin all returns, then let what happens to each happen in its time; both of a pair in a drawn order."""
    world = stage.world
    await begin(stage, runs)
    events: list[tuple[int, int, Callable[[], Awaitable[None]]]] = []
    for number in range(0, len(runs), 2):
        events += [(at, len(events) + i, what) for i, (at, what) in enumerate(life(stage, runs[number : number + 2]))]
    for day in range(RUNS_FOR_DAYS):
        events.append((day * DAY_S + 1, -1, lambda: a_new_day(world)))
    for at in (26 * HOUR, 80 * HOUR):
        events.append((at, 10**6, lambda: everything_again(world)))
    for at, _, happens in sorted(events, key=lambda one: one[:2]):
        await until(stage, at)
        await happens()
    await until(stage, RUNS_FOR_DAYS * DAY_S)


async def begin(stage: Stage, runs: list[Run]) -> None:
    """Every return is asked for; some are answered, of those some assessed; some go through a third country."""
    world, xd, xa, xt = stage.world, stage.world["XD"], stage.world["XA"], stage.world["XT"]
    depth = [stage.chance.randrange(3) for _ in range(PAIRS)]
    through = [stage.chance.random() < 0.4 for _ in range(PAIRS)]
    for run in runs:
        run.case = await xd.new_case(returns=(plan(her_return()),))
        await xd.consent(run.case, "XA", purposes=PURPOSES, categories=CATEGORIES)
        run.thread = await opened(xd, run.case, "XA", "return.request")
        if through[run.pair]:
            await xd.consent(run.case, "XT", purposes=("transit",), categories=CATEGORIES)
            run.transit = await opened(xd, run.case, "XT", "transit.request")
    await world.settle()
    for run in runs:
        if depth[run.pair]:
            await xa.act(run.thread, "return.request_response", RETURN_BODIES["return.request_response"])
        if run.transit:
            await xt.act(run.transit, "transit.ack", RETURN_BODIES["transit.ack"])
    await world.settle()
    for run in runs:
        if depth[run.pair] == 2:
            await xd.act(run.thread, "return.risk_request", RETURN_BODIES["return.risk_request"])
    await world.settle()
    stage.began = world.clock.now() - world.clock.now() % DAY_S + DAY_S  # the days of the runs begin at midnight
    await until(stage, 0)


def life(stage: Stage, pair: list[Run]) -> list[tuple[int, Callable[[], Awaitable[None]]]]:
    """What happens to a pair, at times drawn once for both: (seconds since the beginning, act)."""
    world, chance = stage.world, stage.chance
    xd, xa, xt = world["XD"], world["XA"], world["XT"]
    ends = chance.randrange(ENDS_WITHIN)
    order = chance.sample(pair, 2)
    what: list[tuple[int, Callable[[Run], Awaitable[None]]]] = [(ends, lambda run: end(xd, run))]
    update = {"status": "as_planned", "organisation": []}
    if chance.random() < 0.5:  # still waiting here, or on the line, when the end comes
        what.insert(0, (ends, lambda run: tried(xd.act(run.thread, "return.update", update))))
    if chance.random() < 0.5:
        what.append(
            (ends - chance.randrange(1, 6 * HOUR), lambda run: tried(xd.act(run.thread, "return.update", update)))
        )
    for writer, thread in ((xa, "thread"), (xt, "transit")):
        for _ in range(chance.randrange(3)):  # before, after, or crossing
            at = max(0, ends + chance.randrange(-12 * HOUR, 36 * HOUR))
            what.append((at, lambda run, writer=writer, thread=thread: speak(writer, getattr(run, thread))))  # type: ignore[misc]
    for _ in range(chance.randrange(3)):
        at = max(0, ends + chance.randrange(-12 * HOUR, 36 * HOUR))
        what.append((at, lambda run: read(xd, run)))
    if chance.random() < 0.3:
        at = ends + chance.randrange(1, 30 * HOUR)
        what.append((at, lambda run: erasure_wanted(xa, run)))
        what.append((at + 2 * HOUR, lambda run: erasure_answered(xd, run)))
    return [(max(0, at), lambda run=run, act=act: act(run)) for at, act in what for run in order]  # type: ignore[misc]


async def end(xd: Country, run: Run) -> None:
    """The one difference between the two of a pair."""
    if run.cause == "illness":
        await halt_return(xd.node, xd.coordinator, run.case, PLAN, HaltReturn(reason="medical_unfit"))
        return
    await change_case(
        xd.node, xd.coordinator, run.case, SetTie(person_id=HER, country="XA", kind="nationality", feared="yes")
    )
    await change_case(xd.node, xd.coordinator, run.case, SetProtection(person_id=HER, protection="sought"))


async def speak(country: Country, thread: str) -> None:
    """The other country says something, if it may."""
    if not thread:
        return
    for kind in ("return.update", "return.request_response"):
        if country.code == "XA":
            await tried(country.act(thread, kind, RETURN_BODIES[kind]))


async def read(xd: Country, run: Run) -> None:
    """A caseworker opens what has come."""
    for letter in (await xd.view(run.thread)).letters:
        if letter.direction == "in" and letter.opened_at is None and letter.kind is not None:
            await tried(reading.open_letter(xd.node, xd.coordinator, letter.letter_id))


async def erasure_wanted(xa: Country, run: Run) -> None:
    """A curious country asks for an erasure, to see whether anybody answers."""
    own = [one.letter_id for one in (await xa.view(run.thread)).letters if one.direction == "out"]
    token = next(iter(xa.tokens(run.thread)))
    if own:
        items = [{"letter_id": own[0], "levels": ["L1", "L2", "L3", "L4"]}]
        await tried(xa.act(run.thread, "erasure.request", {"token": token, "items": items}))


async def erasure_answered(xd: Country, run: Run) -> None:
    """Whoever works at the desk does what is asked, if it may be done."""
    asked = [one for one in (await xd.view(run.thread)).letters if one.kind == "erasure.request"]
    if asked:
        letter = await reading.open_letter(xd.node, xd.coordinator, asked[0].letter_id)
        body: Any = letter["body"]
        items = [{**one, "result": "erased", "kept": []} for one in body["items"]]
        confirm = {"token": body["token"], "items": items, "onward": []}
        await tried(xd.act(run.thread, "erasure.confirm", confirm, in_reply_to=asked[0].letter_id))


async def tried(act: Awaitable[Any]) -> None:
    """Whatever may not be done is not done."""
    try:
        await act
    except (NotAllowed, OpenTRMError):
        return


async def everything_again(world: World) -> None:
    """The origin says that it lost all that ever came."""
    xa = world["XA"].node
    epoch = world["XD"].node.epoch
    await xa.store.write(
        lambda work: queue_control(
            xa, work, "XD", "channel.resend", ResendBody(epoch=epoch, from_seq=1, to_seq=10_000), xa.now()
        )
    )
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


async def opened(xd: Country, case: str, peer: str, kind: str, **said: Any) -> str:
    body = msgspec.json.encode(RETURN_BODIES[kind] | said)
    done = await opening.open_thread(
        xd.node, xd.coordinator, case, OpenThread(peer=peer, kind=kind, body=msgspec.Raw(body))
    )
    return done.thread


def seen_by(stage: Stage, recipient: str) -> dict[str, list[Seen]]:
    """Thread -> everything that came for it: when, what, how large, with which numbers and times, in which order."""
    node = stage.world[recipient].node
    threads = own_letters(stage.world, recipient) | stage.letters
    of_seq: dict[int, str] = {}
    found: dict[str, list[Seen]] = defaultdict(list)
    for one in stage.posted:
        if one.lost or (one.sender, one.recipient) != ("XD", recipient):
            continue
        opened_ = open_envelope(one.envelope, recipient, node.keys.kem_for, node.sender_key, node.roots)
        letter, statement = json.loads(opened_.content()), opened_.statement
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
        *(json.dumps(letter[name]) for name in same),
        *(None if letter[name] is None else letter[name] - began for name in relative),
        json.dumps(body),
    )


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
