"""Who is on call, and the drill that tests it: a promise counts only while it was kept within the last month.

The promise needs two people who can unlock away from the office and a drill that was answered in time, with the vault
open. Source: practice H21.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from node.errors import BadInput, Conflict, NotAllowed, NotFound
from node.protocol.letters.bodies_safety import DrillAnswerBody, DrillBody
from node.protocol.letters.scalars import Country, Id
from node.protocol.threads.deadlines import DAY, HOUR
from node.service.actor import Actor
from node.service.context import Node
from node.service.delivery.queueing import queue_control
from node.service.safety.alarms import About, closed, raise_alarm
from node.service.safety.paging import Reached
from node.service.safety.promise import PROMISE_S
from node.service.threads.commands import Command
from node.store.on_call import DrillRow, OnCallRow
from node.store.work import Reader, Work

NEEDED: Final = 2
DRILL, DRILL_DUE, DRILL_EVERY_S, ONE_A_DAY_S = "drill", "drill_due", 30 * DAY, DAY
SOONEST_AGAIN_S: Final = DAY - 2 * HOUR  # one that left a day after the last may have had a shorter way
Mail = Annotated[str, Meta(pattern=r"^[^@\s]{1,64}@[^@\s]{1,190}(?!\n)$")]
Phone = Annotated[str, Meta(pattern=r"^[+0-9 ()/-]{0,40}(?!\n)$")]


class SetOnCall(Command, frozen=True):
    """A person's place on the roster, and where she is reached; kept sealed."""

    user: Id
    position: Literal["first", "back_up"]
    unlocks_away: bool
    mail: Mail
    phone: Phone = ""


class StartDrill(Command, frozen=True):
    """Ask a country's people on call to answer within the hour."""

    peer: Country


class OnCallView(msgspec.Struct, frozen=True, kw_only=True):
    """One person of the roster."""

    user: str
    position: str
    unlocks_away: bool
    mail: str
    phone: str


