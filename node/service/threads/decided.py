"""A letter that somebody decided on: the gate and the tables say yes or no, and all that follows is stored with it.

Every letter that people write comes through here, whatever its matter. Source: architecture, an outgoing referral.
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from node.errors import BadInput, NotAllowed
from node.protocol.gate.facts import Draft as GateDraft
from node.protocol.gate.guards import SET_BACK
from node.protocol.letters.decode import AnyLetter, checked
from node.protocol.letters.strict import Malformed
from node.protocol.rules import Objection
from node.protocol.safety import is_safety
from node.protocol.taking_back import may_wait
from node.protocol.threads import machine
from node.protocol.threads.outcome import ActNotAllowed
from node.protocol.threads.thread import entry_of
from node.service.actor import Actor
from node.service.context import Node
from node.service.delivery.ahead import sign_letter_ahead
from node.service.delivery.asking import ask_gate
from node.service.delivery.queueing import Before, Queued, queue_letter
from node.service.delivery.recipients import recipient_facts
from node.service.keep.restored import after_restore
from node.service.safety.arrivals import by_us
from node.service.threads.book import Book, OpenCase, OpenFile
from node.service.threads.commands import ActDone
from node.service.threads.drafting import STATES_NOTHING, Stated
from node.service.threads.files import ThreadFile, facts_of, with_letter
from node.service.threads.taking_back import hurry
from node.service.threads.times import times_of
from node.store.work import Work


class Decided(msgspec.Struct, frozen=True):
    """A letter that somebody decided on: who, in whose case and on which thread, what she allowed, who else agreed."""

    actor: Actor
    case: OpenCase
    found: OpenFile
    letter: AnyLetter
    stated: Stated = STATES_NOTHING
    second: str = ""


def queue_decided(node: Node, work: Work, decided: Decided, now: int, undo_s: int = 0) -> ActDone:
    """The gate at drafting, the tables, then everything that follows in the same transaction.

    `undo_s`: how long it waits to be sealed, so that it can be taken back; what may not wait leaves at once, and what
    was waiting on the same thread goes before it.

    Raises NotAllowed with the strongest objection, ActNotAllowed by the tables, BadInput where the letter has no form.
    """
    actor, found, stated = decided.actor, decided.found, decided.stated
    file, peer, letter = found.file, found.row.peer, decided.letter
    before = Before(file.entries, file.once) if undo_s and may_wait(letter.kind, letter.urgency) else None
    due_at = now if before is None else now + undo_s
    letter = replace(letter, **times_of(node, peer, letter, file, now))
    payload = _written(letter)
    after, rule = _allowed(node, work, replace(decided, letter=letter), now, at_once=before is None)
    if before is None:
        hurry(node, work, found, letter.kind, now)
    Book(node, work).put_file(found, after, now)
    queued = Queued(msgspec.Raw(payload), actor.user_id, actor.role, stated.persons, decided.second, before)
    queue_letter(node, work, found.dek, decided.case.id, peer, letter, queued, due_at, now)
    work.audit.append(now, actor.user_id, "queued", letter.letter_id, rule=rule)
    if is_safety(letter.kind):
        by_us(node, work, found, letter, actor.user_id, decided.second, now)
    shown = machine.local_state(after.thread, now)
    return ActDone(thread=found.row.thread_id, letter_id=letter.letter_id, state=shown, due_at=due_at)


def _allowed(node: Node, work: Work, decided: Decided, now: int, *, at_once: bool) -> tuple[ThreadFile, str]:
    """The file with this letter queued, and the rule that is noted; Refused by the gate, else by the tables."""
    file, peer, letter = decided.found.file, decided.found.row.peer, decided.letter
    after, not_now = _with_queued(file, decided.stated, letter, now)
    if at_once and not_now is None:  # it is signed beside all that follows, and leaves only if the gate says yes
        sign_letter_ahead(node, work, peer, letter, after, now)
    objections = _objections(node, work, decided, now)
    refused = Refused(held) if (held := _must_not_queue(objections)) else not_now
    if refused is not None:
        raise refused
    return after, objections[0].rule if objections else "R36"


def _objections(node: Node, work: Work, decided: Decided, now: int) -> Sequence[Objection]:
    """What the gate says of it today, the strongest first."""
    actor, case, letter = decided.actor, decided.case, decided.letter
    draft = GateDraft(
        letter, facts_of(decided.found.file), actor.user_id, actor.role, decided.stated.persons,
        after_restore=after_restore(work, case.id, letter.thread), second=decided.second,
    )  # fmt: skip
    recipient = recipient_facts(node, decided.found.row.peer, now)
    return ask_gate(node, case.case, Book(node, work).consents(case), draft, recipient, now)


def _with_queued(
    file: ThreadFile, stated: Stated, letter: AnyLetter, now: int
) -> tuple[ThreadFile, ActNotAllowed | None]:
    """The file once this letter is queued; as it was, with the refusal, where the tables have no place for it now."""
    try:
        outcome = machine.queue(file.thread, entry_of(letter), now)
    except ActNotAllowed as refused:
        return file, refused
    persons, first_ends = {**file.persons, **stated.persons}, file.first_ends or letter.thread_ends
    queued = replace(file, thread=outcome.thread, persons=persons, first_ends=first_ends)
    return with_letter(queued, letter), None


def _written(letter: AnyLetter) -> bytes:
    """Its bytes as they go; BadInput where the other side would call them malformed."""
    try:
        return checked(letter)
    except Malformed as error:
        raise BadInput(f"the letter would be malformed: {error}", field=error.field) from None
    except ValueError as error:
        raise BadInput("the letter does not match its schema", field="body") from error


def _must_not_queue(objections: Sequence[Objection]) -> list[Objection]:
    """What the registry or our clock keeps back may wait in the outbox (R39, H22): the letter itself is right."""
    return [one for one in objections if one.rule != "R39" and one.held_as != SET_BACK]


class Refused(NotAllowed):
    """The gate says no: the message is its strongest objection, `objections` are all of them, the strongest first."""

    def __init__(self, objections: Sequence[Objection]) -> None:
        first = objections[0]
        rule = None if first.discreet else first.rule
        super().__init__(first.sentence, rule=rule, for_user=f"{first.sentence}: {first.next_step}")
        self.objections = tuple(objections)
