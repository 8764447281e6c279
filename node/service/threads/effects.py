"""What a letter of a peer does here beside moving its thread, once it counts.

One function a kind. Nothing here answers the peer: what people decide are letters of their own.
Source: domain 5.9; wire 7 (stops, consent.withdrawal); R20, R21, R31.
"""

from collections.abc import Callable

import msgspec

from node.protocol.consent.scope import after_withdrawal
from node.protocol.letters.bodies import ErasureConfirmBody, ErasureRequestBody, WithdrawalBody
from node.protocol.letters.bodies_information import AskBody
from node.protocol.letters.bodies_return import FamilyResultBody
from node.protocol.letters.bodies_rights import (
    AccessRequestBody,
    AccessResponseBody,
    BreachNoticeBody,
    ComplaintAnswerBody,
    RectificationBody,
)
from node.protocol.letters.bodies_way import TransitAckBody
from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.frame import is_stop
from node.protocol.letters.kinds import LETTER
from node.protocol.safety import is_safety
from node.protocol.threads import machine
from node.protocol.threads.thread import after_stop
from node.service.cases.family_found import family_found
from node.service.context import DAY_S, Node
from node.service.information.neutral import question_came
from node.service.keep.notes import Stopped, note
from node.service.returns.transits import cancel_transits, transit_answered, transit_stopped
from node.service.rights.access import answer_came, request_came
from node.service.rights.answered import all_confirmed
from node.service.rights.breach import notice_came
from node.service.rights.complaints import complaint_answered
from node.service.rights.corrections import correction_came
from node.service.rights.onward import passed_on
from node.service.safety.alarms import nobody_answers
from node.service.safety.arrivals import arrived
from node.service.threads.book import Book, OpenFile
from node.service.threads.expectations import CONFIRM, nothing_is_answered
from node.service.threads.stops import end_unheard, leaves_at
from node.store.work import Work

WITHDRAWAL_ACTION_S = 3 * DAY_S
ERASURE_S = 7 * DAY_S


def apply_effects(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """Let a counting letter take effect; called once for each."""
    if is_stop(letter):
        _stopped(node, work, found, letter, now)
    if is_safety(letter.kind):
        arrived(node, work, found, letter, now)
    effect = _BY_KIND.get(letter.kind) or _EFFECTS.get(type(letter.body))
    if effect is not None:
        effect(node, work, found, letter, now)


def _stopped(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """R31: timers end, our waiting letters on this thread go no more, and somebody looks after her (R21)."""
    peer, thread = found.row.peer, found.file.thread
    # A withdrawal or an erasure still goes after a stop; a `letter.opened` has its own gate when it is released.
    goes_on = {entry.letter_id for entry in (*thread.queued, *thread.entries) if after_stop(entry.kind)}
    waiting = [one for one in work.outbox.of_thread(peer, thread.thread_id) if one.state in ("queued", "held")]
    ended = [one.letter_id for one in waiting if one.letter_class == LETTER and one.letter_id not in goes_on]
    for letter_id in ended:
        work.outbox.end(letter_id, "cancelled", now)
    left = machine.cancel(thread, ended).thread
    Book(node, work).put_file(found, msgspec.structs.replace(found.file, thread=left), now)
    work.deadlines.end_thread(peer, thread.thread_id)
    nothing_is_answered(work, peer, thread.thread_id, found.row.case_id, now)
    nobody_answers(node, work, peer, thread.thread_id, now)
    note(node, work, Stopped(at=now, case=found.row.case_id, peer=peer, thread=thread.thread_id))
    cancel_transits(node, work, found, leaves_at(node, thread, now), now, end_unheard)
    _task(work, found, letter, "thread_stopped", now)


def _withdrawn(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """R20: what rests on it stops at once; a person erases or restricts within 72 hours and confirms."""
    body = letter.body
    assert isinstance(body, WithdrawalBody)
    entries = after_withdrawal(found.file.entries, body.token, body.purposes, body.levels)
    Book(node, work).put_file(found, msgspec.structs.replace(found.file, entries=entries), now)
    work.deadlines.start(found.row.peer, found.row.thread_id, letter.letter_id, "erase", now + WITHDRAWAL_ACTION_S)
    _task(work, found, letter, "consent_withdrawn", now)


def _erasure_asked(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """GDPR 17, 19: a person erases item by item and confirms within seven days."""
    work.deadlines.start(found.row.peer, found.row.thread_id, letter.letter_id, "erase", now + ERASURE_S)
    _task(work, found, letter, "erasure_requested", now)


def _erasure_confirmed(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """Something is still there, on a ground: she is told which, and until when (GDPR 12(4)). And who else had it.

    Our waiting ends with an answer to every item that we asked for; until then people hear that some have none (R20).
    """
    body = letter.body
    assert isinstance(body, ErasureConfirmBody)
    passed_on(node, work, found, letter, body.onward, now)
    if letter.in_reply_to is not None:
        if all_confirmed(Book(node, work), found, letter.in_reply_to):
            work.deadlines.meet(found.row.peer, found.row.thread_id, letter.in_reply_to, CONFIRM)
        else:
            _task(work, found, letter, "not_all_answered", now)
    if any(item.result != "erased" for item in body.items):
        _task(work, found, letter, "not_all_erased", now)


def _transit_stopped(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """H04: a country on the way said stop."""
    transit_stopped(node, work, found, now)


def _task(work: Work, found: OpenFile, letter: AnyLetter, code: str, now: int) -> None:
    work.tasks.add(
        code,
        now,
        case_id=found.row.case_id,
        peer=found.row.peer,
        thread_id=found.row.thread_id,
        letter_id=letter.letter_id,
    )


_EFFECTS: dict[type, Callable[[Node, Work, OpenFile, AnyLetter, int], None]] = {
    WithdrawalBody: _withdrawn,
    ErasureRequestBody: _erasure_asked,
    AskBody: question_came,
    ErasureConfirmBody: _erasure_confirmed,
    RectificationBody: correction_came,
    AccessRequestBody: request_came,
    AccessResponseBody: answer_came,
    BreachNoticeBody: notice_came,
    ComplaintAnswerBody: complaint_answered,
    FamilyResultBody: family_found,
    TransitAckBody: transit_answered,
}
_BY_KIND: dict[str, Callable[[Node, Work, OpenFile, AnyLetter, int], None]] = {"transit.stop": _transit_stopped}
