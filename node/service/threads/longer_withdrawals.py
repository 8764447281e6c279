"""A withdrawal that is kept here may wait longer than two working days, if her counsel was heard and she was told.

Otherwise the uniform stop goes by itself (`waiting_withdrawals`). Source: H16, R10, R20.
"""

import msgspec

from node.errors import BadInput, NotAllowed, NotFound
from node.protocol.letters.scalars import Seconds
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import DAY_S, Node
from node.service.threads.commands import Command
from node.service.threads.waiting_withdrawals import HELD
from node.store.threads import DeadlineRow
from node.store.work import Reader, Work

LONGEST_S = 28 * DAY_S


class WaitLonger(Command, frozen=True):
    """Let a held withdrawal wait until then: an independent lawyer was heard, and it was shown to her."""

    until: Seconds
    counsel_heard: bool
    shown_to_her: bool


class HeldWithdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """A withdrawal that is kept here, and when the stop goes in its place."""

    letter: str
    stops_at: int


async def let_withdrawal_wait(node: Node, actor: Actor, letter_id: str, ask: WaitLonger) -> HeldWithdrawal:
    """Put off the stop that would go instead of a held withdrawal; NotAllowed without counsel or without her."""
    actor.must_be("caseworker", "coordinator")
    return await node.store.write(lambda work: _wait(node, work, actor, letter_id, ask))


def _wait(node: Node, work: Work, actor: Actor, letter_id: str, ask: WaitLonger) -> HeldWithdrawal:
    waiting, now = work.outbox.get(letter_id), node.now()
    if waiting is None or waiting.case_id is None:
        raise NotFound("no such letter here; check the reference", field="letter")
    may_work_on(work, actor, waiting.case_id, "letter")
    row = _deadline(work, waiting.peer, waiting.thread_id or "", letter_id)
    if row is None or waiting.state != "held":
        raise NotFound("no withdrawal waits under this id; read the thread again", field="letter")
    if not (ask.counsel_heard and ask.shown_to_her):
        raise NotAllowed(
            "waiting longer needs her counsel, and she must have seen it", rule="H16",
            for_user="Ask an independent lawyer and show it to her. Until then the uniform stop goes after two days.",
        )  # fmt: skip
    if not now < ask.until <= row.due_at + LONGEST_S:
        raise BadInput("this end is past or too far away", field="until", expected="within 28 days", rule="H16")
    work.deadlines.escalated(row.id, row.step, ask.until)
    work.audit.append(now, actor.user_id, "case_changed", letter_id, rule=node.seals.cover("H16 withdrawal_waits"))
    return HeldWithdrawal(letter=letter_id, stops_at=ask.until)


def _deadline(reader: Reader, peer: str, thread_id: str, letter_id: str) -> DeadlineRow | None:
    rows = reader.deadlines.of_thread(peer, thread_id)
    return next((row for row in rows if (row.letter_id, row.code, row.state) == (letter_id, HELD, "open")), None)
