"""What a person does with another country's question: finds nothing, may not say, or gives a better answer.

The first two stay here, as a sealed note: the neutral answer leaves at its time in any case. That she is known here is
confirmed only from her case and her consent, looked at again when the letter leaves. Source: R10, R27, R40; domain 1.5,
5.8.
"""

from typing import Final, Literal

import msgspec

from node.errors import BadInput, Conflict, NotAllowed, NotFound
from node.protocol.gate.context import cancel, hold
from node.protocol.gate.information import may_be_confirmed
from node.protocol.gate.shown_information import NEUTRAL_ONLY
from node.protocol.letters.bodies_information import AskAnswerBody, Finding
from node.protocol.letters.codes_information import (
    ABOUT_BEING_KNOWN,
    CONSENT_FOR,
    IS_SHE_YOURS,
    InfoAnswer,
    InfoPurpose,
    answers_to,
)
from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.scalars import Code, Id
from node.protocol.rules import Objection
from node.protocol.threads import machine
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.information.neutral import ANSWER, NEUTRAL_DUE
from node.service.threads.acts import open_for
from node.service.threads.book import Book, OpenFile
from node.service.threads.commands import ActDone, Command
from node.service.threads.decided import Decided, queue_decided
from node.service.threads.drafting import STATES_NOTHING, frame
from node.service.threads.files import ThreadFile
from node.service.threads.said_already import said_already
from node.store.work import Reader, Work

Found = Literal["not_known", "not_found", "cannot_disclose"]
MAY_BE_HERS: Final = "a case with a name like hers may not be spoken of to that country"
WHY_NEUTRAL: Final = "the answer is the same whatever was found, and leaves at its time"


class FoundNothing(Command, frozen=True, tag_field="answer", tag="no_information_to_share"):
    """Nothing to share, and why, for our own file only: the other country gets one word at a fixed time (R27)."""

    found: Found


class Confirm(Command, frozen=True, tag_field="answer", tag="confirmed"):
    """Confirmed. `case`: her case here, where the answer tells that she is known; `findings`: topics of a country.

    A case that is named is looked at whatever was asked: what she fears there keeps the answer here (R10, R27). Where
    none is, every case with a name like hers is; `none_of_ours`: a coordinator compared them, and she is none of them.
    """

    case: Id | None = None
    findings: tuple[Finding, ...] = ()
    none_of_ours: bool = False


class NotConfirmed(Command, frozen=True, tag_field="answer", tag="not_confirmed"):
    """The facts do not match; only where that does not tell whether she is known."""


class NeedMore(Command, frozen=True, tag_field="answer", tag="need_more"):
    """Which further facts would help, by name."""

    missing: tuple[Code, ...]


AnyAnswer = FoundNothing | Confirm | NotConfirmed | NeedMore


async def answer(
    node: Node, actor: Actor, thread_id: str, command: AnyAnswer, alike: tuple[str, ...] | None = None
) -> ActDone:
    """Answer the open question of a thread, or note that there is nothing to share. Durable before it returns.

    `alike`: the cases here with a name like hers, None where nobody could look (`looked.answer` looks).
    Raises NotAllowed where the rules leave the neutral answer only, BadInput for a thread without an open question.
    """
    actor.must_be("caseworker", "coordinator")
    return await node.store.write(lambda work: _answer(node, work, actor, thread_id, command, alike))


def still_confirmed(
    node: Node, reader: Reader, file: ThreadFile, letter: AnyLetter, peer: str, now: int
) -> list[Objection]:
    """At release: why a yes that rests on her case here, or on none of those compared, may no longer leave; [] for
    every other letter.
    """
    body, purpose = letter.body, file.thread.shared.asked
    if not isinstance(body, AskAnswerBody) or body.answer != "confirmed" or purpose is None:
        return []
    if file.rests_on:
        return _objections(node, reader, file.rests_on, peer, purpose, now)
    kept_back = any(_keeps_back(node, reader, one, peer, purpose, now) for one in file.compared)
    return [hold("R27", MAY_BE_HERS, NEUTRAL_ONLY)] if kept_back else []


def _answer(
    node: Node, work: Work, actor: Actor, thread_id: str, command: AnyAnswer, alike: tuple[str, ...] | None
) -> ActDone:
    now = node.now()
    found = open_for(node, work, actor, thread_id)
    question, purpose = _open_question(found)
    if isinstance(command, FoundNothing):
        return _noted(node, work, actor, found, question, command, now)
    body = _body(command)
    if body.answer not in answers_to(purpose):
        raise NotAllowed(
            "this answer would tell whether she is known", rule="R27", for_user=f"Answer neutrally: {WHY_NEUTRAL}."
        )
    file = found.file
    if isinstance(command, Confirm) and (purpose in ABOUT_BEING_KNOWN or command.case is not None):
        file = msgspec.structs.replace(
            file, rests_on=_her_case(node, work, actor, command, found.row.peer, purpose, now)
        )
    elif isinstance(command, Confirm) and purpose in IS_SHE_YOURS:
        _none_is_closed(node, work, actor, found, command, alike, purpose, now)
        compared = () if command.none_of_ours else alike or ()
        file = msgspec.structs.replace(file, rests_on="", compared=compared)
    found = Book(node, work).put_file(found, msgspec.structs.replace(file, decided=body.answer), now)
    letter = frame(
        found.file, ANSWER, body, node.random(16).hex(), stated=STATES_NOTHING, urgency=found.file.urgency,
        in_reply_to=question, relates_to=None, disclosed=(), sealed=None, now=now,
    )  # fmt: skip
    letter = msgspec.structs.replace(letter, lawful_basis="public_task")
    if said_already(node, work, found, letter, now):
        raise Conflict("this was answered a moment ago; read the thread again")
    case = Book(node, work).case(found.row.case_id)
    return queue_decided(node, work, Decided(actor, case, found, letter), now)


