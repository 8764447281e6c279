"""What people see of a thread and its letters, and the opening of what is sealed.

Opening a letter tells the other country that a person has it; opening an identity needs a reason and is logged (R24).
"""

from typing import Final

import msgspec

from node.errors import NotAllowed, NotFound
from node.protocol.gate.desk import may_open_identity, may_open_report
from node.protocol.gate.facts import ActorRole, duty_of, purpose_gone
from node.protocol.gate.ten_gates import next_things
from node.protocol.letters.bodies import DataItem
from node.protocol.letters.control import OpenedBody
from node.protocol.letters.decode import AnyLetter
from node.protocol.matters import STOPS, matter_named
from node.protocol.threads import machine
from node.protocol.threads.fold import owed_to_requests
from node.protocol.threads.thread import Entry, withdrawals
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.identity import ForeignBlock, open_received
from node.service.context import Node
from node.service.delivery.queueing import queue_control
from node.service.returns.plans import checklist
from node.service.rights.corrections import RECTIFY, corrections
from node.service.rights.erasures import refuse_restricted
from node.service.threads.acts import open_for
from node.service.threads.away import away
from node.service.threads.book import Book, OpenFile
from node.service.threads.commands import DeadlineView, LetterView, OptionView, ThreadView
from node.service.threads.corrected import Opened, Persons, kept_letter, laid_over, put_right
from node.service.threads.ending import HEARD, StopWould, stop_would
from node.service.threads.keeping import decode_kept
from node.service.threads.stops import is_ending
from node.service.threads.taking_back import waits_until
from node.store.letters import LetterRow
from node.store.outbox import Waiting
from node.store.work import Reader, Work

NO_LEVELS: Final[frozenset[str]] = frozenset()
READERS: Final[tuple[ActorRole, ...]] = ("caseworker", "coordinator", "machine")


async def view_thread(node: Node, actor: Actor, thread_id: str) -> ThreadView:
    """The thread with its state, what our side may do now and why not the rest, and one timeline of both sides."""
    actor.must_be(*READERS)
    return await node.store.read(lambda reader: _view(node, reader, actor, thread_id))


async def open_letter(node: Node, actor: Actor, letter_id: str, *, peer: str | None = None) -> dict[str, object]:
    """The letter as it travelled, without the sealed box; the first opening of a received one is told to its sender."""
    actor.must_be(*READERS)
    return await node.store.write(lambda work: _open(node, work, actor, letter_id, peer))


async def open_identity(node: Node, actor: Actor, letter_id: str, reason: str) -> Persons:
    """The persons of a received letter by consent token, with their fields.

    Logged with the reason before it returns.
    """
    return (await open_sealed(node, actor, letter_id, reason)).persons


async def open_sealed(node: Node, actor: Actor, letter_id: str, reason: str) -> Opened:
    """The same, and of a correction also what it put right, where that is still here."""
    actor.must_be("caseworker", "coordinator")
    try:
        return await node.store.write(lambda work: _open_identity(node, work, actor, letter_id, reason))
    except ForeignBlock as error:
        peer = error.peer
        await node.store.write(lambda work: _alarm(node, work, actor, letter_id, peer))
        raise


def _view(node: Node, reader: Reader, actor: Actor, thread_id: str) -> ThreadView:
    now = node.now()
    found = open_for(node, reader, actor, thread_id)
    thread, peer = found.file.thread, found.row.peer
    shown, letters = machine.state(thread, now), timeline(node, reader, found)
    gates, would = checklist(Book(node, reader), found, now), stop_would(reader, found, now)
    return ThreadView(
        thread=thread_id,
        case=found.row.case_id,
        peer=peer,
        side=thread.side,
        matter=thread.matter,
        state=shown,
        after_queue=machine.local_state(thread, now),
        words=matter_named(thread.matter).words.get(shown, shown),
        thread_ends=thread.shared.thread_ends,
        data_needed=[_item(item) for item in thread.shared.data_needed],
        persons=dict(found.file.persons),
        options=_options(found, would, now),
        letters=letters,
        deadlines=[
            DeadlineView(d.letter_id, d.code, d.due_at, d.state, d.step)
            for d in reader.deadlines.of_thread(peer, thread_id)
        ],
        gates=gates,
        next=[] if shown in matter_named(thread.matter).ends else next_things(gates),
        local_reason=found.file.local_reason,
        organisation=thread.shared.organisation or "",
        owed=list(owed_to_requests(thread)),
        tokens=list(found.file.persons) or [entry.token for entry in found.file.entries],
        organisation_type=thread.shared.organisation_type or "",
        away=away(node, reader, peer, letters, now),
        stop_would=would,
    )


