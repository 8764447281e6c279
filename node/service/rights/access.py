"""Access: what do you hold about her on this thread, and who opened it? Asked of every country, answered in codes.

The answer is made from what is stored, and a person sends it: which letters are still here, at which levels, in what
condition, how often people of which role opened them, and to which countries it went on. No name of hers, and none of
the staff. Source: R28, R33; GDPR 15; domain 5.9.
"""

from collections import Counter
from typing import Final, cast, get_args

import msgspec

from node.errors import BadInput, Conflict, NotAllowed
from node.protocol.letters.bodies_rights import AccessRequestBody, AccessResponseBody, HeldLetter, OpenedBy
from node.protocol.letters.codes import LEVELS, Level
from node.protocol.letters.codes_rights import Held, OpenerRole
from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.parts import Kept
from node.protocol.letters.scalars import Id
from node.protocol.threads import machine
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import DAY_S, Node
from node.service.rights.erasures import may_open_kept
from node.service.rights.onward import onward_countries, passed_on
from node.service.threads.acts import open_for
from node.service.threads.book import Book, OpenFile
from node.service.threads.commands import ActDone, Command
from node.service.threads.decided import Decided, queue_decided
from node.service.threads.done_here import done_here
from node.service.threads.drafting import STATES_NOTHING, frame
from node.service.threads.keeping import decode_kept
from node.service.threads.said_already import said_already
from node.service.threads.stops import is_ending
from node.store.letters import LetterRow
from node.store.threads import ThreadRow
from node.store.work import Reader, Work

ACCESS = "access"
ACCESS_S = 30 * DAY_S
OPENER_ROLES: Final = frozenset(get_args(OpenerRole))


class AnswerAccess(Command, frozen=True):
    """Which request of the other country is answered."""

    request: Id


class Asked(msgspec.Struct, frozen=True):
    """On how many threads a country was asked; on how many a rule keeps the question here, R10 before all; on how many
    nothing is asked because they were stopped: there no country answers in writing (H01).
    """

    asked: int
    kept_here: int
    stopped: int


async def ask_everybody(node: Node, actor: Actor, case_id: str) -> Asked:
    """Ask every country that heard of her in this case what it holds about her. Durable before it returns."""
    actor.must_be("caseworker", "coordinator")
    return await node.store.write(lambda work: _ask_everybody(node, work, actor, case_id))


async def answer(node: Node, actor: Actor, thread_id: str, command: AnswerAccess) -> ActDone:
    """Tell the other country what is held here on this thread. Durable before it returns.

    After a stop, and where it must not hear of her, the answer stays here and the request is settled (H01).
    """
    actor.must_be("caseworker", "coordinator")
    return await node.store.write(lambda work: _answer(node, work, actor, thread_id, command))