def _open_question(found: OpenFile) -> tuple[str, InfoPurpose]:
    """The newest question of a thread that was asked of us; a better answer may also follow the neutral one."""
    thread = found.file.thread
    asked = [e.letter_id for e in thread.entries if e.kind == "info.request" and e.status == "applied"]
    if thread.side != "responder" or thread.shared.asked is None or not asked:
        raise BadInput("no question was asked of us on this thread", field="thread", expected="a question to answer")
    return asked[-1], thread.shared.asked


def _noted(
    node: Node, work: Work, actor: Actor, found: OpenFile, question: str, command: FoundNothing, now: int
) -> ActDone:
    """Nothing is queued and no time is changed: the answer was on its way from the moment the question came."""
    Book(node, work).put_file(found, msgspec.structs.replace(found.file, decided=command.found), now)
    work.audit.append(
        now, actor.user_id, "case_changed", found.row.thread_id, rule=node.seals.cover("R27 answer_decided")
    )
    rows = work.deadlines.of_thread(found.row.peer, found.row.thread_id)
    due = next((row.due_at for row in rows if (row.letter_id, row.code) == (question, NEUTRAL_DUE)), None)
    return ActDone(
        thread=found.row.thread_id, letter_id=None, state=machine.local_state(found.file.thread, now), due_at=due
    )


def _body(command: Confirm | NotConfirmed | NeedMore) -> AskAnswerBody:
    code: InfoAnswer = (
        "confirmed"
        if isinstance(command, Confirm)
        else "need_more"
        if isinstance(command, NeedMore)
        else "not_confirmed"
    )
    findings = command.findings if isinstance(command, Confirm) else ()
    missing = command.missing if isinstance(command, NeedMore) else ()
    return AskAnswerBody(answer=code, findings=findings, missing=missing)


def _her_case(node: Node, work: Work, actor: Actor, command: Confirm, peer: str, purpose: InfoPurpose, now: int) -> str:
    if command.case is None:
        raise BadInput("say from which case this is confirmed", field="case", expected="her case here", rule="R27")
    may_work_on(work, actor, command.case)
    objections = _objections(node, work, command.case, peer, purpose, now)
    if objections:
        first = objections[0]
        rule = None if first.discreet else first.rule
        raise NotAllowed(first.sentence, rule=rule, for_user=f"{first.sentence}: {first.next_step}")
    return command.case


def _none_is_closed(
    node: Node, work: Work, actor: Actor, found: OpenFile, command: Confirm, alike: tuple[str, ...] | None,
    purpose: InfoPurpose, now: int,
) -> None:  # fmt: skip
    """R10, R27: no yes from a register where a case with a name like hers may not be spoken of to that country.

    Which case, and whose, is not said: it may be another caseworker's. That she did not agree here says nothing: the
    question rests on what she told the other country (R01).
    """
    if command.none_of_ours:
        actor.must_be("coordinator")
        work.audit.append(
            now, actor.user_id, "case_changed", found.row.thread_id, rule=node.seals.cover("R27 compared")
        )
        return
    if alike is None:
        raise NotAllowed(
            "nobody could look for her among the names here", rule="R27",
            for_user="Open the names first, or say from which case this is confirmed.",
        )  # fmt: skip
    for case_id in alike:
        if _keeps_back(node, work, case_id, found.row.peer, purpose, now):
            raise NotAllowed(
                MAY_BE_HERS,
                for_user="Answer neutrally, or have a coordinator compare the cases with a name like hers.",
            )


def _keeps_back(node: Node, reader: Reader, case_id: str, peer: str, purpose: InfoPurpose, now: int) -> bool:
    try:
        case = Book(node, reader).case(case_id)
    except NotFound:  # erased since: nothing is known of her here any more
        return False
    distrusted_by_all = peer in node.distrusted.countries
    return bool(may_be_confirmed(case.case, None, peer, CONSENT_FOR[purpose], now, distrusted_by_all))


def _objections(node: Node, reader: Reader, case_id: str, peer: str, purpose: InfoPurpose, now: int) -> list[Objection]:
    book = Book(node, reader)
    try:
        case = book.case(case_id)
    except NotFound:  # erased since
        return [cancel("R25", "her case here was erased", "the neutral answer leaves at its time")]
    distrusted_by_all = peer in node.distrusted.countries
    return may_be_confirmed(case.case, book.consents(case), peer, CONSENT_FOR[purpose], now, distrusted_by_all)
