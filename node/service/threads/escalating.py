"""An answer that another country owes is late: whom to ask for there, and telling the next one here without waiting.

The ladder goes on by itself (`ladder`); a person who knows more than the clock takes its next step early, never further
than to the coordinator, and never for an arrival, which has an alarm of its own (H06). Nothing is written to the other
country: it is phoned. Source: interface C9; domain 5.13; practice, the desk.
"""

from typing import Final

import msgspec

from node.errors import NotAllowed
from node.protocol.letters.bodies_directory import Contact
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.directory.phone import PhoneView, phone_with
from node.service.directory.shelf import body_of
from node.service.threads.book import Book, OpenFile
from node.service.threads.ladder import WHO, is_an_arrival, one_step, owed_by_us
from node.service.threads.phoning import not_to_be_phoned
from node.store.threads import DeadlineRow
from node.store.work import Reader, Work

ASKED_FOR: Final = ("deputy", "coordinator", "on_call", "focal_point")  # in this order, at the same number
BY_HAND: Final = 3  # steps of the ladder that a person may take: the last is the coordinator's


class ToldHere(msgspec.Struct, frozen=True):
    """Somebody told the next one here."""

    at: int
    by: str


class LateLine(msgspec.Struct, frozen=True, kw_only=True):
    """One late answer. `was_told`: who of ours was told last; `next`: who would be told now; "" for nobody."""

    letter: str
    due_at: int
    was_told: str
    next: str
    told: list[ToldHere]


class LateView(msgspec.Struct, frozen=True, kw_only=True):
    """What is late on a thread, whom to phone in the other country, and whom to ask for there; `closed`: why nobody
    telephones that country about her (R10, H04), "" where it may be phoned.
    """

    thread: str
    case: str
    peer: str
    phone: PhoneView | None
    contacts: list[Contact]
    late: list[LateLine]
    closed: str = ""


async def view_late(node: Node, actor: Actor, thread_id: str) -> LateView:
    """What is late on this thread. Reads only."""
    actor.must_be("caseworker", "coordinator")
    return await node.store.read(lambda reader: _view(node, reader, actor, thread_id))


async def escalate(node: Node, actor: Actor, thread_id: str, letter_id: str) -> None:
    """Tell the next one here now that this answer is late, and note who said so. Durable."""
    actor.must_be("caseworker", "coordinator")

    def tell(work: Work) -> None:
        now, found = node.now(), _open(node, work, actor, thread_id)
        row = next((one for one in _late(work, found, now) if one.letter_id == letter_id), None)
        if row is None:
            raise NotAllowed("no answer of theirs to this letter is late", for_user="Nothing of theirs is late here.")
        if (closed := not_to_be_phoned(node, work, found.row.case_id, found.row.peer, now)) is not None:
            raise NotAllowed(closed.sentence, rule=closed.rule, for_user=f"{closed.sentence}: {closed.next_step}")
        if row.step >= BY_HAND:
            raise NotAllowed("the coordinator was told of it", for_user="Your coordinator was told already.")
        one_step(node, work, row, now)
        work.audit.append(now, actor.user_id, "escalated", letter_id, outcome=node.seals.cover(WHO[row.step]))

    await node.store.write(tell)


def _open(node: Node, reader: Reader, actor: Actor, thread_id: str) -> OpenFile:
    row = reader.threads.find(thread_id)
    may_work_on(reader, actor, None if row is None or row.sealed is None else row.case_id, "thread")
    assert row is not None
    return Book(node, reader).open_file(row)


def _late(reader: Reader, found: OpenFile, now: int) -> list[DeadlineRow]:
    """The other side's answers that are late, the longest first; an arrival is none of them."""
    rows = reader.deadlines.of_thread(found.row.peer, found.row.thread_id)
    late = [one for one in rows if one.state == "open" and one.code == "reply" and one.due_at < now]
    return [
        one for one in late
        if not owed_by_us(found.file, one.letter_id) and not is_an_arrival(found.file, one.letter_id)
    ]  # fmt: skip


def _view(node: Node, reader: Reader, actor: Actor, thread_id: str) -> LateView:
    now, found = node.now(), _open(node, reader, actor, thread_id)
    entry = reader.directory.get(found.row.peer)
    body = None if entry is None else body_of(entry)
    closed = not_to_be_phoned(node, reader, found.row.case_id, found.row.peer, now)
    by_role = {} if body is None or closed else {one.role: one for one in body.contacts}
    return LateView(
        closed="" if closed is None else f"{closed.sentence}: {closed.next_step}",
        thread=thread_id,
        case=found.row.case_id,
        peer=found.row.peer,
        phone=None if closed else phone_with(node, reader, found.row.peer, body),
        contacts=[by_role[role] for role in ASKED_FOR if role in by_role],
        late=[_line(reader, one) for one in _late(reader, found, now)],
    )


def _line(reader: Reader, row: DeadlineRow) -> LateLine:
    lines = reader.audit.lines(ref=row.letter_id, limit=50)
    return LateLine(
        letter=row.letter_id,
        due_at=row.due_at,
        was_told=WHO[row.step - 1] if row.step else "",
        next=WHO[row.step] if row.step < BY_HAND else "",
        told=[ToldHere(one.at, one.actor) for one in lines if one.act == "escalated"],
    )
