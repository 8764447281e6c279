"""Complaints and reviews: a thread of its own that names the earlier one, answered by somebody who had no part in it.

A complaint begins like every matter (`complaint.open`). Here it finds the case of the thread it is about, and whoever
decided there may not answer. Source: R33, R24; practice, acts to add.
"""

from node.errors import NotAllowed
from node.protocol.letters.bodies_rights import ComplaintAnswerBody, ComplaintOpenBody
from node.protocol.letters.codes_rights import BodyKind, ComplaintMeasure, ComplaintOutcome, Route
from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.scalars import Code
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.acts import open_for
from node.service.threads.book import Book, OpenFile
from node.service.threads.commands import ActDone, Command
from node.service.threads.decided import Decided, queue_decided
from node.service.threads.done_here import done_here
from node.service.threads.drafting import STATES_NOTHING, frame
from node.service.threads.keeping import decode_kept
from node.store.work import Reader, Work

DECIDES = frozenset({"queued", "letter_stored"})


class AnswerComplaint(Command, frozen=True):
    """What the independent body found; it is named, and is none of the organisations that it was about."""

    outcome: ComplaintOutcome
    body: Code
    body_kind: BodyKind
    measures: tuple[ComplaintMeasure, ...]
    next_routes: tuple[Route, ...]


async def answer(node: Node, actor: Actor, thread_id: str, command: AnswerComplaint) -> ActDone:
    """Send the answer of the independent body. Durable before it returns.

    About a thread that we stopped it stays here (H01). Raises NotAllowed for whoever decided what it is about.
    """
    actor.must_be("caseworker", "coordinator")
    return await node.store.write(lambda work: _answer(node, work, actor, thread_id, command))


def complaint_answered(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """Her caseworker tells her what was found and where she can go next."""
    _task(work, found, letter, "complaint_answered", now)


def case_of_complaint(work: Reader, letter: AnyLetter, peer: str) -> str | None:
    """The case that a complaint belongs to: that of the thread it names, if the same country had it with us."""
    if not isinstance(letter.body, ComplaintOpenBody) or letter.relates_to is None:
        return None
    earlier = work.threads.get(peer, letter.relates_to)
    row = None if earlier is None else work.cases.get(earlier.case_id)
    return None if earlier is None or row is None or row.dek is None else earlier.case_id


def _answer(node: Node, work: Work, actor: Actor, thread_id: str, command: AnswerComplaint) -> ActDone:
    now = node.now()
    found = open_for(node, work, actor, thread_id)
    complaint = _complaint(node, work, found)
    if any(_decided(work, letter_id, actor.user_id) for letter_id in complaint):
        raise NotAllowed(
            "whoever decided does not answer the complaint", rule="R33",
            for_user="You decided what this complaint is about. A colleague answers it, for the independent body.",
        )  # fmt: skip
    body = ComplaintAnswerBody(
        outcome=command.outcome, body=command.body, body_kind=command.body_kind, independent=True,
        measures=command.measures, next_routes=command.next_routes,
    )  # fmt: skip
    asked = next((e.letter_id for e in found.file.thread.entries if e.kind == "complaint.open"), None)
    letter = frame(
        found.file, "complaint.answer", body, node.random(16).hex(), stated=STATES_NOTHING, urgency="routine",
        in_reply_to=asked, relates_to=None, disclosed=(), sealed=None, now=now,
    )  # fmt: skip
    case = Book(node, work).case(found.row.case_id)
    try:
        return queue_decided(node, work, Decided(actor, case, found, letter), now)
    except NotAllowed as refused:  # nothing was written yet
        return done_here(node, work, found, actor, asked, refused, now)


def _complaint(node: Node, work: Work, found: OpenFile) -> tuple[str, ...]:
    """The letters it is about; a decision among them was somebody's of ours."""
    row = work.letters.get(found.row.peer, "in", found.file.opening)
    if row is None or row.sealed is None:
        return ()
    body = decode_kept(Book(node, work).payload(row)).body
    return body.letters if isinstance(body, ComplaintOpenBody) else ()


def _decided(work: Reader, letter_id: str, user: str) -> bool:
    lines = work.audit.lines(ref=letter_id, limit=1000)
    return any(line.actor == user and line.act in DECIDES for line in lines)


def _task(work: Work, found: OpenFile, letter: AnyLetter, code: str, now: int) -> None:
    work.tasks.add(
        code, now, case_id=found.row.case_id, peer=found.row.peer, thread_id=found.row.thread_id,
        letter_id=letter.letter_id,
    )  # fmt: skip
