"""A return that ends takes its passages with it: each transit country gets `transit.cancel` at the same slot.

The link stands in the case only: the threads have the same persons, and no letter names another thread. Source: domain
5.7, scenario 7; H01, H04.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from node.protocol.cases.case import Case
from node.protocol.cases.return_changes import hold_for_transit
from node.protocol.cases.return_plan import ReturnPlan
from node.protocol.letters.bodies_way import NothingBody, TransitAckBody, TransitRequestBody
from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.kinds import LETTER
from node.protocol.threads import machine
from node.protocol.threads.thread import entry_of
from node.service.context import Node
from node.service.delivery.queueing import draft_of, queue_letter
from node.service.keep.noting import note_what_was_known
from node.service.returns.standing import ask_somebody
from node.service.threads.book import Book, OpenFile
from node.service.threads.drafting import STATES_NOTHING, frame
from node.service.threads.keeping import decode_kept
from node.store.work import Work

CANCEL: Final = "transit.cancel"
TASK: Final = "transit_stopped"
LACKS: Final = "transit_lacks_assistance"
End = Callable[[Node, Work, OpenFile, int], None]


def cancel_transits(node: Node, work: Work, found: OpenFile, slot: int, now: int, end: End) -> None:
    """Queue `transit.cancel` on every passage of the same persons; one the country never heard of ends here (`end`).

    Safe to repeat.
    """
    if found.file.thread.matter != "return" or found.file.thread.side != "opener":
        return
    for passage in _passages(Book(node, work), found):
        if not any(entry.n for entry in passage.file.thread.entries):
            end(node, work, passage, now)
        elif any(option.kind == CANCEL and option.allowed for option in machine.allowed(passage.file.thread, now)):
            _cancel(node, work, passage, slot, now)


def transit_stopped(node: Node, work: Work, found: OpenFile, now: int) -> None:
    """H04: a country on the way said stop; nothing more goes to the origin until a person has decided.

    The case is written also where its plan had ended or waited already: that country waits for it (attack 57).
    """
    book = Book(node, work)
    case = book.case(found.row.case_id)
    held = case.case
    for plan in _plans_through(case.case, found):
        held = hold_for_transit(held, plan.plan_id, now).case
        work.audit.append(
            now, "node", "case_changed", found.row.thread_id, rule=node.seals.cover("H04 held_for_transit")
        )
    book.put_case(case, held, now)
    note_what_was_known(node, work, case.case, held, now)
    ask_somebody(node, work, found, TASK, now)


def transit_answered(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """A country on the way helps, but not with all she needs: whoever plans her journey looks for the rest."""
    body, book = letter.body, Book(node, work)
    asked = next((e.letter_id for e in found.file.thread.entries if e.kind == "transit.request"), "")
    row = work.letters.get(found.row.peer, "out", asked)
    if not isinstance(body, TransitAckBody) or not body.can_assist or row is None or row.sealed is None:
        return
    request = decode_kept(book.payload(row)).body
    if isinstance(request, TransitRequestBody) and set(request.assistance) - set(body.assistance):
        work.tasks.add(LACKS, now, case_id=found.row.case_id, peer=found.row.peer, thread_id=found.row.thread_id,
                       letter_id=letter.letter_id)  # fmt: skip


def _passages(book: Book, found: OpenFile) -> Iterator[OpenFile]:
    case = book.case(found.row.case_id).case
    persons = _persons(case, found)
    for one in case.threads:
        other = None if one.thread == found.row.thread_id else book.file(one.country, one.thread)
        if other is not None and other.file.thread.matter == "transit" and persons & _persons(case, other):
            yield other


def _cancel(node: Node, work: Work, passage: OpenFile, slot: int, now: int) -> None:
    thread, peer = passage.file.thread, passage.row.peer
    waiting = [one for one in work.outbox.of_thread(peer, thread.thread_id) if one.state in ("queued", "held")]
    unsent = [one.letter_id for one in waiting if one.letter_class == LETTER and one.released_at is None]
    for letter_id in unsent:
        work.outbox.end(letter_id, "cancelled", now)
    file = msgspec.structs.replace(passage.file, thread=machine.cancel(thread, unsent).thread)
    letter = frame(
        file, CANCEL, NothingBody(), node.random(16).hex(), stated=STATES_NOTHING, urgency="routine",
        in_reply_to=None, relates_to=None, disclosed=(), sealed=None, now=now,
    )  # fmt: skip
    letter = msgspec.structs.replace(letter, lawful_basis="public_task", written_at=slot)
    queued = machine.queue(file.thread, entry_of(letter), now).thread
    Book(node, work).put_file(passage, msgspec.structs.replace(file, thread=queued), now)
    draft = draft_of(letter, "node", "machine", {})
    queue_letter(node, work, passage.dek, passage.row.case_id, peer, letter, draft, slot, now)
    work.audit.append(now, "node", "stop_queued", thread.thread_id, rule=node.seals.cover("H01"))


def _plans_through(case: Case, found: OpenFile) -> list[ReturnPlan]:
    persons = _persons(case, found)
    return [one for one in case.returns if one.ended_at is None and persons & {row.person_id for row in one.persons}]


def _persons(case: Case, found: OpenFile) -> set[str]:
    return {who for one in case.threads if one.thread == found.row.thread_id for who in one.persons}