class DrillView(msgspec.Struct, frozen=True, kw_only=True):
    """One drill; `in_time` is false until it was answered within the hour, with the vault open."""

    drill: str
    peer: str
    ours: bool
    at: int
    answer_by: int
    answered_at: int | None
    in_time: bool


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on call, whether our promise stands, and if not, what is missing."""

    people: list[OnCallView]
    promise_stands: bool
    missing: list[str]
    last_drill_at: int | None
    drills: list[DrillView]


async def roster(node: Node, actor: Actor) -> Roster:
    """The roster as coordinators and operators see it."""
    actor.must_be("coordinator", "operator")

    def read(reader: Reader) -> Roster:
        missing = lacking(reader, node.now())
        drills = sorted((*reader.on_call.drills("in"), *reader.on_call.drills("out")), key=lambda d: -d.at)
        return Roster(
            people=[_view(node, row) for row in reader.on_call.all()],
            promise_stands=not missing,
            missing=missing,
            last_drill_at=last_answered(reader),
            drills=[_drill(one) for one in drills],
        )

    return await node.store.read(read)


async def set_on_call(node: Node, actor: Actor, command: SetOnCall) -> Roster:
    """Add a person to the roster, or change her place."""
    actor.must_be("coordinator")

    def put(work: Work) -> None:
        user = work.people.get(command.user)
        if user is None or user.disabled_at is not None or user.role not in ("caseworker", "coordinator"):
            raise BadInput("no caseworker or coordinator of this node", field="user", expected="the id of a colleague")
        key = node.seals.node_key()
        sealed = node.seals.seal(key, "on_call", command.user, Reached(command.mail, command.phone))
        work.on_call.put(OnCallRow(command.user, command.position, command.unlocks_away, sealed, node.now()))
        work.audit.append(node.now(), actor.user_id, "on_call_set", command.user, outcome=command.position)

    await node.store.write(put)
    return await roster(node, actor)


async def drop_on_call(node: Node, actor: Actor, user: str) -> None:
    """Take a person off the roster."""
    actor.must_be("coordinator")

    def drop(work: Work) -> None:
        if not work.on_call.drop(user):
            raise NotFound("this person is not on the roster", field="user")
        work.audit.append(node.now(), actor.user_id, "on_call_dropped", user)

    await node.store.write(drop)


async def start_drill(node: Node, actor: Actor, command: StartDrill) -> DrillView:
    """Send a drill; one a day to a country is enough."""
    actor.must_be("coordinator")

    def start(work: Work) -> DrillView:
        now = node.now()
        before = work.on_call.drills("out", command.peer, limit=1)
        if before and now - before[0].at < ONE_A_DAY_S:
            raise Conflict("a drill went to this country within a day; wait for its answer")
        if node.view.country(command.peer) is None:
            raise NotFound("no such country in the registry; check the code", field="peer")
        letter_id = queue_control(node, work, command.peer, "safety.drill", DrillBody(answer_by=now + HOUR), now)
        work.on_call.add_drill(letter_id, command.peer, "out", now, now + HOUR)
        work.audit.append(now, actor.user_id, "drill_started", letter_id)
        return DrillView(
            drill=letter_id, peer=command.peer, ours=True, at=now, answer_by=now + HOUR, answered_at=None, in_time=False
        )

    return await node.store.write(start)


async def answer_drill(node: Node, actor: Actor, drill: str) -> None:
    """A person answers: whether she can unlock is whether the office vault is open for her sign-in right now."""
    actor.must_be("caseworker", "coordinator")

    def answer(work: Work) -> None:
        now, row = node.now(), work.on_call.drill(drill)
        if row is None or row.direction != "in" or row.answered_at is not None:
            raise NotFound("no such drill waits for an answer", field="drill")
        if actor.office is None:
            raise NotAllowed(
                "the vault is shut for this sign-in, so the drill would fail; sign in with the password", rule="H21",
                for_user="Sign in with your password first: the drill asks whether you can unlock.",
            )  # fmt: skip
        work.on_call.answer_drill(drill, row.peer, "in", now, actor.user_id, True)
        queue_control(node, work, row.peer, "safety.drill_answer", DrillAnswerBody(drill, now, True), now)
        closed(node, work, "call", drill, "answered", actor.user_id, now)

    await node.store.write(answer)


def drill_came(node: Node, work: Work, peer: str, letter_id: str, body: DrillBody, now: int) -> None:
    """A country tests whether somebody is there: people are called as for a danger, once a day at most for it.

    A further one within the day is not counted: one a day is all that a country sends (`start_drill`).
    """
    before = work.on_call.drills("in", peer, limit=1)
    if before and now - before[0].at < SOONEST_AGAIN_S:
        return  # nobody is called a second time, and no flood of drills hides one that was answered
    if work.on_call.add_drill(letter_id, peer, "in", now, min(body.answer_by, now + HOUR)):
        raise_alarm(node, work, "call", letter_id, DRILL, now, About(peer))


def drill_answered(node: Node, work: Work, peer: str, body: DrillAnswerBody, now: int) -> None:
    """Somebody there answered ours, at the moment at which we hear it: what it says of the time is its own word, and
    whoever cannot be reached within the hour is not on call for us (H21).
    """
    if work.on_call.drill(body.drill) is not None:
        work.on_call.answer_drill(body.drill, peer, "out", now, peer, body.unlocked)


async def remind_of_drill(node: Node) -> None:
    """Once a month a drill is due, while anybody is on the roster. Safe to repeat."""

    def remind(work: Work) -> None:
        newest = work.on_call.drills("out", limit=1)
        if work.on_call.all() and (not newest or node.now() - newest[0].at >= DRILL_EVERY_S):
            work.tasks.add(DRILL_DUE, node.now())

    await node.store.write(remind)


def lacking(reader: Reader, now: int) -> list[str]:
    """What our promise to be on call lacks; [] while it stands. For the directory and the roster."""
    missing = []
    away = [row for row in reader.on_call.all() if row.unlocks_away]
    if len(away) < NEEDED:
        missing.append(f"{NEEDED} people who can unlock away from the office; the roster has {len(away)}")
    last = last_answered(reader)
    if last is None or now - last > PROMISE_S:
        missing.append("a drill of another country answered in time within the last month")
    return missing


def last_answered(reader: Reader) -> int | None:
    """When we last answered a drill in time, with the vault open."""
    return reader.on_call.last_kept("in")


def _drill(row: DrillRow) -> DrillView:
    return DrillView(
        drill=row.letter_id, peer=row.peer, ours=row.direction == "out", at=row.at, answer_by=row.answer_by,
        answered_at=row.answered_at, in_time=row.was_in_time and bool(row.unlocked),
    )  # fmt: skip


def _view(node: Node, row: OnCallRow) -> OnCallView:
    reached = node.seals.open_as(Reached, node.seals.node_key(), "on_call", row.user_id, row.sealed)
    return OnCallView(
        user=row.user_id, position=row.position, unlocks_away=row.unlocks_away, mail=reached.mail, phone=reached.phone
    )
