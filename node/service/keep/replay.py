"""Replaying the journal into a database that came from a backup, so that nothing protected comes to life again.

What the journal says is laid over the cases the backup holds; keys that were destroyed erase their cases whatever the
journal says. One transaction; safe to repeat. Source: H08; wire 11.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from node.crypto.errors import OpenFailed
from node.log import get
from node.protocol.cases.case import Person
from node.protocol.consent.record import ConsentRecord
from node.protocol.consent.scope import withdraw
from node.protocol.threads import machine
from node.service.context import Node
from node.service.keep import notes
from node.service.keep.forget import forget_case, forget_letter
from node.service.keep.notes import AnyNote
from node.service.keep.restored import HOLD, STOP
from node.service.keep.sweep import letter_goes
from node.service.threads.blocks import stop_blocked_threads
from node.service.threads.book import Book, OpenCase
from node.service.threads.erasure import erase_levels
from node.service.threads.stops import is_ending, queue_stop
from node.store.journal import Head
from node.store.work import Work

log = get()
AT_ONCE = 500


def newest(records: list[bytes], node: Node) -> list[AnyNote]:
    """The notes of a journal, each with those that it replaces left out; OpenFailed when the key is another one."""
    latest: dict[tuple[str, ...], AnyNote] = {}
    for sealed in records:
        one: AnyNote = node.seals.open_note(AnyNote, sealed)  # type: ignore[arg-type]
        latest.pop(one.about, None)
        latest[one.about] = one
    gone = {one.case for one in latest.values() if isinstance(one, notes.ErasedCase)}
    return [one for one in latest.values() if isinstance(one, notes.ErasedCase) or getattr(one, "case", "") not in gone]


def covers(heads: set[Head], noted: Head | None, found: list[AnyNote], backup_at: int) -> bool:
    """Whether a journal tells everything since the backup: its noted end is in it, and it began before the backup."""
    begun = next((one.at for one in found if isinstance(one, notes.Begun)), None)
    return begun is not None and begun <= backup_at and (noted is None or noted in heads)


def erase_what_lost_its_key(node: Node, work: Work, now: int) -> int:
    """Cases whose key was destroyed after the backup was made: nothing of them opens, so nothing of them is kept."""
    erased = 0
    for case_id, key_id in work.spent.keys_of_cases():
        if not node.seals.case_keys.exists(key_id):
            forget_case(work, case_id, now)
            work.audit.append(now, "node", "case_erased", case_id, rule="H08")
            erased += 1
    return erased


def replay(node: Node, work: Work, found: list[AnyNote], now: int) -> int:
    """Lay the notes over the database and let the node go on; how many of them found something to change."""
    applied = 0
    for one in found:
        apply = _APPLY.get(type(one))
        if apply is not None and apply(node, work, one, now):
            applied += 1
    work.meta.drop(HOLD)
    work.audit.append(now, "node", "journal_replayed", rule="H08", outcome=str(applied))
    return applied


def _protected(node: Node, work: Work, one: notes.Protected, now: int) -> bool:
    case = _case(node, work, one.case)
    if case is None:
        return False
    persons = tuple(
        _laid_over(person, one) if person.person_id == one.person else person for person in case.case.persons
    )
    if persons == case.case.persons:
        return False
    after = Book(node, work).put_case(case, msgspec.structs.replace(case.case, persons=persons), now)
    stop_blocked_threads(node, work, after, now)
    return True


def _laid_over(person: Person, one: notes.Protected) -> Person:
    return msgspec.structs.replace(
        person, protection=one.protection, protection_ever=one.protection_ever, ties=one.ties, lifts=one.lifts,
        blocked_countries=one.blocked_countries,
    )  # fmt: skip


def _taken_back(node: Node, work: Work, one: notes.TakenBack, now: int) -> bool:
    case = _case(node, work, one.case)
    record = None if case is None else _consent(node, work, case, one.consent)
    if case is None or record is None:
        return False
    narrowed, told = withdraw(record, one.at, one.purposes, one.levels)
    if narrowed == record:
        return False
    Book(node, work).put_consent(case, narrowed, now)
    work.audit.append(now, "node", "consent_withdrawn", one.consent, rule="H08")
    # Whether the countries were told is in the lost part: a person looks, because what was told twice harms nobody.
    for country in {entry.country for entry in told}:
        work.tasks.add("withdrawal_to_tell_again", now, case_id=case.id, peer=country)
    return True


def _stopped(node: Node, work: Work, one: notes.Stopped, now: int) -> bool:
    work.restored.never(STOP, one.thread, now)
    found = Book(node, work).file(one.peer, one.thread)
    if found is None or is_ending(found.file.thread) or not machine.allowed(found.file.thread, now)[-1].allowed:
        return False
    queue_stop(node, work, found, "node", "H08", now)
    return True


def _erased_case(node: Node, work: Work, one: notes.ErasedCase, now: int) -> bool:
    row = work.cases.get(one.case)
    if row is None or row.dek is None:
        return False
    forget_case(work, one.case, now)
    work.audit.append(now, "node", "case_erased", one.case, rule="H08")
    return True


def _erased_person(node: Node, work: Work, one: notes.ErasedPerson, now: int) -> bool:
    """One person of a family: her names stand beside the others', so people with the office open erase her again."""
    case = _case(node, work, one.case)
    if case is None or all(person.person_id != one.person for person in case.case.persons):
        return False
    work.tasks.add("person_to_erase_again", now, case_id=one.case)
    work.audit.append(now, "node", "person_came_back", one.case, rule="H08")
    return True


def _erased_letter(node: Node, work: Work, one: notes.ErasedLetter, now: int) -> bool:
    row = work.letters.get(one.peer, one.direction, one.letter)
    if row is None or row.sealed is None:
        return False
    found = None if row.thread_id is None else Book(node, work).file(one.peer, row.thread_id)
    if one.levels and found is not None and one.direction == "in":
        erase_levels(node, work, found, one.letter, set(one.levels), now)
    else:
        forget_letter(work, row, now)
    work.audit.append(now, "node", "erased", one.letter, rule="H08")
    return True


def _swept(node: Node, work: Work, one: notes.Swept, now: int) -> bool:
    kept: dict[str, int] = {}
    erased = 0
    while due := work.dates.letters_due(one.at, AT_ONCE):  # one that is held is put off, so this ends
        erased += sum(letter_goes(node, work, letter, kept) is not None for letter in due)
    return erased > 0


def _case(node: Node, work: Work, case_id: str) -> OpenCase | None:
    row = work.cases.get(case_id)
    if row is None or row.dek is None:
        return None
    try:
        return Book(node, work).case(case_id)
    except OpenFailed:
        log.error("case_does_not_open")
        return None


def _consent(node: Node, work: Work, case: OpenCase, consent_id: str) -> ConsentRecord | None:
    return next((one for one in Book(node, work).consents(case) if one.consent_id == consent_id), None)


_APPLY: dict[type, Callable[[Node, Work, Any, int], bool]] = {
    notes.Protected: _protected,
    notes.TakenBack: _taken_back,
    notes.Stopped: _stopped,
    notes.ErasedCase: _erased_case,
    notes.ErasedPerson: _erased_person,
    notes.ErasedLetter: _erased_letter,
    notes.Swept: _swept,
}
