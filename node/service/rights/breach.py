"""A breach: letters were exposed here; every country whose letters they are is told within 24 hours, on its thread.

What was exposed is named by letter ids only. At the other side a task stands until she has been told. Source: R33;
GDPR 33, 34; domain 5.9.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from node.errors import BadInput, Conflict, NotAllowed, NotFound
from node.protocol.letters.bodies_rights import BreachNoticeBody
from node.protocol.letters.codes_rights import BREACH_NOTICE_S, BreachCause, BreachMeasure
from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.scalars import Id, Seconds
from node.service.actor import Actor
from node.service.context import DAY_S, Node
from node.service.threads.acts import open_for
from node.service.threads.blocks import is_closed_to
from node.service.threads.book import Book, OpenFile
from node.service.threads.commands import Command
from node.service.threads.decided import Decided, queue_decided
from node.service.threads.drafting import STATES_NOTHING, frame
from node.service.threads.said_already import said_already
from node.service.threads.stops import is_ending
from node.store.work import Work

TELL_HER = "tell_her"
TELL_HER_TASK = "tell_her_of_breach"
TELL_HER_S = 3 * DAY_S


class ReportBreach(Command, frozen=True):
    """Which letters were exposed, received or sent; when that was noticed, why, and what was done at once."""

    letters: Annotated[tuple[Id, ...], Meta(min_length=1, max_length=1000)]
    noticed_at: Seconds
    cause: BreachCause
    measures: Annotated[tuple[BreachMeasure, ...], Meta(min_length=1)]
    names_exposed: bool


class BreachReported(msgspec.Struct, frozen=True, kw_only=True):
    """On how many threads a country is told, on how many a rule keeps the notice here (R10 before all), and whether
    24 hours had passed since it was noticed. She is told in every case.
    """

    notices: int
    kept_here: int
    late: bool


async def report_breach(node: Node, actor: Actor, command: ReportBreach) -> BreachReported:
    """Tell every affected country at once. Durable before it returns; nothing is told if one letter is unknown here."""
    actor.must_be("coordinator")
    return await node.store.write(lambda work: _report(node, work, actor, command))


def notice_came(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """Another country exposed letters about her: somebody tells her, and looks at her safety, within 72 hours."""
    ask_to_tell_her(work, found, letter.letter_id, now)


def ask_to_tell_her(work: Work, found: OpenFile, letter_id: str, now: int) -> None:
    """A task and a deadline that nobody meets but by saying that she was told."""
    peer, thread = found.row.peer, found.row.thread_id
    work.deadlines.start(peer, thread, letter_id, TELL_HER, now + TELL_HER_S)
    work.tasks.add(TELL_HER_TASK, now, case_id=found.row.case_id, peer=peer, thread_id=thread, letter_id=letter_id)


def _report(node: Node, work: Work, actor: Actor, command: ReportBreach) -> BreachReported:
    now = node.now()
    if command.noticed_at > now:
        raise BadInput("a breach is noticed before it is reported", field="noticed_at", expected="a time that has come")
    threads: dict[str, list[str]] = {}
    for letter_id in dict.fromkeys(command.letters):
        threads.setdefault(_thread_of(work, letter_id), []).append(letter_id)
    quiet = _kept_from(node, work, actor, list(threads), now)
    notices = [_notice(node, work, actor, one, letters, command, now) for one, letters in threads.items()]
    new = [(found, letter) for found, letter in notices if not said_already(node, work, found, letter, now)]
    if not new:
        raise Conflict("this breach was reported a moment ago; the countries are told")
    told = [_tell(node, work, actor, found, letter, found.row.thread_id in quiet, now) for found, letter in new]
    late = now > command.noticed_at + BREACH_NOTICE_S
    work.audit.append(now, actor.user_id, "breach_reported", rule="R33", outcome="late" if late else "done")
    return BreachReported(notices=len(notices) - told.count(False), kept_here=told.count(False), late=late)


def _thread_of(work: Work, letter_id: str) -> str:
    row = work.letters.find(letter_id)
    if row is None or row.thread_id is None:
        raise NotFound("a letter is not known here; check the references", field="letters")
    return row.thread_id


def _kept_from(node: Node, work: Work, actor: Actor, threads: list[str], now: int) -> set[str]:
    """Stopped threads with a country that must not hear of one of them: a notice on the others would point at it."""
    stopped = [found for one in threads if is_ending((found := open_for(node, work, actor, one)).file.thread)]
    closed = {
        found.row.peer
        for found in stopped
        if is_closed_to(Book(node, work).case(found.row.case_id).case, found.row.peer, now)
    }
    return {found.row.thread_id for found in stopped if found.row.peer in closed}


def _notice(
    node: Node, work: Work, actor: Actor, thread_id: str, letters: list[str], command: ReportBreach, now: int
) -> tuple[OpenFile, AnyLetter]:  # fmt: skip
    found = open_for(node, work, actor, thread_id)
    body = BreachNoticeBody(
        letters=tuple(letters), noticed_at=command.noticed_at, cause=command.cause, measures=command.measures,
        names_exposed=command.names_exposed, people_affected=len(found.file.persons) or len(found.file.entries),
    )  # fmt: skip
    letter = frame(
        found.file, "breach.notice", body, node.random(16).hex(), stated=STATES_NOTHING, urgency="urgent",
        in_reply_to=None, relates_to=None, disclosed=(), sealed=None, now=now,
    )  # fmt: skip
    return found, msgspec.structs.replace(letter, lawful_basis="legal_obligation")


def _tell(
    node: Node, work: Work, actor: Actor, found: OpenFile, letter: AnyLetter, quiet: bool, now: int
) -> bool:  # fmt: skip
    """Queue the notice; False where it stays here. Our own people tell her either way."""
    ask_to_tell_her(work, found, letter.letter_id, now)
    if quiet:
        return False
    case = Book(node, work).case(found.row.case_id)
    try:
        queue_decided(node, work, Decided(actor, case, found, letter), now)
    except NotAllowed:  # nothing of it was written: the gate comes first
        return False
    return True