def _options(found: OpenFile, would: StopWould, now: int) -> list[OptionView]:
    """What the tables allow, less what rests on a consent that she took back, and a stop that would tell nothing."""
    gone = withdrawals(found.file.thread)
    options = []
    for option in machine.allowed(found.file.thread, now):
        duty = duty_of(option.kind)
        halted = duty.rests_on_consent and any(purpose_gone(one, duty.purpose, NO_LEVELS) for one in gone)
        if option.allowed and halted:
            gone_back, again = "she took this consent back; help continues", "a new thread, if she wishes one"
            options.append(OptionView(option.kind, False, "R20", gone_back, again))
        elif option.allowed and option.kind in STOPS and would == "nothing":
            options.append(OptionView(option.kind, False, HEARD.rule, HEARD.why, HEARD.opens_with))
        else:
            options.append(OptionView(option.kind, option.allowed, option.rule, option.why, option.opens_with))
    return options


def _item(item: DataItem) -> dict[str, str]:
    return {"person": item.person, "field": item.field, "level": item.level}


def timeline(node: Node, reader: Reader, found: OpenFile) -> list[LetterView]:
    """The letters of a thread, of both sides, in the order in which they count here, each with its ticks."""
    peer, thread = found.row.peer, found.file.thread
    entries = {entry.letter_id: entry for entry in (*thread.entries, *thread.queued)}
    rows = {row.letter_id: row for row in reader.letters.lines_of_thread(peer, thread.thread_id)}
    received, corrected = reader.letters.received(peer, thread.thread_id), corrections(thread)
    views = []
    for waiting in reader.outbox.of_thread(peer, thread.thread_id):
        if waiting.letter_class == 1:
            of = waiting.letter_id
            row, by = rows.pop(of, None), corrected.get(of, ())
            undo = waits_until(node, found, waiting)
            views.append(_outgoing(node, reader, waiting, row, entries.get(of), received.get(of), by, undo))
    views += [
        _incoming(node, reader, row, entries.get(row.letter_id), corrected.get(row.letter_id, ()))
        for row in rows.values()
        if row.direction == "in"
    ]
    order = {letter_id: place for place, letter_id in enumerate(entries)}  # of one second: as they counted
    return sorted(views, key=lambda view: (view.at, order.get(view.letter_id, len(order))))


def _outgoing(
    node: Node, reader: Reader, waiting: Waiting, row: LetterRow | None, entry: Entry | None, received_at: int | None,
    corrected_by: tuple[str, ...], undo: tuple[int, str] | None,
) -> LetterView:  # fmt: skip
    kind, has_identity = _held(node, reader, row, entry)
    return LetterView(
        letter_id=waiting.letter_id,
        kind=kind,
        direction="out",
        n=entry.n if entry else 0,
        at=waiting.queued_at,
        state=waiting.state,
        received_at=received_at,
        opened_at=row.opened_at if row else None,
        held=None if waiting.held_code is None else node.seals.uncover(waiting.held_code),
        effect=entry.status if entry else "void",
        reason=waiting.reason or 0,
        has_identity=has_identity,
        erased=row is not None and row.sealed is None,
        corrected_by=corrected_by,
        undo_until=undo[0] if undo else None,
        undo_by=undo[1] if undo else None,
    )


def _incoming(
    node: Node, reader: Reader, row: LetterRow, entry: Entry | None, corrected_by: tuple[str, ...]
) -> LetterView:
    kind, has_identity = _held(node, reader, row, entry)
    return LetterView(
        letter_id=row.letter_id,
        kind=kind,
        direction="in",
        n=entry.n if entry else 0,
        at=row.at,
        state="received",
        received_at=row.at,
        opened_at=row.opened_at,
        held=None if row.held_code is None else node.seals.uncover(row.held_code),
        effect=entry.status if entry else "void",
        reason=0,
        has_identity=has_identity,
        erased=row.sealed is None,
        corrected_by=corrected_by,
    )


def _held(node: Node, reader: Reader, row: LetterRow | None, entry: Entry | None) -> tuple[str | None, bool]:
    """Its kind and whether an identity block is inside.

    The thread knows the kind, and that nothing was sealed; a letter is opened only where something was: it may be gone.
    """
    if entry is not None and not entry.facts.sealed:
        return entry.kind, False
    letter = kept_letter(node, reader, row)
    kind = entry.kind if entry else letter.kind if letter else None
    return kind, bool(letter and letter.sealed_identity)


