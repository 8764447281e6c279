"""What somebody should look at once more before a letter goes: facts of the case or the thread that hold nothing up.

Warnings stand on the check page and beside the answer of an act; nothing waits for them. Source: practice H31, acts to
add (`referral.accept` with conditions and start_not_before); domain 5.6.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from node.protocol.cases.case import Case, Person, person_of
from node.protocol.letters.bodies import AcceptBody, ArrangeBody, Body, ChangeBody
from node.protocol.letters.bodies_information import AskBody
from node.protocol.letters.bodies_return import IdentityRequestBody
from node.protocol.letters.codes_information import IS_SHE_YOURS
from node.service.threads.book import Book, OpenFile
from node.service.threads.keeping import decode_kept

NO_NATIONALITY: Final = {
    "yes": "A lawyer found that she has no nationality: no state will call her its own. Ask only where she lived, "
    "and only if she wishes.",
    "likely": "A lawyer found that she is likely to have no nationality. Its no is no reason to ask other states.",
}
ON_CONDITION: Final = {
    "place_kept_until_start_date": "They keep the place until the start they named; tell them of every delay.",
    "medical_check_on_arrival": "They look at her health when she arrives; tell her before.",
    "costs_to_be_agreed": "They accepted on condition that costs are agreed.",
    "interpreter_from_sender": "They accepted on condition that an interpreter comes from here.",
    "escort_by_sender": "They accepted on condition that somebody from here goes with her.",
    "guardian_confirmed_before_arrival": "They accepted on condition that a guardian is confirmed before she arrives.",
}


def warnings_about(book: Book, found: OpenFile, case: Case, body: Body) -> tuple[str, ...]:
    """Sentences for whoever writes this letter on this thread; () where nothing is to be looked at."""
    return (*_without_nationality(found, case, body), *_as_accepted(book, found, body))


def _without_nationality(found: OpenFile, case: Case, body: Body) -> Iterator[str]:
    """H31: what the lawyer found is before the eyes of whoever asks a state whether she is its own."""
    asks = isinstance(body, IdentityRequestBody) or (isinstance(body, AskBody) and body.purpose in IS_SHE_YOURS)
    if not asks:
        return
    looks = [one.life.nationality for one in _persons(found, case)]
    yield from dict.fromkeys(NO_NATIONALITY[one.stateless] for one in looks if one and one.stateless in NO_NATIONALITY)


def _as_accepted(book: Book, found: OpenFile, body: Body) -> Iterator[str]:
    """What the other country said when it accepted, or changed since, for whoever arranges her way there."""
    if not isinstance(body, ArrangeBody) or found.file.thread.side != "opener":
        return
    said = [one for one in _said(book, found) if isinstance(one, AcceptBody | ChangeBody)]
    starts = [day for one in said for day in _start(one)]
    begins = datetime.fromtimestamp(body.window_starts_at, UTC).date().isoformat()
    if starts and begins < starts[-1]:
        yield f"They can receive her from {starts[-1]} on, and this begins before. Phone them, or plan later."
    for one in said:
        if isinstance(one, AcceptBody):
            yield from (ON_CONDITION[code] for code in one.conditions)


def _start(said: AcceptBody | ChangeBody) -> tuple[str, ...]:
    return (said.start_not_before,) if isinstance(said, AcceptBody) else said.start_not_before


def _said(book: Book, found: OpenFile) -> Iterator[Body]:
    """The bodies of the other side's acceptance and changes that count, in their order."""
    thread = found.file.thread
    for entry in thread.entries:
        if entry.kind not in ("referral.accept", "referral.change") or entry.status != "applied":
            continue
        row = book.reader.letters.get(found.row.peer, "in", entry.letter_id)
        if row is not None and row.sealed is not None:
            yield decode_kept(book.payload(row)).body


def _persons(found: OpenFile, case: Case) -> list[Person]:
    named = (person_of(case, one) for one in found.file.persons.values())
    return [one for one in named if one is not None]
