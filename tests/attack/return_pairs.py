"""Pairs of returns, each at one of six stages: how they come there, and what people of all three countries do then.

One of a pair ends because she asked for asylum, the other because she is ill; `end` is the one difference.
Used by `test_asylum_looks_like_illness`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import msgspec

from node.protocol.cases.return_plan import Journey
from node.service.cases.cases import change_case
from node.service.cases.requests import SetProtection, SetTie
from node.service.returns.halting import HaltReturn, halt_return
from node.service.threads import opening, reading
from node.service.threads.commands import OpenThread
from tests.attack.pairs import ENDS, HOUR, LATER, WAITING, Event, Stage, tried
from tests.letters_return import RETURN_BODIES, TOKEN
from tests.rules.return_world import PLAN, her_return, plan
from tests.world import DAY_S, HER, NOW, Country, World

PURPOSES: Final = ("enquiry", "risk_assessment", "travel", "reintegration", "followup")
CATEGORIES: Final = ("needs", "plan", "health", "risk", "identity", "documents", "contact", "arrangements")
STAGES: Final = ("requested", "answered", "assessing", "decision", "documents", "plan")
ENDS_WITHIN: Final = 2 * DAY_S
ARRIVES: Final = NOW + 14 * DAY_S
NAMES: Final = {"given_name": "Zoryana", "legs": "an invented bus", "meeting_point": "by the invented clock"}
# What brings a return from the stage before to this one: who says it, and what; received in between.
WAY: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "answered": (("XA", "return.request_response"),),
    "assessing": (("XD", "return.risk_request"),),
    "decision": (
        ("XA", "return.risk_result"), ("XD", "return.risk_result"),
        ("XD", "return.decision"), ("XA", "return.decision"),
    ),
    "documents": (("XA", "return.traveldoc_status"),),
    "plan": (
        ("XD", "consent.assertion"), ("XA", "return.reintegration_plan"), ("XD", "return.travel_plan"),
    ),
}  # fmt: skip
WAITS: Final = ("return.update", "return.decision", "return.travel_plan", "consent.assertion")
CROSSES: Final = ("return.update", "return.request_response", "return.traveldoc_status", "return.decision")


@dataclass
class Run:
    """One return of a pair: what ends it, how far it has come by then, and whether it goes through a third country."""

    pair: int
    cause: str
    stage: str
    through: bool = False
    case: str = ""
    consent: str = ""
    thread: str = ""
    transit: str = ""

    def has_come_to(self, stage: str) -> bool:
        """Whether it is at this stage, or further."""
        return STAGES.index(self.stage) >= STAGES.index(stage)


async def begin(stage: Stage, runs: list[Run]) -> None:
    """Every return is asked for and comes to its stage, both of a pair alike; some go through a third country."""
    world = stage.world
    await asyncio.gather(*(_asked_for(world["XD"], run) for run in runs))
    await world.settle()
    await asyncio.gather(*(_passage_agreed(world["XT"], run) for run in runs if run.through))
    for name, steps in WAY.items():
        for code, kind in steps:
            if kind == "consent.assertion":
                await world.later(60)
                await asyncio.gather(*(_consents(world["XD"], run) for run in runs if run.has_come_to(name)))
            await asyncio.gather(*(say(world, code, kind, run) for run in runs if run.has_come_to(name)))
            await world.settle()


async def _asked_for(xd: Country, run: Run) -> None:
    journey = Journey(ARRIVES, ARRIVES + 6 * HOUR, ("XT",) if run.through else ())
    run.case = await xd.new_case(returns=(plan(her_return(), journey=journey),))
    await xd.write_identity(run.case, {HER: dict(NAMES)})
    await _consents(xd, run)
    run.thread = await opened(xd, run.case, "XA", "return.request")
    if run.through:
        await xd.consent(run.case, "XT", purposes=("transit",), categories=CATEGORIES)
        run.transit = await opened(xd, run.case, "XT", "transit.request")


async def _passage_agreed(xt: Country, run: Run) -> None:
    await xt.act(run.transit, "transit.ack", RETURN_BODIES["transit.ack"])


async def _consents(xd: Country, run: Run) -> None:
    """She agrees; asked again once she knows the results."""
    run.consent = await xd.consent(run.case, "XA", purposes=PURPOSES, categories=CATEGORIES)


async def opened(xd: Country, case: str, peer: str, kind: str, **said: Any) -> str:
    """A thread about a case, begun by this kind; its id."""
    body = msgspec.json.encode(RETURN_BODIES[kind] | said)
    done = await opening.open_thread(
        xd.node, xd.coordinator, case, OpenThread(peer=peer, kind=kind, body=msgspec.Raw(body))
    )
    return done.thread


async def say(world: World, code: str, kind: str, run: Run) -> None:
    """This country says this on the thread of the return."""
    country = world[code]
    token = next(iter(country.tokens(run.thread).values()))
    disclose = {HER: list(NAMES)} if kind == "return.travel_plan" else {}
    await country.act(run.thread, kind, body_of(kind, token, world.clock.now(), run.through), disclose=disclose)


def body_of(kind: str, token: str, now: int, through: bool) -> dict[str, Any]:
    """What is said: all is in order, today."""
    made: dict[str, Any] = msgspec.json.decode(
        msgspec.json.encode(RETURN_BODIES[kind]).replace(TOKEN.encode(), token.encode())
    )
    said: dict[str, dict[str, Any]] = {
        "return.risk_result": {"assessed_date": datetime.fromtimestamp(now, UTC).date().isoformat()},
        "consent.assertion": {"about": "plan", "asked_at": now},
        "return.update": {"status": "as_planned", "organisation": []},
        "return.travel_plan": {
            "departure_starts_at": ARRIVES - 10 * HOUR, "departure_ends": ARRIVES - 6 * HOUR,
            "arrival_starts_at": ARRIVES, "arrival_ends": ARRIVES + 6 * HOUR, "with_transit": through,
        },
    }  # fmt: skip
    return made | said.get(kind, {})


def life(stage: Stage, pair: list[Run]) -> Iterable[Event]:
    """What happens to a pair, at times drawn once for both: when, in which order of the second, and what."""
    world, chance = stage.world, stage.chance
    xd = world["XD"]
    ends = stage.between(0, ENDS_WITHIN)
    order = chance.sample(pair, 2)
    what: list[tuple[int, int, Callable[[Run], Awaitable[None]]]] = [(ends, ENDS, partial(end, xd))]
    if chance.random() < 0.6:  # still waiting here, or on the line, when the end comes
        what.append((ends, WAITING, partial(try_to_say, world, "XD", chance.choice(WAITS))))
    if chance.random() < 0.5:
        before = stage.between(ends - 6 * HOUR, ends)
        what.append((before, WAITING, partial(try_to_say, world, "XD", "return.update")))
    for _ in range(chance.randrange(4)):  # before, after, or crossing
        kind = chance.choice(CROSSES)
        what.append((_about(stage, ends), LATER, partial(try_to_say, world, "XA", kind)))
    for _ in range(chance.randrange(2)):
        what.append((_about(stage, ends), LATER, partial(read, xd)))
    if chance.random() < 0.3:
        at = stage.between(ends - 12 * HOUR, ends + 30 * HOUR)
        what.append((at, LATER, partial(erasure_wanted, world["XA"])))
        what.append((at + 2 * HOUR, LATER, partial(erasure_answered, xd)))
    return [(at, rank, partial(act, run)) for at, rank, act in what for run in order]


def _about(stage: Stage, ends: int) -> int:
    return stage.between(ends - 12 * HOUR, ends + 36 * HOUR)


async def end(xd: Country, run: Run) -> None:
    """The one difference between the two of a pair."""
    if run.cause == "illness":
        await halt_return(xd.node, xd.coordinator, run.case, PLAN, HaltReturn(reason="medical_unfit"))
        return
    await change_case(
        xd.node, xd.coordinator, run.case, SetTie(person_id=HER, country="XA", kind="nationality", feared="yes")
    )
    await change_case(xd.node, xd.coordinator, run.case, SetProtection(person_id=HER, protection="sought"))


async def try_to_say(world: World, code: str, kind: str, run: Run) -> None:
    """A country says something, if it may."""
    await tried(say(world, code, kind, run))


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
