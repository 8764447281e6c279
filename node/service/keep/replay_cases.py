"""What each note of the journal does to a case that came from a backup: laid over it, or erased from it again.

Each function is safe to repeat and returns whether it found something to change. Source: H08; wire 11.
"""

from collections.abc import Callable, Mapping
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
from node.service.keep.again import erase_again
from node.service.keep.dates import date_case
from node.service.keep.forget import forget_case, forget_letter
from node.service.keep.restored import COMPARE, COMPARE_TASK, STOP
from node.service.returns.alarms import settle_case
from node.service.threads.blocks import stop_blocked_threads
from node.service.threads.book import Book, OpenCase
from node.service.threads.erasure import erase_levels
from node.service.threads.stops import is_ending, queue_stop
from node.store.work import Work

log = get()


def _protected(node: Node, work: Work, one: notes.Protected, now: int, lines: int) -> bool:
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
        blocked_countries=one.blocked_countries, coercion_suspected=one.coercion_suspected,
        disappearance=one.disappearance,
    )  # fmt: skip


def _guarded(node: Node, work: Work, one: notes.Guarded, now: int, lines: int) -> bool:
    """H01, H14, H25: who is distrusted in this case sees nothing of it; for somebody detained people are called."""
    case = _case(node, work, one.case)
    if case is None:
        return False
    threads = tuple(
        msgspec.structs.replace(entry, stop_suppressed_by=one.stops_kept.get(entry.thread))
        for entry in case.case.threads
    )
    facts = msgspec.structs.replace(
        case.case, threads=threads, distrust=one.distrust, place_is_detention=one.place_is_detention,
        detained_at=one.detained_at, released_from_detention_at=one.released_at,
        released_or_attested_by=one.attested_by,
    )  # fmt: skip
    if facts == case.case:
        return False
    after = Book(node, work).put_case(case, facts, now)
    was = {entry.value for entry in case.case.distrust if entry.target == "organisation"}
    is_now = {entry.value for entry in one.distrust if entry.target == "organisation"}
    for value in was | is_now:
        work.distrusts.shut_out(one.case, value, value in is_now)
    settle_case(node, work, after, "node", now)
    return True


def _kept(node: Node, work: Work, one: notes.Kept, now: int, lines: int) -> bool:
    """R25, H34: a hold and her wish stand as they were last; one that was ended since does not come back."""
    case = _case(node, work, one.case)
    if case is None:
        return False
    kept = msgspec.structs.replace(
        case.case.retention, hold=one.hold, kept_at_her_request_until=one.at_her_request_until
    )
    if kept == case.case.retention:
        return False
    after = Book(node, work).put_case(case, msgspec.structs.replace(case.case, retention=kept), now)
    date_case(node, work, after)
    work.audit.append(now, "node", "retention_laid_over", one.case, rule="H08")
    return True


def _changed(node: Node, work: Work, one: notes.Changed, now: int, lines: int) -> bool:
    """What changed is not in the journal; nothing of the case leaves before two people compared it."""
    if one.line < lines or _case(node, work, one.case) is None:
        return False
    work.restored.never(COMPARE, one.case, now)
    work.restored.forget_answer(one.case)
    work.tasks.add(COMPARE_TASK, now, case_id=one.case)
    return True


def _taken_back(node: Node, work: Work, one: notes.TakenBack, now: int, lines: int) -> bool:
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


def _stopped(node: Node, work: Work, one: notes.Stopped, now: int, lines: int) -> bool:
    work.restored.never(STOP, one.thread, now)
    found = Book(node, work).file(one.peer, one.thread)
    if found is None or is_ending(found.file.thread) or not machine.allowed(found.file.thread, now)[-1].allowed:
        return False
    queue_stop(node, work, found, "node", "H08", now)
    return True


def _erased_case(node: Node, work: Work, one: notes.ErasedCase, now: int, lines: int) -> bool:
    row = work.cases.get(one.case)
    if row is None or row.dek is None:
        return False
    forget_case(work, one.case, now)
    work.audit.append(now, "node", "case_erased", one.case, rule="H08")
    return True


def _erased_person(node: Node, work: Work, one: notes.ErasedPerson, now: int, lines: int) -> bool:
    """H26: one person of a family is erased again at once; the names of the others are put in order at a sign-in."""
    case = _case(node, work, one.case)
    if case is None or all(person.person_id != one.person for person in case.case.persons):
        return False
    erase_again(node, work, case, one.person, now)
    return True


def _erased_letter(node: Node, work: Work, one: notes.ErasedLetter, now: int, lines: int) -> bool:
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


OF_CASES: Mapping[type, Callable[[Node, Work, Any, int, int], bool]] = {
    notes.Protected: _protected,
    notes.Guarded: _guarded,
    notes.Kept: _kept,
    notes.Changed: _changed,
    notes.TakenBack: _taken_back,
    notes.Stopped: _stopped,
    notes.ErasedCase: _erased_case,
    notes.ErasedPerson: _erased_person,
    notes.ErasedLetter: _erased_letter,
}
