"""What people do about an alert that exists: take it up, say what changed, end it, look at it a second time.

What a person here decides always counts here; whether the other country may hear of it is the gate's, so an answer that
must not leave stops no one from taking an alarm up. Source: domain 5.10; R02, R10; practice H21.
"""

from node.errors import Conflict, NotAllowed, NotFound
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_safety import AcknowledgedBody, SafetyUpdateBody, StandDownBody
from node.protocol.safety import ACK, STAND_DOWN
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.safety.alarms import About, acknowledged, closed, raise_alarm
from node.service.safety.requests import Acknowledge, Review, StandDown, Told, UpdateAlert
from node.service.threads.book import Book
from node.service.threads.decided import Decided, queue_decided
from node.service.threads.drafting import STATES_NOTHING, frame
from node.service.threads.said_already import said_already
from node.store.alarms import AlarmRow
from node.store.work import Reader, Work

UNFOUNDED, INFORM = "stand_down_unfounded_alert", "tell_her_of_the_alert"


async def acknowledge(node: Node, actor: Actor, alert: str, command: Acknowledge) -> Told:
    """A person here has the alert: nobody is called any more, and the other country hears who acts."""
    actor.must_be("caseworker", "coordinator")

    def take_up(work: Work) -> Told:
        row = _row(work, actor, ("call",), alert)
        if command.action != "cannot_act":
            acknowledged(node, work, "call", alert, actor.user_id, node.now())
        next_word = () if command.next_word_by is None else (command.next_word_by,)
        return _tell(node, work, actor, row, ACK, AcknowledgedBody(alert, command.action, next_word))

    return await node.store.write(take_up)


async def update(node: Node, actor: Actor, alert: str, command: UpdateAlert) -> Told:
    """Say what changed; NotAllowed where the gate keeps it here."""
    actor.must_be("caseworker", "coordinator")
    until = () if command.until is None else (command.until,)
    body = SafetyUpdateBody(alert, command.status, command.dangers, command.region, until)

    def say(work: Work) -> Told:
        return _tell(node, work, actor, _row(work, actor, ("call", "answer"), alert), "safety.update", body, True)

    return await node.store.write(say)


async def stand_down(node: Node, actor: Actor, alert: str, command: StandDown) -> Told:
    """The danger is over, for us in any case."""
    actor.must_be("caseworker", "coordinator")

    def end(work: Work) -> Told:
        row = _row(work, actor, ("call", "answer"), alert)
        told = _tell(node, work, actor, row, STAND_DOWN, StandDownBody(alert, command.reason))
        closed(node, work, row.ladder, alert, command.reason, actor.user_id, node.now())  # type: ignore[arg-type]
        return told

    return await node.store.write(end)


async def review(node: Node, actor: Actor, alert: str, command: Review) -> None:
    """A third person looks at what went without consent, within 24 hours (R02): neither who sent it nor who asked.

    NotAllowed for either of the two.
    """
    actor.must_be("caseworker", "coordinator")
    await node.store.write(lambda work: _review(node, work, actor, alert, command))


async def informed(node: Node, actor: Actor, alert: str) -> None:
    """She was told of the alert."""
    actor.must_be("caseworker", "coordinator")

    def tell(work: Work) -> None:
        _row(work, actor, ("inform",), alert)
        closed(node, work, "inform", alert, "informed", actor.user_id, node.now())

    await node.store.write(tell)


def _review(node: Node, work: Work, actor: Actor, alert: str, command: Review) -> None:
    now, row = node.now(), _row(work, actor, ("review",), alert)
    if actor.user_id in (row.raised_by, row.asked_by):
        raise NotAllowed(
            "this needs somebody else than those behind the alert", rule="R02",
            for_user="Somebody who neither asked for this nor sent it has to look at it. Ask a colleague to sign in.",
        )  # fmt: skip
    closed(node, work, "review", alert, command.outcome, actor.user_id, now)
    about = About(row.peer, row.thread_id, alert, row.case_id)
    if command.informed != "informed":
        raise_alarm(node, work, "inform", alert, INFORM, now, about, by=actor.user_id)
    if command.outcome == "not_justified":
        work.tasks.add(UNFOUNDED, now, case_id=row.case_id, peer=row.peer, thread_id=row.thread_id, letter_id=alert)


def _row(reader: Reader, actor: Actor, ladders: tuple[str, ...], alert: str) -> AlarmRow:
    """The alarm behind an alert, if this person may work on its case; one without a case is everybody's."""
    rows = [row for ladder in ladders if (row := reader.alarms.get(ladder, alert)) and row.closed_at is None]
    if not rows:
        raise NotFound("no such open alert here; read the list again", field="alert")
    if rows[0].case_id is not None:
        may_work_on(reader, actor, rows[0].case_id, "alert")
    return rows[0]


def _tell(node: Node, work: Work, actor: Actor, row: AlarmRow, kind: str, body: Body, must: bool = False) -> Told:
    """Tell the other country, if a letter raised it and the gate lets it; with `must` its objection is raised."""
    has_thread = row.letter_id is not None and row.peer is not None and row.thread_id is not None
    found = Book(node, work).file(row.peer or "", row.thread_id or "") if has_thread else None
    if found is None:
        return Told(letter_id=None, told=False)
    case, now, letter_id = Book(node, work).case(found.row.case_id), node.now(), node.random(16).hex()
    letter = frame(
        found.file, kind, body, letter_id, stated=STATES_NOTHING, urgency="urgent", in_reply_to=None, relates_to=None,
        disclosed=(), sealed=None, now=now,
    )  # fmt: skip
    if said_already(node, work, found, letter, now):
        raise Conflict("the other country was told this a moment ago; read the alert again")
    try:
        queue_decided(node, work, Decided(actor, case, found, letter), now)
    except NotAllowed:  # it raises before anything is written
        if must:
            raise
        return Told(letter_id=None, told=False)
    return Told(letter_id=letter_id, told=True)