def _open(node: Node, work: Work, actor: Actor, letter_id: str, peer: str | None) -> dict[str, object]:
    now = node.now()
    row = _row_for(work, actor, letter_id)
    _may_be_read(node, work, row, actor)
    letter = decode_kept(Book(node, work).payload(row))
    if row.direction == "in" and row.thread_id is not None and work.letters.opened(row.peer, letter_id, now):
        found = Book(node, work).file(row.peer, row.thread_id)
        if found is not None and not is_ending(found.file.thread):
            queue_control(
                node,
                work,
                row.peer,
                "letter.opened",
                OpenedBody(letter_id=letter_id, opened_at=now),
                now,
                about=row.thread_id,
            )
    work.audit.append(now, actor.user_id, "letter_opened", letter_id)
    shown: dict[str, object] = msgspec.to_builtins(letter)
    if letter.sealed_identity is not None:
        shown["sealed_identity"] = {"office_kid": letter.sealed_identity.office_kid}
    return shown


def _open_identity(node: Node, work: Work, actor: Actor, letter_id: str, reason: str) -> Opened:
    now = node.now()
    refused = may_open_identity(reason, actor.user_id)
    if refused is not None:
        raise NotAllowed(refused.sentence, rule=refused.rule, for_user=f"{refused.sentence}: {refused.next_step}")
    row = _row_for(work, actor, letter_id)
    letter = decode_kept(Book(node, work).payload(row))
    _may_be_read(node, work, row, actor)
    if row.direction == "in" and not _counts(node, work, row):
        raise NotAllowed("this letter has no effect here; what it holds is not opened", rule="R04")
    sender, recipient = (row.peer, node.country) if row.direction == "in" else (node.country, row.peer)
    persons = open_received(letter, sender, recipient, actor.office)
    work.audit.append(now, actor.user_id, "identity_opened", letter_id, rule="R24", outcome=reason)
    work.deadlines.meet(row.peer, row.thread_id, letter_id, RECTIFY)
    persons = laid_over(node, work, row, persons, actor, reason)
    _for_their_eyes(work, row, letter, persons, actor)  # refused: nothing was shown, and nothing of it is written
    return Opened(persons=persons, before=put_right(node, work, row, letter, actor, reason))


def _for_their_eyes(
    work: Work, row: LetterRow, letter: AnyLetter, persons: dict[str, dict[str, str]], actor: Actor
) -> None:
    """R04: a received report is opened by the case's owner or a coordinator only. Source: domain 5.2."""
    case = None if row.case_id is None else work.cases.get(row.case_id)
    leads = actor.role == "coordinator" or (case is not None and case.owner == actor.user_id)
    inside = {name for fields in persons.values() for name in fields}
    refused = may_open_report(letter, inside, leads) if row.direction == "in" else None
    if refused is not None:
        raise NotAllowed(refused.sentence, rule=refused.rule, for_user=f"{refused.sentence}: {refused.next_step}")


def _may_be_read(node: Node, work: Work, row: LetterRow, actor: Actor) -> None:
    """GDPR 18: what is restricted is stored, and read by a coordinator only."""
    found = None if row.thread_id is None else Book(node, work).file(row.peer, row.thread_id)
    if found is not None:
        refuse_restricted(found.file, row.letter_id, actor.role)


def _alarm(node: Node, work: Work, actor: Actor, letter_id: str, peer: str | None) -> None:
    """Attack 54: what was sealed belongs to another letter; our people must phone both countries."""
    work.tasks.add("foreign_block", node.now(), peer=peer, letter_id=letter_id)
    work.audit.append(node.now(), actor.user_id, "foreign_block", letter_id, rule="R24", outcome="alarm")


def _counts(node: Node, work: Work, row: LetterRow) -> bool:
    """True when the letter counts in its thread: one that crossed, waits or is held says nothing to anybody yet."""
    found = None if row.thread_id is None else Book(node, work).file(row.peer, row.thread_id)
    entries = () if found is None else found.file.thread.entries
    return row.held_code is None and any(e.letter_id == row.letter_id and e.status == "applied" for e in entries)


def _row_for(work: Work, actor: Actor, letter_id: str) -> LetterRow:
    row = work.letters.find(letter_id)
    if row is None or row.case_id is None:
        raise NotFound("no such letter here; check the reference", field="letter")
    may_work_on(work, actor, row.case_id, "letter")
    return row