def request_came(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """GDPR 12(3): answered within 30 days."""
    work.deadlines.start(found.row.peer, found.row.thread_id, letter.letter_id, ACCESS, now + ACCESS_S)
    _task(work, found, letter, "access_requested", now)


def answer_came(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """It belongs to her: her caseworker goes through it with her, in her language."""
    assert isinstance(letter.body, AccessResponseBody)
    passed_on(node, work, found, letter, letter.body.onward, now)
    _task(work, found, letter, "access_answered", now)


def held_letters(node: Node, reader: Reader, found: OpenFile) -> tuple[HeldLetter, ...]:
    """What is held here of the other side's letters on this thread, erased ones included."""
    rows = reader.letters.of_thread(found.row.peer, found.row.thread_id)
    return tuple(_held(node, reader, found, row) for row in rows if row.direction == "in")


def _ask_everybody(node: Node, work: Work, actor: Actor, case_id: str) -> Asked:
    now, book = node.now(), Book(node, work)
    may_work_on(work, actor, case_id)
    rows = [row for row in work.threads.of_case(case_id) if row.sealed is not None]
    stopped = [row for row in rows if is_ending(book.open_file(row).file.thread)]
    asked = [
        _ask(node, work, actor, row, now) for row in rows if row not in stopped and _may_ask(book.open_file(row), now)
    ]
    return Asked(asked=asked.count(True), kept_here=asked.count(False), stopped=len(stopped))


def _ask(node: Node, work: Work, actor: Actor, row: ThreadRow, now: int) -> bool:
    """Queue the question about each person; False where the gate keeps it here, so that the others still go."""
    book = Book(node, work)
    case = book.case(row.case_id)
    for token in _tokens(book.open_file(row)):
        found = book.open_file(work.threads.get(row.peer, row.thread_id) or row)
        letter = _frame(node, found, "access.request", AccessRequestBody(token=token), None, now)
        if said_already(node, work, found, letter, now):
            continue
        try:
            queue_decided(node, work, Decided(actor, case, found, letter), now)
        except NotAllowed:  # nothing was written yet: the gate comes first
            return False
    return True


def _may_ask(found: OpenFile, now: int) -> bool:
    return any(one.allowed for one in machine.allowed(found.file.thread, now) if one.kind == "access.request")


def _tokens(found: OpenFile) -> list[str]:
    """Her token and those of her dependants: as we drew them, or as the other side stated them."""
    return list(found.file.persons) or [entry.token for entry in found.file.entries]


def _answer(node: Node, work: Work, actor: Actor, thread_id: str, command: AnswerAccess) -> ActDone:
    now = node.now()
    found = open_for(node, work, actor, thread_id)
    row = work.letters.get(found.row.peer, "in", command.request)
    asked = None if row is None or row.sealed is None else decode_kept(Book(node, work).payload(row)).body
    if not isinstance(asked, AccessRequestBody):
        raise BadInput("no such request on this thread", field="request", expected="the id of an access.request")
    letters = held_letters(node, work, found)
    body = AccessResponseBody(
        token=asked.token, letters=letters, onward=onward_countries(node, work, found),
        kept_until=max((one.retention_until or 0 for one in _received(work, found)), default=0),
    )  # fmt: skip
    case = Book(node, work).case(found.row.case_id)
    letter = _frame(node, found, "access.response", body, command.request, now)
    if said_already(node, work, found, letter, now):
        raise Conflict("this request was answered a moment ago; the other country is told")
    try:
        done = queue_decided(node, work, Decided(actor, case, found, letter), now)
    except NotAllowed as refused:  # nothing was written yet: the gate comes first
        done = done_here(node, work, found, actor, command.request, refused, now)
    work.deadlines.meet(found.row.peer, found.row.thread_id, command.request, ACCESS)
    return done


def _frame(
    node: Node, found: OpenFile, kind: str, body: AccessRequestBody | AccessResponseBody, answers: str | None, now: int
) -> AnyLetter:
    letter = frame(
        found.file, kind, body, node.random(16).hex(), stated=STATES_NOTHING, urgency="routine", in_reply_to=answers,
        relates_to=None, disclosed=(), sealed=None, now=now,
    )  # fmt: skip
    return msgspec.structs.replace(letter, lawful_basis="legal_obligation")


def _received(reader: Reader, found: OpenFile) -> list[LetterRow]:
    rows = reader.letters.of_thread(found.row.peer, found.row.thread_id)
    return [row for row in rows if row.direction == "in"]


def _held(node: Node, reader: Reader, found: OpenFile, row: LetterRow) -> HeldLetter:
    kept = next((one for one in found.file.kept if one.letter_id == row.letter_id), None)
    levels = () if row.sealed is None else _levels(decode_kept(Book(node, reader).payload(row)))
    condition: Held = "erased" if row.sealed is None else "whole"
    if may_open_kept(found.file, row.letter_id, "caseworker") is not None and row.sealed is not None:
        condition = "restricted"
    elif kept is not None and row.sealed is not None:
        condition = "kept"
    ground = (
        (Kept(legal_ground=kept.ground, until=kept.until),)
        if condition == "kept" and kept is not None and kept.ground is not None and kept.until is not None
        else ()
    )
    return HeldLetter(
        letter_id=row.letter_id, levels=levels, held=condition,
        opened=_opened(reader, row.letter_id, "letter_opened"),
        names_opened=_opened(reader, row.letter_id, "identity_opened"), kept=ground,
    )  # fmt: skip


def _levels(letter: AnyLetter) -> tuple[Level, ...]:
    carried = {"L1", *(item.level for item in letter.disclosed if letter.sealed_identity is not None)}
    return tuple(level for level in LEVELS if level in carried)


def _opened(reader: Reader, letter_id: str, act: str) -> tuple[OpenedBy, ...]:
    """How often, by role; whoever has left the staff, and case systems, count as `machine`."""
    lines = [line for line in reader.audit.lines(ref=letter_id, limit=1000) if line.act == act]
    roles = Counter(_role(reader, line.actor) for line in lines)
    return tuple(OpenedBy(role=role, times=times) for role, times in sorted(roles.items()))


def _role(reader: Reader, user: str) -> OpenerRole:
    known = reader.people.get(user)
    return cast(OpenerRole, known.role) if known is not None and known.role in OPENER_ROLES else "machine"


def _task(work: Work, found: OpenFile, letter: AnyLetter, code: str, now: int) -> None:
    work.tasks.add(
        code, now, case_id=found.row.case_id, peer=found.row.peer, thread_id=found.row.thread_id,
        letter_id=letter.letter_id,
    )  # fmt: skip
